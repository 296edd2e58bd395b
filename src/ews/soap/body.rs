//! An answer as its bytes come: the base64 of MIME content, which is most of an answer that has it, is decoded on the way
//! and never kept. Knows no other element.
//!
//! Only base64 that stands in one piece, as Exchange writes it, is taken out. Whatever is not sure to be that is put back
//! as it was, and read with the rest.

use base64_simd::STANDARD;
use memchr::{memchr, memmem, memrchr};

use crate::transport::{Sink, make_room};

const NAME: &[u8] = b"MimeContent";
/// From here on it is worth a copy to give memory back that a message does not need.
const LARGE_BYTES: usize = 1 << 20;

/// An answer's body. It can't be printed: it holds mail.
#[derive(Default)]
pub(crate) struct Body {
    text: Vec<u8>,
    decodes: bool,
    /// What was taken out of the text, and where it stood.
    decoded: Vec<(usize, Vec<u8>)>,
    /// What is being taken out at the end of the text.
    open: Option<Content>,
}

/// MIME content that has begun.
#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    /// Characters that do not make a whole block yet.
    rest: Vec<u8>,
    /// There was padding: it is over.
    padded: bool,
}

impl Body {
    /// An empty one, of an answer that has MIME content or has none.
    pub(crate) fn new(decodes: bool) -> Self {
        Self {
            decodes,
            ..Self::default()
        }
    }

    /// All of an answer that is there already.
    pub(crate) fn whole(text: Vec<u8>) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// What was decoded of the content that stood at this place of the text.
    pub(crate) fn take(&mut self, place: usize) -> Option<Vec<u8>> {
        let found = self.decoded.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        Some(std::mem::take(&mut self.decoded[found].1))
    }

    /// The text as it is now.
    pub(crate) fn into_rest(self) -> Vec<u8> {
        self.text
    }

    /// The text as it came, everything back in its place.
    pub(crate) fn into_text(self) -> Vec<u8> {
        if self.decoded.is_empty() {
            return self.text;
        }
        let mut whole = Vec::with_capacity(self.text.len());
        let mut from = 0;
        for (place, bytes) in &self.decoded {
            whole.extend_from_slice(&self.text[from..*place]);
            STANDARD.encode_append(bytes, &mut whole);
            from = *place;
        }
        whole.extend_from_slice(&self.text[from..]);
        whole
    }

    /// Says that nothing more comes.
    pub(crate) fn close(&mut self) {
        if let Some(content) = self.open.take() {
            content.put_back(&mut self.text);
        }
    }

    /// Text up to where MIME content begins; what comes after that.
    fn read_text<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut from = 0;
        while let Some(found) = memmem::find(&bytes[from..], NAME) {
            let at = from + found;
            // A tag that ends in the next piece is left to whoever reads the text.
            let Some(end) = memchr(b'>', &bytes[at..]).map(|end| at + end) else {
                break;
            };
            from = end + 1;
            let named = matches!(bytes[at + NAME.len()], b'>' | b' ');
            if named && bytes[end - 1] != b'/' && opens(&bytes[..at]) {
                self.open = Some(Content::default());
                break;
            }
        }
        let (text, rest) = match self.open {
            Some(_) => bytes.split_at(from),
            None => (bytes, &[][..]),
        };
        Sink::push(&mut self.text, text);
        rest
    }

    /// MIME content up to its end; what comes after that.
    fn read_content<'a>(&mut self, mut content: Content, bytes: &'a [u8]) -> &'a [u8] {
        let (piece, rest) = bytes.split_at(memchr(b'<', bytes).unwrap_or(bytes.len()));
        let good = content.add(piece);
        if good && rest.is_empty() {
            self.open = Some(content);
        } else if good && content.rest.is_empty() && !content.bytes.is_empty() && rest.starts_with(b"</") {
            if content.bytes.len() > LARGE_BYTES {
                content.bytes.shrink_to_fit();
            }
            self.decoded.push((self.text.len(), content.bytes));
        } else {
            content.put_back(&mut self.text);
        }
        rest
    }
}

impl Sink for Body {
    fn announce(&mut self, bytes: usize) {
        if !self.decodes {
            self.text.announce(bytes);
        }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        if !self.decodes {
            return Sink::push(&mut self.text, bytes);
        }
        while !bytes.is_empty() {
            bytes = match self.open.take() {
                None => self.read_text(bytes),
                Some(content) => self.read_content(content, bytes),
            };
        }
    }

