//! Which mailbox server a request comes to (2013 and later): by the cookie of before, else by its anchor. Knows no body.

use hyper::header::{COOKIE, HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Response};

use super::answer::AnswerBody;
use crate::settings::Settings;
use crate::soap::ServerVersion;

const COOKIE_NAME: &str = "X-BackEndOverrideCookie";

/// The place of the mailbox server, from 0.
pub(super) fn server(headers: &HeaderMap, mailbox: &str, settings: &Settings) -> usize {
    if settings.version < ServerVersion::Exchange2013 {
        return 0;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match cookie(headers, settings.mailbox_servers.len()) {
        Some(server) if wanted(headers) => server,
        _ => settings.home(text("x-anchormailbox").unwrap_or(mailbox)),
    }
}

/// Gives the cookie to a client that asks for affinity and has none.
pub(super) fn keep(response: &mut Response<AnswerBody>, request: &HeaderMap, server: usize, settings: &Settings) {
    if settings.version < ServerVersion::Exchange2013 || !wanted(request) || named(request).is_some() {
        return;
    }
    let cookie = format!("{COOKIE_NAME}=EX{server:02}.example.com~1941997017; HttpOnly");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

fn wanted(headers: &HeaderMap) -> bool {
    headers
        .get("x-preferserveraffinity")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

fn named(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

fn cookie(headers: &HeaderMap, servers: usize) -> Option<usize> {
    let number = named(headers)?.strip_prefix("EX")?.split('.').next()?;
    number.parse().ok().filter(|server| *server < servers.max(1))
}
