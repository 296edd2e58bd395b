//! New mail is known within seconds, whatever the server can do.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use exchange_server::{Discovery, FaultKind, FaultRule, Handle, ServerVersion};
use support::*;
use sync::{News, Watch};

async fn news(watch: &mut Watch) -> News {
    tokio::time::timeout(Duration::from_secs(30), watch.next())
        .await
        .expect("news within half a minute")
}

async fn told(watch: &mut Watch, count: usize) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for _ in 0..count {
        let news = news(watch).await;
        assert!(news.failure.is_none(), "{news:?}");
        told.insert(news.mailbox);
    }
    told
}

fn both() -> BTreeSet<String> {
    [JANE, JOE].map(str::to_owned).into()
}

async fn quiet(watch: &mut Watch) {
    let early = tokio::time::timeout(Duration::from_millis(300), watch.next()).await;
    assert!(early.is_err(), "{early:?}");
}

#[tokio::test]
async fn a_new_mail_is_told_at_once_and_only_for_its_mailbox() {
    let server = server().start().await.unwrap();
    let mut watch = engine(&server).watch(vec![JANE.into(), JOE.into()]);
    assert_eq!(told(&mut watch, 2).await, both());
    quiet(&mut watch).await;
    deliver(&server, JOE, "new");
    assert_eq!(news(&mut watch).await.mailbox, JOE);
    assert_eq!(
        server.stats().operations["GetStreamingEvents"],
        1,
        "one stream for both"
    );
    drop(watch);
    deliver(&server, JOE, "later");
}

#[tokio::test]
async fn an_old_server_is_asked_instead() {
    let server = server().version(ServerVersion::Exchange2007).start().await.unwrap();
    let mut watch = engine(&server).watch(vec![JANE.into()]);
    assert_eq!(news(&mut watch).await.mailbox, JANE);
    deliver(&server, JANE, "new");
    assert_eq!(news(&mut watch).await.mailbox, JANE);
    assert!(server.stats().operations["GetEvents"] >= 1);
}

#[tokio::test]
async fn a_server_that_forgets_subscriptions_or_restarts_is_watched_again() {
    let server = server().start().await.unwrap();
    let mut watch = engine(&server).watch(vec![JANE.into(), JOE.into()]);
    assert_eq!(told(&mut watch, 2).await, both());
    server.drop_subscriptions();
    assert_eq!(
        told(&mut watch, 2).await,
        both(),
        "each is told again: something may have been missed"
    );
    deliver(&server, JANE, "new");
    assert_eq!(news(&mut watch).await.mailbox, JANE);
}

#[tokio::test]
async fn a_mailbox_that_cannot_be_watched_says_why_and_leaves_the_others_alone() {
    let server = server().start().await.unwrap();
    server.faults().add(
        FaultRule::new(FaultKind::ResponseCode {
            code: "ErrorMailboxMoveInProgress".into(),
        })
        .mailbox(JANE)
        .always(),
    );
    let mut watch = engine(&server).watch(vec![JANE.into(), JOE.into(), "eve@elsewhere.example".into()]);
    let mut failed = BTreeSet::new();
    for _ in 0..3 {
        let news = news(&mut watch).await;
        if news.failure.is_some() {
            failed.insert(news.mailbox);
        }
    }
    assert_eq!(failed, [JANE, "eve@elsewhere.example"].map(str::to_owned).into());
    deliver(&server, JOE, "new");
    assert_eq!(news(&mut watch).await.mailbox, JOE);
}

/// What each request of an operation says in a header.
fn header(server: &Handle, operation: &str, name: &str) -> Vec<String> {
    let requests = server.requests().into_iter().filter(|r| r.operation == operation);
    requests
        .map(|r| r.headers.get(name).cloned().unwrap_or_default())
        .collect()
}

/// Waits until something is so.
async fn until(what: impl Fn() -> bool) {
    let waiting = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .expect("within half a minute");
}

#[tokio::test]
async fn mailboxes_of_one_site_share_a_stream_of_their_first_ones_server() {
    let server = server()
        .mailbox_server("Berlin", &[JANE])
        .mailbox_server("Berlin", &[JOE])
        .start()
        .await
        .unwrap();
    let mut watch = engine(&server).watch(vec![JOE.into(), JANE.into()]);
    assert_eq!(told(&mut watch, 2).await, both());
    for mailbox in [JANE, JOE] {
        deliver(&server, mailbox, "new");
        assert_eq!(news(&mut watch).await.mailbox, mailbox);
    }
    for operation in ["Subscribe", "GetStreamingEvents"] {
        let anchors = header(&server, operation, "x-anchormailbox");
        assert!(anchors.iter().all(|anchor| anchor == JANE), "{operation}: {anchors:?}");
        let wishes = header(&server, operation, "x-preferserveraffinity");
        assert!(wishes.iter().all(|wish| wish == "true"), "{operation}: {wishes:?}");
    }
    let mut cookies = header(&server, "Subscribe", "cookie");
    assert!(
        !cookies.remove(0).contains("X-BackEndOverrideCookie"),
        "nobody gave it yet"
    );
    cookies.extend(header(&server, "GetStreamingEvents", "cookie"));
    assert_eq!(cookies.len(), 2, "one stream");
    assert!(
        cookies.iter().all(|c| c.contains("X-BackEndOverrideCookie=EX00")),
        "{cookies:?}"
    );
}

