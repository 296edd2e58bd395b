//! Opens `winmail.dat` (MS-OXTNEF): attachments and bodies that Outlook wraps up. Knows no MIME; trusts no length.

use std::ops::Range;

use crate::mime::charset::decode_code_page;

/// MS-OXTNEF 2.1.1: every stream begins with it.
const SIGNATURE: u32 = 0x223E_9F78;
const LEVEL_MESSAGE: u8 = 1;
const LEVEL_ATTACHMENT: u8 = 2;

// MS-OXTNEF 2.1.3.2 attribute ids.
const ATT_OEM_CODEPAGE: u32 = 0x0006_9007;
const ATT_MESSAGE_CLASS: u32 = 0x0007_8008;
const ATT_SUBJECT: u32 = 0x0001_8004;
const ATT_DATE_SENT: u32 = 0x0003_8005;
const ATT_BODY: u32 = 0x0002_800C;
const ATT_MSG_PROPS: u32 = 0x0006_9003;
const ATT_ATTACH_REND_DATA: u32 = 0x0006_9002;
const ATT_ATTACH_TITLE: u32 = 0x0001_8010;
const ATT_ATTACH_DATA: u32 = 0x0006_800F;
const ATT_ATTACHMENT: u32 = 0x0006_9005;

// MS-OXPROPS ids.
const PID_TAG_SUBJECT: u16 = 0x0037;
const PID_TAG_CLIENT_SUBMIT_TIME: u16 = 0x0039;
const PID_TAG_SENT_REPRESENTING_NAME: u16 = 0x0042;
const PID_TAG_SENDER_NAME: u16 = 0x0C1A;
const PID_TAG_SENDER_EMAIL_ADDRESS: u16 = 0x0C1F;
const PID_TAG_DISPLAY_CC: u16 = 0x0E03;
const PID_TAG_DISPLAY_TO: u16 = 0x0E04;
const PID_TAG_BODY: u16 = 0x1000;
const PID_TAG_RTF_COMPRESSED: u16 = 0x1009;
const PID_TAG_HTML: u16 = 0x1013;
const PID_TAG_DISPLAY_NAME: u16 = 0x3001;
const PID_TAG_ATTACH_DATA: u16 = 0x3701;
const PID_TAG_ATTACH_FILENAME: u16 = 0x3704;
const PID_TAG_ATTACH_LONG_FILENAME: u16 = 0x3707;
const PID_TAG_ATTACH_MIME_TAG: u16 = 0x370E;
const PID_TAG_ATTACH_CONTENT_ID: u16 = 0x3712;
const PID_TAG_INTERNET_CODEPAGE: u16 = 0x3FDE;
const PID_TAG_SENDER_SMTP_ADDRESS: u16 = 0x5D01;

// MS-OXCDATA 2.11.1 property types.
const PTYP_INTEGER32: u16 = 0x0003;
const PTYP_OBJECT: u16 = 0x000D;
const PTYP_STRING8: u16 = 0x001E;
const PTYP_STRING: u16 = 0x001F;
const PTYP_TIME: u16 = 0x0040;
const PTYP_BINARY: u16 = 0x0102;
const MULTIPLE: u16 = 0x1000;
/// Ids from here on are named: their name comes before the value.
const FIRST_NAMED: u16 = 0x8000;
/// MS-OXTNEF 2.1.3.4.1: an object of this interface is a message, as a stream of its own.
const IID_IMESSAGE: [u8; 16] = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

/// What a stream holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Opened {
    pub subject: Option<String>,
    pub from_name: Option<String>,
    pub from_email: Option<String>,
    pub to: Option<String>,
    pub cc: Option<String>,
    /// Seconds since 1970.
    pub sent: Option<i64>,
    pub text: Option<String>,
    pub html: Option<String>,
    /// PidTagRtfCompressed.
    pub rtf: Option<Vec<u8>>,
    pub attachments: Vec<Attachment>,
    /// All that a reader of mail wants was taken out.
    pub whole: bool,
    code_page: Option<u32>,
    html_code_page: Option<u32>,
}

/// What an attachment is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    File,
    /// A TNEF stream.
    Message,
}

