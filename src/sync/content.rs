//! A message's MIME: bodies, attachments and the header fields that EWS does not show. Knows no server.
//!
//! RFC 5322, 2045 to 2049, 2231 and 2392 are `mail-parser`'s business; it never fails on mail, it only finds less.

use std::fmt;
use std::ops::Range;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use mail_parser::{Encoding, HeaderName, HeaderValue, MessageParser, MessagePart, PartType};

use crate::attachment::{AttachmentInfo, clean_name, info, numbered_name};
use crate::tnef;

/// Body and attachments of a message. The raw message is taken apart when it is first asked for one of them, and an
/// attachment is decoded when it is asked for, so that the engine never waits for what its host may not want.
#[derive(Default)]
pub struct Content {
    /// Until it is taken apart.
    raw: Mutex<Vec<u8>>,
    parts: OnceLock<Parts>,
}

#[derive(Default)]
struct Parts {
    /// Empty where nothing is left in it to ask for.
    raw: Vec<u8>,
    text: Option<String>,
    html: Option<String>,
    attachments: Vec<AttachmentInfo>,
    places: Vec<Place>,
}

/// Where an attachment is.
#[derive(Debug, Clone)]
struct Place {
    body: Range<usize>,
    encoding: Encoding,
    /// Where in the decoded body the attachment is; `None`: it is all of it.
    within: Option<Range<usize>>,
}

/// What only the MIME header says.
#[derive(Debug, Default)]
pub(crate) struct HeaderFields {
    pub references: Vec<String>,
    pub in_reply_to: Option<String>,
    pub accept_language: Option<String>,
}

/// What the MIME header says where the item's properties, which nearly all have, say nothing of use.
#[derive(Debug, Default)]
pub(crate) struct Substitutes {
    pub message_id: Option<String>,
    pub subject: Option<String>,
    pub date: Option<i64>,
}

/// Reads what [`HeaderFields`] has and nothing else.
static FIELDS: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .header_id(HeaderName::References)
        .header_id(HeaderName::InReplyTo)
        .default_header_ignore()
});
/// Reads what [`Substitutes`] has and nothing else.
static SUBSTITUTES: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .header_id(HeaderName::MessageId)
        .header_date(HeaderName::Date)
        .header_text(HeaderName::Subject)
        .default_header_ignore()
});
/// Reads what tells how a message is made up; the subject names a message that is attached.
static STRUCTURE: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .with_mime_headers()
        .header_text(HeaderName::Subject)
        .default_header_ignore()
});

impl Content {
    /// Keeps a message, and reads its header.
    pub(crate) fn new(raw: Vec<u8>) -> (Self, HeaderFields) {
        let fields = FIELDS.parse_headers(&raw).as_ref().map(header_fields);
        let content = Self {
            raw: Mutex::new(raw),
            ..Self::default()
        };
        (content, fields.unwrap_or_default())
    }

    /// The text/plain body.
    pub fn text(&self) -> Option<&str> {
        self.parts().text.as_deref()
    }

    /// The text/html body.
    pub fn html(&self) -> Option<&str> {
        self.parts().html.as_deref()
    }

    /// Its attachments and inline parts.
    pub fn attachments(&self) -> &[AttachmentInfo] {
        &self.parts().attachments
    }

    /// The bytes of an attachment, decoded now.
    pub fn attachment(&self, index: usize) -> Option<Vec<u8>> {
        let Parts { raw, places, .. } = self.parts();
        let place = places.get(index)?;
        let bytes = place.bytes(raw)?;
        match &place.within {
            None => Some(bytes),
            Some(within) => bytes.get(within.clone()).map(<[u8]>::to_vec),
        }
    }

    fn parts(&self) -> &Parts {
        self.parts.get_or_init(|| {
            let mut raw = self.raw.lock().unwrap_or_else(PoisonError::into_inner);
            let mut parts = Parts::read(&raw);
            let raw = std::mem::take(&mut *raw);
            if !parts.places.is_empty() {
                parts.raw = raw;
            }
            parts
        })
    }
}

impl Parts {
    fn read(raw: &[u8]) -> Self {
        let Some(message) = STRUCTURE.parse(raw) else {
            return Self::default();
        };
        let text = joined(
            message.text_body.iter().filter_map(|&id| message.part(id)),
            |body| match body {
                PartType::Text(text) => Some(text),
                _ => None,
            },
        );
        let html = joined(
            message.html_body.iter().filter_map(|&id| message.part(id)),
            |body| match body {
                PartType::Html(html) => Some(html),
                _ => None,
            },
        );
        let mut parts = Self {
            text,
            html,
            ..Self::default()
        };
        for (number, part) in message.attachments().enumerate() {
            parts.attach(part, number, raw);
        }
        parts
    }

