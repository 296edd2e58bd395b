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

/// Whether the address has to be resolved before anybody can own it.
pub(crate) fn needs_resolving(party: &EmailAddress<'_>) -> bool {
    party.routing_type == Some(RoutingType::Ex)
        || party
            .address
            .as_deref()
            .is_some_and(|a| a.starts_with("/o=") || a.starts_with("/O="))
}

impl Directory {
    /// Puts the SMTP address into a party that lacks it; whom nobody knows stays as it is.
    pub async fn resolve(&self, mailbox: &Mailbox, party: &mut EmailAddress<'static>) -> Result<(), ews::Error> {
        if !needs_resolving(party) {
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
        let answer = match mailbox.resolve_names(legacy_dn).await {
            Ok(answer) => answer,
            // The server's directory does not like this name; the mail is judged by its other addresses.
            Err(ews::Error::Response(error)) if !error.code.is_transient() && !error.code.is_throttling() => Vec::new(),
            Err(error) => return Err(error),
        };
        let smtp = answer
            .into_iter()
            .filter(|party| !needs_resolving(party))
            .filter_map(|party| party.address)
            .find(|text| address::normalize(text).is_some())
            .map(Cow::into_owned);
        self.keep(key, smtp.clone());
        Ok(smtp)
    }

    /// What a mail tells of one whom the server does not know.
    pub fn learn(&self, legacy_dn: &str, smtp: &str) {
        self.keep(legacy_dn.to_lowercase(), Some(smtp.to_owned()));
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
