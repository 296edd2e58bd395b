//! What the matching rule costs with a large address book: a stranger's mail, and a message that matches.
#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sync::{AddressBook, Owner, OwnerKind, Participants, Role, verdict};

const CONTACTS: i64 = 1_000_000;
const USERS: i64 = 10_000;

fn contact(id: i64) -> String {
    format!("first.last{id}@customer-{}.example", id % 5_000)
}

fn user(id: i64) -> String {
    format!("user{id}@company.example")
}

fn fill() -> AddressBook {
    let mut book = AddressBook::default();
    for id in 0..CONTACTS {
        let kind = OwnerKind::Contact;
        book.add(&contact(id), Owner { kind, id });
    }
    for id in 0..USERS {
        let kind = OwnerKind::User;
        book.add(&user(id), Owner { kind, id });
    }
    book
}

fn matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("matching");
    group.sample_size(10);
    group.throughput(Throughput::Elements((CONTACTS + USERS) as u64));
    group.bench_function("fill 1,010,000 addresses", |b| b.iter(fill));
    let book = fill();
    group.sample_size(100);
    group.throughput(Throughput::Elements(1));
    let mut next = 0;
    let mut turn = |most: i64| {
        next = (next + 7_919) % most;
        next
    };
    group.bench_function("a stranger", |b| {
        let stranger = Participants {
            from: Some("nobody@elsewhere.example"),
            sender: None,
            recipients: vec![(Role::To, "user1@company.example")],
        };
        b.iter(|| verdict(black_box(&book), black_box(&stranger)));
    });
    group.bench_function("a match", |b| {
        let from = contact(turn(CONTACTS));
        let to = user(turn(USERS));
        let participants = Participants {
            from: Some(&from),
            sender: None,
            recipients: vec![(Role::To, &to), (Role::Cc, "nobody@elsewhere.example")],
        };
        b.iter(|| verdict(black_box(&book), black_box(&participants)));
    });
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
