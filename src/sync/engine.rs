//! The engine's face to its host: settings in, runs out. Knows no PHP and no database.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use ews::ItemId;
use ews::discovery;
use ews::transport::{OAuth, Secret, Transport};
use futures_util::FutureExt;
use tokio::sync::{OnceCell, SemaphorePermit};
use url::Url;

use crate::budget::Budget;
use crate::directory::Directory;
use crate::folders::Folders;
use crate::login::Login;
use crate::mailbox::{Outlet, Purpose, Reading, Stop};
use crate::{AddressBook, Collects, Domains, Error, Message, Run, Settings, Watch, address};

/// Around the largest message in base64: the rest of an answer, and the other messages of its request.
const ANSWER_SLACK_BYTES: u64 = 32 << 20;

/// A mailbox to read, with what the host stored of it.
#[derive(Debug, Clone, Default)]
pub struct MailboxTask {
    /// SMTP address.
    pub address: String,
    /// Folder id to checkpoint.
    pub checkpoints: HashMap<String, String>,
    /// Which of its mail is collected.
    pub collects: Collects,
    /// Mail received before is not collected; `None`: as the settings say.
    pub since: Option<SystemTime>,
}

/// What `check` found.
#[derive(Debug, Clone)]
pub struct ServerInfo {
    /// URL of `Exchange.asmx`.
    pub url: String,
    /// `15.2.1544.4`
    pub build: String,
    /// `Exchange 2019`
    pub product: String,
    /// The `RequestServerVersion` in use.
    pub version: String,
    /// The authentication scheme in use.
    pub auth: String,
    /// The mailbox that was looked at.
    pub mailbox: String,
    /// How many of its folders would be read.
    pub folders: u32,
}

/// One Exchange server under one set of settings. Cheap to clone; belongs to the tokio runtime it is used on.
#[derive(Clone)]
pub struct Engine {
    settings: Arc<Settings>,
    domains: Arc<Domains>,
    client: Arc<OnceCell<ews::Client>>,
    directory: Arc<Directory>,
    budget: Budget,
}