    fn attach(&mut self, part: &MessagePart<'_>, number: usize, raw: &[u8]) {
        let whole = Place {
            body: part.offset_body as usize..part.offset_end as usize,
            encoding: part.encoding,
            within: None,
        };
        let info = info(part, number);
        let wrapped = is_tnef(&info).then(|| tnef::open(&whole.bytes(raw)?)).flatten();
        match wrapped {
            Some(opened) if opened != tnef::Opened::default() => self.unwrap_tnef(opened, &whole),
            _ => {
                self.attachments.push(info);
                self.places.push(whole);
            }
        }
    }

    /// What Outlook wrapped up takes the wrapper's place; its bodies count where the mail has none.
    fn unwrap_tnef(&mut self, opened: tnef::Opened, wrapper: &Place) {
        let usable = |body: Option<String>| body.map(without_nul).filter(|body| !body.trim().is_empty());
        if self.text.as_deref().is_none_or(|text| text.trim().is_empty()) && self.html.is_none() {
            self.text = usable(opened.text).or(self.text.take());
            self.html = usable(opened.html);
        }
        for attachment in opened.attachments {
            let content_type = attachment
                .content_type
                .unwrap_or_else(|| "application/octet-stream".into());
            let number = self.attachments.len();
            let named = attachment
                .name
                .as_deref()
                .map(clean_name)
                .filter(|name| !name.is_empty());
            self.attachments.push(AttachmentInfo {
                file_name: named.unwrap_or_else(|| numbered_name(number, &content_type)),
                inline: attachment.content_id.is_some() && content_type.starts_with("image/"),
                content_type,
                content_id: attachment.content_id,
                size: attachment.data.len() as u64,
            });
            self.places.push(Place {
                within: Some(attachment.data),
                ..wrapper.clone()
            });
        }
    }
}

impl Place {
    /// The part's body, decoded.
    fn bytes(&self, raw: &[u8]) -> Option<Vec<u8>> {
        raw.get(self.body.clone()).map(|body| decode(body, self.encoding))
    }
}

fn is_tnef(info: &AttachmentInfo) -> bool {
    matches!(
        info.content_type.as_str(),
        "application/ms-tnef" | "application/vnd.ms-tnef"
    ) || info.file_name.eq_ignore_ascii_case("winmail.dat")
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

/// Undoes the transfer encoding; what can't be decoded stays as it came.
fn decode(body: &[u8], encoding: Encoding) -> Vec<u8> {
    let decoded = match encoding {
        Encoding::None => None,
        Encoding::QuotedPrintable => mail_parser::decoders::quoted_printable::quoted_printable_decode(body),
        Encoding::Base64 => base64(body),
    };
    decoded.unwrap_or_else(|| body.to_vec())
}

fn base64(body: &[u8]) -> Option<Vec<u8>> {
    base64_simd::forgiving_decode_to_vec(body)
        .ok()
        .or_else(|| mail_parser::decoders::base64::base64_decode(body))
}

/// PostgreSQL's text holds no U+0000, and nobody can see one.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    }
}

fn joined<'a, 'x: 'a>(
    parts: impl Iterator<Item = &'a MessagePart<'x>>,
    pick: impl Fn(&'a PartType<'x>) -> Option<&'a std::borrow::Cow<'x, str>>,
) -> Option<String> {
    let mut whole: Option<String> = None;
    for text in parts.filter_map(|part| pick(&part.body)) {
        match &mut whole {
            None => whole = Some(text.clone().into_owned()),
            Some(whole) => {
                whole.push('\n');
                whole.push_str(text);
            }
        }
    }
    whole.map(without_nul)
}

/// Reads them from a message's header.
pub(crate) fn substitutes(raw: &[u8]) -> Substitutes {
    let Some(message) = SUBSTITUTES.parse_headers(raw) else {
        return Substitutes::default();
    };
    Substitutes {
        message_id: message.message_id().map(bracketed),
        subject: message.subject().map(|subject| without_nul(subject.to_owned())),
        date: message.date().map(mail_parser::DateTime::to_timestamp),
    }
}

