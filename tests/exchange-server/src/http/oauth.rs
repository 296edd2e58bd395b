//! OAuth 2.0 client credentials (RFC 6749 section 4.4): a token endpoint shaped as Entra ID's. Knows no EWS.

use std::time::Duration;

use hyper::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::answer::{AnswerBody, plain};
use crate::shared::{Shared, Token};
use crate::store::lock;

fn answer(status: StatusCode, value: &Value) -> Response<AnswerBody> {
    plain(status, "application/json; charset=utf-8", value.to_string())
}

/// `POST .../oauth2/v2.0/token`.
pub(super) fn token(shared: &Shared, form: &[u8]) -> Response<AnswerBody> {
    let field = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(form);
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let refuse = |status, error: &str, description: &str| {
        answer(status, &json!({ "error": error, "error_description": description }))
    };
    if field("grant_type") != "client_credentials" {
        let description = "AADSTS70003: The app requested an unsupported grant type.";
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", description);
    }
    if field("scope").is_empty() {
        let description = "AADSTS90014: The required field 'scope' is missing from the request.";
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", description);
    }
    let (client, secret) = (field("client_id"), field("client_secret"));
    let known = lock(&shared.clients)
        .iter()
        .any(|c| c.login == client && c.password == secret);
    if !known {
        let description = "AADSTS7000215: Invalid client secret provided.";
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", description);
    }
    let mut tokens = lock(&shared.tokens);
    let lifetime: Duration = shared.settings.token_lifetime;
    // Never the same twice, so that a revoked token stays revoked.
    let number = time::OffsetDateTime::now_utc().unix_timestamp_nanos();
    let text = base64_simd::URL_SAFE_NO_PAD.encode_to_string(format!("test token {number} of {client}"));
    tokens.push(Token {
        text: text.clone(),
        client,
        until: Instant::now() + lifetime,
    });
    let seconds = lifetime.as_secs();
    answer(
        StatusCode::OK,
        &json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": text }),
    )
}