impl Engine {
    /// Checks the settings; touches no network.
    ///
    /// # Errors
    /// [`Remedy::Configuration`], naming the setting.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            domains: Arc::new(settings.check()?),
            settings: Arc::new(settings),
            client: Arc::default(),
            directory: Arc::default(),
            budget: Budget::default(),
        })
    }

    /// Proves server, credentials and impersonation for one mailbox.
    ///
    /// # Errors
    /// What stands in the way, and whose hands the remedy is in.
    pub async fn check(&self, mailbox: &str) -> Result<ServerInfo, Error> {
        let reading = self.reading(mailbox, Arc::default(), Purpose::Everything).await?;
        let client = &reading.client;
        let folders = reading
            .folders(&HashMap::new())
            .await
            .map_err(|error| reading.error(&error))?;
        let server = client.server();
        Ok(ServerInfo {
            url: client.transport().settings().endpoint.to_string(),
            build: server.as_ref().map(ews::ServerVersionInfo::build).unwrap_or_default(),
            product: server.as_ref().map(|s| s.product().to_owned()).unwrap_or_default(),
            version: client.version().name().into(),
            auth: client
                .transport()
                .scheme_used()
                .map(|s| s.name().to_owned())
                .unwrap_or_default(),
            mailbox: mailbox.into(),
            folders: u32::try_from(folders.selected.len()).unwrap_or(u32::MAX),
        })
    }

    /// Starts a run; must be called inside a tokio runtime. Dropping the `Run` aborts all its work.
    pub fn run(&self, book: Arc<AddressBook>) -> Run {
        Run::new(self.clone(), book, Purpose::Everything)
    }

    /// Starts a search for mail of the participants in the mailboxes offered; else like `run`. Checkpoints are neither
    /// read nor given.
    pub fn search(&self, book: Arc<AddressBook>, participants: Vec<String>) -> Run {
        let participants = participants
            .iter()
            .filter_map(|text| address::normalize(text))
            .map(std::borrow::Cow::into_owned)
            .collect();
        Run::new(self.clone(), book, Purpose::MailOf(Arc::new(participants)))
    }

    /// Starts to watch mailboxes, so that new mail is known within seconds; must be called inside a tokio runtime.
    pub fn watch(&self, mailboxes: Vec<String>) -> Watch {
        Watch::new(self.clone(), mailboxes)
    }

    /// One message with its content; `None` where it is gone. Its direction and matches take an address book, so that here
    /// it is always incoming and matches nobody.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn message(&self, mailbox: &str, item_id: &str) -> Result<Option<Message>, Error> {
        let reading = self.reading(mailbox, Arc::default(), Purpose::Everything).await?;
        reading
            .message(&ItemId(item_id.into()))
            .await
            .map_err(|error| reading.error(&error))
    }

    /// Marks items read or unread; answers the item ids that are gone.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn set_read(&self, mailbox: &str, item_ids: &[String], read: bool) -> Result<Vec<String>, Error> {
        let reading = self.reading(mailbox, Arc::default(), Purpose::Everything).await?;
        let ids: Vec<ItemId> = item_ids.iter().map(|id| ItemId(id.clone())).collect();
        let answers = reading
            .mailbox
            .set_read(&ids, read)
            .await
            .map_err(|error| reading.error(&error))?;
        let mut gone = Vec::new();
        for (id, answer) in ids.into_iter().zip(answers) {
            match answer {
                Ok(_) => {}
                Err(error) if error.code == ews::ResponseCode::ErrorItemNotFound => gone.push(id.0),
                Err(error) => return Err(reading.error(&error.into())),
            }
        }
        Ok(gone)
    }

    pub(crate) async fn reading(
        &self,
        mailbox: &str,
        book: Arc<AddressBook>,
        purpose: Purpose,
    ) -> Result<Reading, Error> {
        if !self.domains.allow(mailbox) {
            return Err(Error::outside_domains(mailbox));
        }
        let client = self.client.get_or_try_init(|| self.connect(mailbox)).await?;
        let address = address::normalize(mailbox).unwrap_or_default();
        let is_journal = self.settings.is_journal(&address);
        Ok(Reading {
            is_journal,
            items_were_read: AtomicBool::new(false),
            client: client.clone(),
            mailbox: client.mailbox(&address),
            book,
            settings: self.settings.clone(),
            directory: self.directory.clone(),
            budget: self.budget.clone(),
            since: self.settings.since.map(Into::into),
            purpose,
            collects: Collects::default(),
        })
    }

    /// The client, once the server's address is known.
    async fn connect(&self, mailbox: &str) -> Result<ews::Client, Error> {
        let told = |error: ews::transport::Error| Error::of_mailbox(mailbox, &error.into(), None);
        let lost = |error| Error::of_discovery(mailbox, error);
        let server = &self.settings.server;
        let mut settings = self.transport_settings(discovery::first_guess(server).map_err(lost)?)?;
        settings.endpoint = discovery::endpoint(server, Some(mailbox), &settings)
            .await
            .map_err(lost)?;
        let transport = Transport::new(settings).map_err(told)?;
        Ok(ews::Client::new(transport, self.settings.request_server_version()?))
    }

    fn transport_settings(&self, endpoint: Url) -> Result<ews::transport::Settings, Error> {
        let settings = &self.settings;
        let mut transport =
            ews::transport::Settings::new(endpoint, settings.login.clone(), Secret::new(settings.password.clone()));
        transport.scheme = settings.scheme()?;
        transport.oauth = self.oauth()?;
        transport.tls = settings.tls;
        transport.ca_file.clone_from(&settings.ca_file);
        transport.proxy = settings.proxy()?;
        transport.connect_timeout = settings.connect_timeout;
        transport.request_timeout = settings.request_timeout;
        transport.max_connections = settings.concurrency;
        transport.max_answer_bytes = settings.max_message_bytes / 3 * 4 + ANSWER_SLACK_BYTES;
        Ok(transport)
    }

    fn oauth(&self) -> Result<Option<OAuth>, Error> {
        let settings = &self.settings;
        let Some(token_url) = settings.oauth_token_url.as_deref().filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        let token_url = Url::parse(token_url).map_err(|error| {
            Error::setting(
                "oauth_token_url",
                &format!("is no URL ({error})."),
                "Set it to the token endpoint, https://….",
            )
        })?;
        Ok(Some(OAuth {
            token_url,
            client_id: settings.oauth_client_id.clone().unwrap_or_default(),
            client_secret: Secret::new(settings.oauth_client_secret.clone().unwrap_or_default()),
            scope: settings.oauth_scope.clone().unwrap_or_default(),
        }))
    }

    /// Mailboxes at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.settings.concurrency
    }

    /// Reads one mailbox to its end and says its last word, whatever happens.
    pub(crate) async fn read(
        self,
        task: MailboxTask,
        book: Arc<AddressBook>,
        purpose: Purpose,
        login: Arc<Login>,
        outlet: Outlet,
    ) {
        let address = task.address.clone();
        let work = self.read_mailbox(task, book, purpose, &login, &outlet);
        let failure = match AssertUnwindSafe(work).catch_unwind().await {
            Ok(outcome) => outcome.err(),
            Err(_panic) => Some(Error::internal(&address)),
        };
        outlet.finish(failure).await;
    }

    async fn read_mailbox(
        &self,
        task: MailboxTask,
        book: Arc<AddressBook>,
        purpose: Purpose,
        login: &Login,
        outlet: &Outlet,
    ) -> Result<(), Error> {
        let first = self.allowed(&task.address, login).await?;
        let opened = self.open(&task, book, purpose).await;
        login.learn(opened.as_ref().err());
        drop(first);
        let (reading, folders) = opened?;
        let outcome = match &reading.purpose {
            Purpose::Everything => reading.synchronize(folders, &task.checkpoints, outlet).await,
            Purpose::MailOf(participants) => reading.search(folders, participants, outlet).await,
        };
        match outcome {
            Err(Stop::Failed(error)) => {
                let error = reading.error(&error);
                login.learn(Some(&error));
                Err(error)
            }
            Ok(()) | Err(Stop::HostGone) => Ok(()),
        }
    }

    /// The first that is asked of a mailbox, and with it of a server.
    async fn open(
        &self,
        task: &MailboxTask,
        book: Arc<AddressBook>,
        purpose: Purpose,
    ) -> Result<(Reading, Folders), Error> {
        let reading = self.reading(&task.address, book, purpose).await?;
        let reading = Reading {
            collects: task.collects,
            since: task.since.map(Into::into).or(reading.since),
            ..reading
        };
        let folders = reading.folders(&task.checkpoints).await;
        let folders = folders.map_err(|error| reading.error(&error))?;
        Ok((reading, folders))
    }

    /// Waits for the proof of the login, but not with a mailbox that may not be contacted anyway.
    pub(crate) async fn allowed<'a>(
        &self,
        mailbox: &str,
        login: &'a Login,
    ) -> Result<Option<SemaphorePermit<'a>>, Error> {
        if !self.domains.allow(mailbox) {
            return Err(Error::outside_domains(mailbox));
        }
        login.enter().await.map_err(|refusal| refusal.also_of(mailbox))
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("server", &self.settings.server)
            .finish_non_exhaustive()
    }
}
