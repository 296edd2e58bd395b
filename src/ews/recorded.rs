//! Requests and answers without a server: for recorded answers, benchmarks and fuzzing. Knows no HTTP.

use bytes::Bytes;

use crate::call::unreadable;
use crate::operations::get_item::{GetItem, Kept, whole};
use crate::operations::sync_folder_items::SyncFolderItems;
use crate::soap::answer::{self, Outcome};
use crate::soap::body::Body;
use crate::soap::{Message, Operation, envelope};
use crate::{
    Error, FolderId, Item, ItemChange, ItemChanges, ItemId, Mime, Property, RequestServerVersion, ResponseError,
    SyncState,
};

/// The envelope of a `GetItem` for `mailbox`.
pub fn get_item_request(
    mailbox: &str,
    version: RequestServerVersion,
    ids: &[ItemId],
    properties: &[Property],
    mime: Mime,
) -> Bytes {
    let operation = GetItem {
        ids: ids.iter().collect(),
        properties,
        mime,
        keep: whole,
    };
    envelope::write(&operation, version, mailbox)
}

/// Reads an answer to `GetItem`.
///
/// # Errors
/// [`Error::Response`] for a SOAP fault, [`Error::Protocol`] for what is no such answer.
pub fn read_get_item(answer: Vec<u8>) -> Result<Vec<Result<Box<Item<'static>>, ResponseError>>, Error> {
    let operation = GetItem {
        ids: Vec::new(),
        properties: &[],
        mime: Mime::Include,
        keep: whole,
    };
    let messages = read(&operation, answer)?;
    Ok(messages
        .into_iter()
        .map(|message| message.map(Kept::into_item))
        .collect())
}

/// The envelope of a `SyncFolderItems` for `mailbox`.
pub fn sync_folder_items_request(
    mailbox: &str,
    version: RequestServerVersion,
    folder: &FolderId,
    state: Option<&SyncState>,
    properties: &[Property],
) -> Bytes {
    let operation = SyncFolderItems {
        folder,
        state,
        max: 512,
        properties,
        keep: |_: Vec<ItemChange<'_>>| (),
    };
    envelope::write(&operation, version, mailbox)
}

/// A page of which everything was kept.
pub type AllChanges = ItemChanges<Vec<ItemChange<'static>>>;

/// Reads an answer to `SyncFolderItems`.
///
/// # Errors
/// As [`read_get_item`].
pub fn read_sync_folder_items(answer: Vec<u8>) -> Result<Vec<Result<AllChanges, ResponseError>>, Error> {
    let operation = SyncFolderItems {
        folder: &FolderId::default(),
        state: None,
        max: 512,
        properties: &[],
        keep: |changes: Vec<ItemChange<'_>>| changes.into_iter().map(ItemChange::into_owned).collect(),
    };
    read(&operation, answer)
}

fn read<O: Operation>(operation: &O, answer: Vec<u8>) -> Result<Vec<Message<O::Content>>, Error> {
    match answer::read(operation, Body::whole(answer))
        .map_err(|error| unreadable(O::NAME, &error))?
        .outcome
    {
        Outcome::Messages(messages) => Ok(messages),
        Outcome::Fault(fault) => Err(fault.into()),
    }
}
