//! Sync states: what a client is told of creations, changes, read flags, moves and deletions.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use exchange_server::{Handle, MailboxHandle, Plan, ServerVersion};
use support::*;

const VERSION: &str = "Exchange2013";

async fn server() -> (Handle, MailboxHandle) {
    let server = builder().version(ServerVersion::Exchange2013).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    (server, jane)
}

fn deliver(jane: &MailboxHandle, subject: &str) -> String {
    jane.deliver("inbox", mail(subject, "c@customer.example", JANE))
        .unwrap()
}

async fn sync(server: &Handle, state: &str, most: usize) -> Answer {
    post(server, VERSION, &sync_items("inbox", state, most)).await
}

/// Kinds of the changes, in order, and the state.
async fn changes(server: &Handle, state: &str) -> (Vec<&'static str>, String) {
    let answer = sync(server, state, 512).await;
    answer.validate();
    let kinds = ["Create", "Update", "ReadFlagChange", "Delete"];
    let mut found: Vec<(usize, &str)> = kinds
        .iter()
        .flat_map(|kind| {
            answer
                .text
                .match_indices(&format!("<t:{kind}>"))
                .map(|(at, _)| (at, *kind))
                .collect::<Vec<_>>()
        })
        .collect();
    found.sort_unstable();
    (
        found.into_iter().map(|(_, kind)| kind).collect(),
        answer.text("SyncState"),
    )
}

#[tokio::test]
async fn a_folder_is_told_once_and_then_only_its_changes() {
    let (server, jane) = server().await;
    let first = deliver(&jane, "one");
    deliver(&jane, "two");
    let (kinds, state) = changes(&server, "").await;
    assert_eq!(kinds, ["Create", "Create"]);
    let (kinds, state) = changes(&server, &state).await;
    assert!(kinds.is_empty());
    jane.mark_read(&first, true).unwrap();
    deliver(&jane, "three");
    let (kinds, state) = changes(&server, &state).await;
    assert_eq!(kinds, ["ReadFlagChange", "Create"]);
    jane.set_subject(&first, "another").unwrap();
    let (kinds, state) = changes(&server, &state).await;
    assert_eq!(kinds, ["Update"]);
    jane.delete(&first).unwrap();
    let (kinds, state) = changes(&server, &state).await;
    assert_eq!(kinds, ["Delete"]);
    assert!(changes(&server, &state).await.0.is_empty());
}

#[tokio::test]
async fn several_changes_to_one_item_are_told_together() {
    let (server, jane) = server().await;
    let old = deliver(&jane, "old");
    let (_, state) = changes(&server, "").await;
    jane.mark_read(&old, true).unwrap();
    jane.mark_read(&old, false).unwrap();
    jane.set_subject(&old, "new").unwrap();
    let brief = deliver(&jane, "brief");
    jane.mark_read(&brief, true).unwrap();
    jane.delete(&brief).unwrap();
    let born = deliver(&jane, "born");
    jane.mark_read(&born, true).unwrap();
    assert_eq!(changes(&server, &state).await.0, ["Update", "Create"]);
    jane.delete(&old).unwrap();
    assert_eq!(changes(&server, &state).await.0, ["Create", "Delete"]);
}

#[tokio::test]
async fn marking_what_is_read_already_changes_nothing() {
    let (server, jane) = server().await;
    let item = deliver(&jane, "one");
    jane.mark_read(&item, true).unwrap();
    let (_, state) = changes(&server, "").await;
    jane.mark_read(&item, true).unwrap();
    assert!(changes(&server, &state).await.0.is_empty());
}

#[tokio::test]
async fn a_moved_item_is_deleted_here_and_created_there_under_another_id() {
    let (server, jane) = server().await;
    jane.create_folder("inbox/Customers").unwrap();
    let old = deliver(&jane, "one");
    let (_, state) = changes(&server, "").await;
    let new = jane.move_item(&old, "inbox/Customers").unwrap();
    assert_ne!(old, new);
    let answer = sync(&server, &state, 512).await;
    assert_eq!(answer.count("<t:Delete>"), 1);
    assert_eq!(answer.attributes("ItemId", "Id"), [old.as_str()]);
    let shape = format!(
        "<t:BaseShape>IdOnly</t:BaseShape>{}",
        additional(&["message:InternetMessageId"])
    );
    let items = post(&server, VERSION, &get_item(&[old, new], &shape)).await;
    assert_eq!(items.codes(), ["ErrorItemNotFound", "NoError"]);
    assert_eq!(items.texts("InternetMessageId"), ["<one@customer.example>"]);
}

