//! A message's properties, as Exchange derives them from its MIME content. Knows no store and no XML.

use bytes::Bytes;
use mail_parser::{Addr, Address, DateTime, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use time::OffsetDateTime;

/// One party of a message. A name alone is possible (`From: Whomever`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Party {
    pub name: Option<String>,
    pub email: Option<String>,
}

/// `item:Importance`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Importance {
    Low,
    #[default]
    Normal,
    High,
}

impl Importance {
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Normal => "Normal",
            Self::High => "High",
        }
    }
}

/// The properties that EWS shows; absent ones are absent in answers, too.
#[derive(Debug, Clone)]
pub(crate) struct Properties {
    pub class: String,
    pub subject: Option<String>,
    pub from: Option<Party>,
    pub sender: Option<Party>,
    pub to: Vec<Party>,
    pub cc: Vec<Party>,
    pub bcc: Vec<Party>,
    pub reply_to: Vec<Party>,
    pub sent: Option<OffsetDateTime>,
    pub received: OffsetDateTime,
    pub message_id: Option<String>,
    pub in_reply_to: Option<String>,
    pub references: Option<String>,
    pub importance: Importance,
    pub sensitivity: &'static str,
    pub has_attachments: bool,
    /// It keeps the draft flag wherever it lies, as imported mail does: Outlook's X-Unsent.
    pub unsent: bool,
    pub size: u32,
}

/// How much of its properties an answer shows. Generated messages are made only so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// Class, From, dates and size.
    From,
    /// The recipients, too.
    Correspondents,
    Whole,
}

/// A message that was delivered: its MIME content, and what was read from it.
#[derive(Debug, Clone)]
pub(crate) struct StoredMessage {
    pub properties: Properties,
    pub mime: Bytes,
}

impl StoredMessage {
    /// Never fails: what cannot be read is absent, as on a real server. `now` is the delivery time where no header tells one.
    pub fn from_mime(mime: Bytes, now: OffsetDateTime) -> Self {
        let properties = match parse(mime.as_ref()) {
            Some(message) => properties(&message, mime.len(), now),
            None => Properties::empty(mime.len(), now),
        };
        Self { properties, mime }
    }
}

/// Takes a message apart; one that nests so much that the parser would not come back from it is read by its header alone.
pub(crate) fn parse(mime: &[u8]) -> Option<Message<'_>> {
    const MAX_NESTED: usize = 100;
    let nested = |kind: &[u8]| {
        let first = kind[0].to_ascii_lowercase();
        let starts = mime.windows(kind.len()).filter(|w| w[0].to_ascii_lowercase() == first);
        starts
            .filter(|w| w.eq_ignore_ascii_case(kind))
            .take(MAX_NESTED + 1)
            .count()
    };
    let harmless = nested(b"message/rfc822") + nested(b"multipart/") <= MAX_NESTED;
    match harmless {
        true => MessageParser::default().parse(mime),
        false => MessageParser::default().parse_headers(mime),
    }
}

impl Properties {
    pub fn empty(size: usize, received: OffsetDateTime) -> Self {
        Self {
            class: "IPM.Note".to_owned(),
            subject: None,
            from: None,
            sender: None,
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: Vec::new(),
            sent: None,
            received,
            message_id: None,
            in_reply_to: None,
            references: None,
            importance: Importance::Normal,
            sensitivity: "Normal",
            has_attachments: false,
            unsent: false,
            size: u32::try_from(size).unwrap_or(u32::MAX),
        }
    }

    /// `item:DisplayTo`: the recipients' names only.
    pub fn display(parties: &[Party]) -> String {
        let names = parties.iter().filter_map(|p| p.name.as_deref().or(p.email.as_deref()));
        names.collect::<Vec<_>>().join("; ")
    }
}

fn properties(message: &Message<'_>, size: usize, now: OffsetDateTime) -> Properties {
    let sent = message.date().and_then(moment);
    let from = message.from().and_then(Address::first).map(party);
    Properties {
        class: item_class(message),
        subject: message.subject().map(str::to_owned),
        sender: message
            .sender()
            .and_then(Address::first)
            .map(party)
            .or_else(|| from.clone()),
        from,
        to: all_parties(message, &HeaderName::To),
        cc: all_parties(message, &HeaderName::Cc),
        bcc: all_parties(message, &HeaderName::Bcc),
        reply_to: parties(message.reply_to()),
        sent,
        received: message
            .received()
            .and_then(|r| r.date())
            .and_then(|d| moment(&d))
            .or(sent)
            .unwrap_or(now),
        message_id: message.message_id().map(|id| format!("<{id}>")),
        in_reply_to: ids(message.in_reply_to()),
        references: ids(message.references()),
        importance: importance(message),
        sensitivity: sensitivity(message),
        unsent: message.header("X-Unsent").is_some(),
        has_attachments: message.attachments().any(|part| !is_inline(part)),
        ..Properties::empty(size, now)
    }
}

