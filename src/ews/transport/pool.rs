//! Idle connections, the warmest first. Their number is bounded by the limiter, not here. Knows no requests.

use std::sync::{Mutex, PoisonError};

use super::connection::Connection;

/// Connections of one transport that nobody uses just now.
#[derive(Debug, Default)]
pub(super) struct Pool {
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    /// The connection used last, since its socket is the likeliest to be open still.
    pub(super) fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// A connection whose request was given up is simply dropped instead, and its socket with it.
    pub(super) fn put_back(&self, connection: Connection) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
    }
}
