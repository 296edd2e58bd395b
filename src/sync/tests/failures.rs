//! The failure policy, each disposition by the way it really comes: one bad item stops itself, one mailbox in trouble itself.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use exchange_server::{FaultKind, FaultRule, Handle, Rights};
use support::*;
use sync::{Engine, Remedy, Settings};

fn status(status: u16, retry_after: Option<&str>) -> FaultKind {
    let headers: BTreeMap<String, String> = retry_after
        .map(|wait| ("Retry-After".to_owned(), wait.to_owned()))
        .into_iter()
        .collect();
    FaultKind::HttpStatus {
        status,
        headers,
        body: "<html><title>Proxy</title></html>".into(),
    }
}

fn impatient(server: &Handle) -> Engine {
    Engine::new(Settings {
        request_timeout: Duration::from_millis(700),
        ..settings(server)
    })
    .unwrap()
}

#[tokio::test]
async fn an_item_that_spoils_every_answer_is_passed_by_in_the_first_run_whichever_way_it_does() {
    let ways = [
        ("timeout", FaultKind::Delay { milliseconds: 2_000 }),
        ("reset", FaultKind::ConnectionReset),
        ("broken", FaultKind::BrokenConnection { bytes: 700 }),
        ("cut", FaultKind::TruncatedXml { bytes: 700 }),
        ("502", status(502, None)),
        ("504", status(504, None)),
        ("413", status(413, None)),
        ("403 of a filter", status(403, None)),
        ("login page", FaultKind::LoginPage),
    ];
    for (way, kind) in ways {
        let server = server().start().await.unwrap();
        let jane = server.mailbox(JANE).unwrap();
        for subject in ["1", "2", "3"] {
            deliver(&server, JANE, subject);
        }
        let bad = jane.deliver("inbox", mail("bad", CUSTOMER, JANE)).unwrap();
        for subject in ["4", "5", "6"] {
            deliver(&server, JANE, subject);
        }
        jane.deliver("sentitems", mail("sent", JANE, CUSTOMER)).unwrap();
        server
            .faults()
            .add(FaultRule::new(kind).on("GetItem").containing([bad]).always());
        let mut host = Host::default();
        host.run(&impatient(&server), &[JANE]).await;
        assert!(host.failures.is_empty(), "{way}: {:?}", host.failures);
        assert_eq!(host.subjects(), ["1", "2", "3", "4", "5", "6", "sent"], "{way}");
        server.faults().clear();
        host.run(&engine(&server), &[JANE]).await;
        assert_eq!(host.stored.len(), 8, "{way}: it is not lost");
        assert!(host.skipped.is_empty(), "{way}");
    }
}

#[tokio::test]
async fn hundreds_of_bad_items_in_a_folder_do_not_hide_the_good_ones() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let mut bad = Vec::new();
    for n in 0..610 {
        let item = jane.deliver("inbox", mail(&format!("{n:03}"), CUSTOMER, JANE)).unwrap();
        if n % 61 != 60 {
            bad.push(item);
        }
    }
    server.faults().add(
        FaultRule::new(FaultKind::ItemCode {
            code: "ErrorInternalServerError".into(),
            places: Vec::new(),
            items: bad,
        })
        .on("GetItem")
        .always(),
    );
    let mut host = Host::default();
    let engine = engine(&server);
    host.run(&engine, &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    assert_eq!(host.stored.len(), 10);
    deliver(&server, JANE, "new");
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.stored.len(), 11);
    // Given up, they are told, and out of the way.
    for hour in 0..30 {
        deliver(&server, JANE, &format!("later {hour}"));
        host.age(Duration::from_secs(3600));
        host.run(&engine, &[JANE]).await;
    }
    assert_eq!(host.skipped.len(), 600);
}

#[tokio::test]
async fn many_runs_at_once_give_nothing_up() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let bad = jane.deliver("inbox", mail("bad", CUSTOMER, JANE)).unwrap();
    server.faults().add(
        FaultRule::new(FaultKind::ItemCode {
            code: "ErrorInternalServerError".into(),
            places: Vec::new(),
            items: vec![bad],
        })
        .on("GetItem")
        .always(),
    );
    let mut host = Host::default();
    let engine = engine(&server);
    for run in 0..12 {
        deliver(&server, JANE, &format!("{run}"));
        host.run(&engine, &[JANE]).await;
    }
    assert!(host.skipped.is_empty() && host.stored.len() == 12, "{:?}", host.skipped);
}

