//! One bound with additive increase, multiplicative decrease and a time not to go on before. Knows not what it bounds.

use std::time::Duration;

use tokio::time::Instant;

/// Waits where the server does not say how long: doubled with each trouble in a row.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_GUESS: Duration = Duration::from_secs(60);
/// Whatever a server asks for; real ones ask for minutes.
const LONGEST_HOLD: Duration = Duration::from_secs(24 * 3600);

/// A bound for requests at once. Times are given, never read, so that a test needs no clock.
#[derive(Debug)]
pub(super) struct Gate {
    ceiling: usize,
    bound: f64,
    under_way: usize,
    not_before: Option<Instant>,
    /// Troubles since the last success.
    strikes: u32,
    /// Requests of before the last decrease say nothing new about it.
    stale: usize,
}

impl Gate {
    pub(super) fn new(ceiling: usize) -> Self {
        let ceiling = ceiling.max(1);
        Self {
            ceiling,
            bound: ceiling as f64,
            under_way: 0,
            not_before: None,
            strikes: 0,
            stale: 0,
        }
    }

    pub(super) fn bound(&self) -> usize {
        self.bound as usize
    }

    pub(super) fn held_until(&self, now: Instant) -> Option<Instant> {
        self.not_before.filter(|until| *until > now)
    }

    pub(super) fn is_full(&self) -> bool {
        self.under_way >= self.bound()
    }

    /// Nothing to remember: no request, no hold, full bound.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.under_way == 0 && self.held_until(now).is_none() && self.bound() == self.ceiling
    }

    pub(super) fn enter(&mut self, now: Instant) {
        self.under_way += 1;
        if self.held_until(now).is_none() {
            self.not_before = None;
        }
    }

    pub(super) fn leave(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        self.stale = self.stale.saturating_sub(1);
    }

    pub(super) fn succeeded(&mut self) {
        if self.stale > 0 {
            return;
        }
        self.strikes = 0;
        // One more for each round of as many successes as may be under way.
        self.bound = (self.bound + 1.0 / self.bound).min(self.ceiling as f64);
    }

    pub(super) fn busy(&mut self, wait: Option<Duration>, now: Instant) {
        if self.stale == 0 {
            self.bound = (self.bound / 2.0).max(1.0);
            self.strikes = self.strikes.saturating_add(1);
            self.stale = self.under_way;
        }
        let guess = FIRST_WAIT
            .saturating_mul(1 << self.strikes.saturating_sub(1).min(6))
            .min(LONGEST_GUESS);
        self.not_before = self.not_before.max(Some(now + wait.unwrap_or(guess).min(LONGEST_HOLD)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_crowd_of_refusals_halves_the_bound_once() {
        let now = Instant::now();
        let mut gate = Gate::new(8);
        (0..8).for_each(|_| gate.enter(now));
        for _ in 0..8 {
            gate.busy(Some(Duration::from_secs(1)), now);
            gate.leave();
        }
        assert_eq!(gate.bound(), 4);
    }

    #[test]
    fn a_round_of_successes_widens_the_bound_by_one_up_to_the_ceiling() {
        let now = Instant::now();
        let mut gate = Gate::new(8);
        gate.busy(None, now);
        gate.busy(None, now);
        assert_eq!(gate.bound(), 2);
        (0..3).for_each(|_| gate.succeeded());
        assert_eq!(gate.bound(), 3);
        (0..200).for_each(|_| gate.succeeded());
        assert_eq!(gate.bound(), 8);
    }

    #[test]
    fn without_a_time_from_the_server_the_wait_doubles_up_to_a_minute() {
        let now = Instant::now();
        let mut gate = Gate::new(8);
        let mut waits = Vec::new();
        for _ in 0..9 {
            gate.not_before = None;
            gate.busy(None, now);
            waits.push((gate.held_until(now).unwrap() - now).as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn a_wait_for_ever_ends_within_a_day() {
        let now = Instant::now();
        let mut gate = Gate::new(8);
        gate.busy(Some(Duration::from_millis(u64::MAX)), now);
        gate.busy(Some(Duration::MAX), now);
        assert_eq!(gate.held_until(now), Some(now + LONGEST_HOLD));
    }

    #[test]
    fn a_shorter_wait_never_shortens_a_longer_one() {
        let now = Instant::now();
        let mut gate = Gate::new(8);
        gate.busy(Some(Duration::from_secs(60)), now);
        gate.busy(Some(Duration::from_secs(1)), now);
        assert_eq!(gate.held_until(now), Some(now + Duration::from_secs(60)));
    }
}
