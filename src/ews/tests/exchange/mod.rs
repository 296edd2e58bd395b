//! The test Exchange and a client for its mailbox of Jane; requests held to Microsoft's schema.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Each test binary uses its part.

use std::path::{Path, PathBuf};
use std::process::Command;

use ews::transport::{Scheme, Secret, Settings, Transport};
use ews::{
    Client, DistinguishedFolder, Error, FolderId, FolderRef, Item, ItemChange, ItemId, Mailbox, Mime, Property,
    RequestServerVersion, ResponseError,
};
use exchange_server::{
    Bodies, Builder, ExchangeServer, FaultKind, FaultRule, Handle, MailboxHandle, Rights, ServerVersion,
};

pub const LOGIN: &str = "EXAMPLE\\svc-oro";
pub const PASSWORD: &str = "hunter2";
pub const JANE: &str = "jane@example.com";
pub const MAX_ANSWER: u64 = 256 << 20;

pub fn builder() -> Builder {
    ExchangeServer::builder()
        .account(LOGIN, PASSWORD, Rights::All)
        .named_mailbox(JANE, "Jane Jansen")
        .bodies(Bodies::Kept)
}

pub async fn start() -> Handle {
    builder().start().await.unwrap()
}

pub fn settings(server: &Handle) -> Settings {
    Settings {
        scheme: Scheme::Basic,
        ..Settings::new(server.url().parse().unwrap(), LOGIN, Secret::new(PASSWORD.into()))
    }
}

pub fn client(server: &Handle, version: Option<RequestServerVersion>) -> Client {
    Client::new(Transport::new(settings(server)).unwrap(), version)
}

/// Jane's mailbox by a client that finds out the version.
pub fn jane(server: &Handle) -> Mailbox {
    client(server, None).mailbox(JANE)
}

pub fn inbox(server: &Handle) -> FolderId {
    FolderId(store(server).folder_id("inbox").unwrap())
}

/// Jane's mailbox from the server's side.
pub fn store(server: &Handle) -> MailboxHandle {
    server.mailbox(JANE).unwrap()
}

pub fn distinguished(folder: DistinguishedFolder) -> FolderRef {
    FolderRef::Distinguished(folder)
}

/// Every request version that the product knows, of those that this crate can ask in.
pub fn versions(server: ServerVersion) -> Vec<RequestServerVersion> {
    let newest = RequestServerVersion::from_name(server.newest_request().name()).unwrap();
    RequestServerVersion::ALL
        .into_iter()
        .filter(|version| *version <= newest)
        .collect()
}

pub fn mail(subject: &str) -> String {
    format!(
        "From: Carl Customer <carl@customer.example>\r\nTo: Jane Jansen <jane@example.com>, joe@example.com\r\n\
         Cc: =?utf-8?q?J=C3=BCrgen?= <jurgen@customer.example>\r\nSubject: {subject}\r\n\
         Date: Mon, 05 Feb 2024 10:00:00 +0100\r\nMessage-ID: <{subject}@customer.example>\r\n\
         In-Reply-To: <before@example.com>\r\nReferences: <first@example.com> <before@example.com>\r\n\
         Importance: high\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello {subject}\r\n"
    )
}

/// Delivers so many messages `1`, `2`, ... into Jane's inbox.
pub fn deliver(server: &Handle, count: usize) -> Vec<ItemId> {
    let jane = store(server);
    (1..=count)
        .map(|n| ItemId(jane.deliver("inbox", mail(&n.to_string())).unwrap()))
        .collect()
}

/// How many requests of this operation the server saw.
pub fn asked(server: &Handle, operation: &str) -> usize {
    server.requests().iter().filter(|r| r.operation == operation).count()
}

pub fn fault(server: &Handle, operation: &str, kind: FaultKind) {
    server.faults().add(FaultRule::new(kind).on(operation).always());
}

pub fn once(server: &Handle, operation: &str, kind: FaultKind) {
    server.faults().add(FaultRule::new(kind).on(operation));
}

pub fn soap_fault(code: &str, back_off_milliseconds: Option<u64>) -> FaultKind {
    FaultKind::SoapFault {
        code: code.into(),
        back_off_milliseconds,
    }
}

pub async fn headers(jane: &Mailbox, ids: &[ItemId]) -> Result<Vec<Result<Box<Item<'static>>, ResponseError>>, Error> {
    jane.get_item(ids, &[Property::Subject], Mime::Exclude).await
}

pub async fn mime(jane: &Mailbox, ids: &[ItemId]) -> Vec<Result<Box<Item<'static>>, ResponseError>> {
    jane.get_item(ids, &[Property::Subject], Mime::Include).await.unwrap()
}

pub fn all_good(ids: &[ItemId], items: Vec<Result<Box<Item<'static>>, ResponseError>>) {
    let found: Vec<_> = items.into_iter().map(|item| item.unwrap().item_id()).collect();
    assert_eq!(found, ids);
}

/// Keeps all changes of a page.
pub fn keep_all(changes: Vec<ItemChange<'_>>) -> Vec<ItemChange<'static>> {
    changes.into_iter().map(ItemChange::into_owned).collect()
}

/// Beside the repository, or beside the folder of its working trees.
fn schema_folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let places = ["../shared", "../../shared"].map(|place| root.join(place));
    std::env::var_os("EWS_SHARED_DIR")
        .map(PathBuf::from)
        .into_iter()
        .chain(places)
        .map(|folder| folder.join("ews-schema"))
        .find(|folder| folder.is_dir())
}

/// Holds the header elements and the body's child of every request so far to the schema; how many there were.
pub fn validate_requests(server: &Handle) -> usize {
    let mut requests = Requests::default();
    requests.add(server);
    requests.validate()
}

/// Requests to several servers, for one run of the validator, which takes long to read the schema.
#[derive(Default)]
pub struct Requests {
    bodies: Vec<String>,
    headers: Vec<String>,
}

impl Requests {
    pub fn add(&mut self, server: &Handle) {
        let namespaces = " xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" \
                          xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"";
        let with_namespaces = |element: &str| {
            let name = element.find([' ', '>', '/']).unwrap();
            format!("{}{namespaces}{}", &element[..name], &element[name..])
        };
        for request in server.requests() {
            let text = std::str::from_utf8(&request.body).unwrap();
            self.bodies
                .push(with_namespaces(between(text, "<s:Body>", "</s:Body>")));
            let header = between(text, "<s:Header>", "</s:Header>");
            let (version, impersonation) = header.split_once("/>").unwrap();
            self.headers.push(with_namespaces(&format!("{version}/>")));
            self.headers.push(with_namespaces(impersonation));
        }
    }

    pub fn validate(&self) -> usize {
        if let Some(schema) = schema_folder() {
            lint(&schema.join("messages.xsd"), &self.bodies);
            lint(&schema.join("types.xsd"), &self.headers);
        } else {
            println!("skipped: requests are not validated, there is no shared/ews-schema beside the repository");
        }
        self.bodies.len()
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap() + start.len();
    &text[from..from + text[from..].find(end).unwrap()]
}

fn lint(schema: &Path, documents: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..documents.len())
        .map(|n| folder.path().join(format!("{n}.xml")))
        .collect();
    for (file, document) in files.iter().zip(documents) {
        std::fs::write(file, document).unwrap();
    }
    let output = Command::new("xmllint")
        .args(["--noout", "--huge", "--schema"])
        .arg(schema)
        .args(&files)
        .output()
        .expect("xmllint is needed: apt install libxml2-utils");
    assert!(
        output.status.success(),
        "{}\n{documents:#?}",
        String::from_utf8_lossy(&output.stderr)
    );
}
