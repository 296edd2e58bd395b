//! `GetAttachment` (MS-OXWSATT): attachments with their content.

use crate::batch;
use crate::soap::base64::{self, Validity};
use crate::soap::body::Body;
use crate::soap::envelope::Xml;
use crate::soap::events::{Base64Text, Events, Tag, Unreadable};
use crate::soap::{Message, Operation};
use crate::{AttachmentId, AttachmentInfo, Error, Item, Mailbox, RequestServerVersion, ResponseError};

use super::item_elements::{read_attachment_info, read_item};

/// An attachment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// What it is.
    pub info: AttachmentInfo,
    /// What is in it.
    pub content: AttachmentContent,
    /// The content was no base64: it ends before the first wrong character.
    pub invalid_content: bool,
}

/// What an attachment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentContent {
    /// `t:FileAttachment`: the file's bytes.
    File(Vec<u8>),
    /// `t:ItemAttachment`: an item with its MIME content.
    Item(Box<Item<'static>>),
}

impl Default for AttachmentContent {
    fn default() -> Self {
        Self::File(Vec::new())
    }
}

struct GetAttachment<'a> {
    ids: Vec<&'a AttachmentId>,
}

/// An attachment whose content is still base64 in the answer.
#[derive(Debug, Default)]
struct RawAttachment {
    attachment: Attachment,
    item: Option<Box<Item<'static>>>,
    /// The file's content, or the item's MIME.
    content: Option<Base64Text>,
}

impl Operation for GetAttachment<'_> {
    const NAME: &'static str = "GetAttachment";
    type Content = RawAttachment;

    fn write(&self, xml: &mut Xml, _version: RequestServerVersion) {
        xml.raw(concat!(
            "<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true</t:IncludeMimeContent>",
            "</m:AttachmentShape><m:AttachmentIds>"
        ));
        for id in &self.ids {
            xml.id("t:AttachmentId", id.as_str());
        }
        xml.raw("</m:AttachmentIds></m:GetAttachment>");
    }

    fn read(
        &self,
        _: usize,
        tag: &Tag<'_>,
        events: &mut Events<'_>,
        raw: &mut RawAttachment,
    ) -> Result<(), Unreadable> {
        if tag.name() != "Attachments" {
            return events.skip();
        }
        while events.child()?.is_some() {
            while let Some(tag) = events.child()? {
                if read_attachment_info(&tag, events, &mut raw.attachment.info)? {
                    continue;
                }
                match tag.name() {
                    "Content" => raw.content = Some(events.base64()?),
                    "Item"
                    | "Message"
                    | "CalendarItem"
                    | "Contact"
                    | "Task"
                    | "MeetingMessage"
                    | "MeetingRequest"
                    | "MeetingResponse"
                    | "MeetingCancellation"
                    | "PostItem"
                    | "DistributionList" => {
                        let mut item = Item::default();
                        raw.content = read_item(events, &mut item)?;
                        raw.item = Some(Box::new(item.into_owned()));
                    }
                    _ => events.skip()?,
                }
            }
        }
        Ok(())
    }

    fn finish(messages: &mut [Message<RawAttachment>], body: Body) {
        let (raws, texts): (Vec<_>, Vec<_>) = messages
            .iter_mut()
            .flatten()
            .map(|raw| {
                let text = raw.content.take().unwrap_or(Base64Text::At(0..0));
                (raw, text)
            })
            .unzip();
        for (raw, (bytes, validity)) in raws.into_iter().zip(base64::decode_all(body.into_text(), texts)) {
            raw.attachment.invalid_content = validity == Validity::Broken;
            raw.attachment.content = match raw.item.take() {
                None => AttachmentContent::File(bytes),
                Some(mut item) => {
                    item.mime_content = Some(bytes);
                    item.invalid_mime = validity == Validity::Broken;
                    AttachmentContent::Item(item)
                }
            };
        }
    }
}

impl Mailbox {
    /// Attachments in the order of `ids`, one answer each.
    ///
    /// # Errors
    /// [`Error`]; an attachment that is missing or can't be read has its own.
    pub async fn get_attachment(&self, ids: &[AttachmentId]) -> Result<Vec<Result<Attachment, ResponseError>>, Error> {
        let messages = batch::ask(self, ids, |ids| GetAttachment { ids }).await?;
        let attachment = |raw: RawAttachment| raw.attachment;
        Ok(messages.into_iter().map(|message| message.map(attachment)).collect())
    }
}
