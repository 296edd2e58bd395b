//! The rule: whose mail belongs into the CRM. Knows addresses and owners; knows no server.

use std::borrow::Cow;

use crate::address;
use crate::{AddressBook, Direction, Match, Owner, OwnerKind, Role};

/// A message's participants, as its header names them.
#[derive(Debug, Default)]
pub struct Participants<'a> {
    /// From: on whose behalf it was sent.
    pub from: Option<&'a str>,
    /// Sender: who sent it. Counts where From alone says nothing: a delegate, or whoever writes for a shared mailbox.
    pub sender: Option<&'a str>,
    /// To, Cc and Bcc.
    pub recipients: Vec<(Role, &'a str)>,
}

/// What the rule says of a message that belongs into the CRM.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Seen from the CRM.
    pub direction: Direction,
    /// Every owner of every address, each once.
    pub matches: Vec<Match>,
}

/// Which mail of a mailbox is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Collects {
    /// What the rule says: mail between a contact and a user.
    #[default]
    Matched,
    /// All mail that the mailbox's own address sent or received, whoever the other side is.
    Addressed,
}

/// All mail that an address sent or received is collected. `None`: it did neither.
pub fn addressed(book: &AddressBook, participants: &Participants<'_>, mailbox: &str) -> Option<Verdict> {
    let mailbox = address::normalize(mailbox)?;
    let from = address::normalize(participants.from?)?;
    let recipients = recipients(participants);
    let direction = if from == mailbox {
        Direction::Outgoing
    } else if recipients.iter().any(|(_, recipient)| *recipient == mailbox) {
        Direction::Incoming
    } else {
        return None;
    };
    let matches = matches(book, from, recipients);
    Some(Verdict { direction, matches })
}

/// A message is collected when its sender's address is a contact's and another recipient's address a user's, or the
/// other way round. `None`: it is not collected.
pub fn verdict(book: &AddressBook, participants: &Participants<'_>) -> Option<Verdict> {
    verdict_of(book, participants.from?, participants).or_else(|| verdict_of(book, participants.sender?, participants))
}

fn verdict_of(book: &AddressBook, from: &str, participants: &Participants<'_>) -> Option<Verdict> {
    let from = address::normalize(from)?;
    let sender = Kinds::of(book, &from);
    if !sender.user && !sender.contact {
        return None;
    }
    let mut recipients = recipients(participants);
    recipients.retain(|(_, recipient)| *recipient != from);
    let to = recipients
        .iter()
        .fold(Kinds::default(), |to, (_, recipient)| to.or(Kinds::of(book, recipient)));
    let direction = if sender.user && to.contact {
        Direction::Outgoing
    } else if sender.contact && to.user {
        Direction::Incoming
    } else {
        return None;
    };
    let matches = matches(book, from, recipients);
    Some(Verdict { direction, matches })
}

/// In normal form.
fn recipients<'a>(participants: &Participants<'a>) -> Vec<(Role, Cow<'a, str>)> {
    let recipients = participants.recipients.iter();
    recipients
        .filter_map(|&(role, text)| Some((role, address::normalize(text)?)))
        .collect()
}

fn matches(book: &AddressBook, from: Cow<'_, str>, recipients: Vec<(Role, Cow<'_, str>)>) -> Vec<Match> {
    let mut matches = Vec::new();
    for (role, email) in std::iter::once((Role::From, from)).chain(recipients) {
        record(&mut matches, &email, book.owners(&email), role);
    }
    matches
}

/// Further authors of a message that is collected: Exchange shows the first one only, its header all.
pub(crate) fn add_authors<'a>(book: &AddressBook, verdict: &mut Verdict, authors: impl Iterator<Item = &'a str>) {
    for email in authors.filter_map(address::normalize) {
        record(&mut verdict.matches, &email, book.owners(&email), Role::From);
    }
}

/// Whose an address is, or some addresses are.
#[derive(Clone, Copy, Default)]
struct Kinds {
    contact: bool,
    user: bool,
}

impl Kinds {
    fn of(book: &AddressBook, address: &str) -> Self {
        let owners = book.owners(address);
        owners.fold(Self::default(), |kinds, owner| match owner.kind {
            OwnerKind::Contact => Self { contact: true, ..kinds },
            OwnerKind::User => Self { user: true, ..kinds },
        })
    }

    fn or(self, other: Self) -> Self {
        Self {
            contact: self.contact || other.contact,
            user: self.user || other.user,
        }
    }
}

