//! A running server in a test's hands, and the mailboxes that the test edits. Knows no protocol.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::error::EditError;
use crate::faults::Faults;
use crate::journal::{RequestRecord, Stats};
use crate::settings::{Compression, Discovery, Framing};
use crate::shared::Shared;
use crate::store::folder::Touch;
use crate::store::ids::EntryId;
use crate::store::lock;
use crate::store::mailbox::Mailbox;
use crate::store::message::StoredMessage;

/// A running test Exchange; it stops when this is dropped.
#[derive(Debug)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) url: String,
    pub(crate) ca_pem: Option<String>,
    pub(crate) stop: watch::Sender<bool>,
}

impl Handle {
    /// URL of `Exchange.asmx`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// URL of the server's root, for `/control` and `/stats`.
    pub fn base_url(&self) -> &str {
        self.url.split("/EWS/").next().unwrap_or(&self.url)
    }

    /// The authority's certificate, PEM; none over plain HTTP.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// A mailbox to edit.
    ///
    /// # Errors
    /// There is no such mailbox.
    pub fn mailbox(&self, address: &str) -> Result<MailboxHandle, EditError> {
        MailboxHandle::open(&self.shared, address)
    }

    /// Creates a mailbox while the server runs.
    pub fn create_mailbox(&self, address: &str, name: &str) -> MailboxHandle {
        MailboxHandle(self.shared.create_mailbox(address, name))
    }

    /// Deletes a mailbox: from now on it does not exist.
    pub fn delete_mailbox(&self, address: &str) {
        self.shared.remove_mailbox(address);
    }

