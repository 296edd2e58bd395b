//! SMTP addresses of senders and recipients that Exchange shows by legacy DN (routing type EX). Knows no owners.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ews::{EmailAddress, Mailbox, RoutingType};

use crate::address;

/// Entries at most; a company has fewer correspondents by legacy DN, and what is forgotten is asked again.
const CAPACITY: usize = 50_000;

/// Legacy DNs that were resolved, shared by all mailboxes.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    known: Mutex<HashMap<String, Option<String>>>,
}

/// What an address of an item's properties is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An SMTP address: somebody owns it, or nobody.
    Smtp,
    /// A legacy DN, which the directory may know.
    LegacyDn,
    /// Nothing that anybody could own: a name alone, a one-off address of another kind.
    Unknown,
}

impl Standing {
    pub fn of(party: &EmailAddress<'_>) -> Self {
        let address = party.address.as_deref().unwrap_or_default();
        if is_legacy_dn(address)
            || (party.routing_type == Some(RoutingType::Ex) && !address.is_empty() && !address.contains('@'))
        {
            Self::LegacyDn
        } else if address.contains('@') {
            Self::Smtp
        } else {
            Self::Unknown
        }
    }
}

/// Whether an address has to be asked for before anybody can own it: from the directory, or from the mail itself.
pub(crate) fn needs_resolving(party: &EmailAddress<'_>) -> bool {
    Standing::of(party) != Standing::Smtp
}

fn is_legacy_dn(address: &str) -> bool {
    address.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("/o="))
}

impl Directory {
    /// Puts the SMTP address into a party that lacks it; whom nobody knows stays as it is.
    ///
    /// # Errors
    /// The directory did not answer; that it knows nobody is no error.
    pub async fn resolve(&self, mailbox: &Mailbox, party: &mut EmailAddress<'static>) -> Result<(), ews::Error> {
        if Standing::of(party) != Standing::LegacyDn {
            return Ok(());
        }
        let Some(legacy_dn) = &party.address else {
            return Ok(());
        };
        if let Some(smtp) = self.smtp_of(mailbox, legacy_dn).await? {
            party.address = Some(smtp.into());
            party.routing_type = Some(RoutingType::Smtp);
        }
        Ok(())
    }

    async fn smtp_of(&self, mailbox: &Mailbox, legacy_dn: &str) -> Result<Option<String>, ews::Error> {
        let key = legacy_dn.to_lowercase();
        if let Some(found) = self.lock().get(&key) {
            return Ok(found.clone());
        }
        let smtp = the_one(&mailbox.resolve_names(legacy_dn).await?, legacy_dn);
        self.keep(key, smtp.clone());
        Ok(smtp)
    }

    /// What a mail tells of one whom the server does not know.
    pub fn learn(&self, legacy_dn: &str, smtp: &str) {
        if is_legacy_dn(legacy_dn) {
            self.keep(legacy_dn.to_lowercase(), Some(smtp.to_owned()));
        }
    }

    fn keep(&self, key: String, smtp: Option<String>) {
        let mut known = self.lock();
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(key, smtp);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<String>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address that the directory's answers agree on: a name may be like several people's.
fn the_one(answers: &[EmailAddress<'static>], legacy_dn: &str) -> Option<String> {
    let smtp = |party: &EmailAddress<'_>| {
        let address = party
            .address
            .as_deref()
            .filter(|_| Standing::of(party) == Standing::Smtp)?;
        address::normalize(address).map(Cow::into_owned)
    };
    let mut found: Vec<String> = answers.iter().filter_map(smtp).collect();
    found.sort();
    found.dedup();
    if let [only] = &found[..] {
        return Some(only.clone());
    }
    // The DN ends with the mailbox's alias (`cn=jane`), with a prefix in newer organizations (`cn=0f3c...-jane`).
    let alias = legacy_dn.rsplit('=').next()?.to_lowercase();
    let fits = |address: &&String| {
        let local = address.split('@').next().unwrap_or_default();
        alias == local || alias.strip_suffix(local).is_some_and(|prefix| prefix.ends_with('-'))
    };
    let mut fitting = found.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(address: &str, routing_type: Option<RoutingType>) -> EmailAddress<'static> {
        EmailAddress {
            name: None,
            address: Some(address.to_owned().into()),
            routing_type,
        }
    }

    #[test]
    fn of_several_answers_the_one_that_fits_is_taken_and_else_none() {
        let dn = "/o=Org/ou=Group/cn=Recipients/cn=0f3c-jane";
        let one = |addresses: &[&str]| {
            let answers: Vec<_> = addresses.iter().map(|a| party(a, Some(RoutingType::Smtp))).collect();
            the_one(&answers, dn)
        };
        assert_eq!(
            one(&["Jane.Jansen@example.com"]).as_deref(),
            Some("jane.jansen@example.com")
        );
        assert_eq!(
            one(&["jo@example.com", "Jane@example.com"]).as_deref(),
            Some("jane@example.com")
        );
        assert_eq!(one(&["jane@a.example", "jane@b.example"]), None);
        assert_eq!(one(&["jo@example.com", "mary-jane@example.com"]), None);
        assert_eq!(one(&[]), None);
    }

    #[test]
    fn an_address_stands_by_what_it_is_whatever_its_routing_type_says() {
        assert_eq!(Standing::of(&party("a@b.example", None)), Standing::Smtp);
        assert_eq!(
            Standing::of(&party("a@b.example", Some(RoutingType::Ex))),
            Standing::Smtp
        );
        assert_eq!(Standing::of(&party("/O=Org/CN=a", None)), Standing::LegacyDn);
        assert_eq!(Standing::of(&party("Jane Jansen", None)), Standing::Unknown);
        assert_eq!(Standing::of(&EmailAddress::default()), Standing::Unknown);
    }
}
