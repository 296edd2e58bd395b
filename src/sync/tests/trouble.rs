//! What goes wrong on real servers: one mailbox's trouble is its own, no mail is lost, every error says what to do.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::sync::Arc;
use std::time::Duration;

use exchange_server::{FaultKind, FaultRule, Rights};
use support::*;
use sync::{Engine, Event, MailboxTask, Remedy, Settings};

#[tokio::test]
async fn check_tells_the_server_apart_from_what_stands_in_the_way() {
    let server = server().account("poor", "secret", Rights::None).start().await.unwrap();
    let info = engine(&server).check(JANE).await.unwrap();
    assert!(
        info.product.contains("2019") && info.folders >= 2 && info.auth == "basic",
        "{info:?}"
    );
    let wrong = |change: fn(&mut Settings)| {
        let mut settings = settings(&server);
        change(&mut settings);
        Engine::new(settings).unwrap()
    };
    let cases = [
        (
            wrong(|s| s.password = "wrong".into()),
            JANE,
            Remedy::Authentication,
            "password",
        ),
        (
            wrong(|s| s.login = "poor".into()),
            JANE,
            Remedy::Impersonation,
            "ApplicationImpersonation",
        ),
        (
            wrong(|_| {}),
            "nobody@example.com",
            Remedy::Impersonation,
            "nobody@example.com",
        ),
        (
            wrong(|_| {}),
            "jane@elsewhere.example",
            Remedy::Configuration,
            "domains",
        ),
        (
            wrong(|s| s.server = "https://no-such-host.invalid/EWS/Exchange.asmx".into()),
            JANE,
            Remedy::Connection,
            "DNS",
        ),
        (
            wrong(|s| s.server = "http://mail.example.com/EWS/Exchange.asmx".into()),
            JANE,
            Remedy::Configuration,
            "https://",
        ),
        (
            wrong(|s| s.server = "no such host".into()),
            JANE,
            Remedy::Configuration,
            "neither a host name nor a URL",
        ),
    ];
    for (engine, mailbox, kind, hint) in cases {
        let error = engine.check(mailbox).await.expect_err(hint);
        assert_eq!(error.kind, kind, "{error}");
        assert!(
            error.to_string().contains(hint) && !error.to_string().contains("secret"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_mailbox_outside_the_domains_is_never_contacted() {
    let server = server().mailbox("eve@elsewhere.example").start().await.unwrap();
    let mut host = Host::default();
    host.run(&engine(&server), &["eve@elsewhere.example"]).await;
    assert_eq!(host.failures.len(), 1);
    assert_eq!(host.failures[0].kind, Remedy::Configuration);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_refused_login_is_tried_once_and_not_for_every_mailbox() {
    let mailboxes: Vec<String> = (0..60).map(|n| format!("user{n}@example.com")).collect();
    let server = mailboxes
        .iter()
        .fold(server(), |server, address| server.mailbox(address))
        .start()
        .await
        .unwrap();
    let engine = Engine::new(Settings {
        password: "wrong".into(),
        auth: "basic".into(),
        ..settings(&server)
    })
    .unwrap();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let mut host = Host::default();
    host.run(&engine, &mailboxes).await;
    assert_eq!(host.failures.len(), 60);
    assert!(host.failures.iter().all(|f| f.kind == Remedy::Authentication));
    let refused = server.stats().statuses.get(&401).copied();
    assert_eq!(refused, Some(1), "{:?}", server.stats().statuses);
    let mut watch = engine.watch(mailboxes.iter().map(ToString::to_string).collect());
    for _ in 0..60 {
        assert!(watch.next().await.failure.is_some());
    }
    assert_eq!(server.stats().statuses.get(&401), Some(&2));
}

#[tokio::test]
async fn a_mailbox_that_fails_does_not_stop_the_others() {
    let server = server().start().await.unwrap();
    for mailbox in [JANE, JOE] {
        let folder = server.mailbox(mailbox).unwrap();
        folder.deliver("inbox", mail(mailbox, CUSTOMER, mailbox)).unwrap();
    }
    server.faults().add(
        FaultRule::new(FaultKind::ResponseCode {
            code: "ErrorMailboxMoveInProgress".into(),
        })
        .mailbox(JANE)
        .always(),
    );
    let mut host = Host::default();
    host.run(&engine(&server), &[JANE, "nobody@example.com", JOE]).await;
    assert_eq!(host.subjects(), [JOE]);
    assert_eq!(host.done.len(), 3);
    let codes: Vec<_> = host
        .failures
        .iter()
        .map(|f| f.code.clone().unwrap_or_default())
        .collect();
    assert_eq!(host.failures.len(), 2, "{codes:?}");
    assert!(codes.contains(&"ErrorMailboxMoveInProgress".into()) && codes.contains(&"ErrorNonExistentMailbox".into()));
    server.faults().clear();
    host.run(&engine(&server), &[JANE]).await;
    assert_eq!(host.stored.len(), 2);
}

#[tokio::test]
async fn an_item_in_trouble_is_tried_again_in_later_runs_and_reported_after_a_day() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let bad = jane.deliver("inbox", mail("bad", CUSTOMER, JANE)).unwrap();
    jane.deliver("inbox", mail("good", CUSTOMER, JANE)).unwrap();
    let mut host = Host::default();
    let engine = engine(&server);
    let trouble = || {
        FaultRule::new(FaultKind::ItemCode {
            code: "ErrorInternalServerError".into(),
            places: Vec::new(),
            items: vec![bad.clone()],
        })
        .on("GetItem")
        .always()
    };
    server.faults().add(trouble());
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["good"]);
    server.faults().clear();
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["bad", "good"], "it was not lost");
    assert!(host.skipped.is_empty());

    let worse = jane.deliver("inbox", mail("worse", CUSTOMER, JANE)).unwrap();
    server.faults().add(
        FaultRule::new(FaultKind::ItemCode {
            code: "ErrorInternalServerError".into(),
            places: Vec::new(),
            items: vec![worse],
        })
        .on("GetItem")
        .always(),
    );
    for run in 0..20 {
        // The server gives other items: it is this one's trouble.
        deliver(&server, JANE, &format!("other {run}"));
        host.run(&engine, &[JANE]).await;
        host.age(Duration::from_secs(3600));
    }
    assert!(host.skipped.is_empty(), "not before a day: {:?}", host.skipped);
    host.age(Duration::from_secs(4 * 3600));
    deliver(&server, JANE, "last");
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.skipped.len(), 1, "{:?}", host.skipped);
    assert!(host.skipped[0].contains("ErrorInternalServerError"));
}

#[tokio::test]
async fn a_forgotten_sync_state_costs_time_but_neither_mail_nor_a_duplicate() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    jane.deliver("inbox", mail("first", CUSTOMER, JANE)).unwrap();
    let mut host = Host::default();
    let engine = engine(&server);
    host.run(&engine, &[JANE]).await;
    jane.expire_sync_states();
    jane.deliver("inbox", mail("second", CUSTOMER, JANE)).unwrap();
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["first", "second"]);
    assert!(host.failures.is_empty());
}

