//! One HTTP/1.1 connection and what is known of it. Knows no authentication scheme.
//!
//! NTLM authenticates a TCP connection, so each connection is a client of its own that keeps one idle socket and is used
//! by one request at a time. Pooled or parallel clients fail with NTLM at random.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use rustls::ClientConfig;
use tower_layer::Layer;
use tower_service::Service;

use super::resolver::HostResolver;
use super::{Error, Settings};

/// A client with one socket at a time.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: reqwest::Client,
    /// The socket that a login counts for, where it counts for one.
    pub(super) authenticated: Option<u64>,
    sockets: Sockets,
}

/// Counts the sockets opened: a changed count means that the connection before was replaced.
#[derive(Debug, Clone, Default)]
pub(super) struct Sockets(Arc<AtomicU64>);

impl Connection {
    pub(super) fn new(settings: &Settings, tls: &ClientConfig) -> Result<Self, Error> {
        let sockets = Sockets::default();
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8")),
            (ACCEPT, HeaderValue::from_static("text/xml")),
        ]);
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .tls_info(true)
            .http1_only()
            .pool_max_idle_per_host(1)
            .connector_layer(sockets.clone())
            .dns_resolver(HostResolver {
                hosts: settings.hosts.clone(),
            })
            .redirect(reqwest::redirect::Policy::none())
            // The one retry is the caller's: only it knows what the connection was authenticated for.
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.request_timeout)
            .user_agent(concat!("exchange-sync/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .build()
            .map_err(|error| Error::TlsSetup {
                reason: error.to_string(),
            })?;
        Ok(Self {
            client,
            authenticated: None,
            sockets,
        })
    }

    /// Number of sockets opened so far; the same number before and after a request means the same socket.
    pub(super) fn socket(&self) -> u64 {
        self.sockets.0.load(Ordering::Acquire)
    }
}

impl<S> Layer<S> for Sockets {
    type Service = Counted<S>;

    fn layer(&self, connector: S) -> Counted<S> {
        Counted {
            connector,
            sockets: self.clone(),
        }
    }
}

/// A connector that counts.
#[derive(Clone)]
pub(super) struct Counted<S> {
    connector: S,
    sockets: Sockets,
}

impl<S: Service<R>, R> Service<R> for Counted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, destination: R) -> S::Future {
        self.sockets.0.fetch_add(1, Ordering::AcqRel);
        self.connector.call(destination)
    }
}
