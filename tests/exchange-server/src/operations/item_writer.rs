//! Writes an item's properties, exactly those that the shape asks for, in schema order.

use mail_parser::{MessageParser, PartType};
use time::OffsetDateTime;

use super::Scene;
use super::attachments;
use super::fields::Field;
use super::shape::{BodyKind, ExtendedField, ItemShape};
use crate::soap::RequestVersion;
use crate::soap::xml::Xml;
use crate::store::directory::EntryKind;
use crate::store::folder::Item;
use crate::store::ids::{EntryId, change_key, fnv};
use crate::store::message::{Party, Properties, parse};

/// Whether an answer shows everything or only what a summary has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    Full,
    Summary,
}

/// Beginnings of the classes that Exchange shows as messages.
const MESSAGES: [&str; 5] = ["IPM.Note", "IPM.Schedule", "IPM.Recall", "IPM.Sharing", "REPORT."];

/// The element of an item class.
pub(crate) fn element_name(class: &str) -> &'static str {
    match class {
        "IPM.Schedule.Meeting.Request" => "t:MeetingRequest",
        "IPM.Schedule.Meeting.Canceled" => "t:MeetingCancellation",
        c if c.starts_with("IPM.Schedule.Meeting.Resp") => "t:MeetingResponse",
        // What is no message at all has the properties of an item only.
        c if !MESSAGES.iter().any(|m| c.starts_with(m)) => "t:Item",
        _ => "t:Message",
    }
}

/// `xs:dateTime` in UTC, whole seconds, as Exchange writes all of them.
pub(crate) fn date_time(moment: OffsetDateTime) -> String {
    let (date, time) = (moment.date(), moment.time());
    let mut text = String::with_capacity(20);
    let mut digits = |value: u32, places: u32, end: char| {
        for place in (0..places).rev() {
            text.push(char::from(b'0' + (value / 10u32.pow(place) % 10) as u8));
        }
        text.push(end);
    };
    digits(date.year().unsigned_abs(), 4, '-');
    digits(u32::from(u8::from(date.month())), 2, '-');
    digits(u32::from(date.day()), 2, 'T');
    digits(u32::from(time.hour()), 2, ':');
    digits(u32::from(time.minute()), 2, ':');
    digits(u32::from(time.second()), 2, 'Z');
    text
}

pub(crate) fn item_id(xml: &mut Xml, name: &str, id: EntryId, change: u64) {
    xml.id(name, &id.encode(), &change_key(id.mailbox, change));
}

