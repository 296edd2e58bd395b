//! `SyncFolderItems` (MS-OXWSSYNC): items that changed since a state.

use crate::call::Persistence;
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
pub struct ItemChanges<T> {
    /// What the next call is given.
    pub sync_state: SyncState,
    /// Whether this was the last page; where the server does not say, one without changes is.
    pub last: bool,
    /// How many changes were asked for in the end.
    pub asked: u16,
    /// What was kept of the changes.
    pub changes: T,
    count: usize,
    told_last: Option<bool>,
}

/// What happened to an item; it borrows from the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemChange<'a> {
    /// It is new in this folder.
    Create(Item<'a>),
    /// It changed.
    Update(Item<'a>),
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

impl ItemChange<'_> {
    /// The same in memory of its own.
    pub fn into_owned(self) -> ItemChange<'static> {
        match self {
            Self::Create(item) => ItemChange::Create(item.into_owned()),
            Self::Update(item) => ItemChange::Update(item.into_owned()),
            Self::Delete(id) => ItemChange::Delete(id),
            Self::ReadFlagChange { id, read } => ItemChange::ReadFlagChange { id, read },
        }
    }
}

/// Changes on a page at most (MaxSyncChangesReturnedType).
const MOST_CHANGES: u16 = 512;
/// A page that can't be had is asked for so many times smaller.
const SMALLER: u16 = 8;

pub(crate) struct SyncFolderItems<'a, F> {
    pub(crate) folder: &'a FolderId,
    pub(crate) state: Option<&'a SyncState>,
    pub(crate) max: u16,
    pub(crate) properties: &'a [Property],
    /// What is kept of the changes.
    pub(crate) keep: F,
}

impl<F, T> Operation for SyncFolderItems<'_, F>
where
    F: Fn(Vec<ItemChange<'_>>) -> T,
    T: Default,
{
    const NAME: &'static str = "SyncFolderItems";
    type Content = ItemChanges<T>;

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

    fn read<'a>(
        &self,
        _place: usize,
        tag: &Tag<'a>,
        events: &mut Events<'a>,
        page: &mut ItemChanges<T>,
    ) -> Result<(), Unreadable> {
        match tag.name() {
            "SyncState" => page.sync_state = SyncState(events.text()?.into_owned()),
            "IncludesLastItemInRange" => {
                page.told_last = events.boolean()?;
                page.last = page.told_last.unwrap_or_default();
            }
            "Changes" => {
                let mut changes = Vec::with_capacity(self.max.into());
                while let Some(tag) = events.child()? {
                    read_change(&tag, events, &mut changes)?;
                }
                page.count = changes.len();
                page.changes = (self.keep)(changes);
            }
            _ => events.skip()?,
        }
        Ok(())
    }
}

fn read_change<'a>(
    tag: &Tag<'a>,
    events: &mut Events<'a>,
    changes: &mut Vec<ItemChange<'a>>,
) -> Result<(), Unreadable> {
    let mut item = Item::default();
    changes.push(match tag.name() {
        "Create" => {
            read_items(events, &mut item)?;
            ItemChange::Create(item)
        }
        "Update" => {
            read_items(events, &mut item)?;
            ItemChange::Update(item)
        }
        "Delete" => ItemChange::Delete(read_flag(events)?.0),
        "ReadFlagChange" => {
            let (id, read) = read_flag(events)?;
            ItemChange::ReadFlagChange { id, read }
        }
        _ => return events.skip(),
    });
    Ok(())
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
    /// One page of at most `max` (1 to 512) item changes in `folder` since `state`, in the server's order, of which only
    /// what `keep` makes of them takes memory.
    ///
    /// `properties` is what Create and Update say beyond the id; what a summary can't show is left out
    /// ([`Property::in_summary`]). Senders have addresses from Exchange 2010 on.
    ///
    /// A page that the server can't give whole (it runs out of time, the connection breaks, one item spoils the answer) is
    /// asked for smaller, down to one change.
    ///
    /// # Errors
    /// [`Error`]; `ErrorInvalidSyncStateData` asks to begin without a state. [`Error::Protocol`] where the server says that
    /// there is more, and gives nothing and no other state.
    pub async fn sync_folder_items<T, F>(
        &self,
        folder: &FolderId,
        state: Option<&SyncState>,
        max: u16,
        properties: &[Property],
        keep: F,
    ) -> Result<ItemChanges<T>, Error>
    where
        T: Default,
        F: Fn(Vec<ItemChange<'_>>) -> T,
    {
        let mut operation = SyncFolderItems {
            folder,
            state,
            max: max.clamp(1, MOST_CHANGES),
            properties,
            keep,
        };
        loop {
            let persistence = match operation.max {
                1 => Persistence::Repeat,
                _ => Persistence::Shrink,
            };
            match self.call_one(&operation, persistence).await {
                Ok(mut page) => {
                    page.asked = operation.max;
                    page.last = page.told_last.unwrap_or(page.count == 0);
                    if !page.last && page.count == 0 && Some(&page.sync_state) == state {
                        return Err(Error::Protocol {
                            operation: SyncFolderItems::<F>::NAME,
                            what: "it says that there is more, and gives nothing and no other SyncState".into(),
                        });
                    }
                    return Ok(page);
                }
                Err(error) if operation.max > 1 && error.policy().disposition.may_be_one_of_many() => {
                    self.require_health().await?;
                    operation.max = (operation.max / SMALLER).max(1);
                }
                Err(error) => return Err(error),
            }
        }
    }
}
