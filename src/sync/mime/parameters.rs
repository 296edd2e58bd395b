//! A value with parameters, as Content-Type and Content-Disposition have it (RFC 2045, 5.1; RFC 2231). Knows no type.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memchr;

use super::{charset, encoded_word};

/// RFC 2231, 3 sets no bound to the segments of a parameter; no honest name has more.
const MAX_SEGMENTS: u32 = 1_000;

/// No honest field has more.
const MAX_PARAMETERS: usize = 200;

/// A value in lower case, and its parameters.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pub value: String,
    parameters: Vec<(String, Parameter)>,
}

#[derive(Debug)]
enum Parameter {
    Plain(Vec<u8>),
    Extended(BTreeMap<u32, Segment>),
}

#[derive(Debug)]
struct Segment {
    percent_encoded: bool,
    text: Vec<u8>,
}

impl Parameters {
    /// Reads an unfolded field body. A missing semicolon, blanks, comments and missing quotes are forgiven.
    pub fn read(field: &[u8]) -> Self {
        let mut scan = Scan { text: field };
        scan.skip_blanks();
        let mut read = Self {
            value: String::from_utf8_lossy(scan.value()).to_ascii_lowercase(),
            parameters: Vec::new(),
        };
        while read.parameters.len() < MAX_PARAMETERS
            && let Some((name, text)) = scan.parameter()
        {
            read.add(&name, text);
        }
        read
    }

    fn add(&mut self, name: &str, text: Vec<u8>) {
        let (base, number, percent_encoded) = match name.split_once('*') {
            None => {
                // The first one counts.
                if self.plain(name).is_none() {
                    self.parameters.push((name.to_owned(), Parameter::Plain(text)));
                }
                return;
            }
            Some((base, "")) => (base, Some(0), true),
            Some((base, rest)) => {
                let digits = rest.trim_end_matches('*');
                (base, digits.parse().ok(), digits.len() < rest.len())
            }
        };
        let Some(number) = number.filter(|number| *number < MAX_SEGMENTS) else {
            return;
        };
        let known = self
            .parameters
            .iter_mut()
            .find_map(|(known, parameter)| match parameter {
                Parameter::Extended(segments) if known == base => Some(segments),
                _ => None,
            });
        let segment = Segment { percent_encoded, text };
        match known {
            Some(segments) => {
                segments.entry(number).or_insert(segment);
            }
            None => {
                let segments = BTreeMap::from([(number, segment)]);
                self.parameters.push((base.to_owned(), Parameter::Extended(segments)));
            }
        }
    }

    /// A parameter's bytes, as they stand there.
    pub fn plain(&self, name: &str) -> Option<&[u8]> {
        self.parameters.iter().find_map(|(known, parameter)| match parameter {
            Parameter::Plain(text) if known == name => Some(text.as_slice()),
            _ => None,
        })
    }

    /// A parameter's text: what RFC 2231 says before what is plain, encoded words decoded where they should not be.
    pub fn text(&self, name: &str) -> Option<String> {
        let extended = self.parameters.iter().find_map(|(known, parameter)| match parameter {
            Parameter::Extended(segments) if known == name => Some(joined(segments)),
            _ => None,
        });
        extended
            .filter(|text| !text.trim().is_empty())
            .or_else(|| self.plain(name).map(plain_text))
            .filter(|text| !text.trim().is_empty())
    }
}

/// RFC 2231, 4.1: a character may be split between two segments.
fn joined(segments: &BTreeMap<u32, Segment>) -> String {
    let encoded = segments.values().any(|segment| segment.percent_encoded);
    let mut label = None;
    let mut bytes = Vec::new();
    for (number, segment) in segments {
        let mut text = segment.text.as_slice();
        if *number == 0
            && encoded
            && let Some((charset, rest)) = charset_prefix(text)
        {
            label = Some(charset.to_owned());
            text = rest;
        }
        match segment.percent_encoded {
            true => percent_decode(text, &mut bytes),
            false => bytes.extend_from_slice(text),
        }
    }
    match label.filter(|label| !label.is_empty()) {
        Some(label) => charset::decode(&bytes, Some(&label)),
        None => encoded_word::decode(&bytes),
    }
}

