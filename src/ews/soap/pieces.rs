//! Several envelopes in one answer that goes on, told apart as their bytes come. Knows no element but the envelope.

use memchr::memmem;

/// Bytes that came and belong to no whole envelope yet.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    /// Up to here there is no end of an envelope.
    searched: usize,
}

const END: &[u8] = b"Envelope>";

impl Pieces {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Nothing but white space is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// Bytes of an envelope that is not whole yet.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The next whole envelope.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        while let Some(at) = memmem::find(&self.bytes[self.searched..], END) {
            let end = self.searched + at + END.len();
            if is_end_tag(&self.bytes[..end]) {
                self.searched = 0;
                let rest = self.bytes.split_off(end);
                return Some(std::mem::replace(&mut self.bytes, rest));
            }
            self.searched = end;
        }
        self.searched = self.bytes.len().saturating_sub(END.len() - 1).max(self.searched);
        None
    }
}

/// Whether the bytes end with `</Envelope>` of any prefix.
fn is_end_tag(bytes: &[u8]) -> bool {
    memchr::memrchr(b'<', bytes).is_some_and(|at| bytes[at..].starts_with(b"</"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_told_apart_wherever_the_pieces_are_cut() {
        let first = "<?xml version='1.0'?><s:Envelope x='Envelope>'><a>Envelope&gt;</a></s:Envelope>";
        let second = "\r\n<soap:Envelope><b/></soap:Envelope>";
        let whole = format!("{first}{second}\r\n");
        for size in 1..whole.len() {
            let (mut pieces, mut found) = (Pieces::default(), Vec::new());
            for piece in whole.as_bytes().chunks(size) {
                pieces.push(piece);
                while let Some(envelope) = pieces.take() {
                    found.push(String::from_utf8(envelope).unwrap());
                }
            }
            assert_eq!(found, [first, second], "pieces of {size}");
            assert!(pieces.is_empty());
        }
    }

    #[test]
    fn half_an_envelope_is_something_left() {
        let mut pieces = Pieces::default();
        pieces.push(b"<s:Envelope><a/>");
        assert!(pieces.take().is_none() && !pieces.is_empty());
    }
}
