//! Opens journal reports (envelope journaling): the reported message is attached, and only it has the correspondents.
//! Knows no owners.

use ews::{EmailAddress, Item, RoutingType, Sensitivity};

use crate::address;
use crate::mime::{self, Header, Structure};

/// Fields of a report's text that name who got the message, whatever its header says: blind copies, members of lists.
const RECIPIENT_FIELDS: [&str; 4] = ["recipient", "to", "cc", "bcc"];

/// The reported message's bytes, and its addresses; `None` where nothing is attached.
pub(crate) fn reported(report: &[u8]) -> Option<(Vec<u8>, Item<'static>)> {
    let structure = Structure::read(report);
    let part = structure
        .parts
        .iter()
        .find(|part| part.media_type == "message/rfc822")?;
    let raw = part.encoding.decode(report.get(part.body.clone())?).into_owned();
    let header = Header::read(&raw);
    let mut item = Item {
        from: mime::first_address(&header, "From"),
        sender: mime::first_address(&header, "Sender"),
        to: mime::parties(&header, "To"),
        cc: mime::parties(&header, "Cc"),
        bcc: mime::parties(&header, "Bcc"),
        sensitivity: header.first("Sensitivity").and_then(|field| sensitivity(&field)),
        ..Item::default()
    };
    drop(header);
    if let Some(text) = structure.parts.iter().find(|part| part.media_type == "text/plain") {
        let text = text.encoding.decode(report.get(text.body.clone())?);
        add_recipients(&mut item, &String::from_utf8_lossy(&text));
    }
    Some((raw, item))
}

/// Whom only the report names. In lines such as `Recipient: jane@example.com, Expanded: list@example.com`.
fn add_recipients(item: &mut Item<'static>, report: &str) {
    for line in report.lines() {
        let Some((field, value)) = line.split_once(':') else {
            continue;
        };
        if !RECIPIENT_FIELDS
            .iter()
            .any(|name| field.trim().eq_ignore_ascii_case(name))
        {
            continue;
        }
        let Some(address) = address::normalize(value.split(',').next().unwrap_or_default()) else {
            continue;
        };
        let known = item.to.iter().chain(&item.cc).chain(&item.bcc).any(|party| {
            let known = party.address.as_deref().and_then(address::normalize);
            known.as_deref() == Some(&*address)
        });
        if !known {
            item.bcc.push(EmailAddress {
                name: None,
                address: Some(address.into_owned().into()),
                routing_type: Some(RoutingType::Smtp),
            });
        }
    }
}

/// MS-OXCMAIL 2.2.3.1.14: `Sensitivity`.
fn sensitivity(field: &[u8]) -> Option<Sensitivity> {
    let word = |word: &[u8]| field.eq_ignore_ascii_case(word);
    match field {
        _ if word(b"Private") => Some(Sensitivity::Private),
        _ if word(b"Company-Confidential") || word(b"Confidential") => Some(Sensitivity::Confidential),
        _ => None,
    }
}

/// The item with the reported message's MIME in place of the report's; any other item as it is.
pub(crate) fn opened(mut item: Box<Item<'static>>) -> Box<Item<'static>> {
    let reported = item
        .journal_report
        .then(|| reported(item.mime_content.as_deref().unwrap_or_default()))
        .flatten();
    if let Some((raw, _)) = reported {
        item.mime_content = Some(raw);
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reported_message_is_found_however_deep_it_nests_others() {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(30_000);
        let report = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSender: x\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
             From: A <a@x>\r\nTo: b@x\r\nTo: c@x\r\n{nested}Hi\r\n--b--\r\n"
        );
        let (raw, item) = reported(report.as_bytes()).expect("report");
        assert!(raw.starts_with(b"From: A <a@x>") && raw.ends_with(b"Hi"));
        assert_eq!(item.from.and_then(|from| from.address).as_deref(), Some("a@x"));
        assert_eq!(item.to.len(), 2);
        assert!(reported(b"Subject: nothing\r\n\r\n").is_none());
    }
}
