//! Runs that stop anywhere, and folders that change meanwhile: at the end the host knows what lies where.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::collections::BTreeMap;

use exchange_server::{Handle, MailboxHandle};
use support::*;
use sync::{Engine, Settings};

/// As [`engine`], with batches small enough that a page has many.
fn engine_of_small_batches(server: &Handle) -> Engine {
    Engine::new(Settings {
        batch_size: 20,
        ..settings(server)
    })
    .unwrap()
}

fn items(mailbox: &MailboxHandle, folder: &str) -> BTreeMap<String, bool> {
    let items = mailbox.items(folder).unwrap();
    items
        .into_iter()
        .map(|item| {
            let read = mailbox.is_read(&item).unwrap();
            (item, read)
        })
        .collect()
}

#[track_caller]
fn assert_knows_all(host: &Host, mailbox: &MailboxHandle, folders: &[&str]) {
    for folder in folders {
        let known = host.copies_in(&mailbox.folder_id(folder).unwrap());
        assert_eq!(known, items(mailbox, folder), "{folder}");
    }
}

#[tokio::test]
async fn a_run_stopped_within_a_page_goes_on_there_and_fetches_nothing_twice() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for n in 0..300 {
        deliver(&server, JANE, &format!("{n:03}"));
    }
    let mut host = Host::default();
    let mut runs = 0;
    while !host.run_broken(&engine_of_small_batches(&server), JANE, 3).await {
        runs += 1;
        assert!(runs < 20, "no progress: {} stored", host.stored.len());
    }
    assert!(runs > 4, "the page was not interrupted");
    assert_eq!((host.stored.len(), host.repeated), (300, 0));
    assert!(host.removed.is_empty(), "{:?}", host.removed);
    assert_knows_all(&host, &jane, &["inbox"]);
}

#[tokio::test]
async fn what_changes_between_two_runs_that_stop_within_a_page_is_told() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    jane.create_folder("inbox/Kept").unwrap();
    for n in 0..200 {
        deliver(&server, JANE, &format!("{n:03}"));
    }
    let mut host = Host::default();
    let runs = 12;
    for run in 0..runs {
        assert!(!host.run_broken(&engine_of_small_batches(&server), JANE, 2).await);
        let inbox = jane.folder_id("inbox").unwrap();
        let stored: Vec<String> = host.copies_in(&inbox).into_keys().collect();
        let alive: Vec<&String> = stored.iter().filter(|item| jane.is_read(item).is_ok()).collect();
        if let [first, second, third, ..] = alive[..] {
            jane.delete(first).unwrap();
            jane.move_item(second, "inbox/Kept").unwrap();
            jane.mark_read(third, true).unwrap();
        }
        deliver(&server, JANE, &format!("new {run}"));
    }
    host.run(&engine(&server), &[JANE]).await;
    assert!(!host.removed.is_empty());
    assert_knows_all(&host, &jane, &["inbox", "inbox/Kept"]);
    // Moved items are new ones to Exchange.
    assert!(host.repeated <= runs, "{} of {runs}", host.repeated);
}

#[tokio::test]
async fn a_page_of_a_later_run_that_is_interrupted_is_settled_too() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    deliver(&server, JANE, "first");
    let mut host = Host::default();
    let engine = engine_of_small_batches(&server);
    host.run(&engine, &[JANE]).await;
    for n in 0..100 {
        deliver(&server, JANE, &format!("{n:03}"));
    }
    assert!(!host.run_broken(&engine, JANE, 2).await);
    let gone = jane.items("inbox").unwrap()[1].clone();
    assert!(host.copies.contains_key(&(JANE.into(), gone.clone())));
    jane.delete(&gone).unwrap();
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.removed, [gone]);
    assert_eq!(host.repeated, 0);
    assert_knows_all(&host, &jane, &["inbox"]);
}

#[tokio::test]
async fn after_a_lost_sync_state_the_host_learns_what_is_gone() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for n in 0..60 {
        deliver(&server, JANE, &format!("{n:02}"));
    }
    let mut host = Host::default();
    let engine = engine_of_small_batches(&server);
    host.run(&engine, &[JANE]).await;
    let gone = jane.items("inbox").unwrap()[7].clone();
    jane.delete(&gone).unwrap();
    jane.expire_sync_states();
    // Stopped and gone on, it is still the same reading from the beginning.
    let mut stopped = 0;
    while !host.run_broken(&engine, JANE, 1).await {
        stopped += 1;
        assert!(stopped < 20);
    }
    assert!(stopped > 2);
    assert_knows_all(&host, &jane, &["inbox"]);
    assert_eq!(host.stored.len(), 60, "the mail itself stays");
}

#[tokio::test]
async fn a_host_that_lost_a_checkpoint_learns_what_is_gone() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for subject in ["stays", "goes"] {
        deliver(&server, JANE, subject);
    }
    let mut host = Host::default();
    let engine = engine(&server);
    host.run(&engine, &[JANE]).await;
    let gone = jane.items("inbox").unwrap()[1].clone();
    jane.delete(&gone).unwrap();
    host.checkpoints.clear();
    host.run(&engine, &[JANE]).await;
    assert_knows_all(&host, &jane, &["inbox"]);
}

#[tokio::test]
async fn a_folder_that_is_deleted_or_lies_in_the_deleted_items_is_told_gone() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for folder in ["inbox/Deleted", "inbox/Thrown", "inbox/Renamed"] {
        jane.create_folder(folder).unwrap();
        jane.deliver(folder, mail(folder, CUSTOMER, JANE)).unwrap();
    }
    let mut host = Host::default();
    let engine = engine(&server);
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.copies.len(), 3);
    jane.delete_folder("inbox/Deleted").unwrap();
    jane.move_folder("inbox/Thrown", "deleteditems").unwrap();
    jane.rename_folder("inbox/Renamed", "Other").unwrap();
    host.run(&engine, &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    let left: Vec<&str> = host.copies.values().map(|copy| copy.subject.as_str()).collect();
    assert_eq!(left, ["inbox/Renamed"]);
    server.reset_requests();
    host.run(&engine, &[JANE]).await;
    assert!(!server.stats().operations.contains_key("GetFolder"), "it is told once");
    // Restored, it is read again.
    jane.move_folder("deleteditems/Thrown", "inbox").unwrap();
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.copies.len(), 2);
}

#[tokio::test]
async fn a_folder_that_the_settings_leave_out_now_is_not_told_gone() {
    let server = server().archive(JANE).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    deliver(&server, JANE, "one");
    jane.deliver("archivemsgfolderroot", mail("archived", CUSTOMER, JANE))
        .unwrap();
    let of_folders = |folders: &[&str]| {
        Engine::new(Settings {
            folders: folders.iter().map(ToString::to_string).collect(),
            ..settings(&server)
        })
        .unwrap()
    };
    let mut host = Host::default();
    host.run(&of_folders(&["inbox", "archivemsgfolderroot"]), &[JANE]).await;
    assert_eq!(host.copies.len(), 2);
    host.run(&of_folders(&["sentitems"]), &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    assert_eq!(host.copies.len(), 2);
}
