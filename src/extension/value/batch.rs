//! `ExchangeSync\Batch` and what it holds besides messages.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ArrayKey, ZendClassObject, ZendHashTable, Zval};
use sync::FolderType;

use super::{Property, Type, Value, message, object};
use crate::date::Dates;
use crate::exception;
use crate::zvals::{self, bool, int, list, nullable, string, strings};

/// One step of one mailbox. Store all of it, with the checkpoint, in one transaction; asking for the next one says that
/// it is stored.
#[php_class]
#[php(name = "ExchangeSync\\Batch", flags = ClassFlags::Final)]
pub struct Batch {}

#[php_impl]
impl Batch {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {}
    }
}

impl Value for Batch {
    const PROPERTIES: &'static [Property] = &[
        Property::new("mailbox", Type::String, "SMTP address of the mailbox."),
        Property::new(
            "folder",
            Type::NullableObject("ExchangeSync\\Folder"),
            "Its folder; null: the batch speaks of the whole mailbox (failure, done).",
        ),
        Property::new(
            "startsOver",
            Type::Bool,
            "Whether the folder is read from its beginning from here on: no copy stored of it before counts as seen any more.",
        ),
        Property::new(
            "whole",
            Type::Bool,
            "Whether the folder has been read to its end since startsOver: copies in it that were not handed out since are gone; the mail stays.",
        ),
        Property::new(
            "folderGone",
            Type::Bool,
            "Whether the folder is deleted on the server: all copies in it are gone, and its checkpoint is to be forgotten. Name and path may be empty.",
        ),
        Property::new("messages", Type::Array("list<Message>"), "Collected mail."),
        Property::new(
            "removed",
            Type::Array("list<string>"),
            "Item ids that left the folder, deleted or moved away. Most were never collected: ignore unknown ones.",
        ),
        Property::new(
            "readFlags",
            Type::Array("array<string, bool>"),
            "Item id to whether it is read now; ignore unknown ones.",
        ),
        Property::new(
            "skipped",
            Type::Array("list<Skipped>"),
            "Items that could not be collected.",
        ),
        Property::new(
            "checkpoint",
            Type::NullableString,
            "Opaque; to be stored for the folder in the batch's transaction. The folder of type root has one too.",
        ),
        Property::new(
            "failure",
            Type::NullableObject("ExchangeSync\\Failure"),
            "Why the mailbox or folder could not be read on.",
        ),
        Property::new("seen", Type::Int, "Items looked at on the server for this batch."),
        Property::new(
            "done",
            Type::Bool,
            "Whether it is the mailbox's last batch in this run.",
        ),
    ];
}

/// A folder of a mailbox.
#[php_class]
#[php(name = "ExchangeSync\\Folder", flags = ClassFlags::Final)]
pub struct Folder {}

#[php_impl]
impl Folder {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {}
    }
}

impl Value for Folder {
    const PROPERTIES: &'static [Property] = &[
        Property::new("id", Type::String, "EWS FolderId; compare it byte by byte."),
        Property::new("name", Type::String, "Display name."),
        Property::new(
            "path",
            Type::String,
            "Display names from the mailbox's root, joined by a slash.",
        ),
        Property::new("type", Type::String, "inbox, sent, trash, drafts, spam, other or root."),
    ];
}

/// An item that was not collected.
#[php_class]
#[php(name = "ExchangeSync\\Skipped", flags = ClassFlags::Final)]
pub struct Skipped {}

#[php_impl]
impl Skipped {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {}
    }
}

impl Value for Skipped {
    const PROPERTIES: &'static [Property] = &[
        Property::new("itemId", Type::String, "EWS ItemId."),
        Property::new(
            "reason",
            Type::String,
            "For the log: what the server said and what was done.",
        ),
    ];
}

/// Why a mailbox or folder could not be read on; the run goes on with the others.
#[php_class]
#[php(name = "ExchangeSync\\Failure", flags = ClassFlags::Final)]
pub struct Failure {}

#[php_impl]
impl Failure {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {}
    }
}

impl Value for Failure {
    const PROPERTIES: &'static [Property] = &[
        Property::new(
            "exception",
            Type::String,
            "The class of exception that it would be (class-string).",
        ),
        Property::new(
            "code",
            Type::NullableString,
            "EWS ResponseCode, where the server gave one.",
        ),
        Property::new("message", Type::String, "What happened."),
        Property::new("remedy", Type::String, "What the administrator can do."),
        Property::new(
            "retryAt",
            Type::NullableObject("DateTimeImmutable"),
            "When the server asked to be left alone until, in UTC.",
        ),
    ];
}

/// The engine's batch for PHP.
///
/// # Errors
/// A date that PHP can't hold.
pub(crate) fn batch(batch: sync::Batch) -> PhpResult<ZBox<ZendClassObject<Batch>>> {
    let dates = Dates::new()?;
    let messages: Vec<Zval> = batch
        .messages
        .into_iter()
        .map(|one| message(one, &dates).map(zvals::object))
        .collect::<PhpResult<_>>()?;
    let skipped = batch.skipped.iter().map(|one| zvals::object(skipped(one)));
    let failure = batch.failure.as_ref().map(failure).transpose()?;
    Ok(object(
        Batch {},
        [
            string(batch.mailbox.as_bytes()),
            batch.folder.map_or_else(Zval::null, |one| zvals::object(folder(&one))),
            bool(batch.starts_over),
            bool(batch.whole),
            bool(batch.folder_gone),
            list(messages.into_iter()),
            strings(&batch.removed),
            read_flags(&batch.read_flags)?,
            list(skipped),
            nullable(batch.checkpoint),
            failure.map_or_else(Zval::null, zvals::object),
            int(batch.seen),
            bool(batch.done),
        ],
    ))
}

fn folder(folder: &sync::Folder) -> ZBox<ZendClassObject<Folder>> {
    let kind = match folder.kind {
        FolderType::Inbox => "inbox",
        FolderType::Sent => "sent",
        FolderType::Trash => "trash",
        FolderType::Drafts => "drafts",
        FolderType::Spam => "spam",
        FolderType::Other => "other",
        FolderType::Root => "root",
    };
    object(
        Folder {},
        [
            string(&folder.id),
            string(&folder.name),
            string(&folder.path),
            string(kind),
        ],
    )
}

fn read_flags(flags: &[(String, bool)]) -> PhpResult<Zval> {
    let mut array = ZendHashTable::new();
    for (item, read) in flags {
        array.insert(ArrayKey::Str(item), bool(*read))?;
    }
    Ok(zvals::hashtable(array))
}

fn skipped(skipped: &sync::Skipped) -> ZBox<ZendClassObject<Skipped>> {
    object(Skipped {}, [string(&skipped.item_id), string(&skipped.reason)])
}

pub(super) fn failure(error: &sync::Error) -> PhpResult<ZBox<ZendClassObject<Failure>>> {
    let retry_at = error.retry_at.map(|moment| Dates::new()?.at(moment)).transpose()?;
    Ok(object(
        Failure {},
        [
            string(exception::class_name(error.kind)),
            nullable(error.code.as_ref()),
            string(&error.message),
            string(&error.remedy),
            retry_at.unwrap_or_else(Zval::null),
        ],
    ))
}
