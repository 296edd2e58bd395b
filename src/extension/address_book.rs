//! `ExchangeSync\AddressBook`: filled from PHP row by row, read by the engine.

use std::cell::RefCell;
use std::sync::Arc;

use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::ce;
use sync::{Owner, OwnerKind};

use crate::iterable::Iterable;
use crate::{exception, panics, zvals};

/// The addresses of contacts and users, kept outside of PHP's memory. Fill it before a run: it can't grow while one
/// reads it.
#[php_class]
#[php(name = "ExchangeSync\\AddressBook", flags = ClassFlags::Final)]
#[php(implements(ce = ce::countable, stub = "\\Countable"))]
pub struct AddressBook {
    book: RefCell<Arc<sync::AddressBook>>,
}

#[php_impl]
impl AddressBook {
    /// An empty book.
    pub fn __construct() -> Self {
        Self {
            book: RefCell::default(),
        }
    }

    /// Adds contacts' addresses, row by row as the iterable gives them.
    ///
    /// @param iterable<array{0: string, 1: int}> $rows address (or "Name <address>") and the contact's id
    ///
    /// @return int rows taken; the others hold no address
    ///
    /// @throws ConfigurationException a row of another shape
    /// @throws Exception a run is reading the book
    pub fn add_contacts(&self, rows: Iterable) -> PhpResult<i64> {
        panics::guard(|| self.add(rows, OwnerKind::Contact, "addContacts"))
    }

    /// Adds users' addresses, row by row as the iterable gives them.
    ///
    /// @param iterable<array{0: string, 1: int}> $rows address (or "Name <address>") and the user's id
    ///
    /// @return int rows taken; the others hold no address
    ///
    /// @throws ConfigurationException a row of another shape
    /// @throws Exception a run is reading the book
    pub fn add_users(&self, rows: Iterable) -> PhpResult<i64> {
        panics::guard(|| self.add(rows, OwnerKind::User, "addUsers"))
    }

    /// Rows so far whose text is no address that mail can have; rows without any text don't count.
    pub fn unusable(&self) -> PhpResult<i64> {
        let book = self.book.try_borrow().map_err(|_| busy())?;
        Ok(i64::try_from(book.unusable()).unwrap_or(i64::MAX))
    }

    /// Number of different addresses.
    pub fn count(&self) -> PhpResult<i64> {
        let book = self.book.try_borrow().map_err(|_| busy())?;
        Ok(i64::try_from(book.len()).unwrap_or(i64::MAX))
    }
}

impl AddressBook {
    /// The book for a run.
    pub(crate) fn shared(&self) -> PhpResult<Arc<sync::AddressBook>> {
        self.book.try_borrow().map(|book| book.clone()).map_err(|_| busy())
    }

    fn add(&self, rows: Iterable, kind: OwnerKind, method: &str) -> PhpResult<i64> {
        // Borrowed while PHP's generator runs: it can't fill the same book meanwhile.
        let mut shared = self.book.try_borrow_mut().map_err(|_| busy())?;
        let book = Arc::get_mut(&mut shared).ok_or_else(busy)?;
        let (mut taken, mut number) = (0, 0_u64);
        let mut rows = rows.values()?;
        while let Some(row) = rows.next()? {
            number += 1;
            let (email, id) = row
                .array()
                .and_then(columns)
                .ok_or_else(|| shape(method, number, &row))?;
            taken += i64::from(book.add(email, Owner { kind, id }));
        }
        Ok(taken)
    }
}

/// Address and id; databases hand out ids as strings too. A row without an address has null there.
fn columns(row: &ZendHashTable) -> Option<(&str, i64)> {
    let email = row.get_index(0)?.dereference();
    let id = row.get_index(1)?.dereference();
    let email = if email.is_null() { "" } else { email.str()? };
    let id = id.long().or_else(|| id.str()?.parse().ok())?;
    Some((email, id))
}

fn shape(method: &str, number: u64, row: &Zval) -> PhpException {
    exception::of_option(
        &format!(
            "ExchangeSync\\AddressBook::{method}(): row {number} is no [address, id] but {}.",
            zvals::type_name(row)
        ),
        "Give each row as [string, int]; rows before it are taken.",
    )
}

fn busy() -> PhpException {
    exception::of_host(
        "The address book is being read by a run, or filled just now.",
        "Fill it before the run starts, or make a new one.",
    )
}
