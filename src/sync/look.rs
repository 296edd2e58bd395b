//! First look at items: which of them belong into the CRM, by their headers alone. Knows no bodies.

use std::borrow::{Borrow, Cow};
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use ews::{Disposition, EmailAddress, Item, ItemId, Mime, Property, ResponseError, Sensitivity};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::directory::needs_resolving;
use crate::mailbox::{Purpose, Reading};
use crate::matching::{self, Participants, Verdict};
use crate::pending::{Fault, Pending};
use crate::{Collects, FolderType, Role, Skipped, message};

/// What `SyncFolderItems` and `FindItem` themselves shall tell: enough to forget most strangers' mail without another request.
const SUMMARY: [Property; 5] = [
    Property::ItemClass,
    Property::From,
    Property::Sender,
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
/// Items a request: the server works at one request for a minute at most, and a header takes it under a millisecond. A page
/// in one request costs less, but over a slow line it makes everything behind it wait.
const ITEMS_PER_REQUEST: usize = 256;

/// An item that may belong into the CRM.
#[derive(Debug)]
pub(crate) struct Seen {
    pub id: ItemId,
    /// What its summary tells; of one that waits since an earlier run nothing.
    pub class: Option<Cow<'static, str>>,
    pub from: Option<EmailAddress<'static>>,
    /// Where it is another one than From.
    pub sender: Option<EmailAddress<'static>>,
    pub journal_report: bool,
    /// The summary names the sender by an SMTP address, and somebody owns it.
    pub sender_known: bool,
    /// Of one that was tried in vain before.
    pub pending: Option<Pending>,
}

/// An item that belongs into the CRM.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub seen: Seen,
    /// Its addresses, resolved.
    pub item: Box<Item<'static>>,
    /// None yet of a journal report: only its body tells whose mail it reports.
    pub verdict: Option<Verdict>,
}

