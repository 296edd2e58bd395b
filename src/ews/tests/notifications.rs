//! Subscriptions against the test Exchange: streaming, and by pull.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod exchange;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ews::Client;
use ews::transport::{Scheme, Secret, Settings, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use ews::{
    Delivery, DistinguishedFolder, Error, Event, EventKind, EventStream, EventSubject, FolderId, ItemId, Mailbox,
    Remedy, RequestServerVersion, ResponseCode, SubscriptionId,
};
use exchange::*;
use exchange_server::{Builder, FaultKind, FaultRule, ServerVersion};

const JOE: &str = "joe@example.com";
const KINDS: [EventKind; 5] = [
    EventKind::NewMail,
    EventKind::Created,
    EventKind::Modified,
    EventKind::Deleted,
    EventKind::Moved,
];

/// A server whose minutes pass quickly.
fn quick() -> Builder {
    builder().mailbox(JOE).streaming_minute(Duration::from_millis(1_500))
}

async fn streaming(mailbox: &Mailbox) -> SubscriptionId {
    let subscription = mailbox.subscribe(&[], &KINDS, Delivery::Streaming).await.unwrap();
    assert_eq!(subscription.watermark, None);
    subscription.id
}

/// The next envelope that tells of something.
async fn news(stream: &mut EventStream) -> Vec<(SubscriptionId, Vec<Event>)> {
    loop {
        let told = stream.next().await.unwrap().unwrap();
        let told: Vec<_> = told.into_iter().map(|n| (n.subscription, n.events)).collect();
        if !told.is_empty() {
            return told;
        }
    }
}

#[tokio::test]
async fn a_new_mail_is_told_while_the_stream_is_open() {
    let server = quick().start().await.unwrap();
    let jane = jane(&server);
    let id = streaming(&jane).await;
    let mut stream = jane.get_streaming_events(std::slice::from_ref(&id), 2).await.unwrap();
    assert_eq!(
        stream.next().await.unwrap(),
        Some(Vec::new()),
        "the first envelope says that the connection is up"
    );
    let item = deliver(&server, 1).remove(0);
    let (subscription, events) = news(&mut stream).await.remove(0);
    assert_eq!(subscription, id);
    let mail = events.iter().find(|event| event.kind == EventKind::NewMail).unwrap();
    assert_eq!(
        (&mail.subject, &mail.parent),
        (&EventSubject::Item(item.clone()), &Some(inbox(&server)))
    );
    assert!(mail.time.is_some());

    let moved = store(&server).move_item(item.as_str(), "deleteditems").unwrap();
    let events = news(&mut stream).await.remove(0).1;
    let moving = events.iter().find(|event| event.kind == EventKind::Moved).unwrap();
    assert_eq!(moving.subject, EventSubject::Item(ItemId(moved)));
    assert_eq!(moving.old_parent, Some(inbox(&server)));
    validate_requests(&server);
}

#[tokio::test]
async fn a_stream_ends_when_its_time_is_over_and_goes_on_in_the_next_one() {
    let server = quick().start().await.unwrap();
    let jane = jane(&server);
    let ids = [streaming(&jane).await];
    let mut stream = jane.get_streaming_events(&ids, 1).await.unwrap();
    let mut signs = 0;
    while let Some(told) = stream.next().await.unwrap() {
        assert!(told.is_empty());
        signs += 1;
    }
    assert!(signs >= 1);
    assert_eq!(stream.next().await.unwrap(), None);
    // What happens between two streams is told by the second.
    let item = deliver(&server, 1).remove(0);
    let mut stream = jane.get_streaming_events(&ids, 1).await.unwrap();
    let events = news(&mut stream).await.remove(0).1;
    assert!(
        events
            .iter()
            .any(|event| event.subject == EventSubject::Item(item.clone()))
    );
}

#[tokio::test]
async fn one_stream_tells_of_several_mailboxes() {
    let server = quick().start().await.unwrap();
    let client = client(&server, None);
    let (jane, joe) = (client.mailbox(JANE), client.mailbox(JOE));
    let ids = [streaming(&jane).await, streaming(&joe).await];
    let mut stream = jane.get_streaming_events(&ids, 5).await.unwrap();
    server.mailbox(JOE).unwrap().deliver("inbox", mail("joe")).unwrap();
    assert_eq!(news(&mut stream).await[0].0, ids[1]);
    deliver(&server, 1);
    assert_eq!(news(&mut stream).await[0].0, ids[0]);
}

#[tokio::test]
async fn an_open_stream_leaves_the_mailbox_to_other_requests() {
    let server = quick().start().await.unwrap();
    let jane = jane(&server);
    let ids = [streaming(&jane).await];
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(jane.get_streaming_events(&ids, 5).await.unwrap());
    }
    assert_eq!(jane.resolve_names(JANE).await.unwrap().len(), 1);
    for stream in &mut streams {
        assert_eq!(stream.next().await.unwrap(), Some(Vec::new()));
    }
}

