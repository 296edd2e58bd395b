//! What the administrator sets, and what is wrong with it. Knows no server.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use ews::RequestServerVersion;
use ews::transport::{Proxy, Scheme, TlsLevel};

use crate::{Error, address};

/// Settings of an engine; [`Engine::new`](crate::Engine::new) checks them.
#[derive(Clone)]
pub struct Settings {
    /// Host, URL of `Exchange.asmx`, or an e-mail domain.
    pub server: String,
    /// A `RequestServerVersion`, or `auto`.
    pub version: String,
    /// `DOMAIN\user`, `user@domain` or `user`.
    pub login: String,
    /// Password of the service account.
    pub password: String,
    /// `auto`, `basic`, `ntlm`, `negotiate` or `oauth`.
    pub auth: String,
    /// OAuth 2.0 token endpoint.
    pub oauth_token_url: Option<String>,
    /// OAuth 2.0 application id.
    pub oauth_client_id: Option<String>,
    /// OAuth 2.0 application secret.
    pub oauth_client_secret: Option<String>,
    /// OAuth 2.0 scope.
    pub oauth_scope: Option<String>,
    /// Domains whose mailboxes may be read; at least one.
    pub domains: Vec<String>,
    /// Which TLS protocols and suites are spoken.
    pub tls: TlsLevel,
    /// Further certificate authorities (PEM).
    pub ca_file: Option<PathBuf>,
    /// HTTP proxy on the way to the server, `http://[user:password@]host:port`; none: the environment's is not used either.
    pub proxy: Option<String>,
    /// Mailboxes at once, and connections to the server.
    pub concurrency: usize,
    /// Messages a batch at most.
    pub batch_size: usize,
    /// Mail received before is not collected.
    pub since: Option<SystemTime>,
    /// Names, paths or distinguished ids of folders, each with what is below it; none: all but
    /// drafts, junk, outbox and deleted items.
    pub folders: Vec<String>,
    /// The owner of a mailbox counts as a recipient of what lies in it: mail to a group, an alias or by Bcc is collected
    /// when its sender is a contact.
    pub owner_is_recipient: bool,
    /// Mail whose sender marked it private or confidential is left on the server, and reported.
    pub skip_private: bool,
    /// For a TCP connection and its TLS handshake.
    pub connect_timeout: Duration,
    /// For a request until its answer begins, and for each silence in it; a large answer may take longer as long as it comes.
    pub request_timeout: Duration,
    /// Mailboxes that journal reports are sent to: only there a report is believed, and the message in it collected.
    pub journal_mailboxes: Vec<String>,
    /// Larger messages are skipped, and reported.
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
            tls: TlsLevel::default(),
            ca_file: None,
            proxy: None,
            concurrency: 8,
            batch_size: 100,
            since: None,
            folders: Vec::new(),
            owner_is_recipient: false,
            skip_private: false,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(120),
            journal_mailboxes: Vec::new(),
            max_message_bytes: 96 << 20,
        }
    }
}

impl Settings {
    /// The domains, where every setting can work.
    ///
    /// # Errors
    /// The first setting that can't.
    pub(crate) fn check(&self) -> Result<Domains, Error> {
        required(
            "server",
            &self.server,
            "Name the host of Exchange, or the URL of its Exchange.asmx.",
        )?;
        self.request_server_version()?;
        self.proxy()?;
        let scheme = self.scheme()?;
        if scheme == Scheme::OAuth {
            for (name, value) in [
                ("oauth_token_url", &self.oauth_token_url),
                ("oauth_client_id", &self.oauth_client_id),
                ("oauth_client_secret", &self.oauth_client_secret),
                ("oauth_scope", &self.oauth_scope),
            ] {
                required(name, value.as_deref().unwrap_or_default(), "auth 'oauth' needs it.")?;
            }
        } else {
            required("login", &self.login, "Name the service account.")?;
            required("password", &self.password, "Enter the password of the service account.")?;
        }
        if self.concurrency == 0 {
            return Err(Error::setting("concurrency", "is 0.", "Set it to 1 or more."));
        }
        if self.batch_size == 0 {
            return Err(Error::setting("batch_size", "is 0.", "Set it to 1 or more."));
        }
        if self.max_message_bytes == 0 {
            return Err(Error::setting("max_message_bytes", "is 0.", "Set it to 1 or more."));
        }
        if let Some(odd) = self
            .journal_mailboxes
            .iter()
            .find(|text| address::normalize(text).is_none())
        {
            return Err(Error::setting(
                "journal_mailboxes",
                &format!("holds '{}', which is no e-mail address.", odd.escape_debug()),
                "Write addresses such as journal@example.com, one each.",
            ));
        }
        Domains::new(&self.domains)
    }

    /// Whether the mailbox of this address, in normal form, is one of journal reports.
    pub(crate) fn is_journal(&self, mailbox: &str) -> bool {
        let named = |text: &String| address::normalize(text).as_deref() == Some(mailbox);
        self.journal_mailboxes.iter().any(named)
    }