    fn text(&self) -> &[u8] {
        &self.text
    }
}

impl Content {
    /// Decodes the next piece; false where it can't be decoded as it is, and stands in `rest`.
    fn add(&mut self, piece: &[u8]) -> bool {
        let wanted = (4 - self.rest.len()) % 4;
        let (head, tail) = piece.split_at(wanted.min(piece.len()));
        self.rest.extend_from_slice(head);
        if self.rest.len() == 4 {
            let block = std::mem::take(&mut self.rest);
            if !self.decode(&block) {
                self.rest = [&block, tail].concat();
                return false;
            }
        }
        let (blocks, left) = tail.split_at(tail.len() - tail.len() % 4);
        let good = self.decode(blocks);
        self.rest.extend_from_slice(if good { left } else { tail });
        good
    }

    /// Decodes whole blocks, or none of them.
    fn decode(&mut self, blocks: &[u8]) -> bool {
        if blocks.is_empty() {
            return true;
        }
        make_room(&mut self.bytes, blocks.len() / 4 * 3);
        let good = !self.padded && STANDARD.decode_append(blocks, &mut self.bytes).is_ok();
        self.padded |= blocks.ends_with(b"=");
        good
    }

    /// Writes it as it came.
    fn put_back(self, text: &mut Vec<u8>) {
        STANDARD.encode_append(&self.bytes, text);
        text.extend_from_slice(&self.rest);
    }
}

/// Whether the bytes end with the beginning of an opening tag, up to its name: `<` or `<t:`.
fn opens(before: &[u8]) -> bool {
    let Some(tag) = memrchr(b'<', before).map(|at| &before[at + 1..]) else {
        return false;
    };
    match tag.split_last() {
        None => true,
        Some((end, prefix)) => *end == b':' && prefix.iter().all(u8::is_ascii_alphanumeric),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of an answer that comes in pieces of this size.
    fn read(answer: &str, size: usize) -> Body {
        let mut body = Body::new(true);
        for piece in answer.as_bytes().chunks(size) {
            Sink::push(&mut body, piece);
        }
        body.close();
        body
    }

    #[test]
    fn whatever_comes_and_however_it_is_cut_nothing_is_lost() {
        let contents = [
            "SGVsbG8gSGVsbG8gSGVsbG8=",
            "SGVsbG8gSGVsbG8gSGVsbG8h",
            "SGVsbG8gSGVsbG8gSGVsbG9=",
            "SGVsbG8gSGVsbG8gSGVsbG8",
            "SGVsbG8=SGVsbG8=",
            "SGVs\r\nbG8=\r\n",
            "SGVs&#65;bG8",
            "SGVs<!-- no -->bG8=",
            "SGVs*!*bG8=",
            "",
        ];
        for content in contents {
            let answer = format!(
                "<t:Message><t:MimeContent CharacterSet=\"UTF-8\">{content}</t:MimeContent><t:MimeContent/>\
                 <t:Subject>MimeContent</t:Subject><MimeContent>QUJD</MimeContent></t:Message>"
            );
            for size in 1..=answer.len() {
                let text = read(&answer, size).into_text();
                assert_eq!(String::from_utf8(text).unwrap(), answer, "pieces of {size}");
            }
        }
    }

    #[test]
    fn base64_in_one_piece_is_decoded_and_not_kept() {
        let answer = "<a><t:MimeContent x='1'>SGVsbG8=</t:MimeContent><t:MimeContent>QUJD</t:MimeContent></a>";
        // Cut within a block, behind content, within its end; a tag that is cut is left alone.
        for size in [answer.len(), 32, 35, 64] {
            let mut body = read(answer, size);
            assert_eq!(
                std::str::from_utf8(Sink::text(&body)).unwrap(),
                "<a><t:MimeContent x='1'></t:MimeContent><t:MimeContent></t:MimeContent></a>",
                "pieces of {size}"
            );
            assert_eq!(body.take(24).as_deref(), Some(&b"Hello"[..]));
            assert_eq!(body.take(55).as_deref(), Some(&b"ABC"[..]));
            assert_eq!(body.take(3), None);
        }
    }

    #[test]
    fn an_answer_that_ends_within_content_shows_it() {
        let mut body = Body::new(true);
        Sink::push(&mut body, b"<t:MimeContent>SGVsbG8gSG");
        body.close();
        assert_eq!(Sink::text(&body), b"<t:MimeContent>SGVsbG8gSG");
    }
}
