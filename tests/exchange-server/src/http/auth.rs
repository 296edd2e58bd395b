//! Who asks: the `Authorization` header against the accounts. Knows no mailbox.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use crate::settings::Account;
use crate::shared::Shared;
use crate::store::lock;

/// The account of a Basic header with the right password.
pub(super) fn authenticate(headers: &HeaderMap, shared: &Shared) -> Option<Account> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = base64_simd::STANDARD.decode_to_vec(token.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (login, password) = text.split_once(':')?;
    lock(&shared.accounts)
        .iter()
        .find(|a| a.is(login) && a.password == password)
        .cloned()
}
