//! A proxy that writes down every request, and counts what answers carry. Knows of EWS one element: `t:MimeContent`.
//!
//! `record URL FILE` prints its own address, works until its standard input ends, then prints what passed as JSON.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use bench_wire::{Messages, authority};

const ASKS_FOR_MIME: &[u8] = b"IncludeMimeContent>true<";
const ITEM_ID: &[u8] = b"ItemId Id=\"";

#[derive(Default)]
struct Passed {
    requests: u64,
    request_bytes: u64,
    answer_bytes: u64,
    mime_requests: u64,
    mime_answer_bytes: u64,
    mime_items: u64,
    mime_bytes: u64,
    mime_ids: HashSet<Vec<u8>>,
}

struct Log {
    file: BufWriter<File>,
    passed: Passed,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file] = arguments.as_slice() else {
        return Err(io::Error::other("usage: record URL FILE"));
    };
    let upstream: Arc<str> = authority(url)?.into();
    let log = Arc::new(Mutex::new(Log {
        file: BufWriter::new(File::create(file)?),
        passed: Passed::default(),
    }));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}/EWS/Exchange.asmx", listener.local_addr()?);
    let kept = log.clone();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (upstream, log) = (upstream.clone(), kept.clone());
            thread::spawn(move || relay(client, &upstream, &log));
        }
    });
    io::stdin().read_to_end(&mut Vec::new())?;
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.file.flush()?;
    let p = &log.passed;
    println!(
        "{{\"requests\":{},\"request_bytes\":{},\"answer_bytes\":{},\"mime_requests\":{},\"mime_answer_bytes\":{},\
         \"mime_items\":{},\"mime_bytes\":{},\"mime_ids\":{}}}",
        p.requests,
        p.request_bytes,
        p.answer_bytes,
        p.mime_requests,
        p.mime_answer_bytes,
        p.mime_items,
        p.mime_bytes,
        p.mime_ids.len()
    );
    Ok(())
}

fn relay(client: TcpStream, upstream: &str, log: &Mutex<Log>) -> io::Result<()> {
    let server = TcpStream::connect(upstream)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut client, mut server) = (Messages::new(client), Messages::new(server));
    while let Some(request) = client.whole()? {
        note_request(&request, log)?;
        server.stream().write_all(&request)?;
        let answer = server.whole()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        note_answer(&request, &answer, log);
        client.stream().write_all(&answer)?;
    }
    Ok(())
}

fn note_request(request: &[u8], log: &Mutex<Log>) -> io::Result<()> {
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.passed.requests += 1;
    log.passed.request_bytes += request.len() as u64;
    log.file.write_all(&(request.len() as u64).to_le_bytes())?;
    log.file.write_all(request)
}

fn note_answer(request: &[u8], answer: &[u8], log: &Mutex<Log>) {
    let asks = request.windows(ASKS_FOR_MIME.len()).any(|w| w == ASKS_FOR_MIME);
    let (items, bytes) = if asks { mime(answer) } else { (0, 0) };
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.passed.answer_bytes += answer.len() as u64;
    if asks {
        log.passed.mime_requests += 1;
        log.passed.mime_answer_bytes += answer.len() as u64;
        log.passed.mime_items += items;
        log.passed.mime_bytes += bytes;
        log.passed.mime_ids.extend(ids(request));
    }
}

/// How many items of an answer have content, and its bytes in all.
fn mime(answer: &[u8]) -> (u64, u64) {
    let text = String::from_utf8_lossy(answer);
    let contents = text.split("<t:MimeContent").skip(1).filter_map(|rest| {
        let (_, content) = rest.split_once('>')?;
        content.find('<')
    });
    contents.fold((0, 0), |(items, bytes), length| (items + 1, bytes + length as u64))
}

fn ids(request: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let starts = request
        .windows(ITEM_ID.len())
        .enumerate()
        .filter(|(_, w)| *w == ITEM_ID);
    starts.filter_map(|(at, _)| {
        let rest = request.get(at + ITEM_ID.len()..)?;
        Some(rest.split(|b| *b == b'"').next()?.to_vec())
    })
}
