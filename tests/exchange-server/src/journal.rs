//! What was asked: every request for tests, and counters for benchmarks. Knows no operation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use bytes::Bytes;
use serde::Serialize;

use crate::store::lock;

/// One request that the server answered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RequestRecord {
    /// `GetItem` and so on; empty where the request was refused before that was known.
    pub operation: String,
    /// The mailbox it was for, in lower case; empty likewise.
    pub mailbox: String,
    /// The account that signed in, as it was registered.
    pub login: String,
    /// `t:RequestServerVersion/@Version`.
    pub version: String,
    /// Items, folders or changes in the answer.
    pub items: usize,
    /// HTTP status of the answer; 0: the connection was cut.
    pub status: u16,
    /// Bytes of the request's body.
    pub request_bytes: usize,
    /// Bytes of the answer before compression.
    pub response_bytes: usize,
    /// Which TCP connection, from 1.
    pub connection: u64,
    /// Request headers, names in lower case; `authorization` shows the scheme only.
    pub headers: HashMap<String, String>,
    /// The request itself, where the server was told to keep it.
    #[serde(skip)]
    pub body: Bytes,
}

/// Sums over all requests since the start or the last reset.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Stats {
    /// HTTP requests to the EWS endpoint.
    pub requests: u64,
    /// By operation.
    pub operations: BTreeMap<String, u64>,
    /// Items, folders and changes answered, by operation.
    pub items: BTreeMap<String, u64>,
    /// By HTTP status.
    pub statuses: BTreeMap<u16, u64>,
    /// Bytes of request bodies.
    pub request_bytes: u64,
    /// Bytes of answers before compression.
    pub response_bytes: u64,
    /// TCP connections accepted.
    pub connections: u64,
    /// Most requests for one mailbox at a time.
    pub peak_per_mailbox: usize,
    /// Most requests at a time.
    pub peak: usize,
}

/// Requests that run at the same time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub of_mailbox: usize,
    pub total: usize,
}

#[derive(Debug, Default)]
struct Inner {
    stats: Stats,
    records: Vec<RequestRecord>,
    running: HashMap<String, usize>,
    total: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Inner>);

/// A benchmark makes millions of requests; tests look at the first ones.
const MOST_RECORDS: usize = 100_000;

impl Journal {
    pub fn connected(&self) -> u64 {
        let mut inner = lock(&self.0);
        inner.stats.connections += 1;
        inner.stats.connections
    }

    /// Notes that a request for the mailbox begins; how many run now, this one included.
    pub fn begin(&self, mailbox: &str) -> Load {
        let mut inner = lock(&self.0);
        inner.total += 1;
        inner.stats.peak = inner.stats.peak.max(inner.total);
        let total = inner.total;
        let running = inner.running.entry(mailbox.to_owned()).or_default();
        *running += 1;
        let of_mailbox = *running;
        inner.stats.peak_per_mailbox = inner.stats.peak_per_mailbox.max(of_mailbox);
        Load { of_mailbox, total }
    }

    pub fn end(&self, mailbox: &str) {
        let mut inner = lock(&self.0);
        inner.total = inner.total.saturating_sub(1);
        if let Some(running) = inner.running.get_mut(mailbox) {
            *running = running.saturating_sub(1);
        }
    }

    pub fn record(&self, record: RequestRecord) {
        let mut inner = lock(&self.0);
        let stats = &mut inner.stats;
        stats.requests += 1;
        *stats.operations.entry(record.operation.clone()).or_default() += 1;
        *stats.items.entry(record.operation.clone()).or_default() += record.items as u64;
        *stats.statuses.entry(record.status).or_default() += 1;
        stats.request_bytes += record.request_bytes as u64;
        stats.response_bytes += record.response_bytes as u64;
        if inner.records.len() < MOST_RECORDS {
            inner.records.push(record);
        }
    }

    pub fn stats(&self) -> Stats {
        lock(&self.0).stats.clone()
    }

    pub fn records(&self) -> Vec<RequestRecord> {
        lock(&self.0).records.clone()
    }

    /// Forgets everything but the number of connections, which names the next one.
    pub fn reset(&self) {
        let mut inner = lock(&self.0);
        inner.stats = Stats {
            connections: inner.stats.connections,
            ..Stats::default()
        };
        inner.records.clear();
    }
}
