//! Every operation against the test Exchange over HTTP, for every product and version.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod exchange;

use ews::{
    AttachmentContent, DistinguishedFolder, FolderRef, Importance, ItemChange, ItemId, Mime, Property, Query,
    RequestServerVersion, ResponseCode, RoutingType,
};
use exchange::*;
use exchange_server::ServerVersion;
use time::macros::datetime;

const ATTACHMENTS: &str = "From: c@customer.example\r\nTo: jane@example.com\r\nSubject: Outer\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n\
Content-Type: application/pdf; name=offer.pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n\
Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
From: d@customer.example\r\nTo: inner@example.com\r\nSubject: Inner\r\n\r\nInner text\r\n--b--\r\n";

#[tokio::test]
async fn every_request_of_every_operation_and_version_is_valid_and_answered() {
    let mut requests = Requests::default();
    for product in ServerVersion::ALL {
        for version in versions(product) {
            let server = builder().version(product).start().await.unwrap();
            let ids = deliver(&server, 3);
            store(&server).deliver("inbox", ATTACHMENTS).unwrap();
            let client = client(&server, Some(version));
            let jane = client.mailbox(JANE);
            let name = version.name();

            let root = distinguished(DistinguishedFolder::MsgFolderRoot);
            let all: Vec<FolderRef> = DistinguishedFolder::ALL
                .into_iter()
                .filter(|folder| folder.since() <= version)
                .map(distinguished)
                .collect();
            let folders = jane.get_folder(&all).await.unwrap();
            assert_eq!(folders.len(), all.len(), "{name}");
            let inbox = folders[1].clone().unwrap();
            assert_eq!((inbox.name.as_str(), inbox.total_count), ("Inbox", Some(4)), "{name}");
            assert!(
                jane.find_folder(&root).await.unwrap().iter().any(|f| f.id == inbox.id),
                "{name}"
            );
            let hierarchy = jane.sync_folder_hierarchy(&root, None).await.unwrap();
            assert!(
                hierarchy.last && hierarchy.changed.iter().any(|f| f.id == inbox.id),
                "{name}"
            );
            let again = jane
                .sync_folder_hierarchy(&root, Some(&hierarchy.sync_state))
                .await
                .unwrap();
            assert!(again.changed.is_empty(), "{name}");

            let page = jane
                .sync_folder_items(&inbox.id, None, 2, &Property::ALL, keep_all)
                .await
                .unwrap();
            assert_eq!((page.changes.len(), page.last), (2, false), "{name}");
            let page = jane
                .sync_folder_items(&inbox.id, Some(&page.sync_state), 512, &[], keep_all)
                .await
                .unwrap();
            assert_eq!((page.changes.len(), page.last), (2, true), "{name}");

            let carl = vec!["carl@customer.example".to_owned()];
            let mut queries = vec![Query::All, Query::Restriction(carl.clone())];
            if version >= RequestServerVersion::Exchange2010 {
                queries.push(Query::Participants(carl));
            }
            for query in &queries {
                let folder = [FolderRef::Id(inbox.id.clone())];
                let found = jane.find_item(&folder, query, 0, 10, &Property::ALL).await.unwrap();
                let expected = if *query == Query::All { 4 } else { 3 };
                assert_eq!(
                    (found.items.len(), found.total, found.last),
                    (expected, expected as u32, true),
                    "{name}"
                );
            }
            for mime in [Mime::Exclude, Mime::Include] {
                for properties in [&[][..], &Property::ALL] {
                    let items = jane.get_item(&ids, properties, mime).await.unwrap();
                    let items: Vec<_> = items.into_iter().map(Result::unwrap).collect();
                    assert_eq!(items.iter().map(|i| i.item_id()).collect::<Vec<_>>(), ids, "{name}");
                    assert!(
                        items
                            .iter()
                            .all(|i| i.mime_content.is_some() == (mime == Mime::Include)),
                        "{name}"
                    );
                }
            }
            assert_eq!(jane.resolve_names(JANE).await.unwrap().len(), 1, "{name}");
            let done = jane.set_read(&ids[..1], true).await.unwrap();
            assert_eq!(done[0].as_ref().unwrap(), &ids[0], "{name}");
            assert!(store(&server).is_read(ids[0].as_str()).unwrap(), "{name}");

            assert!(
                server.requests().iter().all(|r| r.version == name && r.status == 200),
                "{name}"
            );
            assert!(server.requests().len() >= 13, "{name}");
            requests.add(&server);
            let info = client.server().unwrap();
            assert_eq!(info.build(), product.build().map(|n| n.to_string()).join("."));
        }
    }
    assert!(requests.validate() > 300);
}

