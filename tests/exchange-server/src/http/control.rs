//! The control endpoint for tests in other languages: commands, counters and the generated address book.

use std::fmt::Write;

use hyper::{Method, Response, StatusCode};
use serde_json::json;

use super::answer::{AnswerBody, plain};
use crate::control::Command;
use crate::generate::{Book, Plan};
use crate::shared::Shared;

/// None for a path that is no control path.
pub(super) fn answer(method: &Method, path: &str, body: &[u8], shared: &Shared) -> Option<Response<AnswerBody>> {
    let json = |value: serde_json::Value| plain(StatusCode::OK, "application/json", value.to_string());
    let bad = |problem: String| {
        plain(
            StatusCode::BAD_REQUEST,
            "application/json",
            json!({ "error": problem }).to_string(),
        )
    };
    Some(match (method, path) {
        (&Method::GET, "/stats") => json(json!(shared.journal.stats())),
        (&Method::GET, "/requests") => json(json!(shared.journal.records())),
        (&Method::POST, "/stats/reset") => {
            shared.journal.reset();
            json(json!({}))
        }
        (&Method::POST, "/control") => match Command::read(body).and_then(|command| command.run(shared)) {
            Ok(value) => json(value),
            Err(e) => bad(e.to_string()),
        },
        (&Method::GET, "/control/contacts.csv") => book(shared, Book::contacts_csv)?,
        (&Method::GET, "/control/expected.csv") => csv(expected(shared.plan.as_ref()?)),
        (&Method::GET, "/control/users.csv") => book(shared, Book::users_csv)?,
        _ => return None,
    })
}

/// None where nothing was generated.
fn book(shared: &Shared, csv: impl FnOnce(&Book) -> String) -> Option<Response<AnswerBody>> {
    let plan = shared.plan.as_ref()?;
    Some(self::csv(csv(&Book::new(plan))))
}

fn csv(lines: String) -> Response<AnswerBody> {
    plain(StatusCode::OK, "text/csv; charset=utf-8", lines)
}

fn expected(plan: &Plan) -> String {
    let mut lines = String::from("mailbox,message_id\n");
    for message in plan.expected() {
        let _ = writeln!(lines, "{},{}", message.mailbox, message.message_id);
    }
    lines
}
