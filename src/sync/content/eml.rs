//! Writes a message that Outlook has wrapped up (a TNEF stream) as mail, so that every mail program opens it. Knows no server.

use base64_simd::STANDARD;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::{rtf, tnef};

/// The message as RFC 5322 text; `None` where the stream is none, or holds more than can be written so, or messages within
/// messages deeper than that.
pub(super) fn of(stream: &[u8], depth: usize) -> Option<Vec<u8>> {
    let opened = tnef::open(stream).filter(|opened| opened.whole && depth > 0)?;
    let mut parts = Vec::new();
    if let Some(text) = opened.text.as_deref() {
        parts.push(part("text/plain; charset=utf-8", "", text.as_bytes()));
    }
    let rich = match (&opened.html, &opened.rtf) {
        (Some(html), _) => Some(rtf::Body::Html(html.clone())),
        (None, Some(compressed)) => Some(rtf::read(&rtf::decompress(compressed)?)),
        (None, None) => None,
    };
    match rich {
        Some(rtf::Body::Html(html)) => parts.push(part("text/html; charset=utf-8", "", html.as_bytes())),
        Some(rtf::Body::Text(text)) if parts.is_empty() => {
            parts.push(part("text/plain; charset=utf-8", "", text.as_bytes()));
        }
        _ => {}
    }
    let bodies = joined("alternative", "=_body", &parts);
    let mut all = vec![bodies];
    for attachment in &opened.attachments {
        let data = stream.get(attachment.data.clone())?;
        all.push(match attachment.kind {
            tnef::Kind::Message => {
                let inner = of(data, depth - 1)?;
                [&b"Content-Type: message/rfc822\r\n\r\n"[..], &inner].concat()
            }
            tnef::Kind::File => {
                let name = attachment.name.as_deref().unwrap_or("attachment");
                let id = attachment
                    .content_id
                    .as_deref()
                    .map(one_line)
                    .map(|id| format!("Content-ID: <{id}>\r\n"));
                let disposition = format!(
                    "Content-Disposition: attachment; filename*=utf-8''{}\r\n{}",
                    percent(name),
                    id.unwrap_or_default()
                );
                let kind = attachment.content_type.as_deref().unwrap_or("application/octet-stream");
                part(&one_line(kind), &disposition, data)
            }
        });
    }
    let mut message = header(&opened).into_bytes();
    message.extend_from_slice(&joined("mixed", "=_message", &all));
    Some(message)
}

fn header(opened: &tnef::Opened) -> String {
    let mut header = "MIME-Version: 1.0\r\n".to_owned();
    if opened.from_name.is_some() || opened.from_email.is_some() {
        let name = opened.from_name.as_deref().map(word).unwrap_or_default();
        let email = opened.from_email.as_deref().map(one_line).unwrap_or_default();
        header += &format!("From: {name} <{email}>\r\n");
    }
    // Only display names are known: a group without members (RFC 5322, 3.4).
    for (field, names) in [("To", &opened.to), ("Cc", &opened.cc)] {
        if let Some(names) = names {
            header += &format!("{field}: {}:;\r\n", word(names));
        }
    }
    if let Some(subject) = &opened.subject {
        header += &format!("Subject: {}\r\n", word(subject));
    }
    let sent = opened
        .sent
        .and_then(|sent| OffsetDateTime::from_unix_timestamp(sent).ok());
    if let Some(date) = sent.and_then(|sent| sent.format(&Rfc2822).ok()) {
        header += &format!("Date: {date}\r\n");
    }
    header
}

/// The only part, or a multipart of several.
fn joined(kind: &str, boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    match parts {
        [] => b"Content-Type: text/plain\r\n\r\n".to_vec(),
        [only] => only.clone(),
        _ => {
            // Only base64 and messages stand between the boundaries; one of a message within is told by its depth.
            let boundary = format!("{boundary}_{}", parts.iter().map(Vec::len).sum::<usize>());
            let mut whole = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
            for part in parts {
                whole.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
                whole.extend_from_slice(part);
                whole.extend_from_slice(b"\r\n");
            }
            whole.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            whole
        }
    }
}

fn part(content_type: &str, more: &str, data: &[u8]) -> Vec<u8> {
    let mut part =
        format!("Content-Type: {content_type}\r\n{more}Content-Transfer-Encoding: base64\r\n\r\n").into_bytes();
    for line in data.chunks(57) {
        part.extend_from_slice(STANDARD.encode_to_string(line).as_bytes());
        part.extend_from_slice(b"\r\n");
    }
    part
}

/// RFC 2047, in words of its length.
fn word(text: &str) -> String {
    let text = one_line(text);
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ') {
        return text;
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > 42 {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let encoded: Vec<_> = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode_to_string(word)))
        .collect();
    encoded.join("\r\n ")
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn percent(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}