/// What a header says of its item.
enum Sight {
    /// It does not belong into the CRM.
    Nothing,
    /// As [`Candidate`] says.
    Candidate(Box<Item<'static>>, Option<Verdict>),
    /// Some of its addresses are no SMTP addresses.
    Unresolved(Box<Item<'static>>),
    /// It could be collected, but is not.
    LeftOut(&'static str),
}

const NO_SENDER: &str = "It has neither From nor Sender, so that nobody can be matched; it was left on the server.";
const UNKNOWN_SENDER: &str = "Neither Exchange nor the mail itself tells an SMTP address of its sender, so that nobody can be matched; it was \
    left on the server.";
const DRAFT: &str = "It is marked as a draft and lies outside of the folders Drafts, Inbox and Sent Items; send it, or move it to \
    one of the latter, to have it collected.";
pub(crate) const PRIVATE: &str =
    "Its sender marked it private or confidential, and skip_private leaves such mail on the server.";

/// What a look brought.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub candidates: Vec<Candidate>,
    pub skipped: Vec<Skipped>,
    /// To be tried again in later runs.
    pub postponed: Vec<Pending>,
}

impl Reading {
    /// What a summary shall tell.
    pub(crate) fn summary(&self) -> Vec<Property> {
        let received = self.since.map(|_| Property::DateTimeReceived);
        SUMMARY.into_iter().chain(received).collect()
    }

    /// Those of new items whose summary leaves a chance that they are collected.
    pub(crate) fn may_matter<'a>(&self, items: impl Iterator<Item = &'a Item<'a>>) -> Vec<Seen> {
        let items: Vec<_> = items
            .filter(|item| item.class.as_deref().is_none_or(is_mail) && !self.is_too_old(item))
            .collect();
        let senders = items.iter().copied().map(|item| sender(item).unwrap_or_default());
        let owned = match self.collects {
            Collects::Matched => self.book.knows_each(senders),
            Collects::Addressed => vec![None; items.len()],
        };
        items
            .into_iter()
            .zip(owned)
            // A sender that nobody owns: no rule can match. Without an SMTP address only the header tells.
            .filter(|(item, owned)| {
                *owned != Some(false) || (item.journal_report && self.is_journal) || self.may_know_sender(item)
            })
            .map(|(item, owned)| Seen {
                sender_known: owned == Some(true),
                ..Seen::new(item)
            })
            .collect()
    }

    /// Who sent it on somebody else's behalf counts as well.
    fn may_know_sender(&self, item: &Item<'_>) -> bool {
        let Some(sender) = other_sender(item) else { return false };
        needs_resolving(sender) || sender.address.as_deref().is_some_and(|sender| self.book.knows(sender))
    }

    fn is_too_old(&self, item: &Item<'_>) -> bool {
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
        let private = self.settings.skip_private.then_some(Property::Sensitivity);
        let with = |properties: &[Property]| -> Vec<Property> { properties.iter().copied().chain(private).collect() };
        let (beside_summary, headers) = (with(&BESIDE_SUMMARY), with(&HEADERS));
        let requests: Vec<_> = [(&told, &beside_summary[..]), (&untold, &headers[..])]
            .into_iter()
            .flat_map(|(items, properties)| items.chunks(ITEMS_PER_REQUEST).map(move |items| (items, properties)))
            .map(|(items, properties)| self.headers(items, properties, kind))
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
        let mut directory = Ok(());
        for ((_, seen), answer) in answered {
            match answer {
                Ok(Sight::Nothing) => {}
                Ok(Sight::Candidate(item, verdict)) => looked.candidates.push(Candidate { seen, item, verdict }),
                Ok(Sight::Unresolved(mut item)) => {
                    // One that does not answer is not asked for each.
                    if directory.is_ok() {
                        directory = self.resolve(&mut item).await?;
                    }
                    match &directory {
                        Ok(()) => self.judge(seen, item, kind, &mut looked).await?,
                        Err(error) => looked.postpone(seen, Fault::Servers, error),
                    }
                }
                Ok(Sight::LeftOut(reason)) => looked.leave_out(seen, reason),
                Err(error) => looked.fail(seen, &error, self.fault()),
            }
        }
        Ok(looked)
    }

    /// Whose fault it is that an item can't be read: its own only where the server gives others.
    pub(crate) fn fault(&self) -> Fault {
        match self.items_were_read.load(Ordering::Relaxed) {
            true => Fault::Own,
            false => Fault::Servers,
        }
    }

    pub(crate) fn note_answers<T>(&self, answers: &[Result<T, ResponseError>]) {
        if answers.iter().any(Result::is_ok) {
            self.items_were_read.store(true, Ordering::Relaxed);
        }
    }

    async fn headers(
        &self,
        items: &[(usize, Seen)],
        properties: &[Property],
        kind: FolderType,
    ) -> Result<Vec<Result<Sight, ResponseError>>, ews::Error> {
        let seen: Vec<&Seen> = items.iter().map(|(_, seen)| seen).collect();
        let answers = self
            .mailbox
            .look_at_items(&seen, properties, |seen, item| self.sight(seen, item, kind))
            .await?;
        self.note_answers(&answers);
        Ok(answers)
    }

    /// What can be said of an item by its header, without asking the server for more.
    fn sight<'a>(&self, seen: &'a Seen, mut item: Item<'a>, kind: FolderType) -> Sight {
        if seen.sender_known {
            item.class = seen.class.as_deref().map(Cow::Borrowed);
            item.from = seen.from.as_ref().map(EmailAddress::borrowed);
            item.sender = seen.sender.as_ref().map(EmailAddress::borrowed);
            item.journal_report = seen.journal_report;
        }
        if !item.class.as_deref().is_none_or(is_mail) {
            return Sight::Nothing;
        }
        if item.journal_report && self.is_journal {
            return Sight::Candidate(Box::new(item.into_owned()), None);
        }
        if item.from.is_none() {
            item.from = item.sender.take();
        }
        let Some(from) = &item.from else {
            return Sight::LeftOut(NO_SENDER);
        };
        let may = |party: &EmailAddress<'_>| self.may_collect_from(party);
        let sender = other_sender(&item);
        let all_known = !needs_resolving(from) && !sender.is_some_and(needs_resolving);
        if all_known && !seen.sender_known && !may(from) && !sender.is_some_and(may) {
            return Sight::Nothing;
        }
        if !all_known || recipients(&item).any(needs_resolving) {
            return Sight::Unresolved(Box::new(item.into_owned()));
        }
        match self.judge_resolved(&item) {
            None => Sight::Nothing,
            verdict => match self.reason_to_leave(&item, kind) {
                Some(reason) => Sight::LeftOut(reason),
                None => Sight::Candidate(Box::new(item.into_owned()), verdict),
            },
        }
    }

