//! The one normal form of an e-mail address; knows no owners.

use std::borrow::Cow;

use memchr::memrchr;

/// RFC 5321, 4.5.3.1.3: a path has at most 256 octets, two of them are angle brackets.
pub(crate) const MAX_ADDRESS_OCTETS: usize = 254;

/// The address of `a@b`, `<a@b>` or `Name <a@b>`, in lower case; `None` where there is none.
pub(crate) fn normalize(text: &str) -> Option<Cow<'_, str>> {
    let spec = addr_spec(text)?;
    if spec.is_ascii() {
        // Folds without a way out are done 16 octets at a time.
        let (odd, upper) = spec.bytes().fold((false, false), |(odd, upper), b| {
            (odd | (b <= b' ') | (b == 0x7f), upper | b.is_ascii_uppercase())
        });
        return match (odd, upper) {
            (true, _) => None,
            (false, true) => Some(Cow::Owned(spec.to_ascii_lowercase())),
            (false, false) => Some(Cow::Borrowed(spec)),
        };
    }
    if spec.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let lower = spec.to_lowercase();
    (lower.len() <= MAX_ADDRESS_OCTETS).then_some(Cow::Owned(lower))
}

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
