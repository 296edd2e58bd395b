//! Why there is no answer, by remedy. Knows no mailbox: whoever asked for one adds it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::Scheme;

/// What is the matter with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenTrouble {
    /// The token endpoint does not accept what it was sent.
    Refused,
    /// It can't be reached, or has trouble of its own.
    Passing,
}

/// What is wrong with the server's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateProblem {
    /// Its time is over.
    Expired,
    /// Its time has not begun.
    NotYetValid,
    /// No authority that we know signed it.
    UnknownIssuer,
    /// It signed itself, and `ca_file` does not have it.
    SelfSigned,
    /// Its key is too short or its signature's hash too old; OpenSSL's words.
    Weak(String),
    /// It is for other names.
    WrongName {
        /// The names it is for.
        presented: Vec<String>,
    },
    /// Its authority called it back.
    Revoked,
    /// Anything else, in the TLS library's words.
    Other(String),
}

/// Why there is no answer. `Display` ends with what to do; neither passwords nor bodies are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// `ca_file` can't be read.
    CaFile {
        /// The setting's value.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// TLS can't be set up at all.
    TlsSetup {
        /// The library's words.
        reason: String,
    },
    /// The password would travel readable.
    PlainHttp {
        /// The endpoint.
        url: String,
    },
    /// A scheme lacks a setting, or support in this build.
    Setting {
        /// The scheme.
        scheme: Scheme,
        /// What is missing, and what to do.
        reason: String,
    },
    /// DNS knows no such name.
    UnknownHost {
        /// Host name.
        host: String,
        /// The resolver's words.
        reason: String,
    },
    /// No TCP connection.
    Unreachable {
        /// Host and port.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// Connected, or not even that, but no whole answer in time.
    Timeout {
        /// The endpoint.
        url: String,
        /// The time allowed.
        after: Duration,
        /// `connect_timeout` or `request_timeout`.
        setting: &'static str,
    },
    /// The server's certificate is not to be trusted.
    Certificate {
        /// Host and port.
        host: String,
        /// Why not.
        problem: CertificateProblem,
    },
    /// The handshake failed for another reason than the certificate.
    Handshake {
        /// Host and port.
        host: String,
        /// The library's words.
        reason: String,
        /// Whether it looks like a server that speaks only what `legacy_tls` allows.
        is_outdated: bool,
    },
    /// The connection broke before the answer began.
    Broken {
        /// The endpoint.
        url: String,
        /// The library's words.
        reason: String,
    },
    /// The answer ended before its end.
    Truncated {
        /// The endpoint.
        url: String,
        /// Bytes that came.
        received: u64,
    },
    /// The answer is larger than allowed.
    TooLarge {
        /// The endpoint.
        url: String,
        /// `max_answer_bytes`.
        limit: u64,
    },
    /// HTTP 401 with credentials sent.
    Refused {
        /// The endpoint.
        url: String,
        /// The account.
        login: String,
        /// What we tried.
        scheme: Scheme,
        /// What the server offers.
        offered: Vec<String>,
        /// More that is known, or empty.
        detail: String,
    },
    /// The server offers no scheme that we may use.
    NoCommonScheme {
        /// The endpoint.
        url: String,
        /// What the settings ask for.
        wanted: Scheme,
        /// What the server offers.
        offered: Vec<String>,
    },
    /// The host's Kerberos gives no ticket.
    Ticket {
        /// The server's name: the ticket is for the service `HTTP` there.
        host: String,
        /// The Kerberos library's words.
        reason: String,
    },
    /// The token endpoint gave no token.
    Token {
        /// The token endpoint.
        url: String,
        /// Its error code and description.
        reason: String,
        /// What that means.
        trouble: TokenTrouble,
    },
    /// HTTP 403.
    Forbidden {
        /// The endpoint.
        url: String,
        /// The account.
        login: String,
    },
    /// HTTP 407.
    Proxy {
        /// The endpoint.
        url: String,
    },
    /// The proxy of the settings does not lead to the server.
    Tunnel {
        /// Its host and port.
        proxy: String,
        /// The server's host and port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The server sends us elsewhere.
    Redirected {
        /// The endpoint.
        url: String,
        /// Scheme, host and path of `Location`.
        to: String,
    },
    /// HTTP 429 or 503.
    Busy {
        /// The endpoint.
        url: String,
        /// The status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// It asked to be left alone before, for longer than a request waits.
    Held {
        /// The endpoint.
        url: String,
        /// For so long from now on.
        wait: Duration,
    },
    /// HTTP 5xx without a SOAP fault: a proxy's page, or IIS's own.
    Server {
        /// The endpoint.
        url: String,
        /// The status.
        status: u16,
        /// The page's title, or empty.
        title: String,
    },
    /// Something answers, but not Exchange Web Services.
    NotEws {
        /// The endpoint.
        url: String,
        /// The status.
        status: u16,
        /// What came instead.
        what: String,
    },
}

impl Error {
    /// What happened: which server, which answer.
    pub fn message(&self) -> String {
        match self {
            Self::CaFile { path, reason } => format!("The ca_file {} can't be used: {reason}.", path.display()),
            Self::TlsSetup { reason } => format!("TLS can't be set up: {reason}."),
            Self::PlainHttp { url } => format!("{url} is not HTTPS: password and mail would travel readable."),
            Self::Setting { scheme, reason } => format!("auth '{}' can't be used: {reason}.", scheme.name()),
            Self::UnknownHost { host, reason } => format!("The host {host} is unknown ({reason})."),
            Self::Unreachable { host, reason } => format!("No connection to {host} ({reason})."),
            Self::Timeout { url, after, .. } => format!("{url} did not answer within {} s.", after.as_secs_f32()),
            Self::Certificate { host, problem } => match problem {
                CertificateProblem::Expired => format!("The certificate of {host} has expired."),
                CertificateProblem::NotYetValid => format!("The certificate of {host} is not valid yet."),
                CertificateProblem::UnknownIssuer => {
                    format!("The certificate of {host} was issued by an authority that this host does not know.")
                }
                CertificateProblem::SelfSigned => {
                    format!("The certificate of {host} is signed by no authority but by itself.")
                }
                CertificateProblem::Weak(reason) => format!("The certificate of {host} is too weak: {reason}."),
                CertificateProblem::WrongName { presented } if presented.is_empty() => {
                    format!("The certificate of {host} is for another name.")
                }
                CertificateProblem::WrongName { presented } => {
                    format!("The certificate of {host} is only for {}.", presented.join(", "))
                }
                CertificateProblem::Revoked => format!("The certificate of {host} was revoked."),
                CertificateProblem::Other(reason) => format!("The certificate of {host} is not accepted: {reason}."),
            },
            Self::Handshake { host, reason, .. } => format!("No TLS connection to {host} ({reason})."),
            Self::Broken { url, reason } => format!("The connection to {url} broke ({reason})."),
            Self::Truncated { url, received } => format!("The answer of {url} broke off after {received} bytes."),
            Self::TooLarge { url, limit } => format!("An answer of {url} is larger than {limit} bytes."),
            Self::Refused {
                url,
                login,
                scheme,
                offered,
                detail,
            } => format!(
                "{url} refused the login '{login}' (HTTP 401, tried {}, offered: {}).{}{detail}",
                scheme.name(),
                list(offered),
                if detail.is_empty() { "" } else { " " },
            ),
            Self::NoCommonScheme { url, wanted, offered } => {
                format!("{url} offers {}, and auth is '{}'.", list(offered), wanted.name())
            }
            Self::Ticket { host, reason } => format!("No Kerberos ticket for HTTP/{host} ({reason})."),
            Self::Token { url, reason, .. } => format!("{url} gave no OAuth token: {reason}."),
            Self::Forbidden { url, login } => format!("{url} denies access to '{login}' (HTTP 403)."),
            Self::Proxy { url } => format!("A proxy on the way to {url} wants a login (HTTP 407)."),
            Self::Tunnel { proxy, host, reason } => format!("No way through the proxy {proxy} to {host} ({reason})."),
            Self::Redirected { url, to } => format!("{url} redirects to {to}."),
            Self::Busy {
                url,
                status,
                retry_after,
            } => match retry_after {
                Some(wait) => format!("{url} is busy (HTTP {status}) and asks to wait {} s.", wait.as_secs()),
                None => format!("{url} is busy (HTTP {status})."),
            },
            Self::Held { url, wait } => format!("{url} asked to be left alone for {} s more.", wait.as_secs()),
            Self::Server { url, status, title } if title.is_empty() => {
                format!("{url} answered HTTP {status} without a SOAP envelope.")
            }
            Self::Server { url, status, title } => format!("{url} answered HTTP {status} with a page “{title}”."),
            Self::NotEws { url, status, what } => {
                format!("{url} is not Exchange Web Services: HTTP {status} with {what}.")
            }
        }
    }
}

fn list(offered: &[String]) -> String {
    if offered.is_empty() {
        "nothing".into()
    } else {
        offered.join(", ")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message(), self.policy().advice)
    }
}

impl std::error::Error for Error {}
