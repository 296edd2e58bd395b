//! Mailboxes of any size from a seed: every message is computed from its place, nothing is stored. Knows no protocol.

mod book;
mod mime;
mod series;

use std::str::FromStr;

pub use book::Book;
pub(crate) use series::{Direction, Series};

/// How much to generate. The same plan gives the same mail, on every machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Users of the company, each with a mailbox.
    pub users: u32,
    /// Messages in each mailbox.
    pub messages: u64,
    /// Contacts of the CRM, none with a mailbox.
    pub contacts: u32,
    /// Messages between a contact and a user, of a million.
    pub matched_per_million: u32,
    /// Mean size of a message, bytes of MIME.
    pub size_bytes: u32,
    /// Changes every name and word.
    pub seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            users: 1,
            messages: 1_000,
            contacts: 1_000,
            matched_per_million: 100_000,
            size_bytes: 20_000,
            seed: 1,
        }
    }
}

impl Plan {
    /// Of `count` messages, how many are between a contact and a user.
    pub(crate) fn matched(&self, count: u64) -> u64 {
        (u128::from(count) * u128::from(self.matched_per_million) / 1_000_000) as u64
    }

    /// Every message that a run over all mailboxes must collect, by mailbox and folder.
    pub fn expected(&self) -> impl Iterator<Item = Expected> + '_ {
        let folders = (0..self.users).flat_map(|owner| Direction::ALL.map(|direction| (owner, direction)));
        folders.flat_map(|(owner, direction)| Series::new(self, owner, direction).into_expected())
    }

    /// How many messages a run over all mailboxes must collect.
    pub fn expected_matches(&self) -> u64 {
        Direction::ALL
            .iter()
            .map(|d| self.matched(d.share(self.messages)))
            .sum::<u64>()
            * u64::from(self.users)
    }
}

/// A message that a run over all mailboxes must collect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The mailbox that holds it.
    pub mailbox: String,
    /// Its Internet message id, in angle brackets.
    pub message_id: String,
}

/// A plan that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}: write users=50,messages=2000,contacts=5000,matched=0.1,size=20k,seed=1 (each may be left out)")]
pub struct PlanError(String);

impl FromStr for Plan {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let mut plan = Self::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| PlanError(format!("no value in '{part}'")))?;
            let bad = || PlanError(format!("'{value}' is no value for {key}"));
            let short = || u32::try_from(count(value)?).ok();
            match key {
                "users" => plan.users = short().filter(|n| *n > 0).ok_or_else(bad)?,
                "contacts" => plan.contacts = short().filter(|n| *n > 0).ok_or_else(bad)?,
                "messages" => plan.messages = count(value).ok_or_else(bad)?,
                "size" => plan.size_bytes = short().ok_or_else(bad)?,
                "seed" => plan.seed = value.parse().map_err(|_| bad())?,
                "matched" => {
                    let share: f64 = value.parse().map_err(|_| bad())?;
                    let valid = Some(share).filter(|s| (0.0..=1.0).contains(s)).ok_or_else(bad)?;
                    plan.matched_per_million = (valid * 1e6).round() as u32;
                }
                _ => return Err(PlanError(format!("unknown key '{key}'"))),
            }
        }
        Ok(plan)
    }
}

/// `2000`, `20k` or `5M`.
fn count(text: &str) -> Option<u64> {
    let (digits, factor) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000),
        None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1_000_000)),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

/// SplitMix64: a well-spread number for each place.
pub(crate) fn mix(place: u64) -> u64 {
    let mut z = place.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_from_one_line() {
        let plan: Plan = "users=50,messages=2k,seed=7,contacts=5000,matched=0.25,size=20k"
            .parse()
            .unwrap();
        assert_eq!((plan.users, plan.messages, plan.seed), (50, 2_000, 7));
        assert_eq!(
            (plan.contacts, plan.matched_per_million, plan.size_bytes),
            (5_000, 250_000, 20_000)
        );
        assert!("users=0".parse::<Plan>().is_err());
        assert!("matched=2".parse::<Plan>().is_err());
        assert!("colour=red".parse::<Plan>().is_err());
    }
}
