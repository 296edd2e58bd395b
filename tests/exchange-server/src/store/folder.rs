//! One folder: its items in order of change number, and what a synchronization round has to tell. Knows no XML.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use time::OffsetDateTime;

use super::message::{Extent, Properties, StoredMessage};
use crate::generate::Series;

/// Read flag and change numbers of an item; an item's key is the change number of its creation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flags {
    pub read: bool,
    /// Change number of the last content change, or the key.
    pub changed: u64,
    /// Change number of the last read flag change, or the key.
    pub flagged: u64,
}

impl Flags {
    pub fn new(key: u64, read: bool) -> Self {
        Self {
            read,
            changed: key,
            flagged: key,
        }
    }

    pub fn latest(&self) -> u64 {
        self.changed.max(self.flagged)
    }
}

/// Where an item's content comes from.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Stored(Arc<StoredMessage>),
    /// Computed from its place in the series; nothing is stored.
    Generated(Arc<Series>, u64),
}

impl Content {
    pub fn properties(&self) -> Cow<'_, Properties> {
        self.properties_to(Extent::Whole)
    }

    /// At least so much of its properties.
    pub fn properties_to(&self, extent: Extent) -> Cow<'_, Properties> {
        match self {
            Self::Stored(message) => Cow::Borrowed(&message.properties),
            Self::Generated(series, index) => Cow::Owned(series.properties(*index, extent)),
        }
    }

    /// The item class alone, which costs nothing.
    pub fn class(&self) -> &str {
        match self {
            Self::Stored(message) => &message.properties.class,
            Self::Generated(..) => "IPM.Note",
        }
    }

    /// Whether the MIME header may have a field of that name.
    pub fn may_have_header(&self, name: &str) -> bool {
        match self {
            Self::Stored(_) => true,
            Self::Generated(series, _) => series.may_have_header(name),
        }
    }

    pub fn mime(&self) -> bytes::Bytes {
        match self {
            Self::Stored(message) => message.mime.clone(),
            Self::Generated(series, index) => series.mime(*index),
        }
    }
}

/// An item as an operation sees it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub key: u64,
    pub flags: Flags,
    pub content: Content,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Create,
    Update,
    ReadFlag,
    Delete,
}

#[derive(Debug, Clone, Copy)]
enum Later {
    Touched(u64),
    Gone(u64),
}

/// One page of a round.
pub(crate) struct Page {
    pub changes: Vec<(u64, ChangeKind)>,
    pub cursor: u64,
    pub complete: bool,
}

#[derive(Debug)]
pub(crate) struct Folder {
    pub key: u32,
    pub parent: Option<u32>,
    pub name: String,
    pub distinguished: Option<&'static str>,
    pub class: String,
    /// Hierarchy change numbers, counted by the mailbox.
    pub created: u64,
    pub changed: u64,
    /// Grows when sync states of this folder are made invalid.
    pub epoch: u32,
    /// PidTagLocalCommitTimeMax and PidTagDeletedCountTotal.
    pub committed: OffsetDateTime,
    pub deleted_total: u32,
    series: Option<Arc<Series>>,
    /// Items of the series that are no longer as generated; none: gone.
    touched: HashMap<u64, Option<Flags>>,
    items: BTreeMap<u64, (Arc<StoredMessage>, Flags)>,
    later: BTreeMap<u64, Later>,
    last: u64,
}

impl Folder {
    pub fn new(key: u32, parent: Option<u32>, name: &str, class: &str, created: u64) -> Self {
        Self {
            key,
            parent,
            name: name.to_owned(),
            distinguished: None,
            class: class.to_owned(),
            created,
            changed: created,
            epoch: 0,
            committed: OffsetDateTime::now_utc(),
            deleted_total: 0,
            series: None,
            touched: HashMap::new(),
            items: BTreeMap::new(),
            later: BTreeMap::new(),
            last: 0,
        }
    }

    /// Fills an empty folder with a series: item `index` has the key `index + 1`.
    pub fn generate(&mut self, series: Arc<Series>) {
        self.last = series.count();
        self.series = Some(series);
    }

    /// The latest change number.
    pub fn last(&self) -> u64 {
        self.last
    }

    fn generated(&self) -> u64 {
        self.series.as_ref().map_or(0, |s| s.count())
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.committed = OffsetDateTime::now_utc();
        self.last
    }

    pub fn total(&self) -> u64 {
        let gone = self.touched.values().filter(|f| f.is_none()).count() as u64;
        self.generated() - gone + self.items.len() as u64
    }

    pub fn unread(&self) -> u64 {
        let mut unread = self.items.values().filter(|(_, flags)| !flags.read).count() as u64;
        if let Some(series) = &self.series {
            unread += series.unread();
            for (key, flags) in &self.touched {
                unread += u64::from(flags.is_some_and(|f| !f.read));
                unread -= u64::from(!series.read(key - 1));
            }
        }
        unread
    }

