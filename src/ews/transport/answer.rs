//! Is it an answer of Exchange? Looks at status, content type and the first bytes before anybody parses XML.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::{Error, Settings, failure};

/// An answer with a SOAP envelope: HTTP 200, or 4xx/5xx with a SOAP fault.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The SOAP envelope.
    pub body: Vec<u8>,
}

/// What takes a body as it comes.
pub trait Sink: Send {
    /// So many bytes are to come, if the server told.
    fn announce(&mut self, bytes: usize);
    /// The next of them.
    fn push(&mut self, bytes: &[u8]);
    /// What came, as far as it was kept as it was.
    fn text(&self) -> &[u8];
}

impl Sink for Vec<u8> {
    fn announce(&mut self, bytes: usize) {
        self.reserve_exact(bytes);
    }

    fn push(&mut self, bytes: &[u8]) {
        make_room(self, bytes.len());
        self.extend_from_slice(bytes);
    }

    fn text(&self) -> &[u8] {
        self
    }
}

/// Makes room for so many bytes more.
pub(crate) fn make_room(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        // Doubling would hold twice an answer of 100 MB.
        bytes.reserve_exact(more.max(bytes.len().min(GROWTH)));
    }
}

/// Enough of a page to find its title.
const PAGE_BYTES: u64 = 64 << 10;
/// Reads grow by this where the server does not tell the length; the allocator moves pages, it doesn't copy them.
const GROWTH: usize = 4 << 20;
/// What comes slower than this after `request_timeout` is given up.
pub(super) const SLOWEST_BYTES_PER_SECOND: u64 = 32 << 10;
/// The connection's task sees the end, and wakes another that gives the socket back; one turn is to spare.
const SETTLING_TURNS: usize = 3;

/// Reads the whole body. A 401 is the authentication's business and must not come here.
pub(super) async fn read(response: Response, settings: &Settings) -> Result<Answer, Error> {
    let mut body = Vec::new();
    let status = read_into(response, settings, &mut body).await?;
    Ok(Answer { status, body })
}

/// Reads the whole body into `sink`; its HTTP status.
pub(super) async fn read_into(response: Response, settings: &Settings, sink: &mut dyn Sink) -> Result<u16, Error> {
    let url = settings.endpoint.to_string();
    let status = response.status();
    let headers = response.headers().clone();
    match status {
        StatusCode::FORBIDDEN => {
            return Err(Error::Forbidden {
                url,
                login: settings.login.clone(),
            });
        }
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => return Err(Error::Proxy { url }),
        _ if status.is_redirection() => {
            return Err(Error::Redirected {
                url,
                to: location(&headers, &settings.endpoint),
            });
        }
        _ => {}
    }
    let may_be_envelope = status == StatusCode::OK || is_xml(&headers);
    let limit = if may_be_envelope {
        settings.max_answer_bytes
    } else {
        PAGE_BYTES
    };
    match body_into(response, limit, settings, sink).await {
        Ok(()) if may_be_envelope && is_envelope(sink.text()) => Ok(status.as_u16()),
        Ok(()) => Err(of_page(status, &headers, sink.text(), settings)),
        // Of a page the beginning is enough, and that it can't be read says no more than its status.
        Err(_) if !may_be_envelope => Err(of_page(status, &headers, &[], settings)),
        Err(error) => Err(error),
    }
}

/// Reads and forgets a body, so that the connection can be used again; gives up on long ones.
pub(super) async fn drain(mut response: Response) {
    let mut received = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        received += chunk.len() as u64;
        if received > PAGE_BYTES {
            return;
        }
    }
    settled().await;
}

/// Lets the tasks run that give a socket back to its client once a body has ended. A request that is made before they did
/// opens another socket: a handshake for nothing, and a login lost that its connection kept.
async fn settled() {
    for _ in 0..SETTLING_TURNS {
        tokio::task::yield_now().await;
    }
}

pub(super) async fn body(response: Response, limit: u64, settings: &Settings) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    body_into(response, limit, settings, &mut body).await?;
    Ok(body)
}

async fn body_into(mut response: Response, limit: u64, settings: &Settings, sink: &mut dyn Sink) -> Result<(), Error> {
    let too_large = || Error::TooLarge {
        url: settings.endpoint.to_string(),
        limit,
    };
    let announced = response.content_length().unwrap_or_default();
    if announced > limit {
        return Err(too_large());
    }
    sink.announce(usize::try_from(announced).unwrap_or_default());
    let mut received = 0;
    let begun = Instant::now();
    loop {
        let deadline = begun + allowance(received, settings);
        let Ok(next) = tokio::time::timeout_at(deadline, response.chunk()).await else {
            return Err(failure::timeout(settings, "request_timeout"));
        };
        match next {
            Ok(Some(chunk)) => {
                received += chunk.len() as u64;
                if received > limit {
                    return Err(too_large());
                }
                sink.push(&chunk);
            }
            Ok(None) => {
                settled().await;
                return Ok(());
            }
            Err(_) => return Err(failure::of_body(received, settings)),
        }
    }
}

