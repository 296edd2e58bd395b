//! One HTTP/1.1 connection and what is known of it. Knows no authentication scheme.
//!
//! NTLM authenticates a TCP connection, so each connection is a client of its own that keeps one idle socket and is used
//! by one request at a time. Pooled or parallel clients fail with NTLM at random.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use tower_http::decompression::Decompression;
use tower_service::Service;
use url::Url;

use super::Settings;
use super::failure::RequestFailure;
use super::https::{Connector, Sockets};
use super::tls::Tls;

/// A client with one socket at a time.
#[derive(Debug)]
pub(super) struct Connection {
    client: Decompression<Client<Connector, Full<Bytes>>>,
    /// The socket that a login counts for, where it counts for one.
    pub(super) authenticated: Option<u64>,
    sockets: Sockets,
    /// For a request and the head of its response.
    timeout: Duration,
}

impl Connection {
    pub(super) fn new(settings: &Settings, tls: &Tls) -> Self {
        let sockets = Sockets::default();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(1)
            // The one retry is the caller's: only it knows what the connection was authenticated for.
            .retry_canceled_requests(false)
            .build(Connector::new(settings, tls, sockets.clone()));
        Self {
            client: Decompression::new(client),
            authenticated: None,
            sockets,
            timeout: settings.request_timeout,
        }
    }

    /// One request and the head of its response. Redirects are not followed.
    pub(super) async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, RequestFailure> {
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(USER_AGENT, concat!("exchange-sync/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(body))
            .map_err(RequestFailure::Unwritable)?;
        request.headers_mut().extend(headers);
        let mut client = self.client.clone();
        match tokio::time::timeout(self.timeout, client.call(request)).await {
            Ok(Ok(response)) => Ok(response.map(reqwest::Body::wrap).into()),
            Ok(Err(error)) => Err(RequestFailure::Client(error)),
            Err(_) => Err(RequestFailure::Timeout),
        }
    }

    /// POST of an envelope; see [`Connection::send`].
    pub(super) async fn post(
        &self,
        url: &Url,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, RequestFailure> {
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static("text/xml; charset=utf-8"));
        self.send(Method::POST, url, headers, body).await
    }

    /// Number of sockets opened so far; the same number before and after a request means the same socket.
    pub(super) fn socket(&self) -> u64 {
        self.sockets.count()
    }
}