#[tokio::test]
async fn throttling_and_store_trouble_never_count_and_one_throttled_item_stops_no_folder() {
    for code in ["ErrorMailboxStoreUnavailable", "ErrorADUnavailable"] {
        let server = server().start().await.unwrap();
        let jane = server.mailbox(JANE).unwrap();
        let bad = jane.deliver("inbox", mail("bad", CUSTOMER, JANE)).unwrap();
        server.faults().add(
            FaultRule::new(FaultKind::ItemCode {
                code: code.into(),
                places: Vec::new(),
                items: vec![bad],
            })
            .on("GetItem")
            .always(),
        );
        let mut host = Host::default();
        let engine = engine(&server);
        for day in 0..9 {
            deliver(&server, JANE, &format!("{day}"));
            host.run(&engine, &[JANE]).await;
            host.age(Duration::from_secs(24 * 3600));
        }
        assert!(host.failures.is_empty() && host.skipped.is_empty(), "{code}");
        assert_eq!(host.stored.len(), 9, "{code}");
        server.faults().clear();
        host.run(&engine, &[JANE]).await;
        assert_eq!(host.stored.len(), 10, "{code}");
    }
}

#[tokio::test]
async fn a_server_that_asks_for_an_hour_stops_that_mailbox_and_no_other_and_is_kept_its_word() {
    let hours: [(&str, FaultKind); 4] = [
        ("503", status(503, Some("3600"))),
        ("429", status(429, Some("3600"))),
        (
            "ErrorServerBusy",
            FaultKind::SoapFault {
                code: "ErrorServerBusy".into(),
                back_off_milliseconds: Some(3_600_000),
            },
        ),
        (
            "for ever",
            FaultKind::SoapFault {
                code: "ErrorServerBusy".into(),
                back_off_milliseconds: Some(u64::MAX),
            },
        ),
    ];
    let mailboxes: Vec<String> = (0..6).map(|n| format!("user{n}@example.com")).collect();
    let addresses: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    for (what, kind) in hours {
        let server = mailboxes
            .iter()
            .fold(server(), |server, address| server.mailbox(address))
            .start()
            .await
            .unwrap();
        for address in &addresses {
            let mail = mail(address, CUSTOMER, JANE);
            server.mailbox(address).unwrap().deliver("inbox", mail).unwrap();
        }
        server
            .faults()
            .add(FaultRule::new(kind).on("GetItem").mailbox(addresses[2]));
        let engine = engine(&server);
        let mut host = Host::default();
        let begin = Instant::now();
        host.run(&engine, &addresses).await;
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "{what}: {:?}",
            begin.elapsed()
        );
        assert_eq!((host.stored.len(), host.done.len()), (5, 6), "{what}");
        let [failure] = &host.failures[..] else {
            panic!("{what}: {:?}", host.failures);
        };
        assert_eq!(failure.kind, Remedy::Throttled, "{what}: {failure}");
        let wait = failure.retry_at.unwrap().duration_since(SystemTime::now()).unwrap();
        assert!(wait > Duration::from_secs(3500), "{what}: {wait:?}");
        assert!(wait <= Duration::from_secs(24 * 3600), "{what}: {wait:?}");
        // The next run of the same engine does not ask, and says until when.
        server.reset_requests();
        host.run(&engine, &[addresses[2]]).await;
        assert!(server.requests().is_empty(), "{what}: {:?}", server.stats().operations);
        assert!(host.failures[1].retry_at.is_some(), "{what}");
    }
}

