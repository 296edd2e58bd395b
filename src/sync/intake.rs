//! Fetches what belongs into the CRM with its MIME, and makes messages of it. Knows no folders.

use ews::{Item, ItemId, Mime, Property, ResponseCode, ResponseError};

use crate::budget::Hold;
use crate::directory::needs_resolving;
use crate::journal;
use crate::look::{Candidate, Looked, PRIVATE, everybody};
use crate::mailbox::Reading;
use crate::matching::{self, Verdict};
use crate::message::{authors, fill_addresses, message};
use crate::pending::Pending;
use crate::{Direction, Message, Skipped};

/// What a message has beside what the first look fetched.
const BESIDE_HEADERS: [Property; 10] = [
    Property::Subject,
    Property::IsRead,
    Property::Importance,
    Property::DateTimeReceived,
    Property::DateTimeSent,
    Property::DateTimeCreated,
    Property::InternetMessageId,
    Property::References,
    Property::InReplyTo,
    Property::ConversationId,
];
/// Bytes of mail a request, unless one message alone is larger.
const REQUEST_BYTES: u64 = 4 << 20;
/// MIME is larger than what the store counts: attachments go in base64.
const MIME_GROWTH: (u64, u64) = (4, 3);

/// What an intake brought.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub messages: Vec<Message>,
    pub skipped: Vec<Skipped>,
    pub postponed: Vec<Pending>,
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
        taken.hold = self.budget.acquire(in_mime(bytes)).await;
        let ids: Vec<&ItemId> = wanted.iter().map(|candidate| &candidate.seen.id).collect();
        let answers = self.mailbox.get_item(&ids, &BESIDE_HEADERS, Mime::Include).await?;
        self.note_answers(&answers);
        let mut looked = Looked::default();
        for (candidate, answer) in wanted.into_iter().zip(answers) {
            match answer {
                Ok(full) if is_incomplete(&full) => looked.fail(candidate.seen, &incomplete(), self.fault()),
                Ok(full) => self.take_one(candidate, full, &mut taken),
                Err(error) => looked.fail(candidate.seen, &error, self.fault()),
            }
        }
        taken.skipped.extend(looked.skipped);
        taken.postponed.extend(looked.postponed);
        // What did not come, or concerns nobody, takes no room: nothing else would ever give it back.
        let kept: u64 = taken.messages.iter().map(|message| message.size).sum();
        taken.hold = taken.hold.and_then(|hold| hold.shrunk_to(in_mime(kept)));
        Ok(taken)
    }

    /// Makes a message, unless it is a journal report whose mail concerns nobody.
    fn take_one(&self, mut candidate: Candidate, full: Box<Item<'static>>, taken: &mut Taken) {
        let raw = full.mime_content.as_deref().unwrap_or_default();
        if let Some(mut verdict) = candidate.verdict {
            if everybody(&candidate.item).any(needs_resolving) {
                fill_addresses(&mut candidate.item, raw, |dn, smtp| self.directory.learn(dn, smtp));
                verdict = self.judge_resolved(&candidate.item).unwrap_or(verdict);
            }
            self.add_authors(raw, &mut verdict);
            taken.messages.push(message(*candidate.item, *full, verdict));
            return;
        }
        let Some((raw, reported)) = journal::reported(raw) else {
            return;
        };
        let Some(mut verdict) = self.judge_resolved(&reported) else {
            return;
        };
        if self.settings.skip_private && reported.sensitivity.is_some() {
            taken.skipped.push(Skipped {
                item_id: candidate.seen.id.0,
                reason: PRIVATE.into(),
            });
            return;
        }
        self.add_authors(&raw, &mut verdict);
        let headers = Item {
            class: candidate.item.class,
            size: Some(raw.len() as u64),
            ..reported
        };
        // Of the report itself only what the mailbox knows of it counts; the rest is the message's own.
        let full = Item {
            id: full.id,
            read: full.read,
            received: full.received,
            mime_content: Some(raw),
            ..Item::default()
        };
        taken.messages.push(message(headers, full, verdict));
    }

    fn add_authors(&self, raw: &[u8], verdict: &mut Verdict) {
        let authors = authors(raw);
        if authors.len() > 1 {
            let emails = authors.iter().filter_map(|author| author.address.as_deref());
            matching::add_authors(&self.book, verdict, emails);
        }
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
            Some(Ok(item)) if is_incomplete(&item) => Err(incomplete().into()),
            Some(Ok(item)) => {
                let verdict = Verdict {
                    direction: Direction::Incoming,
                    matches: Vec::new(),
                };
                let mut full = match self.is_journal {
                    true => journal::opened(item),
                    false => item,
                };
                // A copy of the properties, not of the mail.
                let mime = full.mime_content.take();
                let headers = full.clone();
                full.mime_content = mime;
                Ok(Some(message(*headers, *full, verdict)))
            }
            Some(Err(error)) if error.code == ews::ResponseCode::ErrorItemNotFound => Ok(None),
            Some(Err(error)) => Err(error.into()),
            None => Ok(None),
        }
    }
}

fn in_mime(bytes: u64) -> u64 {
    bytes / MIME_GROWTH.1 * MIME_GROWTH.0
}

/// Without its mail, or with a part of it only: nobody can tell what is missing.
fn is_incomplete(item: &Item<'_>) -> bool {
    item.invalid_mime || item.mime_content.as_deref().is_none_or(<[u8]>::is_empty)
}

fn incomplete() -> ResponseError {
    ResponseError {
        code: ResponseCode::UnreadableAnswer,
        text: "Its MimeContent was missing, cut, or no base64.".into(),
        back_off: None,
    }
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
}
