//! NTLM over HTTP (MS-NTHT): three legs on one socket, the body on the last. Knows no message's insides.

use bytes::Bytes;
use reqwest::{Response, StatusCode};

use super::{Failure, Outcome, TRIES, binding_of, decode};
use crate::transport::auth::offer::Offer;
use crate::transport::auth::{login::Login, ntlm, token_header};
use crate::transport::connection::Connection;
use crate::transport::{Error, Route, Scheme, Transport, answer};

impl Transport {
    /// The login counts for the connection, so it is made once a socket, and without the body.
    pub(super) async fn ntlm(&self, connection: &mut Connection, route: &Route, body: Bytes) -> Outcome {
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
}
