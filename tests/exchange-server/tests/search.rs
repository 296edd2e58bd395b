//! Finding items, folders and names.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use exchange_server::{Handle, Plan};
use support::*;

const VERSION: &str = "Exchange2013";

async fn server() -> Handle {
    let server = builder()
        .named_mailbox("joe@example.com", "Joe Janson")
        .find_limit(5)
        .start()
        .await
        .unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for (subject, from, to) in [
        ("offer", "Ann <ann@customer.example>", JANE),
        ("answer", "jane@example.com", "Ann <ANN@customer.example>"),
        ("other", "bob@customer.example", "joe@example.com, jane@example.com"),
        ("offer again", "cy@customer.example", JANE),
    ] {
        jane.deliver("inbox", mail(subject, from, to)).unwrap();
    }
    server
}

fn find(inside: &str, folder: &str) -> String {
    let (before, after) = inside.split_once('|').unwrap_or((inside, ""));
    format!(
        "<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>\
         <t:FieldURI FieldURI=\"item:Subject\"/></t:AdditionalProperties></m:ItemShape>{before}<m:ParentFolderIds>\
         <t:DistinguishedFolderId Id=\"{folder}\"/></m:ParentFolderIds>{after}</m:FindItem>"
    )
}

async fn subjects(server: &Handle, inside: &str) -> Vec<String> {
    let answer = post(server, VERSION, &find(inside, "inbox")).await;
    assert_eq!(answer.status, 200, "{inside}: {}", answer.text);
    answer.validate();
    let mut subjects = answer.texts("Subject");
    subjects.sort();
    subjects
}

fn query(text: &str) -> String {
    format!("|<m:QueryString>{text}</m:QueryString>")
}

