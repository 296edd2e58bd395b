//! Makes a message of an item's properties and its MIME. Knows no server.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ews::{EmailAddress, Importance, Item, RoutingType};

use crate::directory::needs_resolving;
use crate::matching::Verdict;
use crate::mime::{self, Header};
use crate::{Address, Content, Message, address, content, identity};

/// A date that much later than the mail's arrival is a broken clock's.
const FUTURE: Duration = Duration::from_secs(2 * 24 * 3600);
/// Nobody sent mail like this before.
const YEAR_1980: Duration = Duration::from_secs(315_532_800);

/// The authors that a message's header names.
pub(crate) fn authors(raw: &[u8]) -> Vec<EmailAddress<'static>> {
    mime::parties(&Header::read(raw), "From")
}

/// `headers`: its addresses, resolved; `full`: all else, with the MIME.
pub(crate) fn message(headers: Item<'static>, mut full: Item<'static>, verdict: Verdict) -> Message {
    let raw = full.mime_content.take().unwrap_or_default();
    let header = Header::read(&raw);
    let (sent, received) = dates(&header, &full);
    let told = header.first("Subject").map(|field| mime::decode_words(&field));
    let from = parties(headers.from.into_iter().collect(), &header, "From");
    let from = from.into_iter().next().unwrap_or_else(nobody);
    let to = parties(headers.to, &header, "To");
    let cc = parties(headers.cc, &header, "Cc");
    let bcc = parties(headers.bcc, &header, "Bcc");
    let id = full
        .internet_message_id
        .as_deref()
        .and_then(|id| mime::message_id(id.as_bytes()))
        .or_else(|| mime::message_id(&header.first("Message-ID")?));
    let references = better(full.references.as_deref(), header.first("References").as_deref());
    let in_reply_to = better(full.in_reply_to.as_deref(), header.first("In-Reply-To").as_deref());
    let accept_language = mime::accept_language(&header);
    let derived_from = id.is_none().then(|| identity::Envelope::of(&header, &from, &to, &cc));
    drop(header);
    let content = Content::new(raw);
    let known_subject = full.subject.map(Cow::into_owned);
    let message_id = match (id, derived_from) {
        (Some(id), _) => id,
        (None, envelope) => {
            let subject = told.as_deref().or(known_subject.as_deref()).unwrap_or_default();
            identity::derived(&envelope.unwrap_or_default(), sent, subject, &content)
        }
    };
    Message {
        item_id: full.id.into_owned(),
        message_id,
        direction: verdict.direction,
        subject: content::without_nul(known_subject.or(told).unwrap_or_default()),
        from,
        to,
        cc,
        bcc,
        sent,
        received,
        importance: match full.importance {
            Some(Importance::Low) => "low",
            Some(Importance::High) => "high",
            Some(Importance::Normal) | None => "normal",
        },
        read: full.read.unwrap_or_default(),
        item_class: headers.class.map_or_else(|| "IPM.Note".into(), Cow::into_owned),
        size: headers.size.unwrap_or_default(),
        references,
        in_reply_to: in_reply_to.into_iter().next(),
        thread_id: full.conversation_id.map(Cow::into_owned),
        accept_language,
        matches: verdict.matches,
        content: Arc::new(content),
    }
}

/// When it was sent and when it came: of what the mail and its mailbox say, the first that a mail can have. Nothing depends
/// on the time of this run, so that reading it again gives the same.
fn dates(header: &Header<'_>, full: &Item<'_>) -> (SystemTime, SystemTime) {
    let date = header.first("Date").and_then(|field| mime::date(&field)).map(at);
    let stations: Vec<SystemTime> = mime::oldest_received(header).into_iter().map(at).collect();
    let (first, last) = (stations.first().copied(), stations.last().copied());
    let property = |date: Option<time::OffsetDateTime>| date.map(SystemTime::from);
    let (sent, received, created) = (property(full.sent), property(full.received), property(full.created));
    // The mailbox's own clock tells what lies in the future; without it the last station's.
    let arrived = sensible([created, received, last], None).unwrap_or_else(SystemTime::now);
    let limit = Some(arrived + FUTURE);
    let all = [date, first, sent, received, created];
    let any = || all.into_iter().flatten().next().unwrap_or(UNIX_EPOCH);
    let sent_at = sensible(all, limit).unwrap_or_else(any);
    let received_at = sensible([received, last, created, Some(sent_at)], limit).unwrap_or(sent_at);
    (sent_at, received_at)
}