pub(crate) fn write(xml: &mut Xml, scene: &Scene<'_>, id: EntryId, item: &Item, shape: &ItemShape, depth: Depth) {
    if shape.fields.is_id_only() && shape.extended.is_empty() && shape.headers.is_empty() {
        // A first synchronization asks for nothing else, a million times.
        let element = element_name(item.content.class());
        xml.open(element);
        item_id(xml, "t:ItemId", id, item.flags.latest());
        return xml.close(element);
    }
    let properties = item.content.properties_to(shape.extent());
    let p = properties.as_ref();
    let element = element_name(&p.class);
    let asked = shape.fields;
    let sets = |field: Field| asked.has(field);
    let draft = scene.is_drafts(id.folder) || p.unsent;
    xml.open(element);
    if sets(Field::MimeContent) {
        let mime = item.content.mime();
        let attributes = [("CharacterSet", scene.script.mime_charset())];
        match scene.script.faulty_base64(&mime) {
            Some(text) => {
                xml.open_with("t:MimeContent", &attributes);
                // As it is: its line ends would be written as references.
                xml.raw(text.as_bytes());
                xml.close("t:MimeContent");
            }
            None => xml.base64_with("t:MimeContent", &attributes, &mime),
        }
    }
    item_id(xml, "t:ItemId", id, item.flags.latest());
    if sets(Field::ParentFolderId) {
        let parent = EntryId::folder(id.mailbox, id.folder);
        xml.empty(
            "t:ParentFolderId",
            &[("Id", &parent.encode()), ("ChangeKey", &change_key(id.mailbox, 1))],
        );
    }
    if sets(Field::ItemClass) {
        xml.text("t:ItemClass", &p.class);
    }
    if let (true, Some(subject)) = (sets(Field::Subject), &p.subject) {
        xml.text("t:Subject", subject);
    }
    if sets(Field::Sensitivity) {
        xml.text("t:Sensitivity", p.sensitivity);
    }
    if sets(Field::Body) {
        body(xml, "t:Body", item, shape.body);
    }
    if sets(Field::Attachments)
        && (p.has_attachments || matches!(item.content, crate::store::folder::Content::Stored(_)))
    {
        attachments::list(xml, id, item);
    }
    if sets(Field::DateTimeReceived) {
        xml.text("t:DateTimeReceived", &date_time(p.received));
    }
    if sets(Field::Size) {
        xml.number("t:Size", p.size.min(i32::MAX as u32));
    }
    if sets(Field::Importance) {
        xml.text("t:Importance", p.importance.name());
    }
    if let (true, Some(in_reply_to)) = (sets(Field::InReplyTo), &p.in_reply_to) {
        xml.text("t:InReplyTo", in_reply_to);
    }
    for (field, name, value) in [
        (Field::IsSubmitted, "t:IsSubmitted", false),
        (Field::IsDraft, "t:IsDraft", draft),
        (Field::IsFromMe, "t:IsFromMe", false),
        (Field::IsResend, "t:IsResend", false),
        (Field::IsUnmodified, "t:IsUnmodified", !draft),
    ] {
        if sets(field) {
            xml.boolean(name, value);
        }
    }
    if sets(Field::InternetMessageHeaders) || !shape.headers.is_empty() {
        headers(xml, item, &shape.headers, sets(Field::InternetMessageHeaders));
    }
    if let (true, Some(sent)) = (sets(Field::DateTimeSent), p.sent) {
        xml.text("t:DateTimeSent", &date_time(sent));
    }
    if sets(Field::DateTimeCreated) {
        xml.text("t:DateTimeCreated", &date_time(p.received));
    }
    if sets(Field::DisplayCc) {
        xml.text("t:DisplayCc", &Properties::display(&p.cc));
    }
    if sets(Field::DisplayTo) {
        xml.text("t:DisplayTo", &Properties::display(&p.to));
    }
    if sets(Field::HasAttachments) {
        xml.boolean("t:HasAttachments", p.has_attachments);
    }
    for property in &shape.extended {
        if let Some(value) = extended_value(property, item, p) {
            extended(xml, property, &value);
        }
    }
    if sets(Field::Culture) {
        xml.text("t:Culture", "en-US");
    }
    if sets(Field::LastModifiedTime) {
        xml.text("t:LastModifiedTime", &date_time(p.received));
    }
    if sets(Field::ConversationId) {
        let topic = fnv(topic(p).as_bytes());
        xml.empty(
            "t:ConversationId",
            &[(
                "Id",
                &EntryId {
                    mailbox: topic,
                    folder: 0,
                    item: topic,
                    attachment: None,
                }
                .encode(),
            )],
        );
    }
    if sets(Field::Preview) {
        xml.text("t:Preview", "");
    }
    if sets(Field::TextBody) {
        body(xml, "t:TextBody", item, BodyKind::Text);
    }
    if element != "t:Item" {
        message_fields(xml, scene, item, p, shape, depth);
    }
    xml.close(element);
}

