//! The EWS endpoint: authentication, impersonation, faults, operation, answer, journal - in this order.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use hyper::{HeaderMap, Request, Response, StatusCode};

use super::answer::{AnswerBody, plain, send};
use super::{affinity, auth, streaming};
use crate::faults::{FaultKind, Script};
use crate::journal::{Load, RequestRecord};
use crate::operations::{self, Scene};
use crate::settings::{Account, Bodies, Dials, Rights};
use crate::shared::Shared;
use crate::soap::envelope::{self, Dress};
use crate::soap::fault::{Fault, FaultDetail};
use crate::soap::{ResponseCode, ServerVersion};
use crate::store::lock;
use crate::store::mailbox::Mailbox;
use crate::store::notices::Bell;

pub(super) async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    connection: u64,
) -> Result<Response<AnswerBody>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mut record = RequestRecord {
        connection,
        request_bytes: body.len(),
        headers: headers(&head.headers),
        body: if shared.settings.bodies == Bodies::Kept {
            body.clone()
        } else {
            Bytes::new()
        },
        ..RequestRecord::default()
    };
    let mut running = Running {
        shared: &shared,
        mailbox: None,
    };
    let result = exchange(&head.headers, &body, &shared, &mut record, &mut running).await;
    record.status = result.as_ref().map_or(0, |r| r.status().as_u16());
    drop(running);
    shared.journal.record(record);
    result
}

/// Counts a request as running until it is dropped, answered or not.
struct Running<'a> {
    shared: &'a Shared,
    mailbox: Option<String>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(mailbox) = &self.mailbox {
            self.shared.journal.end(mailbox);
        }
    }
}

async fn exchange(
    headers: &HeaderMap,
    body: &[u8],
    shared: &Arc<Shared>,
    record: &mut RequestRecord,
    running: &mut Running<'_>,
) -> Result<Response<AnswerBody>, io::Error> {
    let dials = lock(&shared.dials).clone();
    let Some(account) = auth::authenticate(headers, shared) else {
        return Ok(auth::unauthorized(shared));
    };
    record.login.clone_from(&account.login);
    let media = headers
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    if !media.to_ascii_lowercase().starts_with("text/xml") {
        return Ok(plain(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "text/html",
            "Cannot process the message: text/xml is expected.",
        ));
    }
    let parsed = envelope::Request::read(body, shared.settings.version);
    let request = match parsed {
        Ok(request) => request,
        Err(fault) => return Ok(faulty(&fault, shared, &dials, headers, record)),
    };
    record.operation.clone_from(&request.operation.name);
    request.version.name().clone_into(&mut record.version);
    let address = request
        .impersonated
        .clone()
        .unwrap_or_else(|| own_mailbox(&account, shared));
    record.mailbox = address.to_lowercase();
    running.mailbox = Some(record.mailbox.clone());
    let now = shared.journal.begin(&record.mailbox);
    let script = shared.faults.strike(&record.operation, &address, body);
    let wait = dials.latency + script.delay();
    // Even a sleep of nothing takes the timer's millisecond.
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    if let Some(struck) = struck(&script, shared, &dials, headers, record) {
        return struck;
    }
    let server = affinity::server(headers, &address, &shared.settings);
    let allowed = throttle(now, shared).and_then(|()| permit(&account, &request, &address, shared));
    if allowed.is_ok() && record.operation == "GetStreamingEvents" {
        return Ok(
            match streaming::Asked::read(&request.operation, request.version, server) {
                Err(fault) => faulty(&fault, shared, &dials, headers, record),
                Ok(asked) => {
                    record.items = asked.count();
                    let mut response = streaming::answer(asked, shared, &script);
                    affinity::keep(&mut response, headers, server, &shared.settings);
                    response
                }
            },
        );
    }
    let result = allowed.and_then(|()| perform(&request, &address, server, shared, &script));
    match result {
        Err(fault) => Ok(faulty(&fault, shared, &dials, headers, record)),
        Ok((body, answer)) => {
            record.items = answer.items;
            let body = script.corrupt(body);
            record.response_bytes = body.len();
            let cut = script.0.iter().find_map(|kind| match kind {
                FaultKind::BrokenConnection { bytes } => Some(*bytes),
                _ => None,
            });
            let mut response = send(StatusCode::OK, body, &dials, headers, cut);
            dress(&mut response, shared, &address);
            affinity::keep(&mut response, headers, server, &shared.settings);
            if let Some(FaultKind::ContentType { value }) =
                script.0.iter().find(|k| matches!(k, FaultKind::ContentType { .. }))
                && let Ok(value) = HeaderValue::from_str(value)
            {
                response.headers_mut().insert(CONTENT_TYPE, value);
            }
            Ok(response)
        }
    }
}

