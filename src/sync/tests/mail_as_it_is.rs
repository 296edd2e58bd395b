//! Whose mail is collected and whose is not, where headers are not as in the textbook; and mail that does not come whole.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use exchange_server::{FaultKind, FaultRule, Handle};
use support::*;
use sync::{Engine, Settings};

const STRANGER: &str = "stranger@else.example";

fn engine_with(server: &Handle, change: impl FnOnce(&mut Settings)) -> Engine {
    let mut settings = settings(server);
    change(&mut settings);
    Engine::new(settings).unwrap()
}

/// With another field in its header.
fn mail_with(subject: &str, from: &str, to: &str, field: &str) -> String {
    format!("{field}\r\n{}", mail(subject, from, to))
}

async fn collected(server: &Handle, engine: &Engine) -> Host {
    let mut host = Host::default();
    host.run(engine, &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    assert!(!server.requests().is_empty());
    host
}

#[tokio::test]
async fn who_sent_it_for_another_counts_and_so_does_everybody_in_repeated_fields() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let sender = |address: &str| format!("Sender: {address}");
    for (folder, text) in [
        ("inbox", mail_with("for-office", STRANGER, JANE, &sender(CUSTOMER))),
        (
            "sentitems",
            mail_with("for-sales", "sales@example.com", CUSTOMER, &sender(JANE)),
        ),
        ("inbox", mail_with("stranger", STRANGER, JANE, &sender(STRANGER))),
        (
            "inbox",
            mail_with("second-to", CUSTOMER, STRANGER, &format!("To: {JANE}")),
        ),
        ("inbox", mail_with("quoted", &format!("'{CUSTOMER}'"), JANE, "X-A: b")),
    ] {
        jane.deliver(folder, text).unwrap();
    }
    let mut host = collected(&server, &engine(&server)).await;
    host.arrived.sort();
    assert_eq!(host.arrived, ["for-office", "for-sales", "quoted", "second-to"]);
}

#[tokio::test]
async fn the_owner_of_the_mailbox_counts_as_recipient_where_the_setting_says_so() {
    let server = server().group("sales@example.com", "Sales").start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for (subject, to) in [
        ("group", "sales@example.com"),
        ("bcc", "undisclosed-recipients:;"),
        ("plus", "jane+x@example.com"),
    ] {
        jane.deliver("inbox", mail(subject, CUSTOMER, to)).unwrap();
    }
    jane.deliver("inbox", mail("no-contact", STRANGER, "sales@example.com"))
        .unwrap();
    assert!(collected(&server, &engine(&server)).await.arrived.is_empty());
    let mut host = collected(&server, &engine_with(&server, |s| s.owner_is_recipient = true)).await;
    host.arrived.sort();
    assert_eq!(host.arrived, ["bcc", "group", "plus"]);
}

#[tokio::test]
async fn private_mail_is_left_and_reported_where_the_setting_says_so() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for word in ["Private", "Company-Confidential", "Personal"] {
        let field = format!("Sensitivity: {word}");
        jane.deliver("inbox", mail_with(word, CUSTOMER, JANE, &field)).unwrap();
        jane.deliver("inbox", mail_with("stranger", STRANGER, JANE, &field))
            .unwrap();
    }
    assert_eq!(collected(&server, &engine(&server)).await.arrived.len(), 3);
    let host = collected(&server, &engine_with(&server, |s| s.skip_private = true)).await;
    assert_eq!(host.arrived, ["Personal"]);
    assert_eq!(host.skipped.len(), 2);
    assert!(host.skipped[0].contains("skip_private"), "{}", host.skipped[0]);
}

#[tokio::test]
async fn imported_mail_is_collected_from_inbox_and_sent_items_and_reported_elsewhere() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    jane.create_folder("Old").unwrap();
    for (folder, subject, from, to) in [
        ("inbox", "received", CUSTOMER, JANE),
        ("sentitems", "sent", JANE, CUSTOMER),
        ("Old", "unsent", JANE, CUSTOMER),
        ("Old", "to-a-stranger", JANE, STRANGER),
    ] {
        jane.deliver(folder, mail_with(subject, from, to, "X-Unsent: 1"))
            .unwrap();
    }
    let mut host = collected(&server, &engine(&server)).await;
    host.arrived.sort();
    assert_eq!(host.arrived, ["received", "sent"]);
    assert_eq!(host.skipped.len(), 1);
    assert!(host.skipped[0].contains("draft"), "{}", host.skipped[0]);
}

#[tokio::test]
async fn whom_the_directory_does_not_know_is_known_by_the_mail_itself() {
    let server = server().shown_as_ex(JOE).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    jane.deliver("inbox", mail("from-joe", &format!("Joe Jones <{JOE}>"), CUSTOMER))
        .unwrap();
    jane.deliver("inbox", mail("to-joe", CUSTOMER, &format!("Joe Jones <{JOE}>")))
        .unwrap();
    server.faults().add(
        FaultRule::new(FaultKind::ResponseCode {
            code: "ErrorNameResolutionNoResults".into(),
        })
        .on("ResolveNames")
        .always(),
    );
    let mut host = collected(&server, &engine(&server)).await;
    host.arrived.sort();
    assert_eq!(host.arrived, ["from-joe", "to-joe"]);
}

#[tokio::test]
async fn mail_that_comes_broken_once_is_tried_again_and_one_that_never_comes_whole_is_skipped() {
    let server = server().start().await.unwrap();
    deliver(&server, JANE, "order");
    let engine = engine(&server);
    server
        .faults()
        .add(FaultRule::new(FaultKind::InvalidBase64).on("GetItem").times(2));
    let mut host = Host::default();
    host.run(&engine, &[JANE]).await;
    assert!(host.arrived.is_empty() && host.skipped.is_empty());
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.arrived, ["order"]);

    deliver(&server, JANE, "never");
    server
        .faults()
        .add(FaultRule::new(FaultKind::InvalidBase64).on("GetItem").always());
    for _ in 0..8 {
        host.run(&engine, &[JANE]).await;
        host.age(std::time::Duration::from_secs(6 * 3600));
    }
    assert_eq!(host.arrived, ["order"]);
    assert_eq!(host.skipped.len(), 1, "{:?}", host.skipped);
    assert!(host.skipped[0].contains("MimeContent"), "{}", host.skipped[0]);
}

#[tokio::test]
async fn mail_that_nests_without_end_is_collected_and_kills_nobody() {
    let server = server().start().await.unwrap();
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    let text = format!("From: {CUSTOMER}\r\nTo: {JANE}\r\nSubject: deep\r\nMessage-ID: <deep@test>\r\n{nested}Hi");
    server.mailbox(JANE).unwrap().deliver("inbox", text).unwrap();
    let host = collected(&server, &engine(&server)).await;
    assert_eq!(host.arrived, ["deep"]);
}
