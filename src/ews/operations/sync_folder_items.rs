//! `SyncFolderItems` (MS-OXWSSYNC): items that changed since a state.

use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, FolderId, Item, ItemId, Mailbox, Property, RequestServerVersion, SyncState};

use super::elements::read_id;
use super::get_item::Mime;
use super::item_elements::read_items;
use super::shape::write_item_shape;

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

/// Changes on a page at most (MaxSyncChangesReturnedType).
const MOST_CHANGES: u16 = 512;

pub(crate) struct SyncFolderItems<'a> {
    pub(crate) folder: &'a FolderId,
    pub(crate) state: Option<&'a SyncState>,
    pub(crate) max: u16,
    pub(crate) properties: &'a [Property],
}

impl Operation for SyncFolderItems<'_> {
    const NAME: &'static str = "SyncFolderItems";
    type Content = ItemChanges;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        xml.raw("<m:SyncFolderItems>");
        let summary = self.properties.iter().copied().filter(|property| property.in_summary());
        write_item_shape(xml, summary, Mime::Exclude, version);
        xml.raw("<m:SyncFolderId>")
            .id("t:FolderId", self.folder.as_str())
            .raw("</m:SyncFolderId>");
        if let Some(state) = self.state {
            xml.raw("<m:SyncState>").escaped(state.as_str()).raw("</m:SyncState>");
        }
        xml.raw("<m:MaxChangesReturned>")
            .number(self.max.clamp(1, MOST_CHANGES).into())
            .raw("</m:MaxChangesReturned></m:SyncFolderItems>");
    }

    fn read(tag: &Tag<'_>, events: &mut Events<'_>, page: &mut ItemChanges) -> Result<(), Unreadable> {
        match tag.name() {
            "SyncState" => page.sync_state = SyncState(events.text()?.into_owned()),
            "IncludesLastItemInRange" => page.last = events.boolean()?.unwrap_or_default(),
            "Changes" => {
                while let Some(tag) = events.child()? {
                    page.changes.extend(read_change(&tag, events)?);
                }
            }
            _ => events.skip()?,
        }
        Ok(())
    }
}

fn read_change(tag: &Tag<'_>, events: &mut Events<'_>) -> Result<Option<ItemChange>, Unreadable> {
    Ok(Some(match tag.name() {
        "Create" => ItemChange::Create(read_items(events)?.item),
        "Update" => ItemChange::Update(read_items(events)?.item),
        "Delete" => ItemChange::Delete(read_flag(events)?.0),
        "ReadFlagChange" => {
            let (id, read) = read_flag(events)?;
            ItemChange::ReadFlagChange { id, read }
        }
        _ => {
            events.skip()?;
            return Ok(None);
        }
    }))
}

fn read_flag(events: &mut Events<'_>) -> Result<(ItemId, bool), Unreadable> {
    let (mut id, mut read) = (ItemId::default(), false);
    while let Some(tag) = events.child()? {
        match tag.name() {
            "ItemId" => id = ItemId(read_id(&tag, events)?),
            "IsRead" => read = events.boolean()?.unwrap_or_default(),
            _ => events.skip()?,
        }
    }
    Ok((id, read))
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
        folder: &FolderId,
        state: Option<&SyncState>,
        max: u16,
        properties: &[Property],
    ) -> Result<ItemChanges, Error> {
        let operation = SyncFolderItems {
            folder,
            state,
            max,
            properties,
        };
        self.call_one(&operation).await
    }
}
