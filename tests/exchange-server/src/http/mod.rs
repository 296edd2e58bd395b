//! HTTP and HTTPS: accepts connections, routes requests, sends answers. Knows EWS only as bytes and faults.

mod affinity;
mod answer;
mod auth;
mod control;
mod discovery;
mod ews;
mod oauth;
mod streaming;
pub(crate) mod tls;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::settings::Discovery;
use crate::shared::Shared;
use crate::store::lock;
use answer::{AnswerBody, plain};

/// Serves until `stop` changes.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let stream = tokio::select! {
            _ = stop.changed() => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // A client that gave up before it was accepted.
                Err(_) => continue,
            },
        };
        // Without this, small answers wait for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let (shared, tls) = (shared.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, shared).await,
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        connection(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, shared: Arc<Shared>) {
    let number = shared.journal.connected();
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { route(request, shared, number).await }
    });
    // An error here is a client that went away, or a scripted reset.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The answer, or an error that cuts the connection.
async fn route(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    connection: u64,
) -> Result<Response<AnswerBody>, io::Error> {
    let path = request.uri().path().to_ascii_lowercase();
    if path == "/ews/exchange.asmx" {
        return match *request.method() {
            Method::POST => ews::answer(request, shared, connection).await,
            _ => Ok(plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "text/html",
                "<html>EWS takes POST.</html>",
            )),
        };
    }
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let discovery = lock(&shared.dials).discovery.clone();
    Ok(match (&head.method, path.as_str()) {
        (&Method::POST, path) if path.ends_with("/oauth2/v2.0/token") => oauth::token(&shared, &body),
        (_, path) if path.starts_with("/autodiscover/") && discovery != Discovery::Off => {
            let redirected = discovery::redirect(&discovery);
            let query = head.uri.query().unwrap_or_default();
            match (
                redirected,
                path.strip_prefix("/autodiscover/autodiscover").unwrap_or_default(),
            ) {
                (Some(redirect), _) => redirect,
                (None, rest) if rest.starts_with(".json") => discovery::json(&shared, &discovery, rest, query),
                (None, _) if auth::authenticate(&head.headers, &shared).is_none() => auth::unauthorized(&shared),
                (None, ".xml") => discovery::pox(&shared, &discovery, &body),
                (None, ".svc") => discovery::soap(&shared, &discovery, &body),
                (None, _) => not_found(),
            }
        }
        (method, path) => control::answer(method, path, &body, &shared).unwrap_or_else(not_found),
    })
}

fn not_found() -> Response<AnswerBody> {
    plain(StatusCode::NOT_FOUND, "text/html", "<html>Not found</html>")
}
