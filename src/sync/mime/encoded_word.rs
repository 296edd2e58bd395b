//! Encoded words (RFC 2047) in a field's text, also where mail programs put them against the rules. Knows no structure.

use memchr::memmem;

use super::{charset, transfer};

/// A piece of text that is encoded.
struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
    length: usize,
}

/// The text of an unfolded field body. Words that follow each other are one text: some programs split characters.
pub(crate) fn decode(text: &[u8]) -> String {
    if memmem::find(text, b"=?").is_none() {
        return charset::decode(text, None);
    }
    let mut out = String::with_capacity(text.len());
    let mut pending: Option<(&str, Vec<u8>)> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let start = memmem::find(rest, b"=?").unwrap_or(rest.len());
        let (between, at_word) = rest.split_at(start);
        let Some(word) = word(at_word) else {
            flush(&mut out, &mut pending);
            let length = (start + 2).min(rest.len());
            out.push_str(&charset::decode(&rest[..length], None));
            rest = &rest[length..];
            continue;
        };
        // White space between two encoded words is none of the text.
        if pending.is_none() || !between.iter().all(u8::is_ascii_whitespace) {
            flush(&mut out, &mut pending);
            out.push_str(&charset::decode(between, None));
        }
        match &mut pending {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => {
                bytes.extend_from_slice(&word.bytes)
            }
            _ => {
                flush(&mut out, &mut pending);
                pending = Some((word.charset, word.bytes));
            }
        }
        rest = &at_word[word.length..];
    }
    flush(&mut out, &mut pending);
    out
}

fn flush(out: &mut String, pending: &mut Option<(&str, Vec<u8>)>) {
    if let Some((label, bytes)) = pending.take() {
        out.push_str(&charset::decode(&bytes, Some(label)));
    }
}

/// The encoded word that the text begins with.
fn word(text: &[u8]) -> Option<Word<'_>> {
    /// RFC 2047, 2 allows 75 octets; programs write more, but a character set's name is never long.
    const MAX_CHARSET: usize = 60;
    /// What has no end within this is no word; else a field of beginnings would be searched through again and again.
    const MAX_LENGTH: usize = 8192;
    let rest = text.strip_prefix(b"=?")?;
    let end = rest.iter().take(MAX_CHARSET).position(|b| *b == b'?')?;
    let charset = std::str::from_utf8(&rest[..end]).ok()?;
    // RFC 2231, 5: a language may follow.
    let charset = charset.split('*').next().unwrap_or_default();
    let encoding = rest.get(end + 1)?;
    let rest = rest.get(end + 2..)?.strip_prefix(b"?")?;
    let length = memmem::find(&rest[..rest.len().min(MAX_LENGTH)], b"?=")?;
    let body = &rest[..length];
    let bytes = match encoding {
        b'B' | b'b' => transfer::base64(body),
        b'Q' | b'q' => quoted(body),
        _ => return None,
    };
    if charset.is_empty() || !charset.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    Some(Word {
        charset,
        bytes,
        length: text.len() - rest.len() + length + 2,
    })
}

/// RFC 2047, 4.2.
fn quoted(body: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = body.iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect();
    transfer::quoted_printable(&spaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_joined_and_left_alone_where_they_are_none() {
        for (text, decoded) in [
            ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
            ("a =?utf-8?b?w7w=?= b", "a ü b"),
            ("=?UTF-8?Q?Gr=C3?= =?UTF-8?Q?=BC=C3=9Fe?=", "Grüße"),
            ("=?utf-8?B?VmVydHJhZyDDvC5w?=\t=?utf-8?B?ZGY=?=", "Vertrag ü.pdf"),
            ("=?iso-8859-1?Q?a?= =?utf-8?Q?_=C3=BC?=", "a ü"),
            ("=?iso-8859-1*de?Q?H=F8jvej?=.pdf", "Højvej.pdf"),
            ("=?utf-8?Q?with space=?=", "with space"),
            ("=?broken", "=?broken"),
            ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
            ("5 =? 6", "5 =? 6"),
            ("Grüße", "Grüße"),
        ] {
            assert_eq!(decode(text.as_bytes()), decoded, "{text}");
        }
        assert_eq!(decode(b"Gr\xfc\xdfe"), "Grüße");
    }
}
