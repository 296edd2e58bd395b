//! What is remembered of a folder between two runs. Opaque to the host; a lost or unreadable one costs time, never mail.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ews::{DistinguishedFolder, FolderId, FolderStamp, SyncState};
use serde::{Deserialize, Serialize};

use crate::pending::Pending;

/// Stamps have whole seconds: only after this long has all that could share the stamp's second been told.
const STAMP_SETTLES_AFTER: Duration = Duration::from_secs(2);
/// However still a folder seems.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(24 * 3600);

/// The checkpoint of one mail folder. One is given with every batch, also within a page of changes, which has no `SyncState`
/// of its own: a run that is stopped there reads the page again, and by what is noted here knows what the host has of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderCheckpoint {
    /// `SyncState` up to which everything was handed out.
    #[serde(rename = "s")]
    pub sync_state: String,
    /// Items settled (handed out, or reported) of the page behind `sync_state`, as long as that is not complete.
    #[serde(rename = "h", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub settled: BTreeSet<String>,
    /// The same of a page that was not completed, as far as the server has not shown them again: at the folder's end these
    /// are gone.
    #[serde(rename = "u", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unconfirmed: BTreeSet<String>,
    /// Whether the folder is being read from its beginning, and that was told the host.
    #[serde(rename = "b", default, skip_serializing_if = "is_false")]
    pub from_start: bool,
    /// The folder's stamp before the last look; only once everything up to it was handed out.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// Items to try again.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Pending>,
}

/// A folder's change stamp, and how long it has been known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    #[serde(rename = "c")]
    last_change: i64,
    #[serde(rename = "d")]
    deleted: u32,
    #[serde(rename = "n", default)]
    total: Option<u32>,
    /// This machine's clock when the stamp was first seen, in ms: compared with itself only.
    #[serde(rename = "f")]
    first_seen: u64,
    /// The same when the folder was last looked into.
    #[serde(rename = "l", default)]
    looked_at: u64,
    /// The last look came late enough after `first_seen` to have seen all that shares the stamp.
    #[serde(rename = "k", default)]
    settled: bool,
}

impl Stamp {
    /// The stamp just read; `None` where the server gives none. `before`: as it was at the last look.
    pub fn of(read: &FolderStamp, before: Option<&Self>, when: &Listed) -> Option<Self> {
        let (last_change, deleted) = (read.last_change?.unix_timestamp(), read.deleted_count?);
        let (asked, answered) = (millis(when.asked), millis(when.answered));
        // The request may have waited for its turn: the server read the stamp somewhen between both. The later counts for
        // when it was first seen, the earlier for how long it has been so.
        let before = before.filter(|b| b.is_same(read) && b.first_seen <= asked);
        let first_seen = before.map_or(answered, |b| b.first_seen);
        // Not each look is worth a new checkpoint.
        let recent = LOOK_AT_LEAST_EVERY.as_millis() / 2;
        let looked_at = before
            .map(|b| b.looked_at)
            .filter(|looked_at| u128::from(answered.saturating_sub(*looked_at)) < recent)
            .unwrap_or(answered);
        Some(Self {
            last_change,
            deleted,
            total: read.total_count,
            first_seen,
            looked_at,
            settled: u128::from(asked.saturating_sub(first_seen)) >= STAMP_SETTLES_AFTER.as_millis(),
        })
    }

    /// Whether nothing can have changed in the folder since the look that this stamp was kept from. Once a day that is not
    /// believed: a server whose clock was set back shows changes by no later stamp.
    pub fn proves_no_news(&self, read: &FolderStamp, now: SystemTime) -> bool {
        let since_look = millis(now).checked_sub(self.looked_at);
        self.settled
            && self.is_same(read)
            && since_look.is_some_and(|since| u128::from(since) < LOOK_AT_LEAST_EVERY.as_millis())
    }

