//! Dirty answers: forbidden characters, broken bytes, odd base64, foreign content types.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod exchange;

use ews::{DistinguishedFolder, Error, ItemId};
use exchange::*;
use exchange_server::FaultKind;

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