#[tokio::test]
async fn who_lives_elsewhere_by_the_servers_word_gets_a_stream_of_its_own_and_nobody_else_is_asked_anew() {
    let homes: [&str; 3] = [JANE, "kim@example.com", "lee@example.com"];
    let server = server()
        .mailbox(homes[1])
        .mailbox(homes[2])
        .mailbox_server("Berlin", &homes)
        .mailbox_server("Paris", &[JOE])
        .start()
        .await
        .unwrap();
    let all: Vec<String> = [JANE, JOE, homes[1], homes[2]].map(Into::into).into();
    let mut watch = engine(&server).watch(all.clone());
    assert_eq!(told(&mut watch, 4).await, all.iter().cloned().collect());
    assert_eq!(
        news(&mut watch).await.mailbox,
        JOE,
        "told again: its subscription is new"
    );
    for mailbox in &all {
        deliver(&server, mailbox, "new");
        assert_eq!(&news(&mut watch).await.mailbox, mailbox);
    }
    assert_eq!(server.stats().operations["Subscribe"], 5, "one of them twice");
    assert_eq!(
        server.stats().operations["GetStreamingEvents"],
        3,
        "refused, without it, for it"
    );
    assert_eq!(server.subscriptions(), 4, "none is left over");
}

#[tokio::test]
async fn autodiscover_tells_who_belongs_together_before_anybody_is_refused() {
    let server = server()
        .mailbox("kim@example.com")
        .discovery(Discovery::Own)
        .mailbox_server("Berlin", &[JANE])
        .mailbox_server("Paris", &[JOE, "kim@example.com"])
        .start()
        .await
        .unwrap();
    let all: Vec<String> = [JANE, JOE, "kim@example.com"].map(Into::into).into();
    let mut watch = engine(&server).watch(all.clone());
    assert_eq!(told(&mut watch, 3).await, all.iter().cloned().collect());
    for mailbox in &all {
        deliver(&server, mailbox, "new");
        assert_eq!(&news(&mut watch).await.mailbox, mailbox);
    }
    let operations = server.stats().operations;
    assert_eq!((operations["Subscribe"], operations["GetStreamingEvents"]), (3, 2));
    let mut anchors = header(&server, "GetStreamingEvents", "x-anchormailbox");
    anchors.sort();
    assert_eq!(anchors, [JANE, JOE]);
}

#[tokio::test]
async fn the_end_of_a_watch_leaves_no_subscription_behind() {
    let mailboxes: Vec<String> = (1..=15).map(|n| format!("user{n:02}@example.com")).collect();
    let builder = mailboxes.iter().fold(server(), |builder, m| builder.mailbox(m));
    let server = builder.latency(Duration::from_millis(40)).start().await.unwrap();
    for ending in ["stopped", "dropped", "stopped at once"] {
        let mut watch = engine(&server).watch(mailboxes.clone());
        match ending {
            "stopped at once" => {
                until(|| server.subscriptions() > 0).await;
                watch.stop().await;
                assert_eq!(server.subscriptions(), 0, "{ending}");
            }
            "stopped" => {
                told(&mut watch, 15).await;
                assert_eq!(server.subscriptions(), 15);
                watch.stop().await;
                assert_eq!(server.subscriptions(), 0, "{ending}");
            }
            _ => {
                told(&mut watch, 15).await;
                drop(watch);
                until(|| server.subscriptions() == 0).await;
            }
        }
    }
    assert!(
        server.stats().peak >= 4,
        "subscribed side by side: {:?}",
        server.stats().peak
    );
}

#[tokio::test]
async fn a_wait_of_an_hour_is_kept_and_told() {
    let kinds = [
        FaultKind::HttpStatus {
            status: 503,
            headers: [("Retry-After".to_owned(), "3600".to_owned())].into(),
            body: "busy".into(),
        },
        FaultKind::SoapFault {
            code: "ErrorServerBusy".into(),
            back_off_milliseconds: Some(3_600_000),
        },
    ];
    for kind in kinds {
        for operation in ["GetStreamingEvents", "Subscribe"] {
            let server = server().start().await.unwrap();
            server
                .faults()
                .add(FaultRule::new(kind.clone()).on(operation).mailbox(JANE).always());
            let mut watch = engine(&server).watch(vec![JANE.into()]);
            let failure = loop {
                if let Some(failure) = news(&mut watch).await.failure {
                    break failure;
                }
            };
            let wait = failure
                .retry_at
                .expect("a time")
                .duration_since(std::time::SystemTime::now());
            assert!(wait.expect("later").as_secs() > 3_500, "{failure}");
            let asked = server.stats().requests;
            tokio::time::sleep(Duration::from_secs(3)).await;
            assert_eq!(server.stats().requests, asked, "{operation} {kind:?}");
        }
    }
}

#[tokio::test]
async fn pull_is_what_was_asked_for_even_where_the_answer_has_no_watermark() {
    let server = server().version(ServerVersion::Exchange2007).start().await.unwrap();
    let kind = FaultKind::Without {
        element: "m:Watermark".into(),
    };
    server.faults().add(FaultRule::new(kind).on("Subscribe").always());
    let mut watch = engine(&server).watch(vec![JANE.into()]);
    assert_eq!(news(&mut watch).await.mailbox, JANE);
    until(|| server.stats().operations.contains_key("GetEvents")).await;
}

#[tokio::test]
async fn exchange_2007_is_named_the_folders_and_new_ones_are_named_too() {
    let server = server().version(ServerVersion::Exchange2007).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let mut watch = engine(&server).watch(vec![JANE.into()]);
    assert_eq!(news(&mut watch).await.mailbox, JANE);
    jane.create_folder("inbox/Customers").unwrap();
    assert_eq!(news(&mut watch).await.mailbox, JANE, "a folder came");
    until(|| server.stats().operations["Subscribe"] == 2).await;
    assert_eq!(news(&mut watch).await.mailbox, JANE, "it is watched anew");
    jane.deliver("inbox/Customers", mail("new", CUSTOMER, JANE)).unwrap();
    assert_eq!(news(&mut watch).await.mailbox, JANE);
    assert_eq!(server.subscriptions(), 1);
}