    fn is_same(&self, read: &FolderStamp) -> bool {
        read.last_change.map(time::OffsetDateTime::unix_timestamp) == Some(self.last_change)
            && read.deleted_count == Some(self.deleted)
            && read.total_count == self.total
    }
}

/// Between which two moments of this machine's clock a folder's stamp was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    /// Before the request.
    pub asked: SystemTime,
    /// Behind its answer.
    pub answered: SystemTime,
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

// As serde wants it.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

impl FolderCheckpoint {
    /// Where a run begins that goes on from here: whatever the page's first reading settled must be seen again.
    pub fn resumed(&self) -> Self {
        let mut next = Self {
            stamp: None,
            ..self.clone()
        };
        next.unconfirmed.append(&mut next.settled);
        next
    }

    /// Reads a checkpoint; one that is not ours counts as none.
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn encode(&self) -> String {
        // Strings and numbers only: there is nothing that JSON can't hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn sync_state(&self) -> Option<SyncState> {
        (!self.sync_state.is_empty()).then(|| SyncState(self.sync_state.clone()))
    }
}

/// The checkpoint of a mailbox's root: which of its folders has which role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RootCheckpoint {
    /// Folder ids by distinguished name.
    #[serde(rename = "r")]
    roles: BTreeMap<String, String>,
    /// The server would not tell some, for another reason than that there is no such folder.
    #[serde(rename = "i", default, skip_serializing_if = "is_false")]
    incomplete: bool,
}