/// How long an answer may take of which so much has come: a large one over a slow line is no failure, a trickle is one.
fn allowance(received: u64, settings: &Settings) -> Duration {
    settings.request_timeout + Duration::from_secs(received / SLOWEST_BYTES_PER_SECOND)
}

fn of_page(status: StatusCode, headers: &HeaderMap, body: &[u8], settings: &Settings) -> Error {
    let url = settings.endpoint.to_string();
    let title = title(body);
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Error::Busy {
            url,
            status: status.as_u16(),
            retry_after: headers
                .get(RETRY_AFTER)
                .and_then(|value| retry_after(value.to_str().ok()?, SystemTime::now())),
        },
        _ if status.is_server_error() => Error::Server {
            url,
            status: status.as_u16(),
            title,
        },
        _ => {
            let content_type = headers
                .get(CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("no content type");
            let what = match (body.is_empty(), title.is_empty()) {
                (true, _) => "an empty body".to_owned(),
                (false, true) => format!("{} of {content_type}", if is_html(body) { "a page" } else { "a body" }),
                (false, false) => format!("a page “{title}” ({content_type})"),
            };
            Error::NotEws {
                url,
                status: status.as_u16(),
                what,
            }
        }
    }
}

fn is_xml(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().contains("xml") && !value.to_ascii_lowercase().contains("html"))
}

/// Whether an envelope begins within the first bytes, whatever the content type claims.
fn is_envelope(body: &[u8]) -> bool {
    let head = &body[..body.len().min(1024)];
    memchr::memmem::find(head, b"Envelope").is_some() && !is_html(head)
}

fn is_html(body: &[u8]) -> bool {
    let head = body[..body.len().min(1024)].to_ascii_lowercase();
    memchr::memmem::find(&head, b"<html").is_some() || memchr::memmem::find(&head, b"<!doctype html").is_some()
}

/// A page's title tells the administrator who answered (a proxy, a login form); never more than that of a body.
fn title(body: &[u8]) -> String {
    let head = &body[..body.len().min(PAGE_BYTES as usize)];
    let lower = head.to_ascii_lowercase();
    let title = memchr::memmem::find(&lower, b"<title").and_then(|at| {
        let start = at + memchr::memchr(b'>', &lower[at..])? + 1;
        let end = start + memchr::memchr(b'<', &lower[start..])?;
        Some(
            String::from_utf8_lossy(&head[start..end])
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        )
    });
    title
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(80)
        .collect()
}

/// Scheme, host and path of `Location`: a query may hold a session.
pub(super) fn location(headers: &HeaderMap, base: &Url) -> String {
    let target = headers
        .get(LOCATION)
        .and_then(|value| base.join(value.to_str().ok()?).ok());
    match target {
        Some(mut target) => {
            target.set_query(None);
            target.set_fragment(None);
            let _ = target.set_username("");
            let _ = target.set_password(None);
            target.to_string()
        }
        None => "nowhere".into(),
    }
}

/// `Retry-After` in either form of RFC 9110, 10.2.3: seconds, or a date.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = time::PrimitiveDateTime::parse(value.trim(), format).ok()?.assume_utc();
    Some(SystemTime::from(date).duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777 - 90);
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now),
            Some(Duration::from_secs(90))
        );
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:37 GMT", SystemTime::now()),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn an_envelope_is_told_from_a_page_by_its_first_bytes() {
        assert!(is_envelope(b"\xef\xbb\xbf<?xml version=\"1.0\"?><s:Envelope xmlns:s="));
        assert!(!is_envelope(b"<!DOCTYPE html><html><title>Envelope</title>"));
        assert!(!is_envelope(b""));
    }

    #[test]
    fn a_title_is_short_and_in_one_line() {
        assert_eq!(
            title(b"<HTML><Title lang=en>\n Outlook\r\n Web App </TITLE>"),
            "Outlook Web App"
        );
        assert_eq!(title(b"<title>never closed"), "");
        assert_eq!(
            title(format!("<title>{}</title>", "x".repeat(500)).as_bytes()).len(),
            80
        );
    }

    #[test]
    fn a_location_is_shown_without_its_query() {
        let headers = HeaderMap::from_iter([(LOCATION, "/owa/auth/logon.aspx?url=secret".parse().unwrap())]);
        let base = Url::parse("https://mail.example.com/EWS/Exchange.asmx").unwrap();
        assert_eq!(
            location(&headers, &base),
            "https://mail.example.com/owa/auth/logon.aspx"
        );
    }
}
