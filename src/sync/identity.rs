//! A Message-ID for mail that has none, made of what stays the same in every copy and at every reading. Knows no server.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::mime::{self, Header};
use crate::{Address, Content, address};

/// Who wrote to whom, in normal form.
#[derive(Debug, Default)]
pub(crate) struct Envelope {
    from: String,
    to: String,
    cc: String,
}

impl Envelope {
    /// As the mail's own header says; where it says nothing, as its mailbox shows it.
    pub fn of(header: &Header<'_>, from: &Address, to: &[Address], cc: &[Address]) -> Self {
        let read = |field: &str, shown: &[Address]| {
            let mut emails: Vec<String> = mime::parties(header, field)
                .iter()
                .filter_map(|party| Some(normal(party.address.as_deref()?)))
                .collect();
            if emails.is_empty() {
                emails = shown.iter().map(|address| normal(&address.email)).collect();
            }
            emails.sort();
            emails.join(",")
        };
        Self {
            from: read("From", std::slice::from_ref(from)),
            to: read("To", to),
            cc: read("Cc", cc),
        }
    }
}

fn normal(email: &str) -> String {
    address::normalize(email).map_or_else(|| email.to_owned(), Into::into)
}

/// The same for every copy of a message, whichever mailbox holds it, and another for another message.
pub(crate) fn derived(envelope: &Envelope, sent: SystemTime, subject: &str, content: &Content) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(text.as_bytes());
        hash.update([0]);
    };
    part(&envelope.from);
    part(&envelope.to);
    part(&envelope.cc);
    let seconds = sent.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    part(&seconds.to_string());
    part(subject.trim());
    // Servers wrap and pad lines on the way.
    for body in [content.text(), content.html()] {
        let solid: String = body.unwrap_or_default().split_whitespace().collect();
        part(&solid);
    }
    for attachment in content.attachments() {
        part(&attachment.file_name);
        part(&attachment.size.to_string());
    }
    let digest = hash.finalize();
    let hex = digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing to a String never errs.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("<{hex}@exchange-sync.invalid>")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn id(raw: &str, sent: SystemTime) -> String {
        let header = Header::read(raw.as_bytes());
        let nobody = Address {
            name: None,
            email: String::new(),
        };
        let envelope = Envelope::of(&header, &nobody, &[], &[]);
        derived(&envelope, sent, "x", &Content::new(raw.as_bytes().to_vec()))
    }

    #[test]
    fn a_mail_without_message_id_gets_the_same_one_in_every_mailbox() {
        let sent = UNIX_EPOCH + Duration::from_secs(1_770_000_000);
        let one = id("From: a@b\r\nTo: c@d, e@f\r\n\r\nHello  you\r\n", sent);
        let other = id(
            "Received: by x\r\nFrom: A@B\r\nTo: E@f, c@d\r\n\r\nHello you\r\n\r\n",
            sent + Duration::from_millis(400),
        );
        assert_eq!(one, other);
    }

    #[test]
    fn another_mail_without_message_id_gets_another() {
        let sent = UNIX_EPOCH + Duration::from_secs(1_770_000_000);
        let ids = [
            id("From: a@b\r\n\r\nHello", sent),
            id("From: a@c\r\n\r\nHello", sent),
            id("From: a@b\r\n\r\nHi", sent),
            id("From: a@b\r\n\r\nHello", sent + Duration::from_secs(1)),
        ];
        for (number, id) in ids.iter().enumerate() {
            assert!(!ids[..number].contains(id), "{number}");
        }
    }
}
