//! Small real servers on loopback for the tests of the transport. Knows no EWS.
#![allow(dead_code, missing_docs)] // Each test binary uses its part.

pub mod authority;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use ews::transport::{Secret, Settings};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub const ENVELOPE: &str =
    r#"<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>"#;

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Number of the TCP connection, from 1.
    pub connection: usize,
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

pub type Reply = Response<Full<Bytes>>;

/// A server and what it saw.
pub struct Server {
    pub address: SocketAddr,
    tls: bool,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn plain(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, handler).await
    }

    pub async fn tls(
        identity: Arc<rustls::ServerConfig>,
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(identity.into()), handler).await
    }

    async fn start(tls: Option<TlsAcceptor>, handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let is_tls = tls.is_some();
        let log = seen.clone();
        let handler = Arc::new(handler);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            for connection in 1.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, log, handler) = (tls.clone(), log.clone(), handler.clone());
                connections.spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, connection, log, handler).await;
                            }
                        }
                        None => serve(stream, connection, log, handler).await,
                    }
                });
            }
        });
        Self {
            address,
            tls: is_tls,
            seen,
            task,
        }
    }

    /// As `localhost`, the name in the test certificates.
    pub fn url(&self) -> url::Url {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}/EWS/Exchange.asmx", self.address.port())
            .parse()
            .unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    connection: usize,
    log: Arc<Mutex<Vec<Seen>>>,
    handler: Arc<impl Fn(&Seen) -> Reply + Send + Sync + 'static>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (log, handler) = (log.clone(), handler.clone());
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let seen = Seen {
                connection,
                method: head.method.to_string(),
                path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
                headers: head.headers,
                body,
            };
            let reply = handler(&seen);
            log.lock().unwrap().push(seen);
            Ok::<_, Infallible>(reply)
        }
    });
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Answers each connection's first request with these bytes, then closes.
pub async fn raw(answer: impl Into<Vec<u8>>) -> url::Url {
    let answer = answer.into();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                read_request(&mut stream).await;
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    format!("http://localhost:{port}/EWS/Exchange.asmx").parse().unwrap()
}

async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(n) = tokio::time::timeout(Duration::from_millis(100), stream.read(&mut buffer)).await {
        match n {
            Ok(n) if n > 0 => request.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
}

pub fn reply(status: u16, content_type: &str, body: impl Into<Bytes>) -> Reply {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(Full::new(body.into()))
        .unwrap()
}

pub fn soap() -> Reply {
    reply(200, "text/xml; charset=utf-8", ENVELOPE)
}

pub fn challenge(schemes: &[&str]) -> Reply {
    let mut reply = reply(401, "text/html", "<html><title>Unauthorized</title></html>");
    for scheme in schemes {
        reply.headers_mut().append("www-authenticate", scheme.parse().unwrap());
    }
    reply
}

pub fn settings(endpoint: url::Url) -> Settings {
    Settings::new(endpoint, "EXAMPLE\\svc-oro", Secret::new("hunter2".into()))
}

/// A proxy that ends TLS with its own certificate and opens it anew to `localhost:target`; its port.
pub async fn relay(identity: Arc<rustls::ServerConfig>, target: u16, ca_file: &std::path::Path) -> u16 {
    use rustls::pki_types::pem::PemObject;

    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(rustls::pki_types::CertificateDer::from_pem_file(ca_file).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (acceptor, connector) = (
        TlsAcceptor::from(identity),
        tokio_rustls::TlsConnector::from(Arc::new(config)),
    );
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            let (acceptor, connector) = (acceptor.clone(), connector.clone());
            tokio::spawn(async move {
                let mut near = acceptor.accept(near).await.unwrap();
                let far = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await.unwrap();
                let mut far = connector.connect("localhost".try_into().unwrap(), far).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    port
}
