//! Answers as files: their shapes, and every way of cutting and breaking them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

use std::path::Path;
use std::time::Duration;

use ews::{Error, ItemChange, ItemId, ResponseCode, RoutingType, recorded};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/answers");
    std::fs::read(folder.join(name)).unwrap()
}

const ALL: [&str; 3] = ["get_item_2007.xml", "get_item_2016_odd.xml", "fault_server_busy.xml"];

#[test]
fn an_answer_of_2007_is_read_whatever_its_prefixes() {
    let items = recorded::read_get_item(fixture(ALL[0])).unwrap();
    let item = items[0].as_ref().unwrap();
    assert_eq!(item.id, "AAAtAGphbmU=");
    assert_eq!(
        item.from.as_ref().unwrap().address.as_deref(),
        Some("carl@customer.example")
    );
    assert_eq!(
        item.mime_content.as_deref(),
        Some(&b"Subject: Hello\r\n\r\nHello\r\n"[..])
    );
    assert_eq!(items[1].as_ref().unwrap_err().code, ResponseCode::ErrorItemNotFound);
}

#[test]
fn an_odd_answer_is_read_without_what_is_not_meant() {
    let items = recorded::read_get_item(fixture(ALL[1])).unwrap();
    let item = items[0].as_ref().unwrap();
    assert_eq!(item.id, "A&B");
    assert_eq!(item.subject.as_deref(), Some("Café <R&D> & more"));
    assert_eq!(item.mime_content, None, "that of the item inside is not its own");
    assert_eq!(
        (item.attachments.len(), item.attachments[0].name.as_deref()),
        (1, Some("Inner"))
    );
    assert_eq!(item.sent.map(|sent| sent.year()), Some(1));
    assert_eq!((item.to.len(), item.to[0].name.as_deref()), (2, None));
    assert_eq!(item.to[1].routing_type, Some(RoutingType::Ex));
    assert_eq!(item.from.as_ref().unwrap().name.as_deref(), Some("\"Doe, John\" "));
    assert_eq!(
        items[1].as_ref().unwrap_err().code,
        ResponseCode::ErrorBatchProcessingStopped
    );
}

/// The same document as no Exchange writes it: with other quotes, and with white space and comments where XML allows them.
fn otherwise(document: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    for piece in std::str::from_utf8(document).unwrap().split_inclusive('>') {
        let Some((before, tag)) = piece.split_once('<').filter(|(_, tag)| !tag.starts_with(['?', '!'])) else {
            text.push_str(piece);
            continue;
        };
        let end = tag.len() - if tag.ends_with("/>") { 2 } else { 1 };
        let (begin, end) = tag.split_at(end);
        text.push_str(&format!("{before}<{}\n{end}", begin.replace('"', "'")));
        if begin.starts_with('/') {
            text.push_str(" <!-- > --> ");
        }
    }
    text.into_bytes()
}

#[test]
fn what_is_written_otherwise_is_read_the_same() {
    let answer = fixture(ALL[0]);
    let read = |answer| format!("{:?}", recorded::read_get_item(answer).unwrap());
    assert_ne!(otherwise(&answer), answer);
    assert_eq!(read(otherwise(&answer)), read(answer));
    for version in ["2007", "2010", "2019"] {
        let answer = fixture(&format!("sync_folder_items_{version}.xml"));
        let read = |answer| recorded::read_sync_folder_items(answer).unwrap();
        assert_eq!(read(otherwise(&answer)), read(answer), "{version}");
    }
}

#[test]
fn changes_are_read_as_every_version_writes_them() {
    for version in ["2007", "2010", "2013", "2016", "2019", "subscription_edition"] {
        let name = format!("sync_folder_items_{version}.xml");
        let answers = recorded::read_sync_folder_items(fixture(&name)).unwrap();
        let changes = answers[0].as_ref().unwrap();
        assert_eq!((changes.changes.len(), changes.last), (3, true), "{name}");
        assert!(changes.sync_state.0.starts_with("H4sIAAAAAAAEAGNg"), "{name}");
        let ItemChange::Create(created) = &changes.changes[0] else {
            panic!("{name}: {:?}", changes.changes[0]);
        };
        assert_eq!(created.id, "AAMkAD+/new=", "{name}");
        let address = created.from.as_ref().unwrap().address.as_deref();
        assert_eq!(
            address,
            (version != "2007").then_some("carl@customer.example"),
            "{name}"
        );
        let read = match &changes.changes[1] {
            ItemChange::Update(item) => (&*item.id, item.read),
            ItemChange::ReadFlagChange { id, read } => (id.0.as_str(), Some(*read)),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(read, ("AAMkAD+/read=", Some(true)), "{name}");
        assert_eq!(
            changes.changes[2],
            ItemChange::Delete(ItemId("AAMkAD+/gone=".into())),
            "{name}"
        );
    }
}

#[test]
fn a_fault_is_told_with_the_wait_that_it_asks_for() {
    match recorded::read_get_item(fixture(ALL[2])).unwrap_err() {
        Error::Response(error) => {
            assert_eq!(error.code, ResponseCode::ErrorServerBusy);
            assert_eq!(error.back_off, Some(Duration::from_millis(297_749)));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn an_answer_cut_anywhere_is_never_taken_for_a_whole_one() {
    for name in ALL {
        let whole = fixture(name);
        let end = whole.iter().rposition(|byte| *byte == b'>').unwrap();
        for cut in 0..end {
            match recorded::read_get_item(whole[..cut].to_vec()) {
                Err(Error::Protocol { .. }) => {}
                other => panic!("{name} cut at {cut}: {other:?}"),
            }
        }
    }
}

#[test]
fn no_broken_byte_makes_the_reader_panic() {
    for name in ALL {
        let whole = fixture(name);
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] = [0, b'<', b'>', b'&', b'"', b'/', 0xff][at % 7];
            let _ = recorded::read_get_item(broken);
        }
    }
}

#[test]
fn an_answer_to_something_else_is_no_answer() {
    let error = recorded::read_sync_folder_items(fixture(ALL[0])).unwrap_err();
    assert!(error.to_string().contains("SyncFolderItemsResponse"), "{error}");
}
