//! `SyncFolderHierarchy` (MS-OXWSSYNC): folders that changed since a state.

use crate::call::Persistence;
use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, Folder, FolderId, FolderRef, Mailbox, RequestServerVersion, SyncState};

use super::elements::{read_id, write_folder_ref};
use super::folder_elements::read_folders;
use super::shape::write_folder_shape;

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

struct SyncFolderHierarchy<'a> {
    parent: &'a FolderRef,
    state: Option<&'a SyncState>,
}

impl Operation for SyncFolderHierarchy<'_> {
    const NAME: &'static str = "SyncFolderHierarchy";
    type Content = FolderChanges;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        xml.raw("<m:SyncFolderHierarchy>");
        write_folder_shape(xml, version);
        xml.raw("<m:SyncFolderId>");
        write_folder_ref(xml, self.parent);
        xml.raw("</m:SyncFolderId>");
        if let Some(state) = self.state {
            xml.raw("<m:SyncState>").escaped(state.as_str()).raw("</m:SyncState>");
        }
        xml.raw("</m:SyncFolderHierarchy>");
    }

    fn read(
        &self,
        _: usize,
        tag: &Tag<'_>,
        events: &mut Events<'_>,
        changes: &mut FolderChanges,
    ) -> Result<(), Unreadable> {
        match tag.name() {
            "SyncState" => changes.sync_state = SyncState(events.text()?.into_owned()),
            "IncludesLastFolderInRange" => changes.last = events.boolean()?.unwrap_or_default(),
            "Changes" => {
                while let Some(tag) = events.child()? {
                    match tag.name() {
                        "Create" | "Update" => read_folders(events, &mut changes.changed)?,
                        "Delete" => {
                            while let Some(tag) = events.child()? {
                                changes.deleted.push(FolderId(read_id(&tag, events)?));
                            }
                        }
                        _ => events.skip()?,
                    }
                }
            }
            _ => events.skip()?,
        }
        Ok(())
    }
}

impl Mailbox {
    /// One page of folder changes below `parent` since `state`.
    ///
    /// # Errors
    /// [`Error`]; `ErrorInvalidSyncStateData` asks to begin without a state.
    pub async fn sync_folder_hierarchy(
        &self,
        parent: &FolderRef,
        state: Option<&SyncState>,
    ) -> Result<FolderChanges, Error> {
        self.call_one(&SyncFolderHierarchy { parent, state }, Persistence::Repeat)
            .await
    }
}
