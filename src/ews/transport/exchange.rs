//! One request with a login of any scheme: which legs, on which socket, with or without the body. Knows no tokens' insides.

mod negotiate;
mod ntlm;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};

use super::auth::offer::Offer;
use super::auth::{basic, binding};
use super::connection::Connection;
use super::https::PeerCertificate;
use super::{Error, OAuth, Route, Scheme, Transport, answer};

/// What Microsoft's servers say about a token that they refuse.
const DIAGNOSTICS: HeaderName = HeaderName::from_static("x-ms-diagnostics");
/// A socket that closed while idle or a certificate that changed, each once.
const TRIES: usize = 3;

/// Why a scheme brought no response.
pub(super) enum Failure {
    /// It can't work with this server or on this host, and no password was refused: `Auto` may go on to the next.
    PassOver(Error),
    /// Another scheme would not help, or would help to lock the account.
    Final(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// Channel binding to the server's certificate, as far as one was seen.
#[derive(Debug, Clone, Default)]
pub(super) enum LastBinding {
    #[default]
    Unseen,
    /// `None`: there is none for this certificate, or no TLS.
    Of(Option<Vec<u8>>),
}

type Outcome = Result<Response, Failure>;

impl Transport {
    /// One request in the given scheme; any response but 401.
    pub(super) async fn in_scheme(
        &self,
        scheme: Scheme,
        connection: &mut Connection,
        route: &Route,
        body: Bytes,
    ) -> Outcome {
        match scheme {
            Scheme::OAuth => self.bearer(connection, route, body).await,
            Scheme::Negotiate => self.negotiate(connection, route, body).await,
            Scheme::Ntlm => self.ntlm(connection, route, body).await,
            Scheme::Auto | Scheme::Basic => self.basic(connection, route, body).await,
        }
    }

    async fn basic(&self, connection: &Connection, route: &Route, body: Bytes) -> Outcome {
        let authorization = basic::authorization(&self.settings.login, &self.settings.password)
            .ok_or_else(|| self.setting(Scheme::Basic, "login or password do not fit into a header"))?;
        let response = self.send(connection, route, Some(authorization), body).await?;
        match response.status() {
            StatusCode::UNAUTHORIZED => Err(self.refused(Scheme::Basic, response.headers(), String::new()).into()),
            _ => Ok(response),
        }
    }

    async fn bearer(&self, connection: &Connection, route: &Route, body: Bytes) -> Outcome {
        let oauth = self.settings.oauth.as_ref().ok_or_else(|| {
            self.setting(
                Scheme::OAuth,
                "oauth_token_url, oauth_client_id, oauth_client_secret and oauth_scope are not set",
            )
        })?;
        let token = self.token(oauth, None).await?;
        let response = self.send(connection, route, Some(token.clone()), body.clone()).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        answer::drain(response).await;
        // The token may have been revoked before its end: a new one tells.
        let token = self.token(oauth, Some(&token)).await?;
        let response = self.send(connection, route, Some(token), body).await?;
        match response.status() {
            StatusCode::UNAUTHORIZED => {
                let detail = diagnostics(response.headers());
                Err(self.refused(Scheme::OAuth, response.headers(), detail).into())
            }
            _ => Ok(response),
        }
    }

    async fn token(&self, oauth: &OAuth, refused: Option<&HeaderValue>) -> Result<HeaderValue, Error> {
        // The token endpoint is another server: it gets a connection of its own, about once an hour.
        let connection = Connection::new(&self.settings, &self.tls);
        self.tokens.authorization(&connection, oauth, refused).await
    }

    /// The answer on a socket that is logged in already; `None` where there is none, or it counts no more.
    async fn on_authenticated(
        &self,
        connection: &mut Connection,
        route: &Route,
        body: &Bytes,
    ) -> Result<Option<Response>, Error> {
        if connection.authenticated != Some(connection.socket()) {
            return Ok(None);
        }
        match self.send_once(connection, route, None, body.clone()).await {
            Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
                answer::drain(response).await;
                connection.authenticated = None;
                Ok(None)
            }
            // Closed while idle.
            Err(Error::Broken { .. }) => {
                connection.authenticated = None;
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    /// A server that answers what it should have asked a login for.
    pub(super) async fn unasked(&self, response: Response) -> Error {
        match answer::read(response, &self.settings).await {
            Ok(answer) => Error::NotEws {
                url: self.settings.endpoint.to_string(),
                status: answer.status,
                what: "an answer to a request without credentials".into(),
            },
            Err(error) => error,
        }
    }

    fn refused(&self, scheme: Scheme, headers: &HeaderMap, detail: String) -> Error {
        Error::Refused {
            url: self.settings.endpoint.to_string(),
            login: self.settings.login.clone(),
            scheme,
            offered: Offer::of(headers).names(),
            detail: [detail, self.choice().passed_over()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    fn setting(&self, scheme: Scheme, reason: &str) -> Error {
        Error::Setting {
            scheme,
            reason: reason.into(),
        }
    }
}

fn decode(token: &str) -> Option<Vec<u8>> {
    base64_simd::STANDARD.decode_to_vec(token).ok()
}

/// Channel binding to the certificate of this response's connection; `None` over plain HTTP.
pub(super) fn binding_of(response: &Response) -> Option<Vec<u8>> {
    let PeerCertificate(certificate) = response.extensions().get()?;
    binding::tls_server_end_point(certificate)
}

/// One short line of why a token was refused.
fn diagnostics(headers: &HeaderMap) -> String {
    headers
        .get(DIAGNOSTICS)
        .and_then(|value| value.to_str().ok())
        .map(|value| format!("The server says: {}.", value.chars().take(200).collect::<String>()))
        .unwrap_or_default()
}
