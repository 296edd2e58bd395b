//! What the administrator sets about the connection. Knows no network.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::{Proxy, Secret};

/// How to prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scheme {
    /// The strongest that `WWW-Authenticate` offers.
    #[default]
    Auto,
    /// RFC 7617.
    Basic,
    /// MS-NLMP inside HTTP (MS-NTHT).
    Ntlm,
    /// RFC 4559: SPNEGO with Kerberos.
    Negotiate,
    /// OAuth 2.0 client credentials (RFC 6749, 4.4).
    OAuth,
}

impl Scheme {
    /// The name that settings use: `auto`, `basic`, `ntlm`, `negotiate`, `oauth`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Basic => "basic",
            Self::Ntlm => "ntlm",
            Self::Negotiate => "negotiate",
            Self::OAuth => "oauth",
        }
    }

    /// The scheme of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Auto, Self::Basic, Self::Ntlm, Self::Negotiate, Self::OAuth]
            .into_iter()
            .find(|scheme| scheme.name().eq_ignore_ascii_case(name))
    }
}

/// How old a server may be that we speak TLS with. Its certificate is verified in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TlsLevel {
    /// TLS 1.2 and newer, with OpenSSL's usual strength.
    #[default]
    Current,
    /// TLS 1.0 and 1.1, SHA-1 signatures and short keys, too: Exchange 2007 and 2010 on Windows Server 2008.
    Legacy,
}

/// OAuth 2.0 client credentials: hybrid modern authentication, and Exchange Online while it lasts.
#[derive(Debug, Clone)]
pub struct OAuth {
    /// Token endpoint, for Entra ID `https://login.microsoftonline.com/TENANT/oauth2/v2.0/token`.
    pub token_url: Url,
    /// The application's id.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: Secret,
    /// For Exchange Online `https://outlook.office365.com/.default`.
    pub scope: String,
}

/// Settings of a transport.
#[derive(Debug, Clone)]
pub struct Settings {
    /// URL of `Exchange.asmx`.
    pub endpoint: Url,
    /// `DOMAIN\user`, `user@domain` or `user`.
    pub login: String,
    /// Password of the service account.
    pub password: Secret,
    /// Authentication scheme.
    pub scheme: Scheme,
    /// For [`Scheme::OAuth`]; with it, `Auto` prefers `Bearer`.
    pub oauth: Option<OAuth>,
    /// Which protocols and suites are spoken.
    pub tls: TlsLevel,
    /// Further certificate authorities (PEM), beside the system's; also a server's own certificate.
    pub ca_file: Option<PathBuf>,
    /// Addresses of names, in lower case, before the host's resolver is asked (as `curl --resolve`); the port counts for
    /// URLs without one.
    pub hosts: HashMap<String, SocketAddr>,
    /// All connections go through it, those to the token endpoint and to Autodiscover too.
    pub proxy: Option<Proxy>,
    /// For a TCP connection and its TLS handshake.
    pub connect_timeout: Duration,
    /// For a request until its answer begins, without the wait for its turn; then for what of the answer comes slower than
    /// [`SLOWEST_BYTES_PER_SECOND`](super::answer).
    pub request_timeout: Duration,
    /// Connections to the server at most.
    pub max_connections: usize,
    /// An answer's size at most, uncompressed.
    pub max_answer_bytes: u64,
}

impl Settings {
    /// Usual limits, `Auto` authentication.
    pub fn new(endpoint: Url, login: impl Into<String>, password: Secret) -> Self {
        Self {
            endpoint,
            login: login.into(),
            password,
            scheme: Scheme::Auto,
            oauth: None,
            tls: TlsLevel::default(),
            ca_file: None,
            proxy: None,
            hosts: HashMap::new(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(120),
            max_connections: 8,
            max_answer_bytes: 256 << 20,
        }
    }
}

/// Only there may a password go over plain HTTP: to tests and to a TLS tunnel's near end.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
