//! Notifications of servers that can't stream, asked for mailbox by mailbox. Knows no subscribing.

use std::time::Duration;

use ews::{EventSubject, Notification, Watermark};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep};

use super::group::{Delivery, Folders, Group, Member, Subscription};
use super::stream::is_lost;
use super::{Next, Watcher};
use crate::Error;

/// Between two questions.
const PULL_INTERVAL: Duration = Duration::from_secs(15);

impl Watcher {
    /// Asks all that are subscribed, again and again, until another has to be subscribed.
    pub(super) async fn pull(&self, group: &mut Group) -> Next {
        loop {
            sleep(PULL_INTERVAL).await;
            let now = Instant::now();
            let asked = group.members.iter_mut().filter(|member| member.not_before <= now);
            stream::iter(asked)
                .for_each_concurrent(self.engine.concurrency(), |member| self.ask_for_events(member))
                .await;
            if self.login.is_refused() || !group.due().is_empty() || !group.is_subscribed() {
                return Next::Again;
            }
        }
    }

    async fn ask_for_events(&self, member: &mut Member) {
        let Some(subscription) = &mut member.subscription else {
            return;
        };
        loop {
            let Delivery::Pull { watermark, folders } = &mut subscription.delivery else {
                return;
            };
            let answer = subscription.mailbox.get_events(&subscription.id, watermark).await;
            let notification = match answer {
                Ok(notification) => notification,
                Err(error) => return self.failed(member, &error),
            };
            let told = std::mem::take(&mut member.trouble).failures > 0;
            if told || !notification.events.is_empty() {
                self.board.post(&member.address, None);
            }
            let outgrown = *folders == Folders::Named && tells_of_folder(&notification);
            let moved = advance(watermark, notification.watermark);
            if outgrown {
                let outgrown: Vec<Subscription> = member.subscription.take().into_iter().collect();
                return self.unsubscribe(outgrown).await;
            }
            // A server that has more and never comes to its end is asked again at the next turn.
            if !notification.more || !moved {
                return;
            }
        }
    }

    fn failed(&self, member: &mut Member, error: &ews::Error) {
        let Some(subscription) = &member.subscription else {
            return;
        };
        if is_lost(error) {
            member.subscription = None;
            return;
        }
        let held_for = subscription
            .client
            .transport()
            .limiter()
            .held_for(subscription.mailbox.address());
        let error = Error::of_mailbox(&member.address, error, held_for);
        self.login.learn(Some(&error));
        let again = member.trouble.again(held_for);
        // Else it may pass: the next question tells.
        if held_for.is_some() {
            member.not_before = again;
        }
        if held_for.is_some() || member.trouble.failures > 1 {
            self.board.post(&member.address, Some(error));
        }
    }
}

/// A folder came, went or was renamed: the folders that were named are others now.
fn tells_of_folder(notification: &Notification) -> bool {
    let mut subjects = notification.events.iter().map(|event| &event.subject);
    subjects.any(|subject| matches!(subject, EventSubject::Folder(_)))
}

/// Whether there is a new watermark.
fn advance(watermark: &mut Watermark, newest: Option<Watermark>) -> bool {
    newest.is_some_and(|newest| std::mem::replace(watermark, newest.clone()) != newest)
}
