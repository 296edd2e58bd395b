//! Items that could not be fetched, and when they are tried again or given up. Counted in time, since runs may follow one
//! another within a second. Knows no server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// An item that fails by its own fault is given up so long after it did first, ...
const GIVEN_UP_AFTER: Duration = Duration::from_secs(24 * 3600);
/// ... but not before so many tries.
const LEAST_TRIES: u32 = 5;
/// Between two tries: doubled from the first to the longest. The second try comes with the next run.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// An item to be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    /// `ItemId/@Id`.
    #[serde(rename = "i")]
    pub id: String,
    /// When it failed by its own fault first, in seconds of this machine's clock.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
    /// The last try.
    #[serde(rename = "l")]
    last: u64,
    /// Tries that count.
    #[serde(rename = "n", default)]
    tries: u32,
}

/// Whose fault it is that an item was not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its own, as far as one can tell.
    Own,
    /// The server's, its store's or its directory's: that counts for nothing.
    Servers,
}

impl Pending {
    /// One that was not tried yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            since: None,
            last: 0,
            tries: 0,
        }
    }

    /// Whether it is time to try it again.
    pub fn is_due(&self, now: SystemTime) -> bool {
        let now = seconds(now);
        let doublings = self.tries.saturating_sub(2).min(16);
        let pause = match self.tries {
            0 | 1 => Duration::ZERO,
            _ => FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE),
        };
        // A clock that was set back keeps nobody waiting.
        now < self.last || now >= self.last + pause.as_secs()
    }

    /// It failed once more; `None`: it is given up.
    pub fn failed(self, fault: Fault, now: SystemTime) -> Option<Self> {
        let now = seconds(now);
        if fault == Fault::Servers {
            return Some(Self { last: now, ..self });
        }
        let since = self.since.unwrap_or(now).min(now);
        let tries = self.tries.saturating_add(1);
        let given_up = tries >= LEAST_TRIES && now - since >= GIVEN_UP_AFTER.as_secs();
        (!given_up).then_some(Self {
            id: self.id,
            since: Some(since),
            last: now,
            tries,
        })
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
    }

    #[test]
    fn an_item_is_given_up_after_a_day_however_many_runs_there_were() {
        let mut item = Pending::new("A");
        for run in 0..1_000 {
            item = item
                .failed(Fault::Own, at(run))
                .expect("runs that follow at once say nothing");
        }
        assert!(item.clone().failed(Fault::Own, at(23 * 3600)).is_some());
        assert_eq!(item.failed(Fault::Own, at(24 * 3600)), None);
        let rare = Pending::new("A").failed(Fault::Own, at(0)).expect("the first time");
        assert!(rare.failed(Fault::Own, at(7 * 24 * 3600)).is_some(), "twice in a week");
    }

    #[test]
    fn the_servers_trouble_never_counts() {
        let mut item = Pending::new("A");
        for day in 0..100 {
            item = item.failed(Fault::Servers, at(day * 24 * 3600)).expect("not its own");
        }
        assert!(item.is_due(at(99 * 24 * 3600)));
    }

    #[test]
    fn pauses_grow_to_an_hour_and_a_clock_set_back_ends_them() {
        let mut item = Pending::new("A");
        let mut pauses = Vec::new();
        for _ in 0..9 {
            item = item.failed(Fault::Own, at(0)).expect("young");
            pauses.push((0..=3600).find(|pause| item.is_due(at(*pause))));
        }
        let expected = [0, 60, 120, 240, 480, 960, 1920, 3600, 3600].map(Some);
        assert_eq!(pauses, expected);
        assert!(item.is_due(UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
    }
}