#[tokio::test]
async fn a_run_that_breaks_anywhere_loses_nothing() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for n in 0..1_300 {
        let from = if n % 10 == 0 { CUSTOMER } else { "s@else.example" };
        jane.deliver("inbox", mail(&format!("{n:04}"), from, JANE)).unwrap();
    }
    let mut host = Host::default();
    for broken in 1..40 {
        // Each run gets one batch further than the host keeps, as after a crash before the commit.
        host.run_broken(&engine(&server), JANE, 2).await;
        if host.stored.len() == 130 {
            assert!(broken > 1, "the first run can't have stored all");
            return;
        }
    }
    panic!("only {} of 130", host.stored.len());
}

#[tokio::test]
async fn what_is_too_large_or_without_a_sender_is_skipped_and_says_why() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let large = mail("large", CUSTOMER, JANE) + &"x".repeat(100_000);
    jane.deliver("inbox", large).unwrap();
    jane.deliver("inbox", "To: jane@example.com\r\nSubject: nobody\r\n\r\nBoo")
        .unwrap();
    jane.deliver("inbox", mail("small", CUSTOMER, JANE)).unwrap();
    let engine = Engine::new(Settings {
        max_message_bytes: 50_000,
        ..settings(&server)
    })
    .unwrap();
    let mut host = Host::default();
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["small"]);
    assert_eq!(host.skipped.len(), 2, "{:?}", host.skipped);
    assert!(host.skipped.iter().any(|reason| reason.contains("max_message_bytes")));
    assert!(host.skipped.iter().any(|reason| reason.contains("From")));
}

#[tokio::test]
async fn a_busy_server_is_given_time_and_a_dirty_answer_loses_nothing() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for n in 0..30 {
        jane.deliver("inbox", mail(&format!("{n:02}"), CUSTOMER, JANE)).unwrap();
    }
    let faults = server.faults();
    faults.add(FaultRule::new(FaultKind::SoapFault {
        code: "ErrorServerBusy".into(),
        back_off_milliseconds: Some(50),
    }));
    faults.add(
        FaultRule::new(FaultKind::BatchStopped { after: 3 })
            .on("GetItem")
            .times(3),
    );
    faults.add(FaultRule::new(FaultKind::TruncatedXml { bytes: 2_000 }).on("GetItem"));
    faults.add(
        FaultRule::new(FaultKind::Insert {
            after: "<t:Subject>".into(),
            text: "&#x0;&#x1F;&#xD800;".into(),
        })
        .times(100),
    );
    let mut host = Host::default();
    host.run(&engine(&server), &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    assert_eq!(host.stored.len(), 30);
    assert!(
        host.subjects().iter().all(|s| !s.contains(|c: char| c.is_control())),
        "{:?}",
        host.subjects()
    );
}

#[tokio::test]
async fn a_dropped_run_stops_all_its_work() {
    let server = server().latency(Duration::from_millis(20)).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for n in 0..600 {
        jane.deliver("inbox", mail(&format!("{n}"), CUSTOMER, JANE)).unwrap();
    }
    let mut run = engine(&server).run(Arc::new(book()));
    let Event::WantsMailbox = run.next().await else {
        panic!("wants a mailbox first");
    };
    run.offer(MailboxTask {
        address: JANE.into(),
        ..MailboxTask::default()
    });
    run.no_more_mailboxes();
    let Event::Batch(_) = run.next().await else {
        panic!("a batch");
    };
    drop(run);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopped_at = server.requests().len();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(server.requests().len(), stopped_at);
}
