//! First look at items: which of them belong into the CRM, by their headers alone. Knows no bodies.

use ews::{EmailAddress, Item, ItemId, Mime, Property, ResponseError};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::directory::needs_resolving;
use crate::mailbox::{Purpose, Reading};
use crate::matching::{self, Participants, Verdict};
use crate::{FolderType, Role, Skipped};

/// What `SyncFolderItems` and `FindItem` themselves shall tell: enough to forget most strangers' mail without another request.
const SUMMARY: [Property; 4] = [
    Property::ItemClass,
    Property::From,
    Property::IsRead,
    Property::JournalReport,
];
/// What the matching rule and the fetching of bodies ask for beside a summary that names the sender.
const BESIDE_SUMMARY: [Property; 5] = [
    Property::ToRecipients,
    Property::CcRecipients,
    Property::BccRecipients,
    Property::Size,
    Property::IsDraft,
];
/// The same where there is no summary, or it can't name the sender.
const HEADERS: [Property; 9] = [
    Property::ItemClass,
    Property::From,
    Property::Sender,
    Property::ToRecipients,
    Property::CcRecipients,
    Property::BccRecipients,
    Property::Size,
    Property::IsDraft,
    Property::JournalReport,
];
/// Items a request: the server works at one request for a minute at most, and a header takes it under a millisecond.
const ITEMS_PER_REQUEST: usize = 256;

/// An item that may belong into the CRM.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its id and its summary; of one that waits since an earlier run the id alone.
    pub summary: Box<Item>,
    /// The summary names the sender by an SMTP address, and somebody owns it.
    pub sender_known: bool,
    /// How often it was tried in vain.
    pub attempts: u8,
}

/// An item that belongs into the CRM.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub seen: Seen,
    /// Its addresses, resolved.
    pub item: Box<Item>,
    /// None yet of a journal report: only its body tells whose mail it reports.
    pub verdict: Option<Verdict>,
}

/// What a look brought.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub candidates: Vec<Candidate>,
    pub skipped: Vec<Skipped>,
    /// To be tried again in the next run.
    pub postponed: Vec<(ItemId, u8)>,
}

impl Reading {
    /// What a summary shall tell.
    pub(crate) fn summary(&self) -> Vec<Property> {
        let received = self.since.map(|_| Property::DateTimeReceived);
        SUMMARY.into_iter().chain(received).collect()
    }

    /// Those of new items whose summary leaves a chance that they are collected.
    pub(crate) fn may_matter(&self, mut items: Vec<Seen>) -> Vec<Seen> {
        items.retain(|Seen { summary, .. }| summary.class.as_deref().is_none_or(is_mail) && !self.is_too_old(summary));
        let senders = items.iter().map(|seen| sender(&seen.summary).unwrap_or_default());
        let mut owned = self.book.knows_each(senders).into_iter();
        // A sender that nobody owns: no rule can match. Without an SMTP address only the header tells.
        items.retain_mut(|seen| {
            let owned = owned.next().flatten();
            seen.sender_known = owned == Some(true);
            owned != Some(false) || seen.summary.journal_report
        });
        items
    }

    fn is_too_old(&self, item: &Item) -> bool {
        matches!((self.since, item.received), (Some(since), Some(received)) if received < since)
    }

    /// Fetches the headers of items and applies the rule.
    pub(crate) async fn look(&self, items: Vec<Seen>, kind: FolderType) -> Result<Looked, ews::Error> {
        // Less to read for those whose sender is known, but not at the price of one more request.
        let all_told = items.iter().all(|seen| seen.sender_known);
        let apart = all_told || items.len() > ITEMS_PER_REQUEST;
        let (told, untold): (Vec<_>, Vec<_>) = items
            .into_iter()
            .enumerate()
            .partition(|(_, seen)| apart && seen.sender_known);
        let requests: Vec<_> = [(&told, &BESIDE_SUMMARY[..]), (&untold, &HEADERS[..])]
            .into_iter()
            .flat_map(|(items, properties)| items.chunks(ITEMS_PER_REQUEST).map(move |items| (items, properties)))
            .map(|(items, properties)| self.headers(items, properties))
            .collect();
        let answers = stream::iter(requests)
            .buffered(ews::transport::throttle::MAILBOX_CONCURRENCY)
            .try_collect::<Vec<_>>()
            .await?;
        let mut answered: Vec<_> = told
            .into_iter()
            .chain(untold)
            .zip(answers.into_iter().flatten())
            .collect();
        // The server's order, whichever request an item was in.
        answered.sort_by_key(|((place, _), _)| *place);
        let mut looked = Looked::default();
        for ((_, seen), answer) in answered {
            match answer {
                Ok(item) => self.judge(seen, item, kind, &mut looked).await?,
                Err(error) => looked.fail(seen, &error),
            }
        }
        Ok(looked)
    }

    async fn headers(
        &self,
        items: &[(usize, Seen)],
        properties: &[Property],
    ) -> Result<Vec<Result<Box<Item>, ResponseError>>, ews::Error> {
        let ids: Vec<&ItemId> = items.iter().map(|(_, seen)| &seen.summary.id).collect();
        self.mailbox.get_item(&ids, properties, Mime::Exclude).await
    }

