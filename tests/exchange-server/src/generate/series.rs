//! The messages of one generated folder, each computed from its index. Knows no change numbers.

use bytes::Bytes;
use time::{Duration, OffsetDateTime};

use super::book::Book;
use super::{Expected, Plan, mime, mix};
use crate::store::message::{Extent, Party, Properties};

/// Which way a folder's mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Inbox,
    /// A sub-folder of the inbox.
    Filed,
    Sent,
}

impl Direction {
    pub const ALL: [Self; 3] = [Self::Inbox, Self::Filed, Self::Sent];

    pub fn folder(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Filed => "inbox/Customers",
            Self::Sent => "sentitems",
        }
    }

    /// How many of a mailbox's messages lie here.
    pub fn share(self, messages: u64) -> u64 {
        match self {
            Self::Inbox => messages - Self::Filed.share(messages) - Self::Sent.share(messages),
            Self::Filed => messages * 15 / 100,
            Self::Sent => messages / 4,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Series {
    plan: Plan,
    book: Book,
    owner: u32,
    direction: Direction,
    count: u64,
    place: u64,
    /// Who the owner is: each message says so.
    owner_party: Party,
}

const FIRST_SECOND: i64 = 1_672_531_200; // 2023-01-01
const SPAN_SECONDS: u64 = 3 * 365 * 86_400;
const WORDS: [&str; 16] = [
    "Offer",
    "Order",
    "Invoice",
    "Meeting",
    "Delivery",
    "Question",
    "Contract",
    "Reminder",
    "Report",
    "Project",
    "Übersicht",
    "Réunion",
    "Samples",
    "Support",
    "Warranty",
    "Price list",
];

impl Series {
    pub fn new(plan: &Plan, owner: u32, direction: Direction) -> Self {
        let count = direction.share(plan.messages);
        let place = mix(plan.seed ^ (u64::from(owner) << 8) ^ direction as u64);
        let book = Book::new(plan);
        Self {
            plan: plan.clone(),
            owner_party: book.user(owner),
            book,
            owner,
            direction,
            count,
            place,
        }
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// The newest twentieth is unread, except where the owner wrote it.
    pub fn unread(&self) -> u64 {
        if self.direction == Direction::Sent {
            0
        } else {
            self.count / 20
        }
    }

    pub fn read(&self, index: u64) -> bool {
        index < self.count - self.unread()
    }

    /// Spread evenly, so that the number of matches is exact.
    fn is_matched(&self, index: u64) -> bool {
        self.plan.matched(index + 1) > self.plan.matched(index)
    }

    /// The messages between a contact and a user.
    pub fn into_expected(self) -> impl Iterator<Item = Expected> {
        let mailbox = self.owner_party.email.clone().unwrap_or_default();
        (0..self.count).filter_map(move |index| {
            let message_id = self
                .is_matched(index)
                .then(|| self.properties(index, Extent::Whole).message_id)??;
            Some(Expected {
                mailbox: mailbox.clone(),
                message_id,
            })
        })
    }

    fn other_party(&self, index: u64, random: u64) -> Party {
        let n = (random >> 20) as u32;
        if self.is_matched(index) {
            return self.book.contact(n % self.plan.contacts.max(1));
        }
        if self.plan.users > 1 && random & 3 == 0 {
            let colleague = n % (self.plan.users - 1);
            return self.book.user(colleague + u32::from(colleague >= self.owner));
        }
        self.book.stranger(n % 1_000_000)
    }

    pub fn received(&self, index: u64) -> OffsetDateTime {
        let seconds = (u128::from(index) * u128::from(SPAN_SECONDS) / u128::from(self.count.max(1))) as i64;
        OffsetDateTime::from_unix_timestamp(FIRST_SECOND + seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// At least so much of a message's properties.
    pub fn properties(&self, index: u64, extent: Extent) -> Properties {
        let random = mix(self.place ^ index);
        let received = self.received(index);
        let mut properties = Properties {
            has_attachments: Self::has_attachment(random),
            ..Properties::empty(self.size(random), received)
        };
        let sent = self.direction == Direction::Sent;
        properties.from = Some(match sent {
            true => self.owner_party.clone(),
            false => self.other_party(index, random),
        });
        if extent < Extent::Correspondents {
            return properties;
        }
        properties.to = vec![match sent {
            true => self.other_party(index, random),
            false => self.owner_party.clone(),
        }];
        // A copy to a user or a stranger matches nothing: only a contact would.
        properties.cc = match (random >> 2) & 7 {
            0 => vec![self.book.user((random >> 32) as u32 % self.plan.users)],
            1 => vec![self.book.stranger((random >> 40) as u32 % 1_000_000)],
            _ => Vec::new(),
        };
        if extent < Extent::Whole {
            return properties;
        }
        let word = WORDS[((random >> 8) & 15) as usize];
        Properties {
            subject: Some(format!("{word} {}", random >> 44)),
            sender: properties.from.clone(),
            sent: Some(received - Duration::seconds((random & 15) as i64)),
            message_id: Some(format!("<{random:016x}.{index}@{}.example>", self.direction as u64)),
            ..properties
        }
    }

    fn has_attachment(random: u64) -> bool {
        (random >> 12).is_multiple_of(10)
    }

    /// Half to one and a half times the mean.
    fn size(&self, random: u64) -> usize {
        let mean = u64::from(self.plan.size_bytes);
        (mean / 2 + (random >> 16) % (mean + 1)) as usize
    }

    /// Whether its messages may have the header: most of what is asked for is answered without composing one.
    pub fn may_have_header(&self, name: &str) -> bool {
        mime::HEADERS.iter().any(|header| header.eq_ignore_ascii_case(name))
    }

    pub fn mime(&self, index: u64) -> Bytes {
        mime::compose(&self.properties(index, Extent::Whole), mix(self.place ^ index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn as_many_messages_match_as_the_plan_says_and_no_other_touches_a_contact() {
        let plan = Plan {
            users: 3,
            messages: 2_000,
            contacts: 50,
            ..Plan::default()
        };
        let book = Book::new(&plan);
        let contacts: HashSet<String> = book.contacts().collect();
        let users: HashSet<String> = book.users().collect();
        let mut matched = 0;
        for owner in 0..plan.users {
            for direction in Direction::ALL {
                let series = Series::new(&plan, owner, direction);
                for index in 0..series.count() {
                    let p = series.properties(index, Extent::Whole);
                    let sender = p.from.unwrap().email.unwrap();
                    let others: Vec<String> = p.to.into_iter().chain(p.cc).filter_map(|p| p.email).collect();
                    let incoming = contacts.contains(&sender) && others.iter().any(|o| users.contains(o));
                    let outgoing = users.contains(&sender) && others.iter().any(|o| contacts.contains(o));
                    matched += u64::from(incoming || outgoing);
                }
            }
        }
        assert_eq!(matched, plan.expected_matches());
        assert_eq!(matched, 600);
        let ids: HashSet<String> = plan.expected().map(|e| e.message_id).collect();
        assert_eq!(ids.len(), 600);
    }

    #[test]
    fn the_same_seed_gives_the_same_mail_and_the_mime_says_what_the_properties_say() {
        let plan = Plan {
            size_bytes: 8_000,
            ..Plan::default()
        };
        let (one, two) = (
            Series::new(&plan, 0, Direction::Inbox),
            Series::new(&plan, 0, Direction::Inbox),
        );
        for index in [0, 7, 99] {
            assert_eq!(one.mime(index), two.mime(index));
            let read = crate::store::message::StoredMessage::from_mime(one.mime(index), OffsetDateTime::UNIX_EPOCH);
            let told = one.properties(index, Extent::Whole);
            let mime = one.mime(index);
            let message = mail_parser::MessageParser::default().parse_headers(&mime).unwrap();
            assert!(message.headers_raw().all(|(name, _)| one.may_have_header(name)));
            assert_eq!(read.properties.from, told.from);
            assert_eq!(read.properties.to, told.to);
            assert_eq!(read.properties.subject, told.subject);
            assert_eq!(read.properties.message_id, told.message_id);
            assert_eq!(read.properties.sent, told.sent);
            assert_eq!(read.properties.has_attachments, told.has_attachments);
            assert!(
                read.properties.size.abs_diff(told.size) < 1_500,
                "{} {}",
                read.properties.size,
                told.size
            );
        }
        let other = Series::new(&Plan { seed: 2, ..plan }, 0, Direction::Inbox);
        assert_ne!(one.mime(0), other.mime(0));
    }
}
