//! Attachments of an item, read from its MIME content on demand, and the operation `GetAttachment`.

use bytes::Bytes;
use mail_parser::{Message, MessagePart, MimeHeaders};
use time::OffsetDateTime;

use super::item_writer::{self, Depth};
use super::shape::ItemShape;
use super::{Answer, Scene, error_message, open_message};
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::store::folder::{Content, Flags, Item};
use crate::store::ids::EntryId;
use crate::store::message::{StoredMessage, is_inline, parse};

fn content_type(part: &MessagePart<'_>) -> String {
    match part.content_type() {
        Some(t) => match t.subtype() {
            Some(subtype) => format!("{}/{subtype}", t.ctype()),
            None => t.ctype().to_owned(),
        },
        None => "application/octet-stream".to_owned(),
    }
}

/// `t:Attachments`, without content; nothing where there is none (NonEmptyArrayOfAttachmentsType).
pub(super) fn list(xml: &mut Xml, id: EntryId, item: &Item) {
    let mime = item.content.mime();
    let Some(message) = parse(mime.as_ref()) else {
        return;
    };
    if message.attachment_count() == 0 {
        return;
    }
    xml.open("t:Attachments");
    for (n, part) in message.attachments().enumerate() {
        let element = if part.is_message() {
            "t:ItemAttachment"
        } else {
            "t:FileAttachment"
        };
        xml.open(element);
        head(
            xml,
            EntryId {
                attachment: u16::try_from(n).ok(),
                ..id
            },
            part,
            item,
        );
        xml.close(element);
    }
    xml.close("t:Attachments");
}

fn head(xml: &mut Xml, id: EntryId, part: &MessagePart<'_>, item: &Item) {
    let name = part.attachment_name().map(str::to_owned).unwrap_or_else(|| {
        part.message()
            .and_then(Message::subject)
            .unwrap_or("attachment")
            .to_owned()
    });
    xml.empty("t:AttachmentId", &[("Id", &id.encode())]);
    xml.text("t:Name", &name);
    if !part.is_message() {
        xml.text("t:ContentType", &content_type(part));
    }
    if let Some(content_id) = part.content_id() {
        xml.text("t:ContentId", content_id);
    }
    xml.number("t:Size", part.len());
    xml.text(
        "t:LastModifiedTime",
        &item_writer::date_time(item.content.properties().received),
    );
    xml.boolean("t:IsInline", is_inline(part));
}

/// `GetAttachment` (MS-OXWSATT): file attachments with content, item attachments with their message.
pub(super) fn get(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["AttachmentShape", "AttachmentIds"])?;
    let ids = &request.require("AttachmentIds")?.children;
    if ids.is_empty() {
        return Err(Fault::schema("The element 'AttachmentIds' has incomplete content."));
    }
    let name = "m:GetAttachmentResponseMessage";
    for (n, element) in ids.iter().enumerate() {
        let text = element.require_attribute("Id")?;
        if let Some(code) = scene.script.item_code(n, ids.len(), text) {
            error_message(xml, name, &code, Some("m:Attachments"));
            continue;
        }
        match EntryId::decode(text) {
            None => error_message(xml, name, &"ErrorInvalidIdMalformed".into(), Some("m:Attachments")),
            Some(id) => {
                let owner = scene.mailbox.item(EntryId { attachment: None, ..id });
                match owner.as_ref().zip(id.attachment) {
                    Some((item, at)) if write(scene, xml, id, item, at, name).is_some() => {}
                    _ => error_message(xml, name, &"ErrorItemNotFound".into(), Some("m:Attachments")),
                }
            }
        }
    }
    Ok(Answer { items: ids.len() })
}

fn write(scene: &Scene<'_>, xml: &mut Xml, id: EntryId, item: &Item, at: u16, name: &str) -> Option<()> {
    let mime = item.content.mime();
    let message = parse(mime.as_ref())?;
    let part = message.attachments().nth(usize::from(at))?;
    open_message(xml, name);
    xml.open("m:Attachments");
    match part.message() {
        Some(inner) => {
            xml.open("t:ItemAttachment");
            head(xml, id, part, item);
            let inner =
                StoredMessage::from_mime(Bytes::copy_from_slice(inner.raw_message()), OffsetDateTime::UNIX_EPOCH);
            let content = Content::Stored(std::sync::Arc::new(inner));
            let inner = Item {
                key: item.key,
                flags: Flags::new(item.key, true),
                content,
            };
            item_writer::write(xml, scene, id, &inner, &ItemShape::whole(scene.version), Depth::Full);
            xml.close("t:ItemAttachment");
        }
        None => {
            xml.open("t:FileAttachment");
            head(xml, id, part, item);
            xml.base64_with("t:Content", &[], part.contents());
            xml.close("t:FileAttachment");
        }
    }
    xml.close("m:Attachments");
    xml.close(name);
    Some(())
}
