//! MIME content of a generated message, composed from its properties. Knows no series.

use std::fmt::Write;
use std::sync::OnceLock;

use bytes::Bytes;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::mix;
use crate::store::message::{Party, Properties};

/// Headers of every generated message, and no other.
pub(super) const HEADERS: [&str; 8] = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
];
const TEXT_BYTES: usize = 256 * 1024;
const BOUNDARY: &str = "----=_Part_7A1C";
const VOCABULARY: [&str; 24] = [
    "the",
    "offer",
    "delivery",
    "we",
    "confirm",
    "your",
    "order",
    "of",
    "last",
    "week",
    "and",
    "will",
    "send",
    "documents",
    "tomorrow",
    "please",
    "let",
    "us",
    "know",
    "price",
    "quantity",
    "thank",
    "you",
    "regards",
];

/// Plain words in lines of at most 76 characters, made once; messages take slices of it.
fn words() -> &'static str {
    static WORDS: OnceLock<String> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut text = String::with_capacity(TEXT_BYTES + 16);
        let (mut line, mut n) = (0, 0u64);
        while text.len() < TEXT_BYTES {
            n += 1;
            let word = VOCABULARY[(mix(n) % VOCABULARY.len() as u64) as usize];
            line += word.len() + 1;
            text.push_str(word);
            text.push_str(if line > 64 { "\r\n" } else { " " });
            if line > 64 {
                line = 0;
            }
        }
        text
    })
}

fn base64_lines() -> &'static str {
    static LINES: OnceLock<String> = OnceLock::new();
    LINES.get_or_init(|| {
        let mut text = String::with_capacity(TEXT_BYTES + 80);
        let mut n = 0;
        while text.len() < TEXT_BYTES {
            let bytes: Vec<u8> = (0..57).map(|i| mix(n * 57 + i) as u8).collect();
            text.push_str(&base64_simd::STANDARD.encode_to_string(&bytes));
            text.push_str("\r\n");
            n += 1;
        }
        text
    })
}

pub(super) fn compose(properties: &Properties, random: u64) -> Bytes {
    let size = properties.size as usize;
    let mut mime = String::with_capacity(size + 1_024);
    if let Some(from) = &properties.from {
        address(&mut mime, "From", std::slice::from_ref(from));
    }
    address(&mut mime, "To", &properties.to);
    address(&mut mime, "Cc", &properties.cc);
    let _ = write!(
        mime,
        "Subject: {}\r\n",
        encoded(properties.subject.as_deref().unwrap_or_default())
    );
    if let Some(sent) = properties.sent {
        let _ = write!(mime, "Date: {}\r\n", date(sent));
    }
    let _ = write!(
        mime,
        "Message-ID: {}\r\n",
        properties.message_id.as_deref().unwrap_or_default()
    );
    mime.push_str("MIME-Version: 1.0\r\n");
    let rest = size.saturating_sub(mime.len() + 400);
    let kind = if properties.has_attachments {
        "mixed"
    } else {
        "alternative"
    };
    let _ = write!(mime, "Content-Type: multipart/{kind}; boundary=\"{BOUNDARY}\"\r\n\r\n");
    part(&mut mime, "text/plain; charset=utf-8", "7bit");
    fill(&mut mime, words(), random, rest / 2);
    if properties.has_attachments {
        part(&mut mime, "application/pdf; name=\"offer.pdf\"", "base64");
        mime.insert_str(
            mime.len() - 2,
            "Content-Disposition: attachment; filename=\"offer.pdf\"\r\n",
        );
        // Whole lines only, from the start: base64 must stay in step.
        let lines = (rest / 2 / 78).max(1) * 78;
        mime.push_str(base64_lines().get(..lines).unwrap_or(base64_lines()));
    } else {
        part(&mut mime, "text/html; charset=utf-8", "7bit");
        mime.push_str("<html><body><p>");
        fill(&mut mime, words(), random, rest / 2);
        mime.push_str("</p></body></html>");
    }
    let _ = write!(mime, "\r\n--{BOUNDARY}--\r\n");
    Bytes::from(mime)
}

fn part(mime: &mut String, content_type: &str, encoding: &str) {
    let _ = write!(
        mime,
        "\r\n--{BOUNDARY}\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    );
}

fn fill(mime: &mut String, source: &str, random: u64, mut bytes: usize) {
    let mut at = random as usize % (source.len() / 2);
    while bytes > 0 {
        let end = source.len().min(at + bytes);
        let slice = source.get(at..end).unwrap_or_default();
        mime.push_str(slice);
        bytes -= slice.len().max(1).min(bytes);
        at = 0;
    }
}

fn address(mime: &mut String, header: &str, parties: &[Party]) {
    for (n, party) in parties.iter().enumerate() {
        let lead = if n == 0 { header } else { "" };
        let separator = if n == 0 { ": " } else { ",\r\n " };
        let name = encoded(party.name.as_deref().unwrap_or_default());
        let _ = write!(
            mime,
            "{lead}{separator}{name} <{}>",
            party.email.as_deref().unwrap_or_default()
        );
    }
    if !parties.is_empty() {
        mime.push_str("\r\n");
    }
}

/// RFC 2047 where needed; a name with an apostrophe is quoted.
fn encoded(text: &str) -> String {
    if !text.is_ascii() {
        return format!(
            "=?utf-8?B?{}?=",
            base64_simd::STANDARD.encode_to_string(text.as_bytes())
        );
    }
    if text.contains('\'') {
        format!("\"{text}\"")
    } else {
        text.to_owned()
    }
}

fn date(moment: OffsetDateTime) -> String {
    moment.format(&Rfc2822).unwrap_or_default()
}