/// The first date that a mail can have.
fn sensible<const N: usize>(dates: [Option<SystemTime>; N], limit: Option<SystemTime>) -> Option<SystemTime> {
    dates
        .into_iter()
        .flatten()
        .find(|date| *date >= UNIX_EPOCH + YEAR_1980 && limit.is_none_or(|limit| *date <= limit))
}

fn at(seconds: i64) -> SystemTime {
    match u64::try_from(seconds) {
        Ok(seconds) => UNIX_EPOCH + Duration::from_secs(seconds),
        Err(_) => UNIX_EPOCH,
    }
}

/// The ids of a property or of the field that it was made of, whichever has more of them.
fn better(property: Option<&str>, field: Option<&[u8]>) -> Vec<String> {
    let told = property.map(|text| mime::ids(text.as_bytes())).unwrap_or_default();
    let read = field.map(mime::ids).unwrap_or_default();
    if told.len() > read.len() { told } else { read }
}

/// Puts the addresses of a mail's header into an item whose parties the server knows by legacy DN only, and tells which.
pub(crate) fn fill_addresses(item: &mut Item<'static>, raw: &[u8], mut tell: impl FnMut(&str, &str)) {
    let header = Header::read(raw);
    let Item {
        from,
        sender,
        to,
        cc,
        bcc,
        ..
    } = item;
    for (list, field) in [
        (from.as_mut_slice(), "From"),
        (sender.as_mut_slice(), "Sender"),
        (to.as_mut_slice(), "To"),
        (cc.as_mut_slice(), "Cc"),
        (bcc.as_mut_slice(), "Bcc"),
    ] {
        fill(list, &header, field, &mut tell);
    }
}

