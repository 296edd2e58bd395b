//! One request with a login of any scheme: which legs, on which socket, with or without the body. Knows no tokens' insides.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::tls::TlsInfo;
use reqwest::{Response, StatusCode};

use super::auth::offer::Offer;
use super::auth::{basic, binding, kerberos, login::Login, ntlm, token_header};
use super::connection::Connection;
use super::{Error, OAuth, Route, Scheme, Transport, answer};

/// IIS tells with it whether a login by ticket counts for the connection or for the request alone.
const PERSISTENT_AUTH: HeaderName = HeaderName::from_static("persistent-auth");
/// What Microsoft's servers say about a token that they refuse.
const DIAGNOSTICS: HeaderName = HeaderName::from_static("x-ms-diagnostics");
/// Legs of SPNEGO; more than three are a server that never ends.
const NEGOTIATE_LEGS: usize = 5;
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
        let connection = Connection::new(&self.settings, &self.tls)?;
        self.tokens.authorization(&connection.client, oauth, refused).await
    }

    /// The login counts for the connection, so it is made once a socket, and without the body.
    async fn ntlm(&self, connection: &mut Connection, route: &Route, body: Bytes) -> Outcome {
        if let Some(response) = self.on_authenticated(connection, route, &body).await? {
            return Ok(response);
        }
        for _ in 0..TRIES {
            let login = Login::parse(&self.settings.login);
            let mut handshake = ntlm::Handshake::new(login, &self.settings.password);
            let first = handshake
                .negotiate()
                .map_err(|reason| self.setting(Scheme::Ntlm, &reason))?;
            let (name, response) = self.challenge(connection, route, &first).await?;
            let socket = connection.socket();
            let offer = Offer::of(response.headers());
            let binding = binding_of(&response);
            let challenge = offer.token(name).and_then(decode);
            answer::drain(response).await;
            let Some(challenge) = challenge else {
                return Err(Failure::PassOver(self.no_challenge(&offer)));
            };
            let last = handshake
                .authenticate(challenge, binding.as_deref())
                .map_err(|reason| {
                    self.setting(Scheme::Ntlm, &format!("the server's challenge is not valid ({reason})"))
                })?;
            let authorization = token_header(name, &last);
            let outcome = self.send_once(connection, route, authorization, body.clone()).await;
            if connection.socket() != socket {
                // The login began on a socket that is gone: what came is no verdict on it.
                continue;
            }
            let response = outcome?;
            if response.status() == StatusCode::UNAUTHORIZED {
                let detail = match binding {
                    Some(_) => {
                        "With the right password, a proxy that opens TLS on the way is refused like this by Extended Protection."
                    }
                    None => "",
                };
                return Err(self.refused(Scheme::Ntlm, response.headers(), detail.into()).into());
            }
            connection.authenticated = Some(socket);
            return Ok(response);
        }
        Err(Failure::PassOver(self.setting(
            Scheme::Ntlm,
            "the server, or a proxy before it, closes the connection between the steps of the login",
        )))
    }

    fn no_challenge(&self, offer: &Offer) -> Error {
        match offer.allows(Scheme::Ntlm) {
            true => self.setting(
                Scheme::Ntlm,
                "the server offers it, but answers its first message without a challenge",
            ),
            false => Error::NoCommonScheme {
                url: self.settings.endpoint.to_string(),
                wanted: Scheme::Ntlm,
                offered: offer.names(),
            },
        }
    }

    /// The answer to the first message, and the scheme's name there: `NTLM`, or `Negotiate` where only that is offered
    /// (Windows takes NTLM's messages in it as they are).
    async fn challenge(
        &self,
        connection: &Connection,
        route: &Route,
        first: &[u8],
    ) -> Result<(&'static str, Response), Error> {
        let mut name = match self.choice().is_offered("NTLM") {
            Some(false) => "Negotiate",
            _ => "NTLM",
        };
        loop {
            let response = self
                .send(connection, route, token_header(name, first), Bytes::new())
                .await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Err(self.unasked(response).await);
            }
            let offer = Offer::of(response.headers());
            if name == "Negotiate" || offer.has("NTLM") || !offer.has("Negotiate") {
                return Ok((name, response));
            }
            answer::drain(response).await;
            name = "Negotiate";
        }
    }

    /// A ticket goes with each request, since proxies and most servers count it for the request alone; where the server
    /// says that it counts for the connection, once a socket.
    async fn negotiate(&self, connection: &mut Connection, route: &Route, body: Bytes) -> Outcome {
        if let Some(response) = self.on_authenticated(connection, route, &body).await? {
            return Ok(response);
        }
        let mut binding = self.known_binding(connection, route).await?;
        for _ in 0..TRIES {
            let socket = connection.socket();
            let outcome = self.ticket(connection, route, &body, binding.clone()).await;
            if let Err(Failure::Final(Error::Broken { .. })) = &outcome
                && socket > 0
                && connection.socket() == socket
            {
                // Closed while idle; a ticket must not be sent twice, so a new one goes.
                continue;
            }
            let response = outcome?;
            if response.status() != StatusCode::UNAUTHORIZED {
                if response
                    .headers()
                    .get(PERSISTENT_AUTH)
                    .is_some_and(|value| value == "true")
                {
                    connection.authenticated = Some(connection.socket());
                }
                return Ok(response);
            }
            let current = binding_of(&response);
            if current == binding {
                let detail = "The Kerberos ticket was not accepted: check the service principal HTTP of this name, and the clocks.";
                let error = self.refused(Scheme::Negotiate, response.headers(), detail.into());
                return Err(Failure::PassOver(error));
            }
            // Another server behind the same name, with its own certificate.
            answer::drain(response).await;
            binding = current.clone();
            *self.binding() = LastBinding::Of(current);
        }
        Err(Failure::PassOver(self.setting(
            Scheme::Negotiate,
            "each connection shows another certificate, and closes too early",
        )))
    }

    /// The legs of one login with a ticket; usually one.
    async fn ticket(&self, connection: &Connection, route: &Route, body: &Bytes, binding: Option<Vec<u8>>) -> Outcome {
        let host = self.settings.endpoint.host_str().unwrap_or_default();
        let no_ticket = |reason| {
            Failure::PassOver(Error::Ticket {
                host: host.into(),
                reason,
            })
        };
        let begun = kerberos::Handshake::begin(host, &self.settings.login, binding).await;
        let (mut handshake, mut token) = begun.map_err(no_ticket)?;
        for _ in 0..NEGOTIATE_LEGS {
            let authorization = token_header("Negotiate", &token);
            let response = self.send_once(connection, route, authorization, body.clone()).await?;
            let more = match response.status() {
                StatusCode::UNAUTHORIZED => Offer::of(response.headers()).token("Negotiate").and_then(decode),
                _ => None,
            };
            let Some(more) = more else {
                return Ok(response);
            };
            // A server that refuses may say so in a token: then its plain 401 is the verdict.
            match handshake.answer(more).await {
                Ok((next, answer)) if !answer.is_empty() => (handshake, token) = (next, answer),
                _ => return Ok(response),
            }
            answer::drain(response).await;
        }
        Err(no_ticket("the server never ends the login".into()))
    }

    /// The channel binding as of the last certificate seen; asks for it where none was.
    async fn known_binding(&self, connection: &Connection, route: &Route) -> Result<Option<Vec<u8>>, Error> {
        let last = self.binding().clone();
        match last {
            LastBinding::Of(binding) => return Ok(binding),
            LastBinding::Unseen if self.settings.endpoint.scheme() != "https" => return Ok(None),
            LastBinding::Unseen => {}
        }
        let response = self.send(connection, route, None, Bytes::new()).await?;
        let binding = binding_of(&response);
        answer::drain(response).await;
        *self.binding() = LastBinding::Of(binding.clone());
        Ok(binding)
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
    let certificate = response.extensions().get::<TlsInfo>()?.peer_certificate()?;
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