    /// Why an item that the rule collects stays on the server all the same.
    fn reason_to_leave(&self, item: &Item<'_>, kind: FolderType) -> Option<&'static str> {
        // Imported mail keeps the flag that it was made with; what lies in Inbox or Sent Items is mail, whatever it says.
        let may_be_draft = !matches!(kind, FolderType::Drafts | FolderType::Inbox | FolderType::Sent);
        if item.draft == Some(true) && may_be_draft {
            return Some(DRAFT);
        }
        let private = matches!(item.sensitivity, Some(Sensitivity::Private | Sensitivity::Confidential));
        (private && self.settings.skip_private).then_some(PRIVATE)
    }

    /// Asks the directory for the SMTP addresses that an item's properties do not name, as far as they matter.
    ///
    /// # Errors
    /// Outside: nothing more can be asked of the server. Inside: its directory does not answer.
    async fn resolve(&self, item: &mut Item<'static>) -> Result<Result<(), ResponseError>, ews::Error> {
        let resolved = async {
            let Item { from, sender, .. } = &mut *item;
            for party in from.iter_mut().chain(sender) {
                self.directory.resolve(&self.mailbox, party).await?;
            }
            if !self.may_be_collected(item) {
                return Ok(());
            }
            let Item { to, cc, bcc, .. } = item;
            for recipient in to.iter_mut().chain(cc).chain(bcc) {
                self.directory.resolve(&self.mailbox, recipient).await?;
            }
            Ok(())
        };
        match resolved.await {
            Ok(()) => Ok(Ok(())),
            Err(ews::Error::Response(error)) if error.code.policy().disposition != Disposition::Wait => Ok(Err(error)),
            Err(error) => Err(error),
        }
    }

    fn may_be_collected(&self, item: &Item<'_>) -> bool {
        let may = |party: &EmailAddress<'_>| needs_resolving(party) || self.may_collect_from(party);
        item.from.iter().chain(&item.sender).any(may)
    }

    /// Applies the rule to an item once the directory was asked.
    async fn judge(
        &self,
        seen: Seen,
        mut item: Box<Item<'static>>,
        kind: FolderType,
        into: &mut Looked,
    ) -> Result<(), ews::Error> {
        if !self.may_be_collected(&item) {
            return Ok(());
        }
        let mut verdict = self.judge_resolved(&item);
        if verdict.is_none() && everybody(&item).any(needs_resolving) {
            self.read_addresses(&seen.id, &mut item).await?;
            verdict = self.judge_resolved(&item);
        }
        match (verdict, self.reason_to_leave(&item, kind)) {
            // Whom neither the directory nor the mail knows, nobody can match.
            (None, _)
                if item.from.iter().all(needs_resolving)
                    && recipients(&item).any(|party| self.may_collect_from(party)) =>
            {
                into.leave_out(seen, UNKNOWN_SENDER);
            }
            (None, _) => {}
            (Some(_), Some(reason)) => into.leave_out(seen, reason),
            (verdict, None) => into.candidates.push(Candidate { seen, item, verdict }),
        }
        Ok(())
    }

    /// Reads from the mail itself who they are whom the server's directory does not know: hidden from its lists, or gone.
    async fn read_addresses(&self, id: &ItemId, item: &mut Item<'static>) -> Result<(), ews::Error> {
        let size = item.size.unwrap_or_default();
        if size > self.settings.max_message_bytes {
            return Ok(());
        }
        let _hold = self.budget.acquire(size).await;
        let answers = self
            .mailbox
            .get_item(std::slice::from_ref(id), &[], Mime::Include)
            .await?;
        if let Some(Ok(full)) = answers.into_iter().next() {
            message::fill_addresses(
                item,
                full.mime_content.as_deref().unwrap_or_default(),
                |legacy_dn, smtp| {
                    self.directory.learn(legacy_dn, smtp);
                },
            );
        }
        Ok(())
    }

    /// The rule, once all addresses are SMTP addresses.
    pub(crate) fn judge_resolved(&self, item: &Item<'_>) -> Option<Verdict> {
        let mut participants = participants(item);
        if self.settings.owner_is_recipient {
            participants.recipients.push((Role::Bcc, self.mailbox.address()));
        }
        let verdict = match self.collects {
            Collects::Matched => matching::verdict(&self.book, &participants),
            Collects::Addressed => matching::addressed(&self.book, &participants, self.mailbox.address()),
        };
        verdict.filter(|verdict| self.is_asked_for(verdict))
    }

    /// By the rule no mail of a sender that nobody owns is collected.
    fn may_collect_from(&self, sender: &EmailAddress<'_>) -> bool {
        self.collects == Collects::Addressed || sender.address.as_deref().is_some_and(|sender| self.book.knows(sender))
    }

    /// A search asks for some addresses only.
    fn is_asked_for(&self, verdict: &Verdict) -> bool {
        match &self.purpose {
            Purpose::Everything => true,
            Purpose::MailOf(participants) => verdict.matches.iter().any(|m| participants.contains(&m.email)),
        }
    }
}

impl Borrow<ItemId> for &Seen {
    fn borrow(&self) -> &ItemId {
        &self.id
    }
}

impl Seen {
    pub(crate) fn new(summary: &Item<'_>) -> Self {
        Self {
            id: summary.item_id(),
            class: summary.class_owned(),
            from: summary.from.as_ref().map(|from| from.borrowed().into_owned()),
            sender: other_sender(summary).map(|sender| sender.borrowed().into_owned()),
            journal_report: summary.journal_report,
            sender_known: false,
            pending: None,
        }
    }

