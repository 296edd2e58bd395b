//! Whose turn it is: how many requests may be under way, for the server and for each mailbox. Knows no HTTP and no SOAP.
//!
//! [`Transport::post`](super::Transport::post) takes a [`Permit`] itself and reports HTTP 429/503 and success. What only
//! SOAP says, the caller reports, and then simply posts again; the post waits as long as was asked:
//!
//! - `ErrorServerBusy` (its budget is charged to the mailbox that is impersonated): [`Limiter::mailbox_busy`] with
//!   `BackOffMilliseconds`; only this mailbox waits.
//! - HTTP 429/503 for a mailbox: [`Limiter::mailbox_busy`] with `Retry-After`, and [`Limiter::server_busy`].
//! - `ErrorExceededConnectionCount`, `ErrorTooManyObjectsOpened`: [`Limiter::server_busy`]; everybody waits a little, and
//!   fewer go on at once.
//!
//! Bounds grow by one a round of successes and halve when the server is busy (additive increase, multiplicative decrease).
//!
//! ```
//! # use std::time::Duration;
//! # use ews::transport::throttle::Limiter;
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), ews::transport::throttle::Held> {
//! let limiter = Limiter::new(8);
//! let permit = limiter.acquire(Some("jane@example.com")).await?;
//! limiter.mailbox_busy("jane@example.com", Some(Duration::from_secs(30)));
//! drop(permit);
//! limiter.acquire(Some("john@example.com")).await?.succeeded(); // at once
//! limiter.acquire(Some("jane@example.com")).await?.succeeded(); // in 30 s
//! # Ok(())
//! # }
//! ```

mod gate;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use gate::Gate;

/// Requests at once for one mailbox at most: Exchange charges them to the mailbox (EWSMaxConcurrency), and our steps of
/// one mailbox rarely overlap by more.
pub const MAILBOX_CONCURRENCY: usize = 3;

/// How long a request waits for its turn at most, and how long a server may ask for patience in all, before its error goes
/// up: whoever asked tells the host when to come again.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The server as a whole is left alone no longer than this for what one of its answers says: it may mean one mailbox.
const LONGEST_SERVER_HOLD: Duration = Duration::from_secs(1);

/// Bounds the requests under way. Cheap to clone; clones share the bounds.
#[derive(Debug, Clone)]
pub struct Limiter {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    gates: Mutex<Gates>,
    /// Rings when a permit is returned or a hold was set; those who wait look again.
    changed: Notify,
}

#[derive(Debug)]
struct Gates {
    server: Gate,
    /// Only mailboxes with requests under way, a hold or a narrowed bound.
    mailboxes: HashMap<Box<str>, Gate>,
}

/// The right to one request. Dropped without a verdict, it counts neither as success nor as trouble.
#[derive(Debug)]
#[must_use = "a permit holds its place only as long as it lives"]
pub struct Permit {
    limiter: Limiter,
    mailbox: Option<Box<str>>,
}

impl Limiter {
    /// For one server, with at most `max_connections` requests at once (at least one).
    pub fn new(max_connections: usize) -> Self {
        let gates = Gates {
            server: Gate::new(max_connections),
            mailboxes: HashMap::new(),
        };
        Self {
            shared: Arc::new(Shared {
                gates: Mutex::new(gates),
                changed: Notify::new(),
            }),
        }
    }

    /// Waits until the server and the mailbox allow one more request. Cancel-safe.
    ///
    /// # Errors
    /// [`Held`]: they allow none for longer than [`PATIENCE`].
    pub async fn acquire(&self, mailbox: Option<&str>) -> Result<Permit, Held> {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Enlisted before the look, so that no change between look and wait is missed.
            changed.as_mut().enable();
            let entry = self.gates().enter(mailbox, Instant::now());
            match entry {
                Entry::Entered => {
                    return Ok(Permit {
                        limiter: self.clone(),
                        mailbox: mailbox.map(Into::into),
                    });
                }
                Entry::HeldUntil(time) if time > Instant::now() + PATIENCE => {
                    return Err(Held(time - Instant::now()));
                }
                Entry::HeldUntil(time) => {
                    tokio::select! { () = tokio::time::sleep_until(time) => {}, () = changed => {} }
                }
                Entry::Full => changed.await,
            }
        }
    }

    /// The server as a whole asks for patience; `None` where it does not say how long. Fewer requests go on at once, after
    /// a second at most: what it asks for longer, it asks each mailbox.
    pub fn server_busy(&self, wait: Option<Duration>) {
        let wait = wait.map(|wait| wait.min(LONGEST_SERVER_HOLD));
        self.gates().server.busy(wait, Instant::now());
        self.shared.changed.notify_waiters();
    }

    /// One mailbox's budget is used up; `None` where the server does not say for how long.
    pub fn mailbox_busy(&self, mailbox: &str, wait: Option<Duration>) {
        let mut gates = self.gates();
        gates
            .mailboxes
            .entry(mailbox.into())
            .or_insert_with(mailbox_gate)
            .busy(wait, Instant::now());
        drop(gates);
        self.shared.changed.notify_waiters();
    }

    /// Requests that may be under way at once just now.
    pub fn server_bound(&self) -> usize {
        self.gates().server.bound()
    }

    /// How long a request for this mailbox would have to wait for the end of a hold.
    pub fn held_for(&self, mailbox: &str) -> Option<Duration> {
        let now = Instant::now();
        let gates = self.gates();
        let until = gates
            .server
            .held_until(now)
            .max(gates.mailboxes.get(mailbox).and_then(|gate| gate.held_until(now)));
        until.map(|until| until - now)
    }

    fn gates(&self) -> MutexGuard<'_, Gates> {
        // Nothing in here panics half-way; a poisoned lock still holds sound counts.
        self.shared.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No turn for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held(pub Duration);

enum Entry {
    Entered,
    HeldUntil(Instant),
    Full,
}

fn mailbox_gate() -> Gate {
    Gate::new(MAILBOX_CONCURRENCY)
}

impl Gates {
    fn enter(&mut self, mailbox: Option<&str>, now: Instant) -> Entry {
        let own = mailbox.and_then(|mailbox| self.mailboxes.get(mailbox));
        if let Some(until) = self
            .server
            .held_until(now)
            .max(own.and_then(|gate| gate.held_until(now)))
        {
            return Entry::HeldUntil(until);
        }
        if self.server.is_full() || own.is_some_and(Gate::is_full) {
            return Entry::Full;
        }
        self.server.enter(now);
        if let Some(mailbox) = mailbox {
            self.mailboxes
                .entry(mailbox.into())
                .or_insert_with(mailbox_gate)
                .enter(now);
        }
        Entry::Entered
    }

    fn leave(&mut self, mailbox: Option<&str>) {
        self.server.leave();
        if let Some(mailbox) = mailbox
            && let Some(gate) = self.mailboxes.get_mut(mailbox)
        {
            gate.leave();
            if gate.is_idle(Instant::now()) {
                self.mailboxes.remove(mailbox);
            }
        }
    }
}

impl Permit {
    /// The server answered in good health: bounds may grow again.
    pub fn succeeded(self) {
        let mut gates = self.limiter.gates();
        gates.server.succeeded();
        if let Some(gate) = self
            .mailbox
            .as_deref()
            .and_then(|mailbox| gates.mailboxes.get_mut(mailbox))
        {
            gate.succeeded();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.limiter.gates().leave(self.mailbox.as_deref());
        self.limiter.shared.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
