//! What the client makes of refusals and half answers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod exchange;

use ews::transport::{Settings, Transport};
use ews::{Client, DistinguishedFolder, Error, ItemId, Remedy, ResponseCode, ResponseError, SyncState};
use exchange::*;
use exchange_server::{FaultKind, FaultRule, Rights};

#[tokio::test]
async fn an_answer_cut_by_size_is_asked_again_in_parts() {
    let server = start().await;
    let ids = deliver(&server, 16);
    // One or two items fit into so many bytes, sixteen don't.
    fault(&server, "GetItem", FaultKind::TruncatedXml { bytes: 2_500 });
    all_good(&ids, headers(&jane(&server), &ids).await.unwrap());
    assert!(asked(&server, "GetItem") > 4);
}

#[tokio::test]
async fn an_item_whose_answer_can_not_be_read_ends_alone() {
    let server = start().await;
    let ids = deliver(&server, 8);
    store(&server).set_subject(ids[5].as_str(), "the bad one").unwrap();
    let kind = FaultKind::Insert {
        after: "<t:Subject>the bad one".into(),
        text: "</t:Broken>".into(),
    };
    fault(&server, "GetItem", kind);
    let items = headers(&jane(&server), &ids).await.unwrap();
    for (n, item) in items.iter().enumerate() {
        match item {
            Ok(item) => assert!(n != 5 && item.item_id() == ids[n]),
            Err(error) => {
                assert_eq!((n, &error.code), (5, &ResponseCode::UnreadableAnswer));
                assert!(
                    !error.text.contains("the bad one"),
                    "no mail in an error: {}",
                    error.text
                );
            }
        }
    }
}

#[tokio::test]
async fn a_filter_that_cuts_every_answer_about_items_is_not_asked_endlessly() {
    let server = start().await;
    let ids = deliver(&server, 40);
    fault(&server, "GetItem", FaultKind::TruncatedXml { bytes: 700 });
    let items = headers(&jane(&server), &ids).await.unwrap();
    assert!(items.iter().all(|item| matches!(
        item,
        Err(ResponseError {
            code: ResponseCode::UnreadableAnswer,
            ..
        })
    )));
    assert!(asked(&server, "GetItem") < 80, "{}", asked(&server, "GetItem"));
}

