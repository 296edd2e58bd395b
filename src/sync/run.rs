//! A run: mailboxes in, batches out, with room for what the host does meanwhile. Knows no mailbox's content.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::budget::Hold;
use crate::login::Login;
use crate::mailbox::{Delivery, Outlet, Purpose};
use crate::{AddressBook, Batch, Engine, MailboxTask};

/// Batches that wait for the host at most.
const WAITING_BATCHES: usize = 8;

/// A run under way. The host's loop: on `WantsMailbox`, `offer` one or `no_more_mailboxes`; then `next` again.
pub struct Run {
    engine: Engine,
    book: Arc<AddressBook>,
    purpose: Purpose,
    login: Arc<Login>,
    batches: mpsc::Receiver<Delivery>,
    sender: mpsc::Sender<Delivery>,
    tasks: JoinSet<()>,
    /// Mailboxes whose last batch is still to come.
    under_way: usize,
    offers: Offers,
    /// Room taken by the batch that the host has.
    held: Vec<Hold>,
}

enum Offers {
    Open,
    Closed,
}

/// What a run waits for.
pub enum Event {
    /// A batch to store.
    Batch(Box<Batch>),
    /// Room for one more mailbox: call `offer` or `no_more_mailboxes`.
    WantsMailbox,
    /// All offered mailboxes are read, and there are no more.
    Finished,
}

impl Run {
    pub(crate) fn new(engine: Engine, book: Arc<AddressBook>, purpose: Purpose) -> Self {
        let (sender, batches) = mpsc::channel(WAITING_BATCHES);
        Self {
            engine,
            book,
            purpose,
            login: Arc::default(),
            batches,
            sender,
            tasks: JoinSet::new(),
            under_way: 0,
            offers: Offers::Open,
            held: Vec::new(),
        }
    }

    /// Waits for the next event. Cancel-safe, so that the host can look for signals in between.
    pub async fn next(&mut self) -> Event {
        self.held.clear();
        if self.under_way < self.engine.concurrency() && matches!(self.offers, Offers::Open) {
            return Event::WantsMailbox;
        }
        if self.under_way == 0 {
            return Event::Finished;
        }
        while self.tasks.try_join_next().is_some() {}
        // Never `None`: the run holds a sender itself.
        let Some(delivery) = self.batches.recv().await else {
            return Event::Finished;
        };
        if delivery.batch.done {
            self.under_way -= 1;
        }
        self.held = delivery.hold;
        Event::Batch(Box::new(delivery.batch))
    }

    /// Gives one more mailbox; must be called inside the tokio runtime, after `WantsMailbox`.
    pub fn offer(&mut self, mailbox: MailboxTask) {
        let outlet = Outlet {
            mailbox: mailbox.address.as_str().into(),
            batches: self.sender.clone(),
        };
        self.under_way += 1;
        let work = self.engine.clone().read(
            mailbox,
            self.book.clone(),
            self.purpose.clone(),
            self.login.clone(),
            outlet,
        );
        self.tasks.spawn(work);
    }

    /// Says that there are no more.
    pub fn no_more_mailboxes(&mut self) {
        self.offers = Offers::Closed;
    }
}
