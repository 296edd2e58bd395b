//! From the HTTP library's errors to ours. Knows no status codes.

use std::error::Error as StdError;
use std::{fmt, io};

use hyper_util::client::legacy;
use url::Url;

use super::proxy::ProxyFailure;
use super::resolver::UnknownName;
use super::tls::is_outdated;
use super::{CertificateProblem, Error, Settings};

type Cause = Box<dyn StdError + Send + Sync>;

/// Why there is no socket.
#[derive(Debug)]
pub(super) enum ConnectFailure {
    /// Not within `connect_timeout`.
    Timeout,
    /// The server's certificate was not accepted.
    Certificate(CertificateProblem),
    /// Anything else: of DNS, TCP or TLS.
    Other(Cause),
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no connection in time"),
            Self::Certificate(problem) => write!(f, "the certificate is not accepted: {problem:?}"),
            Self::Other(cause) => cause.fmt(f),
        }
    }
}

impl StdError for ConnectFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Other(cause) => Some(&**cause),
            Self::Timeout | Self::Certificate(_) => None,
        }
    }
}

/// Why there is no head of a response.
#[derive(Debug)]
pub(super) enum RequestFailure {
    /// Not within `request_timeout`.
    Timeout,
    /// The client's own words.
    Client(legacy::Error),
    /// A request that can't be written.
    Unwritable(http::Error),
}

impl RequestFailure {
    /// The words that help, without an address.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Timeout => "no answer in time".into(),
            Self::Client(error) => reason(error),
            Self::Unwritable(error) => error.to_string(),
        }
    }
}

/// Why a request brought no response at all.
pub(super) fn of_request(failure: &RequestFailure, settings: &Settings) -> Error {
    let url = settings.endpoint.to_string();
    let error = match failure {
        RequestFailure::Client(error) => error,
        RequestFailure::Timeout => return timeout(settings, "request_timeout"),
        RequestFailure::Unwritable(_) => {
            return Error::Broken {
                url,
                reason: failure.reason(),
            };
        }
    };
    let host = host_and_port(&settings.endpoint);
    for cause in causes(error) {
        if let Some(failure) = cause.downcast_ref::<ProxyFailure>() {
            return of_proxy(failure, url, host);
        }
        if let Some(unknown) = cause.downcast_ref::<UnknownName>() {
            return Error::UnknownHost {
                host: settings.endpoint.host_str().unwrap_or_default().into(),
                reason: unknown.0.clone(),
            };
        }
        match cause.downcast_ref::<ConnectFailure>() {
            Some(ConnectFailure::Timeout) => return timeout(settings, "connect_timeout"),
            Some(ConnectFailure::Certificate(problem)) => {
                return Error::Certificate {
                    host,
                    problem: problem.clone(),
                };
            }
            Some(ConnectFailure::Other(_)) | None => {}
        }
        if let Some(tls) = cause.downcast_ref::<openssl::ssl::Error>() {
            return of_tls(tls, host);
        }
    }
    let reason = reason(error);
    if error.is_connect() {
        Error::Unreachable { host, reason }
    } else {
        Error::Broken { url, reason }
    }
}

fn of_proxy(failure: &ProxyFailure, url: String, host: String) -> Error {
    match failure {
        ProxyFailure::PlainHttp => Error::PlainHttp { url },
        ProxyFailure::LoginWanted { .. } => Error::Proxy { url },
        ProxyFailure::Closed { proxy, reason } => Error::Tunnel {
            proxy: proxy.clone(),
            host,
            reason: reason.clone(),
        },
    }
}

/// A server that ends the connection instead of shaking hands is most often too old: Windows says no more than that.
fn of_tls(error: &openssl::ssl::Error, host: String) -> Error {
    let reason = match error.ssl_error() {
        Some(stack) => stack
            .errors()
            .iter()
            .filter_map(|error| error.reason())
            .collect::<Vec<_>>()
            .join(", "),
        None => "the server ended the connection".to_owned(),
    };
    Error::Handshake {
        host,
        is_outdated: error.ssl_error().is_none() || is_outdated(&reason),
        reason,
    }
}

/// Why a response's body did not come to its end.
pub(super) fn of_body(received: u64, settings: &Settings) -> Error {
    Error::Truncated {
        url: settings.endpoint.to_string(),
        received,
    }
}

/// Nothing, or too little, came in time.
pub(super) fn timeout(settings: &Settings, setting: &'static str) -> Error {
    Error::Timeout {
        url: settings.endpoint.to_string(),
        after: match setting {
            "connect_timeout" => settings.connect_timeout,
            _ => settings.request_timeout,
        },
        setting,
    }
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

/// The innermost cause knows best; the outer ones only say that something failed.
pub(super) fn reason(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
