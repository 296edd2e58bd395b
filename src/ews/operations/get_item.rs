//! `GetItem` (MS-OXWSCORE): properties and MIME content of items.

use std::borrow::Borrow;

use crate::batch;
use crate::soap::base64::{self, Validity};
use crate::soap::body::Body;
use crate::soap::envelope::Xml;
use crate::soap::events::{Base64Text, Events, Tag, Unreadable};
use crate::soap::{Message, Operation};
use crate::{Error, Item, ItemId, Mailbox, Property, RequestServerVersion, ResponseError};

use super::item_elements::read_items;
use super::shape::write_item_shape;

/// Whether items are asked for with their MIME content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mime {
    /// Properties only.
    Exclude,
    /// With `t:MimeContent`.
    Include,
}

pub(crate) struct GetItem<'a, F> {
    pub(crate) ids: Vec<&'a ItemId>,
    pub(crate) properties: &'a [Property],
    pub(crate) mime: Mime,
    /// What is kept of the item of that place, which borrows from the answer.
    pub(crate) keep: F,
}

/// What was kept of an item, and its MIME content.
pub(crate) struct Kept<T> {
    pub(crate) item: Option<T>,
    located: Option<Base64Text>,
    decoded: Option<(Vec<u8>, Validity)>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            item: None,
            located: None,
            decoded: None,
        }
    }
}

impl<F: Fn(usize, Item<'_>) -> T, T> Operation for GetItem<'_, F> {
    const NAME: &'static str = "GetItem";
    type Content = Kept<T>;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        xml.raw("<m:GetItem>");
        write_item_shape(xml, self.properties.iter().copied(), self.mime, version);
        xml.raw("<m:ItemIds>");
        for id in &self.ids {
            xml.id("t:ItemId", id.as_str());
        }
        xml.raw("</m:ItemIds></m:GetItem>");
    }

    fn read<'a>(
        &self,
        place: usize,
        tag: &Tag<'a>,
        events: &mut Events<'a>,
        kept: &mut Kept<T>,
    ) -> Result<(), Unreadable> {
        if tag.name() != "Items" {
            return events.skip();
        }
        let mut item = Item::default();
        kept.located = read_items(events, &mut item)?;
        kept.item = Some((self.keep)(place, item));
        Ok(())
    }

    fn finish(messages: &mut [Message<Kept<T>>], mut body: Body) {
        let (mut items, mut texts) = (Vec::new(), Vec::new());
        for kept in messages.iter_mut().flatten() {
            match kept.located.take() {
                None => {}
                Some(Base64Text::At(place)) if let Some(bytes) = body.take(place.start) => {
                    kept.decoded = Some((bytes, Validity::Whole));
                }
                Some(text) => {
                    items.push(kept);
                    texts.push(text);
                }
            }
        }
        if items.is_empty() {
            return;
        }
        for (kept, decoded) in items.into_iter().zip(base64::decode_all(body.into_rest(), texts)) {
            kept.decoded = Some(decoded);
        }
    }

    fn has_mime(&self) -> bool {
        self.mime == Mime::Include
    }
}

impl Kept<Box<Item<'static>>> {
    pub(crate) fn into_item(self) -> Box<Item<'static>> {
        let mut item = self.item.unwrap_or_default();
        if let Some((bytes, validity)) = self.decoded {
            item.mime_content = Some(bytes);
            item.invalid_mime = validity == Validity::Broken;
        }
        item
    }
}

/// Keeps a whole item. Boxed: it is handed on several times on its way out of an answer.
pub(crate) fn whole(_place: usize, item: Item<'_>) -> Box<Item<'static>> {
    Box::new(item.into_owned())
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
    ) -> Result<Vec<Result<Box<Item<'static>>, ResponseError>>, Error> {
        let messages = batch::ask(self, ids, |ids| GetItem {
            ids: ids.into_iter().map(Borrow::borrow).collect(),
            properties,
            mime,
            keep: whole,
        })
        .await?;
        Ok(messages
            .into_iter()
            .map(|message| message.map(Kept::into_item))
            .collect())
    }

    /// As [`Mailbox::get_item`] without MIME, but of each item only what `keep` makes of it takes memory.
    ///
    /// # Errors
    /// As [`Mailbox::get_item`].
    pub async fn look_at_items<I: Borrow<ItemId>, T>(
        &self,
        ids: &[I],
        properties: &[Property],
        keep: impl Fn(&I, Item<'_>) -> T,
    ) -> Result<Vec<Result<T, ResponseError>>, Error> {
        let keep = &keep;
        let messages = batch::ask(self, ids, |ids| GetItem {
            ids: ids.iter().map(|id| (*id).borrow()).collect(),
            properties,
            mime: Mime::Exclude,
            keep: move |place: usize, item: Item<'_>| ids.get(place).map(|id| keep(id, item)),
        })
        .await?;
        Ok(ids
            .iter()
            .zip(messages)
            .map(|(id, message)| message.map(|kept| kept.item.flatten().unwrap_or_else(|| keep(id, Item::default()))))
            .collect())
    }
}