fn record(matches: &mut Vec<Match>, email: &str, owners: impl Iterator<Item = Owner>, role: Role) {
    for owner in owners {
        let known = matches
            .iter()
            .any(|m| m.email == email && m.kind == owner.kind && m.id == owner.id);
        if !known {
            matches.push(Match {
                email: email.to_owned(),
                kind: owner.kind,
                id: owner.id,
                role,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> AddressBook {
        let mut book = AddressBook::default();
        let contact = |id| Owner {
            kind: OwnerKind::Contact,
            id,
        };
        let user = |id| Owner {
            kind: OwnerKind::User,
            id,
        };
        book.add("contact@customer.example", contact(1));
        book.add("second@customer.example", contact(2));
        book.add("user@company.example", user(1));
        book.add("colleague@company.example", user(2));
        book.add("both@company.example", contact(3));
        book.add("both@company.example", user(3));
        book
    }

    fn direction(from: &str, to: &[&str]) -> Option<Direction> {
        let recipients = to.iter().map(|text| (Role::To, *text)).collect();
        verdict(
            &book(),
            &Participants {
                from: Some(from),
                sender: None,
                recipients,
            },
        )
        .map(|v| v.direction)
    }

    #[test]
    fn a_contact_to_a_user_is_incoming_and_the_reverse_outgoing() {
        assert_eq!(
            direction("contact@customer.example", &["user@company.example"]),
            Some(Direction::Incoming)
        );
        assert_eq!(
            direction("user@company.example", &["contact@customer.example"]),
            Some(Direction::Outgoing)
        );
    }

    #[test]
    fn case_and_display_names_do_not_matter() {
        let to = ["x@y.example", "User <USER@company.example>"];
        assert_eq!(
            direction("Con Tact <Contact@Customer.Example>", &to),
            Some(Direction::Incoming)
        );
    }

    #[test]
    fn one_side_alone_is_never_collected() {
        assert_eq!(
            direction("contact@customer.example", &["second@customer.example"]),
            None
        );
        assert_eq!(direction("user@company.example", &["colleague@company.example"]), None);
        assert_eq!(
            direction(
                "stranger@else.example",
                &["user@company.example", "contact@customer.example"]
            ),
            None
        );
        assert_eq!(direction("contact@customer.example", &["stranger@else.example"]), None);
        assert_eq!(direction("contact@customer.example", &[]), None);
    }

    #[test]
    fn an_address_that_is_both_needs_another_address_on_the_other_side() {
        assert_eq!(direction("both@company.example", &["BOTH@company.example"]), None);
        assert_eq!(
            direction("both@company.example", &["user@company.example"]),
            Some(Direction::Incoming)
        );
        assert_eq!(
            direction("both@company.example", &["contact@customer.example"]),
            Some(Direction::Outgoing)
        );
        assert_eq!(
            direction("user@company.example", &["both@company.example"]),
            Some(Direction::Outgoing)
        );
        assert_eq!(
            direction("contact@customer.example", &["both@company.example"]),
            Some(Direction::Incoming)
        );
    }

    #[test]
    fn cc_and_bcc_count_and_every_owner_is_named_once() {
        let participants = Participants {
            from: Some("contact@customer.example"),
            sender: None,
            recipients: vec![
                (Role::To, "stranger@else.example"),
                (Role::Cc, "second@customer.example"),
                (Role::Bcc, "user@company.example"),
                (Role::Bcc, "User@Company.example"),
            ],
        };
        let found = verdict(&book(), &participants).expect("collected").matches;
        let named: Vec<_> = found.iter().map(|m| (m.email.as_str(), m.role)).collect();
        assert_eq!(
            named,
            [
                ("contact@customer.example", Role::From),
                ("second@customer.example", Role::Cc),
                ("user@company.example", Role::Bcc)
            ]
        );
    }

    #[test]
    fn a_mailbox_that_collects_what_is_addressed_to_it_asks_for_no_contact() {
        let told = |from: &str, to: &str| {
            let participants = Participants {
                from: Some(from),
                sender: None,
                recipients: vec![(Role::To, "other@else.example"), (Role::Cc, to)],
            };
            addressed(&book(), &participants, "Info@Company.example")
                .map(|verdict| (verdict.direction, verdict.matches.len()))
        };
        assert_eq!(
            told("stranger@else.example", "INFO@company.example"),
            Some((Direction::Incoming, 0))
        );
        assert_eq!(
            told("contact@customer.example", "info@company.example"),
            Some((Direction::Incoming, 1))
        );
        assert_eq!(
            told("info@company.example", "stranger@else.example"),
            Some((Direction::Outgoing, 0))
        );
        assert_eq!(told("contact@customer.example", "user@company.example"), None);
    }

    #[test]
    fn a_message_without_a_sender_is_not_collected() {
        let recipients = vec![(Role::To, "user@company.example")];
        let nobody = Participants {
            recipients,
            ..Participants::default()
        };
        assert_eq!(verdict(&book(), &nobody), None);
    }

    #[test]
    fn sender_counts_where_from_alone_says_nothing() {
        let judged = |from, sender, to| {
            let participants = Participants {
                from: Some(from),
                sender: Some(sender),
                recipients: vec![(Role::To, to)],
            };
            let found = verdict(&book(), &participants)?;
            Some((found.direction, found.matches[0].email.clone()))
        };
        let (user, contact) = ("user@company.example", "contact@customer.example");
        assert_eq!(
            judged("sales@company.example", user, contact),
            Some((Direction::Outgoing, user.into()))
        );
        assert_eq!(
            judged("office@customer.example", contact, user),
            Some((Direction::Incoming, contact.into()))
        );
        assert_eq!(
            judged("colleague@company.example", user, contact),
            Some((Direction::Outgoing, "colleague@company.example".into()))
        );
    }

    #[test]
    fn a_second_author_is_matched_too() {
        let participants = Participants {
            from: Some("contact@customer.example"),
            sender: None,
            recipients: vec![(Role::To, "user@company.example")],
        };
        let mut found = verdict(&book(), &participants).expect("collected");
        add_authors(
            &book(),
            &mut found,
            ["contact@customer.example", "Second@customer.example", "x@y"].into_iter(),
        );
        let named: Vec<_> = found.matches.iter().map(|m| (m.email.as_str(), m.role)).collect();
        assert_eq!(named.len(), 3);
        assert_eq!(named[2], ("second@customer.example", Role::From));
    }
}
