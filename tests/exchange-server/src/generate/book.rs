//! The people of a generated company: who its users, contacts and strangers are. Knows no message.

use std::fmt::Write;

use super::{Plan, mix};
use crate::store::message::Party;

const FIRST: [&str; 32] = [
    "Anna", "Bertil", "Chiara", "Dmitri", "Élodie", "Fatima", "Gustav", "Hanna", "Ivan", "Jane", "Kenji", "Lucía",
    "Mikael", "Nadia", "Olga", "Pavel", "Quentin", "Rosa", "Sören", "Tomasz", "Ulla", "Víctor", "Wei", "Xenia",
    "Yusuf", "Zoë", "Aisha", "Björn", "Clara", "Diego", "Emma", "Finn",
];
const LAST: [&str; 32] = [
    "Andersson",
    "Bianchi",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Müller",
    "Novák",
    "Okafor",
    "Petrov",
    "Quist",
    "Rossi",
    "Sato",
    "Tanaka",
    "Ueda",
    "Varga",
    "Weber",
    "Xu",
    "Yilmaz",
    "Zhang",
    "O'Brien",
    "Nielsen",
    "Schmidt",
    "Lopez",
    "Kim",
    "Ahmed",
];

/// Addresses of a plan's users and contacts; ids start at 1, in order.
#[derive(Debug, Clone)]
pub struct Book {
    plan: Plan,
}

impl Book {
    /// The book that fits the plan's mail.
    pub fn new(plan: &Plan) -> Self {
        Self { plan: plan.clone() }
    }

    /// E-mail addresses of all users, each a mailbox.
    pub fn users(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.plan.users).map(|n| self.user(n).email.unwrap_or_default())
    }

    /// E-mail addresses of all contacts.
    pub fn contacts(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.plan.contacts).map(|n| self.contact(n).email.unwrap_or_default())
    }

    /// `email,id,name` lines with a header.
    pub fn users_csv(&self) -> String {
        csv((0..self.plan.users).map(|n| self.user(n)))
    }

    /// `email,id,name` lines with a header.
    pub fn contacts_csv(&self) -> String {
        csv((0..self.plan.contacts).map(|n| self.contact(n)))
    }

    pub(crate) fn user(&self, n: u32) -> Party {
        person(self.plan.seed ^ 0x75, n, "example.com")
    }

    pub(crate) fn contact(&self, n: u32) -> Party {
        let mut domain = String::with_capacity(24);
        let _ = write!(domain, "customer{}.example", n % 997);
        person(self.plan.seed ^ 0x63, n, &domain)
    }

    pub(crate) fn stranger(&self, n: u32) -> Party {
        person(self.plan.seed ^ 0x73, n, "elsewhere.example")
    }
}

fn person(seed: u64, n: u32, domain: &str) -> Party {
    let place = mix(seed.wrapping_mul(0x1_0000_0001) ^ u64::from(n));
    let first = FIRST[(place & 31) as usize];
    let last = LAST[((place >> 5) & 31) as usize];
    let mut name = String::with_capacity(first.len() + last.len() + 1);
    name.push_str(first);
    name.push(' ');
    name.push_str(last);
    let mut email = String::with_capacity(name.len() + domain.len() + 12);
    email.extend(
        name.bytes()
            .filter(u8::is_ascii_alphabetic)
            .map(|b| char::from(b.to_ascii_lowercase())),
    );
    let _ = write!(email, ".{n}@{domain}");
    Party {
        name: Some(name),
        email: Some(email),
    }
}

fn csv(people: impl Iterator<Item = Party>) -> String {
    let mut lines = String::from("email,id,name\n");
    for (n, person) in people.enumerate() {
        let (email, name) = (person.email.unwrap_or_default(), person.name.unwrap_or_default());
        let _ = writeln!(lines, "{email},{},{name}", n + 1);
    }
    lines
}
