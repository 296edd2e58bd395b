//! What an attachment is and what it is called. Knows no content.

/// An attachment or inline part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentInfo {
    /// As the sender named it, or a name made of its type; never empty, without a path, of 200 characters at most.
    pub file_name: String,
    /// `type/subtype`, lower case.
    pub content_type: String,
    /// Content-ID without angle brackets (RFC 2392).
    pub content_id: Option<String>,
    /// The HTML body refers to it by `cid:`.
    pub inline: bool,
    /// Bytes, decoded.
    pub size: u64,
}

/// Characters of a name; what databases and file systems hold.
const MAX_NAME: usize = 200;
/// Characters of an extension that is kept where a name is shortened.
const MAX_EXTENSION: usize = 20;

pub(super) fn numbered_name(number: usize, content_type: &str) -> String {
    format!("attachment-{}.{}", number + 1, extension(content_type))
}

/// A name without a path and without characters that no file name should have. Where it is no path, a slash is only a
/// character that can't stay.
pub(super) fn clean_name(name: &str) -> String {
    let name = name.trim();
    let last = match is_path(name) {
        true => name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        false => name.replace(['/', '\\'], "_"),
    };
    let clean: String = last.chars().filter(|c| !is_odd(*c)).collect();
    let clean = shortened(clean.trim());
    match clean.trim_matches('.') {
        "" => String::new(),
        _ => clean,
    }
}

/// Absolute, or out of the folder, or of Windows.
fn is_path(name: &str) -> bool {
    let bytes = name.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let up = name.split(['/', '\\']).any(|step| matches!(step.trim(), ".." | "."));
    drive || up || name.starts_with(['/', '\\', '~'])
}

/// Controls, and what turns the direction of writing so that an extension looks like another.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A long name keeps its extension.
fn shortened(name: &str) -> String {
    if name.chars().nth(MAX_NAME).is_none() {
        return name.to_owned();
    }
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension)
        .filter(|extension| !extension.contains(char::is_whitespace) && extension.chars().count() <= MAX_EXTENSION);
    match extension {
        Some(extension) => {
            let stem: String = name.chars().take(MAX_NAME - 1 - extension.chars().count()).collect();
            format!("{}.{extension}", stem.trim_end())
        }
        None => name.chars().take(MAX_NAME).collect(),
    }
}

fn extension(content_type: &str) -> &'static str {
    match content_type {
        "message/rfc822" => "eml",
        "text/plain" | "message/delivery-status" | "text/rfc822-headers" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/csv" => "csv",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "application/pdf" => "pdf",
        "application/ms-tnef" => "dat",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_lead_out_of_a_folder_and_no_name_is_taken_for_a_path() {
        for (name, clean) in [
            ("..\\..\\boot\n.ini ", "boot.ini"),
            ("/etc/passwd", "passwd"),
            ("C:\\Users\\dana\\plan.pdf", "plan.pdf"),
            ("Offer 1/2.pdf", "Offer 1_2.pdf"),
            ("a\u{202E}fdp.exe", "afdp.exe"),
            (".pdf", ".pdf"),
            ("..", ""),
            (" ", ""),
        ] {
            assert_eq!(clean_name(name), clean, "{name}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = clean_name(&format!("{}.pdf", "ü".repeat(300)));
        assert!(name.ends_with("ü.pdf") && name.chars().count() == MAX_NAME, "{name}");
        assert_eq!(clean_name(&"x".repeat(300)).len(), MAX_NAME);
    }
}
