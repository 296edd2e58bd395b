//! What the administrator sets.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Settings of an engine; `Engine::new` checks them.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Settings {
    /// Host, URL of `Exchange.asmx`, or an e-mail domain.
    pub server: String,
    /// A `RequestServerVersion`, or `auto`.
    pub version: String,
    pub login: String,
    pub password: String,
    /// `auto`, `basic`, `ntlm`, `negotiate` or `oauth`.
    pub auth: String,
    pub oauth_token_url: Option<String>,
    pub oauth_client_id: Option<String>,
    pub oauth_client_secret: Option<String>,
    pub oauth_scope: Option<String>,
    pub domains: Vec<String>,
    pub ca_file: Option<PathBuf>,
    /// Mailboxes at once.
    pub concurrency: usize,
    /// Messages a batch at most.
    pub batch_size: usize,
    pub since: Option<SystemTime>,
    pub folders: Vec<String>,
    pub connect_timeout: Duration,
    pub request_timeout: Duration,
    pub max_message_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server: String::new(),
            version: "auto".into(),
            login: String::new(),
            password: String::new(),
            auth: "auto".into(),
            oauth_token_url: None,
            oauth_client_id: None,
            oauth_client_secret: None,
            oauth_scope: None,
            domains: Vec::new(),
            ca_file: None,
            concurrency: 8,
            batch_size: 100,
            since: None,
            folders: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(120),
            max_message_bytes: 96 << 20,
        }
    }
}

/// The domains whose mailboxes may be read; never empty.
#[derive(Debug, Clone)]
pub struct Domains(#[allow(dead_code)] Vec<String>);
