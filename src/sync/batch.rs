//! What a run hands to its host.

use std::sync::Arc;
use std::time::SystemTime;

use crate::{Content, Error, OwnerKind};

/// One step of one mailbox. Asking for the next batch means that this one is stored.
#[derive(Debug, Default)]
pub struct Batch {
    /// Address of the mailbox.
    pub mailbox: Arc<str>,
    /// The folder; `None` where the batch speaks of the whole mailbox.
    pub folder: Option<Arc<Folder>>,
    /// Collected mail.
    pub messages: Vec<Message>,
    /// The folder is read from its beginning from here on (for the first time, or since the server forgot the state): no
    /// copy that was stored of it before counts as seen any more.
    pub starts_over: bool,
    /// The folder was read to its end since `starts_over`: copies of it that were not handed out since then are gone.
    pub whole: bool,
    /// The folder is deleted, or lies in the deleted items: all copies of it are gone, and its checkpoint is to be forgotten.
    pub folder_gone: bool,
    /// Item ids that left the folder.
    pub removed: Vec<String>,
    /// Item ids and whether they are read now.
    pub read_flags: Vec<(String, bool)>,
    /// Items that could not be collected, each with the reason.
    pub skipped: Vec<Skipped>,
    /// The folder's new checkpoint, to be stored in the same transaction.
    pub checkpoint: Option<String>,
    /// Why the mailbox (or this folder) could not be read on.
    pub failure: Option<Error>,
    /// Items looked at on the server.
    pub seen: u64,
    /// Whether this is the mailbox's last batch in this run.
    pub done: bool,
}

/// A mail folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// `FolderId/@Id`.
    pub id: String,
    /// `DisplayName`.
    pub name: String,
    /// Display names from the mailbox's root, joined by `/`.
    pub path: String,
    /// Kind of folder.
    pub kind: FolderType,
}

/// Kind of folder, in the terms of Oro's `FolderType`, and the mailbox's root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum FolderType {
    Inbox,
    Sent,
    Trash,
    Drafts,
    Spam,
    Other,
    /// `msgfolderroot`: its checkpoint covers the mailbox's folder list.
    Root,
}

/// Who sent it, seen from the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The sender is a contact.
    Incoming,
    /// The sender is a user.
    Outgoing,
}

/// Where in the header an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Role {
    From,
    To,
    Cc,
    Bcc,
}

/// An address of a message and one of its owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Lower-case address.
    pub email: String,
    /// Contact or user.
    pub kind: OwnerKind,
    /// The host's id of the owner.
    pub id: i64,
    /// Where the address stands.
    pub role: Role,
}

/// An item that was not collected, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// `ItemId/@Id`.
    pub item_id: String,
    /// For the log: what the server said and what was done.
    pub reason: String,
}

/// Display name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Display name.
    pub name: Option<String>,
    /// The address as the header has it.
    pub email: String,
}

/// A collected message.
#[derive(Debug)]
pub struct Message {
    /// `ItemId/@Id`.
    pub item_id: String,
    /// Message-ID with angle brackets; where the mail has none, one that every copy of it gives.
    pub message_id: String,
    /// Seen from the CRM.
    pub direction: Direction,
    /// Decoded; may be empty.
    pub subject: String,
    /// The sender.
    pub from: Address,
    /// Recipients, as the header names them.
    pub to: Vec<Address>,
    /// Recipients of copies.
    pub cc: Vec<Address>,
    /// Recipients of blind copies; only the sender's own copy names them.
    pub bcc: Vec<Address>,
    /// When it was sent.
    pub sent: SystemTime,
    /// When it was received.
    pub received: SystemTime,
    /// `low`, `normal` or `high`.
    pub importance: &'static str,
    /// Whether it is read in this mailbox.
    pub read: bool,
    /// `ItemClass`.
    pub item_class: String,
    /// Bytes in the store.
    pub size: u64,
    /// References, oldest first, with angle brackets.
    pub references: Vec<String>,
    /// In-Reply-To, with angle brackets.
    pub in_reply_to: Option<String>,
    /// `ConversationId`, from Exchange 2010 on.
    pub thread_id: Option<String>,
    /// Accept-Language (RFC 3282).
    pub accept_language: Option<String>,
    /// Its addresses that have owners; none where it was asked for without an address book.
    pub matches: Vec<Match>,
    /// Body and attachments.
    pub content: Arc<Content>,
}
