//! The way through an HTTP proxy: CONNECT over real sockets, with TLS to the server inside.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use ews::Disposition;
use ews::transport::{Error, Proxy, Route, Scheme, Settings, Transport};
use support::authority::Authority;
use support::*;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A proxy that tunnels to any port of this machine for who has its login.
struct ConnectProxy {
    port: u16,
    /// Request line and headers of each CONNECT.
    asked: Arc<Mutex<Vec<String>>>,
}

/// `jane:p@ss` in base64.
const LOGIN: &str = "Basic amFuZTpwQHNz";

impl ConnectProxy {
    /// `refusal`: the status that everybody gets.
    async fn start(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                tokio::spawn(tunnel(near, refusal, log.clone()));
            }
        });
        Self { port, asked }
    }

    fn settings(&self, server: &Server, authority: &Authority, login: &str) -> Settings {
        let proxy = format!("http://{login}localhost:{}", self.port);
        Settings {
            scheme: Scheme::Basic,
            ca_file: Some(authority.path().into()),
            proxy: Some(Proxy::parse(&proxy).unwrap()),
            ..settings(server.url())
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn tunnel(near: TcpStream, refusal: Option<&'static str>, log: Arc<Mutex<Vec<String>>>) {
    let mut near = BufReader::new(near);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if near.read_line(&mut head).await.unwrap() == 0 {
            return;
        }
    }
    let target: u16 = head.split([':', ' ']).nth(2).unwrap().parse().unwrap();
    let refusal = match head.contains(LOGIN) {
        true => refusal,
        false => Some("407 Proxy Authentication Required"),
    };
    log.lock().unwrap().push(head);
    if let Some(status) = refusal {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        near.write_all(answer.as_bytes()).await.unwrap();
        return;
    }
    let mut far = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await.unwrap();
    near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .unwrap();
    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
}

async fn post(settings: Settings) -> Result<u16, Error> {
    let transport = Transport::new(settings).unwrap();
    let envelope = Bytes::from_static(ENVELOPE.as_bytes());
    let answer = transport.post(&Route::to("jane@example.com"), envelope).await;
    answer.map(|answer| answer.status)
}

/// The proxy's login stays out of all words about it.
fn hides_login(error: &Error) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(
            !text.contains("p@ss") && !text.contains("p%40ss") && !text.contains("amFuZ"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_server_is_reached_through_the_proxy_and_verified_as_ever() {
    let authority = Authority::new();
    let server = Server::tls(authority.localhost(), |_| soap()).await;
    let proxy = ConnectProxy::start(None).await;
    let status = post(proxy.settings(&server, &authority, "jane:p%40ss@")).await.unwrap();
    assert_eq!((status, server.seen().len()), (200, 1));
    let asked = proxy.asked();
    let target = format!("CONNECT localhost:{} HTTP/1.1", server.address.port());
    assert!(asked.len() == 1 && asked[0].starts_with(&target), "{asked:?}");
    assert_eq!(
        server.seen()[0].header("proxy-authorization"),
        None,
        "the login is the proxy's alone"
    );

    let stranger = Server::tls(Authority::new().localhost(), |_| soap()).await;
    let error = post(proxy.settings(&stranger, &authority, "jane:p%40ss@"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Certificate { .. }), "{error:?}");
    hides_login(&error);
}

#[tokio::test]
async fn a_proxy_that_wants_another_login_is_asked_once_and_names_its_setting() {
    let authority = Authority::new();
    let server = Server::tls(authority.localhost(), |_| soap()).await;
    for login in ["", "jane:wrong@"] {
        let proxy = ConnectProxy::start(None).await;
        let error = post(proxy.settings(&server, &authority, login)).await.unwrap_err();
        assert!(matches!(error, Error::Proxy { .. }), "{error:?}");
        assert!(error.to_string().contains("'proxy'"), "{error}");
        let disposition = error.policy().disposition;
        assert_eq!((disposition, proxy.asked().len()), (Disposition::StopMailbox, 1));
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_proxy_that_refuses_the_server_or_is_not_there_is_named() {
    let authority = Authority::new();
    let server = Server::tls(authority.localhost(), |_| soap()).await;
    let refusing = ConnectProxy::start(Some("403 Forbidden")).await;
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let absent = ConnectProxy {
        port: free.local_addr().unwrap().port(),
        asked: Arc::default(),
    };
    drop(free);
    for (proxy, why) in [(refusing, "refuses"), (absent, "refused")] {
        let error = post(proxy.settings(&server, &authority, "jane:p%40ss@"))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Tunnel { .. }), "{error:?}");
        let text = error.to_string();
        let address = format!("localhost:{}", proxy.port);
        assert!(
            text.contains(&address) && text.contains("'proxy'") && text.contains(why),
            "{text}"
        );
        hides_login(&error);
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn nothing_readable_goes_through_a_proxy() {
    let server = Server::plain(|_| soap()).await;
    let proxy = ConnectProxy::start(None).await;
    let error = post(proxy.settings(&server, &Authority::new(), "jane:p%40ss@"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::PlainHttp { .. }), "{error:?}");
    assert!(proxy.asked().is_empty() && server.seen().is_empty());
}
