//! A certificate authority for one test.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub ca_file: tempfile::NamedTempFile,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Example Company Root");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let ca_file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(ca_file.path(), issuer.pem()).unwrap();
        Self { issuer, ca_file }
    }

    pub fn path(&self) -> &Path {
        self.ca_file.path()
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub fn localhost(&self) -> Arc<ServerConfig> {
        self.identity(CertificateParams::new(vec!["localhost".into()]).unwrap())
    }

    pub fn other_name(&self) -> Arc<ServerConfig> {
        self.identity(CertificateParams::new(vec!["mail.example.com".into()]).unwrap())
    }

    pub fn named(&self, names: &[&str]) -> Arc<ServerConfig> {
        self.identity(CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap())
    }

    pub fn expired(&self) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.identity(params)
    }

    fn identity(&self, params: CertificateParams) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}
