//! Every kind of answer, for every product, against Microsoft's schema.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use exchange_server::{Handle, ServerVersion};
use support::*;

const SHAPES: [&str; 3] = ["IdOnly", "Default", "AllProperties"];

async fn filled(version: ServerVersion) -> Handle {
    let server = builder()
        .version(version)
        .mailbox("joe@example.com")
        .group("all@example.com", "All staff")
        .archive(JANE)
        .shown_as_ex("joe@example.com")
        .start()
        .await
        .unwrap();
    let jane = server.mailbox(JANE).unwrap();
    jane.deliver(
        "inbox",
        mail(
            "one",
            "Customer <c@customer.example>",
            "jane@example.com, Joe <joe@example.com>",
        ),
    )
    .unwrap();
    jane.deliver("inbox", "no header at all").unwrap();
    jane.deliver("inbox", MEETING).unwrap();
    jane.deliver("inbox", ATTACHMENTS).unwrap();
    for folder in ["rfc", "legacy"] {
        let files = shared_folder().join("mail").join(folder);
        if files.is_dir() {
            assert!(jane.deliver_files("inbox", &files).unwrap() > 0);
        } else {
            println!("skipped: no mail at {}", files.display());
        }
    }
    jane.deliver("drafts", mail("draft", "jane@example.com", "c@customer.example"))
        .unwrap();
    jane.create_folder("inbox/Customers/North").unwrap();
    server
}

/// A meeting request as Outlook sends it (RFC 6047), cut to what the class depends on.
const MEETING: &str = "From: c@customer.example\r\nTo: jane@example.com\r\nSubject: Meeting\r\nMIME-Version: 1.0\r\n\
Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";

/// A file and a forwarded message (RFC 2046 section 5.2.1).
const ATTACHMENTS: &str = "From: c@customer.example\r\nTo: jane@example.com\r\nSubject: Two\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n\
Content-Type: application/pdf; name=offer.pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n\
Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
From: d@customer.example\r\nSubject: Inner\r\n\r\nInner text\r\n--b--\r\n";

fn requested(version: ServerVersion) -> &'static str {
    version.newest_request().name()
}

#[tokio::test]
async fn every_answer_of_every_product_is_valid() {
    for version in ServerVersion::ALL {
        let server = filled(version).await;
        let name = requested(version);
        let ids = server.mailbox(JANE).unwrap().items("inbox").unwrap();
        let mut operations = Vec::new();
        for shape in SHAPES {
            let base = format!("<t:BaseShape>{shape}</t:BaseShape>");
            operations.push(get_item(&ids, &base));
            operations.push(get_item(
                &ids,
                &format!("{base}<t:IncludeMimeContent>true</t:IncludeMimeContent>"),
            ));
            operations.push(format!(
                "<m:GetFolder><m:FolderShape>{base}</m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id=\"inbox\"/>\
                 <t:DistinguishedFolderId Id=\"contacts\"/><t:DistinguishedFolderId Id=\"calendar\"/>\
                 <t:DistinguishedFolderId Id=\"journal\"/></m:FolderIds></m:GetFolder>"
            ));
            for traversal in ["Deep", "Shallow"] {
                operations.push(format!(
                    "<m:FindFolder Traversal=\"{traversal}\"><m:FolderShape>{base}</m:FolderShape>\
                     <m:IndexedPageFolderView MaxEntriesReturned=\"4\" Offset=\"1\" BasePoint=\"Beginning\"/>\
                     <m:ParentFolderIds><t:DistinguishedFolderId Id=\"msgfolderroot\"/></m:ParentFolderIds></m:FindFolder>"
                ));
            }
            operations.push(format!(
                "<m:SyncFolderHierarchy><m:FolderShape>{base}</m:FolderShape></m:SyncFolderHierarchy>"
            ));
            operations.push(format!(
                "<m:FindItem Traversal=\"Shallow\"><m:ItemShape>{base}</m:ItemShape><m:IndexedPageItemView \
                 MaxEntriesReturned=\"7\" Offset=\"2\" BasePoint=\"Beginning\"/><m:ParentFolderIds>\
                 <t:DistinguishedFolderId Id=\"inbox\"/></m:ParentFolderIds></m:FindItem>"
            ));
            operations.push(sync_items("inbox", "", 512).replace("IdOnly", shape));
        }
        operations.push(sync_items("inbox", "AAAA", 512));
        operations.push(get_item(&["AAAA".to_owned()], "<t:BaseShape>IdOnly</t:BaseShape>"));
        for entry in [
            "joe@example.com",
            "j",
            "/o=none/cn=nobody",
            "nobody@example.com",
            "All staff",
        ] {
            operations.push(format!(
                "<m:ResolveNames ReturnFullContactData=\"false\"><m:UnresolvedEntry>{entry}</m:UnresolvedEntry></m:ResolveNames>"
            ));
        }
        operations.push(format!(
            "<m:UpdateItem ConflictResolution=\"AutoResolve\" MessageDisposition=\"SaveOnly\"><m:ItemChanges><t:ItemChange>\
             <t:ItemId Id=\"{}\"/><t:Updates><t:SetItemField><t:FieldURI FieldURI=\"message:IsRead\"/><t:Message>\
             <t:IsRead>true</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>",
            ids[0]
        ));
        let mut answers = Vec::new();
        for operation in operations {
            let answer = post(&server, name, &operation).await;
            assert_eq!(answer.status, 200, "{name}: {operation}\n{}", answer.text);
            answers.push(answer);
        }
        validate(&answers);
    }
}

