//! Transfer encodings (RFC 2045, 6) and uuencode, decoded as far as they can be. Knows no parts.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// A body's transfer encoding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// `7bit`, `8bit`, `binary`, and what nobody knows.
    #[default]
    Identity,
    QuotedPrintable,
    Base64,
    Uuencode,
}

impl Encoding {
    /// As Content-Transfer-Encoding names it; what stands behind the name does not count.
    pub fn of(field: &[u8]) -> Self {
        let name: Vec<u8> = field
            .trim_ascii_start()
            .iter()
            .skip_while(|b| **b == b'"')
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .map(u8::to_ascii_lowercase)
            .collect();
        match name.as_slice() {
            b"quoted-printable" | b"quotedprintable" | b"quoted_printable" | b"qp" => Self::QuotedPrintable,
            b"base64" | b"base-64" | b"b64" => Self::Base64,
            b"x-uuencode" | b"uuencode" | b"x-uue" | b"uue" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// The bytes that a body means.
    pub fn decode(self, body: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Identity => Cow::Borrowed(body),
            Self::QuotedPrintable => Cow::Owned(quoted_printable(body)),
            Self::Base64 => Cow::Owned(base64(body)),
            Self::Uuencode => uuencode(body).map_or(Cow::Borrowed(body), Cow::Owned),
        }
    }

    /// How many bytes they are.
    pub fn decoded_len(self, body: &[u8]) -> usize {
        match self {
            Self::Identity => body.len(),
            Self::Base64 => clean_base64_len(body).unwrap_or_else(|| base64(body).len()),
            _ => self.decode(body).len(),
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Bytes that base64 without any fault holds, counted without room for them.
fn clean_base64_len(body: &[u8]) -> Option<usize> {
    let body = body.trim_ascii();
    if has_blank_line(body) {
        return None;
    }
    let data = body
        .strip_suffix(b"==")
        .or_else(|| body.strip_suffix(b"="))
        .unwrap_or(body);
    let (mut count, mut odd) = (0, false);
    for byte in data {
        count += usize::from(is_base64(*byte));
        odd |= !is_base64(*byte) && !byte.is_ascii_whitespace();
    }
    let padding = body.len() - data.len();
    let whole = padding == 0 || (count + padding).is_multiple_of(4);
    (!odd && whole && count % 4 != 1).then_some(count * 3 / 4)
}

/// Base64 up to its end: text that a list or a gateway has put behind it is none of it, wrong characters within are passed
/// over.
pub(super) fn base64(body: &[u8]) -> Vec<u8> {
    let body = body.trim_ascii();
    if !has_blank_line(body)
        && let Ok(bytes) = base64_simd::forgiving_decode_to_vec(body)
    {
        return bytes;
    }
    let lines: Vec<&[u8]> = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).collect();
    // Behind the last line that can only be data, everything odd is somebody's text.
    let last_sure = lines.iter().rposition(|line| is_sure(line)).unwrap_or(0);
    let mut group = Group::default();
    let (mut padded, mut blank, mut spaced) = (false, false, false);
    for (number, line) in lines.iter().enumerate() {
        if line.is_empty() {
            blank = !group.out.is_empty();
            continue;
        }
        let odd = line.iter().any(|b| !is_base64(*b) && *b != b'=');
        spaced |= blank && number <= last_sure;
        if number > last_sure && (odd || (blank && !spaced) || (padded && !line.len().is_multiple_of(4))) {
            break;
        }
        blank = false;
        padded = line.ends_with(b"=");
        line.iter().for_each(|byte| group.take(*byte));
    }
    group.out
}

/// Four characters to three bytes; a pad ends the group.
#[derive(Default)]
struct Group {
    out: Vec<u8>,
    bits: u32,
    count: u32,
}

impl Group {
    fn take(&mut self, byte: u8) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                self.count = 0;
                return;
            }
            _ => return,
        };
        self.bits = self.bits << 6 | u32::from(value);
        self.count += 6;
        if self.count >= 8 {
            self.count -= 8;
            self.out.push((self.bits >> self.count) as u8);
        }
    }
}

/// Behind an empty line there may be somebody's text that looks like data.
fn has_blank_line(body: &[u8]) -> bool {
    memchr_iter(b'\n', body).any(|at| matches!(body[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]))
}

/// A full line of data; words of that length don't exist.
fn is_sure(line: &[u8]) -> bool {
    line.len() >= 48 && line.iter().all(|b| is_base64(*b) || *b == b'=')
}

/// RFC 2045, 6.7, forgiving: an `=` that encodes nothing stands for itself.
pub(super) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut from = 0;
    for line_end in memchr_iter(b'\n', body).chain(std::iter::once(body.len())) {
        if line_end < from {
            continue;
        }
        quoted_line(&body[from..line_end], line_end < body.len(), &mut out);
        from = line_end + 1;
    }
    out
}

fn quoted_line(line: &[u8], ended: bool, out: &mut Vec<u8>) {
    let (line, return_) = match line.strip_suffix(b"\r") {
        Some(line) => (line, true),
        None => (line, false),
    };
    // White space at a line's end was put there on the way; at the end of the body it may be a word's.
    let line = if ended { trim_blanks(line) } else { line };
    let (mut line, soft) = match trim_blanks(line).strip_suffix(b"=") {
        Some(line) => (line, true),
        None => (line, false),
    };
    while let Some(at) = memchr(b'=', line) {
        out.extend_from_slice(&line[..at]);
        match (
            line.get(at + 1).and_then(|b| hex(*b)),
            line.get(at + 2).and_then(|b| hex(*b)),
        ) {
            (Some(high), Some(low)) => {
                out.push(high << 4 | low);
                line = &line[at + 3..];
            }
            _ => {
                out.push(b'=');
                line = &line[at + 1..];
            }
        }
    }
    out.extend_from_slice(line);
    if ended && !soft {
        if return_ {
            out.push(b'\r');
        }
        out.push(b'\n');
    }
}

