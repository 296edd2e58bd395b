//! Sends recorded requests again, over so many connections at once, and throws the answers away: the floor that no client
//! of the same requests can be below. Parses nothing.
//!
//! `replay URL FILE CONNECTIONS` prints JSON.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use bench_wire::{Messages, authority};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file, connections] = arguments.as_slice() else {
        return Err(io::Error::other("usage: replay URL FILE CONNECTIONS"));
    };
    let (server, connections) = (authority(url)?, connections.parse().map_err(io::Error::other)?);
    let log = std::fs::read(file)?;
    let requests = requests(&log)?;
    let (next, bytes) = (AtomicUsize::new(0), AtomicU64::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| work(server, &requests, &next, &bytes)))
            .collect();
        workers
            .into_iter()
            .try_for_each(|w| w.join().map_err(|_| io::Error::other("a worker failed"))?)
    })?;
    println!(
        "{{\"seconds\":{:.6},\"requests\":{},\"answer_bytes\":{}}}",
        begun.elapsed().as_secs_f64(),
        requests.len(),
        bytes.into_inner()
    );
    Ok(())
}

fn work(server: &str, requests: &[&[u8]], next: &AtomicUsize, bytes: &AtomicU64) -> io::Result<()> {
    let stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let mut connection = Messages::new(stream);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        connection.stream().write_all(request)?;
        let (status, length) = connection.skip()?;
        if status != 200 {
            return Err(io::Error::other(format!("the server answered status {status}")));
        }
        bytes.fetch_add(length as u64, Ordering::Relaxed);
    }
    Ok(())
}

fn requests(mut log: &[u8]) -> io::Result<Vec<&[u8]>> {
    let mut found = Vec::new();
    while let Some((length, rest)) = log.split_first_chunk::<8>() {
        let (request, rest) = rest
            .split_at_checked(u64::from_le_bytes(*length) as usize)
            .ok_or_else(|| io::Error::other("the recording is cut short"))?;
        found.push(request);
        log = rest;
    }
    Ok(found)
}