/// Of whom nobody knows the SMTP address, the header's counts: that of the same name, or the only one that is left.
fn fill(list: &mut [EmailAddress<'_>], header: &Header<'_>, field: &str, mut tell: impl FnMut(&str, &str)) {
    if !list.iter().any(needs_resolving) {
        return;
    }
    let mut told = mime::parties(header, field);
    // Those whom the item names need no substitute.
    told.retain(|told| {
        !list
            .iter()
            .any(|known| !needs_resolving(known) && same(known.address.as_deref(), told.address.as_deref()))
    });
    let missing = list.iter().filter(|party| needs_resolving(party)).count();
    let only = missing == 1 && told.len() == 1;
    for party in list.iter_mut().filter(|party| needs_resolving(party)) {
        let named = told
            .iter()
            .position(|told| told.name.is_some() && told.name == party.name);
        let found = named
            .or(only.then_some(0))
            .filter(|place| *place < told.len())
            .and_then(|place| told.swap_remove(place).address);
        let Some(smtp) = found.filter(|smtp| smtp.contains('@')) else {
            continue;
        };
        tell(party.address.as_deref().unwrap_or_default(), &smtp);
        party.address = Some(smtp);
        party.routing_type = Some(RoutingType::Smtp);
    }
}

fn party(party: EmailAddress<'_>) -> Address {
    let name = party.name.as_deref().map(|name| content::without_nul(name.to_owned()));
    let email = match needs_resolving(&party) {
        true => String::new(),
        false => bare(content::without_nul(party.address.unwrap_or_default().into_owned())),
    };
    Address {
        name: name.filter(|name| !name.is_empty() && *name != email),
        email,
    }
}

/// Quotes and the like around an address are none of it; else it stays as it is written.
fn bare(email: String) -> String {
    match address::normalize(&email) {
        Some(normal) if normal.is_ascii() && !normal.eq_ignore_ascii_case(&email) && !email.contains("--") => {
            normal.into_owned()
        }
        _ => email,
    }
}

fn parties(mut list: Vec<EmailAddress<'static>>, header: &Header<'_>, field: &str) -> Vec<Address> {
    fill(&mut list, header, field, |_, _| {});
    list.into_iter()
        .map(party)
        .filter(|address| !address.email.is_empty() || address.name.is_some())
        .collect()
}

fn same(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

fn nobody() -> Address {
    Address {
        name: None,
        email: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(raw: &str, change: impl FnOnce(&mut Item<'static>)) -> Message {
        let mut full = Item {
            mime_content: Some(raw.as_bytes().to_vec()),
            ..Item::default()
        };
        change(&mut full);
        let verdict = Verdict {
            direction: crate::Direction::Incoming,
            matches: Vec::new(),
        };
        message(Item::default(), full, verdict)
    }

    fn seconds(time: SystemTime) -> u64 {
        time.duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
    }

    fn stamp(seconds: i64) -> Option<time::OffsetDateTime> {
        time::OffsetDateTime::from_unix_timestamp(seconds).ok()
    }

    #[test]
    fn absurd_and_missing_dates_give_way_to_the_next_best_and_never_to_now() {
        let lines = "Received: from b by c; Mon, 02 Nov 2026 10:00:09 +0000\r\nReceived: from a by b; Mon, 02 Nov 2026 10:00:05 +0000\r\n";
        let sent = |raw: &str| seconds(item(raw, |_| {}).sent);
        assert_eq!(sent("Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n"), 1_793_613_600);
        assert_eq!(
            sent(&format!("{lines}Date: Mon, 02 Nov 2099 10:00:00 +0000\r\n\r\n")),
            1_793_613_605
        );
        assert_eq!(
            sent(&format!("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n{lines}\r\n")),
            1_793_613_605
        );
        assert_eq!(seconds(item(&format!("{lines}\r\n"), |_| {}).received), 1_793_613_609);
        let by_mailbox = item("Subject: x\r\n\r\n", |full| {
            full.sent = stamp(4_000_000_000);
            full.received = stamp(1_793_613_611);
        });
        assert_eq!(
            (seconds(by_mailbox.sent), seconds(by_mailbox.received)),
            (1_793_613_611, 1_793_613_611)
        );
        let created = item("Subject: x\r\n\r\n", |full| full.created = stamp(1_793_613_612));
        assert_eq!(seconds(created.sent), 1_793_613_612);
        assert_eq!(sent("Subject: x\r\n\r\n"), 0);
        let case = include_str!("../../tests/fixtures/cases/date-no-zone.eml");
        assert_eq!(sent(case), 792_841_098);
    }

    #[test]
    fn of_property_and_header_the_better_references_win() {
        let raw = "References: <a@x> <b@x>\r\nIn-Reply-To: <b@x>\r\n\r\n";
        let spoilt = item(raw, |full| {
            full.references = Some("<a@x>,<b@x>".into());
            full.in_reply_to = Some("Your message of \"Mon, 02 Nov\" <b@x>".into());
        });
        assert_eq!(spoilt.references, ["<a@x>", "<b@x>"]);
        assert_eq!(spoilt.in_reply_to.as_deref(), Some("<b@x>"));
        let longer = item(raw, |full| full.references = Some("<a@x><b@x><c@x>".into()));
        assert_eq!(longer.references, ["<a@x>", "<b@x>", "<c@x>"]);
        assert_eq!(item(raw, |_| {}).references, ["<a@x>", "<b@x>"]);
    }

    #[test]
    fn whom_nobody_resolves_has_the_headers_address_or_none() {
        let raw = "To: Jonas <jonas@x>, Mika Virta <mika@x>\r\n\r\n";
        let header = Header::read(raw.as_bytes());
        let ex = |name: &str| EmailAddress {
            name: Some(name.to_owned().into()),
            address: Some("/o=org/cn=mika".into()),
            routing_type: Some(ews::RoutingType::Ex),
        };
        let jonas = EmailAddress {
            name: None,
            address: Some("Jonas@x".into()),
            routing_type: Some(ews::RoutingType::Smtp),
        };
        let found = parties(vec![ex("Mika Virta"), jonas.clone()], &header, "To");
        assert_eq!(found[0].email, "mika@x");
        // The only one that is left.
        assert_eq!(parties(vec![ex("M."), jonas], &header, "To")[0].email, "mika@x");
        let mut item = Item {
            to: vec![ex("Mika Virta")],
            ..Item::default()
        };
        let mut learnt = Vec::new();
        fill_addresses(&mut item, raw.as_bytes(), |dn, smtp| {
            learnt.push((dn.to_owned(), smtp.to_owned()))
        });
        assert_eq!(learnt, [("/o=org/cn=mika".to_owned(), "mika@x".to_owned())]);
        let both = parties(vec![ex("M."), ex("J.")], &header, "To");
        assert_eq!((both[0].email.as_str(), both[0].name.as_deref()), ("", Some("M.")));
    }
}
