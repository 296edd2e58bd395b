//! The organization's address list, as `ResolveNames` searches it. Knows no mailbox content.

use std::collections::HashMap;

/// `t:MailboxType` of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Mailbox,
    Group,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub name: String,
    pub address: String,
    pub legacy_dn: String,
    pub kind: EntryKind,
    /// Whether answers show this entry's address as routing type EX with the legacy DN.
    pub shown_as_ex: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Directory {
    entries: Vec<Entry>,
    by_address: HashMap<String, usize>,
    any_ex: bool,
}

impl Directory {
    pub fn add(&mut self, name: &str, address: &str, kind: EntryKind) {
        if self.by_address(address).is_some() {
            return;
        }
        self.by_address.insert(address.to_lowercase(), self.entries.len());
        let local = address.split('@').next().unwrap_or(address);
        self.entries.push(Entry {
            name: name.to_owned(),
            address: address.to_owned(),
            legacy_dn: format!(
                "/O=EXAMPLE/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN={}",
                local.to_uppercase()
            ),
            kind,
            shown_as_ex: false,
        });
    }

    pub fn show_as_ex(&mut self, address: &str) {
        let at = self.by_address.get(&address.to_lowercase()).copied();
        if let Some(entry) = at.and_then(|at| self.entries.get_mut(at)) {
            entry.shown_as_ex = true;
            self.any_ex = true;
        }
    }

    /// The legacy DN that answers show in place of this address, if they do.
    pub fn ex(&self, address: &str) -> Option<&Entry> {
        // Asked for every address of every answer, and mostly there is none.
        self.any_ex
            .then(|| self.by_address(address))
            .flatten()
            .filter(|e| e.shown_as_ex)
    }

    pub fn by_address(&self, address: &str) -> Option<&Entry> {
        self.by_address
            .get(&address.to_lowercase())
            .and_then(|at| self.entries.get(*at))
    }

    /// Ambiguous name resolution: the legacy DN, the address, or the beginning of a name or address.
    pub fn resolve(&self, entry: &str) -> Vec<&Entry> {
        let wanted = entry.trim().to_lowercase();
        let wanted = wanted
            .strip_prefix("smtp:")
            .or_else(|| wanted.strip_prefix("ex:"))
            .unwrap_or(&wanted);
        let exact: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|e| e.address.to_lowercase() == wanted || e.legacy_dn.to_lowercase() == wanted)
            .collect();
        if !exact.is_empty() || wanted.starts_with('/') {
            return exact;
        }
        let begins = |text: &str| {
            text.to_lowercase()
                .split([' ', ','])
                .any(|word| word.starts_with(wanted))
        };
        let full = |text: &str| text.to_lowercase().starts_with(wanted);
        self.entries
            .iter()
            .filter(|e| begins(&e.name) || full(&e.name) || full(&e.address))
            .take(100)
            .collect()
    }
}