    async fn judge(
        &self,
        mut seen: Seen,
        mut item: Box<Item>,
        kind: FolderType,
        into: &mut Looked,
    ) -> Result<(), ews::Error> {
        if seen.sender_known {
            let summary = &mut seen.summary;
            item.class = summary.class.take();
            item.from = summary.from.take();
            item.journal_report = summary.journal_report;
        }
        let draft = item.draft == Some(true) && kind != FolderType::Drafts;
        if draft || !item.class.as_deref().is_none_or(is_mail) {
            return Ok(());
        }
        if item.journal_report {
            into.candidates.push(Candidate {
                seen,
                item,
                verdict: None,
            });
            return Ok(());
        }
        if item.from.is_none() {
            item.from = item.sender.take();
        }
        let Some(from) = &mut item.from else {
            into.skipped.push(Skipped {
                item_id: seen.summary.id.0,
                reason: "It has neither From nor Sender, so that nobody can be matched; it was left on the server."
                    .into(),
            });
            return Ok(());
        };
        self.directory.resolve(&self.mailbox, from).await?;
        let Some(verdict) = self.verdict(&mut item, seen.sender_known).await? else {
            return Ok(());
        };
        let verdict = Some(verdict);
        into.candidates.push(Candidate { seen, item, verdict });
        Ok(())
    }

    async fn verdict(&self, item: &mut Item, sender_known: bool) -> Result<Option<Verdict>, ews::Error> {
        let sender = item.from.as_ref().and_then(|from| from.address.as_deref());
        if !sender_known && !sender.is_some_and(|sender| self.book.knows(sender)) {
            return Ok(None);
        }
        for recipient in item.to.iter_mut().chain(&mut item.cc).chain(&mut item.bcc) {
            self.directory.resolve(&self.mailbox, recipient).await?;
        }
        Ok(self.judge_resolved(item))
    }

    /// The rule, once all addresses are SMTP addresses.
    pub(crate) fn judge_resolved(&self, item: &Item) -> Option<Verdict> {
        matching::verdict(&self.book, &participants(item)).filter(|verdict| self.is_asked_for(verdict))
    }

    /// A search asks for some addresses only.
    fn is_asked_for(&self, verdict: &Verdict) -> bool {
        match &self.purpose {
            Purpose::Everything => true,
            Purpose::MailOf(participants) => verdict.matches.iter().any(|m| participants.contains(&m.email)),
        }
    }
}

impl Seen {
    pub(crate) fn new(summary: Box<Item>) -> Self {
        Self {
            summary,
            sender_known: false,
            attempts: 0,
        }
    }
}

impl Looked {
    /// Decides what an item's error means for it.
    pub(crate) fn fail(&mut self, seen: Seen, error: &ResponseError) {
        use ews::ResponseCode as Code;
        match &error.code {
            // Deleted or moved meanwhile: the next synchronization tells where to.
            Code::ErrorItemNotFound => {}
            // The mail itself is at fault: the same answer would come back.
            Code::ErrorContentConversionFailed
            | Code::ErrorMimeContentConversionFailed
            | Code::ErrorMimeContentInvalid
            | Code::ErrorUnsupportedMimeConversion
            | Code::ErrorVirusDetected
            | Code::ErrorVirusMessageDeleted
            | Code::ErrorAccessDenied => self.give_up(seen, error),
            _ if seen.attempts + 1 >= crate::checkpoint::MAX_ATTEMPTS => self.give_up(seen, error),
            _ => self.postponed.push((seen.summary.id, seen.attempts + 1)),
        }
    }

    fn give_up(&mut self, seen: Seen, error: &ResponseError) {
        self.skipped.push(Skipped {
            item_id: seen.summary.id.0,
            reason: error.to_string(),
        });
    }
}

/// The sender's address, unless it has to be resolved first.
fn sender(item: &Item) -> Option<&str> {
    item.from
        .as_ref()
        .filter(|from| !needs_resolving(from))?
        .address
        .as_deref()
}

/// Notes with all their kinds (S/MIME among them), reports, and meeting requests and responses as mail.
fn is_mail(class: &str) -> bool {
    const MAIL: [&str; 3] = ["IPM.Note", "REPORT", "IPM.Schedule.Meeting"];
    MAIL.iter().any(|kind| {
        class
            .get(..kind.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(kind))
            && matches!(class.as_bytes().get(kind.len()), None | Some(b'.'))
    })
}

fn participants(item: &Item) -> Participants<'_> {
    fn role(role: Role, parties: &[EmailAddress]) -> impl Iterator<Item = (Role, &str)> {
        parties
            .iter()
            .filter_map(move |party| Some((role, party.address.as_deref()?)))
    }
    Participants {
        from: item.from.as_ref().and_then(|from| from.address.as_deref()),
        recipients: role(Role::To, &item.to)
            .chain(role(Role::Cc, &item.cc))
            .chain(role(Role::Bcc, &item.bcc))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_mail;

    #[test]
    fn notes_reports_and_meetings_are_mail_and_nothing_else_is() {
        for class in [
            "IPM.Note",
            "ipm.note.SMIME.MultipartSigned",
            "REPORT.IPM.Note.NDR",
            "IPM.Schedule.Meeting.Request",
        ] {
            assert!(is_mail(class), "{class}");
        }
        for class in ["IPM.Notebook", "IPM.Appointment", "IPM.StickyNote", "IPM", ""] {
            assert!(!is_mail(class), "{class}");
        }
    }
}
