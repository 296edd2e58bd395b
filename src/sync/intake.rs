//! Fetches what belongs into the CRM with its MIME, and makes messages of it. Knows no folders.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ews::{EmailAddress, Importance, Item, ItemId, Mime, Property};
use sha2::{Digest, Sha256};

use crate::budget::Hold;
use crate::content::{self, Substitutes};
use crate::journal;
use crate::look::{Candidate, Looked};
use crate::mailbox::Reading;
use crate::matching::Verdict;
use crate::{Address, Content, Direction, Message, Skipped, address};

/// What a message has beside what the first look fetched.
const BESIDE_HEADERS: [Property; 9] = [
    Property::Subject,
    Property::IsRead,
    Property::Importance,
    Property::DateTimeReceived,
    Property::DateTimeSent,
    Property::InternetMessageId,
    Property::References,
    Property::InReplyTo,
    Property::ConversationId,
];
/// Bytes of mail a request, unless one message alone is larger.
const REQUEST_BYTES: u64 = 4 << 20;
/// MIME is larger than what the store counts: attachments go in base64.
const MIME_GROWTH: (u64, u64) = (4, 3);
/// A date later than this from now is a broken clock's.
const FUTURE: Duration = Duration::from_secs(2 * 24 * 3600);

/// What an intake brought.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub messages: Vec<Message>,
    pub skipped: Vec<Skipped>,
    pub postponed: Vec<(ItemId, u8)>,
    pub hold: Option<Hold>,
}

/// Candidates by requests: bounded by bytes and by number.
pub(crate) fn groups(candidates: Vec<Candidate>, most: usize) -> Vec<Vec<Candidate>> {
    let mut groups: Vec<Vec<Candidate>> = Vec::new();
    let mut bytes = 0;
    for candidate in candidates {
        let size = candidate.item.size.unwrap_or_default();
        match groups.last_mut() {
            Some(group) if group.len() < most && bytes + size <= REQUEST_BYTES => {
                bytes += size;
                group.push(candidate);
            }
            _ => {
                bytes = size;
                groups.push(vec![candidate]);
            }
        }
    }
    groups
}

impl Reading {
    /// Fetches a group's MIME, when there is room for it.
    pub(crate) async fn take(&self, candidates: Vec<Candidate>) -> Result<Taken, ews::Error> {
        let mut taken = Taken::default();
        let limit = self.settings.max_message_bytes;
        let (wanted, too_large): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|candidate| candidate.item.size.unwrap_or_default() <= limit);
        taken.skipped.extend(too_large.into_iter().map(|candidate| Skipped {
            reason: format!(
                "It has {} bytes, more than max_message_bytes ({limit}) allows; raise that setting to collect such mail.",
                candidate.item.size.unwrap_or_default()
            ),
            item_id: candidate.seen.id.0,
        }));
        if wanted.is_empty() {
            return Ok(taken);
        }
        let bytes: u64 = wanted
            .iter()
            .map(|candidate| candidate.item.size.unwrap_or_default())
            .sum();
        taken.hold = self.budget.acquire(bytes / MIME_GROWTH.1 * MIME_GROWTH.0).await;
        let ids: Vec<&ItemId> = wanted.iter().map(|candidate| &candidate.seen.id).collect();
        let answers = self.mailbox.get_item(&ids, &BESIDE_HEADERS, Mime::Include).await?;
        let mut looked = Looked::default();
        for (candidate, answer) in wanted.into_iter().zip(answers) {
            match answer {
                Ok(full) => taken.messages.extend(self.take_one(candidate, full)),
                Err(error) => looked.fail(candidate.seen, &error),
            }
        }
        taken.skipped.extend(looked.skipped);
        taken.postponed.extend(looked.postponed);
        Ok(taken)
    }

    /// A message; none of a journal report whose mail concerns nobody.
    fn take_one(&self, candidate: Candidate, mut full: Box<Item<'static>>) -> Option<Message> {
        if let Some(verdict) = candidate.verdict {
            return Some(message(candidate.item, full, verdict));
        }
        let (raw, reported) = journal::reported(full.mime_content.as_deref().unwrap_or_default())?;
        let verdict = self.judge_resolved(&reported)?;
        let headers = Box::new(Item {
            class: candidate.item.class,
            size: Some(raw.len() as u64),
            ..reported
        });
        // Of the report itself only what the mailbox knows of it counts; the rest is the message's own.
        *full = Item {
            id: full.id,
            read: full.read,
            received: full.received,
            mime_content: Some(raw),
            ..Item::default()
        };
        Some(message(headers, full, verdict))
    }

    /// One message by its id, for a host that wants its content again.
    pub(crate) async fn message(&self, id: &ItemId) -> Result<Option<Message>, ews::Error> {
        let properties: Vec<Property> = [
            Property::ItemClass,
            Property::From,
            Property::ToRecipients,
            Property::CcRecipients,
            Property::BccRecipients,
            Property::Size,
            Property::JournalReport,
        ]
        .into_iter()
        .chain(BESIDE_HEADERS)
        .collect();
        let answer = self
            .mailbox
            .get_item(std::slice::from_ref(id), &properties, Mime::Include)
            .await?
            .into_iter()
            .next();
        match answer {
            Some(Ok(item)) => {
                let verdict = Verdict {
                    direction: Direction::Incoming,
                    matches: Vec::new(),
                };
                let mut full = journal::opened(item);
                // A copy of the properties, not of the mail.
                let mime = full.mime_content.take();
                let headers = full.clone();
                full.mime_content = mime;
                Ok(Some(message(headers, full, verdict)))
            }
            Some(Err(error)) if error.code == ews::ResponseCode::ErrorItemNotFound => Ok(None),
            Some(Err(error)) => Err(error.into()),
            None => Ok(None),
        }
    }
}

