//! Mailboxes that share a stream, and what is known of each. Knows no request.

use std::time::Duration;

use ews::{Mailbox, SubscriptionId, Watermark};
use tokio::time::Instant;

use super::{FIRST_PAUSE, LONGEST_PAUSE};

/// Mailboxes whose subscriptions lie on one mailbox server, that of the anchor.
#[derive(Debug)]
pub(super) struct Group {
    pub members: Vec<Member>,
    /// The first that was subscribed; the others are subscribed along its way.
    pub anchor: Option<Mailbox>,
    /// Whether it was looked up already who belongs together.
    pub grouping: Grouping,
    pub trouble: Trouble,
    rests_until: Instant,
}

/// Whether Autodiscover was asked which mailboxes belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    Unknown,
    /// As far as anybody knows, these do.
    Settled,
}

/// Failures in a row, and the pause after the next one.
#[derive(Debug)]
pub(super) struct Trouble {
    pub failures: u32,
    pause: Duration,
}

#[derive(Debug)]
pub(super) struct Member {
    pub address: String,
    pub subscription: Option<Subscription>,
    /// Not to be asked before.
    pub not_before: Instant,
    pub trouble: Trouble,
}

/// A subscription as it was asked for.
#[derive(Debug)]
pub(super) struct Subscription {
    /// The way to where it lives.
    pub mailbox: Mailbox,
    pub client: ews::Client,
    pub id: SubscriptionId,
    pub delivery: Delivery,
    pub proof: Proof,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Delivery {
    Streaming,
    Pull { watermark: Watermark, folders: Folders },
}

/// What a subscription by pull is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folders {
    All,
    /// Those that there were: a new folder is not in it.
    Named,
}

/// Whether events came, or could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Fresh,
    Worked,
}

impl Default for Trouble {
    fn default() -> Self {
        Self {
            failures: 0,
            pause: FIRST_PAUSE,
        }
    }
}

impl Trouble {
    /// Notes a failure; until when to leave it alone, where the server asked for `wait`.
    pub fn again(&mut self, wait: Option<Duration>) -> Instant {
        let pause = self.pause.max(wait.unwrap_or_default());
        self.failures = self.failures.saturating_add(1);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        let now = Instant::now();
        // A server may ask for more than a clock can count.
        now.checked_add(pause).unwrap_or(now + LONGEST_PAUSE)
    }

    pub fn over(&mut self) {
        *self = Self::default();
    }
}

impl Member {
    fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            subscription: None,
            not_before: Instant::now(),
            trouble: Trouble::default(),
        }
    }
}

impl Group {
    pub fn new(mailboxes: &[String]) -> Self {
        Self::of(mailboxes.iter().map(|m| Member::new(m)).collect(), Grouping::Unknown)
    }

    pub fn of(members: Vec<Member>, grouping: Grouping) -> Self {
        Self {
            members,
            anchor: None,
            grouping,
            trouble: Trouble::default(),
            rests_until: Instant::now(),
        }
    }

    pub fn addresses(&self) -> Vec<String> {
        self.members.iter().map(|member| member.address.clone()).collect()
    }

    pub fn rest_until(&mut self, time: Instant) {
        self.rests_until = time;
        // Who waits for a subscription waits with it.
        for member in &mut self.members {
            member.not_before = member.not_before.max(time);
        }
    }

    pub fn rests_until(&self) -> Instant {
        self.rests_until
    }

    pub fn subscriptions(&self) -> impl Iterator<Item = (&str, &Subscription)> {
        let members = self.members.iter();
        members.filter_map(|member| Some((member.address.as_str(), member.subscription.as_ref()?)))
    }

    pub fn is_subscribed(&self) -> bool {
        self.subscriptions().next().is_some()
    }

    /// All of a group come the same way; who does not is put into another.
    pub fn is_streaming(&self) -> bool {
        self.subscriptions()
            .next()
            .is_some_and(|(_, s)| s.delivery == Delivery::Streaming)
    }

    /// Places of those to subscribe now.
    pub fn due(&self) -> Vec<usize> {
        let now = Instant::now();
        let is_due = |member: &Member| member.subscription.is_none() && member.not_before <= now;
        (0..self.members.len())
            .filter(|place| is_due(&self.members[*place]))
            .collect()
    }

    /// When the next has to be subscribed; far away where all are.
    pub fn next_due(&self) -> Instant {
        let waiting = self.members.iter().filter(|member| member.subscription.is_none());
        let next = waiting.map(|member| member.not_before).min();
        next.unwrap_or_else(|| Instant::now() + Duration::from_secs(24 * 3600))
    }

    /// Takes out those of whom `is_apart` is true.
    pub fn take(&mut self, is_apart: impl Fn(&Member) -> bool) -> Vec<Member> {
        let (apart, rest) = std::mem::take(&mut self.members).into_iter().partition(is_apart);
        self.members = rest;
        apart
    }

    /// Takes all subscriptions, to be ended, and the way to them: it may lead to a server that is gone.
    pub fn give_up(&mut self) -> Vec<Subscription> {
        self.anchor = None;
        let members = self.members.iter_mut();
        members.filter_map(|member| member.subscription.take()).collect()
    }
}
