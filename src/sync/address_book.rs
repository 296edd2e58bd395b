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
/// An address costs its own bytes, ten for its length and its owner, and its share of the hash table (5 to 10): no
/// allocation of its own. What a look-up reads lies together, since at a million addresses it is the memory that takes
/// the time.
#[derive(Default)]
pub struct AddressBook {
    /// Every address once: its length, its first owner, its text.
    records: Vec<u8>,
    /// Where each record starts.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The owners after the first one: an address of two contacts, or of a contact who is a user.
    more: HashMap<u32, Vec<Owner>>,
    unusable: u64,
}

/// Octets of a record with a usual address.
const USUAL_RECORD: usize = 40;

struct Record<'a> {
    owner: Owner,
    address: &'a [u8],
}

impl<'a> Record<'a> {
    fn write(records: &mut Vec<u8>, length: u8, owner: Owner, address: &str) {
        let kind = match owner.kind {
            OwnerKind::Contact => 0,
            OwnerKind::User => 1,
        };
        records.extend_from_slice(&[length, kind]);
        records.extend_from_slice(&owner.id.to_le_bytes());
        records.extend_from_slice(address.as_bytes());
    }

    /// `None` for a place where no record starts.
    fn read(records: &'a [u8], start: u32) -> Option<Self> {
        let ([length, kind], rest) = records.get(start as usize..)?.split_first_chunk()?;
        let (id, rest) = rest.split_first_chunk()?;
        let kind = match kind {
            0 => OwnerKind::Contact,
            _ => OwnerKind::User,
        };
        Some(Self {
            owner: Owner {
                kind,
                id: i64::from_le_bytes(*id),
            },
            address: rest.get(..usize::from(*length))?,
        })
    }
}

impl AddressBook {
    /// Adds an owner of an address (`a@b` or `Name <a@b>`); answers whether the text held an address.
    pub fn add(&mut self, email: &str, owner: Owner) -> bool {
        let Some(address) = address::normalize(email) else {
            self.unusable += u64::from(!email.trim().is_empty());
            return false;
        };
        let hash = self.hash(&address);
        if let Some((known, first)) = self.find(&address, hash) {
            self.add_owner(known, first, owner);
            return true;
        }
        let (Ok(start), Ok(length)) = (u32::try_from(self.records.len()), u8::try_from(address.len())) else {
            return false;
        };
        Record::write(&mut self.records, length, owner, &address);
        let (hasher, records) = (&self.hasher, &self.records);
        self.index.insert_unique(hash, start, |&start| {
            hasher.hash_one(Record::read(records, start).map_or(&[][..], |r| r.address))
        });
        true
    }

    /// The owners of an address in normal form; none where it is unknown.
    pub(crate) fn owners(&self, address: &str) -> impl Iterator<Item = Owner> + '_ {
        let found = self.find(address, self.hash(address));
        let more = found
            .and_then(|(start, _)| self.more.get(&start))
            .map(Vec::as_slice)
            .unwrap_or_default();
        found.map(|(_, first)| first).into_iter().chain(more.iter().copied())
    }

    /// Whether anybody owns the address.
    pub fn knows(&self, email: &str) -> bool {
        address::normalize(email).is_some_and(|address| self.find(&address, self.hash(&address)).is_some())
    }

    /// Of each of a page's addresses whether anybody owns it; `None` for what is no address. One after the other, look-ups
    /// in a large book wait for memory each; here they wait together.
    pub fn knows_each<'a>(&self, emails: impl Iterator<Item = &'a str>) -> Vec<Option<bool>> {
        let asked: Vec<_> = emails
            .map(|email| {
                let address = address::normalize(email)?;
                let hash = self.hash(&address);
                Some((address, hash))
            })
            .collect();
        // Any entry of that hash: comparing would wait for its record.
        let any = |hash: u64| self.index.find(hash, |_| true).copied();
        let starts: Vec<Option<u32>> = asked.iter().map(|asked| any(asked.as_ref()?.1)).collect();
        let octet = |at: usize| self.records.get(at).copied().unwrap_or_default();
        // Both ends: most records lie in two lines of the cache.
        let touch = |start: u32| octet(start as usize) ^ octet(start as usize + USUAL_RECORD);
        std::hint::black_box(starts.iter().flatten().fold(0, |read, start| read ^ touch(*start)));
        asked
            .into_iter()
            .zip(starts)
            .map(|(asked, start)| {
                let (address, hash) = asked?;
                Some(
                    start.is_some_and(|start| {
                        self.record(start, &address).is_some() || self.find(&address, hash).is_some()
                    }),
                )
            })
            .collect()
    }

    /// How many texts held no address that mail can have; empty ones don't count.
    pub fn unusable(&self) -> u64 {
        self.unusable
    }

    /// Number of addresses.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no address at all.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Where the record of an address in normal form starts, and its first owner.
    fn find(&self, address: &str, hash: u64) -> Option<(u32, Owner)> {
        let mut owner = None;
        let start = self.index.find(hash, |&start| {
            owner = self.record(start, address).map(|record| record.owner);
            owner.is_some()
        })?;
        Some((*start, owner?))
    }

    /// The record that starts there, if it is that of this address in normal form.
    fn record(&self, start: u32, address: &str) -> Option<Record<'_>> {
        Record::read(&self.records, start).filter(|record| record.address == address.as_bytes())
    }

    fn hash(&self, address: &str) -> u64 {
        self.hasher.hash_one(address.as_bytes())
    }

    fn add_owner(&mut self, start: u32, first: Owner, owner: Owner) {
        let more = self.more.get(&start).map(Vec::as_slice).unwrap_or_default();
        if first != owner && !more.contains(&owner) {
            self.more.entry(start).or_default().push(owner);
        }
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
        assert!(book.knows("JANE@example.COM"));
        assert_eq!(owners(&book, "jane@example.com"), [CONTACT]);
        assert_eq!(owners(&book, "john@example.com"), []);
        assert!(!book.add("no address", CONTACT));
        assert!(!book.add(" ", CONTACT));
        assert_eq!(book.unusable(), 1);
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

    #[test]
    fn a_page_of_addresses_is_answered_in_its_order() {
        let mut book = AddressBook::default();
        for id in (0..10_000).step_by(3) {
            assert!(book.add(
                &format!("contact.{id}@customer.example"),
                Owner {
                    kind: OwnerKind::Contact,
                    id
                }
            ));
        }
        let mut page: Vec<String> = (0..512).map(|id| format!("Contact.{id}@customer.example")).collect();
        page.push("no address".into());
        let known = book.knows_each(page.iter().map(String::as_str));
        let expected = (0..512).map(|id| Some(id % 3 == 0)).chain([None]);
        assert_eq!(known, expected.collect::<Vec<_>>());
    }
}