#[tokio::test]
async fn every_attachment_of_the_sample_mail_is_valid_and_found() {
    let server = filled(ServerVersion::Exchange2016).await;
    let ids = server.mailbox(JANE).unwrap().items("inbox").unwrap();
    let shape = format!("<t:BaseShape>IdOnly</t:BaseShape>{}", additional(&["item:Attachments"]));
    let listed = post(&server, "Exchange2016", &get_item(&ids, &shape)).await;
    listed.validate();
    let attachments: String = listed
        .attributes("AttachmentId", "Id")
        .iter()
        .map(|id| format!("<t:AttachmentId Id=\"{id}\"/>"))
        .collect();
    let operation = format!("<m:GetAttachment><m:AttachmentIds>{attachments}</m:AttachmentIds></m:GetAttachment>");
    let answer = post(&server, "Exchange2016", &operation).await;
    answer.validate();
    assert!(
        answer.codes().iter().all(|code| code == "NoError"),
        "{:?}",
        answer.codes()
    );
    assert!(answer.count("<t:ItemAttachment>") > 0 && answer.count("<t:FileAttachment>") > 0);
}

#[tokio::test]
async fn each_product_tells_its_own_build() {
    for version in ServerVersion::ALL {
        let server = filled(version).await;
        let answer = post(&server, requested(version), &sync_items("inbox", "", 1)).await;
        let [major, minor, build, revision] = version.build().map(|n| n.to_string());
        assert_eq!(answer.attributes("ServerVersionInfo", "MajorVersion"), [major]);
        assert_eq!(answer.attributes("ServerVersionInfo", "MinorVersion"), [minor]);
        assert_eq!(answer.attributes("ServerVersionInfo", "MajorBuildNumber"), [build]);
        assert_eq!(answer.attributes("ServerVersionInfo", "MinorBuildNumber"), [revision]);
    }
}

#[tokio::test]
async fn a_newer_or_unknown_version_is_refused() {
    let server = filled(ServerVersion::Exchange2010).await;
    for name in ["Exchange2013", "Exchange2016", "Exchange2099"] {
        let answer = post(&server, name, &sync_items("inbox", "", 1)).await;
        assert_eq!(answer.status, 500);
        assert_eq!(answer.text("ResponseCode"), "ErrorInvalidServerVersion");
    }
}

#[tokio::test]
async fn a_request_outside_the_schema_is_refused() {
    let server = filled(ServerVersion::Exchange2016).await;
    let shape = "<t:BaseShape>IdOnly</t:BaseShape>";
    let bad = [
        get_item(&[], shape),
        get_item(
            &["AAAA".to_owned()],
            &format!("{shape}{}", additional(&["message:Nonsense"])),
        ),
        get_item(&["AAAA".to_owned()], &format!("{}{shape}", additional(&["item:Size"]))),
        sync_items("inbox", "", 513),
        sync_items("inbox", "", 0),
        sync_items("nowhere", "", 1),
        "<m:GetItem><m:ItemIds/><m:ItemShape/></m:GetItem>".to_owned(),
    ];
    for operation in bad {
        let answer = post(&server, "Exchange2016", &operation).await;
        assert_eq!(answer.status, 500, "{operation}");
        assert_eq!(answer.text("ResponseCode"), "ErrorSchemaValidation", "{operation}");
    }
    for operation in ["<m:GetItem>", "<m:Nonsense/>", "&#0;"] {
        assert_eq!(
            post(&server, "Exchange2016", operation).await.status,
            500,
            "{operation}"
        );
    }
}
