//! The engine's face to its host.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{AddressBook, Batch, Error, Message, Settings};

/// A mailbox to read, with what the host stored of it.
#[derive(Debug, Clone, Default)]
pub struct MailboxTask {
    /// SMTP address.
    pub address: String,
    /// Folder id to checkpoint.
    pub checkpoints: HashMap<String, String>,
}

/// What `check` found.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ServerInfo {
    pub url: String,
    /// `15.2.1544.4`
    pub build: String,
    /// `Exchange 2019`
    pub product: String,
    /// `ServerVersionInfo/@Version` or the RequestServerVersion used.
    pub version: String,
    pub auth: String,
    pub mailbox: String,
    pub folders: u32,
}

/// One Exchange server under one set of settings. Cheap to clone; belongs to the tokio runtime it is used on.
#[derive(Clone)]
pub struct Engine {}

impl Engine {
    /// Checks the settings; touches no network.
    pub fn new(_settings: Settings) -> Result<Self, Error> {
        todo!()
    }
    /// Proves server, credentials and impersonation for one mailbox.
    pub async fn check(&self, _mailbox: &str) -> Result<ServerInfo, Error> {
        todo!()
    }
    /// Starts a run; must be called inside a tokio runtime. Dropping the `Run` aborts all its work.
    pub fn run(&self, _book: Arc<AddressBook>) -> Run {
        todo!()
    }
    /// Starts a search for mail of the participants; else like `run`.
    pub fn search(&self, _book: Arc<AddressBook>, _participants: Vec<String>) -> Run {
        todo!()
    }
    /// One message with its content; `None` where it is gone.
    pub async fn message(&self, _mailbox: &str, _item_id: &str) -> Result<Option<Message>, Error> {
        todo!()
    }
    /// Marks items read or unread; answers the item ids that are gone.
    pub async fn set_read(&self, _mailbox: &str, _item_ids: &[String], _read: bool) -> Result<Vec<String>, Error> {
        todo!()
    }
}

/// A run under way. The host's loop: while `wants_mailbox`, `offer` one or `no_more_mailboxes`; then `next`.
pub struct Run {}

/// What a run waits for.
pub enum Event {
    /// A batch to store.
    Batch(Box<Batch>),
    /// Room for one more mailbox: call `offer` or `no_more_mailboxes`.
    WantsMailbox,
    /// All offered mailboxes are read, and there are no more.
    Finished,
}

impl Run {
    /// Waits for the next event. Cancel-safe, so that the host can look for signals in between.
    pub async fn next(&mut self) -> Event {
        todo!()
    }
    /// Gives one more mailbox; never blocks after `WantsMailbox`.
    pub fn offer(&mut self, _mailbox: MailboxTask) {
        todo!()
    }
    /// Says that there are no more.
    pub fn no_more_mailboxes(&mut self) {
        todo!()
    }
}
