//! What the server is told once, and what can be turned while it runs. Knows no request.

use std::time::Duration;

use crate::soap::ServerVersion;

/// Fixed when the server starts.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub version: ServerVersion,
    /// Policy EWSFindCountLimit: most entries of a page.
    pub find_limit: usize,
    /// Least length of a sync state, bytes before base64.
    pub sync_state_bytes: usize,
    /// Values of `WWW-Authenticate`, one header each.
    pub offers: Vec<String>,
    /// Requests at once for one mailbox; more get `ErrorExceededConnectionCount`.
    pub connections_per_mailbox: Option<usize>,
    /// Requests at once on the whole server, and the wait that more of them are told.
    pub busy_above: Option<(usize, Duration)>,
    pub bodies: Bodies,
    pub proxy: Proxy,
    /// How long an access token lives.
    pub token_lifetime: Duration,
    /// How long a minute of `ConnectionTimeout` lasts.
    pub minute: Duration,
    /// None: one server has all mailboxes.
    pub mailbox_servers: Vec<MailboxServer>,
}

/// One of several mailbox servers behind the same address.
#[derive(Debug, Clone)]
pub(crate) struct MailboxServer {
    /// Its site in the directory: across sites a request is handed on to the mailbox's own server.
    pub site: String,
    pub mailboxes: Vec<String>,
}

impl Settings {
    /// The server that holds a mailbox; the first where none is told.
    pub fn home(&self, mailbox: &str) -> usize {
        let holds = |server: &MailboxServer| server.mailboxes.iter().any(|m| m.eq_ignore_ascii_case(mailbox));
        self.mailbox_servers.iter().position(holds).unwrap_or_default()
    }

    /// The site of a server.
    pub fn site(&self, server: usize) -> &str {
        self.mailbox_servers
            .get(server)
            .map_or("Default-First-Site-Name", |s| &s.site)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: ServerVersion::Exchange2019,
            find_limit: 1_000,
            sync_state_bytes: 0,
            offers: vec!["Basic realm=\"exchange.example.com\"".to_owned()],
            connections_per_mailbox: None,
            busy_above: None,
            bodies: Bodies::Dropped,
            proxy: Proxy::Unknown,
            token_lifetime: Duration::from_secs(3_599),
            minute: Duration::from_secs(60),
            mailbox_servers: Vec::new(),
        }
    }
}

/// Whether a proxy in front authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// `X-Remote-User` is ignored.
    Unknown,
    /// `X-Remote-User` names the account: only where nobody but the proxy can connect.
    Trusted,
}

/// What Autodiscover answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discovery {
    /// Nothing: 404.
    #[default]
    Off,
    /// This server's own URL, for addresses that have a mailbox.
    Own,
    /// Another EWS URL.
    Url(String),
    /// `redirectAddr`: ask for another address; asked for that one, the own URL.
    RedirectAddress(String),
    /// `redirectUrl`: ask another Autodiscover URL.
    RedirectUrl(String),
    /// Status 302.
    HttpRedirect(String),
}

/// Whether request bodies are kept in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bodies {
    /// Sizes only.
    Dropped,
    /// Whole, so that tests can hold them to the schema.
    Kept,
}

/// Whether answers are compressed for clients that accept it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Never.
    #[default]
    Off,
    /// gzip.
    Gzip,
}

/// How bodies are framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// With `Content-Length`.
    #[default]
    Whole,
    /// `Transfer-Encoding: chunked`, in pieces of 4 KiB.
    Chunked,
}

/// Turned while the server runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dials {
    pub latency: Duration,
    pub bandwidth_bytes_per_second: Option<u64>,
    pub compression: Compression,
    pub framing: Framing,
    pub discovery: Discovery,
}

/// Whom a login may act for (ApplicationImpersonation).
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rights {
    /// Nobody but its own mailbox.
    None,
    /// Every mailbox.
    All,
    /// These mailboxes, as a `CustomRecipientWriteScope` says it.
    Mailboxes(Vec<String>),
}

#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub login: String,
    pub password: String,
    pub rights: Rights,
}

impl Account {
    /// `DOMAIN\user`, `user@domain` and `user` name the same account.
    pub fn is(&self, login: &str) -> bool {
        fn bare(login: &str) -> &str {
            let login = login.rsplit_once('\\').map_or(login, |(_, user)| user);
            login.split_once('@').map_or(login, |(user, _)| user)
        }
        bare(&self.login).eq_ignore_ascii_case(bare(login))
    }

    pub fn may_impersonate(&self, mailbox: &str) -> bool {
        match &self.rights {
            Rights::None => false,
            Rights::All => true,
            Rights::Mailboxes(list) => list.iter().any(|m| m.eq_ignore_ascii_case(mailbox)),
        }
    }
}