/// `charset'language'`.
fn charset_prefix(text: &[u8]) -> Option<(&str, &[u8])> {
    let first = memchr(b'\'', text)?;
    let second = first + 1 + memchr(b'\'', &text[first + 1..])?;
    let charset = std::str::from_utf8(&text[..first]).ok()?;
    (charset.is_empty() || charset::is_known(charset)).then_some((charset, &text[second + 1..]))
}

fn plain_text(text: &[u8]) -> String {
    // RFC 2231's form under a name without its asterisk.
    if let Some((label, rest)) = charset_prefix(text).filter(|(label, rest)| !label.is_empty() && rest.contains(&b'%'))
    {
        let mut bytes = Vec::new();
        percent_decode(rest, &mut bytes);
        return charset::decode(&bytes, Some(label));
    }
    encoded_word::decode(text)
}

fn percent_decode(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr(b'%', rest) {
        out.extend_from_slice(&rest[..at]);
        let digit = |n: usize| rest.get(at + n).and_then(|b| char::from(*b).to_digit(16));
        match (digit(1), digit(2)) {
            (Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                rest = &rest[at + 3..];
            }
            _ => {
                out.push(b'%');
                rest = &rest[at + 1..];
            }
        }
    }
    out.extend_from_slice(rest);
}

struct Scan<'a> {
    text: &'a [u8],
}

impl<'a> Scan<'a> {
    /// Blanks and comments (RFC 5322, 3.2.2).
    fn skip_blanks(&mut self) {
        loop {
            self.text = self.text.trim_ascii_start();
            if self.text.first() != Some(&b'(') {
                return;
            }
            let (mut depth, mut end) = (0_u32, self.text.len());
            let mut escaped = false;
            for (at, byte) in self.text.iter().enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'(' => depth += 1,
                    b')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    end = at + 1;
                    break;
                }
            }
            self.text = &self.text[end..];
        }
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.text.iter().position(|b| !wanted(*b)).unwrap_or(self.text.len());
        let (taken, rest) = self.text.split_at(end);
        self.text = rest;
        taken
    }

    /// The value before the parameters; quotes around it are somebody's mistake.
    fn value(&mut self) -> &'a [u8] {
        let quote = self.text.first() == Some(&b'"');
        if quote {
            self.text = &self.text[1..];
        }
        let value = self.take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b';' | b',' | b'(' | b'"'));
        if quote && self.text.first() == Some(&b'"') {
            self.text = &self.text[1..];
        }
        value
    }

    /// The next parameter's name in lower case, and its text.
    fn parameter(&mut self) -> Option<(String, Vec<u8>)> {
        loop {
            self.take_while(|b| b.is_ascii_whitespace() || matches!(b, b';' | b','));
            self.skip_blanks();
            if matches!(self.text.first(), Some(b';' | b',')) {
                continue;
            }
            let name = self.take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b';' | b'=' | b'"' | b'('));
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            self.skip_blanks();
            match self.text.split_first()? {
                (b'=', rest) if !name.is_empty() => {
                    self.text = rest;
                    self.skip_blanks();
                    let is_name = name.starts_with("name") || name.starts_with("filename");
                    let text = match self.text.split_first() {
                        Some((b'"', rest)) => {
                            self.text = rest;
                            self.quoted(is_name)
                        }
                        _ => self.token(is_name).to_vec(),
                    };
                    return Some((name, text));
                }
                // What is no parameter is passed over.
                (b'=' | b'"' | b'(' | b';', rest) => self.text = rest,
                _ => {}
            }
        }
    }

    /// RFC 5322, 3.2.4. In names only quotes and backslashes are escaped: the others are of a path of Windows.
    fn quoted(&mut self, is_name: bool) -> Vec<u8> {
        let mut text = Vec::new();
        while let Some((&byte, rest)) = self.text.split_first() {
            self.text = rest;
            match (byte, rest.first()) {
                (b'"', _) => break,
                (b'\\', Some(&next)) if !is_name || matches!(next, b'"' | b'\\') => {
                    text.push(next);
                    self.text = &rest[1..];
                }
                _ => text.push(byte),
            }
        }
        text
    }

    /// A text without quotes. A name may have blanks; elsewhere a blank ends it: its semicolon is missing.
    fn token(&mut self, is_name: bool) -> &'a [u8] {
        let whole = self.text;
        let mut length = 0;
        loop {
            length += self.take_while(|b| b != b';' && !b.is_ascii_whitespace()).len();
            let blanks = self.take_while(|b| b.is_ascii_whitespace()).len();
            let word = self
                .text
                .iter()
                .position(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b';'));
            let next_parameter = word.is_some_and(|word| word > 0 && self.text[word] == b'=');
            if blanks == 0 || !is_name || next_parameter {
                return &whole[..length];
            }
            if matches!(self.text.first(), None | Some(b';')) {
                return &whole[..length];
            }
            length += blanks;
        }
    }
}