#[tokio::test]
async fn a_query_string_finds_participants_senders_and_recipients() {
    let server = server().await;
    assert_eq!(
        subjects(&server, &query("participants:ann@customer.example")).await,
        ["answer", "offer"]
    );
    let either = "participants:ann@customer.example OR participants:bob@customer.example";
    assert_eq!(subjects(&server, &query(either)).await, ["answer", "offer", "other"]);
    assert_eq!(subjects(&server, &query("from:ann@customer.example")).await, ["offer"]);
    assert_eq!(subjects(&server, &query("to:ann@customer.example")).await, ["answer"]);
    assert_eq!(
        subjects(&server, &query("(from:Ann) OR subject:\"offer again\"")).await,
        ["offer", "offer again"]
    );
    assert_eq!(
        subjects(&server, &query("subject:offer NOT from:ann@customer.example")).await,
        ["offer again"]
    );
    assert!(
        subjects(&server, &query("participants:nobody@customer.example"))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_query_string_is_unknown_before_2010() {
    let server = server().await;
    let answer = post(&server, "Exchange2007_SP1", &find(&query("from:ann"), "inbox")).await;
    assert_eq!(answer.text("ResponseCode"), "ErrorSchemaValidation");
}

fn compare(name: &str, field: &str, value: &str) -> String {
    format!(
        "<t:{name}><t:FieldURI FieldURI=\"{field}\"/><t:FieldURIOrConstant><t:Constant Value=\"{value}\"/>\
         </t:FieldURIOrConstant></t:{name}>"
    )
}

fn contains(field: &str, mode: &str, value: &str) -> String {
    format!(
        "<t:Contains ContainmentMode=\"{mode}\" ContainmentComparison=\"IgnoreCase\"><t:FieldURI FieldURI=\"{field}\"/>\
         <t:Constant Value=\"{value}\"/></t:Contains>"
    )
}

fn restriction(filter: &str) -> String {
    format!("<m:Restriction>{filter}</m:Restriction>|")
}

#[tokio::test]
async fn restrictions_nest_and_compare() {
    let server = server().await;
    let offer = contains("item:Subject", "Substring", "OFFER");
    let ann = contains("message:From", "FullString", "ann@customer.example");
    assert_eq!(subjects(&server, &restriction(&offer)).await, ["offer", "offer again"]);
    assert_eq!(
        subjects(&server, &restriction(&format!("<t:And>{offer}{ann}</t:And>"))).await,
        ["offer"]
    );
    let not = format!("<t:And>{offer}<t:Not>{ann}</t:Not></t:And>");
    assert_eq!(subjects(&server, &restriction(&not)).await, ["offer again"]);
    let or = format!("<t:Or>{ann}{}</t:Or>", compare("IsEqualTo", "item:Subject", "other"));
    assert_eq!(subjects(&server, &restriction(&or)).await, ["offer", "other"]);
    let to = contains("message:ToRecipients", "Substring", "ann@");
    assert_eq!(subjects(&server, &restriction(&to)).await, ["answer"]);
    let since = |moment| restriction(&compare("IsGreaterThanOrEqualTo", "item:DateTimeReceived", moment));
    assert_eq!(subjects(&server, &since("2024-02-05T09:00:00Z")).await.len(), 4);
    assert_eq!(subjects(&server, &since("2024-02-05T09:00:01Z")).await.len(), 0);
    let id = restriction(&compare(
        "IsEqualTo",
        "message:InternetMessageId",
        "&lt;other@customer.example&gt;",
    ));
    assert_eq!(subjects(&server, &id).await, ["other"]);
}

#[tokio::test]
async fn pages_of_items_are_cut_by_policy_and_add_up() {
    let server = server().await;
    let jane = server.mailbox(JANE).unwrap();
    for n in 0..8 {
        jane.deliver("inbox", mail(&format!("more {n}"), "c@customer.example", JANE))
            .unwrap();
    }
    let (mut offset, mut seen) = (0, Vec::new());
    loop {
        let view =
            format!("<m:IndexedPageItemView MaxEntriesReturned=\"100\" Offset=\"{offset}\" BasePoint=\"Beginning\"/>|");
        let answer = post(&server, VERSION, &find(&view, "inbox")).await;
        let page = answer.attributes("ItemId", "Id");
        assert!(page.len() <= 5);
        seen.extend(page);
        assert_eq!(answer.attributes("RootFolder", "TotalItemsInView"), ["12"]);
        offset = answer.attributes("RootFolder", "IndexedPagingOffset")[0]
            .parse()
            .unwrap();
        if answer.attributes("RootFolder", "IncludesLastItemInRange") == ["true"] {
            break;
        }
    }
    let mut all = jane.items("inbox").unwrap();
    seen.sort();
    all.sort();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_generated_folder_is_found_newest_first() {
    let plan = Plan {
        messages: 100,
        ..Plan::default()
    };
    let address = exchange_server::Book::new(&plan).users().next().unwrap();
    let server = builder().generate(plan).start().await.unwrap();
    let view = "<m:IndexedPageItemView MaxEntriesReturned=\"3\" Offset=\"2\" BasePoint=\"Beginning\"/>|";
    let answer = post_as(&server, VERSION, Some(&address), &find(view, "inbox")).await;
    let all = server.mailbox(&address).unwrap().items("inbox").unwrap();
    assert_eq!(
        answer.attributes("ItemId", "Id"),
        [&all[57], &all[56], &all[55]].map(Clone::clone)
    );
}

#[tokio::test]
async fn folders_are_found_deep_and_shallow() {
    let server = server().await;
    let jane = server.mailbox(JANE).unwrap();
    jane.create_folder("inbox/Customers/North").unwrap();
    let find = |traversal: &str| {
        format!(
            "<m:FindFolder Traversal=\"{traversal}\"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>\
             <m:IndexedPageFolderView MaxEntriesReturned=\"100\" Offset=\"0\" BasePoint=\"Beginning\"/>\
             <m:ParentFolderIds><t:DistinguishedFolderId Id=\"inbox\"/></m:ParentFolderIds></m:FindFolder>"
        )
    };
    assert_eq!(
        post(&server, VERSION, &find("Shallow")).await.texts("DisplayName"),
        ["Customers"]
    );
    assert_eq!(
        post(&server, VERSION, &find("Deep")).await.texts("DisplayName"),
        ["Customers", "North"]
    );
}

#[tokio::test]
async fn distinguished_ids_are_shown_from_2013_on() {
    let server = server().await;
    let ask = "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI \
        FieldURI=\"folder:DistinguishedFolderId\"/></t:AdditionalProperties></m:FolderShape><m:FolderIds>\
        <t:DistinguishedFolderId Id=\"sentitems\"/></m:FolderIds></m:GetFolder>";
    assert_eq!(
        post(&server, "Exchange2013", ask).await.texts("DistinguishedFolderId"),
        ["sentitems"]
    );
    assert_eq!(
        post(&server, "Exchange2010_SP2", ask).await.text("ResponseCode"),
        "ErrorSchemaValidation"
    );
}

#[tokio::test]
async fn names_addresses_and_legacy_names_resolve() {
    let server = builder()
        .named_mailbox("joe@example.com", "Joe Janson")
        .group("all@example.com", "All staff")
        .shown_as_ex("joe@example.com")
        .start()
        .await
        .unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let item = jane
        .deliver("inbox", mail("one", "Joe <joe@example.com>", JANE))
        .unwrap();
    let shape = format!("<t:BaseShape>IdOnly</t:BaseShape>{}", additional(&["message:From"]));
    let shown = post(&server, VERSION, &get_item(&[item], &shape)).await;
    assert_eq!(shown.texts("RoutingType"), ["EX"]);
    let resolve = |entry: &str| {
        format!(
            "<m:ResolveNames ReturnFullContactData=\"false\"><m:UnresolvedEntry>{entry}</m:UnresolvedEntry></m:ResolveNames>"
        )
    };
    for entry in [
        shown.text("EmailAddress").as_str(),
        "joe@example.com",
        "smtp:JOE@example.com",
        "Joe",
        "janson",
    ] {
        let answer = post(&server, VERSION, &resolve(entry)).await;
        assert_eq!(
            (answer.codes(), answer.texts("EmailAddress")),
            (vec!["NoError".to_owned()], vec!["joe@example.com".to_owned()])
        );
    }
    let several = post(&server, VERSION, &resolve("ja")).await;
    assert_eq!(several.codes(), ["ErrorNameResolutionMultipleResults"]);
    assert_eq!(several.texts("EmailAddress"), [JANE, "joe@example.com"]);
    assert_eq!(
        post(&server, VERSION, &resolve("nobody")).await.codes(),
        ["ErrorNameResolutionNoResults"]
    );
    assert_eq!(
        post(&server, VERSION, &resolve("All staff")).await.texts("MailboxType"),
        ["PublicDL"]
    );
}

#[tokio::test]
async fn what_is_no_message_is_an_item_without_sender() {
    let server = server().await;
    let jane = server.mailbox(JANE).unwrap();
    let id = jane.items("inbox").unwrap().remove(0);
    jane.set_item_class(&id, "IPM.Document.pdf").unwrap();
    let answer = post(
        &server,
        VERSION,
        &get_item(&[id], "<t:BaseShape>AllProperties</t:BaseShape>"),
    )
    .await;
    answer.validate();
    assert_eq!((answer.count("<t:Item>"), answer.count("<t:From>")), (1, 0));
}

#[tokio::test]
async fn exactly_the_properties_that_were_asked_for_come_back() {
    let server = server().await;
    let id = server.mailbox(JANE).unwrap().items("inbox").unwrap().remove(1);
    let shape = format!(
        "<t:BaseShape>IdOnly</t:BaseShape>{}",
        additional(&[
            "message:From",
            "message:ToRecipients",
            "message:CcRecipients",
            "item:Size",
            "message:References"
        ])
    );
    let answer = post(&server, VERSION, &get_item(&[id], &shape)).await;
    answer.validate();
    for absent in [
        "Subject",
        "CcRecipients",
        "References",
        "MimeContent",
        "Body",
        "IsRead",
        "Attachments",
    ] {
        assert_eq!(answer.count(&format!("<t:{absent}")), 0, "{absent}");
    }
    assert_eq!(
        answer.texts("EmailAddress"),
        [JANE, "ANN@customer.example"]
            .map(str::to_owned)
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
    assert_eq!(answer.count("<t:Size>"), 1);
}
