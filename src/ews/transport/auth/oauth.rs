//! OAuth 2.0 client credentials (RFC 6749, 4.4): a token, kept until it ends. Knows no EWS.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;

use crate::transport::connection::Connection;
use crate::transport::{Error, OAuth, TokenTrouble, failure, is_loopback};

/// A token is replaced this long before its end, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(60);
/// RFC 6749 lets the server keep the lifetime to itself; a 401 replaces a token that ended earlier.
const USUAL_LIFETIME_SECONDS: u64 = 3600;
const LONGEST_LIFETIME_SECONDS: u64 = 24 * 3600;
/// Token answers have a few kB; anything longer is a page.
const ANSWER_BYTES: usize = 256 << 10;
const DESCRIPTION_CHARS: usize = 300;

/// The token of one transport.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    current: tokio::sync::Mutex<Option<Token>>,
}

#[derive(Debug)]
struct Token {
    authorization: HeaderValue,
    until: Instant,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// A number (RFC 6749), or a string of one (Entra ID's older endpoint).
    #[serde(default)]
    expires_in: serde_json::Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Denied {
    error: String,
    error_description: String,
}

impl Tokens {
    /// `Authorization` with a token that lives; `refused` is one that the server did not take. One request fetches, the
    /// others wait for it.
    pub(crate) async fn authorization(
        &self,
        connection: &Connection,
        oauth: &OAuth,
        refused: Option<&HeaderValue>,
    ) -> Result<HeaderValue, Error> {
        let mut current = self.current.lock().await;
        if let Some(token) = &*current
            && token.until > Instant::now()
            && refused != Some(&token.authorization)
        {
            return Ok(token.authorization.clone());
        }
        let token = fetch(connection, oauth).await?;
        let authorization = token.authorization.clone();
        *current = Some(token);
        Ok(authorization)
    }
}

async fn fetch(connection: &Connection, oauth: &OAuth) -> Result<Token, Error> {
    let url = &oauth.token_url;
    if url.scheme() != "https" && !is_loopback(url) {
        return Err(Error::PlainHttp { url: url.to_string() });
    }
    let token_error = |reason: String, trouble| Error::Token {
        url: url.to_string(),
        reason,
        trouble,
    };
    let failed = |reason: String| token_error(reason, TokenTrouble::Passing);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &oauth.client_id)
        .append_pair("client_secret", oauth.client_secret.expose())
        .append_pair("scope", &oauth.scope)
        .finish();
    let headers = HeaderMap::from_iter([
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        ),
        (ACCEPT, HeaderValue::from_static("application/json")),
    ]);
    let mut response = connection
        .post(url, headers, form.into())
        .await
        .map_err(|failure| failed(failure.reason()))?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(failure::reason(&error)))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES {
            break;
        }
    }
    if !status.is_success() {
        let denied: Denied = serde_json::from_slice(&body).unwrap_or_default();
        return Err(token_error(denied.reason(status.as_u16()), denied.trouble()));
    }
    let granted: Granted = serde_json::from_slice(&body)
        .map_err(|_| failed(format!("HTTP {} without an access_token", status.as_u16())))?;
    let mut authorization = HeaderValue::try_from(format!("Bearer {}", granted.access_token))
        .map_err(|_| failed("the access_token does not fit into a header".into()))?;
    authorization.set_sensitive(true);
    let lifetime = lifetime(&granted.expires_in);
    Ok(Token {
        authorization,
        until: Instant::now() + lifetime - MARGIN.min(lifetime / 2),
    })
}

fn lifetime(expires_in: &serde_json::Value) -> Duration {
    let seconds = match expires_in {
        serde_json::Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    Duration::from_secs(seconds.unwrap_or(USUAL_LIFETIME_SECONDS).min(LONGEST_LIFETIME_SECONDS))
}

impl Denied {
    /// The server's error code and description (RFC 6749, 5.2), in one line.
    fn reason(&self, status: u16) -> String {
        let description: String = self
            .error_description
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control())
            .take(DESCRIPTION_CHARS)
            .collect();
        match (self.error.is_empty(), description.is_empty()) {
            (true, _) => format!("HTTP {status}"),
            (false, true) => format!("HTTP {status}, {}", self.error),
            (false, false) => format!("HTTP {status}, {}: {}", self.error, description.trim_end_matches('.')),
        }
    }

    /// Only what RFC 6749, 5.2 names refuses what was sent: pages, and codes such as `temporarily_unavailable`, pass.
    fn trouble(&self) -> TokenTrouble {
        match self.error.as_str() {
            "invalid_request"
            | "invalid_client"
            | "invalid_grant"
            | "unauthorized_client"
            | "unsupported_grant_type"
            | "invalid_scope" => TokenTrouble::Refused,
            _ => TokenTrouble::Passing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_number_or_a_string_of_one() {
        assert_eq!(lifetime(&serde_json::json!(60)), Duration::from_secs(60));
        assert_eq!(lifetime(&serde_json::json!("3599")), Duration::from_secs(3599));
        assert_eq!(lifetime(&serde_json::Value::Null), Duration::from_secs(3600));
        assert_eq!(lifetime(&serde_json::json!(u64::MAX)), Duration::from_secs(24 * 3600));
    }

    #[test]
    fn a_denial_shows_code_and_first_line() {
        let denied = |body: &[u8]| serde_json::from_slice::<Denied>(body).unwrap_or_default();
        let invalid = denied(
            br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.\r\nTrace ID: 1"}"#,
        );
        assert_eq!(
            invalid.reason(401),
            "HTTP 401, invalid_client: AADSTS7000215: Invalid client secret"
        );
        assert_eq!(invalid.trouble(), TokenTrouble::Refused);
        assert_eq!(denied(b"<html>").reason(502), "HTTP 502");
        assert_eq!(denied(b"<html>").trouble(), TokenTrouble::Passing);
        assert_eq!(
            denied(br#"{"error":"temporarily_unavailable"}"#).trouble(),
            TokenTrouble::Passing
        );
    }
}
