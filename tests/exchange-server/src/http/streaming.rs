//! `GetStreamingEvents` (MS-OXWSNTIF): one chunked answer of many envelopes, as long as was asked. Knows no single event.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::Response;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::answer::{AnswerBody, broken_off, plain};
use crate::faults::{FaultKind, Script};
use crate::operations::events::{Streamed, envelope};
use crate::shared::Shared;
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::{RequestVersion, ResponseCode};
use crate::store::lock;
use crate::store::subscriptions::Delivery;

/// What a request asks for.
pub(super) struct Asked {
    ids: Vec<String>,
    minutes: u32,
    /// The mailbox server that was asked.
    server: usize,
}

impl Asked {
    pub fn read(request: &Element, version: RequestVersion, server: usize) -> Result<Self, Fault> {
        if version < RequestVersion::Exchange2010Sp1 {
            return Err(Fault::schema(
                "The element 'Body' has invalid child element 'GetStreamingEvents'.",
            ));
        }
        request.sequence(Namespace::Messages, &["SubscriptionIds", "ConnectionTimeout"])?;
        let ids: Vec<String> = request
            .require("SubscriptionIds")?
            .children
            .iter()
            .map(|id| id.text.trim().to_owned())
            .collect();
        let minutes: u32 = request.require("ConnectionTimeout")?.value()?;
        if ids.is_empty() || !(1..=30).contains(&minutes) {
            return Err(Fault::schema(
                "The 'ConnectionTimeout' element is invalid: between 1 and 30.",
            ));
        }
        Ok(Self { ids, minutes, server })
    }

    /// How many subscriptions are asked about.
    pub fn count(&self) -> usize {
        self.ids.len()
    }
}

/// Starts the answer; it goes on until its time is over, a subscription ends, or the client leaves.
pub(super) fn answer(asked: Asked, shared: &Arc<Shared>, script: &Script) -> Response<AnswerBody> {
    let (sender, receiver) = mpsc::channel(4);
    let cut = script
        .0
        .iter()
        .any(|kind| matches!(kind, FaultKind::BrokenConnection { .. }));
    let refusal = script.item_code(0, 1, "");
    tokio::spawn(stream(
        asked,
        shared.clone(),
        sender,
        refusal,
        if cut { End::Broken } else { End::Closed },
    ));
    let mut response = plain(hyper::StatusCode::OK, "text/xml; charset=utf-8", "");
    *response.body_mut() = AnswerBody::Pieces(receiver);
    response
}

/// How a stream ends after its first events.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Broken,
}

async fn stream(
    asked: Asked,
    shared: Arc<Shared>,
    sender: mpsc::Sender<io::Result<Bytes>>,
    refusal: Option<ResponseCode>,
    end: End,
) {
    let version = shared.settings.version;
    let send = async |streamed: &Streamed| sender.send(Ok(envelope(version, streamed).into())).await.is_ok();
    let mut bell = shared.bell();
    let unknown = unknown(&asked, &shared);
    if refusal.is_some() || !unknown.is_empty() {
        let code = refusal.unwrap_or_else(|| ResponseCode::new("ErrorInvalidSubscription"));
        send(&Streamed::Refused(code, unknown)).await;
        return;
    }
    let deadline = Instant::now() + shared.settings.minute * asked.minutes;
    let mut alive = send(&Streamed::Up).await;
    while alive {
        bell.mark_unchanged();
        let unknown = self::unknown(&asked, &shared);
        if !unknown.is_empty() {
            send(&Streamed::Refused(
                ResponseCode::new("ErrorInvalidSubscription"),
                unknown,
            ))
            .await;
            return;
        }
        let events = news(&asked, &shared);
        if !events.is_empty() {
            alive = send(&Streamed::Events(events)).await;
            if end == End::Broken {
                broken_off(&sender).await;
                return;
            }
            continue;
        }
        let heartbeat: Duration = shared.settings.minute * 3 / 4;
        tokio::select! {
            _ = bell.changed() => {}
            () = sender.closed() => return,
            () = tokio::time::sleep_until(deadline) => {
                send(&Streamed::Closed).await;
                return;
            }
            () = tokio::time::sleep(heartbeat) => alive = send(&Streamed::Up).await,
        }
    }
}

fn unknown(asked: &Asked, shared: &Shared) -> Vec<String> {
    let known = |id: &str| {
        shared
            .subscriptions
            .get(id)
            .is_some_and(|s| s.delivery == Delivery::Streaming && s.server == asked.server)
    };
    asked.ids.iter().filter(|id| !known(id)).cloned().collect()
}

/// Events that were not handed out yet, by subscription.
fn news(asked: &Asked, shared: &Shared) -> Vec<(String, Vec<crate::store::notices::Notice>)> {
    let mut found = Vec::new();
    for id in &asked.ids {
        let Some(subscription) = shared.subscriptions.get(id) else {
            continue;
        };
        let Ok(mailbox) = shared.mailbox(&subscription.mailbox) else {
            continue;
        };
        let mailbox = lock(&mailbox);
        let notices = mailbox.notices.after(subscription.watermark).unwrap_or_default();
        shared.subscriptions.advance(id, mailbox.notices.last());
        let wanted: Vec<_> = notices.into_iter().filter(|n| subscription.wanted.admits(n)).collect();
        if !wanted.is_empty() {
            found.push((id.clone(), wanted));
        }
    }
    found
}