fn message_fields(xml: &mut Xml, scene: &Scene<'_>, item: &Item, p: &Properties, shape: &ItemShape, depth: Depth) {
    let sets = |field: Field| shape.fields.has(field);
    // The summary of 2007 has the senders' names, but no addresses.
    let names_only = depth == Depth::Summary && scene.version < RequestVersion::Exchange2010;
    for (field, name, party) in [(Field::Sender, "t:Sender", &p.sender)] {
        if let (true, Some(party)) = (sets(field), party) {
            single(xml, scene, name, party, names_only);
        }
    }
    for (field, name, parties) in [
        (Field::ToRecipients, "t:ToRecipients", &p.to),
        (Field::CcRecipients, "t:CcRecipients", &p.cc),
        (Field::BccRecipients, "t:BccRecipients", &p.bcc),
    ] {
        if sets(field) && !parties.is_empty() {
            many(xml, scene, name, parties);
        }
    }
    if sets(Field::IsReadReceiptRequested) {
        xml.boolean("t:IsReadReceiptRequested", false);
    }
    if sets(Field::IsDeliveryReceiptRequested) {
        xml.boolean("t:IsDeliveryReceiptRequested", false);
    }
    if sets(Field::ConversationIndex) {
        let index = [&[1u8], &fnv(topic(p).as_bytes()).to_be_bytes()[..], &[0u8; 13]].concat();
        xml.text("t:ConversationIndex", &base64_simd::STANDARD.encode_to_string(index));
    }
    if sets(Field::ConversationTopic) {
        xml.text("t:ConversationTopic", topic(p));
    }
    if let (true, Some(party)) = (sets(Field::From), &p.from) {
        single(xml, scene, "t:From", party, names_only);
    }
    if let (true, Some(id)) = (sets(Field::InternetMessageId), &p.message_id) {
        xml.text("t:InternetMessageId", id);
    }
    if sets(Field::IsRead) {
        xml.boolean("t:IsRead", item.flags.read);
    }
    if sets(Field::IsResponseRequested) {
        xml.boolean("t:IsResponseRequested", false);
    }
    if let (true, Some(references)) = (sets(Field::References), &p.references) {
        xml.text("t:References", references);
    }
    if sets(Field::ReplyTo) && !p.reply_to.is_empty() {
        many(xml, scene, "t:ReplyTo", &p.reply_to);
    }
}

/// The subject without its prefixes: what Exchange calls the conversation's topic.
fn topic(p: &Properties) -> &str {
    let mut topic = p.subject.as_deref().unwrap_or_default().trim();
    while let Some(rest) = ["Re:", "RE:", "Fw:", "FW:", "Fwd:", "AW:", "Aw:"]
        .iter()
        .find_map(|x| topic.strip_prefix(x))
    {
        topic = rest.trim_start();
    }
    topic
}

fn single(xml: &mut Xml, scene: &Scene<'_>, name: &str, party: &Party, names_only: bool) {
    xml.open(name);
    if names_only {
        xml.open("t:Mailbox");
        xml.text(
            "t:Name",
            party.name.as_deref().or(party.email.as_deref()).unwrap_or_default(),
        );
        xml.close("t:Mailbox");
    } else {
        mailbox(xml, scene, party);
    }
    xml.close(name);
}

fn many(xml: &mut Xml, scene: &Scene<'_>, name: &str, parties: &[Party]) {
    xml.open(name);
    for party in parties {
        mailbox(xml, scene, party);
    }
    xml.close(name);
}

fn mailbox(xml: &mut Xml, scene: &Scene<'_>, party: &Party) {
    xml.open("t:Mailbox");
    xml.text(
        "t:Name",
        party.name.as_deref().or(party.email.as_deref()).unwrap_or_default(),
    );
    if let Some(email) = &party.email {
        let entry = scene.directory.by_address(email);
        match entry.filter(|_| scene.directory.ex(email).is_some()) {
            Some(entry) => {
                xml.text("t:EmailAddress", &entry.legacy_dn);
                xml.text("t:RoutingType", "EX");
            }
            None => {
                xml.text("t:EmailAddress", email);
                xml.text("t:RoutingType", "SMTP");
            }
        }
        if scene.version >= RequestVersion::Exchange2010 {
            xml.text(
                "t:MailboxType",
                match entry.map(|e| e.kind) {
                    Some(EntryKind::Mailbox) => "Mailbox",
                    Some(EntryKind::Group) => "PublicDL",
                    None => "OneOff",
                },
            );
        }
    }
    xml.close("t:Mailbox");
}

