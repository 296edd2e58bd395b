//! `SyncFolderItems` (MS-OXWSSYNC): items that changed since a state.

use crate::{Error, FolderId, Item, ItemId, Mailbox, Property, SyncState};

/// One page of item changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemChanges {
    /// What the next call is given.
    pub sync_state: SyncState,
    /// Whether this was the last page.
    pub last: bool,
    /// The changes, in the server's order.
    pub changes: Vec<ItemChange>,
}

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemChange {
    /// It is new in this folder.
    Create(Box<Item>),
    /// It changed.
    Update(Box<Item>),
    /// It was deleted or moved away.
    Delete(ItemId),
    /// Only its read flag changed; from Exchange 2010 on.
    ReadFlagChange {
        /// Which item.
        id: ItemId,
        /// `t:IsRead`.
        read: bool,
    },
}

impl Mailbox {
    /// One page of at most `max` (1 to 512) item changes in `folder` since `state`.
    ///
    /// `properties` is what Create and Update say beyond the id; what a summary can't show is left out
    /// ([`Property::in_summary`]). Senders have addresses from Exchange 2010 on.
    ///
    /// # Errors
    /// [`Error`]; `ErrorInvalidSyncStateData` asks to begin without a state.
    pub async fn sync_folder_items(
        &self,
        _folder: &FolderId,
        _state: Option<&SyncState>,
        _max: u16,
        _properties: &[Property],
    ) -> Result<ItemChanges, Error> {
        Err(Error::Protocol {
            operation: "SyncFolderItems",
            what: "not read yet".into(),
        })
    }
}
