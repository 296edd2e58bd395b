//! A certificate authority and a server certificate for one run. Knows no HTTP.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::error::StartError;

/// What the server shows to clients that trust the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Certificate {
    /// Valid for `localhost` and 127.0.0.1.
    Valid,
    /// Valid until 2020.
    Expired,
    /// For another host's name.
    WrongName,
}

pub(crate) struct Tls {
    pub acceptor: TlsAcceptor,
    pub ca_pem: String,
    /// The server's certificate and key, for a proxy in front.
    pub certificate_pem: String,
    pub key_pem: String,
}

pub(crate) fn prepare(kind: Certificate, host_names: &[String]) -> Result<Tls, StartError> {
    build(kind, host_names).map_err(|problem| StartError::Tls(problem.to_string()))
}

fn build(kind: Certificate, host_names: &[String]) -> Result<Tls, Box<dyn std::error::Error>> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "Test Exchange CA");
    authority.not_before = date_time_ymd(2015, 1, 1);
    let authority_key = KeyPair::generate()?;
    let ca_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);
    let names = match kind {
        Certificate::WrongName => vec!["other.example.com".to_owned()],
        _ => {
            let own = ["localhost", "127.0.0.1"].map(str::to_owned);
            own.into_iter().chain(host_names.iter().cloned()).collect()
        }
    };
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, "Test Exchange");
    // As real authorities do: clients tell two of one name by it.
    server.use_authority_key_identifier_extension = true;
    server.not_before = date_time_ymd(2015, 1, 1);
    server.not_after = date_time_ymd(if kind == Certificate::Expired { 2020 } else { 2100 }, 1, 1);
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &issuer)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        ca_pem,
        certificate_pem: certificate.pem(),
        key_pem: key.serialize_pem(),
    })
}
