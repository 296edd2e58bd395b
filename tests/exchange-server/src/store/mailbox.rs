//! One mailbox: its folder tree, and every edit that a test or a client can make. Knows no protocol.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use time::OffsetDateTime;

use super::folder::{Folder, Item, Touch};
use super::ids::{EntryId, fnv};
use super::message::StoredMessage;
use super::notices::{Bell, NoticeKind, Notices};
use crate::error::EditError;

/// Distinguished id, display name and class of the folders that every mailbox has.
const DEFAULT_FOLDERS: [(&str, &str, &str); 8] = [
    ("inbox", "Inbox", "IPF.Note"),
    ("sentitems", "Sent Items", "IPF.Note"),
    ("drafts", "Drafts", "IPF.Note"),
    ("deleteditems", "Deleted Items", "IPF.Note"),
    ("junkemail", "Junk Email", "IPF.Note"),
    ("outbox", "Outbox", "IPF.Note"),
    ("calendar", "Calendar", "IPF.Appointment"),
    ("contacts", "Contacts", "IPF.Contact"),
];

#[derive(Debug)]
pub(crate) struct Mailbox {
    pub address: String,
    /// Names the mailbox inside ids.
    pub id: u64,
    folders: BTreeMap<u32, Folder>,
    /// Folders that are gone: hierarchy change number to (key, creation).
    gone: BTreeMap<u64, (u32, u64)>,
    /// The latest change number of the hierarchy.
    pub last: u64,
    pub epoch: u32,
    next_folder: u32,
    pub notices: Notices,
}

/// Key of `root`, which holds what clients do not show, too.
pub(crate) const ROOT: u32 = 1;
/// Key of `msgfolderroot`, the top of what clients show.
const TOP: u32 = 2;

impl Mailbox {
    pub fn new(address: &str, bell: Bell) -> Self {
        let mut mailbox = Self {
            address: address.to_owned(),
            id: fnv(address.to_lowercase().as_bytes()),
            folders: BTreeMap::new(),
            gone: BTreeMap::new(),
            last: 0,
            epoch: 0,
            next_folder: ROOT,
            notices: Notices::new(bell),
        };
        mailbox.add("Root", None, "", Some("root"));
        mailbox.add(
            "Top of Information Store",
            Some(ROOT),
            "IPF.Note",
            Some("msgfolderroot"),
        );
        mailbox.add("Common Views", Some(ROOT), "", None);
        for (distinguished, display, class) in DEFAULT_FOLDERS {
            mailbox.add(display, Some(TOP), class, Some(distinguished));
        }
        mailbox
    }

    /// Adds the in-place archive's root, `archivemsgfolderroot`.
    pub fn add_archive(&mut self) -> u32 {
        match self.distinguished("archivemsgfolderroot") {
            Some(folder) => folder.key,
            None => self.add(
                "Top of Information Store",
                None,
                "IPF.Note",
                Some("archivemsgfolderroot"),
            ),
        }
    }

    fn add(&mut self, name: &str, parent: Option<u32>, class: &str, distinguished: Option<&'static str>) -> u32 {
        let key = self.next_folder;
        self.next_folder += 1;
        self.last += 1;
        let mut folder = Folder::new(key, parent, name, class, self.last);
        folder.distinguished = distinguished;
        self.folders.insert(key, folder);
        key
    }

    pub fn entry(&self, folder: u32, item: u64) -> EntryId {
        EntryId {
            mailbox: self.id,
            folder,
            item,
            attachment: None,
        }
    }

    pub fn folder(&self, key: u32) -> Option<&Folder> {
        self.folders.get(&key)
    }

    pub fn folder_mut(&mut self, key: u32) -> Option<&mut Folder> {
        self.folders.get_mut(&key)
    }

    pub fn distinguished(&self, id: &str) -> Option<&Folder> {
        self.folders.values().find(|f| f.distinguished == Some(id))
    }