impl RootCheckpoint {
    /// The root's checkpoint among a mailbox's; the host keys them by folder id, and the root names itself.
    pub fn find<'a>(checkpoints: impl IntoIterator<Item = (&'a String, &'a String)>) -> Option<Self> {
        checkpoints.into_iter().find_map(|(id, text)| {
            let root: Self = serde_json::from_str(text).ok()?;
            (root.role(DistinguishedFolder::MsgFolderRoot)?.0 == *id).then_some(root)
        })
    }

    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn set(&mut self, folder: DistinguishedFolder, id: &FolderId) {
        self.roles.insert(folder.name().into(), id.0.clone());
    }

    pub fn ask_again(&mut self) {
        self.incomplete = true;
    }

    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    pub fn role(&self, folder: DistinguishedFolder) -> Option<FolderId> {
        self.roles.get(folder.name()).map(|id| FolderId(id.clone()))
    }

    /// The role of a folder, if it has one.
    pub fn role_of(&self, id: &FolderId) -> Option<DistinguishedFolder> {
        let (name, _) = self.roles.iter().find(|(_, known)| **known == id.0)?;
        DistinguishedFolder::from_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(seconds: i64, deleted: u32) -> FolderStamp {
        FolderStamp {
            last_change: time::OffsetDateTime::from_unix_timestamp(seconds).ok(),
            deleted_count: Some(deleted),
            total_count: Some(7),
        }
    }

    fn at(millis: u64) -> Listed {
        let time = UNIX_EPOCH + Duration::from_millis(millis);
        Listed {
            asked: time,
            answered: time,
        }
    }

    #[test]
    fn a_stamp_proves_silence_only_after_a_look_that_came_late_enough() {
        let now = at(9_000).asked;
        let first = Stamp::of(&read(100, 0), None, &at(500)).expect("stamp");
        assert!(!first.proves_no_news(&read(100, 0), now));
        let soon = Stamp::of(&read(100, 0), Some(&first), &at(2_400)).expect("stamp");
        assert!(!soon.proves_no_news(&read(100, 0), now));
        let late = Stamp::of(&read(100, 0), Some(&soon), &at(2_500)).expect("stamp");
        assert!(late.proves_no_news(&read(100, 0), now));
        assert!(!late.proves_no_news(&read(101, 0), now));
        assert!(!late.proves_no_news(&read(100, 1), now));
        let more = FolderStamp {
            total_count: Some(8),
            ..read(100, 0)
        };
        assert!(!late.proves_no_news(&more, now), "counts count");
        assert!(!late.proves_no_news(&FolderStamp::default(), now));
    }

    #[test]
    fn a_stamp_that_waited_for_its_turn_is_as_young_as_its_answer() {
        let waited = Listed {
            asked: at(0).asked,
            answered: at(10_000).answered,
        };
        let first = Stamp::of(&read(100, 0), None, &waited).expect("stamp");
        let next = Stamp::of(&read(100, 0), Some(&first), &at(10_500)).expect("stamp");
        assert!(!next.proves_no_news(&read(100, 0), at(10_600).asked));
    }

    #[test]
    fn a_new_stamp_and_a_clock_set_back_begin_anew() {
        let first = Stamp::of(&read(100, 0), None, &at(10_000)).expect("stamp");
        for (stamp, when) in [(read(101, 0), 20_000), (read(100, 1), 20_000), (read(100, 0), 9_000)] {
            let next = Stamp::of(&stamp, Some(&first), &at(when)).expect("stamp");
            assert!(!next.proves_no_news(&stamp, at(when).asked), "{stamp:?} {when}");
        }
    }

    #[test]
    fn a_still_folder_is_looked_into_once_a_day_and_when_the_clock_was_set_back() {
        let first = Stamp::of(&read(100, 0), None, &at(10_000)).expect("stamp");
        let settled = Stamp::of(&read(100, 0), Some(&first), &at(20_000)).expect("stamp");
        assert!(settled.proves_no_news(&read(100, 0), at(80_000_000).asked));
        assert!(!settled.proves_no_news(&read(100, 0), at(90_000_000).asked));
        assert!(!settled.proves_no_news(&read(100, 0), at(9_000).asked));
    }

    #[test]
    fn a_checkpoint_comes_back_as_it_was_and_rubbish_counts_as_none() {
        let checkpoint = FolderCheckpoint {
            sync_state: "H4sIAAA=".into(),
            pending: vec![Pending::new("AAA=")],
            stamp: Stamp::of(&read(100, 3), None, &at(500)),
            settled: BTreeSet::from(["CCC=".into()]),
            from_start: true,
            ..FolderCheckpoint::default()
        };
        assert_eq!(FolderCheckpoint::decode(&checkpoint.encode()), Some(checkpoint));
        for rubbish in ["", "H4sIAAA=", "{}", "[1]", "null"] {
            assert_eq!(FolderCheckpoint::decode(rubbish), None, "{rubbish}");
        }
    }

    #[test]
    fn what_an_incomplete_page_settled_must_be_seen_again() {
        let stopped = FolderCheckpoint {
            sync_state: "H4sIAAA=".into(),
            settled: BTreeSet::from(["B".into(), "C".into()]),
            unconfirmed: BTreeSet::from(["A".into()]),
            ..FolderCheckpoint::default()
        };
        let resumed = stopped.resumed();
        assert!(resumed.settled.is_empty());
        assert_eq!(
            resumed.unconfirmed.into_iter().collect::<Vec<_>>(),
            ["A", "B", "C"].map(String::from)
        );
    }

    #[test]
    fn the_root_is_found_by_naming_itself() {
        let mut root = RootCheckpoint::default();
        root.set(DistinguishedFolder::MsgFolderRoot, &FolderId("ROOT".into()));
        root.set(DistinguishedFolder::Inbox, &FolderId("INBOX".into()));
        let folder = FolderCheckpoint::default().encode();
        let stored = [("INBOX".to_owned(), folder), ("ROOT".to_owned(), root.encode())];
        let found = RootCheckpoint::find(stored.iter().map(|(id, text)| (id, text))).expect("root");
        assert_eq!(found, root);
        assert_eq!(
            found.role_of(&FolderId("INBOX".into())),
            Some(DistinguishedFolder::Inbox)
        );
        let moved = [("OTHER".to_owned(), root.encode())];
        assert_eq!(RootCheckpoint::find(moved.iter().map(|(id, text)| (id, text))), None);
    }
}
