//! Streaming notifications of a group, over one connection. Knows no subscribing.

use std::collections::HashMap;
use std::time::Duration;

use ews::{Disposition, SubscriptionId};
use tokio::time::{Instant, sleep_until};

use super::group::{Group, Grouping, Proof};
use super::{FIRST_PAUSE, Next, Watcher};
use crate::Error;

/// A stream's longest life, which is what servers allow at most.
const STREAM_MINUTES: u8 = 30;
/// A stream that a server closes sooner is not opened again at once.
const SOON: Duration = Duration::from_secs(1);

/// Why a stream ended, and which subscriptions are the reason.
struct Failure {
    error: ews::Error,
    refused: Vec<SubscriptionId>,
}

impl From<ews::Error> for Failure {
    fn from(error: ews::Error) -> Self {
        Self {
            error,
            refused: Vec::new(),
        }
    }
}

impl Watcher {
    /// Listens to one stream to its end, or until another mailbox is to be subscribed.
    pub(super) async fn stream(&self, group: &mut Group) -> Next {
        let since = Instant::now();
        let due = group.next_due();
        let outcome = tokio::select! {
            outcome = self.events(group) => outcome,
            () = sleep_until(due) => return Next::Again,
        };
        match outcome {
            Ok(()) if since.elapsed() < SOON => Next::Later(Instant::now() + FIRST_PAUSE),
            Ok(()) => Next::Again,
            Err(failure) => self.recover(group, failure).await,
        }
    }

    async fn events(&self, group: &mut Group) -> Result<(), Failure> {
        let by_id: HashMap<SubscriptionId, usize> = group
            .members
            .iter()
            .enumerate()
            .filter_map(|(place, member)| Some((member.subscription.as_ref()?.id.clone(), place)))
            .collect();
        let ids: Vec<_> = group.subscriptions().map(|(_, s)| s.id.clone()).collect();
        let Some((_, first)) = group.subscriptions().next() else {
            return Ok(());
        };
        let mut stream = first.mailbox.get_streaming_events(&ids, STREAM_MINUTES).await?;
        loop {
            let notifications = match stream.next().await {
                Ok(Some(notifications)) => notifications,
                Ok(None) => return Ok(()),
                Err(error) => {
                    return Err(Failure {
                        error,
                        refused: stream.refused().to_vec(),
                    });
                }
            };
            self.proven(group);
            let busy = notifications.iter().filter(|n| !n.events.is_empty());
            for place in busy.filter_map(|n| by_id.get(&n.subscription)) {
                self.board.post(&group.members[*place].address, None);
            }
        }
    }

    /// An envelope came: the stream is up for all that are in it.
    fn proven(&self, group: &mut Group) {
        let told = std::mem::take(&mut group.trouble).failures > 0;
        for member in group.members.iter_mut() {
            let Some(subscription) = &mut member.subscription else {
                continue;
            };
            subscription.proof = Proof::Worked;
            member.trouble.over();
            if told {
                self.board.post(&member.address, None);
            }
        }
    }

    async fn recover(&self, group: &mut Group, failure: Failure) -> Next {
        if !failure.refused.is_empty() {
            return self.without(group, &failure.refused).await;
        }
        let Some((address, first)) = group.subscriptions().next() else {
            return Next::Again;
        };
        let held_for = first.client.transport().limiter().held_for(first.mailbox.address());
        let error = Error::of_mailbox(address, &failure.error, held_for);
        self.login.learn(Some(&error));
        let until = group.trouble.again(held_for);
        // A connection that breaks once is opened again, and nothing is missed meanwhile.
        if held_for.is_some() || group.trouble.failures > 1 || self.login.is_refused() {
            for (address, _) in group.subscriptions() {
                self.board.post(address, Some(error.clone().also_of(address)));
            }
        }
        if is_lost(&failure.error) {
            let lost = group.give_up();
            self.unsubscribe(lost).await;
        }
        Next::Later(until)
    }

    /// Goes on without subscriptions that the server refused: those that worked before are made anew, the others live on
    /// another mailbox server and go into a group with an anchor of their own.
    async fn without(&self, group: &mut Group, refused: &[SubscriptionId]) -> Next {
        let is_refused = |s: &super::Subscription| refused.contains(&s.id);
        let all = group.subscriptions().all(|(_, s)| is_refused(s));
        if all {
            // None is left to lead: the server, or the way to it, is another one now.
            group.give_up();
            return match group.trouble.failures {
                0 => {
                    group.trouble.again(None);
                    Next::Again
                }
                _ => Next::Later(group.trouble.again(None)),
            };
        }
        let mut apart = group.take(|member| {
            let subscription = member.subscription.as_ref();
            subscription.is_some_and(|s| is_refused(s) && s.proof == Proof::Fresh)
        });
        for member in &mut group.members {
            if member.subscription.as_ref().is_some_and(is_refused) {
                member.subscription = None;
            }
        }
        // They live where the mailbox itself does.
        let foreign = apart.iter_mut().filter_map(|member| member.subscription.take());
        let foreign = foreign.map(|subscription| super::Subscription {
            mailbox: subscription.client.mailbox(subscription.mailbox.address()),
            ..subscription
        });
        self.unsubscribe(foreign.collect()).await;
        if apart.is_empty() {
            return Next::Again;
        }
        Next::Apart(vec![Group::of(apart, Grouping::Settled)])
    }
}

/// Whether the subscriptions are of no more use.
pub(super) fn is_lost(error: &ews::Error) -> bool {
    match error {
        // What can't be read would be sent again.
        ews::Error::Protocol { .. } => true,
        ews::Error::Transport(_) => false,
        ews::Error::Response(error) => error.code.policy().disposition == Disposition::Renew,
    }
}
