//! Subscriptions: streaming with several envelopes in one answer, and pull.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers outside #[test]

mod support;

use std::time::Duration;

use exchange_server::{FaultKind, FaultRule, Handle, ServerVersion};
use support::*;

const VERSION: &str = "Exchange2010_SP2";

fn subscribe(kind: &str, tail: &str) -> String {
    format!(
        "<m:Subscribe><m:{kind} SubscribeToAllFolders=\"true\"><t:EventTypes><t:EventType>NewMailEvent</t:EventType>\
         <t:EventType>CreatedEvent</t:EventType><t:EventType>DeletedEvent</t:EventType>\
         <t:EventType>ModifiedEvent</t:EventType><t:EventType>MovedEvent</t:EventType></t:EventTypes>{tail}</m:{kind}>\
         </m:Subscribe>"
    )
}

fn stream(ids: &[&str]) -> String {
    let ids: String = ids
        .iter()
        .map(|id| format!("<t:SubscriptionId>{id}</t:SubscriptionId>"))
        .collect();
    format!(
        "<m:GetStreamingEvents><m:SubscriptionIds>{ids}</m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout>\
         </m:GetStreamingEvents>"
    )
}

/// Reads envelopes one by one from a streamed answer.
struct Stream(reqwest::Response, String);

impl Stream {
    async fn open(server: &Handle, ids: &[&str]) -> Self {
        let request = client()
            .post(server.url())
            .basic_auth(LOGIN, Some(PASSWORD))
            .header("Content-Type", "text/xml");
        let response = request
            .body(envelope(VERSION, Some(JANE), &stream(ids)))
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["transfer-encoding"], "chunked");
        Self(response, String::new())
    }

    async fn next(&mut self) -> reqwest::Result<Option<Answer>> {
        const END: &str = "</s:Envelope>";
        loop {
            if let Some(at) = self.1.find(END) {
                let rest = self.1.split_off(at + END.len());
                let text = std::mem::replace(&mut self.1, rest);
                let answer = Answer { status: 200, text };
                answer.validate();
                return Ok(Some(answer));
            }
            match self.0.chunk().await? {
                Some(bytes) => self.1.push_str(std::str::from_utf8(&bytes).unwrap()),
                None => return Ok(None),
            }
        }
    }
}

async fn server() -> Handle {
    builder()
        .version(ServerVersion::Exchange2010)
        .mailbox("joe@example.com")
        .start()
        .await
        .unwrap()
}

async fn subscribed(server: &Handle, mailbox: &str) -> String {
    let answer = post_as(
        server,
        VERSION,
        Some(mailbox),
        &subscribe("StreamingSubscriptionRequest", ""),
    )
    .await;
    answer.validate();
    answer.text("SubscriptionId")
}

#[tokio::test]
async fn new_mail_of_two_mailboxes_comes_down_one_connection_in_envelopes_of_its_own() {
    let server = server().await;
    let (jane, joe) = (
        subscribed(&server, JANE).await,
        subscribed(&server, "joe@example.com").await,
    );
    // Between Subscribe and GetStreamingEvents nothing may get lost.
    let early = server
        .mailbox(JANE)
        .unwrap()
        .deliver("inbox", mail("early", "c@customer.example", JANE))
        .unwrap();
    let mut stream = Stream::open(&server, &[&jane, &joe]).await;
    assert_eq!(stream.next().await.unwrap().unwrap().text("ConnectionStatus"), "OK");
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(first.texts("SubscriptionId"), [jane.as_str()]);
    assert_eq!(first.attributes("ItemId", "Id"), [early.as_str(), early.as_str()]);
    assert_eq!(
        (first.count("<t:CreatedEvent>"), first.count("<t:NewMailEvent>")),
        (1, 1)
    );
    let late = server.mailbox("joe@example.com").unwrap();
    late.deliver("inbox", mail("late", "c@customer.example", JANE)).unwrap();
    assert_eq!(
        stream.next().await.unwrap().unwrap().texts("SubscriptionId"),
        [joe.as_str()]
    );
}

#[tokio::test]
async fn moves_deletions_and_read_flags_are_told() {
    let server = server().await;
    let jane = server.mailbox(JANE).unwrap();
    let item = jane.deliver("inbox", mail("one", "c@customer.example", JANE)).unwrap();
    let id = subscribed(&server, JANE).await;
    jane.mark_read(&item, true).unwrap();
    let moved = jane.move_item(&item, "deleteditems").unwrap();
    jane.delete(&moved).unwrap();
    let mut stream = Stream::open(&server, &[&id]).await;
    stream.next().await.unwrap();
    let events = stream.next().await.unwrap().unwrap();
    for kind in ["ModifiedEvent", "MovedEvent", "DeletedEvent"] {
        assert_eq!(events.count(&format!("<t:{kind}>")), 1, "{kind}");
    }
    assert_eq!(events.attributes("OldItemId", "Id"), [item]);
}

