//! Whose address is it: contacts' and users' addresses in memory, compact and case-insensitive.
//! Knows no mail and no host; ids are the host's.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::address;

/// Which side of a conversation an address stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerKind {
    /// A customer's address.
    Contact,
    /// A CRM user's address.
    User,
}

/// An owner of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Contact or user.
    pub kind: OwnerKind,
    /// The host's id of the owner.
    pub id: i64,
}

/// All addresses that the matching rule asks for.
///
/// An address costs its own bytes, one for its length, 13 for its owner and place, and its share of the hash table
/// (5 to 10): no allocation of its own.
#[derive(Default)]
pub struct AddressBook {
    /// Every address once, each led by its length.
    text: Vec<u8>,
    /// Where each address starts in `text`, and its first owner.
    entries: Vec<Entry>,
    /// Indices into `entries`.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The owners after the first one: an address of two contacts, or of a contact who is a user.
    more: HashMap<u32, Vec<Owner>>,
}

#[repr(C, packed(4))]
struct Entry {
    id: i64,
    start: u32,
    kind: OwnerKind,
}

impl Entry {
    fn owner(&self) -> Owner {
        Owner {
            kind: self.kind,
            id: self.id,
        }
    }
}

impl AddressBook {
    /// Adds an owner of an address (`a@b` or `Name <a@b>`); answers whether the text held an address.
    pub fn add(&mut self, email: &str, owner: Owner) -> bool {
        let Some(address) = address::normalize(email) else {
            return false;
        };
        let hash = self.hasher.hash_one(address.as_bytes());
        if let Some(&known) = self.index.find(hash, |&i| self.text_of(i) == address.as_bytes()) {
            self.add_owner(known, owner);
            return true;
        }
        let (Ok(start), Ok(number), Ok(length)) = (
            u32::try_from(self.text.len()),
            u32::try_from(self.entries.len()),
            u8::try_from(address.len()),
        ) else {
            return false;
        };
        self.text.push(length);
        self.text.extend_from_slice(address.as_bytes());
        self.entries.push(Entry {
            id: owner.id,
            start,
            kind: owner.kind,
        });
        let Self {
            text,
            entries,
            index,
            hasher,
            ..
        } = self;
        index.insert_unique(hash, number, |&i| hasher.hash_one(stored(text, entries, i)));
        true
    }

    /// The owners of an address in normal form or any other; none where it is unknown.
    pub fn owners(&self, email: &str) -> impl Iterator<Item = Owner> + '_ {
        let number = address::normalize(email).and_then(|address| {
            let hash = self.hasher.hash_one(address.as_bytes());
            self.index
                .find(hash, |&i| self.text_of(i) == address.as_bytes())
                .copied()
        });
        let first = number.and_then(|n| self.entries.get(n as usize)).map(Entry::owner);
        let more = number
            .and_then(|n| self.more.get(&n))
            .map(Vec::as_slice)
            .unwrap_or_default();
        first.into_iter().chain(more.iter().copied())
    }

    /// Whether anybody owns the address.
    pub fn knows(&self, email: &str) -> bool {
        self.owners(email).next().is_some()
    }

    /// Number of addresses.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no address at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add_owner(&mut self, number: u32, owner: Owner) {
        let first = self.entries.get(number as usize).map(Entry::owner);
        let more = self.more.get(&number).map(Vec::as_slice).unwrap_or_default();
        if first != Some(owner) && !more.contains(&owner) {
            self.more.entry(number).or_default().push(owner);
        }
    }

    fn text_of(&self, number: u32) -> &[u8] {
        stored(&self.text, &self.entries, number)
    }
}

fn stored<'a>(text: &'a [u8], entries: &[Entry], number: u32) -> &'a [u8] {
    let tail = entries
        .get(number as usize)
        .and_then(|entry| text.get(entry.start as usize..));
    match tail {
        Some([length, rest @ ..]) => rest.get(..usize::from(*length)).unwrap_or_default(),
        _ => &[],
    }
}

impl fmt::Debug for AddressBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressBook")
            .field("addresses", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTACT: Owner = Owner {
        kind: OwnerKind::Contact,
        id: 7,
    };
    const USER: Owner = Owner {
        kind: OwnerKind::User,
        id: 7,
    };

    fn owners(book: &AddressBook, email: &str) -> Vec<Owner> {
        book.owners(email).collect()
    }

    #[test]
    fn an_address_is_found_in_any_case_and_form() {
        let mut book = AddressBook::default();
        assert!(book.add("Jane Doe <Jane@Example.com>", CONTACT));
        assert_eq!(owners(&book, "JANE@example.COM"), [CONTACT]);
        assert_eq!(owners(&book, "john@example.com"), []);
        assert!(!book.add("no address", CONTACT));
        assert_eq!(book.len(), 1);
    }

    #[test]
    fn an_address_may_have_many_owners_each_once() {
        let mut book = AddressBook::default();
        let second = Owner {
            kind: OwnerKind::Contact,
            id: 8,
        };
        for owner in [CONTACT, USER, CONTACT, second, USER] {
            assert!(book.add("a@b", owner));
        }
        assert_eq!(owners(&book, "a@b"), [CONTACT, USER, second]);
        assert_eq!(book.len(), 1);
    }

    #[test]
    fn many_addresses_keep_their_own_owners() {
        let mut book = AddressBook::default();
        for id in 0..50_000 {
            assert!(book.add(
                &format!("contact.{id}@customer-{}.example", id % 977),
                Owner {
                    kind: OwnerKind::Contact,
                    id
                }
            ));
        }
        assert_eq!(book.len(), 50_000);
        for id in (0..50_000).step_by(997) {
            let found = owners(&book, &format!("contact.{id}@customer-{}.example", id % 977));
            assert_eq!(
                found,
                [Owner {
                    kind: OwnerKind::Contact,
                    id
                }]
            );
        }
    }
}
