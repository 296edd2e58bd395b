//! Tells at once which mailboxes have news: grouped streaming notifications, or by pull where the server is older. Knows
//! nothing of what the news is: reading it is a run's business.

mod board;
mod group;
mod pull;
mod stream;
mod subscribe;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::login::Login;
use crate::{Engine, Error};
use board::Board;
use group::{Group, Subscription};

/// Mailboxes that share a stream: each stream takes one of the connections that a throttling policy allows. Microsoft asks
/// for no more than 200.
const MAILBOXES_PER_STREAM: usize = 100;
/// Before something that failed is tried again: first, and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How long the end of a watch waits for its subscriptions to end; servers end what is left over after half an hour.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A mailbox to look at.
#[derive(Debug, Clone)]
pub struct News {
    /// Its address, as it was given.
    pub mailbox: String,
    /// It can't be watched just now, and is tried again later; `None`: something happened in it, or may have.
    pub failure: Option<Error>,
}

/// Mailboxes under watch. Dropped, it ends its work and its subscriptions as long as the runtime lives. A refused login ends
/// it too, once all mailboxes are told: the account would be locked by more.
#[derive(Debug)]
pub struct Watch {
    board: Arc<Board>,
    /// Closed, it stops the work.
    stop: watch::Sender<()>,
    work: JoinHandle<()>,
}

impl Watch {
    /// Watches mailboxes; must be called inside a tokio runtime. Each is told once at the beginning.
    pub(crate) fn new(engine: Engine, mut mailboxes: Vec<String>) -> Self {
        // The first by the alphabet is a group's anchor, the same one in each process.
        mailboxes.sort();
        mailboxes.dedup();
        let board = Arc::<Board>::default();
        let (stop, stopped) = watch::channel(());
        let watcher = Watcher {
            engine,
            board: board.clone(),
            login: Arc::default(),
            stopped,
        };
        let work = tokio::spawn(async move { watcher.watch_all(&mailboxes).await });
        Self { board, stop, work }
    }

    /// Waits for the next mailbox with news. Cancel-safe.
    pub async fn next(&mut self) -> News {
        self.board.next().await
    }

    /// Ends the watch, and its subscriptions on the server, within some seconds.
    pub async fn stop(self) {
        drop(self.stop);
        let _ = timeout(LAST_WORDS, self.work).await;
    }
}

/// Who watches.
struct Watcher {
    engine: Engine,
    board: Arc<Board>,
    login: Arc<Login>,
    stopped: watch::Receiver<()>,
}

/// What comes after a group's time of watching.
enum Next {
    /// The same again.
    Again,
    /// The same again, not before.
    Later(Instant),
    /// These groups beside it: their mailboxes lie elsewhere.
    Apart(Vec<Group>),
}

impl Watcher {
    async fn watch_all(&self, mailboxes: &[String]) {
        let groups = mailboxes.chunks(MAILBOXES_PER_STREAM).map(Group::new);
        let mut working: FuturesUnordered<_> = groups.map(|group| self.guarded(group)).collect();
        while let Some(groups) = working.next().await {
            working.extend(groups.into_iter().map(|group| self.guarded(group)));
        }
    }

    async fn guarded(&self, group: Group) -> Vec<Group> {
        let mailboxes = group.addresses();
        guard(&self.board, mailboxes, self.watch(group)).await
    }

    /// Watches a group until it has to be divided; without groups to go on with, the watch is over.
    async fn watch(&self, mut group: Group) -> Vec<Group> {
        loop {
            // Not given up half-way: what is subscribed must be known to be ended.
            let apart = self.subscribe(&mut group).await;
            if self.login.is_refused() {
                return Vec::new();
            }
            if !apart.is_empty() {
                return with(apart, group);
            }
            let next = tokio::select! {
                () = self.stopped() => None,
                next = self.listen(&mut group) => Some(next),
            };
            match next {
                None => {
                    self.unsubscribe(group.give_up()).await;
                    return Vec::new();
                }
                Some(Next::Again) => {}
                Some(Next::Later(time)) => group.rest_until(time),
                Some(Next::Apart(apart)) => return with(apart, group),
            }
        }
    }

    /// Waits for news until the group has to be looked after.
    async fn listen(&self, group: &mut Group) -> Next {
        sleep_until(group.rests_until()).await;
        if group.is_subscribed() {
            match group.is_streaming() {
                true => self.stream(group).await,
                false => self.pull(group).await,
            }
        } else {
            sleep_until(group.next_due()).await;
            Next::Again
        }
    }

    async fn stopped(&self) {
        // Nothing is ever sent: it ends when the sender is gone.
        while self.stopped.clone().changed().await.is_ok() {}
    }

    fn is_stopped(&self) -> bool {
        self.stopped.has_changed().is_err()
    }

    /// Ends subscriptions, as far as the server hears of it in time.
    async fn unsubscribe(&self, subscriptions: Vec<Subscription>) {
        let all = futures_util::stream::iter(subscriptions).for_each_concurrent(
            self.engine.concurrency(),
            async |subscription| {
                let _ = subscription.mailbox.unsubscribe(&subscription.id).await;
            },
        );
        let _ = timeout(LAST_WORDS, all).await;
    }
}

fn with(mut groups: Vec<Group>, group: Group) -> Vec<Group> {
    groups.push(group);
    groups
}

/// A panic is told as a failure of all mailboxes that it leaves alone, and they are watched again later.
async fn guard(board: &Board, mailboxes: Vec<String>, work: impl Future<Output = Vec<Group>>) -> Vec<Group> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(groups) => groups,
        Err(_panic) => {
            for mailbox in &mailboxes {
                board.post(mailbox, Some(Error::internal(mailbox)));
            }
            let mut group = Group::new(&mailboxes);
            group.rest_until(Instant::now() + LONGEST_PAUSE);
            vec![group]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_told_for_each_mailbox_and_they_are_watched_again_later() {
        let board = Board::default();
        let mailboxes = vec!["jane@example.com".to_owned(), "joe@example.com".to_owned()];
        let groups = guard(&board, mailboxes.clone(), async { panic!("scripted") }).await;
        for mailbox in &mailboxes {
            let news = board.next().await;
            assert_eq!(&news.mailbox, mailbox);
            let failure = news.failure.expect("a failure");
            assert!(failure.message.contains("stopped unexpectedly"), "{failure}");
        }
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].addresses(), mailboxes);
        assert!(groups[0].rests_until() > Instant::now());
    }
}