#[tokio::test]
async fn subscriptions_that_a_server_forgot_are_told_by_their_code() {
    let server = quick().start().await.unwrap();
    let jane = jane(&server);
    let ids = [streaming(&jane).await];
    let mut stream = jane.get_streaming_events(&ids, 5).await.unwrap();
    stream.next().await.unwrap();
    server.drop_subscriptions();
    deliver(&server, 1);
    let error = stream.next().await.unwrap_err();
    assert_eq!(error.code(), Some(&ResponseCode::ErrorInvalidSubscription));
    assert_eq!(stream.refused(), ids);
    assert_eq!(stream.next().await.unwrap(), None);
    let error = jane.unsubscribe(&ids[0]).await.unwrap_err();
    assert_eq!(error.code(), Some(&ResponseCode::ErrorSubscriptionNotFound));
}

#[tokio::test]
async fn a_stream_whose_connection_breaks_says_so() {
    let server = quick().start().await.unwrap();
    let jane = jane(&server);
    let ids = [streaming(&jane).await];
    let rule = FaultRule::new(FaultKind::BrokenConnection { bytes: 1 }).on("GetStreamingEvents");
    server.faults().add(rule);
    let mut stream = jane.get_streaming_events(&ids, 5).await.unwrap();
    deliver(&server, 1);
    let error = loop {
        match stream.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it seems whole"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Transport(_)), "{error}");
    assert_eq!(error.remedy(), Remedy::Connection);
}

#[tokio::test]
async fn a_stream_that_is_refused_says_why() {
    let server = quick().start().await.unwrap();
    let jane = jane(&server);
    let ids = [streaming(&jane).await];
    let kind = FaultKind::SoapFault {
        code: "ErrorServerBusy".into(),
        back_off_milliseconds: Some(500),
    };
    server.faults().add(FaultRule::new(kind).on("GetStreamingEvents"));
    let mut stream = jane.get_streaming_events(&ids, 5).await.unwrap();
    match stream.next().await.unwrap_err() {
        Error::Response(error) => {
            assert_eq!(error.code, ResponseCode::ErrorServerBusy);
            assert_eq!(error.back_off, Some(Duration::from_millis(500)));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_version_can_subscribe_by_pull_and_newer_ones_by_stream() {
    let mut requests = Requests::default();
    for product in ServerVersion::ALL {
        for version in versions(product) {
            let server = quick().version(product).start().await.unwrap();
            let jane = client(&server, Some(version)).mailbox(JANE);
            let folders = [distinguished(DistinguishedFolder::Inbox)];
            let pull = Delivery::Pull { timeout_minutes: 10 };
            let subscription = jane.subscribe(&folders, &KINDS, pull).await.unwrap();
            let watermark = subscription.watermark.unwrap();
            let nothing = jane.get_events(&subscription.id, &watermark).await.unwrap();
            assert!(
                nothing.events.is_empty() && nothing.watermark.is_some(),
                "{}",
                version.name()
            );
            let item = deliver(&server, 1).remove(0);
            store(&server).deliver("sentitems", mail("elsewhere")).unwrap();
            let told = jane
                .get_events(&subscription.id, &nothing.watermark.unwrap())
                .await
                .unwrap();
            let subjects: Vec<_> = told.events.iter().map(|event| &event.subject).collect();
            assert!(subjects.contains(&&EventSubject::Item(item)), "{}", version.name());
            let elsewhere = FolderId(store(&server).folder_id("sentitems").unwrap());
            assert!(
                told.events
                    .iter()
                    .all(|event| event.parent.as_ref() != Some(&elsewhere))
            );
            let again = jane
                .get_events(&subscription.id, &told.watermark.unwrap())
                .await
                .unwrap();
            assert!(again.events.is_empty(), "{}", version.name());
            jane.unsubscribe(&subscription.id).await.unwrap();
            if version.has_streaming() {
                let id = streaming(&jane).await;
                let mut stream = jane.get_streaming_events(&[id], 1).await.unwrap();
                assert!(stream.next().await.unwrap().is_some());
            }
            requests.add(&server);
        }
    }
    requests.validate();
}

#[test]
fn streaming_is_known_from_2010_sp1_on() {
    assert!(!RequestServerVersion::Exchange2010.has_streaming());
    assert!(RequestServerVersion::Exchange2010_SP1.has_streaming());
}

#[tokio::test]
async fn an_envelope_that_does_not_end_fills_no_memory() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sent = Arc::<AtomicUsize>::default();
    let counter = sent.clone();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        // The request ends with its envelope.
        let mut request = Vec::new();
        while !request.ends_with(b"Envelope>") {
            socket.read_buf(&mut request).await.unwrap();
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        while socket.write_all(chunk.as_bytes()).await.is_ok() {
            counter.fetch_add(0x10000, Ordering::Relaxed);
        }
    });
    let url = format!("http://localhost:{port}/EWS/Exchange.asmx").parse().unwrap();
    let settings = Settings {
        scheme: Scheme::Basic,
        ..Settings::new(url, LOGIN, Secret::new(PASSWORD.into()))
    };
    let client = Client::new(
        Transport::new(settings).unwrap(),
        Some(RequestServerVersion::Exchange2013_SP1),
    );
    let ids = [SubscriptionId::from("one")];
    let mut stream = client.mailbox(JANE).get_streaming_events(&ids, 30).await.unwrap();
    let error = stream.next().await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
    assert!(sent.load(Ordering::Relaxed) < 32 << 20);
}
