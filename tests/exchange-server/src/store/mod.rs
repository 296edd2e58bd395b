//! What the server holds: mailboxes, folders, messages and their change numbers. Knows no HTTP and no SOAP.

pub(crate) mod directory;
pub(crate) mod folder;
pub(crate) mod ids;
pub(crate) mod mailbox;
pub(crate) mod message;
pub(crate) mod notices;
pub(crate) mod subscriptions;
pub(crate) mod sync_state;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks although a test thread may have panicked while it held the lock: the store is plain data.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
