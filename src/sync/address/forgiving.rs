//! Addresses that are not written plainly: quoted, pasted, internationalized. Knows no owners.

use super::MAX_ADDRESS_OCTETS;

/// As [`super::normalize`]; slower.
pub(super) fn normalize(text: &str) -> Option<String> {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let mut spec = visible.trim();
    if let Some((_, rest)) = spec.rsplit_once('<') {
        spec = rest.split('>').next().unwrap_or_default().trim();
    }
    let decoded;
    if let Some(rest) = without_prefix(spec, "mailto:") {
        // RFC 6068.
        decoded = percent_decoded(rest.split('?').next().unwrap_or_default());
        spec = decoded.trim();
    } else if let Some(rest) = without_prefix(spec, "smtp:") {
        spec = rest.trim();
    }
    if let Some((before, _)) = spec.ends_with(')').then(|| spec.rsplit_once('(')).flatten() {
        spec = before.trim();
    }
    // No domain ends with a quote: it is Outlook's, and so is the one in front.
    let bare = spec.trim_end_matches(|c: char| is_quote(c) || matches!(c, '.' | ',' | ';' | ':') || c.is_whitespace());
    if spec[bare.len()..].contains(is_quote) {
        spec = bare.trim_start_matches(is_quote);
    } else {
        spec = bare;
    }
    let (local, host) = spec.rsplit_once('@')?;
    let address = format!("{}@{}", local_part(local.trim())?, domain(host)?);
    (address.len() <= MAX_ADDRESS_OCTETS).then_some(address)
}

/// RFC 5321, 4.1.2: quotes that the local part does not need are none of it.
fn local_part(local: &str) -> Option<String> {
    let quoted = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let text = match quoted {
        None => local.to_lowercase(),
        Some(quoted) => unescaped(quoted).to_lowercase(),
    };
    if text.is_empty() || text.chars().any(char::is_control) {
        return None;
    }
    let plain = !text.contains(|c: char| c.is_whitespace() || "\"(),:;<>@[\\]".contains(c));
    match (plain, quoted) {
        (true, _) => Some(text),
        (false, Some(_)) => Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
        (false, None) => None,
    }
}

fn unescaped(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    text
}

/// A domain in lower case and in Unicode (UTS 46).
pub(super) fn domain(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    if text.starts_with('[') && text.ends_with(']') {
        return Some(text.to_lowercase());
    }
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\"'`(),:;<>@[\\]/*".contains(c);
    if text.is_empty() || text.contains(odd) {
        return None;
    }
    let (unicode, result) = idna::domain_to_unicode(text);
    match result {
        Ok(()) => Some(unicode),
        // What was registered before the rule, or is only used inside a company.
        Err(_) if text.is_ascii() => Some(text.to_ascii_lowercase()),
        Err(_) => None,
    }
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |n: usize| after.get(n).and_then(|b| char::from(*b).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '\'' | '"' | '`' | '\u{B4}' | '\u{2018}'..='\u{201F}' | '\u{AB}' | '\u{BB}'
    )
}

/// What nobody sees and a clipboard brings along: joiners, marks of direction, soft hyphens, byte order marks.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
    )
}
