//! Base64 as it comes: in one piece, wrapped, unpadded or broken. Knows no elements.

use std::ops::Range;

use base64_simd::{STANDARD, forgiving_decode_inplace};

use super::events::Base64Text;

/// Whether all of a text was base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    Whole,
    /// Only what stands before the first wrong character was decoded.
    Broken,
}

/// Decodes into new memory.
pub(crate) fn decode(text: &[u8]) -> (Vec<u8>, Validity) {
    if let Ok(bytes) = STANDARD.decode_to_vec(text) {
        return (bytes, Validity::Whole);
    }
    let mut bytes = text.to_vec();
    let (length, validity) = decode_in_place(&mut bytes);
    bytes.truncate(length);
    (bytes, validity)
}

/// Decodes in the same memory; how many bytes stand at its beginning then. White space and missing padding are forgiven.
fn decode_in_place(text: &mut [u8]) -> (usize, Validity) {
    // Decoding in place leaves nothing to try again, so it begins only with what is sure to work.
    if STANDARD.check(text).is_ok()
        && let Ok(decoded) = STANDARD.decode_inplace(text)
    {
        return (decoded.len(), Validity::Whole);
    }
    let (mut length, mut end) = (0, text.len());
    for at in 0..text.len() {
        match text[at] {
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => {
                text[length] = byte;
                length += 1;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                end = at;
                break;
            }
        }
    }
    let padding_only = text[end..].iter().all(|b| *b == b'=' || b.is_ascii_whitespace());
    // A single character is less than a byte.
    let lone = length % 4 == 1;
    let validity = if padding_only && !lone {
        Validity::Whole
    } else {
        Validity::Broken
    };
    match forgiving_decode_inplace(&mut text[..length - usize::from(lone)]) {
        Ok(decoded) => (decoded.len(), validity),
        Err(_) => (0, Validity::Broken),
    }
}

/// Decodes the texts of an answer. The largest is decoded in the answer's own memory, so that a message of 60 MB never
/// stands in memory twice.
pub(crate) fn decode_all(body: Vec<u8>, texts: Vec<Base64Text>) -> Vec<(Vec<u8>, Validity)> {
    let length = |text: &Base64Text| match text {
        Base64Text::At(range) => range.len(),
        Base64Text::Copied(_) => 0,
    };
    let largest = (0..texts.len()).max_by_key(|n| length(&texts[*n]));
    // Where it is a small part of the answer, it would keep the rest in memory.
    let largest = largest.filter(|n| length(&texts[*n]) > body.len() / 2);
    let mut reserved = None;
    let mut decoded: Vec<_> = texts
        .into_iter()
        .enumerate()
        .map(|(n, text)| match text {
            Base64Text::At(range) if Some(n) == largest => {
                reserved = Some((n, range));
                (Vec::new(), Validity::Whole)
            }
            Base64Text::At(range) => decode(&body[range]),
            Base64Text::Copied(text) => decode(text.as_bytes()),
        })
        .collect();
    if let Some((n, range)) = reserved {
        decoded[n] = decode_within(body, range);
    }
    decoded
}

fn decode_within(mut body: Vec<u8>, range: Range<usize>) -> (Vec<u8>, Validity) {
    let start = range.start;
    let (length, validity) = decode_in_place(&mut body[range]);
    body.copy_within(start..start + length, 0);
    body.truncate(length);
    body.shrink_to_fit();
    (body, validity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_missing_padding_are_forgiven() {
        for text in [
            "SGVsbG8=",
            "SGVsbG8",
            " SGVs\r\nbG8=\r\n",
            "S G V s b G 8",
            "SGVsbG9=",
            "SGVsbG8==",
        ] {
            assert_eq!(decode(text.as_bytes()), (b"Hello".to_vec(), Validity::Whole), "{text}");
        }
        assert_eq!(decode(b""), (Vec::new(), Validity::Whole));
    }

    #[test]
    fn what_stands_before_a_wrong_character_is_kept() {
        for text in ["SGVsbG8*!*", "SGVsbG8=SGVsbG8=", "SGVsbG8\u{e9}"] {
            assert_eq!(decode(text.as_bytes()), (b"Hello".to_vec(), Validity::Broken), "{text}");
        }
        assert_eq!(decode(b"SGVsb"), (b"Hel".to_vec(), Validity::Broken));
        assert_eq!(decode(b"*"), (Vec::new(), Validity::Broken));
    }

    #[test]
    fn the_largest_text_is_decoded_in_the_answers_own_memory() {
        let large = STANDARD.encode_to_string("x".repeat(3000));
        let body = format!("<a>SGVsbG8=</a><b>{large}</b>").into_bytes();
        let start = body.len() - "</b>".len() - large.len();
        let texts = vec![
            Base64Text::At(3..11),
            Base64Text::At(start..start + large.len()),
            Base64Text::Copied("SGVs".into()),
        ];
        let decoded = decode_all(body, texts);
        assert_eq!(decoded[0].0, b"Hello");
        assert_eq!(decoded[1].0, "x".repeat(3000).as_bytes());
        assert_eq!(decoded[1].0.capacity(), 3000);
        assert_eq!(decoded[2].0, b"Hel");
    }
}
