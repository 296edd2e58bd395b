//! TLS by OpenSSL: what is spoken, whom to trust, and why a server is not trusted. Knows no HTTP.
//!
//! OpenSSL and not a younger library, since Exchange 2007 to 2013 speak suites and protocols that only it still has.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hyper_openssl::client::legacy::HttpsLayer;
use openssl::error::ErrorStack;
use openssl::ssl::{
    ConnectConfiguration, SslConnector, SslConnectorBuilder, SslMethod, SslOptions, SslVerifyMode, SslVersion,
};
use openssl::x509::verify::X509VerifyFlags;
use openssl::x509::{X509, X509Ref, X509StoreContextRef};

use super::settings::TlsLevel;
use super::{CertificateProblem, Error, Settings};

/// OpenSSL's usual choice without what it calls weak; `@SECLEVEL=0` is what MD5-SHA1 of TLS 1.0 and RSA-1024 need.
const SUITES: &str = "DEFAULT:!aNULL:!eNULL:!MD5:!3DES:!DES:!RC4:!IDEA:!SEED:!aDSS:!SRP:!PSK";
const LEGACY_SUITES: &str = "DEFAULT:!aNULL:!eNULL:!EXPORT:!SRP:!PSK:@SECLEVEL=0";
/// `SSL_OP_LEGACY_SERVER_CONNECT`: servers from before RFC 5746 are spoken to, renegotiation with them is not.
const LEGACY_SERVER_CONNECT: SslOptions = SslOptions::from_bits_retain(0x4);

/// What every connection of a transport shares: settings and the sessions that a server lets resume.
#[derive(Clone)]
pub(super) struct Tls(Arc<HttpsLayer>);

impl Tls {
    /// Loads certificates; touches no network.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let mut builder = builder(settings.tls).map_err(setup_error)?;
        if let Some(path) = settings.ca_file.as_deref() {
            for certificate in read_pem(path)? {
                builder
                    .cert_store_mut()
                    .add_cert(certificate)
                    .map_err(|error| ca_file_error(path, error))?;
            }
        }
        HttpsLayer::with_connector(builder)
            .map(|layer| Self(Arc::new(layer)))
            .map_err(setup_error)
    }

    pub(super) fn layer(&self) -> &HttpsLayer {
        &self.0
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

fn builder(level: TlsLevel) -> Result<SslConnectorBuilder, ErrorStack> {
    // It loads the system's authorities, too; a host without them can still work with `ca_file` alone.
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    match level {
        TlsLevel::Current => {
            builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
            builder.set_cipher_list(SUITES)?;
        }
        TlsLevel::Legacy => {
            builder.set_min_proto_version(Some(SslVersion::TLS1))?;
            builder.set_security_level(0);
            builder.set_cipher_list(LEGACY_SUITES)?;
            builder.set_options(LEGACY_SERVER_CONNECT);
        }
    }
    // A server's own certificate in `ca_file` is trusted as it is, also where an authority that is not there signed it.
    builder.verify_param_mut().set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    // NTLM authenticates a connection, which HTTP/2 has no notion of.
    builder.set_alpn_protos(b"\x08http/1.1")?;
    Ok(builder)
}

/// Why a certificate was not accepted: OpenSSL tells it to a callback only.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict(Arc<Mutex<Option<CertificateProblem>>>);

impl Verdict {
    /// Notes the first problem of the next handshake.
    pub(super) fn listen(&self, configuration: &mut ConnectConfiguration) {
        self.set(None);
        let verdict = self.clone();
        configuration.set_verify_callback(SslVerifyMode::PEER, move |accepted, context| {
            if !accepted {
                verdict.set(Some(problem(context)));
            }
            accepted
        });
    }

    pub(super) fn take(&self) -> Option<CertificateProblem> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, problem: Option<CertificateProblem>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}

fn problem(context: &X509StoreContextRef) -> CertificateProblem {
    let error = context.error();
    match error.as_raw() {
        openssl_sys::X509_V_ERR_CERT_HAS_EXPIRED => CertificateProblem::Expired,
        openssl_sys::X509_V_ERR_CERT_NOT_YET_VALID => CertificateProblem::NotYetValid,
        openssl_sys::X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT => CertificateProblem::SelfSigned,
        openssl_sys::X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
        | openssl_sys::X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT
        | openssl_sys::X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        | openssl_sys::X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE => CertificateProblem::UnknownIssuer,
        openssl_sys::X509_V_ERR_CERT_REVOKED => CertificateProblem::Revoked,
        openssl_sys::X509_V_ERR_HOSTNAME_MISMATCH | openssl_sys::X509_V_ERR_IP_ADDRESS_MISMATCH => {
            CertificateProblem::WrongName {
                presented: context.current_cert().map(names).unwrap_or_default(),
            }
        }
        openssl_sys::X509_V_ERR_EE_KEY_TOO_SMALL
        | openssl_sys::X509_V_ERR_CA_KEY_TOO_SMALL
        | openssl_sys::X509_V_ERR_CA_MD_TOO_WEAK => CertificateProblem::Weak(error.error_string().to_owned()),
        _ => CertificateProblem::Other(error.error_string().to_owned()),
    }
}

/// The names a certificate is for: those of its `subjectAltName`, else its common name.
fn names(certificate: &X509Ref) -> Vec<String> {
    let alternative: Vec<String> = certificate
        .subject_alt_names()
        .iter()
        .flatten()
        .filter_map(|name| name.dnsname().map(str::to_owned))
        .collect();
    if !alternative.is_empty() {
        return alternative;
    }
    certificate
        .subject_name()
        .entries_by_nid(openssl::nid::Nid::COMMONNAME)
        .filter_map(|name| name.data().to_string().ok())
        .collect()
}

/// Whether a handshake failed because one side is too old for the other.
pub(super) fn is_outdated(reason: &str) -> bool {
    [
        "unsupported protocol",
        "protocol version",
        "handshake failure",
        "dh key too small",
        "ee key too small",
        "unsafe legacy renegotiation disabled",
        "wrong signature type",
        "no shared",
        "internal error",
    ]
    .iter()
    .any(|words| reason.contains(words))
}

fn read_pem(path: &Path) -> Result<Vec<X509>, Error> {
    let pem = std::fs::read(path).map_err(|error| ca_file_error(path, error))?;
    let certificates = X509::stack_from_pem(&pem).map_err(|error| ca_file_error(path, error))?;
    if certificates.is_empty() {
        return Err(ca_file_error(path, "it holds no PEM certificate"));
    }
    Ok(certificates)
}

fn ca_file_error(path: &Path, reason: impl ToString) -> Error {
    Error::CaFile {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

fn setup_error(error: ErrorStack) -> Error {
    Error::TlsSetup {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Secret;

    fn with_ca_file(path: &Path) -> String {
        let settings = Settings {
            ca_file: Some(path.to_owned()),
            ..Settings::new("https://localhost/".parse().unwrap(), "svc", Secret::new("x".into()))
        };
        Tls::new(&settings).unwrap_err().to_string()
    }

    #[test]
    fn a_ca_file_that_is_missing_or_no_pem_is_named() {
        let missing = with_ca_file(Path::new("/nonexistent/ca.pem"));
        assert!(
            missing.contains("ca_file") && missing.contains("/nonexistent/ca.pem"),
            "{missing}"
        );

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "not a certificate").unwrap();
        let empty = with_ca_file(file.path());
        assert!(empty.contains("no PEM certificate"), "{empty}");
    }
}
