//! The control endpoint for tests in other languages: commands, counters and the generated address book.

use std::convert::Infallible;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::answer::{AnswerBody, plain};
use crate::control::Command;
use crate::generate::Book;
use crate::shared::Shared;

pub(super) async fn answer(
    method: Method,
    path: &str,
    request: Request<Incoming>,
    shared: &Shared,
) -> Result<Response<AnswerBody>, Infallible> {
    let json = |value: serde_json::Value| plain(StatusCode::OK, "application/json", value.to_string());
    let bad = |problem: String| {
        plain(
            StatusCode::BAD_REQUEST,
            "application/json",
            json!({ "error": problem }).to_string(),
        )
    };
    Ok(match (method, path) {
        (Method::GET, "/stats") => match serde_json::to_value(shared.journal.stats()) {
            Ok(stats) => json(stats),
            Err(e) => bad(e.to_string()),
        },
        (Method::POST, "/stats/reset") => {
            shared.journal.reset();
            json(json!({}))
        }
        (Method::POST, "/control") => {
            let body = match request.into_body().collect().await {
                Ok(body) => body.to_bytes(),
                Err(e) => return Ok(bad(e.to_string())),
            };
            match Command::read(&body).and_then(|command| command.run(shared)) {
                Ok(value) => json(value),
                Err(e) => bad(e.to_string()),
            }
        }
        (Method::GET, "/control/contacts.csv") => book(shared, Book::contacts_csv),
        (Method::GET, "/control/users.csv") => book(shared, Book::users_csv),
        _ => plain(StatusCode::NOT_FOUND, "text/html", "<html>Not found</html>"),
    })
}

fn book(shared: &Shared, csv: impl FnOnce(&Book) -> String) -> Response<AnswerBody> {
    match &shared.plan {
        Some(plan) => plain(StatusCode::OK, "text/csv; charset=utf-8", csv(&Book::new(plan))),
        None => plain(StatusCode::NOT_FOUND, "text/html", "<html>Nothing was generated</html>"),
    }
}
