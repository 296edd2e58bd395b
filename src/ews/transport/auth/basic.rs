//! RFC 7617: login and password in a header.

use reqwest::header::HeaderValue;

use super::token_header;
use crate::transport::Secret;

/// `Authorization` for login and password, in UTF-8.
pub(crate) fn authorization(login: &str, password: &Secret) -> Option<HeaderValue> {
    token_header("Basic", format!("{login}:{}", password.expose()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_that_of_the_rfc_and_hides_in_debug() {
        let value = authorization("test", &Secret::new("123£".into())).unwrap();
        assert_eq!(value.as_bytes(), b"Basic dGVzdDoxMjPCow==");
        assert_eq!(format!("{value:?}"), "Sensitive");
    }
}
