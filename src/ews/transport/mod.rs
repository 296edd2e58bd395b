//! HTTP to `Exchange.asmx`: connections, authentication, TLS, throttling. Knows no SOAP.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

/// A secret that no `Debug`, log or error shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }
    /// The secret itself, for the one place that must send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How to prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// The strongest that `WWW-Authenticate` offers.
    #[default]
    Auto,
    /// RFC 7617.
    Basic,
    /// MS-NLMP inside HTTP (RFC 4559's `NTLM`).
    Ntlm,
    /// RFC 4559: SPNEGO with Kerberos.
    Negotiate,
    /// OAuth 2.0 client credentials (RFC 6749, 4.4).
    OAuth,
}

/// Settings of a transport.
#[derive(Debug, Clone)]
pub struct Settings {
    /// URL of `Exchange.asmx`.
    pub endpoint: url::Url,
    /// `DOMAIN\user`, `user@domain` or `user`.
    pub login: String,
    /// Password of the service account.
    pub password: Secret,
    /// Authentication scheme.
    pub scheme: Scheme,
    /// Further certificate authorities (PEM), beside the system's.
    pub ca_file: Option<PathBuf>,
    /// For a TCP connection and its TLS handshake.
    pub connect_timeout: Duration,
    /// For a whole request and its answer.
    pub request_timeout: Duration,
    /// Connections to the server at most.
    pub max_connections: usize,
    /// An answer's size at most.
    pub max_answer_bytes: u64,
}

/// The HTTP side of one mailbox: where to route it, and the server's cookies for it.
#[derive(Debug, Default)]
pub struct Route {
    /// Value of `X-AnchorMailbox` (Exchange 2013 and newer).
    pub anchor_mailbox: Option<String>,
}

/// An answer with an XML body: HTTP 200, or HTTP 500 with a SOAP fault.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The SOAP envelope.
    pub body: Vec<u8>,
}

/// Connections to one server.
#[derive(Debug)]
pub struct Transport {}

/// Why there is no answer, by remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// To be completed by the transport.
    #[error("{0}")]
    Other(String),
}

impl Transport {
    /// Loads certificates and makes ready; touches no network.
    pub fn new(_settings: Settings) -> Result<Self, Error> {
        todo!()
    }
    /// Sends one envelope and reads the whole answer.
    pub async fn post(&self, _route: &Route, _envelope: Bytes) -> Result<Answer, Error> {
        todo!()
    }
}