    /// The version to ask in; `None`: found out.
    pub(crate) fn request_server_version(&self) -> Result<Option<RequestServerVersion>, Error> {
        if self.version.is_empty() || self.version.eq_ignore_ascii_case("auto") {
            return Ok(None);
        }
        RequestServerVersion::from_name(&self.version).map(Some).ok_or_else(|| {
            let known: Vec<_> = RequestServerVersion::ALL.iter().map(|v| v.name()).collect();
            Error::setting(
                "version",
                &format!("is '{}', which no Exchange knows.", self.version),
                &format!("Set it to auto, or to one of {}.", known.join(", ")),
            )
        })
    }

    /// The proxy.
    pub(crate) fn proxy(&self) -> Result<Option<Proxy>, Error> {
        let Some(proxy) = self.proxy.as_deref() else {
            return Ok(None);
        };
        let form = "Set it to http://host:port, or to http://user:password@host:port where the proxy wants a login.";
        let proxy = Proxy::parse(proxy).map_err(|reason| Error::setting("proxy", reason, form))?;
        if self.server.trim_start().starts_with("http:") {
            return Err(Error::setting(
                "proxy",
                "leads to servers with HTTPS only, and 'server' begins with http://.",
                "Set 'server' to the https:// address of Exchange, or leave 'proxy' empty.",
            ));
        }
        Ok(Some(proxy))
    }

    /// The authentication scheme.
    pub(crate) fn scheme(&self) -> Result<Scheme, Error> {
        Scheme::from_name(&self.auth).ok_or_else(|| {
            Error::setting(
                "auth",
                &format!("is '{}'.", self.auth),
                "Set it to auto, basic, ntlm, negotiate or oauth.",
            )
        })
    }
}

fn required(name: &str, value: &str, remedy: &str) -> Result<(), Error> {
    if value.trim().is_empty() {
        return Err(Error::setting(name, "is empty.", remedy));
    }
    Ok(())
}

/// The domains whose mailboxes may be read; never empty.
#[derive(Debug, Clone)]
pub struct Domains(Vec<String>);

impl Domains {
    /// Domains in any case, with or without a leading `@`.
    ///
    /// # Errors
    /// [`Remedy::Configuration`](crate::Remedy::Configuration): none, or one that is no domain.
    pub fn new(domains: &[String]) -> Result<Self, Error> {
        let mut normal = Vec::new();
        for domain in domains {
            let Some(trimmed) = address::normalize_domain(domain.trim().trim_start_matches('@')) else {
                return Err(Error::setting(
                    "domains",
                    &format!("holds '{}', which is no domain.", domain.escape_debug()),
                    "Write domains such as example.com, one each.",
                ));
            };
            normal.push(trimmed);
        }
        if normal.is_empty() {
            return Err(Error::setting(
                "domains",
                "is empty.",
                "Name at least one domain whose mailboxes may be read.",
            ));
        }
        Ok(Self(normal))
    }

    /// Whether the mailbox's domain is one of them: the very domain, not one below it.
    pub fn allow(&self, mailbox: &str) -> bool {
        address::normalize(mailbox)
            .as_deref()
            .and_then(|address| address.rsplit_once('@'))
            .is_some_and(|(_, domain)| self.0.iter().any(|d| d == domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Settings {
        Settings {
            server: "mail.example.com".into(),
            login: "svc".into(),
            password: "secret".into(),
            domains: vec!["example.com".into()],
            ..Settings::default()
        }
    }

    #[test]
    fn the_error_names_the_setting_that_is_wrong() {
        good().check().expect("complete settings");
        type Spoil = fn(&mut Settings);
        let broken: [(&str, Spoil); 10] = [
            ("server", |s| s.server = " ".into()),
            ("version", |s| s.version = "Exchange2042".into()),
            ("proxy", |s| s.proxy = Some("proxy.example.com:3128".into())),
            ("proxy", |s| {
                s.server = "http://localhost/EWS/Exchange.asmx".into();
                s.proxy = Some("http://proxy.example.com:3128".into());
            }),
            ("login", |s| s.login.clear()),
            ("password", |s| s.password.clear()),
            ("auth", |s| s.auth = "digest".into()),
            ("oauth_token_url", |s| s.auth = "oauth".into()),
            ("domains", |s| s.domains.clear()),
            ("concurrency", |s| s.concurrency = 0),
        ];
        for (name, spoil) in broken {
            let mut settings = good();
            spoil(&mut settings);
            let error = settings.check().expect_err(name);
            assert_eq!(error.kind, crate::Remedy::Configuration);
            assert!(error.message.contains(&format!("'{name}'")), "{error}");
        }
    }

    #[test]
    fn a_domain_allows_its_own_mailboxes_only() {
        let domains = Domains::new(&["@Example.COM ".into(), "müller.example".into()]).expect("domains");
        for mailbox in [
            "jane@example.com",
            "Jane <JANE@EXAMPLE.com>",
            "x@MÜLLER.example",
            "x@xn--mller-kva.example",
        ] {
            assert!(domains.allow(mailbox), "{mailbox}");
        }
        for mailbox in [
            "jane@sub.example.com",
            "jane@notexample.com",
            "jane",
            "",
            "jane@example.com.evil",
        ] {
            assert!(!domains.allow(mailbox), "{mailbox}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for domain in ["", " ", "a@b", "*.example.com", "a,b"] {
            assert!(Domains::new(&[domain.into()]).is_err(), "{domain}");
        }
    }
}
