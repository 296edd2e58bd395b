//! Kerberos over HTTP (RFC 4559): a ticket with the request. Knows no ticket's insides.

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderName;

use super::{Failure, LastBinding, Outcome, TRIES, binding_of, decode};
use crate::transport::auth::offer::Offer;
use crate::transport::auth::{kerberos, token_header};
use crate::transport::connection::Connection;
use crate::transport::{Error, Route, Scheme, Transport, answer};

/// IIS tells with it whether a login by ticket counts for the connection or for the request alone.
const PERSISTENT_AUTH: HeaderName = HeaderName::from_static("persistent-auth");
/// Legs of SPNEGO; more than three are a server that never ends.
const LEGS: usize = 5;

impl Transport {
    /// A ticket goes with each request, since proxies and most servers count it for the request alone; where the server
    /// says that it counts for the connection, once a socket.
    pub(super) async fn negotiate(&self, connection: &mut Connection, route: &Route, body: Bytes) -> Outcome {
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
        for _ in 0..LEGS {
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
}