fn message(headers: Box<Item<'static>>, mut full: Box<Item<'static>>, verdict: Verdict) -> Message {
    let raw = full.mime_content.take().unwrap_or_default();
    let now = SystemTime::now();
    let received = full.received.map(SystemTime::from);
    let sent = sensible([full.sent.map(SystemTime::from)], now);
    let message_id = full.internet_message_id.as_deref().and_then(bracketed);
    let substitutes = match message_id.is_none() || full.subject.is_none() || sent.is_none() {
        true => content::substitutes(&raw),
        false => Substitutes::default(),
    };
    let by_mime = substitutes.date.and_then(|seconds| {
        let seconds = u64::try_from(seconds).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    });
    let sent = sensible([sent, by_mime, received], now).unwrap_or(now);
    let received = sensible([received], now).unwrap_or(sent);
    let (content, fields) = Content::new(raw);
    let from = headers.from.map(party).unwrap_or_else(nobody);
    let to = parties(headers.to);
    let cc = parties(headers.cc);
    Message {
        item_id: full.id.into_owned(),
        message_id: message_id
            .or_else(|| substitutes.message_id.as_deref().and_then(bracketed))
            .unwrap_or_else(|| derived_message_id(&from, &to, &cc, sent, full.subject.as_deref())),
        direction: verdict.direction,
        subject: content::without_nul(
            full.subject
                .map(Cow::into_owned)
                .or(substitutes.subject)
                .unwrap_or_default(),
        ),
        from,
        to,
        cc,
        bcc: parties(headers.bcc),
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
        references: references(full.references.as_deref(), fields.references),
        in_reply_to: in_reply_to(full.in_reply_to.as_deref()).or(fields.in_reply_to),
        thread_id: full.conversation_id.map(Cow::into_owned),
        accept_language: fields.accept_language,
        matches: verdict.matches,
        content: Arc::new(content),
    }
}

fn party(party: EmailAddress<'_>) -> Address {
    let email = content::without_nul(party.address.unwrap_or_default().into_owned());
    let name = party
        .name
        .map(|name| content::without_nul(name.into_owned()))
        .filter(|name| !name.is_empty() && *name != email);
    Address { name, email }
}

