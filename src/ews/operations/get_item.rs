//! `GetItem` (MS-OXWSCORE): properties and MIME content of items.

use std::borrow::Borrow;

use crate::batch;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::soap::{Message, Operation};
use crate::{Error, Item, ItemId, Mailbox, Property, RequestServerVersion, ResponseError};

use super::item_elements::{RawItem, decode_mime, read_items};
use super::shape::write_item_shape;

/// Whether items are asked for with their MIME content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mime {
    /// Properties only.
    Exclude,
    /// With `t:MimeContent`.
    Include,
}

pub(crate) struct GetItem<'a> {
    pub(crate) ids: Vec<&'a ItemId>,
    pub(crate) properties: &'a [Property],
    pub(crate) mime: Mime,
}

impl Operation for GetItem<'_> {
    const NAME: &'static str = "GetItem";
    type Content = RawItem;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        xml.raw("<m:GetItem>");
        write_item_shape(xml, self.properties.iter().copied(), self.mime, version);
        xml.raw("<m:ItemIds>");
        for id in &self.ids {
            xml.id("t:ItemId", id.as_str());
        }
        xml.raw("</m:ItemIds></m:GetItem>");
    }

    fn read(tag: &Tag<'_>, events: &mut Events<'_>, item: &mut RawItem) -> Result<(), Unreadable> {
        match tag.name() {
            "Items" => *item = read_items(events)?,
            _ => events.skip()?,
        }
        Ok(())
    }

    fn finish(messages: &mut [Message<RawItem>], body: Vec<u8>) {
        decode_mime(messages.iter_mut().flatten(), body);
    }
}

impl Mailbox {
    /// Items in the order of `ids`, one answer each, whatever happens to the others.
    ///
    /// What the server stopped or ran out of time for is asked again, in smaller requests; an item whose answer can't be
    /// read ends alone, with [`ResponseCode::UnreadableAnswer`](crate::ResponseCode::UnreadableAnswer).
    ///
    /// # Errors
    /// [`Error`], where there is no answer for any item; an item that is missing or can't be read has its own.
    pub async fn get_item<I: Borrow<ItemId>>(
        &self,
        ids: &[I],
        properties: &[Property],
        mime: Mime,
    ) -> Result<Vec<Result<Box<Item>, ResponseError>>, Error> {
        let ids: Vec<&ItemId> = ids.iter().map(Borrow::borrow).collect();
        let messages = batch::ask(self, &ids, |ids| GetItem {
            ids: ids.into_iter().copied().collect(),
            properties,
            mime,
        })
        .await?;
        Ok(messages
            .into_iter()
            .map(|message| message.map(|raw| raw.item))
            .collect())
    }
}
