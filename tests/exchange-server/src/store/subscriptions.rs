//! Subscriptions of all clients, pull and streaming. Knows which events one wants, not how they are written.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use super::ids::{EntryId, fnv};
use super::lock;
use super::notices::{Notice, NoticeKind};

/// `t:EventTypes` of a subscription.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub kinds: HashSet<String>,
    /// None: all folders.
    pub folders: Option<HashSet<u32>>,
}

impl Wanted {
    pub fn admits(&self, notice: &Notice) -> bool {
        let kind = match notice.kind {
            NoticeKind::NewMail => "NewMailEvent",
            NoticeKind::Created => "CreatedEvent",
            NoticeKind::Modified => "ModifiedEvent",
            NoticeKind::Deleted => "DeletedEvent",
            NoticeKind::Moved(_) => "MovedEvent",
        };
        let from = if let NoticeKind::Moved(from) = notice.kind {
            Some(from.folder)
        } else {
            None
        };
        let here = |folders: &HashSet<u32>| {
            folders.contains(&notice.parent.folder) || from.is_some_and(|from| folders.contains(&from))
        };
        self.kinds.contains(kind) && self.folders.as_ref().is_none_or(here)
    }
}

/// How events are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Pull,
    Streaming,
}

#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub mailbox: String,
    /// The mailbox server that it lives on.
    pub server: usize,
    pub delivery: Delivery,
    pub wanted: Wanted,
    /// Events up to here were handed out by streaming.
    pub watermark: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Subscriptions(Mutex<HashMap<String, Subscription>>);

impl Subscriptions {
    pub fn add(&self, subscription: Subscription) -> String {
        let mut all = lock(&self.0);
        let number = all.len() as u64 + 1;
        let mailbox = fnv(subscription.mailbox.as_bytes());
        let mut number = EntryId {
            mailbox,
            folder: 0,
            item: number,
            attachment: None,
        };
        while all.contains_key(&number.encode()) {
            number.item += 1;
        }
        let id = number.encode();
        all.insert(id.clone(), subscription);
        id
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        lock(&self.0).len()
    }

    pub fn get(&self, id: &str) -> Option<Subscription> {
        lock(&self.0).get(id).cloned()
    }

    pub fn advance(&self, id: &str, watermark: u64) {
        if let Some(subscription) = lock(&self.0).get_mut(id) {
            subscription.watermark = watermark;
        }
    }

    /// Ends a subscription of this server; false where it has none of this id.
    pub fn remove(&self, id: &str, server: usize) -> bool {
        let mut all = lock(&self.0);
        let is_here = all.get(id).is_some_and(|s| s.server == server);
        is_here && all.remove(id).is_some()
    }

    /// As a restart of the server does.
    pub fn clear(&self) {
        lock(&self.0).clear();
    }
}
