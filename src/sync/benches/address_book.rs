//! What a look-up costs in an address book of a large company: addresses that recur, as they do within a mailbox, and such
//! that were never asked for before, in an order that no cache foresees.

#![allow(missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sync::{AddressBook, Owner, OwnerKind};

const CONTACTS: i64 = 1_000_000;
const USERS: i64 = 10_000;
/// Different addresses that are asked for.
const MANY: i64 = 100_003;
const FEW: i64 = 1_000;
/// Changes a page, as the engine asks for them.
const PAGE: usize = 512;

fn book() -> AddressBook {
    let mut book = AddressBook::default();
    for (kind, count, name) in [
        (OwnerKind::Contact, CONTACTS, "contact"),
        (OwnerKind::User, USERS, "user"),
    ] {
        for id in 1..=count {
            book.add(&address(name, id), Owner { kind, id });
        }
    }
    book
}

fn address(name: &str, id: i64) -> String {
    format!("{name}.{id}@customer{}.example", id % 997)
}

fn asked(name: &str, different: i64) -> Vec<String> {
    (0..different)
        .map(|n| address(name, n * 7_919 % CONTACTS + 1))
        .collect()
}

fn matching(criterion: &mut Criterion) {
    let book = book();
    let mut group = criterion.benchmark_group("a match in 1,010,000 addresses");
    let cases = [
        ("recurring", "contact", FEW),
        ("known", "contact", MANY),
        ("unknown", "stranger", MANY),
    ];
    for (case, name, different) in cases {
        let asked = asked(name, different);
        let mut asked = asked.iter().cycle();
        group.bench_function(case, |bencher| {
            bencher.iter(|| asked.next().map(|address| book.knows(address)))
        });
    }
    group.throughput(Throughput::Elements(PAGE as u64));
    for (case, name, different) in cases {
        let asked = asked(name, different);
        let mut pages = asked.chunks_exact(PAGE).cycle();
        group.bench_function(format!("{case}, a page"), |bencher| {
            // As in the engine, which has read the page just before.
            bencher.iter_batched(
                || pages.next().unwrap_or_default().to_vec(),
                |page| (book.knows_each(page.iter().map(String::as_str)), page),
                BatchSize::PerIteration,
            )
        });
    }
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