    /// One that waits since an earlier run.
    pub(crate) fn pending(pending: Pending) -> Self {
        let item = Item {
            id: pending.id.as_str().into(),
            ..Item::default()
        };
        Self {
            pending: Some(pending.clone()),
            ..Self::new(&item)
        }
    }
}

impl Looked {
    /// Does with an item what its error's disposition says.
    pub(crate) fn fail(&mut self, seen: Seen, error: &ResponseError, fault: Fault) {
        match error.code.policy().disposition {
            // Deleted or moved meanwhile: the next synchronization tells where to.
            Disposition::Gone => {}
            Disposition::Skip => self.give_up(seen, error),
            Disposition::Repeat | Disposition::Wait | Disposition::StopMailbox | Disposition::StopRun => {
                self.postpone(seen, Fault::Servers, error);
            }
            _ => self.postpone(seen, fault, error),
        }
    }

    fn postpone(&mut self, seen: Seen, fault: Fault, error: &ResponseError) {
        let pending = seen.pending.clone().unwrap_or_else(|| Pending::new(seen.id.as_str()));
        match pending.failed(fault, SystemTime::now()) {
            Some(pending) => self.postponed.push(pending),
            None => self.give_up(seen, error),
        }
    }

    fn leave_out(&mut self, seen: Seen, reason: &str) {
        self.skipped.push(Skipped {
            item_id: seen.id.0,
            reason: reason.into(),
        });
    }

    fn give_up(&mut self, seen: Seen, error: &ResponseError) {
        self.skipped.push(Skipped {
            item_id: seen.id.0,
            reason: error.to_string(),
        });
    }
}

/// Sender, where it is another one than From.
fn other_sender<'a, 'b>(item: &'a Item<'b>) -> Option<&'a EmailAddress<'b>> {
    let sender = item.sender.as_ref()?;
    let same = item.from.as_ref().is_some_and(|from| from.address == sender.address);
    (!same).then_some(sender)
}

pub(crate) fn everybody<'a, 'b>(item: &'a Item<'b>) -> impl Iterator<Item = &'a EmailAddress<'b>> {
    item.from.iter().chain(&item.sender).chain(recipients(item))
}

/// The sender's address, unless it has to be resolved first.
fn sender<'a>(item: &'a Item<'_>) -> Option<&'a str> {
    item.from
        .as_ref()
        .filter(|from| !needs_resolving(from))?
        .address
        .as_deref()
}

/// Notes with all their kinds (S/MIME among them), reports, and meeting requests and responses as mail; but not what
/// conferencing and telephony programs keep of their conversations as notes (Skype for Business).
fn is_mail(class: &str) -> bool {
    const MAIL: [&str; 3] = ["IPM.Note", "REPORT", "IPM.Schedule.Meeting"];
    const NO_MAIL: [&str; 3] = [
        "IPM.Note.Microsoft.Conversation",
        "IPM.Note.Microsoft.Missed",
        "IPM.Note.Microsoft.Approval",
    ];
    let is_of = |kind: &&str| {
        class
            .get(..kind.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(kind))
            && matches!(class.as_bytes().get(kind.len()), None | Some(b'.'))
    };
    MAIL.iter().any(is_of) && !NO_MAIL.iter().any(is_of)
}

fn recipients<'a, 'b>(item: &'a Item<'b>) -> impl Iterator<Item = &'a EmailAddress<'b>> {
    item.to.iter().chain(&item.cc).chain(&item.bcc)
}

fn participants<'a>(item: &'a Item<'_>) -> Participants<'a> {
    fn role<'a>(role: Role, parties: &'a [EmailAddress<'_>]) -> impl Iterator<Item = (Role, &'a str)> {
        parties
            .iter()
            .filter_map(move |party| Some((role, party.address.as_deref()?)))
    }
    Participants {
        from: item.from.as_ref().and_then(|from| from.address.as_deref()),
        sender: other_sender(item).and_then(|sender| sender.address.as_deref()),
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
        for class in [
            "IPM.Notebook",
            "IPM.Appointment",
            "IPM.StickyNote",
            "IPM",
            "",
            "IPM.Note.Microsoft.Conversation",
            "ipm.note.microsoft.conversation.Voice",
            "IPM.Note.Microsoft.Missed.Voice",
        ] {
            assert!(!is_mail(class), "{class}");
        }
    }
}
