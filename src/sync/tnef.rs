//! Opens `winmail.dat` (MS-OXTNEF): attachments and bodies that Outlook wraps up. Knows no MIME; trusts no length.

use std::ops::Range;

/// MS-OXTNEF 2.1.1: every stream begins with it.
const SIGNATURE: u32 = 0x223E_9F78;
const LEVEL_MESSAGE: u8 = 1;
const LEVEL_ATTACHMENT: u8 = 2;

// MS-OXTNEF 2.1.3.2 attribute ids.
const ATT_BODY: u32 = 0x0002_800C;
const ATT_MSG_PROPS: u32 = 0x0006_9003;
const ATT_ATTACH_REND_DATA: u32 = 0x0006_9002;
const ATT_ATTACH_TITLE: u32 = 0x0001_8010;
const ATT_ATTACH_DATA: u32 = 0x0006_800F;
const ATT_ATTACHMENT: u32 = 0x0006_9005;

// MS-OXPROPS ids.
const PID_TAG_BODY: u16 = 0x1000;
const PID_TAG_HTML: u16 = 0x1013;
const PID_TAG_ATTACH_LONG_FILENAME: u16 = 0x3707;
const PID_TAG_ATTACH_MIME_TAG: u16 = 0x370E;
const PID_TAG_ATTACH_CONTENT_ID: u16 = 0x3712;

// MS-OXCDATA 2.11.1 property types.
const PTYP_OBJECT: u16 = 0x000D;
const PTYP_STRING8: u16 = 0x001E;
const PTYP_STRING: u16 = 0x001F;
const PTYP_BINARY: u16 = 0x0102;
const MULTIPLE: u16 = 0x1000;
/// Ids from here on are named: their name comes before the value.
const FIRST_NAMED: u16 = 0x8000;

/// What a stream holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Opened {
    pub text: Option<String>,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
}

/// A file in a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub name: Option<String>,
    pub content_type: Option<String>,
    pub content_id: Option<String>,
    /// Where in the stream its bytes are.
    pub data: Range<usize>,
}

/// Reads as much of a stream as is sound; `None` where it is no TNEF at all.
pub(crate) fn open(stream: &[u8]) -> Option<Opened> {
    let mut reader = Reader { bytes: stream, at: 0 };
    if reader.u32()? != SIGNATURE {
        return None;
    }
    // The key only numbers the attachments of a message store.
    reader.u16()?;
    let mut opened = Opened::default();
    while let Some((level, id, data)) = attribute(&mut reader) {
        match (level, id) {
            (LEVEL_MESSAGE, ATT_BODY) => opened.text = Some(string8(&stream[data])),
            (LEVEL_MESSAGE, ATT_MSG_PROPS) => message_properties(&stream[data], &mut opened),
            (LEVEL_ATTACHMENT, ATT_ATTACH_REND_DATA) => opened.attachments.push(Attachment::default()),
            (LEVEL_ATTACHMENT, _) => {
                if let Some(attachment) = opened.attachments.last_mut() {
                    attachment_attribute(stream, id, data, attachment);
                }
            }
            _ => {}
        }
    }
    opened.attachments.retain(|attachment| !attachment.data.is_empty());
    Some(opened)
}

/// Level, id and where the data is.
fn attribute(reader: &mut Reader<'_>) -> Option<(u8, u32, Range<usize>)> {
    let level = reader.take(1)?[0];
    let id = reader.u32()?;
    let length = reader.u32()? as usize;
    let start = reader.at;
    reader.take(length)?;
    // Two bytes of checksum, which some senders get wrong.
    reader.take(2)?;
    Some((level, id, start..start + length))
}

fn attachment_attribute(stream: &[u8], id: u32, data: Range<usize>, attachment: &mut Attachment) {
    match id {
        ATT_ATTACH_TITLE => {
            attachment.name.get_or_insert_with(|| string8(&stream[data]));
        }
        ATT_ATTACH_DATA => attachment.data = data,
        ATT_ATTACHMENT => properties(&stream[data], |id, kind, value| match id {
            // The long name is the better one, whichever comes first.
            PID_TAG_ATTACH_LONG_FILENAME => attachment.name = string(kind, value).or(attachment.name.take()),
            PID_TAG_ATTACH_MIME_TAG => attachment.content_type = string(kind, value),
            PID_TAG_ATTACH_CONTENT_ID => attachment.content_id = string(kind, value),
            _ => {}
        }),
        _ => {}
    }
}

fn message_properties(bytes: &[u8], opened: &mut Opened) {
    properties(bytes, |id, kind, value| match id {
        PID_TAG_BODY => opened.text = string(kind, value).or(opened.text.take()),
        PID_TAG_HTML => opened.html = Some(string8(value)),
        _ => {}
    });
}

/// Tells every property with one value (MS-OXTNEF 2.1.3.4); ends where the bytes make no sense.
fn properties(bytes: &[u8], mut tell: impl FnMut(u16, u16, &[u8])) {
    let mut reader = Reader { bytes, at: 0 };
    let count = reader.u32().unwrap_or_default();
    for _ in 0..count {
        if property(&mut reader, &mut tell).is_none() {
            return;
        }
    }
}

fn property(reader: &mut Reader<'_>, tell: &mut impl FnMut(u16, u16, &[u8])) -> Option<()> {
    let (kind, id) = (reader.u16()?, reader.u16()?);
    if id >= FIRST_NAMED {
        reader.take(16)?;
        match reader.u32()? {
            0 => drop(reader.take(4)?),
            _ => drop(reader.sized()?),
        }
    }
    let base = kind & !MULTIPLE;
    let sized = matches!(base, PTYP_OBJECT | PTYP_STRING8 | PTYP_STRING | PTYP_BINARY);
    let values = match sized || kind & MULTIPLE != 0 {
        true => reader.u32()?,
        false => 1,
    };
    for number in 0..values {
        let value = match sized {
            true => reader.sized()?,
            false => reader.take(fixed_size(base)?)?,
        };
        if number == 0 {
            tell(id, base, value);
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

fn string(kind: u16, value: &[u8]) -> Option<String> {
    let text = match kind {
        PTYP_STRING => {
            let units: Vec<u16> = value
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned()
        }
        PTYP_STRING8 => string8(value),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Text in a code page of the sender's: UTF-8 where it is that, else its bytes as Latin-1.
fn string8(value: &[u8]) -> String {
    let end = value.iter().position(|b| *b == 0).unwrap_or(value.len());
    match std::str::from_utf8(&value[..end]) {
        Ok(text) => text.to_owned(),
        Err(_) => value[..end].iter().map(|b| char::from(*b)).collect(),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A value led by its length, padded to four.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()? as usize;
        let value = self.take(length)?;
        self.take(length.wrapping_neg() & 3)?;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by tests/fixtures/mime/winmail.py after MS-OXTNEF; Debian's tnef(1) opens it.
    const WINMAIL: &[u8] = include_bytes!("../../tests/fixtures/mime/winmail.dat");

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