fn body(xml: &mut Xml, name: &str, item: &Item, kind: BodyKind) {
    let mime = item.content.mime();
    let Some(message) = parse(mime.as_ref()) else {
        return xml.text_with(name, &[("BodyType", "Text")], "");
    };
    let has_html = message.html_bodies().any(|part| matches!(part.body, PartType::Html(_)));
    if kind == BodyKind::Html || (kind == BodyKind::Best && has_html) {
        xml.text_with(name, &[("BodyType", "HTML")], &message.body_html(0).unwrap_or_default());
    } else {
        xml.text_with(name, &[("BodyType", "Text")], &message.body_text(0).unwrap_or_default());
    }
}

fn headers(xml: &mut Xml, item: &Item, wanted: &[String], all: bool) {
    if !all && !wanted.iter().any(|name| item.content.may_have_header(name)) {
        return;
    }
    let mime = item.content.mime();
    let Some(message) = MessageParser::default().parse_headers(mime.as_ref()) else {
        return;
    };
    let found: Vec<(&str, &str)> = message
        .headers_raw()
        .filter(|(name, _)| all || wanted.iter().any(|w| w.eq_ignore_ascii_case(name)))
        .collect();
    if found.is_empty() {
        return;
    }
    xml.open("t:InternetMessageHeaders");
    for (name, value) in found {
        xml.text_with("t:InternetMessageHeader", &[("HeaderName", name)], value.trim());
    }
    xml.close("t:InternetMessageHeaders");
}

fn extended_value(property: &ExtendedField, item: &Item, p: &Properties) -> Option<String> {
    let text = |value: Option<&str>| value.filter(|v| !v.is_empty()).map(str::to_owned);
    let Some(tag) = property.tag else {
        return named_header(property, item);
    };
    match (tag, property.kind.as_str()) {
        (0x007D, "String") => {
            let mime = item.content.mime();
            let end = mime
                .windows(4)
                .position(|w| w == b"\r\n\r\n")
                .or_else(|| mime.windows(2).position(|w| w == b"\n\n"));
            mime.get(..end.unwrap_or(mime.len()))
                .map(|h| String::from_utf8_lossy(h).into_owned())
        }
        (0x1035, "String") => text(p.message_id.as_deref()),
        (0x1042, "String") => text(p.in_reply_to.as_deref()),
        (0x1039, "String") => text(p.references.as_deref()),
        (0x0037, "String") => text(p.subject.as_deref()),
        (0x001A, "String") => text(Some(&p.class)),
        (0x5D01, "String") => text(p.sender.as_ref()?.email.as_deref()),
        (0x5D02, "String") => text(p.from.as_ref()?.email.as_deref()),
        (0x0E08, "Integer") => Some(p.size.to_string()),
        (0x0E07, "Integer") => Some(u8::from(item.flags.read).to_string()),
        (0x0E06 | 0x3007 | 0x3008, "SystemTime") => Some(date_time(p.received)),
        (0x0039, "SystemTime") => p.sent.map(date_time),
        _ => None,
    }
}

/// `InternetHeaders` named properties show MIME headers.
fn named_header(property: &ExtendedField, item: &Item) -> Option<String> {
    let attribute = |name: &str| {
        property
            .attributes
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    if attribute("DistinguishedPropertySetId") != Some("InternetHeaders") {
        return None;
    }
    let name = attribute("PropertyName").filter(|name| item.content.may_have_header(name))?;
    let mime = item.content.mime();
    let message = MessageParser::default().parse_headers(mime.as_ref())?;
    let value = message.header_raw(name.to_owned())?;
    Some(value.trim().to_owned())
}

pub(crate) fn extended(xml: &mut Xml, property: &ExtendedField, value: &str) {
    let attributes: Vec<(&str, &str)> = property
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    xml.open("t:ExtendedProperty");
    xml.empty("t:ExtendedFieldURI", &attributes);
    xml.text("t:Value", value);
    xml.close("t:ExtendedProperty");
}
