//! What an attachment is called and what it is. Knows no content.

use mail_parser::{MessagePart, MimeHeaders, PartType};

/// An attachment or inline part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentInfo {
    /// As the sender named it, or a name made of its type; never empty, without a path.
    pub file_name: String,
    /// `type/subtype`, lower case.
    pub content_type: String,
    /// Content-ID without angle brackets (RFC 2392).
    pub content_id: Option<String>,
    /// Shown inside of the body.
    pub inline: bool,
    /// Bytes, decoded.
    pub size: u64,
}

pub(crate) fn info(part: &MessagePart<'_>, number: usize) -> AttachmentInfo {
    let content_type = match (part.content_type(), &part.body) {
        (Some(t), _) => format!("{}/{}", t.ctype(), t.subtype().unwrap_or("octet-stream")).to_ascii_lowercase(),
        (None, PartType::Text(_)) => "text/plain".into(),
        (None, PartType::Message(_)) => "message/rfc822".into(),
        (None, _) => "application/octet-stream".into(),
    };
    let content_id = part
        .content_id()
        .map(|id| id.trim().trim_start_matches('<').trim_end_matches('>').to_owned())
        .filter(|id| !id.is_empty());
    let inline = match part.content_disposition() {
        Some(disposition) => disposition.is_inline() && content_id.is_some(),
        None => content_id.is_some() && content_type.starts_with("image/"),
    };
    AttachmentInfo {
        file_name: file_name(part, &content_type, number),
        size: part.len() as u64,
        content_type,
        content_id,
        inline,
    }
}

fn file_name(part: &MessagePart<'_>, content_type: &str, number: usize) -> String {
    let named = part.attachment_name().map(clean_name).filter(|name| !name.is_empty());
    let by_subject = || match &part.body {
        PartType::Message(inner) => inner.subject().map(|s| format!("{}.eml", clean_name(s))),
        _ => None,
    };
    named
        .or_else(by_subject)
        .unwrap_or_else(|| numbered_name(number, content_type))
}

pub(crate) fn numbered_name(number: usize, content_type: &str) -> String {
    format!("attachment-{}.{}", number + 1, extension(content_type))
}

/// The last part of what may be a path, without characters that no file name should have.
pub(crate) fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut clean: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    clean.truncate(clean.trim_end().len());
    clean.trim_start().to_owned()
}

fn extension(content_type: &str) -> &'static str {
    match content_type {
        "message/rfc822" => "eml",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "application/pdf" => "pdf",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_lead_out_of_a_folder() {
        assert_eq!(clean_name("..\\..\\boot\n.ini "), "boot.ini");
        assert_eq!(clean_name("/etc/passwd"), "passwd");
    }
}
