//! The whole pipeline against the test Exchange: 10,000 messages in 5 mailboxes, 1 in 10 matched, 20 kB each.
//! The server is a process of its own; beside the time, requests made and the client's peak memory are printed.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group};
use exchange_server::{Book, ExchangeServer, Plan, Rights};
use sync::{AddressBook, Engine, Event, MailboxTask, Owner, OwnerKind, Settings};

const PLAN: &str = "users=5,messages=2000,contacts=5000,matched=0.1,size=20k,seed=1";
const MESSAGES: u64 = 10_000;
/// Set in the process that is the server.
const SERVE: &str = "PIPELINE_BENCH_SERVES";

struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .env(SERVE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        Self {
            process,
            url: url.trim().into(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until the bench's end of the pipe closes.
fn serve() {
    let server = ExchangeServer::builder()
        .account("svc", "secret", Rights::All)
        .generate(PLAN.parse().unwrap())
        .start_blocking()
        .unwrap();
    println!("{}", server.url());
    let _ = std::io::stdin().read(&mut [0]);
}

fn addresses(csv: &str) -> impl Iterator<Item = (&str, i64)> {
    csv.lines().skip(1).map(|line| {
        let mut fields = line.split(',');
        (fields.next().unwrap(), fields.next().unwrap().parse().unwrap())
    })
}

/// Collected messages.
async fn run(engine: &Engine, book: &Arc<AddressBook>, mailboxes: &[String]) -> usize {
    let mut run = engine.run(book.clone());
    let mut waiting = mailboxes.iter();
    let mut collected = 0;
    loop {
        match run.next().await {
            Event::WantsMailbox => match waiting.next() {
                Some(address) => run.offer(MailboxTask {
                    address: address.clone(),
                    ..MailboxTask::default()
                }),
                None => run.no_more_mailboxes(),
            },
            Event::Batch(batch) => {
                assert!(batch.failure.is_none(), "{:?}", batch.failure);
                collected += batch.messages.len();
            }
            Event::Finished => return collected,
        }
    }
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.map_or("unknown".into(), |line| line["VmHWM:".len()..].trim().into())
}

/// Requests so far, as the server counts them.
fn requests(url: &str) -> u64 {
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET /stats HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let json = answer.split("\"requests\":").nth(1).unwrap();
    json.split(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

fn pipeline(criterion: &mut Criterion) {
    let plan: Plan = PLAN.parse().unwrap();
    let generated = Book::new(&plan);
    let mut book = AddressBook::default();
    let (users, contacts) = (generated.users_csv(), generated.contacts_csv());
    for (kind, csv) in [(OwnerKind::User, &users), (OwnerKind::Contact, &contacts)] {
        for (email, id) in addresses(csv) {
            book.add(email, Owner { kind, id });
        }
    }
    let mailboxes: Vec<String> = addresses(&users).map(|(email, _)| email.to_owned()).collect();
    let domain = mailboxes[0].rsplit('@').next().unwrap().to_owned();
    let server = Server::start();
    let engine = Engine::new(Settings {
        server: server.url.clone(),
        login: "svc".into(),
        password: "secret".into(),
        domains: vec![domain],
        ..Settings::default()
    })
    .unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let book = Arc::new(book);
    let before = peak_memory();
    let expected = plan.expected().count();
    runtime.block_on(run(&engine, &book, &mailboxes));
    let requests = requests(&server.url);
    let mut group = criterion.benchmark_group("pipeline");
    group.sample_size(10);
    group.throughput(Throughput::Elements(MESSAGES));
    group.bench_function("10,000 messages, 1 in 10 matched", |b| {
        b.iter(|| assert_eq!(runtime.block_on(run(&engine, &book, &mailboxes)), expected));
    });
    group.finish();
    println!(
        "pipeline: {requests} requests a run, peak memory {} (before the first run {before})",
        peak_memory()
    );
}

criterion_group!(benches, pipeline);

fn main() {
    if std::env::var_os(SERVE).is_some() {
        serve();
    } else {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
