//! What the client makes of refusals, half answers and dirty ones.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod exchange;

use std::time::{Duration, Instant};

use ews::transport::{Settings, Transport};
use ews::{
    Client, DistinguishedFolder, Error, Item, ItemId, Mailbox, Mime, Property, Remedy, RequestServerVersion,
    ResponseCode, ResponseError, SyncState,
};
use exchange::*;
use exchange_server::{FaultKind, FaultRule, Handle, Rights, ServerVersion};

fn fault(server: &Handle, operation: &str, kind: FaultKind) {
    server.faults().add(FaultRule::new(kind).on(operation).always());
}

fn once(server: &Handle, operation: &str, kind: FaultKind) {
    server.faults().add(FaultRule::new(kind).on(operation));
}

fn soap_fault(code: &str, back_off_milliseconds: Option<u64>) -> FaultKind {
    FaultKind::SoapFault {
        code: code.into(),
        back_off_milliseconds,
    }
}

async fn headers(jane: &Mailbox, ids: &[ItemId]) -> Result<Vec<Result<Item, ResponseError>>, Error> {
    jane.get_item(ids, &[Property::Subject], Mime::Exclude).await
}

async fn mime(jane: &Mailbox, ids: &[ItemId]) -> Vec<Result<Item, ResponseError>> {
    jane.get_item(ids, &[Property::Subject], Mime::Include).await.unwrap()
}

fn all_good(ids: &[ItemId], items: Vec<Result<Item, ResponseError>>) {
    let found: Vec<_> = items.into_iter().map(|item| item.unwrap().id).collect();
    assert_eq!(found, ids);
}

#[tokio::test]
async fn characters_that_xml_forbids_are_left_out_and_the_rest_is_kept() {
    let server = start().await;
    let ids = deliver(&server, 3);
    store(&server)
        .set_subject(ids[1].as_str(), "a\u{0}b\u{1f}c\u{fffe}d & e")
        .unwrap();
    for text in [
        "&#x0;",
        "&#31;",
        "&#xD800;",
        "&#x110000;",
        "\u{1}",
        "&#xFFFF;",
        "&#x0;\u{b}",
    ] {
        let kind = FaultKind::Insert {
            after: "<t:Subject>".into(),
            text: text.into(),
        };
        once(&server, "GetItem", kind);
        let items = headers(&jane(&server), &ids).await.unwrap();
        let subjects: Vec<_> = items.into_iter().map(|item| item.unwrap().subject.unwrap()).collect();
        assert_eq!(subjects, ["1", "abcd & e", "3"], "{text:?}");
    }
    assert_eq!(asked(&server, "GetItem"), 7, "none was asked twice");
}

#[tokio::test]
async fn forbidden_characters_in_an_attribute_do_no_harm() {
    let server = start().await;
    let ids = deliver(&server, 1);
    let kind = FaultKind::Insert {
        after: "<t:ItemId Id=\"".into(),
        text: "&#x0;".into(),
    };
    fault(&server, "GetItem", kind);
    all_good(&ids, headers(&jane(&server), &ids).await.unwrap());
}

#[tokio::test]
async fn broken_utf8_is_replaced_and_mime_content_is_still_whole() {
    let server = start().await;
    let ids = deliver(&server, 2);
    fault(&server, "GetItem", FaultKind::BrokenUtf8);
    for (n, item) in mime(&jane(&server), &ids).await.into_iter().enumerate() {
        let item = item.unwrap();
        let number = (n + 1).to_string();
        let subject = item.subject.unwrap();
        assert!(
            subject.starts_with('\u{fffd}') && subject.ends_with(&number),
            "{subject}"
        );
        assert_eq!(item.mime_content.unwrap(), mail(&number).as_bytes());
    }
    assert_eq!(asked(&server, "GetItem"), 1);
}

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
            Ok(item) => assert!(n != 5 && item.id == ids[n]),
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
async fn a_server_whose_every_answer_is_cut_is_at_fault_not_the_items() {
    let server = start().await;
    let ids = deliver(&server, 40);
    fault(&server, "GetItem", FaultKind::TruncatedXml { bytes: 700 });
    let error = headers(&jane(&server), &ids).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Protocol {
                operation: "GetItem",
                ..
            }
        ),
        "{error}"
    );
    assert!(asked(&server, "GetItem") < 30, "{}", asked(&server, "GetItem"));
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
    let page = jane.sync_folder_items(&inbox(&server), None, 512, &[]).await.unwrap();
    assert_eq!(page.changes.len(), 4);
}

