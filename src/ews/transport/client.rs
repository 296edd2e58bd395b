//! From an envelope to an answer: turn, connection, authentication, reading. Knows no SOAP.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Response, StatusCode};
use rustls::ClientConfig;

use super::answer::{self, Answer};
use super::auth::basic;
use super::auth::offer::Offer;
use super::connection::Connection;
use super::pool::Pool;
use super::throttle::Limiter;
use super::{Error, Route, Scheme, Settings, failure, tls};

const X_ANCHOR_MAILBOX: HeaderName = HeaderName::from_static("x-anchormailbox");

/// Connections to one server. Belongs to the tokio runtime it is used on.
#[derive(Debug)]
pub struct Transport {
    settings: Settings,
    tls: ClientConfig,
    pool: Pool,
    limiter: Limiter,
    chosen: Mutex<Option<Scheme>>,
}

impl Transport {
    /// Loads certificates and makes ready; touches no network.
    ///
    /// # Errors
    /// Settings that can't work: an unreadable `ca_file`, a password over plain HTTP.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let tls = tls::config(settings.ca_file.as_deref())?;
        let limiter = Limiter::new(settings.max_connections);
        Ok(Self {
            settings,
            tls,
            pool: Pool::default(),
            limiter,
            chosen: Mutex::default(),
        })
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
        match self.settings.scheme {
            Scheme::Auto => *self.chosen.lock().unwrap_or_else(PoisonError::into_inner),
            scheme => Some(scheme),
        }
    }

    /// Sends one envelope, when it is its turn, and reads the whole answer. Cancel-safe.
    ///
    /// # Errors
    /// See [`Error`]; whether to send again tells [`Error::retry`]. A connection that died while idle is replaced in here.
    pub async fn post(&self, route: &Route, envelope: Bytes) -> Result<Answer, Error> {
        let permit = self.limiter.acquire(route.mailbox.as_deref()).await;
        let connection = match self.pool.take() {
            Some(connection) => connection,
            None => Connection::new(&self.settings, &self.tls)?,
        };
        let outcome = self.exchange(&connection, route, envelope).await;
        self.pool.put_back(connection);
        match &outcome {
            Ok(answer) if answer.status == 200 => permit.succeeded(),
            Err(Error::Busy { retry_after, .. }) => self.limiter.server_busy(*retry_after),
            _ => {}
        }
        outcome
    }

    async fn exchange(&self, connection: &Connection, route: &Route, envelope: Bytes) -> Result<Answer, Error> {
        let scheme = self.scheme(connection, route).await?;
        let authorization = match scheme {
            Scheme::Basic => self.basic()?,
            other => {
                return Err(Error::Setting {
                    scheme: other,
                    reason: "it is not supported yet".into(),
                });
            }
        };
        let response = self.send(connection, route, Some(authorization), envelope).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(self.refused(scheme, &Offer::of(response.headers())));
        }
        answer::read(response, &self.settings).await
    }

    /// The scheme as set, or chosen by one probe without credentials.
    async fn scheme(&self, connection: &Connection, route: &Route) -> Result<Scheme, Error> {
        if let Some(scheme) = self.scheme_used() {
            return Ok(scheme);
        }
        let response = self.send(connection, route, None, Bytes::new()).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Err(match answer::read(response, &self.settings).await {
                Ok(answer) => Error::NotEws {
                    url: self.settings.endpoint.to_string(),
                    status: answer.status,
                    what: "an answer to a request without credentials".into(),
                },
                Err(error) => error,
            });
        }
        let offer = Offer::of(response.headers());
        answer::drain(response).await;
        let scheme = [Scheme::Basic]
            .into_iter()
            .find(|scheme| offer.allows(*scheme))
            .ok_or_else(|| Error::NoCommonScheme {
                url: self.settings.endpoint.to_string(),
                wanted: self.settings.scheme,
                offered: offer.names(),
            })?;
        *self.chosen.lock().unwrap_or_else(PoisonError::into_inner) = Some(scheme);
        Ok(scheme)
    }

    fn basic(&self) -> Result<HeaderValue, Error> {
        let url = &self.settings.endpoint;
        if url.scheme() != "https" && !is_loopback(url) {
            return Err(Error::PlainHttp { url: url.to_string() });
        }
        basic::authorization(&self.settings.login, &self.settings.password).ok_or_else(|| Error::Setting {
            scheme: Scheme::Basic,
            reason: "login or password do not fit into a header".into(),
        })
    }

    fn refused(&self, scheme: Scheme, offer: &Offer) -> Error {
        Error::Refused {
            url: self.settings.endpoint.to_string(),
            login: self.settings.login.clone(),
            scheme,
            offered: offer.names(),
            detail: String::new(),
        }
    }

    /// One request and the head of its response. An idle connection that the server closed meanwhile is replaced once.
    async fn send(
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
        let response = outcome?;
        route.keep_cookies(response.headers().get_all(SET_COOKIE).iter(), &self.settings.endpoint);
        Ok(response)
    }

    async fn send_once(
        &self,
        connection: &Connection,
        route: &Route,
        authorization: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<Response, Error> {
        let mut request = connection.client.post(self.settings.endpoint.clone()).body(body);
        // An address that no header can hold routes to no mailbox either: the server then answers without the hint.
        if let Some(anchor) = route
            .anchor_mailbox
            .as_deref()
            .and_then(|anchor| HeaderValue::try_from(anchor).ok())
        {
            request = request.header(X_ANCHOR_MAILBOX, anchor);
        }
        if let Some(cookies) = route.cookies_for(&self.settings.endpoint) {
            request = request.header(COOKIE, cookies);
        }
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request
            .send()
            .await
            .map_err(|error| failure::of_request(&error, &self.settings))
    }
}

/// Only there may a password go over plain HTTP: to tests and to a TLS tunnel's near end.
fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