#[tokio::test]
async fn a_quiet_stream_beats_and_closes_in_time() {
    let server = builder()
        .streaming_minute(Duration::from_secs(1))
        .start()
        .await
        .unwrap();
    let id = subscribed(&server, JANE).await;
    let mut stream = Stream::open(&server, &[&id]).await;
    let mut statuses = Vec::new();
    while let Some(answer) = stream.next().await.unwrap() {
        statuses.push(answer.text("ConnectionStatus"));
    }
    assert_eq!(statuses, ["OK", "OK", "Closed"]);
}

#[tokio::test]
async fn an_unknown_subscription_is_named() {
    let server = server().await;
    let id = subscribed(&server, JANE).await;
    server.drop_subscriptions();
    let mut stream = Stream::open(&server, &[&id]).await;
    let answer = stream.next().await.unwrap().unwrap();
    assert_eq!(answer.codes(), ["ErrorInvalidSubscription"]);
    assert_eq!(answer.texts("SubscriptionId"), [id]);
    assert!(stream.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_stream_breaks_after_its_first_events_when_told() {
    let server = server().await;
    let id = subscribed(&server, JANE).await;
    server
        .faults()
        .add(FaultRule::new(FaultKind::BrokenConnection { bytes: 0 }).on("GetStreamingEvents"));
    let mut stream = Stream::open(&server, &[&id]).await;
    server
        .mailbox(JANE)
        .unwrap()
        .deliver("inbox", mail("one", "c@customer.example", JANE))
        .unwrap();
    stream.next().await.unwrap();
    stream.next().await.unwrap();
    assert!(stream.next().await.is_err());
}

#[tokio::test]
async fn a_pull_subscription_is_asked_again_and_again_and_given_up() {
    let server = server().await;
    let tail = "<t:Timeout>10</t:Timeout>";
    let subscribed = post(&server, "Exchange2010", &subscribe("PullSubscriptionRequest", tail)).await;
    subscribed.validate();
    let id = subscribed.text("SubscriptionId");
    let ask = |watermark: &str| {
        format!(
            "<m:GetEvents><m:SubscriptionId>{id}</m:SubscriptionId><m:Watermark>{watermark}</m:Watermark></m:GetEvents>"
        )
    };
    let quiet = post(&server, VERSION, &ask(&subscribed.text("Watermark"))).await;
    quiet.validate();
    assert_eq!(quiet.count("<t:StatusEvent>"), 1);
    server
        .mailbox(JANE)
        .unwrap()
        .deliver("inbox", mail("one", "c@customer.example", JANE))
        .unwrap();
    let news = post(&server, VERSION, &ask(&quiet.text("Watermark"))).await;
    news.validate();
    assert_eq!(news.count("<t:NewMailEvent>"), 1);
    let again = post(&server, VERSION, &ask(news.texts("Watermark").last().unwrap())).await;
    assert_eq!(again.count("<t:StatusEvent>"), 1);
    let given_up = format!("<m:Unsubscribe><m:SubscriptionId>{id}</m:SubscriptionId></m:Unsubscribe>");
    let answer = post(&server, VERSION, &given_up).await;
    answer.validate();
    assert_eq!(answer.codes(), ["NoError"]);
    assert_eq!(
        post(&server, VERSION, &ask(&quiet.text("Watermark"))).await.codes(),
        ["ErrorSubscriptionNotFound"]
    );
}

#[tokio::test]
async fn streaming_is_unknown_before_2010_sp1() {
    let server = server().await;
    let answer = post(&server, "Exchange2010", &subscribe("StreamingSubscriptionRequest", "")).await;
    assert_eq!(answer.text("ResponseCode"), "ErrorSchemaValidation");
}

#[tokio::test]
async fn a_subscription_to_all_folders_is_unknown_in_2007() {
    let request = subscribe("PullSubscriptionRequest", "<t:Timeout>10</t:Timeout>");
    let answer = post(&server().await, "Exchange2007_SP1", &request).await;
    assert_eq!(answer.text("ResponseCode"), "ErrorSchemaValidation");
}