    pub fn children(&self, parent: u32) -> impl Iterator<Item = &Folder> {
        self.folders.values().filter(move |f| f.parent == Some(parent))
    }

    /// Folders below `parent`, parents before children.
    pub fn descendants(&self, parent: u32) -> Vec<&Folder> {
        let mut found = Vec::new();
        for child in self.children(parent) {
            found.push(child);
            found.extend(self.descendants(child.key));
        }
        found
    }

    /// Folders deleted in hierarchy changes (`floor`, `ceiling`] that existed at `floor`.
    pub fn gone_after(&self, floor: u64) -> impl Iterator<Item = u32> + '_ {
        self.gone
            .range(floor + 1..)
            .filter(move |(_, (_, created))| *created <= floor)
            .map(|(_, (key, _))| *key)
    }

    /// `inbox`, `inbox/Customers`, `Inbox/Customers` or `Projects/2024`: a distinguished id or display names from the root.
    pub fn path(&self, path: &str) -> Result<u32, EditError> {
        let mut names = path.split('/').filter(|n| !n.is_empty());
        let first = names.next().ok_or_else(|| EditError::NoFolder(path.to_owned()))?;
        let mut at = match self.distinguished(&first.to_lowercase()) {
            Some(folder) => folder.key,
            None => self
                .named(TOP, first)
                .ok_or_else(|| EditError::NoFolder(path.to_owned()))?,
        };
        for name in names {
            at = self
                .named(at, name)
                .ok_or_else(|| EditError::NoFolder(path.to_owned()))?;
        }
        Ok(at)
    }

    fn named(&self, parent: u32, name: &str) -> Option<u32> {
        self.children(parent).find(|f| f.name == name).map(|f| f.key)
    }

    /// Creates what is missing of a path; the key of its last folder.
    pub fn create_folder(&mut self, path: &str, class: &str) -> Result<u32, EditError> {
        if let Ok(key) = self.path(path) {
            return Ok(key);
        }
        let (parent, name) = match path.trim_end_matches('/').rsplit_once('/') {
            Some((parent, name)) => (self.create_folder(parent, class)?, name),
            None => (TOP, path),
        };
        if name.is_empty() {
            return Err(EditError::NoFolder(path.to_owned()));
        }
        let key = self.add(name, Some(parent), class, None);
        let (subject, above) = (self.entry(key, 0), self.entry(parent, 0));
        self.notices.push(NoticeKind::Created, subject, above);
        Ok(key)
    }

    pub fn rename_folder(&mut self, key: u32, name: &str) {
        self.last += 1;
        let last = self.last;
        if let Some(folder) = self.folders.get_mut(&key) {
            name.clone_into(&mut folder.name);
            folder.changed = last;
        }
    }

    pub fn move_folder(&mut self, key: u32, parent: u32) -> Result<(), EditError> {
        if key == parent || self.descendants(key).iter().any(|f| f.key == parent) {
            return Err(EditError::NoFolder("a folder cannot move below itself".to_owned()));
        }
        self.last += 1;
        let last = self.last;
        if let Some(folder) = self.folders.get_mut(&key) {
            folder.parent = Some(parent);
            folder.changed = last;
        }
        Ok(())
    }

    /// Deletes a folder with all below it.
    pub fn delete_folder(&mut self, key: u32) {
        let below: Vec<u32> = self.descendants(key).iter().map(|f| f.key).collect();
        for key in below.into_iter().rev().chain([key]) {
            if let Some(folder) = self.folders.remove(&key) {
                self.last += 1;
                self.gone.insert(self.last, (key, folder.created));
            }
        }
    }

    pub fn deliver(&mut self, folder: u32, mime: Bytes, read: bool) -> Result<EntryId, EditError> {
        let message = Arc::new(StoredMessage::from_mime(mime, OffsetDateTime::now_utc()));
        self.deliver_message(folder, message, read)
    }

    pub fn deliver_message(
        &mut self,
        folder: u32,
        message: Arc<StoredMessage>,
        read: bool,
    ) -> Result<EntryId, EditError> {
        let place = self
            .folders
            .get_mut(&folder)
            .ok_or_else(|| EditError::NoFolder(folder.to_string()))?;
        let inbox = place.distinguished == Some("inbox");
        let item = place.deliver(message, read);
        let (id, parent) = (self.entry(folder, item), self.entry(folder, 0));
        self.notices.push(NoticeKind::Created, id, parent);
        if inbox {
            self.notices.push(NoticeKind::NewMail, id, parent);
        }
        Ok(id)
    }

    pub fn item(&self, id: EntryId) -> Option<Item> {
        self.folders
            .get(&id.folder)
            .filter(|_| id.mailbox == self.id && id.attachment.is_none())?
            .item(id.item)
    }

    pub fn touch(&mut self, id: EntryId, change: Touch) -> Result<(), EditError> {
        let folder = self
            .folders
            .get_mut(&id.folder)
            .filter(|_| id.mailbox == self.id)
            .ok_or(EditError::NoItem)?;
        if !folder.touch(id.item, change) {
            return Err(EditError::NoItem);
        }
        let parent = self.entry(id.folder, 0);
        self.notices.push(NoticeKind::Modified, id, parent);
        Ok(())
    }

    pub fn delete(&mut self, id: EntryId) -> Result<(), EditError> {
        let folder = self
            .folders
            .get_mut(&id.folder)
            .filter(|_| id.mailbox == self.id)
            .ok_or(EditError::NoItem)?;
        folder.remove(id.item).ok_or(EditError::NoItem)?;
        let parent = self.entry(id.folder, 0);
        self.notices.push(NoticeKind::Deleted, id, parent);
        Ok(())
    }

    /// Moves an item: it is gone from the old folder, and has another id in the new one.
    pub fn move_item(&mut self, id: EntryId, to: u32) -> Result<EntryId, EditError> {
        if !self.folders.contains_key(&to) {
            return Err(EditError::NoFolder(to.to_string()));
        }
        let from = self
            .folders
            .get_mut(&id.folder)
            .filter(|_| id.mailbox == self.id)
            .ok_or(EditError::NoItem)?;
        let item = from.remove(id.item).ok_or(EditError::NoItem)?;
        let message = match item.content {
            super::folder::Content::Stored(message) => message,
            content => Arc::new(StoredMessage {
                properties: content.properties().into_owned(),
                mime: content.mime(),
            }),
        };
        let target = self
            .folders
            .get_mut(&to)
            .ok_or_else(|| EditError::NoFolder(to.to_string()))?;
        let key = target.deliver(message, item.flags.read);
        let (new, parent) = (self.entry(to, key), self.entry(to, 0));
        self.notices.push(NoticeKind::Moved(id), new, parent);
        Ok(new)
    }

    /// Ids of a folder's items, oldest first.
    pub fn item_ids(&self, folder: u32) -> Vec<EntryId> {
        self.folders
            .get(&folder)
            .map(|f| f.keys().map(|k| self.entry(folder, k)).collect())
            .unwrap_or_default()
    }

    /// The item with this Internet message id (`<...>`), searched through all folders.
    pub fn find_message_id(&self, message_id: &str) -> Option<EntryId> {
        self.folders.values().find_map(|folder| {
            let key = folder.keys().find(|key| {
                folder
                    .item(*key)
                    .is_some_and(|i| i.content.properties().message_id.as_deref() == Some(message_id))
            })?;
            Some(self.entry(folder.key, key))
        })
    }

    /// Makes every sync state that was handed out invalid.
    pub fn expire_sync_states(&mut self) {
        self.epoch += 1;
        for folder in self.folders.values_mut() {
            folder.epoch += 1;
        }
    }
}
