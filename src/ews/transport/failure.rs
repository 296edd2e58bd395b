//! From the HTTP library's errors to ours. Knows no status codes.

use std::error::Error as StdError;
use std::io;

use rustls::CertificateError;
use url::Url;

use super::resolver::UnknownName;
use super::{CertificateProblem, Error, Settings};

/// Why a request brought no response at all.
pub(super) fn of_request(error: &reqwest::Error, settings: &Settings) -> Error {
    let url = &settings.endpoint;
    let host = host_and_port(url);
    // The innermost cause knows best; the outer ones only say that something failed.
    for cause in causes(error) {
        if let Some(unknown) = cause.downcast_ref::<UnknownName>() {
            return Error::UnknownHost {
                host: url.host_str().unwrap_or_default().into(),
                reason: unknown.0.clone(),
            };
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return of_tls(tls, host);
        }
    }
    if error.is_timeout() {
        return of_timeout(error, settings);
    }
    if error.is_connect() {
        return Error::Unreachable {
            host,
            reason: innermost(error),
        };
    }
    Error::Broken {
        url: url.to_string(),
        reason: innermost(error),
    }
}

/// Why a response's body did not come to its end.
pub(super) fn of_body(error: &reqwest::Error, received: u64, settings: &Settings) -> Error {
    if error.is_timeout() {
        return of_timeout(error, settings);
    }
    Error::Truncated {
        url: settings.endpoint.to_string(),
        received,
    }
}

fn of_timeout(error: &reqwest::Error, settings: &Settings) -> Error {
    let (after, setting) = if error.is_connect() {
        (settings.connect_timeout, "connect_timeout")
    } else {
        (settings.request_timeout, "request_timeout")
    };
    Error::Timeout {
        url: settings.endpoint.to_string(),
        after,
        setting,
    }
}

fn of_tls(error: &rustls::Error, host: String) -> Error {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return Error::Handshake {
            host,
            reason: error.to_string(),
        };
    };
    let problem = match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::Revoked => CertificateProblem::Revoked,
        CertificateError::NotValidForName => CertificateProblem::WrongName { presented: Vec::new() },
        CertificateError::NotValidForNameContext { presented, .. } => CertificateProblem::WrongName {
            presented: presented.clone(),
        },
        other => CertificateProblem::Other(other.to_string()),
    };
    Error::Certificate { host, problem }
}

/// `host:port`, the port also where it is the usual one.
pub(super) fn host_and_port(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

/// The error and its causes, from the outside in. `io::Error` hides its content from `source`, so it is opened.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