fn trim_blanks(mut line: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = line {
        line = rest;
    }
    line
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The file between `begin` and `end` (POSIX uuencode); `None` where nothing begins.
fn uuencode(body: &[u8]) -> Option<Vec<u8>> {
    let mut lines = body
        .split(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.by_ref().find(|line| line.starts_with(b"begin "))?;
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    for line in lines {
        let Some((&length, data)) = line.split_first() else {
            continue;
        };
        if line == b"end" || !(b' '..=b'`').contains(&length) {
            break;
        }
        let length = usize::from(length.wrapping_sub(b' ') & 0x3F);
        let start = out.len();
        for four in data.chunks(4) {
            // Spaces at a line's end may be lost on the way.
            let bits = (0..4).fold(0_u32, |bits, n| {
                bits << 6 | u32::from(four.get(n).map_or(0, |b| b.wrapping_sub(b' ') & 0x3F))
            });
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
        }
        out.resize(start + length, 0);
    }
    Some(out)
}

/// A file that stands uuencoded in a text: where, its name, and its bytes.
pub(crate) fn uuencoded_file(text: &str) -> Option<(std::ops::Range<usize>, String, Vec<u8>)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("begin ") {
        let start = from + found;
        from = start + "begin ".len();
        if start > 0 && text.as_bytes()[start - 1] != b'\n' {
            continue;
        }
        let line_end = memchr(b'\n', &text.as_bytes()[start..]).map(|end| start + end)?;
        let Some((mode, name)) = text[from..line_end].trim_end().split_once(' ') else {
            continue;
        };
        if !matches!(mode.len(), 3 | 4) || !mode.bytes().all(|b| b.is_ascii_digit()) || name.trim().is_empty() {
            continue;
        }
        // What has no end is no file, here or later.
        let end = ["\nend\r\n", "\nend\n"]
            .iter()
            .filter_map(|end| Some(line_end + text[line_end..].find(end)? + end.len()));
        let last = || text.trim_end().ends_with("\nend").then_some(text.len());
        let end = end.min().or_else(last)?;
        let bytes = uuencode(&text.as_bytes()[start..end])?;
        return Some((start..end, name.trim().to_owned(), bytes));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_ends_where_text_begins_and_survives_a_wrong_character() {
        for (body, decoded) in [
            ("YWJj", &b"abc"[..]),
            ("YW Jj\r\n", b"abc"),
            ("YWJj\r\n\r\n-- \r\nmailing list footer", b"abc"),
            ("YWI=\r\n\r\n_____\r\nlist", b"ab"),
            ("YWI=\r\nYWI=\r\n", b"abab"),
            ("YWI", b"ab"),
            ("YWI=\r\n-- \r\nText", b"ab"),
            ("YWJj\r\n\r\nfooter", b"abc"),
            ("YW!Jj", b"abc"),
            ("", b""),
        ] {
            let bytes = base64(body.as_bytes());
            assert_eq!(bytes, decoded, "{body}");
            assert_eq!(Encoding::Base64.decoded_len(body.as_bytes()), decoded.len(), "{body}");
        }
        let line = base64_simd::STANDARD.encode_to_string([7; 57]);
        let double = format!("{line}\r\n\r\n{line}\r\n\r\nBwcH\r\n");
        assert_eq!(base64(double.as_bytes()), [7; 117]);
        let spoilt = format!("{line}\r\n!{line}\r\n{line}\r\n");
        assert_eq!(base64(spoilt.as_bytes()), [7; 171]);
    }

    #[test]
    fn quoted_printable_forgives_what_is_none() {
        for (body, decoded) in [
            ("x=y; gr=C3=BC=c3=9fe", "x=y; grüße"),
            ("a =\r\nb", "a b"),
            ("a= \r\nb", "ab"),
            ("a  \r\nb", "a\r\nb"),
            ("100 %=", "100 %"),
            ("1==2=3D", "1==2="),
            ("=\r\n", ""),
            ("a\n\nb\n", "a\n\nb\n"),
        ] {
            assert_eq!(quoted_printable(body.as_bytes()), decoded.as_bytes(), "{body:?}");
        }
    }

    #[test]
    fn uuencode_gives_its_file() {
        assert_eq!(
            uuencode(b"text\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n").as_deref(),
            Some(&b"abc"[..])
        );
        assert_eq!(uuencode(b"no file"), None);
    }

    #[test]
    fn an_encoding_is_known_by_its_name_alone() {
        for (field, encoding) in [
            ("quoted-printable;", Encoding::QuotedPrintable),
            (" BASE64 (really)", Encoding::Base64),
            ("\"base64\"", Encoding::Base64),
            ("x-uuencode", Encoding::Uuencode),
            ("8bit", Encoding::Identity),
            ("", Encoding::Identity),
        ] {
            assert_eq!(Encoding::of(field.as_bytes()), encoding, "{field}");
        }
    }
}
