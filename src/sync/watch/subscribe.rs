//! Subscribes a group's mailboxes: the anchor first, then the others along its way. Knows no events.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use ews::discovery;
use ews::{DistinguishedFolder, EventKind, FolderRef, Mailbox, RequestServerVersion, Watermark};
use futures_util::{StreamExt, stream};
use tokio::time::timeout;

use super::Watcher;
use super::group::{Delivery, Folders, Group, Grouping, Member, Proof, Subscription};
use crate::mailbox::{Purpose, Reading};
use crate::{Error, Remedy};

/// A subscription by pull outlives some questions that fail.
const PULL_TIMEOUT_MINUTES: u16 = 10;
/// Autodiscover is asked for what the server tells later anyway.
const GROUPING_PATIENCE: Duration = Duration::from_secs(15);
/// Servers that are not Microsoft's give none, and look at none; the schema wants one.
const NO_WATERMARK: &str = "AA==";

impl Watcher {
    /// Subscribes who is due; each is told, since anything may have happened before. Gives the groups to watch beside this.
    pub(super) async fn subscribe(&self, group: &mut Group) -> Vec<Group> {
        let mut due = group.due().into_iter();
        // One leads: it proves the login, and its answer names the mailbox server for the others.
        while group.anchor.is_none()
            && let Some(place) = due.next()
        {
            if self.is_stopped() {
                return Vec::new();
            }
            let outcome = self.subscribe_one(&group.members[place].address, None).await;
            let unreachable = outcome.as_ref().err().filter(|error| is_of_server(error)).cloned();
            self.keep(group, place, outcome);
            if let Some(error) = unreachable {
                for place in due.by_ref() {
                    let error = error.clone().also_of(&group.members[place].address);
                    self.keep(group, place, Err(error));
                }
            }
        }
        let apart = self.divide(group).await;
        if !apart.is_empty() || group.anchor.is_none() {
            return apart;
        }
        let outcomes: Vec<_> = stream::iter(due)
            .map(|place| {
                let (address, anchor) = (&group.members[place].address, group.anchor.as_ref());
                async move {
                    match self.is_stopped() {
                        true => None,
                        false => Some((place, self.subscribe_one(address, anchor).await)),
                    }
                }
            })
            .buffer_unordered(self.engine.concurrency())
            .filter_map(std::future::ready)
            .collect()
            .await;
        for (place, outcome) in outcomes {
            self.keep(group, place, outcome);
        }
        otherwise_delivered(group)
    }

    fn keep(&self, group: &mut Group, place: usize, outcome: Result<Subscription, Error>) {
        let member = &mut group.members[place];
        match outcome {
            Ok(subscription) => {
                group.anchor.get_or_insert_with(|| subscription.mailbox.clone());
                member.subscription = Some(subscription);
                self.board.post(&member.address, None);
            }
            Err(error) => {
                let wait = error
                    .retry_at
                    .and_then(|time| time.duration_since(SystemTime::now()).ok());
                member.not_before = member.trouble.again(wait);
                self.board.post(&member.address, Some(error));
            }
        }
    }

    async fn subscribe_one(&self, address: &str, anchor: Option<&Mailbox>) -> Result<Subscription, Error> {
        let first = self.engine.allowed(address, &self.login).await?;
        let outcome = self.ask(address, anchor).await;
        self.login.learn(outcome.as_ref().err());
        drop(first);
        outcome
    }

    async fn ask(&self, address: &str, anchor: Option<&Mailbox>) -> Result<Subscription, Error> {
        let reading = self
            .engine
            .reading(address, std::sync::Arc::default(), Purpose::Everything)
            .await?;
        subscription(&reading, anchor)
            .await
            .map_err(|error| reading.error(&error))
    }