/// A file in a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attachment {
    pub name: Option<String>,
    pub content_type: Option<String>,
    pub content_id: Option<String>,
    /// Where in the stream its bytes are.
    pub data: Range<usize>,
    pub kind: Kind,
    found: bool,
    long_name: bool,
}

impl Opened {
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.html.is_none() && self.rtf.is_none() && self.attachments.is_empty()
    }
}

/// Reads as much of a stream as is sound; `None` where it is no TNEF at all.
pub(super) fn open(stream: &[u8]) -> Option<Opened> {
    let mut reader = Reader {
        bytes: stream,
        at: 0,
        end: stream.len(),
    };
    if reader.u32()? != SIGNATURE {
        return None;
    }
    // The key only numbers the attachments of a message store.
    reader.u16()?;
    let mut opened = Opened {
        whole: true,
        ..Opened::default()
    };
    while let Some((level, id, data)) = attribute(&mut reader) {
        match (level, id) {
            (LEVEL_ATTACHMENT, ATT_ATTACH_REND_DATA) => opened.attachments.push(Attachment::default()),
            (LEVEL_ATTACHMENT, _) => attachment_attribute(stream, id, data, &mut opened),
            (LEVEL_MESSAGE, _) => message_attribute(stream, id, data, &mut opened),
            _ => {}
        }
    }
    let rest = &stream[reader.at.min(stream.len())..];
    opened.whole &= rest.iter().all(|b| *b == 0) && opened.attachments.iter().all(|attachment| attachment.found);
    opened.attachments.retain(|attachment| attachment.found);
    Some(opened)
}

/// Level, id and where the data is.
fn attribute(reader: &mut Reader<'_>) -> Option<(u8, u32, Range<usize>)> {
    let before = reader.at;
    let found = (|| {
        let level = reader.take(1)?[0];
        let id = reader.u32()?;
        let length = reader.u32()? as usize;
        let start = reader.at;
        reader.take(length)?;
        // Two bytes of checksum, which some senders get wrong.
        reader.take(2)?;
        Some((level, id, start..start + length))
    })();
    if found.is_none() {
        reader.at = before;
    }
    found
}

fn message_attribute(stream: &[u8], id: u32, data: Range<usize>, opened: &mut Opened) {
    let bytes = &stream[data.clone()];
    let string = |bytes: &[u8]| Some(string8(bytes, opened.code_page)).filter(|text| !text.is_empty());
    match id {
        ATT_OEM_CODEPAGE => opened.code_page = four(bytes),
        ATT_SUBJECT => opened.subject = string(bytes).or(opened.subject.take()),
        ATT_BODY => opened.text = string(bytes).or(opened.text.take()),
        ATT_DATE_SENT => opened.sent = date(bytes).or(opened.sent),
        ATT_MESSAGE_CLASS => opened.whole &= is_note(&string8(bytes, None)),
        ATT_MSG_PROPS => message_properties(stream, data, opened),
        _ => {}
    }
}

/// Of appointments and the like only the wrapper tells all.
fn is_note(class: &str) -> bool {
    let class = class.to_ascii_uppercase();
    ["IPM.NOTE", "IPM.MICROSOFT MAIL.NOTE", "REPORT"]
        .iter()
        .any(|note| class.starts_with(note))
        || class.is_empty()
}

fn attachment_attribute(stream: &[u8], id: u32, data: Range<usize>, opened: &mut Opened) {
    let page = opened.code_page;
    let Some(attachment) = opened.attachments.last_mut() else {
        return;
    };
    match id {
        ATT_ATTACH_TITLE if !attachment.long_name => attachment.name = Some(string8(&stream[data], page)),
        ATT_ATTACH_DATA => {
            attachment.found = true;
            attachment.data = data;
        }
        ATT_ATTACHMENT => {
            let all = properties(stream, data, |id, kind, place| {
                let value = &stream[place.clone()];
                match id {
                    PID_TAG_ATTACH_LONG_FILENAME => {
                        if let Some(name) = string(kind, value, page) {
                            (attachment.name, attachment.long_name) = (Some(name), true);
                        }
                    }
                    PID_TAG_ATTACH_FILENAME | PID_TAG_DISPLAY_NAME if attachment.name.is_none() => {
                        attachment.name = string(kind, value, page);
                    }
                    PID_TAG_ATTACH_MIME_TAG => attachment.content_type = string(kind, value, page),
                    PID_TAG_ATTACH_CONTENT_ID => attachment.content_id = string(kind, value, page).map(bare_id),
                    PID_TAG_ATTACH_DATA => data_property(kind, value, place, attachment),
                    _ => {}
                }
            });
            opened.whole &= all;
        }
        _ => {}
    }
}