/// Inline as Outlook means it: shown inside the body, by its Content-ID.
pub(crate) fn is_inline(part: &mail_parser::MessagePart<'_>) -> bool {
    part.content_id().is_some() && part.content_disposition().is_none_or(|d| d.is_inline())
}

fn party(addr: &Addr<'_>) -> Party {
    let email = addr
        .address()
        .map(str::trim)
        .filter(|a| a.contains('@'))
        .map(str::to_owned);
    let name = addr.name().map(str::trim).filter(|n| !n.is_empty());
    // A word without an @ is no address: Exchange keeps it as a display name.
    let name = name
        .or_else(|| addr.address().filter(|_| email.is_none()))
        .map(str::to_owned);
    Party { name, email }
}

/// Those of repeated fields, too.
fn all_parties(message: &Message<'_>, name: &HeaderName<'_>) -> Vec<Party> {
    let fields = message.headers().iter().filter(|header| header.name == *name);
    fields.flat_map(|header| parties(header.value.as_address())).collect()
}

fn parties(address: Option<&Address<'_>>) -> Vec<Party> {
    address.map(|a| a.iter().map(party).collect()).unwrap_or_default()
}

fn ids(value: &HeaderValue<'_>) -> Option<String> {
    let list: Vec<String> = match value {
        HeaderValue::Text(id) => vec![format!("<{id}>")],
        HeaderValue::TextList(list) => list.iter().map(|id| format!("<{id}>")).collect(),
        _ => return None,
    };
    Some(list.join(" "))
}

fn moment(date: &DateTime) -> Option<OffsetDateTime> {
    // The store holds FILETIMEs: nothing before 1601, and nothing that xs:dateTime cannot say.
    let moment = OffsetDateTime::from_unix_timestamp(date.to_timestamp()).ok()?;
    (date.is_valid() && (1601..=9999).contains(&moment.year())).then_some(moment)
}

fn importance(message: &Message<'_>) -> Importance {
    let text = |name: &'static str| {
        message
            .header(name)
            .and_then(HeaderValue::as_text)
            .map(str::to_ascii_lowercase)
    };
    let word = text("Importance").or_else(|| text("Priority")).unwrap_or_default();
    let number = text("X-Priority").and_then(|p| p.chars().next());
    match (word.as_str(), number) {
        ("high" | "urgent", _) | ("", Some('1' | '2')) => Importance::High,
        ("low" | "non-urgent", _) | ("", Some('4' | '5')) => Importance::Low,
        _ => Importance::Normal,
    }
}

fn sensitivity(message: &Message<'_>) -> &'static str {
    let text = message
        .header("Sensitivity")
        .and_then(HeaderValue::as_text)
        .unwrap_or_default();
    match text.to_ascii_lowercase().as_str() {
        "personal" => "Personal",
        "private" => "Private",
        "company-confidential" => "Confidential",
        _ => "Normal",
    }
}

/// The item class that Exchange's MIME conversion (MS-OXCMAIL) gives.
fn item_class(message: &Message<'_>) -> String {
    let root = message.content_type();
    let kind = root.map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap_or_default()).to_ascii_lowercase());
    let class = match kind.as_deref() {
        Some("application/pkcs7-mime" | "application/x-pkcs7-mime") => "IPM.Note.SMIME",
        Some("multipart/signed") => "IPM.Note.SMIME.MultipartSigned",
        Some("multipart/report") => match root.and_then(|t| t.attribute("report-type")).unwrap_or_default() {
            "disposition-notification" => "REPORT.IPM.Note.IPNRN",
            "delivery-status" => "REPORT.IPM.Note.NDR",
            _ => "IPM.Note",
        },
        _ => meeting_class(message).unwrap_or("IPM.Note"),
    };
    class.to_owned()
}

fn meeting_class(message: &Message<'_>) -> Option<&'static str> {
    let calendar = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|t| {
            t.ctype().eq_ignore_ascii_case("text") && t.subtype().is_some_and(|s| s.eq_ignore_ascii_case("calendar"))
        })
    })?;
    let method = calendar.content_type().and_then(|t| t.attribute("method"))?;
    let text = match &calendar.body {
        PartType::Text(text) | PartType::Html(text) => text.as_ref(),
        _ => "",
    };
    match method.to_ascii_uppercase().as_str() {
        "REQUEST" => Some("IPM.Schedule.Meeting.Request"),
        "CANCEL" => Some("IPM.Schedule.Meeting.Canceled"),
        "REPLY" if text.contains("PARTSTAT=DECLINED") => Some("IPM.Schedule.Meeting.Resp.Neg"),
        "REPLY" if text.contains("PARTSTAT=TENTATIVE") => Some("IPM.Schedule.Meeting.Resp.Tent"),
        "REPLY" => Some("IPM.Schedule.Meeting.Resp.Pos"),
        _ => None,
    }
}
