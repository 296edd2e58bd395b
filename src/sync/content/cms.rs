//! Finds the content of signed CMS data (RFC 5652, 5; RFC 8551, 3.5.2). Checks no signature; knows no MIME.
//!
//! S/MIME is BER, with lengths left open by those who write as they go: the strict DER readers at hand refuse it.

/// `id-signedData`, 1.2.840.113549.1.7.2.
const SIGNED_DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";

const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xA0;
const CONSTRUCTED_OCTET_STRING: u8 = 0x24;
/// Elements within each other down to the content, and then some.
const MAX_DEPTH: usize = 16;

/// What was signed; `None` where it is no signed data, or has its content elsewhere.
pub(super) fn signed_content(data: &[u8]) -> Option<Vec<u8>> {
    let mut info = Reader { rest: data }.enter(SEQUENCE)?;
    if info.primitive(OBJECT_IDENTIFIER)? != SIGNED_DATA {
        return None;
    }
    let mut signed = info.enter(CONTEXT_0)?.enter(SEQUENCE)?;
    // Version and digest algorithms.
    signed.skip(0)?;
    signed.enter(SET)?;
    let mut encapsulated = signed.enter(SEQUENCE)?;
    encapsulated.primitive(OBJECT_IDENTIFIER)?;
    let mut content = encapsulated.enter(CONTEXT_0)?;
    let mut whole = Vec::new();
    content.octets(&mut whole, 0)?;
    (!whole.is_empty()).then_some(whole)
}

struct Reader<'a> {
    rest: &'a [u8],
}

/// An element's tag, its length if it says one, and what follows.
struct Element<'a> {
    tag: u8,
    length: Option<usize>,
    content: &'a [u8],
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<Element<'a>> {
        let (&tag, rest) = self.rest.split_first()?;
        // Tags of more than one byte are in no CMS.
        if tag & 0x1F == 0x1F {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, content) = match first {
            0..=0x7F => (Some(usize::from(first)), rest),
            0x80 => (None, rest),
            _ => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
                let length = bytes.iter().try_fold(0_usize, |length, byte| {
                    length.checked_mul(256).map(|length| length + usize::from(*byte))
                })?;
                (Some(length), rest)
            }
        };
        Some(Element { tag, length, content })
    }

    /// Goes into an element, and stands behind it.
    fn enter(&mut self, tag: u8) -> Option<Reader<'a>> {
        let element = self.peek().filter(|element| element.tag == tag)?;
        match element.length {
            Some(length) => {
                // Cut mail is read as far as it goes.
                let (inner, rest) = element.content.split_at(length.min(element.content.len()));
                self.rest = rest;
                Some(Reader { rest: inner })
            }
            None => {
                self.skip(0);
                Some(Reader { rest: element.content })
            }
        }
    }

    fn primitive(&mut self, tag: u8) -> Option<&'a [u8]> {
        let element = self.peek().filter(|element| element.tag == tag)?;
        let (content, rest) = element.content.split_at_checked(element.length?)?;
        self.rest = rest;
        Some(content)
    }

    /// Passes over an element.
    fn skip(&mut self, depth: usize) -> Option<()> {
        let element = self.peek().filter(|_| depth < MAX_DEPTH)?;
        match element.length {
            Some(length) => self.rest = element.content.get(length..)?,
            None => {
                self.rest = element.content;
                while !self.at_end_of_contents() {
                    self.skip(depth + 1)?;
                }
                self.rest = self.rest.get(2..)?;
            }
        }
        Some(())
    }

    fn at_end_of_contents(&self) -> bool {
        self.rest.starts_with(&[0, 0])
    }

    /// An octet string, in one piece or in several.
    fn octets(&mut self, whole: &mut Vec<u8>, depth: usize) -> Option<()> {
        let element = self.peek().filter(|_| depth < MAX_DEPTH)?;
        match element.tag {
            OCTET_STRING => {
                let length = element.length?.min(element.content.len());
                whole.extend_from_slice(&element.content[..length]);
                self.rest = &element.content[length..];
            }
            CONSTRUCTED_OCTET_STRING => {
                let open = element.length.is_none();
                let end = element
                    .length
                    .unwrap_or(element.content.len())
                    .min(element.content.len());
                let mut pieces = Reader {
                    rest: &element.content[..end],
                };
                while !(pieces.rest.is_empty() || open && pieces.at_end_of_contents()) {
                    pieces.octets(whole, depth + 1)?;
                }
                let rest = match open {
                    true => pieces.rest.get(2..).unwrap_or_default(),
                    false => &element.content[end..],
                };
                self.rest = rest;
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x82, (content.len() >> 8) as u8, content.len() as u8], content].concat()
    }

    fn open(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], content, &[0, 0]].concat()
    }

    fn signed(wrap: fn(u8, &[u8]) -> Vec<u8>, octets: &[u8]) -> Vec<u8> {
        let data = element(OBJECT_IDENTIFIER, b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01");
        let encapsulated = wrap(SEQUENCE, &[data, wrap(CONTEXT_0, octets)].concat());
        let signed = [
            element(0x02, &[1]),
            element(SET, b""),
            encapsulated,
            element(SET, b"signers"),
        ]
        .concat();
        let id = element(OBJECT_IDENTIFIER, SIGNED_DATA);
        wrap(SEQUENCE, &[id, wrap(CONTEXT_0, &wrap(SEQUENCE, &signed))].concat())
    }

    #[test]
    fn content_is_found_with_lengths_and_without_in_one_piece_and_in_several() {
        let one = element(OCTET_STRING, b"Hello");
        let several = open(
            CONSTRUCTED_OCTET_STRING,
            &[element(OCTET_STRING, b"Hel"), element(OCTET_STRING, b"lo")].concat(),
        );
        for octets in [&one, &several] {
            for wrap in [element, open] {
                assert_eq!(signed_content(&signed(wrap, octets)).as_deref(), Some(&b"Hello"[..]));
            }
        }
    }

    #[test]
    fn what_is_no_signed_data_or_is_cut_does_no_harm() {
        let whole = signed(open, &element(OCTET_STRING, b"Hello"));
        for end in 0..whole.len() {
            let _ = signed_content(&whole[..end]);
        }
        assert_eq!(signed_content(b"abc"), None);
        assert_eq!(signed_content(&[0x30, 0x80].repeat(50_000)), None);
    }
}
