//! Whose address is it: contacts' and users' addresses in memory, compact and case-insensitive.

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
#[derive(Default, Debug)]
pub struct AddressBook {}

impl AddressBook {
    /// Adds an address (`a@b` or `Name <a@b>`); answers whether it held an address.
    pub fn add(&mut self, _email: &str, _owner: Owner) -> bool {
        todo!()
    }
    /// Number of addresses.
    pub fn len(&self) -> usize {
        todo!()
    }
    /// Whether there is no address at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
