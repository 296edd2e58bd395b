//! What single fields of a message's header say: ids, dates, addresses. Knows no structure.

use ews::{EmailAddress, RoutingType};
use mail_parser::parsers::MessageStream;
use mail_parser::{Address, HeaderValue};

use super::date::date;
use super::{Header, charset, encoded_word};

/// Ids of a field, in angle brackets (RFC 5322, 3.6.4); commas, phrases, comments and missing blanks do no harm.
pub(crate) fn ids(field: &[u8]) -> Vec<String> {
    let text = charset::decode(field, None).replace('\0', "");
    let mut ids: Vec<String> = Vec::new();
    let mut rest = text.as_str();
    while let Some((_, after)) = rest.split_once('<') {
        let Some((id, behind)) = after.split_once('>') else {
            break;
        };
        // An opening bracket alone belongs to a phrase.
        let id: String = id.rsplit('<').next().unwrap_or_default().split_whitespace().collect();
        push(&mut ids, &id);
        rest = behind;
    }
    if ids.is_empty() {
        let alone = text.split_whitespace().nth(1).is_none();
        let bare = |word: &&str| word.contains('@') || (!word.is_empty() && alone);
        for word in text.split([' ', '\t', ',', ';']).filter(bare) {
            push(
                &mut ids,
                word.trim_matches(|c| matches!(c, '<' | '>' | '"' | '(' | ')')),
            );
        }
    }
    ids
}

fn push(ids: &mut Vec<String>, id: &str) {
    if !id.is_empty() {
        ids.push(["<", id, ">"].concat());
    }
}

/// A Message-ID as it stands there, in angle brackets; none where there is nothing between them.
pub(crate) fn message_id(field: &[u8]) -> Option<String> {
    let text = charset::decode(field, None).replace('\0', "");
    let bare = match text.split_once('<').and_then(|(_, id)| id.split_once('>')) {
        Some((id, _)) => id,
        None => text.trim().trim_start_matches('<').trim_end_matches('>'),
    };
    let bare = bare.trim();
    (!bare.is_empty()).then(|| ["<", bare, ">"].concat())
}

/// The dates of the Received fields, the first station's first.
pub(crate) fn oldest_received(header: &Header<'_>) -> Vec<i64> {
    let mut dates: Vec<i64> = header
        .all("Received")
        .filter_map(|field| {
            let at = memchr::memrchr(b';', &field)?;
            date(&field[at + 1..])
        })
        .collect();
    dates.reverse();
    dates
}

/// Everybody whom the fields of that name tell, groups' members too.
pub(crate) fn parties(header: &Header<'_>, name: &str) -> Vec<EmailAddress<'static>> {
    header
        .all(name)
        .flat_map(|field| {
            let mut line = field.into_owned();
            line.push(b'\n');
            match MessageStream::new(&line).parse_address() {
                HeaderValue::Address(address) => read(&address),
                _ => Vec::new(),
            }
        })
        .collect()
}

fn read(address: &Address<'_>) -> Vec<EmailAddress<'static>> {
    address
        .iter()
        .map(|party| EmailAddress {
            name: party.name().map(|name| encoded_word::decode(name.as_bytes()).into()),
            address: party.address().map(|address| address.to_owned().into()),
            routing_type: Some(RoutingType::Smtp),
        })
        .collect()
}

/// The first one of a field that has an address.
pub(crate) fn first_address(header: &Header<'_>, name: &str) -> Option<EmailAddress<'static>> {
    parties(header, name).into_iter().find(|party| party.address.is_some())
}

/// Accept-Language (RFC 3282).
pub(crate) fn accept_language(header: &Header<'_>) -> Option<String> {
    let field = header.first("Accept-Language")?;
    let text = charset::decode(&field, None).replace('\0', "");
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_however_they_are_strung_together() {
        for (field, expected) in [
            ("<a@x> <b@x>", &["<a@x>", "<b@x>"][..]),
            ("<a@x><b@x>", &["<a@x>", "<b@x>"]),
            ("<a@x>,<b@x>", &["<a@x>", "<b@x>"]),
            ("<a@x> (first) <b@x>", &["<a@x>", "<b@x>"]),
            ("Your message of \"Mon, 02 Nov\" <b@x>", &["<b@x>"]),
            ("a@x b@x", &["<a@x>", "<b@x>"]),
            ("bare-id", &["<bare-id>"]),
            ("<a b@x>", &["<ab@x>"]),
            ("no id here", &[]),
            ("<>", &[]),
            ("", &[]),
        ] {
            assert_eq!(ids(field.as_bytes()), expected, "{field}");
        }
    }

    #[test]
    fn everybody_of_repeated_fields_and_groups_is_told() {
        let raw = b"To: A <a@x>, group: b@x, C <c@x>;\r\nto: d@x\r\n\r\n";
        let header = Header::read(raw);
        let found = parties(&header, "To");
        let emails: Vec<_> = found.iter().filter_map(|party| party.address.as_deref()).collect();
        assert_eq!(emails, ["a@x", "b@x", "c@x", "d@x"]);
    }
}
