//! What happened in a mailbox lately, for subscriptions. Knows no subscription.

use std::collections::VecDeque;

use time::OffsetDateTime;
use tokio::sync::watch;

use super::ids::EntryId;

/// One event, as MS-OXWSNTIF names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    NewMail,
    Created,
    Modified,
    Deleted,
    /// Moved from this id.
    Moved(EntryId),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice {
    /// Watermark: grows by one an event.
    pub sequence: u64,
    pub at: OffsetDateTime,
    pub kind: NoticeKind,
    /// Item, or folder where `item` is 0.
    pub subject: EntryId,
    pub parent: EntryId,
}

/// Rings for every event of every mailbox: whoever waits looks for what is new.
pub(crate) type Bell = watch::Sender<u64>;

/// The latest events of one mailbox.
#[derive(Debug)]
pub(crate) struct Notices {
    recent: VecDeque<Notice>,
    last: u64,
    bell: Bell,
}

const KEPT: usize = 10_000;

impl Notices {
    pub fn new(bell: Bell) -> Self {
        Self {
            recent: VecDeque::new(),
            last: 0,
            bell,
        }
    }

    pub fn last(&self) -> u64 {
        self.last
    }

    pub fn push(&mut self, kind: NoticeKind, subject: EntryId, parent: EntryId) {
        self.last += 1;
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        let notice = Notice {
            sequence: self.last,
            at: OffsetDateTime::now_utc(),
            kind,
            subject,
            parent,
        };
        self.recent.push_back(notice);
        self.bell.send_modify(|rung| *rung += 1);
    }

    /// Events after the watermark; none where some of them are kept no longer.
    pub fn after(&self, watermark: u64) -> Option<Vec<Notice>> {
        let oldest = self.recent.front().map_or(self.last + 1, |n| n.sequence);
        (watermark + 1 >= oldest).then(|| self.recent.iter().filter(|n| n.sequence > watermark).copied().collect())
    }
}
