//! Tells at once which mailboxes have news: grouped streaming notifications, or by pull where the server is older. Knows
//! nothing of what the news is: reading it is a run's business.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ews::{Delivery, DistinguishedFolder, EventKind, Mailbox, SubscriptionId, Watermark};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::login::Login;
use crate::mailbox::Purpose;
use crate::{Engine, Error};

/// Mailboxes that share a stream: each stream takes one of the connections that a throttling policy allows.
const MAILBOXES_PER_STREAM: usize = 100;
/// A stream's longest life, which is what servers allow at most.
const STREAM_MINUTES: u8 = 30;
/// Between two questions where the server can't stream.
const PULL_INTERVAL: Duration = Duration::from_secs(15);
/// A subscription by pull outlives some questions that fail.
const PULL_TIMEOUT_MINUTES: u16 = 10;
/// Before a mailbox that can't be watched is tried again: first, and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// Subscriptions that end sooner were never in order.
const SOON: Duration = Duration::from_secs(30);
/// What makes a run worth while.
const KINDS: [EventKind; 6] = EventKind::ALL;

/// A mailbox to look at.
#[derive(Debug, Clone)]
pub struct News {
    /// Its address, as it was given.
    pub mailbox: String,
    /// It can't be watched just now, and is tried again later; `None`: something happened in it, or may have.
    pub failure: Option<Error>,
}

/// Mailboxes under watch. Dropped, it ends all its work. A refused login ends it too, once all mailboxes are told: the
/// account would be locked by more.
#[derive(Debug)]
pub struct Watch {
    board: Arc<Board>,
    _tasks: JoinSet<()>,
}

/// News that nobody took yet: once a mailbox, however much happens, so that a slow host costs no memory.
#[derive(Debug, Default)]
struct Board {
    news: Mutex<BTreeMap<String, Option<Error>>>,
    posted: Notify,
}

impl Board {
    fn post(&self, mailbox: &str, failure: Option<Error>) {
        self.lock().insert(mailbox.to_owned(), failure);
        self.posted.notify_one();
    }

