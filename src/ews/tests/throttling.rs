//! What the client does when the server asks for patience.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod exchange;

use std::time::{Duration, Instant};

use ews::{DistinguishedFolder, Remedy, ResponseCode};
use exchange::*;
use exchange_server::{FaultKind, FaultRule};

#[tokio::test]
async fn a_busy_server_is_waited_for_as_long_as_it_asks() {
    let server = start().await;
    let ids = deliver(&server, 2);
    let jane = jane(&server);
    for operation in ["GetItem", "SyncFolderItems"] {
        let rule = FaultRule::new(soap_fault("ErrorServerBusy", Some(300)))
            .on(operation)
            .times(2);
        server.faults().add(rule);
    }
    let begin = Instant::now();
    all_good(&ids, headers(&jane, &ids).await.unwrap());
    assert!(begin.elapsed() >= Duration::from_millis(600), "{:?}", begin.elapsed());
    jane.sync_folder_items(&inbox(&server), None, 9, &[], keep_all)
        .await
        .unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(1200), "{:?}", begin.elapsed());
    assert_eq!((asked(&server, "GetItem"), asked(&server, "SyncFolderItems")), (3, 3));
}

#[tokio::test]
async fn a_mailbox_whose_budget_is_used_up_slows_only_itself() {
    let server = builder().mailbox("joe@example.com").start().await.unwrap();
    let rule = FaultRule::new(soap_fault("ErrorServerBusy", Some(1_500))).mailbox(JANE);
    server.faults().add(rule);
    let client = client(&server, None);
    let folder = [distinguished(DistinguishedFolder::Inbox)];
    let begin = Instant::now();
    let (jane, joe) = (client.mailbox(JANE), client.mailbox("joe@example.com"));
    let (jane, joe) = tokio::join!(
        async { jane.get_folder(&folder).await.map(|_| begin.elapsed()) },
        async { joe.get_folder(&folder).await.map(|_| begin.elapsed()) }
    );
    assert!(jane.unwrap() >= Duration::from_millis(1_500));
    assert!(joe.unwrap() < Duration::from_millis(1_000));
}

#[tokio::test]
async fn too_many_connections_make_all_wait_and_fewer_go_on() {
    let server = builder().connections_per_mailbox(1).start().await.unwrap();
    let ids = deliver(&server, 4);
    let client = client(&server, None);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (jane, ids) = (client.mailbox(JANE), ids.clone());
        requests.spawn(async move { headers(&jane, &ids).await.unwrap().len() });
    }
    assert_eq!(requests.join_all().await, [4, 4, 4]);
}

#[tokio::test]
async fn items_refused_for_throttling_are_asked_again() {
    let server = start().await;
    let ids = deliver(&server, 4);
    let kind = FaultKind::ItemCode {
        code: "ErrorTooManyObjectsOpened".into(),
        places: vec![1, 2],
        items: Vec::new(),
    };
    once(&server, "GetItem", kind);
    all_good(&ids, headers(&jane(&server), &ids).await.unwrap());
    assert_eq!(asked(&server, "GetItem"), 2);
}

#[tokio::test]
async fn http_503_is_waited_for_by_its_retry_after() {
    let server = start().await;
    let kind = FaultKind::HttpStatus {
        status: 503,
        headers: [("Retry-After".to_owned(), "1".to_owned())].into(),
        body: "<html><title>Busy</title></html>".into(),
    };
    once(&server, "GetFolder", kind);
    let begin = Instant::now();
    let folders = jane(&server)
        .get_folder(&[distinguished(DistinguishedFolder::Inbox)])
        .await
        .unwrap();
    assert!(folders[0].is_ok() && begin.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_server_that_asks_for_more_than_a_minute_of_patience_is_not_waited_for() {
    let server = start().await;
    fault(&server, "GetFolder", soap_fault("ErrorServerBusy", Some(301_000)));
    let client = client(&server, None);
    let folder = [distinguished(DistinguishedFolder::Inbox)];
    let error = client.mailbox(JANE).get_folder(&folder).await.unwrap_err();
    assert_eq!(error.code(), Some(&ResponseCode::ErrorServerBusy), "{error}");
    assert_eq!(error.remedy(), Remedy::Throttled);
    assert_eq!(asked(&server, "GetFolder"), 1);
    let held = client.transport().limiter().held_for(JANE).unwrap();
    assert!(
        held > Duration::from_secs(290),
        "whoever comes next still waits: {held:?}"
    );
}