#[tokio::test]
async fn get_item_reads_every_property() {
    let server = start().await;
    let ids = deliver(&server, 1);
    let item = jane(&server)
        .get_item(&ids, &Property::ALL, Mime::Include)
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    assert_eq!(item.class.as_deref(), Some("IPM.Note"));
    assert_eq!(item.size, Some(mail("1").len() as u64));
    assert_eq!(item.subject.as_deref(), Some("1"));
    let from = item.from.unwrap();
    assert_eq!(
        (from.name.as_deref(), from.address.as_deref(), from.routing_type),
        (
            Some("Carl Customer"),
            Some("carl@customer.example"),
            Some(RoutingType::Smtp)
        )
    );
    assert_eq!(item.sender.unwrap().address.as_deref(), Some("carl@customer.example"));
    let addresses: Vec<_> = item.to.iter().map(|to| to.address.as_deref().unwrap()).collect();
    assert_eq!(addresses, [JANE, "joe@example.com"]);
    assert_eq!(item.cc[0].name.as_deref(), Some("Jürgen"));
    assert!(item.bcc.is_empty());
    assert_eq!((item.read, item.draft), (Some(false), Some(false)));
    assert_eq!(item.importance, Some(Importance::High));
    assert_eq!(item.sent, Some(datetime!(2024-02-05 09:00:00 UTC)));
    assert!(item.received.is_some());
    assert_eq!(item.internet_message_id.as_deref(), Some("<1@customer.example>"));
    assert_eq!(item.in_reply_to.as_deref(), Some("<before@example.com>"));
    assert_eq!(
        item.references.as_deref(),
        Some("<first@example.com> <before@example.com>")
    );
    assert!(item.conversation_id.is_some());
    assert_eq!(item.parent_folder, Some(inbox(&server)));
    assert_eq!(item.has_attachments, Some(false));
    assert_eq!(item.mime_content.as_deref(), Some(mail("1").as_bytes()));
    assert!(!item.invalid_mime);
}

#[tokio::test]
async fn only_the_properties_that_were_asked_for_come() {
    let server = start().await;
    let ids = deliver(&server, 1);
    let item = jane(&server)
        .get_item(&ids, &[Property::Subject], Mime::Exclude)
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    assert_eq!(
        item,
        Box::new(ews::Item {
            id: ids[0].as_str().into(),
            subject: Some("1".into()),
            ..ews::Item::default()
        })
    );
}

