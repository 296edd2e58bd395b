//! Reads item elements of every type: messages, meeting requests, reports. Knows no operation.

use crate::soap::date_time;
use crate::soap::events::{Base64Text, Events, Tag, Unreadable};
use crate::{AttachmentId, AttachmentInfo, FolderId, Importance, Item, Sensitivity};

use super::elements::{borrow_id, read_id, read_mailboxes, read_single_mailbox};

/// Reads the children of `t:Message`, `t:MeetingRequest`, `t:Item` and so on into `item`; where its MIME content is, still
/// in base64. Only direct children count: an item inside an attachment is somebody else's.
pub(super) fn read_item<'a>(events: &mut Events<'a>, item: &mut Item<'a>) -> Result<Option<Base64Text>, Unreadable> {
    let mut mime = None;
    while let Some(tag) = events.child()? {
        match tag.name() {
            "ItemId" => item.id = borrow_id(&tag, events)?,
            "ParentFolderId" => item.parent_folder = Some(FolderId(read_id(&tag, events)?)),
            "ItemClass" => item.class = events.some_borrowed()?,
            "Subject" => item.subject = events.some_borrowed()?,
            "DateTimeReceived" => item.received = date_time::parse(&events.text()?),
            "DateTimeSent" => item.sent = date_time::parse(&events.text()?),
            "DateTimeCreated" => item.created = date_time::parse(&events.text()?),
            "Sensitivity" => {
                item.sensitivity = match &*events.text()? {
                    "Normal" => Some(Sensitivity::Normal),
                    "Personal" => Some(Sensitivity::Personal),
                    "Private" => Some(Sensitivity::Private),
                    "Confidential" => Some(Sensitivity::Confidential),
                    _ => None,
                }
            }
            "Size" => item.size = events.value()?,
            "Importance" => {
                item.importance = match &*events.text()? {
                    "Low" => Some(Importance::Low),
                    "Normal" => Some(Importance::Normal),
                    "High" => Some(Importance::High),
                    _ => None,
                }
            }
            "InReplyTo" => item.in_reply_to = events.some_borrowed()?,
            "IsDraft" => item.draft = events.boolean()?,
            "HasAttachments" => item.has_attachments = events.boolean()?,
            "ConversationId" => item.conversation_id = Some(borrow_id(&tag, events)?),
            "Sender" => item.sender = read_single_mailbox(events)?,
            "From" => item.from = read_single_mailbox(events)?,
            "ToRecipients" => item.to = read_mailboxes(events)?,
            "CcRecipients" => item.cc = read_mailboxes(events)?,
            "BccRecipients" => item.bcc = read_mailboxes(events)?,
            "InternetMessageId" => item.internet_message_id = events.some_borrowed()?,
            "IsRead" => item.read = events.boolean()?,
            "References" => item.references = events.some_borrowed()?,
            "Attachments" => item.attachments = read_attachments(events)?,
            // The only one that is ever asked for; it is there where the header is, even if that is empty.
            "ExtendedProperty" => {
                item.journal_report = true;
                events.skip()?;
            }
            "MimeContent" => mime = Some(events.base64()?),
            _ => events.skip()?,
        }
    }
    Ok(mime)
}

/// Reads the first item element among the children of the open element, as [`read_item`] does.
pub(super) fn read_items<'a>(events: &mut Events<'a>, item: &mut Item<'a>) -> Result<Option<Base64Text>, Unreadable> {
    let (mut first, mut mime) = (true, None);
    while events.child()?.is_some() {
        match std::mem::take(&mut first) {
            true => mime = read_item(events, item)?,
            false => events.skip()?,
        }
    }
    Ok(mime)
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
