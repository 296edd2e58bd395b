//! Who asks: the `Authorization` header against accounts and tokens. Knows no mailbox.

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use tokio::time::Instant;

use super::answer::{AnswerBody, plain};
use crate::settings::{Account, Proxy};
use crate::shared::Shared;
use crate::store::lock;

/// The header in which a trusted proxy names the user that it has authenticated.
const REMOTE_USER: &str = "x-remote-user";

/// The account of a Basic header with the right password, of a living token, or of a trusted proxy's user.
pub(super) fn authenticate(headers: &HeaderMap, shared: &Shared) -> Option<Account> {
    if let (Proxy::Trusted, Some(user)) = (shared.settings.proxy, headers.get(REMOTE_USER)) {
        let user = user.to_str().ok()?;
        return lock(&shared.accounts).iter().find(|a| a.is(user)).cloned();
    }
    let (scheme, value) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => {
            let decoded = base64_simd::STANDARD.decode_to_vec(value.trim()).ok()?;
            // Clients differ in the charset of what is not ASCII: UTF-8 (RFC 7617) or Latin-1.
            let text =
                String::from_utf8(decoded).unwrap_or_else(|e| e.as_bytes().iter().copied().map(char::from).collect());
            let (login, password) = text.split_once(':')?;
            lock(&shared.accounts)
                .iter()
                .find(|a| a.is(login) && a.password == password)
                .cloned()
        }
        "bearer" => {
            let now = Instant::now();
            let tokens = lock(&shared.tokens);
            let token = tokens.iter().find(|t| t.text == value.trim() && t.until > now)?;
            lock(&shared.clients).iter().find(|c| c.login == token.client).cloned()
        }
        _ => None,
    }
}

/// Status 401 with everything that the server offers.
pub(super) fn unauthorized(shared: &Shared) -> Response<AnswerBody> {
    let mut response = plain(StatusCode::UNAUTHORIZED, "text/html", "");
    for offer in &shared.settings.offers {
        if let Ok(value) = HeaderValue::from_str(offer) {
            response.headers_mut().append(WWW_AUTHENTICATE, value);
        }
    }
    response
}