#[tokio::test]
async fn a_truncated_page_is_asked_again() {
    let server = start().await;
    deliver(&server, 4);
    once(&server, "SyncFolderItems", FaultKind::TruncatedXml { bytes: 900 });
    let page = jane(&server)
        .sync_folder_items(&inbox(&server), None, 512, &[])
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
    let code = "ErrorVoiceMailNotImplemented";
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
        jane.sync_folder_items(&inbox(&server), None, 9, &[])
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
    jane.sync_folder_items(&inbox(&server), None, 9, &[]).await.unwrap();
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
async fn a_server_that_asks_for_more_than_five_minutes_of_patience_is_not_waited_for() {
    let server = start().await;
    fault(&server, "GetFolder", soap_fault("ErrorServerBusy", Some(301_000)));
    let client = client(&server, None);
    let folder = [distinguished(DistinguishedFolder::Inbox)];
    let error = client.mailbox(JANE).get_folder(&folder).await.unwrap_err();
    assert_eq!(error.code(), Some(&ResponseCode::ErrorServerBusy));
    assert_eq!(error.remedy(), Remedy::Throttled);
    assert_eq!(asked(&server, "GetFolder"), 1);
    let held = client.transport().limiter().held_for(JANE).unwrap();
    assert!(
        held > Duration::from_secs(290),
        "whoever comes next still waits: {held:?}"
    );
}

#[tokio::test]
async fn invalid_base64_gives_what_can_be_read_and_says_so() {
    let server = start().await;
    let ids = deliver(&server, 3);
    once(&server, "GetItem", FaultKind::InvalidBase64);
    for (item, n) in mime(&jane(&server), &ids).await.into_iter().zip(1..) {
        let item = item.unwrap();
        let (bytes, whole) = (item.mime_content.unwrap(), mail(&n.to_string()));
        assert!(item.invalid_mime && whole.as_bytes().starts_with(&bytes) && bytes.len() > whole.len() / 3);
    }
}

#[tokio::test]
async fn unpadded_and_wrapped_base64_and_foreign_charsets_are_as_good_as_any() {
    let server = start().await;
    let store = store(&server);
    // Lengths that need no, one and two characters of padding.
    let mails = ["x", "xx", "xxx"].map(|end| format!("{}{end}", mail("1")));
    let ids: Vec<_> = mails
        .iter()
        .map(|mail| ItemId(store.deliver("inbox", mail.clone()).unwrap()))
        .collect();
    let latin = FaultKind::MimeCharset {
        value: "iso-8859-1".into(),
    };
    for kind in [FaultKind::UnpaddedBase64, FaultKind::WrappedBase64, latin] {
        once(&server, "GetItem", kind.clone());
        for (item, mail) in mime(&jane(&server), &ids).await.into_iter().zip(&mails) {
            let item = item.unwrap();
            assert_eq!(item.mime_content.unwrap(), mail.as_bytes(), "{kind:?}");
            assert!(!item.invalid_mime, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn a_foreign_content_type_does_not_matter_where_an_envelope_comes() {
    let server = start().await;
    let ids = deliver(&server, 1);
    let kind = FaultKind::ContentType {
        value: "application/octet-stream".into(),
    };
    fault(&server, "GetItem", kind);
    all_good(&ids, headers(&jane(&server), &ids).await.unwrap());
}

#[tokio::test]
async fn a_large_message_is_read_whole() {
    let server = start().await;
    let large = format!("{}{}", mail("large"), "0123456789abcdef\r\n".repeat(1 << 18));
    let id = ItemId(store(&server).deliver("inbox", large.clone()).unwrap());
    let ids = [deliver(&server, 1).remove(0), id];
    let items = mime(&jane(&server), &ids).await;
    assert_eq!(
        items[0].as_ref().unwrap().mime_content.as_ref().unwrap(),
        mail("1").as_bytes()
    );
    let content = items[1].as_ref().unwrap().mime_content.as_ref().unwrap();
    assert!(content.as_slice() == large.as_bytes());
    assert!(
        content.capacity() < content.len() * 14 / 10,
        "{} of {}",
        content.capacity(),
        content.len()
    );
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
    let state = jane.sync_folder_items(&inbox, None, 9, &[]).await.unwrap().sync_state;
    store(&server).expire_sync_states();
    for state in [state, SyncState("AAAA".into())] {
        let error = jane.sync_folder_items(&inbox, Some(&state), 9, &[]).await.unwrap_err();
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
    assert_eq!(unknown.remedy(), Remedy::Mailbox);
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
            .sync_folder_items(&inbox(&server), None, 9, &[])
            .await
            .unwrap_err();
        assert_eq!(
            (error.code().unwrap().as_str(), error.remedy()),
            (code, Remedy::Mailbox)
        );
    }
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn detection_finds_the_newest_version_that_every_product_knows() {
    for (product, expected, requests) in [
        (ServerVersion::Exchange2007, "Exchange2007_SP1", 2),
        (ServerVersion::Exchange2010, "Exchange2010_SP2", 2),
        (ServerVersion::Exchange2013, "Exchange2013_SP1", 1),
        (ServerVersion::Exchange2016, "Exchange2013_SP1", 1),
        (ServerVersion::Exchange2019, "Exchange2013_SP1", 1),
    ] {
        let server = builder().version(product).start().await.unwrap();
        let client = client(&server, None);
        assert_eq!(client.server(), None);
        client
            .mailbox(JANE)
            .get_folder(&[distinguished(DistinguishedFolder::Inbox)])
            .await
            .unwrap();
        assert_eq!((client.version().name(), server.requests().len()), (expected, requests));
        client.mailbox(JANE).resolve_names("x").await.unwrap();
        assert_eq!(server.requests().len(), requests + 1);
        let server = client.server().unwrap();
        assert_eq!(server.product().strip_prefix("Exchange "), product_year(product));
    }
}

fn product_year(product: ServerVersion) -> Option<&'static str> {
    Some(match product {
        ServerVersion::Exchange2007 => "2007",
        ServerVersion::Exchange2010 => "2010",
        ServerVersion::Exchange2013 => "2013",
        ServerVersion::Exchange2016 => "2016",
        ServerVersion::Exchange2019 => "2019",
    })
}

#[tokio::test]
async fn a_chosen_version_that_is_refused_names_the_setting() {
    let server = builder().version(ServerVersion::Exchange2010).start().await.unwrap();
    for version in [RequestServerVersion::Exchange2013, RequestServerVersion::Exchange2016] {
        let jane = client(&server, Some(version)).mailbox(JANE);
        let error = jane.resolve_names("x").await.unwrap_err();
        assert_eq!(error.code(), Some(&ResponseCode::ErrorInvalidServerVersion));
        assert_eq!(error.remedy(), Remedy::Configuration);
        let text = error.to_string();
        for part in [version.name(), "Exchange 2010", "14.2.247.5", "'version'"] {
            assert!(text.contains(part), "{text}");
        }
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_login_page_is_not_read_as_an_answer() {
    let server = start().await;
    fault(&server, "GetFolder", FaultKind::LoginPage);
    let error = jane(&server)
        .get_folder(&[distinguished(DistinguishedFolder::Inbox)])
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error}");
    assert!(error.to_string().contains("Sign in"), "{error}");
}