/// What the front end of 2013 and later adds.
fn dress(response: &mut Response<AnswerBody>, shared: &Shared, mailbox: &str) {
    if shared.settings.version >= ServerVersion::Exchange2013 {
        let cookie = format!(
            "X-BackEndCookie={:016x}; path=/EWS; HttpOnly",
            crate::store::ids::fnv(mailbox.as_bytes())
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-feserver"), HeaderValue::from_static("EX01"));
    }
}

/// A login that is an address, or whose user is a mailbox's local part, has that mailbox.
fn own_mailbox(account: &Account, shared: &Shared) -> String {
    let local = |address: &str| address.split('@').next().unwrap_or_default().to_owned();
    shared
        .addresses()
        .into_iter()
        .find(|a| *a == account.login || account.is(&local(a)))
        .unwrap_or_default()
}

/// The limits that are set on requests at once.
fn throttle(now: Load, shared: &Shared) -> Result<(), Fault> {
    if shared
        .settings
        .connections_per_mailbox
        .is_some_and(|most| now.of_mailbox > most)
    {
        return Err(Fault::new("ErrorExceededConnectionCount"));
    }
    match shared.settings.busy_above {
        Some((most, wait)) if now.total > most => {
            let detail = FaultDetail::BackOffMilliseconds(wait.as_millis() as u64);
            Err(Fault {
                detail,
                ..Fault::new("ErrorServerBusy")
            })
        }
        _ => Ok(()),
    }
}

/// Whether the account may act for the mailbox.
fn permit(account: &Account, request: &envelope::Request, address: &str, shared: &Shared) -> Result<(), Fault> {
    if request.impersonated.is_none() {
        return Ok(());
    }
    if shared.settings.version == ServerVersion::Exchange2007 && account.rights == Rights::None {
        return Err(Fault::new("ErrorImpersonationDenied"));
    }
    if shared.mailbox(address).is_err() {
        return Err(Fault::new("ErrorNonExistentMailbox"));
    }
    if !account.may_impersonate(address) {
        return Err(Fault::new("ErrorImpersonateUserDenied"));
    }
    Ok(())
}

fn perform(
    request: &envelope::Request,
    address: &str,
    server: usize,
    shared: &Shared,
    script: &Script,
) -> Result<(Vec<u8>, operations::Answer), Fault> {
    let directory = shared.directory();
    let answer = |mailbox: &mut Mailbox| {
        let mut scene = Scene {
            version: request.version,
            mailbox,
            directory: &directory,
            settings: &shared.settings,
            subscriptions: &shared.subscriptions,
            server,
            script,
        };
        operations::answer(&mut scene, &request.operation)
    };
    match shared.mailbox(address) {
        Ok(mailbox) => answer(&mut lock(&mailbox)),
        // The directory can be asked without a mailbox.
        Err(_) if request.operation.name == "ResolveNames" => answer(&mut Mailbox::new("", Bell::new(0))),
        Err(_) => Err(Fault::new("ErrorMissingEmailAddress")),
    }
}

fn faulty(
    fault: &Fault,
    shared: &Shared,
    dials: &Dials,
    headers: &HeaderMap,
    record: &mut RequestRecord,
) -> Response<AnswerBody> {
    let body = fault.write(Dress(shared.settings.version));
    record.response_bytes = body.len();
    send(StatusCode::INTERNAL_SERVER_ERROR, body, dials, headers, None)
}

const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>\
<form action=\"/owa/auth.owa\" method=\"post\"><input name=\"username\"><input name=\"password\" type=\"password\">\
</form></body></html>";

/// Faults that replace the whole answer.
fn struck(
    script: &Script,
    shared: &Shared,
    dials: &Dials,
    headers: &HeaderMap,
    record: &mut RequestRecord,
) -> Option<Result<Response<AnswerBody>, io::Error>> {
    script.0.iter().find_map(|kind| {
        Some(match kind {
            FaultKind::ConnectionReset => Err(io::Error::new(io::ErrorKind::ConnectionReset, "scripted")),
            FaultKind::SoapFault {
                code,
                back_off_milliseconds,
            } => {
                let code = ResponseCode::named(code);
                let detail = back_off_milliseconds.map_or(FaultDetail::None, FaultDetail::BackOffMilliseconds);
                let fault = Fault {
                    message: code.text().to_owned(),
                    code,
                    detail,
                };
                Ok(faulty(&fault, shared, dials, headers, record))
            }
            FaultKind::HttpStatus { status, headers, body } => Ok(status_answer(*status, headers.iter(), body)),
            FaultKind::LoginPage => Ok(plain(StatusCode::OK, "text/html; charset=utf-8", LOGIN_PAGE)),
            FaultKind::Redirect { location, status } => {
                let header = (LOCATION.as_str().to_owned(), location.clone());
                Ok(status_answer(
                    *status,
                    [(&header.0, &header.1)].into_iter(),
                    "<html>Object moved</html>",
                ))
            }
            _ => return None,
        })
    })
}

fn status_answer<'a>(
    status: u16,
    headers: impl Iterator<Item = (&'a String, &'a String)>,
    body: &str,
) -> Response<AnswerBody> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = plain(status, "text/html; charset=utf-8", body.to_owned());
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn headers(headers: &HeaderMap) -> std::collections::HashMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let value = match name.as_str() {
                "authorization" => value.split(' ').next().unwrap_or_default().to_owned(),
                _ => value.into_owned(),
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}
