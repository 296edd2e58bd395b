//! Characters of XML 1.0: references resolved, forbidden ones left out. Knows no elements.
//!
//! Exchange writes characters that XML 1.0 forbids, mostly as references in subjects and names (`&#x0;`, `&#x1F;`, lone
//! surrogates). Nothing is refused for them: they are left out, and the rest is kept.

use std::borrow::Cow;

/// The text of an answer. Bytes that are no UTF-8 become U+FFFD: the rest of it is worth reading, and only such an answer is
/// worth a copy.
pub(crate) fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Whether XML 1.0 (2.2, Char) forbids the character.
pub(crate) fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Appends what stands between `&` and `;`: its character, nothing for one that is forbidden, and an unknown entity as it is.
pub(crate) fn push_reference(text: &mut String, name: &str) {
    let number = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => digits.parse(),
        },
        None => {
            match name {
                "amp" => text.push('&'),
                "lt" => text.push('<'),
                "gt" => text.push('>'),
                "quot" => text.push('"'),
                "apos" => text.push('\''),
                other => {
                    text.push('&');
                    text.push_str(other);
                    text.push(';');
                }
            }
            return;
        }
    };
    // NUL, surrogates and numbers beyond Unicode have no character here, so they go the way of the forbidden.
    text.extend(number.ok().and_then(char::from_u32).filter(|c| !is_forbidden(*c)));
}

/// Leaves forbidden characters out.
pub(crate) fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    // 0xEF begins the three bytes of U+FFFE and U+FFFF.
    let suspect = |b: u8| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0xef;
    // Folds without a way out are done 16 octets at a time.
    if text.bytes().fold(false, |found, b| found | suspect(b)) && text.chars().any(is_forbidden) {
        return text.chars().filter(|c| !is_forbidden(*c)).collect();
    }
    text
}

/// The value of an attribute as it stands in the document. Of ids and the like, which say nothing to people, no more than
/// references can be forbidden.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.find(';') {
            Some(end) => {
                push_reference(&mut text, &rest[..end]);
                rest = &rest[end + 1..];
            }
            None => text.push('&'),
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters_and_forbidden_ones_nothing() {
        assert_eq!(
            unescape("a&#x0;b&#x1F;c&#xD800;d&#xFFFFFFFF;e&#99999999999;f&#65;&#x42;&lt;&quot;"),
            "abcdefAB<\""
        );
        assert_eq!(unescape("&nbsp; AT&T"), "&nbsp; AT&T");
    }

    #[test]
    fn bytes_that_are_no_utf8_are_replaced() {
        assert!(matches!(utf8("é".as_bytes()), Cow::Borrowed("é")));
        assert_eq!(utf8(b"<a>\xff</a>"), "<a>\u{fffd}</a>");
    }

    #[test]
    fn raw_control_characters_are_left_out_and_others_kept() {
        assert_eq!(clean("a\u{0}\u{b}\tb\u{fffe}\u{feff}é".into()), "a\tb\u{feff}é");
        assert!(matches!(clean("plain \u{fffd}".into()), Cow::Borrowed(_)));
    }
}
