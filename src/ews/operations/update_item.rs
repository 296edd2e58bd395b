//! `UpdateItem` (MS-OXWSCORE), as far as the read flag.

use crate::batch;
use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, Item, ItemId, Mailbox, RequestServerVersion, ResponseError};

use super::item_elements::read_items;

struct SetRead<'a> {
    ids: Vec<&'a ItemId>,
    read: bool,
}

impl Operation for SetRead<'_> {
    const NAME: &'static str = "UpdateItem";
    type Content = ItemId;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        // Without a change key there is nothing to resolve a conflict by.
        xml.raw("<m:UpdateItem ConflictResolution=\"AlwaysOverwrite\" MessageDisposition=\"SaveOnly\"");
        if version >= RequestServerVersion::Exchange2013_SP1 {
            xml.raw(" SuppressReadReceipts=\"true\"");
        }
        xml.raw("><m:ItemChanges>");
        for id in &self.ids {
            xml.raw("<t:ItemChange>")
                .id("t:ItemId", id.as_str())
                .raw("<t:Updates><t:SetItemField><t:FieldURI FieldURI=\"message:IsRead\"/><t:Message><t:IsRead>")
                .raw(if self.read { "true" } else { "false" })
                .raw("</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange>");
        }
        xml.raw("</m:ItemChanges></m:UpdateItem>");
    }

    fn read(&self, _: usize, tag: &Tag<'_>, events: &mut Events<'_>, id: &mut ItemId) -> Result<(), Unreadable> {
        match tag.name() {
            "Items" => {
                let mut item = Item::default();
                read_items(events, &mut item)?;
                *id = item.item_id();
            }
            _ => events.skip()?,
        }
        Ok(())
    }
}

impl Mailbox {
    /// Marks items read or unread; their ids in the order of `ids`, one answer each.
    ///
    /// # Errors
    /// [`Error`]; an item that is missing has its own.
    pub async fn set_read(&self, ids: &[ItemId], read: bool) -> Result<Vec<Result<ItemId, ResponseError>>, Error> {
        batch::ask(self, ids, |ids| SetRead { ids, read }).await
    }
}
