//! HTTP and HTTPS: accepts connections, routes requests, sends answers. Knows EWS only as bytes and faults.

mod answer;
mod auth;
mod control;
mod ews;
mod streaming;
pub(crate) mod tls;

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::shared::Shared;
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
    match (request.method(), path.as_str()) {
        (&Method::POST, "/ews/exchange.asmx") => ews::answer(request, shared, connection).await,
        (_, "/ews/exchange.asmx") => Ok(plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "text/html",
            "<html>EWS takes POST.</html>",
        )),
        (method, path) => {
            let method = method.clone();
            let Ok(answer): Result<_, Infallible> = control::answer(method, path, request, &shared).await;
            Ok(answer)
        }
    }
}
