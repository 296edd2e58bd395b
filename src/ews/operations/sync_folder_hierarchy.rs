//! `SyncFolderHierarchy` (MS-OXWSSYNC): folders that changed since a state.

use crate::{Error, Folder, FolderId, FolderRef, Mailbox, SyncState};

/// One page of folder changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderChanges {
    /// What the next call is given.
    pub sync_state: SyncState,
    /// Whether this was the last page.
    pub last: bool,
    /// Folders created or changed.
    pub changed: Vec<Folder>,
    /// Folders deleted.
    pub deleted: Vec<FolderId>,
}

impl Mailbox {
    /// One page of folder changes below `parent` since `state`.
    ///
    /// # Errors
    /// [`Error`]; `ErrorInvalidSyncStateData` asks to begin without a state.
    pub async fn sync_folder_hierarchy(
        &self,
        _parent: &FolderRef,
        _state: Option<&SyncState>,
    ) -> Result<FolderChanges, Error> {
        Err(Error::Protocol {
            operation: "SyncFolderHierarchy",
            what: "not read yet".into(),
        })
    }
}