    /// Divides a group by what Autodiscover tells, once: mailboxes of other sites can't share a stream.
    async fn divide(&self, group: &mut Group) -> Vec<Group> {
        let Some((leader, anchor)) = group.subscriptions().next() else {
            return Vec::new();
        };
        if group.grouping == Grouping::Settled || !has_affinity(anchor) {
            return Vec::new();
        }
        let addresses: Vec<_> = group.members.iter().map(|member| member.address.as_str()).collect();
        let asking = discovery::grouping_information(anchor.client.transport(), &addresses);
        // Where it is not to be had, the server tells by what it refuses.
        let keys = match timeout(GROUPING_PATIENCE, asking).await {
            Ok(Ok(keys)) => keys,
            Ok(Err(_)) | Err(_) => Vec::new(),
        };
        let by_address: HashMap<String, String> = addresses
            .into_iter()
            .zip(keys)
            .filter_map(|(address, key)| Some((address.to_owned(), key?)))
            .collect();
        let own = by_address.get(leader).cloned();
        group.grouping = Grouping::Settled;
        let mut apart = BTreeMap::<_, Vec<_>>::new();
        let key = |member: &Member| {
            by_address
                .get(&member.address)
                .filter(|key| own.as_ref() != Some(*key))
                .cloned()
        };
        for member in group.take(|member| own.is_some() && key(member).is_some()) {
            apart.entry(key(&member)).or_default().push(member);
        }
        let groups = apart.into_values();
        groups.map(|members| Group::of(members, Grouping::Settled)).collect()
    }
}

async fn subscription(reading: &Reading, anchor: Option<&Mailbox>) -> Result<Subscription, ews::Error> {
    let mailbox = &reading.mailbox;
    // The first answer tells which version the server speaks, and with it whether it can stream.
    let inbox = mailbox.get_folder(&[DistinguishedFolder::Inbox.into()]).await?;
    if let Some(Err(error)) = inbox.into_iter().next() {
        return Err(error.into());
    }
    let version = reading.mailbox.version();
    let (asked, way, folders) = match version.has_streaming() {
        true => (
            ews::Delivery::Streaming,
            mailbox.along(anchor.unwrap_or(mailbox)),
            Vec::new(),
        ),
        false => {
            let timeout_minutes = PULL_TIMEOUT_MINUTES;
            let folders = match version.has_subscription_to_all_folders() {
                true => Vec::new(),
                false => named_folders(reading).await?,
            };
            (ews::Delivery::Pull { timeout_minutes }, mailbox.clone(), folders)
        }
    };
    let answer = way.subscribe(&folders, &EventKind::ALL, asked).await?;
    Ok(Subscription {
        delivery: match asked {
            ews::Delivery::Streaming => Delivery::Streaming,
            ews::Delivery::Pull { .. } => Delivery::Pull {
                watermark: answer.watermark.unwrap_or_else(|| Watermark::from(NO_WATERMARK)),
                folders: if folders.is_empty() {
                    Folders::All
                } else {
                    Folders::Named
                },
            },
        },
        mailbox: way,
        client: reading.client.clone(),
        id: answer.id,
        proof: Proof::Fresh,
    })
}

/// The folders that a run would read, and the one above them, where new ones appear.
async fn named_folders(reading: &Reading) -> Result<Vec<FolderRef>, ews::Error> {
    let folders = reading.folders(&HashMap::new()).await?;
    let ids = folders.selected.iter().map(|folder| FolderRef::Id(folder.id.clone()));
    Ok(ids.chain([DistinguishedFolder::MsgFolderRoot.into()]).collect())
}

/// Mailboxes on an older server beside newer ones are asked by pull, in a group of their own.
fn otherwise_delivered(group: &mut Group) -> Vec<Group> {
    let streaming = group.is_streaming();
    let other = |s: &Subscription| (s.delivery == Delivery::Streaming) != streaming;
    let apart = group.take(|member| member.subscription.as_ref().is_some_and(other));
    if apart.is_empty() {
        return Vec::new();
    }
    vec![Group::of(apart, Grouping::Settled)]
}

/// Exchange 2013 and newer keep subscriptions on mailbox servers.
fn has_affinity(subscription: &Subscription) -> bool {
    subscription.mailbox.version() >= RequestServerVersion::Exchange2013
}

/// Whether it is the same for every mailbox: trying each would take as long as there are mailboxes.
fn is_of_server(error: &Error) -> bool {
    error.kind == Remedy::Connection && error.code.is_none()
}
