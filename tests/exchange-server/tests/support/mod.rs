//! A bare SOAP client for the tests: strings out, strings in, so that nothing of the server judges itself.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::process::Command;

use exchange_server::{Builder, ExchangeServer, Handle, Rights};
use quick_xml::Reader;
use quick_xml::events::Event;

pub const LOGIN: &str = "svc-oro";
pub const PASSWORD: &str = "pass:word ü";
pub const JANE: &str = "jane@example.com";

pub const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

pub fn builder() -> Builder {
    ExchangeServer::builder()
        .account(LOGIN, PASSWORD, Rights::All)
        .named_mailbox(JANE, "Jane Jansen")
}

pub fn shared_folder() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("EWS_SHARED_DIR")
        .map(PathBuf::from)
        .unwrap_or_else(|| root.join("../shared"))
}

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

pub fn mail(subject: &str, from: &str, to: &str) -> String {
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Mon, 05 Feb 2024 10:00:00 +0100\r\n\
         Message-ID: <{subject}@customer.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    )
}

pub struct Answer {
    pub status: u16,
    pub text: String,
}

/// Posts an operation for Jane's mailbox.
pub async fn post(server: &Handle, version: &str, operation: &str) -> Answer {
    post_as(server, version, Some(JANE), operation).await
}

pub async fn post_as(server: &Handle, version: &str, mailbox: Option<&str>, operation: &str) -> Answer {
    let response = client()
        .post(server.url())
        .basic_auth(LOGIN, Some(PASSWORD))
        .header("Content-Type", "text/xml; charset=utf-8")
        .body(envelope(version, mailbox, operation))
        .send()
        .await
        .unwrap();
    Answer {
        status: response.status().as_u16(),
        text: response.text().await.unwrap(),
    }
}

pub fn envelope(version: &str, mailbox: Option<&str>, operation: &str) -> String {
    let impersonation = mailbox.map_or(String::new(), |m| {
        format!(
            "<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>{m}</t:PrimarySmtpAddress>\
             </t:ConnectingSID></t:ExchangeImpersonation>"
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"{SOAP}\" xmlns:t=\"{TYPES}\" \
         xmlns:m=\"{MESSAGES}\"><soap:Header><t:RequestServerVersion Version=\"{version}\"/>{impersonation}\
         </soap:Header><soap:Body>{operation}</soap:Body></soap:Envelope>"
    )
}

impl Answer {
    /// Every value of an attribute of the elements with this local name.
    pub fn attributes(&self, element: &str, attribute: &str) -> Vec<String> {
        let mut reader = Reader::from_str(&self.text);
        let mut found = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == element => {
                    for a in e.attributes().flatten().filter(|a| a.key.as_ref() == attribute) {
                        found.push(
                            a.normalized_value(quick_xml::XmlVersion::Implicit1_0)
                                .unwrap()
                                .into_owned(),
                        );
                    }
                }
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    /// Every text of the elements with this local name.
    pub fn texts(&self, element: &str) -> Vec<String> {
        let mut reader = Reader::from_str(&self.text);
        let (mut found, mut inside) = (Vec::new(), false);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(e) if e.local_name().as_ref() == element => {
                    inside = true;
                    found.push(String::new());
                }
                Event::Empty(e) if e.local_name().as_ref() == element => found.push(String::new()),
                Event::End(e) if e.local_name().as_ref() == element => inside = false,
                Event::Text(t) if inside => found.last_mut().unwrap().push_str(&t.xml10_content()),
                Event::GeneralRef(r) if inside => {
                    let c = match r.resolve_char_ref() {
                        Ok(Some(c)) => c.to_string(),
                        _ => quick_xml::escape::resolve_predefined_entity(&r.xml10_content())
                            .unwrap()
                            .to_owned(),
                    };
                    found.last_mut().unwrap().push_str(&c);
                }
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    pub fn text(&self, element: &str) -> String {
        self.texts(element)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {element} in {}", self.text))
    }

    pub fn codes(&self) -> Vec<String> {
        self.texts("ResponseCode")
    }

    pub fn count(&self, start: &str) -> usize {
        self.text.matches(start).count()
    }

    pub fn validate(&self) {
        validate(std::slice::from_ref(self));
    }
}

/// Holds each body's child and header element to Microsoft's schema.
pub fn validate(answers: &[Answer]) {
    let schema = shared_folder().join("ews-schema");
    if !schema.is_dir() {
        println!("skipped: the schema is not at {}", schema.display());
        return;
    }
    let part = |text: &str, name: &str| {
        let found = ["s", "soap"]
            .iter()
            .find_map(|prefix| between(text, &format!("{name}>"), &format!("</{prefix}:{name}>")));
        found.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
    };
    lint(
        &schema.join("messages.xsd"),
        answers.iter().map(|a| part(&a.text, "Body")),
    );
    lint(
        &schema.join("types.xsd"),
        answers.iter().take(1).map(|a| part(&a.text, "Header")),
    );
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let from = text.find(start)? + start.len();
    let to = text[from..].find(end)? + from;
    Some(&text[from..to])
}

pub fn lint(schema: &std::path::Path, documents: impl Iterator<Item = String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (n, document) in documents.enumerate() {
        let path = folder.path().join(format!("{n}.xml"));
        std::fs::write(&path, document).unwrap();
        files.push(path);
    }
    let output = Command::new("xmllint")
        .args(["--noout", "--huge", "--schema"])
        .arg(schema)
        .args(&files)
        .output()
        .expect("xmllint is needed: apt install libxml2-utils");
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{problems}\n{:?}",
        files.iter().map(std::fs::read_to_string).collect::<Vec<_>>()
    );
}

pub fn additional(fields: &[&str]) -> String {
    let fields: String = fields
        .iter()
        .map(|f| format!("<t:FieldURI FieldURI=\"{f}\"/>"))
        .collect();
    format!("<t:AdditionalProperties>{fields}</t:AdditionalProperties>")
}

pub fn get_item(ids: &[String], shape: &str) -> String {
    let ids: String = ids.iter().map(|id| format!("<t:ItemId Id=\"{id}\"/>")).collect();
    format!("<m:GetItem><m:ItemShape>{shape}</m:ItemShape><m:ItemIds>{ids}</m:ItemIds></m:GetItem>")
}

pub fn sync_items(folder: &str, state: &str, most: usize) -> String {
    let state = if state.is_empty() {
        String::new()
    } else {
        format!("<m:SyncState>{state}</m:SyncState>")
    };
    format!(
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>\
         <t:DistinguishedFolderId Id=\"{folder}\"/></m:SyncFolderId>{state}\
         <m:MaxChangesReturned>{most}</m:MaxChangesReturned></m:SyncFolderItems>"
    )
}
