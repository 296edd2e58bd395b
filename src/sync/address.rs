//! The one normal form of an e-mail address; knows no owners.

use std::borrow::Cow;

use memchr::{memmem, memrchr};

mod forgiving;

/// RFC 5321, 4.5.3.1.3: a path has at most 256 octets, two of them are angle brackets.
pub(crate) const MAX_ADDRESS_OCTETS: usize = 254;

/// The address of `a@b`, `<a@b>` or `Name <a@b>`, in lower case and its domain in Unicode; `None` where there is none.
///
/// Addresses are compared, not bytes: quotes that Outlook put around it, `mailto:`, what is invisible, a quoted local part that
/// needs no quotes, the domain's trailing dot and Punycode make no difference.
pub(crate) fn normalize(text: &str) -> Option<Cow<'_, str>> {
    let spec = match addr_spec(text) {
        Some(spec) => spec,
        None if text.contains(['@', '%']) => return forgiving::normalize(text).map(Cow::Owned),
        None => return None,
    };
    let classes = spec
        .bytes()
        .fold(0, |classes, byte| classes | CLASSES[usize::from(byte)]);
    let punycode = classes & HYPHEN != 0 && memmem::find(spec.as_bytes(), b"--").is_some();
    if classes & ODD != 0 || punycode || spec.ends_with('.') {
        return forgiving::normalize(text).map(Cow::Owned);
    }
    match classes & UPPER {
        0 => Some(Cow::Borrowed(spec)),
        _ => Some(Cow::Owned(spec.to_ascii_lowercase())),
    }
}

/// A domain in lower case and in Unicode; `None` where it is none.
pub(crate) fn normalize_domain(domain: &str) -> Option<String> {
    forgiving::domain(domain)
}

const UPPER: u8 = 1;
const HYPHEN: u8 = 2;
/// Not in the plain addresses that nearly all are.
const ODD: u8 = 4;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'A'..=b'Z' => UPPER,
            b'-' => HYPHEN,
            0..=b' ' | 0x7F..=0xFF => ODD,
            b'"' | b'\'' | b'`' | b'(' | b')' | b',' | b':' | b';' | b'<' | b'>' | b'[' | b'\\' | b']' => ODD,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

fn addr_spec(text: &str) -> Option<&str> {
    let text = text.trim();
    let spec = match memrchr(b'<', text.as_bytes()) {
        Some(open) => text[open + 1..].split('>').next().unwrap_or_default().trim(),
        None => text,
    };
    let at = memrchr(b'@', spec.as_bytes())?;
    (at > 0 && at + 1 < spec.len() && spec.len() <= MAX_ADDRESS_OCTETS).then_some(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_every_usual_form() {
        for text in [
            "jane@example.com",
            " Jane@Example.COM ",
            "<jane@example.com>",
            "Jane \"<\" Doe <JANE@example.com>",
        ] {
            assert_eq!(normalize(text).as_deref(), Some("jane@example.com"), "{text}");
        }
        assert_eq!(
            normalize("JÜRGEN@müller.example").as_deref(),
            Some("jürgen@müller.example")
        );
    }

    #[test]
    fn what_is_pasted_quoted_or_written_otherwise_is_the_same_address() {
        for text in [
            "'jane@example.com'",
            "\u{2018}jane@example.com\u{2019}",
            "Jane <'jane@example.com'>",
            "\u{200B}jane@example.com",
            "\u{FEFF}jane@exam\u{AD}ple.com\u{A0}",
            "mailto:jane@example.com",
            "<MAILTO:jane%40example.com?subject=x>",
            "SMTP:Jane@Example.com",
            "\"jane\"@example.com",
            "\"j\\ane\"@example.com",
            "jane@example.com.",
            "jane@example.com;",
            "jane@example.com (Jane)",
        ] {
            assert_eq!(normalize(text).as_deref(), Some("jane@example.com"), "{text}");
        }
        for text in [
            "x@xn--mller-kva.example",
            "X@M\u{DC}LLER.example",
            "x@mu\u{308}ller.example",
        ] {
            assert_eq!(normalize(text).as_deref(), Some("x@müller.example"), "{text}");
        }
        assert_eq!(normalize("o'Brien@example.com").as_deref(), Some("o'brien@example.com"));
        assert_eq!(
            normalize("\"jane doe\"@Example.com").as_deref(),
            Some("\"jane doe\"@example.com")
        );
        assert_eq!(normalize("jane@[192.0.2.1]").as_deref(), Some("jane@[192.0.2.1]"));
        assert_eq!(
            normalize("a--b@my--shop.example").as_deref(),
            Some("a--b@my--shop.example")
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(MAX_ADDRESS_OCTETS));
        for text in [
            "",
            "jane",
            "@example.com",
            "jane@",
            "jane doe@example.com",
            "Jane <>",
            "a\0@b",
            long.as_str(),
        ] {
            assert_eq!(normalize(text), None, "{text}");
        }
    }
}
