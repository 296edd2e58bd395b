//! Who we are: one file a scheme. Knows no EWS.

pub(crate) mod basic;
pub(crate) mod binding;
mod gssapi;
pub(crate) mod kerberos;
pub(crate) mod login;
pub(crate) mod ntlm;
pub(crate) mod oauth;
pub(crate) mod offer;

use reqwest::header::HeaderValue;

/// `SCHEME base64`, hidden in `Debug`.
pub(crate) fn token_header(scheme: &str, token: &[u8]) -> Option<HeaderValue> {
    let mut value =
        HeaderValue::try_from(format!("{scheme} {}", base64_simd::STANDARD.encode_to_string(token))).ok()?;
    value.set_sensitive(true);
    Some(value)
}