fn parties(list: Vec<EmailAddress<'_>>) -> Vec<Address> {
    list.into_iter()
        .map(party)
        .filter(|address| !address.email.is_empty() || address.name.is_some())
        .collect()
}

fn nobody() -> Address {
    Address {
        name: None,
        email: String::new(),
    }
}

/// The first date that a mail can have.
fn sensible<const N: usize>(dates: [Option<SystemTime>; N], now: SystemTime) -> Option<SystemTime> {
    let year_1980 = UNIX_EPOCH + Duration::from_secs(315_532_800);
    dates
        .into_iter()
        .flatten()
        .find(|date| *date >= year_1980 && *date <= now + FUTURE)
}

/// In angle brackets, unless there is nothing between them.
fn bracketed(text: &str) -> Option<String> {
    let id = content::bracketed(text);
    (id.len() > "<>".len()).then_some(id)
}

/// The first id of a header field.
fn in_reply_to(property: Option<&str>) -> Option<String> {
    bracketed(property?.split_whitespace().next()?)
}

fn references(property: Option<&str>, fields: Vec<String>) -> Vec<String> {
    let listed: Vec<String> = property
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(bracketed)
        .collect();
    if listed.is_empty() { fields } else { listed }
}

/// Every copy of a message gives the same, whichever mailbox holds it: made of what all copies share.
fn derived_message_id(
    from: &Address,
    to: &[Address],
    cc: &[Address],
    sent: SystemTime,
    subject: Option<&str>,
) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(text.as_bytes());
        hash.update([0]);
    };
    let normal = |party: &Address| address::normalize(&party.email).map_or_else(|| party.email.clone(), Into::into);
    part(&normal(from));
    for list in [to, cc] {
        let mut emails: Vec<String> = list.iter().map(normal).collect();
        emails.sort();
        part(&emails.join(","));
    }
    let seconds = sent.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    part(&seconds.to_string());
    part(subject.unwrap_or_default());
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
    use super::*;
    use crate::look::Seen;

    fn candidate(size: u64) -> Candidate {
        Candidate {
            seen: Seen::new(&Item::default()),
            item: Box::new(Item {
                size: Some(size),
                ..Item::default()
            }),
            verdict: None,
        }
    }

    #[test]
    fn requests_are_bounded_by_bytes_and_by_number_but_never_empty() {
        let sizes = |sizes: &[u64], most| -> Vec<usize> {
            groups(sizes.iter().map(|s| candidate(*s)).collect(), most)
                .iter()
                .map(Vec::len)
                .collect()
        };
        assert_eq!(sizes(&[1, 1, 1, 1, 1], 2), [2, 2, 1]);
        assert_eq!(sizes(&[3 << 20, 1 << 20, 1, 60 << 20, 1], 100), [2, 1, 1, 1]);
        assert_eq!(sizes(&[], 2), Vec::<usize>::new());
    }

    #[test]
    fn a_mail_without_message_id_gets_the_same_one_in_every_mailbox() {
        let person = |email: &str| Address {
            name: None,
            email: email.into(),
        };
        let sent = UNIX_EPOCH + Duration::from_secs(1_770_000_000);
        let id = |from: &str, to: &[&str], sent| {
            let to: Vec<_> = to.iter().map(|t| person(t)).collect();
            derived_message_id(&person(from), &to, &[], sent, Some("x"))
        };
        assert_eq!(
            id("a@b", &["c@d", "e@f"], sent),
            id("A@B", &["E@f", "c@d"], sent + Duration::from_millis(400))
        );
        assert_ne!(
            id("a@b", &["c@d"], sent),
            id("a@b", &["c@d"], sent + Duration::from_secs(1))
        );
    }

    #[test]
    fn absurd_and_missing_dates_give_way_to_the_next_best() {
        let now = UNIX_EPOCH + Duration::from_secs(1_770_000_000);
        let good = now - Duration::from_secs(60);
        let absurd = now + Duration::from_secs(400 * 24 * 3600);
        assert_eq!(sensible([Some(absurd), Some(UNIX_EPOCH), Some(good)], now), Some(good));
        assert_eq!(sensible([None], now), None);
    }
}