fn header_fields(message: &mail_parser::Message<'_>) -> HeaderFields {
    HeaderFields {
        references: ids(message.references()),
        in_reply_to: ids(message.in_reply_to()).into_iter().next(),
        accept_language: message
            .header_raw("Accept-Language")
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty()),
    }
}

/// Message ids as they stand in a header, with angle brackets.
fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![bracketed(id)],
        HeaderValue::TextList(list) => list.iter().map(|id| bracketed(id)).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn bracketed(id: &str) -> String {
    let bare = id.trim().trim_start_matches('<').trim_end_matches('>').trim();
    without_nul(["<", bare, ">"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Content, HeaderFields) {
        Content::new(text.replace('\n', "\r\n").into_bytes())
    }

    #[test]
    fn bodies_attachments_and_inline_images_are_told_apart() {
        let (content, fields) = parsed(include_str!("../../tests/fixtures/mime/related.eml"));
        assert_eq!(content.text(), Some("Grüße"));
        assert_eq!(
            content.html().map(str::trim),
            Some("<p>Gr&uuml;&szlig;e <img src=\"cid:logo@x\"></p>")
        );
        let seen: Vec<_> = content
            .attachments()
            .iter()
            .map(|a| {
                (
                    a.file_name.as_str(),
                    a.content_type.as_str(),
                    a.content_id.as_deref(),
                    a.inline,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("logo.png", "image/png", Some("logo@x"), true),
                ("Angebot für Müller.pdf", "application/pdf", None, false),
                ("Inner.eml", "message/rfc822", None, false),
            ]
        );
        assert_eq!(content.attachment(0).as_deref(), Some(&b"\x89PNG"[..]));
        assert_eq!(content.attachment(1).as_deref(), Some(&b"Hello PDF"[..]));
        let inner = content.attachment(2).expect("inner message");
        assert!(
            inner.starts_with(b"From: d@customer.example"),
            "{}",
            String::from_utf8_lossy(&inner)
        );
        assert_eq!(content.attachment(3), None);
        assert_eq!(fields.references, ["<a@x>", "<b@x>"]);
        assert_eq!(fields.in_reply_to.as_deref(), Some("<b@x>"));
        assert_eq!(fields.accept_language.as_deref(), Some("de-DE, en"));
    }

    #[test]
    fn the_header_stands_in_for_properties_that_are_missing() {
        let found = substitutes(include_bytes!("../../tests/fixtures/mime/related.eml"));
        assert_eq!(found.message_id.as_deref(), Some("<related@customer.example>"));
        assert!(found.subject.is_some() && found.date.is_some(), "{found:?}");
    }

    #[test]
    fn what_outlook_wrapped_up_takes_the_wrappers_place() {
        let winmail = base64_simd::STANDARD.encode_to_string(include_bytes!("../../tests/fixtures/mime/winmail.dat"));
        let mail = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n--b\n\
             Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{winmail}\n--b--\n"
        );
        let (content, _) = parsed(&mail);
        assert_eq!(content.text(), Some("Hello from Outlook"));
        assert_eq!(content.html(), Some("<p>Hello from <b>Outlook</b></p>"));
        let names: Vec<_> = content.attachments().iter().map(|a| a.file_name.as_str()).collect();
        assert_eq!(names, ["Angebot für Müller.txt", "PICTURE.PNG"]);
        assert_eq!(content.attachment(0).as_deref(), Some(&b"offer"[..]));
        let broken = mail.replace(&winmail, "AAAA");
        let (content, _) = parsed(&broken);
        assert_eq!(content.attachments()[0].file_name, "winmail.dat");
        assert_eq!(content.attachment(0).as_deref(), Some(&[0, 0, 0][..]));
    }

    #[test]
    fn an_unknown_charset_loses_no_ascii() {
        let (content, _) = parsed("Content-Type: text/plain; charset=x-klingon\n\nHello \u{fffd}\0 world\n");
        let text = content.text().expect("text");
        assert!(
            text.contains("Hello") && text.contains("world") && !text.contains('\0'),
            "{text:?}"
        );
    }

    #[test]
    fn nothing_at_all_is_an_empty_message() {
        let (content, fields) = Content::new(Vec::new());
        assert_eq!(
            (content.text(), content.html(), content.attachments().len()),
            (None, None, 0)
        );
        assert_eq!(fields.accept_language, None);
        assert_eq!(substitutes(b"").message_id, None);
    }
}
