//! What happened in a mailbox lately, for subscriptions. Knows no subscription.

use std::collections::VecDeque;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::Notify;

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

/// The latest events of one mailbox, and a bell that rings for each.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    recent: VecDeque<Notice>,
    last: u64,
    pub bell: Arc<Notify>,
}

const KEPT: usize = 10_000;

impl Notices {
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
        self.bell.notify_waiters();
    }

    /// Events after the watermark; none where the watermark is older than what is kept.
    pub fn after(&self, watermark: u64) -> Option<Vec<Notice>> {
        let oldest = self.recent.front().map_or(self.last + 1, |n| n.sequence);
        (watermark + 1 >= oldest).then(|| self.recent.iter().filter(|n| n.sequence > watermark).copied().collect())
    }
}
