//! From an envelope to an answer: turn, connection, authentication, reading. Knows no SOAP.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Response, StatusCode};
use url::Url;

use super::answer::{self, Answer, Sink};
use super::auth::oauth::Tokens;
use super::auth::offer::Offer;
use super::choice::Choice;
use super::connection::Connection;
use super::exchange::{Failure, LastBinding, binding_of};
use super::pool::Pool;
use super::route::Affinity;
use super::throttle::{Held, Limiter, Permit};
use super::tls::Tls;
use super::{Error, Route, Scheme, Settings, failure, is_loopback};

const X_ANCHOR_MAILBOX: HeaderName = HeaderName::from_static("x-anchormailbox");
const X_PREFER_SERVER_AFFINITY: HeaderName = HeaderName::from_static("x-preferserveraffinity");

/// Connections to one server. Belongs to the tokio runtime it is used on.
#[derive(Debug)]
pub struct Transport {
    pub(super) settings: Settings,
    pub(super) tls: Tls,
    pub(super) tokens: Tokens,
    pool: Pool,
    limiter: Limiter,
    choice: Mutex<Choice>,
    /// Channel binding to the certificate seen last; the next connection most likely shows the same.
    binding: Mutex<LastBinding>,
}

impl Transport {
    /// Loads certificates and makes ready; touches no network.
    ///
    /// # Errors
    /// Settings that can't work: an unreadable `ca_file`, a password over plain HTTP.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let tls = Tls::new(&settings)?;
        Ok(Self::with_tls(settings, tls))
    }

    /// The same login for another endpoint.
    pub(crate) fn toward(&self, endpoint: Url) -> Self {
        let settings = Settings {
            endpoint,
            ..self.settings.clone()
        };
        Self::with_tls(settings, self.tls.clone())
    }

    fn with_tls(settings: Settings, tls: Tls) -> Self {
        let limiter = Limiter::new(settings.max_connections);
        Self {
            settings,
            tls,
            pool: Pool::default(),
            limiter,
            tokens: Tokens::default(),
            choice: Mutex::default(),
            binding: Mutex::default(),
        }
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whose turn it is; see [`throttle`](super::throttle) for what to report to it.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// The scheme in use: as set, or as `Auto` chose it; `None` before the first answer.
    pub fn scheme_used(&self) -> Option<Scheme> {
        self.choice().scheme(&self.settings)
    }

    /// Sends one envelope, when it is its turn, and reads the whole answer. Cancel-safe.
    ///
    /// # Errors
    /// See [`Error`]; whether to send again tells [`Error::policy`]. A connection that died while idle is replaced in here.
    pub async fn post(&self, route: &Route, envelope: Bytes) -> Result<Answer, Error> {
        let mut body = Vec::new();
        let status = self.post_into(route, envelope, &mut body).await?;
        Ok(Answer { status, body })
    }

    /// As [`Transport::post`], the body into `sink`; its HTTP status.
    ///
    /// # Errors
    /// As [`Transport::post`].
    pub async fn post_into(&self, route: &Route, envelope: Bytes, sink: &mut dyn Sink) -> Result<u16, Error> {
        let permit = self.turn(route).await?;
        let mut connection = match self.pool.take() {
            Some(connection) => connection,
            None => Connection::new(&self.settings, &self.tls),
        };
        let outcome = self.exchange(&mut connection, route, envelope, sink).await;
        self.pool.put_back(connection);
        match &outcome {
            Ok(200) => permit.succeeded(),
            Err(error) => self.heed(route, error),
            _ => {}
        }
        outcome
    }

    /// Tells the limiter what HTTP 429 or 503 asks for: of this mailbox so long, of the server that fewer go on at once.
    pub(super) fn heed(&self, route: &Route, error: &Error) {
        let Error::Busy { retry_after, .. } = error else {
            return;
        };
        self.limiter.server_busy(*retry_after);
        if let Some(mailbox) = &route.mailbox {
            self.limiter.mailbox_busy(mailbox, *retry_after);
        }
    }

    pub(super) async fn turn(&self, route: &Route) -> Result<Permit, Error> {
        let held = |Held(wait)| Error::Held {
            url: self.settings.endpoint.to_string(),
            wait,
        };
        self.limiter.acquire(route.mailbox.as_deref()).await.map_err(held)
    }

    async fn exchange(
        &self,
        connection: &mut Connection,
        route: &Route,
        envelope: Bytes,
        sink: &mut dyn Sink,
    ) -> Result<u16, Error> {
        let response = self.authenticated(connection, route, envelope).await?;
        answer::read_into(response, &self.settings, sink).await
    }

    /// Any response but 401.
    pub(super) async fn authenticated(
        &self,
        connection: &mut Connection,
        route: &Route,
        body: Bytes,
    ) -> Result<Response, Error> {
        let url = &self.settings.endpoint;
        if url.scheme() != "https" && !is_loopback(url) {
            return Err(Error::PlainHttp { url: url.to_string() });
        }
        loop {
            let scheme = self.scheme(connection, route).await?;
            match self.in_scheme(scheme, connection, route, body.clone()).await {
                Ok(response) => return Ok(response),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::PassOver(error)) => self.choice().pass_over(scheme, error, &self.settings)?,
            }
            // Servers that keep a login with its connection mix up the next scheme with what failed there.
            *connection = Connection::new(&self.settings, &self.tls);
        }
    }

    /// The scheme as set, or chosen by one probe without credentials.
    async fn scheme(&self, connection: &Connection, route: &Route) -> Result<Scheme, Error> {
        if let Some(scheme) = self.scheme_used() {
            return Ok(scheme);
        }
        let response = self.send(connection, route, None, Bytes::new()).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Err(self.unasked(response).await);
        }
        let offer = Offer::of(response.headers());
        *self.binding() = LastBinding::Of(binding_of(&response));
        answer::drain(response).await;
        self.choice().learn(offer, &self.settings)
    }

    // Nothing panics half-way under these locks; a poisoned one still holds sound values.
    pub(super) fn choice(&self) -> MutexGuard<'_, Choice> {
        self.choice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn binding(&self) -> MutexGuard<'_, LastBinding> {
        self.binding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request and the head of its response. An idle connection that the server closed meanwhile is replaced once.
    pub(super) async fn send(
        &self,
        connection: &Connection,
        route: &Route,
        authorization: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<Response, Error> {
        let socket = connection.socket();
        let mut outcome = self
            .send_once(connection, route, authorization.clone(), body.clone())
            .await;
        let reused = socket > 0 && connection.socket() == socket;
        if let Err(Error::Broken { .. }) = &outcome
            && reused
        {
            outcome = self.send_once(connection, route, authorization, body).await;
        }
        outcome
    }

    /// One request and the head of its response.
    pub(super) async fn send_once(
        &self,
        connection: &Connection,
        route: &Route,
        authorization: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<Response, Error> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/xml"))]);
        // An address that no header can hold routes to no mailbox either: the server then answers without the hint.
        if let Some(anchor) = route
            .anchor_mailbox
            .as_deref()
            .and_then(|anchor| HeaderValue::try_from(anchor).ok())
        {
            headers.insert(X_ANCHOR_MAILBOX, anchor);
            if route.affinity == Affinity::Preferred {
                headers.insert(X_PREFER_SERVER_AFFINITY, HeaderValue::from_static("true"));
            }
        }
        if let Some(cookies) = route.cookies_for(&self.settings.endpoint) {
            headers.insert(COOKIE, cookies);
        }
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization);
        }
        let response = connection
            .post(&self.settings.endpoint, headers, body)
            .await
            .map_err(|failure| failure::of_request(&failure, &self.settings))?;
        route.keep_cookies(response.headers().get_all(SET_COOKIE).iter(), &self.settings.endpoint);
        Ok(response)
    }
}