    pub fn item(&self, key: u64) -> Option<Item> {
        if let Some((message, flags)) = self.items.get(&key) {
            return Some(Item {
                key,
                flags: *flags,
                content: Content::Stored(message.clone()),
            });
        }
        let series = self.series.as_ref().filter(|s| (1..=s.count()).contains(&key))?;
        let flags = match self.touched.get(&key) {
            Some(flags) => (*flags)?,
            None => Flags::new(key, series.read(key - 1)),
        };
        Some(Item {
            key,
            flags,
            content: Content::Generated(series.clone(), key - 1),
        })
    }

    /// Keys of all items, oldest first.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = u64> + '_ {
        let generated = (1..=self.generated()).filter(|k| !matches!(self.touched.get(k), Some(None)));
        generated.chain(self.items.keys().copied())
    }

    /// Whether every item is as generated, so that positions are keys.
    pub fn is_pristine_series(&self) -> bool {
        self.series.is_some() && self.touched.is_empty() && self.items.is_empty()
    }

    pub fn deliver(&mut self, message: Arc<StoredMessage>, read: bool) -> u64 {
        let key = self.next();
        self.items.insert(key, (message, Flags::new(key, read)));
        key
    }

    /// Applies a change to an existing item; false where there is none, and for new content of a generated item.
    pub fn touch(&mut self, key: u64, change: Touch) -> bool {
        let Some(item) = self.item(key) else { return false };
        let mut flags = item.flags;
        if matches!(change, Touch::Content(_)) && matches!(item.content, Content::Generated(..)) {
            return false;
        }
        if matches!(change, Touch::Read(read) if read == flags.read) {
            return true;
        }
        // Each kind of change is told at its latest number only; the other kind keeps its own.
        let number = self.next();
        match change {
            Touch::Read(read) => {
                self.later.remove(&flags.flagged);
                (flags.read, flags.flagged) = (read, number);
            }
            Touch::Content(message) => {
                self.later.remove(&flags.changed);
                flags.changed = number;
                if let Some(stored) = self.items.get_mut(&key) {
                    stored.0 = message;
                }
            }
        }
        match self.items.get_mut(&key) {
            Some(stored) => stored.1 = flags,
            None => drop(self.touched.insert(key, Some(flags))),
        }
        self.later.insert(number, Later::Touched(key));
        true
    }

    /// Takes an item out (deleted or moved away); its content, where it was here.
    pub fn remove(&mut self, key: u64) -> Option<Item> {
        let item = self.item(key)?;
        self.later.remove(&item.flags.changed);
        self.later.remove(&item.flags.flagged);
        if self.items.remove(&key).is_none() {
            self.touched.insert(key, None);
        }
        self.last += 1;
        self.deleted_total += 1;
        self.later.insert(self.last, Later::Gone(key));
        Some(item)
    }

    /// Changes of the round (`floor`, `ceiling`] after `cursor`, at most `most`, each item at most once.
    pub fn changes(&self, floor: u64, ceiling: u64, cursor: u64, most: usize) -> Page {
        let mut page = Page {
            changes: Vec::with_capacity(most.min(512)),
            cursor,
            complete: true,
        };
        let generated = self.generated().min(ceiling);
        while page.cursor < generated {
            let key = page.cursor + 1;
            if !matches!(self.touched.get(&key), Some(None)) {
                if page.changes.len() == most {
                    page.complete = false;
                    return page;
                }
                page.changes.push((key, ChangeKind::Create));
            }
            page.cursor = key;
        }
        let from = page.cursor + 1;
        if from > ceiling {
            return page;
        }
        let mut created = self.items.range(from..=ceiling).map(|(key, _)| *key).peekable();
        let mut later = self.later.range(from..=ceiling).peekable();
        loop {
            let creation_next = match (created.peek(), later.peek()) {
                (None, None) => break,
                (Some(key), Some((number, _))) => key < number,
                (Some(_), None) => true,
                (None, Some(_)) => false,
            };
            let (number, change) = if creation_next {
                let key = created.next().unwrap_or_default();
                (key, Some((key, ChangeKind::Create)))
            } else {
                match later.next() {
                    Some((number, later)) => (*number, self.told(*number, *later, floor, ceiling)),
                    None => break,
                }
            };
            if let Some(change) = change {
                if page.changes.len() == most {
                    page.complete = false;
                    return page;
                }
                page.changes.push(change);
            }
            page.cursor = number;
        }
        page.cursor = ceiling;
        page
    }

    /// What a later change means to a client that knows everything up to `floor`; nothing, where the item is new to it.
    fn told(&self, number: u64, later: Later, floor: u64, ceiling: u64) -> Option<(u64, ChangeKind)> {
        let key = match later {
            Later::Gone(key) => return (key <= floor).then_some((key, ChangeKind::Delete)),
            Later::Touched(key) if key > floor => return None,
            Later::Touched(key) => key,
        };
        let changed = self.item(key)?.flags.changed;
        if number == changed {
            Some((key, ChangeKind::Update))
        } else {
            // An Update in the same round tells the read flag, too.
            (changed <= floor || changed > ceiling).then_some((key, ChangeKind::ReadFlag))
        }
    }
}

/// A change to an item that stays where it is.
pub(crate) enum Touch {
    Read(bool),
    Content(Arc<StoredMessage>),
}

#[cfg(test)]
mod tests;