fn data_property(kind: u16, value: &[u8], place: Range<usize>, attachment: &mut Attachment) {
    attachment.found = true;
    attachment.data = place;
    if kind == PTYP_OBJECT && value.len() >= IID_IMESSAGE.len() {
        attachment.data.start += IID_IMESSAGE.len();
        if value.starts_with(&IID_IMESSAGE) {
            attachment.kind = Kind::Message;
        }
    }
}

fn bare_id(id: String) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

fn message_properties(stream: &[u8], data: Range<usize>, opened: &mut Opened) {
    let page = opened.code_page;
    let mut html = None;
    let all = properties(stream, data, |id, kind, place| {
        let value = &stream[place];
        let text = || string(kind, value, page);
        match id {
            PID_TAG_SUBJECT => opened.subject = text().or(opened.subject.take()),
            PID_TAG_SENT_REPRESENTING_NAME => opened.from_name = text().or(opened.from_name.take()),
            PID_TAG_SENDER_NAME if opened.from_name.is_none() => opened.from_name = text(),
            PID_TAG_SENDER_SMTP_ADDRESS => opened.from_email = text().or(opened.from_email.take()),
            PID_TAG_SENDER_EMAIL_ADDRESS if opened.from_email.is_none() => {
                opened.from_email = text().filter(|address| address.contains('@'));
            }
            PID_TAG_DISPLAY_TO => opened.to = text(),
            PID_TAG_DISPLAY_CC => opened.cc = text(),
            PID_TAG_CLIENT_SUBMIT_TIME if kind == PTYP_TIME => opened.sent = file_time(value).or(opened.sent),
            PID_TAG_BODY => opened.text = text().or(opened.text.take()),
            PID_TAG_HTML => html = Some(value),
            PID_TAG_RTF_COMPRESSED if kind == PTYP_BINARY => opened.rtf = Some(value.to_vec()),
            PID_TAG_INTERNET_CODEPAGE if kind == PTYP_INTEGER32 => opened.html_code_page = four(value),
            _ => {}
        }
    });
    opened.whole &= all;
    if let Some(html) = html {
        // Unicode needs no code page, and names none.
        let text = match html.contains(&0) && html.len() > 1 && html[1] == 0 {
            true => string(PTYP_STRING, html, None).unwrap_or_default(),
            false => string8(html, opened.html_code_page.or(page)),
        };
        opened.html = Some(text);
    }
}

/// Tells every property with one value (MS-OXTNEF 2.1.3.4) and where it is; false where the bytes make no sense.
fn properties(stream: &[u8], data: Range<usize>, mut tell: impl FnMut(u16, u16, Range<usize>)) -> bool {
    let mut reader = Reader {
        bytes: stream,
        at: data.start,
        end: data.end,
    };
    let count = reader.u32().unwrap_or_default();
    (0..count).all(|_| property(&mut reader, &mut tell).is_some())
}

fn property(reader: &mut Reader<'_>, tell: &mut impl FnMut(u16, u16, Range<usize>)) -> Option<()> {
    let (kind, id) = (reader.u16()?, reader.u16()?);
    if id >= FIRST_NAMED {
        reader.take(16)?;
        match reader.u32()? {
            0 => reader.fixed(4)?,
            _ => reader.sized()?,
        };
    }
    let base = kind & !MULTIPLE;
    let sized = matches!(base, PTYP_OBJECT | PTYP_STRING8 | PTYP_STRING | PTYP_BINARY);
    let values = match sized || kind & MULTIPLE != 0 {
        true => reader.u32()?,
        false => 1,
    };
    for number in 0..values {
        let place = match sized {
            true => reader.sized()?,
            false => reader.fixed(fixed_size(base)?)?,
        };
        if number == 0 {
            tell(id, base, place);
        }
    }
    Some(())
}

