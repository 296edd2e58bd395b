//! The running server's state, shared by its connections, the handle and the control endpoint.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;
use tokio::time::Instant;

use crate::error::EditError;
use crate::faults::Faults;
use crate::generate::Plan;
use crate::journal::Journal;
use crate::settings::{Account, Dials, Settings};
use crate::store::directory::{Directory, EntryKind};
use crate::store::lock;
use crate::store::mailbox::Mailbox;
use crate::store::notices::Bell;
use crate::store::subscriptions::Subscriptions;

/// An access token that was handed out.
#[derive(Debug)]
pub(crate) struct Token {
    pub text: String,
    pub client: String,
    pub until: Instant,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub settings: Settings,
    pub dials: Mutex<Dials>,
    pub accounts: Mutex<Vec<Account>>,
    /// OAuth clients; `login` is the client id.
    pub clients: Mutex<Vec<Account>>,
    pub tokens: Mutex<Vec<Token>>,
    pub faults: Faults,
    pub journal: Journal,
    pub plan: Option<Plan>,
    pub subscriptions: Subscriptions,
    url: OnceLock<String>,
    bell: Bell,
    directory: RwLock<Directory>,
    mailboxes: RwLock<BTreeMap<String, Arc<Mutex<Mailbox>>>>,
}

impl Shared {
    pub fn new(settings: Settings, dials: Dials, plan: Option<Plan>) -> Self {
        Self {
            settings,
            dials: Mutex::new(dials),
            accounts: Mutex::default(),
            clients: Mutex::default(),
            tokens: Mutex::default(),
            url: OnceLock::new(),
            faults: Faults::default(),
            journal: Journal::default(),
            plan,
            subscriptions: Subscriptions::default(),
            bell: Bell::new(0),
            directory: RwLock::default(),
            mailboxes: RwLock::default(),
        }
    }

    pub fn mailbox(&self, address: &str) -> Result<Arc<Mutex<Mailbox>>, EditError> {
        let mailboxes = self.mailboxes.read().unwrap_or_else(PoisonError::into_inner);
        mailboxes
            .get(&address.to_lowercase())
            .cloned()
            .ok_or_else(|| EditError::NoMailbox(address.to_owned()))
    }

    /// The mailbox, created where there is none yet, with its entry in the directory.
    pub fn create_mailbox(&self, address: &str, name: &str) -> Arc<Mutex<Mailbox>> {
        self.edit_directory(|d| d.add(name, address, EntryKind::Mailbox));
        let mut mailboxes = self.mailboxes.write().unwrap_or_else(PoisonError::into_inner);
        mailboxes
            .entry(address.to_lowercase())
            .or_insert_with(|| Arc::new(Mutex::new(Mailbox::new(address, self.bell.clone()))))
            .clone()
    }

    /// The server's own URL of `Exchange.asmx`.
    pub fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    pub fn set_url(&self, url: &str) {
        let _ = self.url.set(url.to_owned());
    }

    /// Rings for every event.
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    pub fn remove_mailbox(&self, address: &str) {
        let mut mailboxes = self.mailboxes.write().unwrap_or_else(PoisonError::into_inner);
        mailboxes.remove(&address.to_lowercase());
    }

    /// Addresses of all mailboxes, in order.
    pub fn addresses(&self) -> Vec<String> {
        let mailboxes = self.mailboxes.read().unwrap_or_else(PoisonError::into_inner);
        mailboxes.values().map(|m| lock(m).address.clone()).collect()
    }

    pub fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn edit_directory(&self, edit: impl FnOnce(&mut Directory)) {
        edit(&mut self.directory.write().unwrap_or_else(PoisonError::into_inner));
    }
}
