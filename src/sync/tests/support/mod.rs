//! The engine against a test Exchange over real HTTP. Knows no assertions.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used)] // Each test binary uses its part.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use exchange_server::{Builder, ExchangeServer, Handle, Rights};
use sync::{AddressBook, Batch, Engine, Error, Event, MailboxTask, Owner, OwnerKind, Run, Settings};

pub const JANE: &str = "jane@example.com";
pub const JOE: &str = "joe@example.com";
pub const CUSTOMER: &str = "c@customer.example";

pub fn server() -> Builder {
    ExchangeServer::builder()
        .account("svc", "secret", Rights::All)
        .named_mailbox(JANE, "Jane Jansen")
        .named_mailbox(JOE, "Joe Jones")
}

pub fn settings(server: &Handle) -> Settings {
    Settings {
        server: server.url().into(),
        login: "EXAMPLE\\svc".into(),
        password: "secret".into(),
        domains: vec!["example.com".into()],
        ..Settings::default()
    }
}

pub fn engine(server: &Handle) -> Engine {
    Engine::new(settings(server)).unwrap()
}

/// Jane and Joe are users, the customer is a contact.
pub fn book() -> AddressBook {
    let mut book = AddressBook::default();
    for (id, user) in [(1, JANE), (2, JOE)] {
        book.add(
            user,
            Owner {
                kind: OwnerKind::User,
                id,
            },
        );
    }
    book.add(
        CUSTOMER,
        Owner {
            kind: OwnerKind::Contact,
            id: 7,
        },
    );
    book
}

/// A message whose id is its subject.
pub fn mail(subject: &str, from: &str, to: &str) -> String {
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@test>\r\n\
         Date: Mon, 2 Mar 2026 09:30:00 +0000\r\n\r\nHello {subject}\r\n"
    )
}

/// A message of the customer's arrives in a mailbox.
pub fn deliver(server: &Handle, mailbox: &str, subject: &str) {
    let inbox = server.mailbox(mailbox).unwrap();
    inbox.deliver("inbox", mail(subject, CUSTOMER, mailbox)).unwrap();
}

/// What a host's database would hold after its runs.
#[derive(Default)]
pub struct Host {
    /// Checkpoints by mailbox and folder id.
    pub checkpoints: HashMap<String, HashMap<String, String>>,
    /// Subject by mailbox and Message-ID.
    pub stored: BTreeMap<(String, String), String>,
    /// Subjects in the order in which their mail came.
    pub arrived: Vec<String>,
    /// How often a message came again.
    pub repeated: usize,
    /// Read flags and removals by item id.
    pub read: HashMap<String, bool>,
    pub removed: Vec<String>,
    pub skipped: Vec<String>,
    pub failures: Vec<Error>,
    pub done: Vec<String>,
    pub batches: usize,
    pub seen: u64,
}

impl Host {
    pub fn task(&self, mailbox: &str) -> MailboxTask {
        MailboxTask {
            address: mailbox.into(),
            checkpoints: self.checkpoints.get(mailbox).cloned().unwrap_or_default(),
        }
    }

    /// Reads the mailboxes to their end and stores all.
    pub async fn run(&mut self, engine: &Engine, mailboxes: &[&str]) {
        let mut run = engine.run(Arc::new(book()));
        self.follow(&mut run, mailboxes).await;
    }

    pub async fn follow(&mut self, run: &mut Run, mailboxes: &[&str]) {
        let mut waiting = mailboxes.iter();
        loop {
            let event = tokio::time::timeout(Duration::from_secs(60), run.next()).await;
            match event.expect("an event within a minute") {
                Event::WantsMailbox => match waiting.next() {
                    Some(mailbox) => run.offer(self.task(mailbox)),
                    None => run.no_more_mailboxes(),
                },
                Event::Batch(batch) => self.store(*batch),
                Event::Finished => return,
            }
        }
    }

    pub fn store(&mut self, batch: Batch) {
        self.batches += 1;
        self.seen += batch.seen;
        let mailbox = batch.mailbox.to_string();
        for message in batch.messages {
            self.arrived.push(message.subject.clone());
            let known = self
                .stored
                .insert((mailbox.clone(), message.message_id), message.subject)
                .is_some();
            self.repeated += usize::from(known);
        }
        self.read.extend(batch.read_flags);
        self.removed.extend(batch.removed);
        self.skipped
            .extend(batch.skipped.into_iter().map(|skipped| skipped.reason));
        self.failures.extend(batch.failure);
        if let (Some(folder), Some(checkpoint)) = (batch.folder, batch.checkpoint) {
            self.checkpoints
                .entry(mailbox.clone())
                .or_default()
                .insert(folder.id.clone(), checkpoint);
        }
        if batch.done {
            self.done.push(mailbox);
        }
    }

    pub fn subjects(&self) -> Vec<&str> {
        self.stored.values().map(String::as_str).collect()
    }
}
