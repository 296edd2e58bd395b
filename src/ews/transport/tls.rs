//! TLS: the system's certificate authorities and the administrator's. Knows no HTTP.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::Error;

/// Built once a transport: connections share it, and with it the session tickets.
pub(super) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    // A host without system certificates can still work with `ca_file` alone; without either each handshake says so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        for certificate in read_pem(path)? {
            roots.add(certificate).map_err(|error| ca_file_error(path, error))?;
        }
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::TlsSetup {
            reason: error.to_string(),
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // NTLM authenticates a connection, which HTTP/2 has no notion of.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read_pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| ca_file_error(path, error))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_that_is_missing_or_no_pem_is_named() {
        let missing = config(Some(Path::new("/nonexistent/ca.pem"))).unwrap_err().to_string();
        assert!(
            missing.contains("ca_file") && missing.contains("/nonexistent/ca.pem"),
            "{missing}"
        );

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "not a certificate").unwrap();
        let empty = config(Some(file.path())).unwrap_err().to_string();
        assert!(empty.contains("no PEM certificate"), "{empty}");
    }
}
