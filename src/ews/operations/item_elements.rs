//! Reads item elements of every type: messages, meeting requests, reports. Knows no operation.

use std::borrow::Cow;

use crate::soap::base64::{self, Validity};
use crate::soap::date_time;
use crate::soap::events::{Base64Text, Events, Tag, Unreadable};
use crate::{AttachmentId, AttachmentInfo, FolderId, Importance, Item, ItemId};

use super::elements::{read_id, read_mailboxes, read_single_mailbox};

/// An item whose MIME content is still base64 in the answer.
#[derive(Debug, Default)]
pub(crate) struct RawItem {
    /// Boxed: it is handed on several times on its way out of an answer.
    pub(crate) item: Box<Item>,
    pub(super) mime: Option<Base64Text>,
}

/// Reads the children of `t:Message`, `t:MeetingRequest`, `t:Item` and so on. Only direct children count: an item inside an
/// attachment is somebody else's.
pub(super) fn read_item(events: &mut Events<'_>) -> Result<RawItem, Unreadable> {
    let mut raw = RawItem::default();
    let item = &mut raw.item;
    while let Some(tag) = events.child()? {
        match tag.name() {
            "ItemId" => item.id = ItemId(read_id(&tag, events)?),
            "ParentFolderId" => item.parent_folder = Some(FolderId(read_id(&tag, events)?)),
            "ItemClass" => item.class = read_class(events)?,
            "Subject" => item.subject = events.some_text()?,
            "DateTimeReceived" => item.received = date_time::parse(&events.text()?),
            "DateTimeSent" => item.sent = date_time::parse(&events.text()?),
            "Size" => item.size = events.value()?,
            "Importance" => {
                item.importance = match &*events.text()? {
                    "Low" => Some(Importance::Low),
                    "Normal" => Some(Importance::Normal),
                    "High" => Some(Importance::High),
                    _ => None,
                }
            }
            "InReplyTo" => item.in_reply_to = events.some_text()?,
            "IsDraft" => item.draft = events.boolean()?,
            "HasAttachments" => item.has_attachments = events.boolean()?,
            "ConversationId" => item.conversation_id = Some(read_id(&tag, events)?),
            "Sender" => item.sender = read_single_mailbox(events)?,
            "From" => item.from = read_single_mailbox(events)?,
            "ToRecipients" => item.to = read_mailboxes(events)?,
            "CcRecipients" => item.cc = read_mailboxes(events)?,
            "BccRecipients" => item.bcc = read_mailboxes(events)?,
            "InternetMessageId" => item.internet_message_id = events.some_text()?,
            "IsRead" => item.read = events.boolean()?,
            "References" => item.references = events.some_text()?,
            "Attachments" => item.attachments = read_attachments(events)?,
            // The only one that is ever asked for; it is there where the header is, even if that is empty.
            "ExtendedProperty" => {
                item.journal_report = true;
                events.skip()?;
            }
            "MimeContent" => raw.mime = Some(events.base64()?),
            _ => events.skip()?,
        }
    }
    Ok(raw)
}

/// An item class; the one that nearly all have takes no memory.
fn read_class(events: &mut Events<'_>) -> Result<Option<Cow<'static, str>>, Unreadable> {
    Ok(match &*events.text()? {
        "" => None,
        "IPM.Note" => Some(Cow::Borrowed("IPM.Note")),
        other => Some(Cow::Owned(other.to_owned())),
    })
}

/// Reads the first item element among the children of the open element.
pub(super) fn read_items(events: &mut Events<'_>) -> Result<RawItem, Unreadable> {
    let mut first = None;
    while events.child()?.is_some() {
        match first {
            None => first = Some(read_item(events)?),
            Some(_) => events.skip()?,
        }
    }
    Ok(first.unwrap_or_default())
}

/// Gives each item its MIME content out of the answer that they were read from.
pub(super) fn decode_mime<'i>(items: impl Iterator<Item = &'i mut RawItem>, body: Vec<u8>) {
    let (items, texts): (Vec<_>, Vec<_>) = items
        .filter_map(|raw| raw.mime.take().map(|text| (&mut raw.item, text)))
        .unzip();
    for (item, (bytes, validity)) in items.into_iter().zip(base64::decode_all(body, texts)) {
        item.mime_content = Some(bytes);
        item.invalid_mime = validity == Validity::Broken;
    }
}

fn read_attachments(events: &mut Events<'_>) -> Result<Vec<AttachmentInfo>, Unreadable> {
    let mut attachments = Vec::new();
    while events.child()?.is_some() {
        let mut info = AttachmentInfo::default();
        while let Some(tag) = events.child()? {
            if !read_attachment_info(&tag, events, &mut info)? {
                events.skip()?;
            }
        }
        attachments.push(info);
    }
    Ok(attachments)
}

/// Reads a child of `t:FileAttachment` or `t:ItemAttachment`; false where it says something else, and was not read.
pub(super) fn read_attachment_info(
    tag: &Tag<'_>,
    events: &mut Events<'_>,
    info: &mut AttachmentInfo,
) -> Result<bool, Unreadable> {
    match tag.name() {
        "AttachmentId" => info.id = AttachmentId(read_id(tag, events)?),
        "Name" => info.name = events.some_text()?,
        "ContentType" => info.content_type = events.some_text()?,
        "ContentId" => info.content_id = events.some_text()?,
        "Size" => info.size = events.value()?,
        "IsInline" => info.inline = events.boolean()?.unwrap_or_default(),
        _ => return Ok(false),
    }
    Ok(true)
}
