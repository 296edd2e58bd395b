//! From an address to a socket that speaks TLS, perhaps through a proxy. Knows no HTTP request.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_openssl::client::legacy::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_layer::Layer;
use tower_service::Service;

use super::Settings;
use super::failure::ConnectFailure;
use super::proxy::Way;
use super::resolver::HostResolver;
use super::tls::{Tls, Verdict};

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Opens sockets to one server and counts them.
#[derive(Clone)]
pub(super) struct Connector {
    inner: HttpsConnector<Way>,
    verdict: Verdict,
    timeout: Duration,
    sockets: Sockets,
}

/// Counts the sockets opened: a changed count means that the connection before was replaced.
#[derive(Debug, Clone, Default)]
pub(super) struct Sockets(Arc<AtomicU64>);

impl Sockets {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// The server's certificate in DER, as an extension of its responses.
#[derive(Debug, Clone)]
pub(super) struct PeerCertificate(pub(super) Arc<[u8]>);

impl Connector {
    pub(super) fn new(settings: &Settings, tls: &Tls, sockets: Sockets) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(HostResolver {
            hosts: settings.hosts.clone(),
        });
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let verdict = Verdict::default();
        let mut inner = tls.layer().layer(Way::new(tcp, settings.proxy.as_ref()));
        let listener = verdict.clone();
        inner.set_callback(move |configuration, _| {
            listener.listen(configuration);
            Ok(())
        });
        Self {
            inner,
            verdict,
            timeout: settings.connect_timeout,
            sockets,
        }
    }
}

impl Service<Uri> for Connector {
    type Response = Socket;
    type Error = ConnectFailure;
    type Future = Pin<Box<dyn Future<Output = Result<Socket, ConnectFailure>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectFailure>> {
        self.inner.poll_ready(cx).map_err(ConnectFailure::Other)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        self.sockets.0.fetch_add(1, Ordering::AcqRel);
        let connecting = self.inner.call(uri);
        let verdict = self.verdict.clone();
        let timeout = self.timeout;
        Box::pin(async move {
            match tokio::time::timeout(timeout, connecting).await {
                Ok(Ok(stream)) => Ok(Socket::new(stream)),
                Ok(Err(error)) => Err(match verdict.take() {
                    Some(problem) => ConnectFailure::Certificate(problem),
                    None => ConnectFailure::Other(error),
                }),
                Err(_) => Err(ConnectFailure::Timeout),
            }
        })
    }
}

/// An open socket, with the certificate that its server showed.
pub(super) struct Socket {
    stream: Stream,
    certificate: Option<PeerCertificate>,
}

impl Socket {
    fn new(stream: Stream) -> Self {
        let certificate = match &stream {
            MaybeHttpsStream::Http(_) => None,
            MaybeHttpsStream::Https(tls) => tls
                .ssl()
                .peer_certificate()
                .and_then(|certificate| certificate.to_der().ok())
                .map(|der| PeerCertificate(der.into())),
        };
        Self { stream, certificate }
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        let connected = self.stream.connected();
        match &self.certificate {
            Some(certificate) => connected.extra(certificate.clone()),
            None => connected,
        }
    }
}

impl Read for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl Write for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
