//! Channel binding `tls-server-end-point` (RFC 5929, 4): ties a login to the server's certificate. Knows no scheme.

use openssl::hash::{MessageDigest, hash};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry as oid;
use x509_parser::prelude::FromDer;
use x509_parser::signature_algorithm::{RsaSsaPssParams, SignatureAlgorithm};

/// Application data for Extended Protection, from the server's certificate in DER.
///
/// `None` where the RFC defines none (a signature without one hash function, such as Ed25519): the login then goes
/// without, as browsers do.
pub(crate) fn tls_server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let algorithm = hash_of(&parsed)?;
    let mut binding = b"tls-server-end-point:".to_vec();
    binding.extend_from_slice(&hash(algorithm, certificate).ok()?);
    Some(binding)
}

/// The signature's hash function; SHA-256 in place of MD5 and SHA-1.
fn hash_of(certificate: &X509Certificate<'_>) -> Option<MessageDigest> {
    let name = &certificate.signature_algorithm.algorithm;
    let sha256 = [
        &oid::OID_PKCS1_MD5WITHRSAENC,
        &oid::OID_PKCS1_SHA1WITHRSA,
        &oid::OID_PKCS1_SHA256WITHRSA,
        &oid::OID_SIG_ECDSA_WITH_SHA256,
        &oid::OID_SIG_DSA_WITH_SHA1,
    ];
    if sha256.contains(&name) || name.to_id_string() == ECDSA_WITH_SHA1 {
        return Some(MessageDigest::sha256());
    }
    if [&oid::OID_PKCS1_SHA384WITHRSA, &oid::OID_SIG_ECDSA_WITH_SHA384].contains(&name) {
        return Some(MessageDigest::sha384());
    }
    if [&oid::OID_PKCS1_SHA512WITHRSA, &oid::OID_SIG_ECDSA_WITH_SHA512].contains(&name) {
        return Some(MessageDigest::sha512());
    }
    match SignatureAlgorithm::try_from(&certificate.signature_algorithm).ok()? {
        SignatureAlgorithm::RSASSA_PSS(parameters) => hash_of_pss(&parameters),
        _ => None,
    }
}

/// RFC 3279, 2.2.3.
const ECDSA_WITH_SHA1: &str = "1.2.840.10045.4.1";

fn hash_of_pss(parameters: &RsaSsaPssParams<'_>) -> Option<MessageDigest> {
    let hash = parameters.hash_algorithm_oid();
    if [&oid::OID_NIST_HASH_SHA256, &oid::OID_HASH_SHA1].contains(&hash) {
        Some(MessageDigest::sha256())
    } else if *hash == oid::OID_NIST_HASH_SHA384 {
        Some(MessageDigest::sha384())
    } else if *hash == oid::OID_NIST_HASH_SHA512 {
        Some(MessageDigest::sha512())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(algorithm: &'static rcgen::SignatureAlgorithm) -> Vec<u8> {
        let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_hash_is_that_of_the_signature() {
        for (algorithm, hash) in [
            (&rcgen::PKCS_ECDSA_P256_SHA256, MessageDigest::sha256()),
            (&rcgen::PKCS_ECDSA_P384_SHA384, MessageDigest::sha384()),
        ] {
            let certificate = certificate(algorithm);
            let mut expected = b"tls-server-end-point:".to_vec();
            expected.extend_from_slice(&openssl::hash::hash(hash, &certificate).unwrap());
            assert_eq!(tls_server_end_point(&certificate), Some(expected));
        }
    }

    #[test]
    fn a_signature_without_a_hash_function_and_a_broken_certificate_bind_nothing() {
        assert_eq!(tls_server_end_point(&certificate(&rcgen::PKCS_ED25519)), None);
        assert_eq!(tls_server_end_point(b"not a certificate"), None);
    }
}
