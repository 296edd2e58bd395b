//! Builds and starts a server. Knows what can be set, not what it does.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::company;
use crate::error::StartError;
use crate::generate::{Book, Direction, Plan, Series};
use crate::handle::Handle;
use crate::http;
use crate::http::tls::Certificate;
use crate::settings::{
    Account, Bodies, Compression, Dials, Discovery, Framing, MailboxServer, Proxy, Rights, Settings,
};
use crate::shared::Shared;
use crate::soap::ServerVersion;
use crate::store::directory::EntryKind;
use crate::store::lock;

/// What the server is to be; every setting has a default. Without an account nobody gets in.
#[derive(Debug, Default)]
pub struct Builder {
    listen: Option<SocketAddr>,
    settings: Settings,
    dials: Dials,
    certificate: Option<Certificate>,
    tls_folder: Option<PathBuf>,
    accounts: Vec<Account>,
    clients: Vec<Account>,
    host_names: Vec<String>,
    mailboxes: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    archives: Vec<String>,
    shown_as_ex: Vec<String>,
    companies: Vec<PathBuf>,
    mail: Vec<(String, PathBuf)>,
    plan: Option<Plan>,
}

impl Builder {
    /// Address and port; 127.0.0.1 and a free port unless told.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// The product to emulate; Exchange 2019 unless told.
    pub fn version(mut self, version: ServerVersion) -> Self {
        self.settings.version = version;
        self
    }

    /// An account that may sign in.
    pub fn account(mut self, login: &str, password: &str, rights: Rights) -> Self {
        self.accounts.push(Account {
            login: login.to_owned(),
            password: password.to_owned(),
            rights,
        });
        self
    }

    /// An OAuth client that gets tokens at `/TENANT/oauth2/v2.0/token`.
    pub fn oauth_client(mut self, client_id: &str, secret: &str, rights: Rights) -> Self {
        self.clients.push(Account {
            login: client_id.to_owned(),
            password: secret.to_owned(),
            rights,
        });
        self
    }