/// `a/b` of a Content-Type, `text/plain` where nothing better can be made of it (RFC 2045, 5.2).
pub(crate) fn media_type(value: &str) -> Cow<'_, str> {
    match value.split_once('/') {
        Some((kind, subtype)) if !kind.is_empty() && !subtype.is_empty() => Cow::Borrowed(value),
        _ => match value.trim_end_matches('/') {
            "multipart" => Cow::Borrowed("multipart/mixed"),
            "message" => Cow::Borrowed("message/rfc822"),
            "html" => Cow::Borrowed("text/html"),
            "" | "text" | "plain" => Cow::Borrowed("text/plain"),
            _ => Cow::Borrowed("application/octet-stream"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(field: &str) -> Option<String> {
        Parameters::read(field.as_bytes()).text("filename")
    }

    #[test]
    fn names_are_read_as_they_come() {
        for (field, expected) in [
            ("attachment; filename=\t\"offer.pdf\"; size=3", "offer.pdf"),
            ("attachment; filename=offer final (2).pdf", "offer final (2).pdf"),
            ("attachment; filename=offer final.pdf size=3", "offer final.pdf"),
            (
                "attachment; filename*0*=UTF-8''gr%C3%BC%C3; filename*1*=%9Fe.pdf",
                "grüße.pdf",
            ),
            ("attachment; filename*1=b.pdf; filename*0=a", "ab.pdf"),
            (
                "attachment; filename*0*=utf-8''a%20; filename*1=\"%20b.pdf\"",
                "a %20b.pdf",
            ),
            ("attachment; filename*=iso-8859-1'de'%C4.pdf; filename=x.pdf", "Ä.pdf"),
            ("attachment; filename=utf-8''gr%C3%BC.pdf", "grü.pdf"),
            ("attachment; filename=\"it's 'a' 5%.pdf\"", "it's 'a' 5%.pdf"),
            (
                "attachment; filename=\"=?UTF-8?B?UHLDvGZiZXJpY2h0LnBkZg==?=\"",
                "Prüfbericht.pdf",
            ),
            (
                "attachment; filename=\"C:\\Users\\dana\\plan.pdf\"",
                "C:\\Users\\dana\\plan.pdf",
            ),
            ("attachment; filename=\"a \\\"b\\\".pdf\"", "a \"b\".pdf"),
            ("attachment (comment; filename=no); filename=yes", "yes"),
            ("attachment; filename=\"open", "open"),
            ("attachment;;; filename = a.pdf", "a.pdf"),
            ("attachment filename=a.pdf", "a.pdf"),
        ] {
            assert_eq!(name(field).as_deref(), Some(expected), "{field}");
        }
        assert_eq!(name("attachment; filename=\"\""), None);
        assert_eq!(name("attachment; filename"), None);
    }

    #[test]
    fn a_missing_semicolon_hides_no_parameter() {
        let read = Parameters::read(b"text/plain charset=utf-8 format=flowed");
        assert_eq!(read.value, "text/plain");
        assert_eq!(read.plain("charset"), Some(&b"utf-8"[..]));
        assert_eq!(read.plain("format"), Some(&b"flowed"[..]));
        let read = Parameters::read(b"multipart/mixed; boundary=\"=_b 1\" type=x");
        assert_eq!(read.plain("boundary"), Some(&b"=_b 1"[..]));
        assert_eq!(read.plain("type"), Some(&b"x"[..]));
    }

    #[test]
    fn a_type_without_subtype_is_what_it_can_be() {
        assert_eq!(media_type("text"), "text/plain");
        assert_eq!(media_type("multipart"), "multipart/mixed");
        assert_eq!(media_type("image/png"), "image/png");
        assert_eq!(media_type("pdf"), "application/octet-stream");
    }
}
