//! New mail is known within seconds, whatever the server can do.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use exchange_server::{FaultKind, FaultRule, ServerVersion};
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