#[tokio::test]
async fn a_server_that_answers_nothing_is_at_fault_not_the_items() {
    let server = start().await;
    let ids = deliver(&server, 40);
    server
        .faults()
        .add(FaultRule::new(FaultKind::TruncatedXml { bytes: 300 }).always());
    let error = headers(&jane(&server), &ids).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Protocol {
                operation: "GetFolder",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(asked(&server, "GetItem"), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_answer_is_no_loss() {
    let server = start().await;
    let ids = deliver(&server, 4);
    once(&server, "GetItem", FaultKind::BrokenConnection { bytes: 900 });
    once(&server, "GetFolder", FaultKind::BrokenConnection { bytes: 300 });
    let jane = jane(&server);
    all_good(&ids, headers(&jane, &ids).await.unwrap());
    jane.get_folder(&[distinguished(DistinguishedFolder::Inbox)])
        .await
        .unwrap();
    once(&server, "SyncFolderItems", FaultKind::ConnectionReset);
    let page = jane
        .sync_folder_items(&inbox(&server), None, 512, &[], keep_all)
        .await
        .unwrap();
    assert_eq!(page.changes.len(), 4);
}

#[tokio::test]
async fn a_truncated_page_is_asked_again() {
    let server = start().await;
    deliver(&server, 4);
    once(&server, "SyncFolderItems", FaultKind::TruncatedXml { bytes: 900 });
    let page = jane(&server)
        .sync_folder_items(&inbox(&server), None, 512, &[], keep_all)
        .await
        .unwrap();
    assert_eq!((page.changes.len(), page.last), (4, true));
}

#[tokio::test]
async fn single_items_that_fail_keep_their_place() {
    let server = start().await;
    let ids = deliver(&server, 5);
    store(&server).delete(ids[1].as_str()).unwrap();
    let kind = FaultKind::ItemCode {
        code: "ErrorMimeContentConversionFailed".into(),
        places: vec![3],
        items: Vec::new(),
    };
    fault(&server, "GetItem", kind);
    let items = headers(&jane(&server), &ids).await.unwrap();
    let codes: Vec<_> = items
        .iter()
        .map(|item| item.as_ref().err().map(|e| e.code.as_str().to_owned()))
        .collect();
    let expected = [
        None,
        Some("ErrorItemNotFound"),
        None,
        Some("ErrorMimeContentConversionFailed"),
        None,
    ];
    assert_eq!(codes.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    assert_eq!(asked(&server, "GetItem"), 1);
}

#[tokio::test]
async fn a_code_without_a_name_here_keeps_its_own() {
    let server = start().await;
    let ids = deliver(&server, 1);
    let code = "ErrorOfAServerToCome";
    fault(&server, "GetItem", FaultKind::ResponseCode { code: code.into() });
    let error = headers(&jane(&server), &ids).await.unwrap().remove(0).unwrap_err();
    assert_eq!(error.code, ResponseCode::Other(code.into()));
    assert!(error.to_string().contains(code), "{error}");
}

#[tokio::test]
async fn what_a_stopped_batch_left_is_asked_again() {
    let server = start().await;
    let ids = deliver(&server, 10);
    fault(&server, "GetItem", FaultKind::BatchStopped { after: 3 });
    all_good(&ids, headers(&jane(&server), &ids).await.unwrap());
    assert_eq!(asked(&server, "GetItem"), 4);
    server.faults().clear();
    fault(&server, "UpdateItem", FaultKind::BatchStopped { after: 4 });
    let done = jane(&server).set_read(&ids, true).await.unwrap();
    assert!(done.into_iter().map(Result::unwrap).eq(ids.iter().cloned()));
    assert!(ids.iter().all(|id| store(&server).is_read(id.as_str()).unwrap()));
}

#[tokio::test]
async fn a_batch_that_takes_too_long_is_halved() {
    let server = start().await;
    let ids = deliver(&server, 10);
    fault(&server, "GetItem", FaultKind::TimeoutAbove { items: 3 });
    all_good(&ids, headers(&jane(&server), &ids).await.unwrap());
}

#[tokio::test]
async fn one_item_that_fails_for_the_time_being_is_tried_four_times_and_then_carries_it() {
    let server = start().await;
    let ids = deliver(&server, 3);
    let kind = FaultKind::ItemCode {
        code: "ErrorInternalServerTransientError".into(),
        places: Vec::new(),
        items: vec![ids[1].0.clone()],
    };
    fault(&server, "GetItem", kind);
    let items = headers(&jane(&server), &ids).await.unwrap();
    assert!(items[0].is_ok() && items[2].is_ok());
    assert_eq!(
        items[1].as_ref().unwrap_err().code,
        ResponseCode::ErrorInternalServerTransientError
    );
    assert_eq!(asked(&server, "GetItem"), 5, "all three, then the one four times");
}

#[tokio::test]
async fn a_transient_error_passes() {
    let server = start().await;
    deliver(&server, 2);
    let jane = jane(&server);
    let transient = "ErrorInternalServerTransientError";
    once(
        &server,
        "SyncFolderItems",
        FaultKind::ResponseCode { code: transient.into() },
    );
    assert_eq!(
        jane.sync_folder_items(&inbox(&server), None, 9, &[], keep_all)
            .await
            .unwrap()
            .changes
            .len(),
        2
    );
    once(&server, "ResolveNames", soap_fault(transient, None));
    assert_eq!(jane.resolve_names(JANE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_fault_for_a_whole_batch_is_that_of_one_item() {
    let server = start().await;
    let ids = deliver(&server, 6);
    // The first three requests of more than one item: then the server is well again.
    server.faults().add(
        FaultRule::new(soap_fault("ErrorInternalServerError", None))
            .on("GetItem")
            .times(2),
    );
    all_good(&ids, headers(&jane(&server), &ids).await.unwrap());
}

#[tokio::test]
async fn a_batch_larger_than_allowed_is_split_and_an_item_larger_than_allowed_is_told() {
    let server = start().await;
    let jane_store = store(&server);
    let mut ids = deliver(&server, 3);
    ids.push(ItemId(jane_store.deliver("inbox", "x".repeat(90_000)).unwrap()));
    ids.push(ItemId(jane_store.deliver("inbox", "x".repeat(40_000)).unwrap()));
    let settings = Settings {
        max_answer_bytes: 80_000,
        ..settings(&server)
    };
    let jane = Client::new(Transport::new(settings).unwrap(), None).mailbox(JANE);
    let items = mime(&jane, &ids).await;
    let error = items[3].as_ref().unwrap_err();
    assert_eq!(error.code, ResponseCode::UnreadableAnswer);
    assert!(error.text.contains("80000 bytes"), "{}", error.text);
    assert!(items.iter().enumerate().all(|(n, item)| n == 3 || item.is_ok()));
}

#[tokio::test]
async fn an_invalid_sync_state_is_told_by_its_code() {
    let server = start().await;
    deliver(&server, 1);
    let (jane, inbox) = (jane(&server), inbox(&server));
    let state = jane
        .sync_folder_items(&inbox, None, 9, &[], keep_all)
        .await
        .unwrap()
        .sync_state;
    store(&server).expire_sync_states();
    for state in [state, SyncState("AAAA".into())] {
        let error = jane
            .sync_folder_items(&inbox, Some(&state), 9, &[], keep_all)
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some(&ResponseCode::ErrorInvalidSyncStateData));
    }
    let root = distinguished(DistinguishedFolder::MsgFolderRoot);
    let error = jane
        .sync_folder_hierarchy(&root, Some(&"AAAA".into()))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(&ResponseCode::ErrorInvalidSyncStateData));
    assert_eq!(asked(&server, "SyncFolderItems"), 3, "it is not asked again");
}

#[tokio::test]
async fn verdicts_on_a_mailbox_say_what_to_do_and_are_not_asked_again() {
    let server =
        builder()
            .mailbox("joe@example.com")
            .account("limited", PASSWORD, Rights::Mailboxes(vec![JANE.into()]));
    let server = server.start().await.unwrap();
    let folder = [distinguished(DistinguishedFolder::Inbox)];
    let unknown = client(&server, None)
        .mailbox("nobody@example.com")
        .get_folder(&folder)
        .await
        .unwrap_err();
    assert_eq!(unknown.code(), Some(&ResponseCode::ErrorNonExistentMailbox));
    assert_eq!(unknown.remedy(), Remedy::Impersonation);
    let limited = Settings {
        login: "limited".into(),
        ..settings(&server)
    };
    let limited = Client::new(Transport::new(limited).unwrap(), None);
    let denied = limited
        .mailbox("joe@example.com")
        .get_folder(&folder)
        .await
        .unwrap_err();
    assert_eq!(denied.code(), Some(&ResponseCode::ErrorImpersonateUserDenied));
    assert_eq!(denied.remedy(), Remedy::Impersonation);
    assert!(denied.to_string().contains("ApplicationImpersonation"), "{denied}");
    assert!(limited.mailbox(JANE).get_folder(&folder).await.is_ok());
    for code in ["ErrorMailboxMoveInProgress", "ErrorMailboxStoreUnavailable"] {
        once(
            &server,
            "SyncFolderItems",
            FaultKind::ResponseCode { code: code.into() },
        );
        let error = jane(&server)
            .sync_folder_items(&inbox(&server), None, 9, &[], keep_all)
            .await
            .unwrap_err();
        assert_eq!(
            (error.code().unwrap().as_str(), error.remedy()),
            (code, Remedy::Connection)
        );
    }
    assert_eq!(server.requests().len(), 5);
}