#[tokio::test]
async fn pages_hold_what_was_asked_for_and_end_with_the_last_item_in_range() {
    let (server, jane) = server().await;
    let all: Vec<String> = (0..1_100).map(|n| deliver(&jane, &n.to_string())).collect();
    let (mut state, mut seen, mut sizes) = (String::new(), Vec::new(), Vec::new());
    loop {
        let answer = sync(&server, &state, 512).await;
        let ids = answer.attributes("ItemId", "Id");
        sizes.push(ids.len());
        seen.extend(ids);
        state = answer.text("SyncState");
        if answer.text("IncludesLastItemInRange") == "true" {
            break;
        }
    }
    assert_eq!(sizes, [512, 512, 76]);
    assert_eq!(seen, all);
}

#[tokio::test]
async fn what_changes_while_a_folder_is_paged_is_neither_lost_nor_told_as_new_twice() {
    let (server, jane) = server().await;
    let all: Vec<String> = (0..30).map(|n| deliver(&jane, &n.to_string())).collect();
    let (mut state, mut created, mut deleted, mut flagged, mut page) = (String::new(), vec![], vec![], vec![], 0);
    loop {
        let answer = sync(&server, &state, 10).await;
        for (kind, list) in [
            ("Create", &mut created),
            ("Delete", &mut deleted),
            ("ReadFlagChange", &mut flagged),
        ] {
            for piece in answer.text.split(&format!("<t:{kind}>")).skip(1) {
                list.push(
                    piece
                        .split("Id=\"")
                        .nth(1)
                        .unwrap()
                        .split('"')
                        .next()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
        state = answer.text("SyncState");
        if answer.text("IncludesLastItemInRange") == "true" {
            break;
        }
        match page {
            // One item that was told, one that was not yet.
            0 => [0, 25].iter().for_each(|n| jane.mark_read(&all[*n], true).unwrap()),
            1 => [1, 26].iter().for_each(|n| jane.delete(&all[*n]).unwrap()),
            2 => drop(deliver(&jane, "late")),
            _ => {}
        }
        page += 1;
    }
    let mut expected: Vec<&String> = all.iter().collect();
    expected.remove(26);
    assert_eq!(created.iter().take(29).collect::<Vec<_>>(), expected);
    assert_eq!(created.len(), 30);
    assert!(deleted.contains(&all[1]));
    assert!(flagged.contains(&all[0]));
}

#[tokio::test]
async fn a_state_of_another_folder_mailbox_or_nobody_is_invalid() {
    let server = builder().mailbox("joe@example.com").start().await.unwrap();
    let (_, state) = changes(&server, "").await;
    let sent = post(&server, VERSION, &sync_items("sentitems", &state, 1)).await;
    assert_eq!(sent.codes(), ["ErrorInvalidSyncStateData"]);
    sent.validate();
    let joe = post_as(
        &server,
        VERSION,
        Some("joe@example.com"),
        &sync_items("inbox", &state, 1),
    )
    .await;
    assert_eq!(joe.codes(), ["ErrorInvalidSyncStateData"]);
    assert_eq!(
        sync(&server, "H4sIAAAA", 1).await.codes(),
        ["ErrorInvalidSyncStateData"]
    );
    assert_eq!(
        sync(&server, &state.to_lowercase(), 1).await.codes(),
        ["ErrorInvalidSyncStateData"]
    );
    server.mailbox(JANE).unwrap().expire_sync_states();
    assert_eq!(sync(&server, &state, 1).await.codes(), ["ErrorInvalidSyncStateData"]);
}

#[tokio::test]
async fn a_deleted_folder_cannot_be_synchronized() {
    let (server, jane) = server().await;
    let id = jane.create_folder("Projects").unwrap();
    jane.delete_folder("Projects").unwrap();
    let operation = sync_items("x", "", 1).replace("DistinguishedFolderId Id=\"x\"", &format!("FolderId Id=\"{id}\""));
    assert_eq!(
        post(&server, VERSION, &operation).await.codes(),
        ["ErrorSyncFolderNotFound"]
    );
}

#[tokio::test]
async fn exchange_2007_tells_a_read_flag_as_an_update() {
    let server = builder().version(ServerVersion::Exchange2007).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let item = deliver(&jane, "one");
    let first = post(&server, "Exchange2007_SP1", &sync_items("inbox", "", 512)).await;
    jane.mark_read(&item, true).unwrap();
    let then = post(
        &server,
        "Exchange2007_SP1",
        &sync_items("inbox", &first.text("SyncState"), 512),
    )
    .await;
    assert_eq!((then.count("<t:Update>"), then.count("ReadFlagChange")), (1, 0));
}

#[tokio::test]
async fn a_summary_has_no_recipients_and_senders_with_addresses_only_from_2010_on() {
    let server = builder().version(ServerVersion::Exchange2010).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    jane.deliver("inbox", mail("one", "Customer <c@customer.example>", JANE))
        .unwrap();
    let fields = additional(&["message:From", "message:ToRecipients", "item:DisplayTo"]);
    for (version, addresses) in [("Exchange2007_SP1", 0), ("Exchange2010", 1)] {
        let shape = format!("<t:BaseShape>IdOnly</t:BaseShape>{fields}");
        let operation = sync_items("inbox", "", 512).replace("<t:BaseShape>IdOnly</t:BaseShape>", &shape);
        let answer = post(&server, version, &operation).await;
        assert_eq!(answer.count("ToRecipients"), 0);
        assert_eq!(answer.texts("Name"), ["Customer"]);
        assert_eq!(answer.texts("EmailAddress").len(), addresses);
        assert_eq!(answer.texts("DisplayTo"), [JANE]);
    }
}

#[tokio::test]
async fn folder_stamps_follow_the_content() {
    let (server, jane) = server().await;
    let operation = "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>\
        <t:ExtendedFieldURI PropertyTag=\"0x670A\" PropertyType=\"SystemTime\"/>\
        <t:ExtendedFieldURI PropertyTag=\"0x670B\" PropertyType=\"Integer\"/></t:AdditionalProperties></m:FolderShape>\
        <m:FolderIds><t:DistinguishedFolderId Id=\"inbox\"/></m:FolderIds></m:GetFolder>";
    let before = post(&server, VERSION, operation).await;
    before.validate();
    assert_eq!(before.texts("Value").len(), 2);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let item = deliver(&jane, "one");
    let delivered = post(&server, VERSION, operation).await;
    assert!(delivered.texts("Value")[0] > before.texts("Value")[0]);
    assert_eq!(delivered.texts("Value")[1], "0");
    jane.delete(&item).unwrap();
    assert_eq!(post(&server, VERSION, operation).await.texts("Value")[1], "1");
}

#[tokio::test]
async fn the_hierarchy_is_told_once_and_then_its_changes() {
    let (server, jane) = server().await;
    let ask = |state: String| {
        format!(
            "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>\
             <m:SyncState>{state}</m:SyncState></m:SyncFolderHierarchy>"
        )
    };
    let first = post(&server, VERSION, &ask(String::new())).await;
    // The eight default folders, their top, and one that is beside it.
    assert_eq!(first.count("<t:Create>"), 10);
    jane.create_folder("inbox/Customers").unwrap();
    jane.rename_folder("Drafts", "Entwürfe").unwrap();
    let second = post(&server, VERSION, &ask(first.text("SyncState"))).await;
    second.validate();
    assert_eq!((second.count("<t:Create>"), second.count("<t:Update>")), (1, 1));
    assert_eq!(second.texts("DisplayName"), ["Customers", "Entwürfe"]);
    let id = jane.folder_id("inbox/Customers").unwrap();
    jane.delete_folder("inbox/Customers").unwrap();
    let third = post(&server, VERSION, &ask(second.text("SyncState"))).await;
    third.validate();
    assert_eq!(
        (third.count("<t:Delete>"), third.attributes("FolderId", "Id")),
        (1, vec![id])
    );
}

#[tokio::test]
async fn a_generated_folder_pages_and_changes_like_any_other() {
    let plan = Plan {
        messages: 2_000,
        size_bytes: 2_000,
        ..Plan::default()
    };
    let address = exchange_server::Book::new(&plan).users().next().unwrap();
    let server = builder().generate(plan).start().await.unwrap();
    let mailbox = server.mailbox(&address).unwrap();
    let ask = |state: String| sync_items("inbox", &state, 512);
    let (mut state, mut seen) = (String::new(), Vec::new());
    loop {
        let answer = post_as(&server, VERSION, Some(&address), &ask(state)).await;
        seen.extend(answer.attributes("ItemId", "Id"));
        state = answer.text("SyncState");
        if answer.text("IncludesLastItemInRange") == "true" {
            break;
        }
    }
    assert_eq!(seen, mailbox.items("inbox").unwrap());
    assert_eq!(seen.len(), 1_200);
    mailbox.mark_read(&seen[1_199], true).unwrap();
    mailbox.delete(&seen[0]).unwrap();
    mailbox
        .deliver("inbox", mail("new", "c@customer.example", &address))
        .unwrap();
    let moved = mailbox.move_item(&seen[1], "inbox/Customers").unwrap();
    let then = post_as(&server, VERSION, Some(&address), &ask(state)).await;
    then.validate();
    let counts = ["Create", "ReadFlagChange", "Delete"].map(|kind| then.count(&format!("<t:{kind}>")));
    assert_eq!(counts, [1, 1, 2]);
    let shape = "<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>";
    let got = post_as(
        &server,
        VERSION,
        Some(&address),
        &get_item(&[moved, seen[0].clone()], shape),
    )
    .await;
    got.validate();
    assert_eq!(got.codes(), ["NoError", "ErrorItemNotFound"]);
}
