//! The engine against a test Exchange over real HTTP. Knows no assertions.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used)] // Each test binary uses its part.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_server::{Builder, ExchangeServer, Handle, Rights};
use sync::{AddressBook, Batch, Collects, Engine, Error, Event, MailboxTask, Owner, OwnerKind, Run, Settings};

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

/// Where a message lies, as a host knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    pub folder: String,
    pub subject: String,
    pub read: bool,
    pub seen: bool,
}

/// What a host's database would hold after its runs.
#[derive(Default)]
pub struct Host {
    /// Checkpoints by mailbox and folder id.
    pub checkpoints: HashMap<String, HashMap<String, String>>,
    /// Subject by mailbox and Message-ID.
    pub stored: BTreeMap<(String, String), String>,
    /// What lies where: folder id, subject and whether it was seen since the folder was begun, by mailbox and item id.
    pub copies: BTreeMap<(String, String), Copy>,
    /// What of each mailbox is asked for.
    pub collects: Collects,
    pub since: Option<SystemTime>,
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
    /// As if so much time had passed since items failed.
    pub fn age(&mut self, time: Duration) {
        for checkpoint in self.checkpoints.values_mut().flat_map(HashMap::values_mut) {
            let mut decoded: serde_json::Value = serde_json::from_str(checkpoint).unwrap();
            for pending in decoded["p"].as_array_mut().into_iter().flatten() {
                for moment in ["f", "l"] {
                    if let Some(seconds) = pending[moment].as_u64() {
                        pending[moment] = (seconds - time.as_secs()).into();
                    }
                }
            }
            *checkpoint = decoded.to_string();
        }
    }

    pub fn task(&self, mailbox: &str) -> MailboxTask {
        MailboxTask {
            address: mailbox.into(),
            checkpoints: self.checkpoints.get(mailbox).cloned().unwrap_or_default(),
            collects: self.collects,
            since: self.since,
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
        let folder = batch
            .folder
            .as_ref()
            .map(|folder| folder.id.clone())
            .unwrap_or_default();
        let of_folder = |key: &(String, String), copy: &Copy| key.0 == mailbox && copy.folder == folder;
        if batch.starts_over {
            let copies = self.copies.iter_mut().filter(|(key, copy)| of_folder(key, copy));
            copies.for_each(|(_, copy)| copy.seen = false);
        }
        for message in batch.messages {
            self.copies.insert(
                (mailbox.clone(), message.item_id.clone()),
                Copy {
                    folder: folder.clone(),
                    subject: message.subject.clone(),
                    read: message.read,
                    seen: true,
                },
            );
            self.arrived.push(message.subject.clone());
            let known = self
                .stored
                .insert((mailbox.clone(), message.message_id), message.subject)
                .is_some();
            self.repeated += usize::from(known);
        }
        for (item, read) in &batch.read_flags {
            let copy = self.copies.get_mut(&(mailbox.clone(), item.clone()));
            copy.into_iter().for_each(|copy| copy.read = *read);
        }
        self.copies
            .retain(|key, copy| !(of_folder(key, copy) && batch.removed.contains(&key.1)));
        if batch.whole {
            self.copies.retain(|key, copy| !of_folder(key, copy) || copy.seen);
        }
        if batch.folder_gone {
            self.copies.retain(|key, copy| !of_folder(key, copy));
            self.checkpoints.entry(mailbox.clone()).or_default().remove(&folder);
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

    /// Reads a mailbox and stores so many batches, then breaks off; whether the run came to its end before.
    pub async fn run_broken(&mut self, engine: &Engine, mailbox: &str, batches: usize) -> bool {
        let mut run = engine.run(Arc::new(book()));
        let mut kept = 0;
        let mut offered = false;
        loop {
            match run.next().await {
                Event::WantsMailbox if offered => run.no_more_mailboxes(),
                Event::WantsMailbox => {
                    offered = true;
                    run.offer(self.task(mailbox));
                }
                Event::Batch(batch) if kept < batches => {
                    kept += 1;
                    self.store(*batch);
                }
                Event::Batch(_) => return false,
                Event::Finished => return true,
            }
        }
    }

    /// Item ids and read flags of the copies in a folder.
    pub fn copies_in(&self, folder: &str) -> BTreeMap<String, bool> {
        let of_folder = self.copies.iter().filter(|(_, copy)| copy.folder == folder);
        of_folder.map(|((_, item), copy)| (item.clone(), copy.read)).collect()
    }

    pub fn subjects(&self) -> Vec<&str> {
        self.stored.values().map(String::as_str).collect()
    }
}