/// Bytes of a value in a stream, padded to four.
fn fixed_size(kind: u16) -> Option<usize> {
    match kind {
        0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => Some(4),
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        _ => None,
    }
}

fn string(kind: u16, value: &[u8], page: Option<u32>) -> Option<String> {
    let text = match kind {
        PTYP_STRING => {
            let units: Vec<u16> = value
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned()
        }
        PTYP_STRING8 => string8(value, page),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Text in a code page of the sender's.
fn string8(value: &[u8], page: Option<u32>) -> String {
    let end = value.iter().position(|b| *b == 0).unwrap_or(value.len());
    decode_code_page(&value[..end], page)
}

fn four(value: &[u8]) -> Option<u32> {
    value.first_chunk().copied().map(u32::from_le_bytes)
}

/// 100 ns since 1601.
fn file_time(value: &[u8]) -> Option<i64> {
    let ticks = value.first_chunk().copied().map(u64::from_le_bytes)?;
    i64::try_from(ticks / 10_000_000)
        .ok()
        .map(|seconds| seconds - 11_644_473_600)
}

/// MS-OXTNEF 2.1.3.3.3 (DTR): year, month, day, hour, minute, second.
fn date(value: &[u8]) -> Option<i64> {
    let part = |n: usize| {
        value
            .get(2 * n..2 * n + 2)
            .map(|two| u16::from_le_bytes([two[0], two[1]]))
    };
    let small = |n: usize| part(n).and_then(|part| u8::try_from(part).ok());
    let month = time::Month::try_from(small(1)?).ok()?;
    let date = time::Date::from_calendar_date(i32::from(part(0)?), month, small(2)?).ok()?;
    let clock = time::Time::from_hms(small(3)?, small(4)?, small(5)?).ok()?;
    Some(time::PrimitiveDateTime::new(date, clock).assume_utc().unix_timestamp())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let place = self.fixed(length)?;
        self.bytes.get(place)
    }

    fn fixed(&mut self, length: usize) -> Option<Range<usize>> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.end)?;
        let place = self.at..end;
        self.at = end;
        Some(place)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A value led by its length, padded to four.
    fn sized(&mut self) -> Option<Range<usize>> {
        let length = self.u32()? as usize;
        let place = self.fixed(length)?;
        // The last one's padding may be missing.
        let padding = length.wrapping_neg() & 3;
        self.at = (self.at + padding).min(self.end);
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by tests/fixtures/mime/winmail.py after MS-OXTNEF; Debian's tnef(1) opens it.
    const WINMAIL: &[u8] = include_bytes!("../../../tests/fixtures/mime/winmail.dat");

    #[test]
    fn files_and_bodies_come_out() {
        let opened = open(WINMAIL).expect("TNEF");
        assert_eq!(opened.text.as_deref(), Some("Hello from Outlook"));
        assert_eq!(opened.html.as_deref(), Some("<p>Hello from <b>Outlook</b></p>"));
        let seen: Vec<_> = opened
            .attachments
            .iter()
            .map(|a| (a.name.as_deref(), a.content_type.as_deref(), &WINMAIL[a.data.clone()]))
            .collect();
        assert_eq!(
            seen,
            [
                (Some("Angebot für Müller.txt"), Some("text/plain"), &b"offer"[..]),
                (Some("PICTURE.PNG"), None, &b"\x89PNG"[..]),
            ]
        );
        assert_eq!(opened.attachments[0].content_id.as_deref(), Some("file@outlook"));
    }

    #[test]
    fn a_stream_cut_anywhere_or_with_any_byte_changed_is_read_without_harm() {
        for end in 0..WINMAIL.len() {
            let _ = open(&WINMAIL[..end]);
        }
        for at in 0..WINMAIL.len() {
            for value in [0, 0x7F, 0xFF] {
                let mut spoilt = WINMAIL.to_vec();
                spoilt[at] = value;
                for attachment in open(&spoilt).unwrap_or_default().attachments {
                    assert!(attachment.data.end <= spoilt.len());
                }
            }
        }
        assert_eq!(open(b"no TNEF at all"), None);
    }
}