    fn take(&self) -> Option<News> {
        let (mailbox, failure) = self.lock().pop_first()?;
        Some(News { mailbox, failure })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Option<Error>>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Watches mailboxes; must be called inside a tokio runtime. Each is told once at the beginning.
    pub(crate) fn new(engine: Engine, mailboxes: Vec<String>) -> Self {
        let board = Arc::<Board>::default();
        let login = Arc::<Login>::default();
        let mut tasks = JoinSet::new();
        for group in mailboxes.chunks(MAILBOXES_PER_STREAM) {
            let watcher = Watcher {
                engine: engine.clone(),
                board: board.clone(),
                login: login.clone(),
            };
            tasks.spawn(watcher.group(group.to_vec()));
        }
        Self { board, _tasks: tasks }
    }

    /// Waits for the next mailbox with news. Cancel-safe.
    pub async fn next(&mut self) -> News {
        loop {
            if let Some(news) = self.board.take() {
                return news;
            }
            self.board.posted.notified().await;
        }
    }
}

/// Who watches a group.
#[derive(Clone)]
struct Watcher {
    engine: Engine,
    board: Arc<Board>,
    login: Arc<Login>,
}

/// How a group's stream ended.
#[derive(PartialEq, Eq)]
enum Ended {
    /// Its time was over, or the connection broke.
    Stream,
    /// The server does not know a subscription any more, or not on this of its machines.
    Subscriptions,
}

impl Watcher {
    /// Watches for ever.
    async fn group(self, mut mailboxes: Vec<String>) {
        let mut parts = JoinSet::new();
        let mut pause = FIRST_PAUSE;
        loop {
            let subscribed = self.subscribe(&mailboxes).await;
            if self.login.is_refused() {
                return;
            }
            let since = Instant::now();
            let ended = match subscribed.first() {
                None => Ended::Stream,
                Some(first) if first.watermark.is_some() => self.pull(subscribed).await,
                Some(_) => self.stream(&subscribed, mailboxes.len()).await,
            };
            // Subscriptions that are lost as soon as they are made live on different mailbox servers, which no stream
            // crosses: in halves, each group comes to one server in the end.
            if ended == Ended::Subscriptions && since.elapsed() < SOON && mailboxes.len() > 1 {
                let half = mailboxes.split_off(mailboxes.len() / 2);
                parts.spawn(self.clone().boxed_group(half));
            }
            pause = match since.elapsed() > LONGEST_PAUSE {
                true => FIRST_PAUSE,
                false => (pause * 2).min(LONGEST_PAUSE),
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// A future that begins further ones of its kind needs a size.
    fn boxed_group(self, mailboxes: Vec<String>) -> BoxFuture<'static, ()> {
        self.group(mailboxes).boxed()
    }

    /// Subscribes what can be; each mailbox is told, since anything may have happened before.
    async fn subscribe(&self, mailboxes: &[String]) -> Vec<Subscribed> {
        let mut subscribed = Vec::new();
        for address in mailboxes {
            let outcome = match self.engine.allowed(address, &self.login).await {
                Ok(first) => {
                    let outcome = self.subscribe_one(address).await;
                    self.login.learn(outcome.as_ref().err());
                    drop(first);
                    outcome
                }
                Err(error) => Err(error),
            };
            match outcome {
                Ok(subscription) => {
                    subscribed.push(subscription);
                    self.board.post(address, None);
                }
                Err(error) => self.board.post(address, Some(error)),
            }
        }
        subscribed
    }

    async fn subscribe_one(&self, address: &str) -> Result<Subscribed, Error> {
        let reading = self
            .engine
            .reading(address, Arc::default(), Purpose::Everything)
            .await?;
        let told = |error: ews::Error| reading.error(&error);
        // The first answer tells which version the server speaks, and with it whether it can stream.
        let inbox = reading
            .mailbox
            .get_folder(&[DistinguishedFolder::Inbox.into()])
            .await
            .map_err(told)?;
        if let Some(Err(error)) = inbox.into_iter().next() {
            return Err(told(error.into()));
        }
        let delivery = match reading.client.version().has_streaming() {
            true => Delivery::Streaming,
            false => Delivery::Pull {
                timeout_minutes: PULL_TIMEOUT_MINUTES,
            },
        };
        let subscription = reading.mailbox.subscribe(&[], &KINDS, delivery).await.map_err(told)?;
        Ok(Subscribed {
            address: address.to_owned(),
            mailbox: reading.mailbox,
            id: subscription.id,
            watermark: subscription.watermark,
        })
    }

    /// Listens to one stream after the other for all that is subscribed of `wanted` mailboxes.
    async fn stream(&self, subscribed: &[Subscribed], wanted: usize) -> Ended {
        let by_id: HashMap<&SubscriptionId, &str> = subscribed.iter().map(|s| (&s.id, s.address.as_str())).collect();
        let ids: Vec<SubscriptionId> = subscribed.iter().map(|s| s.id.clone()).collect();
        loop {
            if let Err(error) = self.listen(&subscribed[0].mailbox, &ids, &by_id).await {
                return ended(&error);
            }
            // Who could not be subscribed before may be by now.
            if subscribed.len() < wanted {
                return Ended::Stream;
            }
        }
    }

    /// Listens to one stream to its end.
    async fn listen(
        &self,
        mailbox: &Mailbox,
        ids: &[SubscriptionId],
        by_id: &HashMap<&SubscriptionId, &str>,
    ) -> Result<(), ews::Error> {
        let mut stream = mailbox.get_streaming_events(ids, STREAM_MINUTES).await?;
        while let Some(notifications) = stream.next().await? {
            let busy = notifications.iter().filter(|n| !n.events.is_empty());
            for address in busy.filter_map(|n| by_id.get(&n.subscription)) {
                self.board.post(address, None);
            }
        }
        Ok(())
    }

    /// Asks each in turn until a subscription has to be made anew.
    async fn pull(&self, mut subscribed: Vec<Subscribed>) -> Ended {
        loop {
            tokio::time::sleep(PULL_INTERVAL).await;
            for subscription in &mut subscribed {
                let Some(watermark) = &subscription.watermark else {
                    continue;
                };
                match subscription.mailbox.get_events(&subscription.id, watermark).await {
                    Ok(notification) => {
                        subscription.watermark = notification.watermark.or(subscription.watermark.take());
                        if !notification.events.is_empty() {
                            self.board.post(&subscription.address, None);
                        }
                    }
                    Err(error) if ended(&error) == Ended::Subscriptions => return Ended::Stream,
                    // It may pass: the next question tells.
                    Err(_) => {}
                }
            }
        }
    }
}

/// A mailbox under watch.
struct Subscribed {
    address: String,
    mailbox: Mailbox,
    id: SubscriptionId,
    /// Only of subscriptions by pull.
    watermark: Option<Watermark>,
}

fn ended(error: &ews::Error) -> Ended {
    use ews::ResponseCode as Code;
    match error.code() {
        Some(
            Code::ErrorInvalidSubscription
            | Code::ErrorSubscriptionNotFound
            | Code::ErrorExpiredSubscription
            | Code::ErrorSubscriptionUnsubscribed
            | Code::ErrorSubscriptionAccessDenied
            | Code::ErrorProxiedSubscriptionCallFailure
            | Code::ErrorInvalidWatermark
            | Code::ErrorMissedNotificationEvents
            | Code::ErrorReadEventsFailed,
        ) => Ended::Subscriptions,
        _ => Ended::Stream,
    }
}