    /// Scripted faults.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.journal.records()
    }

    /// Counters.
    pub fn stats(&self) -> Stats {
        self.shared.journal.stats()
    }

    /// Forgets requests and counters.
    pub fn reset_requests(&self) {
        self.shared.journal.reset();
    }

    /// Each answer waits so long.
    pub fn set_latency(&self, latency: Duration) {
        lock(&self.shared.dials).latency = latency;
    }

    /// Bytes a second for each connection; none: as fast as it goes.
    pub fn set_bandwidth(&self, bytes_per_second: Option<u64>) {
        lock(&self.shared.dials).bandwidth_bytes_per_second = bytes_per_second;
    }

    /// Compresses answers, or not.
    pub fn set_compression(&self, compression: Compression) {
        lock(&self.shared.dials).compression = compression;
    }

    /// Chunks answers, or not.
    pub fn set_framing(&self, framing: Framing) {
        lock(&self.shared.dials).framing = framing;
    }

    /// What Autodiscover answers from now on.
    pub fn set_discovery(&self, discovery: Discovery) {
        lock(&self.shared.dials).discovery = discovery;
    }

    /// Makes every access token invalid.
    pub fn revoke_tokens(&self) {
        lock(&self.shared.tokens).clear();
    }

    /// Forgets all subscriptions, as a restart of the server does.
    pub fn drop_subscriptions(&self) {
        self.shared.subscriptions.clear();
    }

    /// How many subscriptions nobody has ended.
    pub fn subscriptions(&self) -> usize {
        self.shared.subscriptions.count()
    }

    /// Changes the password of an account.
    pub fn set_password(&self, login: &str, password: &str) {
        for account in lock(&self.shared.accounts).iter_mut().filter(|a| a.is(login)) {
            password.clone_into(&mut account.password);
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

/// One mailbox. Folder paths are like `inbox`, `inbox/Customers` or `Projects/2024`: a distinguished id or display names from
/// the root. Items are named by their EWS item id, or by an Internet message id in angle brackets.
#[derive(Debug, Clone)]
pub struct MailboxHandle(Arc<Mutex<Mailbox>>);

impl MailboxHandle {
    pub(crate) fn open(shared: &Shared, address: &str) -> Result<Self, EditError> {
        shared.mailbox(address).map(Self)
    }

    /// Delivers a message, unread; its item id.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn deliver(&self, folder: &str, eml: impl Into<Bytes>) -> Result<String, EditError> {
        self.put(folder, eml.into(), false)
    }

    /// Delivers a message that is read already.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn deliver_read(&self, folder: &str, eml: impl Into<Bytes>) -> Result<String, EditError> {
        self.put(folder, eml.into(), true)
    }

    fn put(&self, folder: &str, eml: Bytes, read: bool) -> Result<String, EditError> {
        let mut mailbox = lock(&self.0);
        let folder = mailbox.path(folder)?;
        Ok(mailbox.deliver(folder, eml, read)?.encode())
    }

    /// Delivers every `.eml` file of a folder, by name; `*.unread.eml` is unread. How many there were.
    ///
    /// # Errors
    /// The folder cannot be read, or the mailbox has no such folder.
    pub fn deliver_files(&self, folder: &str, files: &Path) -> Result<usize, EditError> {
        let wrong = |e: std::io::Error| EditError::Command(format!("{}: {e}", files.display()));
        let mut paths: Vec<_> = std::fs::read_dir(files)
            .map_err(wrong)?
            .filter_map(|e| Some(e.ok()?.path()))
            .collect();
        paths.retain(|p| p.extension().is_some_and(|e| e == "eml"));
        paths.sort();
        for path in &paths {
            let unread = path.to_string_lossy().ends_with(".unread.eml");
            self.put(folder, std::fs::read(path).map_err(wrong)?.into(), !unread)?;
        }
        Ok(paths.len())
    }

    /// Moves an item; its new id.
    ///
    /// # Errors
    /// There is no such item or folder.
    pub fn move_item(&self, item: &str, to: &str) -> Result<String, EditError> {
        let mut mailbox = lock(&self.0);
        let (id, to) = (find(&mailbox, item)?, mailbox.path(to)?);
        Ok(mailbox.move_item(id, to)?.encode())
    }

    /// Deletes an item for good.
    ///
    /// # Errors
    /// There is no such item.
    pub fn delete(&self, item: &str) -> Result<(), EditError> {
        let mut mailbox = lock(&self.0);
        let id = find(&mailbox, item)?;
        mailbox.delete(id)
    }

    /// Marks an item read or unread.
    ///
    /// # Errors
    /// There is no such item.
    pub fn mark_read(&self, item: &str, read: bool) -> Result<(), EditError> {
        let mut mailbox = lock(&self.0);
        let id = find(&mailbox, item)?;
        mailbox.touch(id, Touch::Read(read))
    }

    /// Gives an item another subject, as it is: characters that XML forbids go out as references, as Exchange does.
    ///
    /// # Errors
    /// There is no such item, or it was generated.
    pub fn set_subject(&self, item: &str, subject: &str) -> Result<(), EditError> {
        self.edit(item, |message| message.properties.subject = Some(subject.to_owned()))
    }

    /// Gives an item's sender another display name, as it is.
    ///
    /// # Errors
    /// There is no such item, or it was generated.
    pub fn set_sender_name(&self, item: &str, name: &str) -> Result<(), EditError> {
        self.edit(item, |message| {
            let p = &mut message.properties;
            for party in [&mut p.from, &mut p.sender].into_iter().flatten() {
                party.name = Some(name.to_owned());
            }
        })
    }

    /// Gives an item other MIME content.
    ///
    /// # Errors
    /// There is no such item, or it was generated.
    pub fn replace(&self, item: &str, eml: impl Into<Bytes>) -> Result<(), EditError> {
        let new = StoredMessage::from_mime(eml.into(), OffsetDateTime::now_utc());
        self.edit(item, |message| *message = new)
    }

    /// Gives an item another class, such as `IPM.Note.SMIME`.
    ///
    /// # Errors
    /// There is no such item, or it was generated.
    pub fn set_item_class(&self, item: &str, class: &str) -> Result<(), EditError> {
        self.edit(item, |message| class.clone_into(&mut message.properties.class))
    }

    fn edit(&self, item: &str, change: impl FnOnce(&mut StoredMessage)) -> Result<(), EditError> {
        let mut mailbox = lock(&self.0);
        let id = find(&mailbox, item)?;
        let found = mailbox.item(id).ok_or(EditError::NoItem)?;
        let mut message = StoredMessage {
            properties: found.content.properties().into_owned(),
            mime: found.content.mime(),
        };
        change(&mut message);
        mailbox.touch(id, Touch::Content(Arc::new(message)))
    }

    /// Creates a folder and what is missing above it; its folder id.
    ///
    /// # Errors
    /// The path is empty.
    pub fn create_folder(&self, path: &str) -> Result<String, EditError> {
        self.create_folder_of_class(path, "IPF.Note")
    }

    /// Creates a folder of another class, such as `IPF.Task`.
    ///
    /// # Errors
    /// The path is empty.
    pub fn create_folder_of_class(&self, path: &str, class: &str) -> Result<String, EditError> {
        let mut mailbox = lock(&self.0);
        let key = mailbox.create_folder(path, class)?;
        Ok(mailbox.entry(key, 0).encode())
    }

    /// Renames a folder.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn rename_folder(&self, path: &str, name: &str) -> Result<(), EditError> {
        let mut mailbox = lock(&self.0);
        let key = mailbox.path(path)?;
        mailbox.rename_folder(key, name);
        Ok(())
    }

    /// Moves a folder below another; its id stays.
    ///
    /// # Errors
    /// There is no such folder, or the target is below it.
    pub fn move_folder(&self, path: &str, to: &str) -> Result<(), EditError> {
        let mut mailbox = lock(&self.0);
        let (key, to) = (mailbox.path(path)?, mailbox.path(to)?);
        mailbox.move_folder(key, to)
    }

    /// Deletes a folder with all in it.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn delete_folder(&self, path: &str) -> Result<(), EditError> {
        let mut mailbox = lock(&self.0);
        let key = mailbox.path(path)?;
        mailbox.delete_folder(key);
        Ok(())
    }

    /// Id of a folder.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn folder_id(&self, path: &str) -> Result<String, EditError> {
        let mailbox = lock(&self.0);
        let key = mailbox.path(path)?;
        Ok(mailbox.entry(key, 0).encode())
    }

    /// Ids of a folder's items, oldest first.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn items(&self, folder: &str) -> Result<Vec<String>, EditError> {
        let mailbox = lock(&self.0);
        let key = mailbox.path(folder)?;
        Ok(mailbox.item_ids(key).iter().map(EntryId::encode).collect())
    }

    /// Whether an item is read.
    ///
    /// # Errors
    /// There is no such item.
    pub fn is_read(&self, item: &str) -> Result<bool, EditError> {
        let mailbox = lock(&self.0);
        let id = find(&mailbox, item)?;
        mailbox.item(id).map(|i| i.flags.read).ok_or(EditError::NoItem)
    }

    /// Makes every sync state handed out so far invalid (`ErrorInvalidSyncStateData`), as a restored database does.
    pub fn expire_sync_states(&self) {
        lock(&self.0).expire_sync_states();
    }
}

fn find(mailbox: &Mailbox, item: &str) -> Result<EntryId, EditError> {
    if item.starts_with('<') {
        return mailbox.find_message_id(item).ok_or(EditError::NoItem);
    }
    EntryId::decode(item)
        .filter(|id| mailbox.item(*id).is_some())
        .ok_or(EditError::NoItem)
}
