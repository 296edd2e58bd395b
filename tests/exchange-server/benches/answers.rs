//! How fast the test Exchange answers: it must never be what a benchmark of the client measures.
//! Items a second over one connection, so the client's reading of the bytes is part of it.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exchange_server::{Book, ExchangeServer, Handle, Plan, Rights};

const BATCH: usize = 500;

struct Client {
    stream: BufReader<TcpStream>,
    mailbox: String,
}

impl Client {
    fn connect(server: &Handle, mailbox: &str) -> Self {
        let address = server.base_url().trim_start_matches("http://");
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream: BufReader::with_capacity(1 << 20, stream),
            mailbox: mailbox.to_owned(),
        }
    }

    /// Bytes of the answer.
    fn post(&mut self, operation: &str) -> Vec<u8> {
        let body = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\" \
             xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\"><s:Header>\
             <t:RequestServerVersion Version=\"Exchange2013\"/><t:ExchangeImpersonation><t:ConnectingSID>\
             <t:PrimarySmtpAddress>{}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation></s:Header>\
             <s:Body>{operation}</s:Body></s:Envelope>",
            self.mailbox
        );
        let head = format!(
            "POST /EWS/Exchange.asmx HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic c3ZjOng=\r\n\
             Content-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.stream.get_mut().write_all((head + &body).as_bytes()).unwrap();
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).unwrap();
        answer
    }
}

fn get_item(ids: &[String], shape: &str) -> String {
    let ids: String = ids.iter().map(|id| format!("<t:ItemId Id=\"{id}\"/>")).collect();
    format!("<m:GetItem><m:ItemShape>{shape}</m:ItemShape><m:ItemIds>{ids}</m:ItemIds></m:GetItem>")
}

fn answers(criterion: &mut Criterion) {
    let plan = Plan {
        messages: 5_000_000,
        contacts: 100_000,
        ..Plan::default()
    };
    let mailbox = Book::new(&plan).users().next().unwrap();
    let server = ExchangeServer::builder()
        .account("svc", "x", Rights::All)
        .generate(plan)
        .start_blocking()
        .unwrap();
    let mut client = Client::connect(&server, &mailbox);
    let sync = "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>\
        <t:DistinguishedFolderId Id=\"inbox\"/></m:SyncFolderId><m:MaxChangesReturned>500</m:MaxChangesReturned>\
        </m:SyncFolderItems>";
    let page = String::from_utf8(client.post(sync)).unwrap();
    let ids: Vec<String> = page
        .split("<t:ItemId Id=\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split('"').next()?.to_owned()))
        .collect();
    assert_eq!(ids.len(), BATCH);
    let fields: String = [
        "message:From",
        "message:ToRecipients",
        "message:CcRecipients",
        "message:BccRecipients",
    ]
    .iter()
    .chain(&["item:ItemClass", "item:Size", "message:InternetMessageId"])
    .map(|field| format!("<t:FieldURI FieldURI=\"{field}\"/>"))
    .collect();
    let base = "<t:BaseShape>IdOnly</t:BaseShape>";
    let headers = get_item(
        &ids,
        &format!("{base}<t:AdditionalProperties>{fields}</t:AdditionalProperties>"),
    );
    let mime = get_item(
        &ids,
        &format!("{base}<t:IncludeMimeContent>true</t:IncludeMimeContent>"),
    );
    let mut group = criterion.benchmark_group("answers of a mailbox of 5,000,000 messages");
    group.throughput(Throughput::Elements(BATCH as u64)).sample_size(20);
    group.bench_function("SyncFolderItems, ids", |b| b.iter(|| client.post(sync).len()));
    group.bench_function("GetItem, headers", |b| b.iter(|| client.post(&headers).len()));
    group.bench_function("GetItem, MIME of 20 kB", |b| b.iter(|| client.post(&mime).len()));
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