#[tokio::test]
async fn a_synchronization_tells_creations_updates_deletions_and_read_flags() {
    for (product, flag_alone) in [
        (ServerVersion::Exchange2007, false),
        (ServerVersion::Exchange2010, true),
    ] {
        let server = builder().version(product).start().await.unwrap();
        let ids = deliver(&server, 3);
        let (jane, folder) = (jane(&server), inbox(&server));
        let properties = [Property::From, Property::IsRead, Property::ToRecipients];
        let page = jane
            .sync_folder_items(&folder, None, 512, &properties, keep_all)
            .await
            .unwrap();
        let created: Vec<_> = page
            .changes
            .iter()
            .map(|change| match change {
                ItemChange::Create(item) => {
                    let from = item.from.as_ref().unwrap();
                    assert_eq!(from.name.as_deref(), Some("Carl Customer"));
                    assert_eq!(
                        from.address.is_some(),
                        flag_alone,
                        "senders have addresses from 2010 on"
                    );
                    item.item_id()
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(created, ids);

        let store = store(&server);
        store.mark_read(ids[0].as_str(), true).unwrap();
        store.set_subject(ids[1].as_str(), "other").unwrap();
        store.delete(ids[2].as_str()).unwrap();
        let page = jane
            .sync_folder_items(&folder, Some(&page.sync_state), 512, &properties, keep_all)
            .await
            .unwrap();
        assert!(page.last);
        assert_eq!(page.changes.len(), 3);
        let read = page.changes.iter().find_map(|change| match change {
            ItemChange::ReadFlagChange { id, read } => Some((id.clone(), *read, true)),
            ItemChange::Update(item) if item.item_id() == ids[0] => Some((item.item_id(), item.read.unwrap(), false)),
            _ => None,
        });
        assert_eq!(read, Some((ids[0].clone(), true, flag_alone)));
        assert!(
            page.changes
                .iter()
                .any(|c| matches!(c, ItemChange::Update(item) if item.item_id() == ids[1]))
        );
        assert!(page.changes.contains(&ItemChange::Delete(ids[2].clone())));
        let page = jane
            .sync_folder_items(&folder, Some(&page.sync_state), 512, &[], keep_all)
            .await
            .unwrap();
        assert!(page.last && page.changes.is_empty());
    }
}

#[tokio::test]
async fn folder_stamps_change_with_every_change_of_a_folder() {
    let server = start().await;
    let ids = deliver(&server, 2);
    let jane = jane(&server);
    let folder = [distinguished(DistinguishedFolder::Inbox)];
    let before = jane.get_folder(&folder).await.unwrap().remove(0).unwrap();
    assert!(before.stamp.last_change.is_some());
    assert_eq!(before.stamp.deleted_count, Some(0));
    assert_eq!(before.distinguished.as_deref(), Some("inbox"));
    let same = jane.get_folder(&folder).await.unwrap().remove(0).unwrap();
    assert_eq!(before.stamp, same.stamp);
    store(&server).delete(ids[0].as_str()).unwrap();
    let after = jane.get_folder(&folder).await.unwrap().remove(0).unwrap();
    assert_eq!(after.stamp.deleted_count, Some(1));
}

#[tokio::test]
async fn a_folder_that_is_missing_keeps_its_place() {
    let server = start().await;
    let folders = [
        distinguished(DistinguishedFolder::Inbox),
        distinguished(DistinguishedFolder::ArchiveMsgFolderRoot),
        distinguished(DistinguishedFolder::SentItems),
    ];
    let answers = jane(&server).get_folder(&folders).await.unwrap();
    assert_eq!(answers[0].as_ref().unwrap().name, "Inbox");
    assert_eq!(answers[1].as_ref().unwrap_err().code, ResponseCode::ErrorFolderNotFound);
    assert_eq!(answers[2].as_ref().unwrap().name, "Sent Items");
}

#[tokio::test]
async fn find_folder_reads_every_page() {
    let server = builder().find_limit(7).start().await.unwrap();
    let store = store(&server);
    for n in 0..30 {
        store.create_folder(&format!("inbox/{}/{n}", n % 4)).unwrap();
    }
    let jane = jane(&server);
    let found = jane
        .find_folder(&distinguished(DistinguishedFolder::Inbox))
        .await
        .unwrap();
    assert_eq!(found.len(), 34);
    let mut ids: Vec<_> = found.iter().map(|folder| &folder.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 34);
    assert_eq!(asked(&server, "FindFolder"), 5);
    let parent = found.iter().find(|f| f.name == "3").unwrap();
    assert!(
        found
            .iter()
            .any(|f| f.name == "7" && f.parent.as_ref() == Some(&parent.id))
    );
}

#[tokio::test]
async fn a_folder_that_is_gone_is_told_by_the_hierarchy() {
    let server = start().await;
    let id = store(&server).create_folder("inbox/Customers").unwrap();
    let (jane, root) = (jane(&server), distinguished(DistinguishedFolder::MsgFolderRoot));
    let before = jane.sync_folder_hierarchy(&root, None).await.unwrap();
    store(&server).delete_folder("inbox/Customers").unwrap();
    let after = jane
        .sync_folder_hierarchy(&root, Some(&before.sync_state))
        .await
        .unwrap();
    assert_eq!(after.deleted, [ews::FolderId(id)]);
}

#[tokio::test]
async fn find_item_pages_as_the_server_cuts_them() {
    let server = builder().find_limit(3).start().await.unwrap();
    let ids = deliver(&server, 8);
    let (jane, folder) = (jane(&server), [FolderRef::Id(inbox(&server))]);
    let (mut found, mut offset) = (Vec::new(), 0);
    loop {
        let page = jane
            .find_item(&folder, &Query::All, offset, 1000, &[Property::Subject])
            .await
            .unwrap();
        assert_eq!(page.total, 8);
        found.extend(page.items.into_iter().map(|item| item.item_id()));
        offset = page.next_offset;
        if page.last {
            break;
        }
    }
    assert_eq!(found.len(), 8);
    assert!(ids.iter().all(|id| found.contains(id)));
}

#[tokio::test]
async fn a_search_finds_what_any_of_the_addresses_took_part_in() {
    let server = start().await;
    deliver(&server, 2);
    let other = "From: o@other.example\r\nTo: jane@example.com\r\nSubject: other\r\n\r\n";
    store(&server).deliver("inbox", other).unwrap();
    store(&server)
        .deliver("sentitems", "From: jane@example.com\r\nTo: z@z.example\r\n\r\n")
        .unwrap();
    let jane = jane(&server);
    let folders = [DistinguishedFolder::Inbox, DistinguishedFolder::SentItems].map(distinguished);
    let count = async |query| jane.find_item(&folders, &query, 0, 100, &[]).await.unwrap().items.len();
    let addresses = |list: &[&str]| list.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
    for kind in [Query::Participants, Query::Restriction] {
        assert_eq!(count(kind(addresses(&["carl@customer.example"]))).await, 2);
        assert_eq!(count(kind(addresses(&["o@other.example", "z@z.example"]))).await, 2);
        assert_eq!(count(kind(addresses(&["nobody \"<&> @x.example"]))).await, 0);
        assert_eq!(count(kind(Vec::new())).await, 0);
    }
    validate_requests(&server);
}

#[tokio::test]
async fn attachments_come_with_their_content_and_items_inside_stay_inside() {
    let server = start().await;
    let id = ItemId(store(&server).deliver("inbox", ATTACHMENTS).unwrap());
    let jane = jane(&server);
    let item = jane
        .get_item(&[id], &Property::ALL, Mime::Exclude)
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    assert_eq!(item.subject.as_deref(), Some("Outer"));
    assert_eq!(item.attachments.len(), 2);
    assert_eq!(item.attachments[0].name.as_deref(), Some("offer.pdf"));
    let ids: Vec<_> = item.attachments.iter().map(|a| a.id.clone()).collect();
    let answers = jane.get_attachment(&ids).await.unwrap();
    let file = answers[0].as_ref().unwrap();
    assert_eq!(file.content, AttachmentContent::File(b"Hello".to_vec()));
    assert_eq!(
        (file.info.id.clone(), file.info.content_type.as_deref()),
        (ids[0].clone(), Some("application/pdf"))
    );
    match &answers[1].as_ref().unwrap().content {
        AttachmentContent::Item(inner) => {
            assert_eq!(inner.subject.as_deref(), Some("Inner"));
            assert_eq!(inner.to[0].address.as_deref(), Some("inner@example.com"));
            let mime = String::from_utf8(inner.mime_content.clone().unwrap()).unwrap();
            assert!(mime.contains("Inner text"), "{mime}");
        }
        other => panic!("{other:?}"),
    }
    let missing = jane.get_attachment(&["AAAA".into(), ids[0].clone()]).await.unwrap();
    assert!(missing[0].is_err() && missing[1].is_ok());
    validate_requests(&server);
}

#[tokio::test]
async fn a_legacy_dn_is_resolved_and_nobody_is_no_error() {
    let server = builder()
        .mailbox("joe@example.com")
        .shown_as_ex("joe@example.com")
        .group("all@example.com", "All staff");
    let server = server.start().await.unwrap();
    let from_joe = "From: joe@example.com\r\nTo: jane@example.com\r\nSubject: x\r\n\r\n";
    let id = ItemId(store(&server).deliver("inbox", from_joe).unwrap());
    let jane = jane(&server);
    let item = jane
        .get_item(&[id], &[Property::From], Mime::Exclude)
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    let from = item.from.unwrap();
    assert_eq!(from.routing_type, Some(RoutingType::Ex));
    let found = jane.resolve_names(from.address.as_deref().unwrap()).await.unwrap();
    assert_eq!(found[0].address.as_deref(), Some("joe@example.com"));
    let group = jane.resolve_names("All staff").await.unwrap();
    assert_eq!(group[0].name.as_deref(), Some("All staff"));
    assert_eq!(
        jane.resolve_names("j").await.unwrap().len(),
        2,
        "several are a warning, not an error"
    );
    assert!(jane.resolve_names("nobody@nowhere.example").await.unwrap().is_empty());
    assert!(jane.resolve_names("  ").await.unwrap().is_empty());
}

#[tokio::test]
async fn items_of_all_classes_are_read() {
    let server = start().await;
    let ids = deliver(&server, 3);
    let classes = ["IPM.Schedule.Meeting.Request", "IPM.Document", "REPORT.IPM.Note.NDR"];
    for (id, class) in ids.iter().zip(classes) {
        store(&server).set_item_class(id.as_str(), class).unwrap();
    }
    let items = jane(&server)
        .get_item(&ids, &[Property::ItemClass, Property::Subject], Mime::Include)
        .await
        .unwrap();
    for ((item, id), class) in items.into_iter().zip(&ids).zip(classes) {
        let item = item.unwrap();
        assert_eq!((&item.item_id(), item.class.as_deref()), (id, Some(class)));
        assert!(item.mime_content.is_some());
    }
}

#[tokio::test]
async fn the_mailbox_is_impersonated_and_anchored_from_2013_on() {
    for (product, anchored) in [
        (ServerVersion::Exchange2010, false),
        (ServerVersion::Exchange2013, true),
    ] {
        let server = builder().version(product).start().await.unwrap();
        let jane = jane(&server);
        jane.get_folder(&[distinguished(DistinguishedFolder::Inbox)])
            .await
            .unwrap();
        let last = server.requests().pop().unwrap();
        assert_eq!(last.mailbox, JANE);
        assert_eq!(
            last.headers.get("x-anchormailbox").map(String::as_str),
            anchored.then_some(JANE)
        );
    }
}