    /// How long an access token lives; an hour unless told.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.token_lifetime = lifetime;
        self
    }

    /// Trusts `X-Remote-User` to name the account: for a proxy in front that authenticates, and that alone can connect.
    pub fn trust_proxy(mut self) -> Self {
        self.settings.proxy = Proxy::Trusted;
        self
    }

    /// What Autodiscover answers; nothing unless told.
    pub fn discovery(mut self, discovery: Discovery) -> Self {
        self.dials.discovery = discovery;
        self
    }

    /// Another host name in the server's certificate, such as `autodiscover.example.com`.
    pub fn host_name(mut self, name: &str) -> Self {
        self.host_names.push(name.to_owned());
        self
    }

    /// An empty mailbox with the default folders.
    pub fn mailbox(self, address: &str) -> Self {
        let local = address.split('@').next().unwrap_or(address).to_owned();
        self.named_mailbox(address, &local)
    }

    /// The same, with a display name.
    pub fn named_mailbox(mut self, address: &str, name: &str) -> Self {
        self.mailboxes.push((address.to_owned(), name.to_owned()));
        self
    }

    /// A distribution group, for `ResolveNames`.
    pub fn group(mut self, address: &str, name: &str) -> Self {
        self.groups.push((address.to_owned(), name.to_owned()));
        self
    }

    /// Gives a mailbox an in-place archive (`archivemsgfolderroot`).
    pub fn archive(mut self, address: &str) -> Self {
        self.archives.push(address.to_owned());
        self
    }

    /// Answers show this mailbox as routing type EX with its legacy DN.
    pub fn shown_as_ex(mut self, address: &str) -> Self {
        self.shown_as_ex.push(address.to_owned());
        self
    }

    /// Loads a company folder (see README.md).
    pub fn company(mut self, folder: &Path) -> Self {
        self.companies.push(folder.to_owned());
        self
    }

    /// Loads `.eml` files into a mailbox's inbox, sub-folders into sub-folders.
    pub fn mail(mut self, address: &str, folder: &Path) -> Self {
        self.mail.push((address.to_owned(), folder.to_owned()));
        self
    }

    /// Generates mailboxes.
    pub fn generate(mut self, plan: Plan) -> Self {
        self.plan = Some(plan);
        self
    }

    /// Serves HTTPS with a fresh authority.
    pub fn tls(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Writes `ca.pem`, `server.pem` and `server.key` there.
    pub fn tls_folder(mut self, folder: &Path) -> Self {
        self.tls_folder = Some(folder.to_owned());
        self
    }

    /// Each answer waits so long.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.dials.latency = latency;
        self
    }

    /// Bytes a second for each connection.
    pub fn bandwidth(mut self, bytes_per_second: u64) -> Self {
        self.dials.bandwidth_bytes_per_second = Some(bytes_per_second);
        self
    }

    /// Compresses answers.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.dials.compression = compression;
        self
    }

    /// Chunks answers.
    pub fn framing(mut self, framing: Framing) -> Self {
        self.dials.framing = framing;
        self
    }

    /// Most entries of a `FindItem` or `FindFolder` page; 1,000 unless told.
    pub fn find_limit(mut self, entries: usize) -> Self {
        self.settings.find_limit = entries;
        self
    }

    /// Least length of sync states, bytes before base64.
    pub fn sync_state_bytes(mut self, bytes: usize) -> Self {
        self.settings.sync_state_bytes = bytes;
        self
    }

    /// `WWW-Authenticate` values, one header each; only Basic is really served.
    pub fn offers(mut self, offers: &[&str]) -> Self {
        self.settings.offers = offers.iter().map(|o| (*o).to_owned()).collect();
        self
    }

    /// Requests at once for one mailbox; more get `ErrorExceededConnectionCount`.
    pub fn connections_per_mailbox(mut self, most: usize) -> Self {
        self.settings.connections_per_mailbox = Some(most);
        self
    }

    /// Requests at once on the whole server; more get `ErrorServerBusy` with `BackOffMilliseconds`.
    pub fn busy_above(mut self, requests: usize, back_off: Duration) -> Self {
        self.settings.busy_above = Some((requests, back_off));
        self
    }

    /// How long a minute of a streaming subscription's `ConnectionTimeout` lasts, so that a test need not wait for one.
    pub fn streaming_minute(mut self, minute: Duration) -> Self {
        self.settings.minute = minute;
        self
    }

    /// One of several mailbox servers: its site in the directory and its mailboxes. From 2013 on subscriptions live on the
    /// server that `X-BackEndOverrideCookie` or `X-AnchorMailbox` leads to, where that is in the mailbox's site.
    pub fn mailbox_server(mut self, site: &str, mailboxes: &[&str]) -> Self {
        self.settings.mailbox_servers.push(MailboxServer {
            site: site.to_owned(),
            mailboxes: mailboxes.iter().map(|m| (*m).to_owned()).collect(),
        });
        self
    }

    /// Keeps request bodies in the journal.
    pub fn bodies(mut self, bodies: Bodies) -> Self {
        self.settings.bodies = bodies;
        self
    }

    /// Starts the server on threads of its own; it answers when this returns.
    ///
    /// # Errors
    /// The port is taken, a folder cannot be read, TLS cannot be prepared.
    pub async fn start(self) -> Result<Handle, StartError> {
        self.start_blocking()
    }

    /// The same, outside async code.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub fn start_blocking(self) -> Result<Handle, StartError> {
        let address = self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let wrong = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(wrong)?;
        listener.set_nonblocking(true).map_err(wrong)?;
        let port = listener.local_addr().map_err(wrong)?.port();
        let tls = self
            .certificate
            .map(|kind| http::tls::prepare(kind, &self.host_names))
            .transpose()?;
        if let (Some(tls), Some(folder)) = (&tls, &self.tls_folder) {
            let files = [
                ("ca.pem", &tls.ca_pem),
                ("server.pem", &tls.certificate_pem),
                ("server.key", &tls.key_pem),
            ];
            std::fs::create_dir_all(folder).map_err(|e| StartError::Tls(e.to_string()))?;
            for (name, pem) in files {
                std::fs::write(folder.join(name), pem).map_err(|e| StartError::Tls(e.to_string()))?;
            }
        }
        let url = match &tls {
            // The certificate is made out to localhost.
            Some(_) => format!("https://localhost:{port}/EWS/Exchange.asmx"),
            None => format!("http://{}:{port}/EWS/Exchange.asmx", address.ip()),
        };
        let ca_pem = tls.as_ref().map(|t| t.ca_pem.clone());
        let shared = Arc::new(self.populate()?);
        shared.set_url(&url);
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("exchange-server")
            .enable_all()
            .build()
            .map_err(StartError::Runtime)?;
        let serving = shared.clone();
        std::thread::Builder::new()
            .name("exchange-server".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(http::serve(listener, tls.map(|t| t.acceptor), serving, stopped));
                runtime.shutdown_background();
            })
            .map_err(StartError::Runtime)?;
        Ok(Handle {
            shared,
            url,
            ca_pem,
            stop,
        })
    }

    fn populate(self) -> Result<Shared, StartError> {
        let shared = Shared::new(self.settings, self.dials, self.plan.clone());
        *lock(&shared.accounts) = self.accounts;
        *lock(&shared.clients) = self.clients;
        for (address, name) in &self.mailboxes {
            shared.create_mailbox(address, name);
        }
        for folder in &self.companies {
            company::load(&shared, folder)?;
        }
        for (address, folder) in &self.mail {
            let mailbox = shared.create_mailbox(address, address);
            company::load_tree(&mut lock(&mailbox), folder, "inbox")?;
        }
        if let Some(plan) = &self.plan {
            generate(&shared, plan);
        }
        for address in &self.archives {
            if let Ok(mailbox) = shared.mailbox(address) {
                lock(&mailbox).add_archive();
            }
        }
        shared.edit_directory(|directory| {
            for (address, name) in &self.groups {
                directory.add(name, address, EntryKind::Group);
            }
            for address in &self.shown_as_ex {
                directory.show_as_ex(address);
            }
        });
        Ok(shared)
    }
}

fn generate(shared: &Shared, plan: &Plan) {
    let book = Book::new(plan);
    for owner in 0..plan.users {
        let user = book.user(owner);
        let (address, name) = (user.email.unwrap_or_default(), user.name.unwrap_or_default());
        let mailbox = shared.create_mailbox(&address, &name);
        let mut mailbox = lock(&mailbox);
        for direction in Direction::ALL {
            if let Ok(key) = mailbox.create_folder(direction.folder(), "IPF.Note")
                && let Some(folder) = mailbox.folder_mut(key)
            {
                folder.generate(Arc::new(Series::new(plan, owner, direction)));
            }
        }
    }
}