#[tokio::test]
async fn mail_that_brings_no_message_keeps_no_room_of_the_others() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let large = |subject: &str, megabytes: usize| {
        let mut text = mail(subject, CUSTOMER, JANE);
        text.push_str(&"0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab\r\n".repeat(megabytes << 14));
        text
    };
    let mut bad = vec![jane.deliver("inbox", large("bad", 13)).unwrap()];
    jane.deliver("inbox", large("good", 6)).unwrap();
    for n in 0..14 {
        bad.push(jane.deliver("inbox", large(&format!("bad {n}"), 1)).unwrap());
    }
    jane.deliver("inbox", large("second", 4)).unwrap();
    server.faults().add(
        FaultRule::new(FaultKind::ItemCode {
            code: "ErrorMimeContentConversionFailed".into(),
            places: Vec::new(),
            items: bad,
        })
        .on("GetItem")
        .containing(["IncludeMimeContent>true"])
        .always(),
    );
    let mut host = Host::default();
    host.run(&engine(&server), &[JANE, JOE]).await;
    assert_eq!(host.subjects(), ["good", "second"]);
    assert_eq!((host.skipped.len(), host.done.len()), (15, 2));
}

#[tokio::test]
async fn a_page_of_changes_that_the_server_can_not_give_whole_is_asked_for_smaller() {
    for kind in [
        FaultKind::Delay { milliseconds: 2_000 },
        status(504, None),
        FaultKind::ConnectionReset,
    ] {
        let server = server().start().await.unwrap();
        for n in 0..70 {
            deliver(&server, JANE, &format!("{n:02}"));
        }
        let large = ["512", "128"].map(|size| format!("MaxChangesReturned>{size}<"));
        server.faults().add(
            FaultRule::new(kind.clone())
                .on("SyncFolderItems")
                .containing(large)
                .always(),
        );
        let mut host = Host::default();
        host.run(&impatient(&server), &[JANE]).await;
        assert!(host.failures.is_empty(), "{kind:?}: {:?}", host.failures);
        assert_eq!(host.stored.len(), 70);
    }
}

#[tokio::test]
async fn an_outage_of_the_directory_loses_no_mail() {
    for code in ["ErrorADUnavailable", "ErrorADOperation", "ErrorInternalServerError"] {
        let server = server().shown_as_ex(JANE).start().await.unwrap();
        let jane = server.mailbox(JANE).unwrap();
        jane.deliver("sentitems", mail("out", JANE, CUSTOMER)).unwrap();
        deliver(&server, JANE, "in");
        server.faults().add(
            FaultRule::new(FaultKind::ResponseCode { code: code.into() })
                .on("ResolveNames")
                .always(),
        );
        let mut host = Host::default();
        let engine = engine(&server);
        host.run(&engine, &[JANE]).await;
        assert!(host.skipped.is_empty(), "{code}: {:?}", host.skipped);
        server.faults().clear();
        host.run(&engine, &[JANE]).await;
        assert_eq!(host.subjects(), ["in", "out"], "{code}");
    }
}

#[tokio::test]
async fn a_mailbox_in_a_folders_trouble_reads_its_other_folders() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    deliver(&server, JANE, "in");
    jane.deliver("sentitems", mail("out", JANE, CUSTOMER)).unwrap();
    let inbox = jane.folder_id("inbox").unwrap();
    for code in ["ErrorFolderCorrupt", "ErrorInternalServerError", "ErrorItemCorrupt"] {
        server.faults().add(
            FaultRule::new(FaultKind::ResponseCode { code: code.into() })
                .on("SyncFolderItems")
                .containing([inbox.clone()])
                .always(),
        );
        let mut host = Host::default();
        host.run(&engine(&server), &[JANE]).await;
        server.faults().clear();
        assert_eq!(host.subjects(), ["out"], "{code}");
        assert_eq!(host.failures.len(), 1, "{code}");
        assert_eq!(host.failures[0].code.as_deref(), Some(code));
    }
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_is_no_refused_login() {
    let server = server()
        .oauth_client("app", "hunter2", Rights::All)
        .start()
        .await
        .unwrap();
    deliver(&server, JANE, "in");
    let engine = Engine::new(Settings {
        auth: "oauth".into(),
        oauth_token_url: Some("http://127.0.0.1:9/token".into()),
        oauth_client_id: Some("app".into()),
        oauth_client_secret: Some("hunter2".into()),
        oauth_scope: Some("x".into()),
        ..settings(&server)
    })
    .unwrap();
    let mut host = Host::default();
    host.run(&engine, &[JANE, JOE]).await;
    assert_eq!(host.failures.len(), 2);
    assert!(
        host.failures.iter().all(|failure| failure.kind == Remedy::Connection),
        "{:?}",
        host.failures
    );
}
