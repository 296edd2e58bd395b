//! Discovery against the test Exchange's Autodiscover over TLS, and against servers that lead astray.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod support;

use std::net::SocketAddr;

use ews::Remedy;
use ews::discovery::{Error, endpoint};
use ews::transport::{self, CertificateProblem, Secret, Settings};
use exchange_server::{Certificate, Discovery, ExchangeServer, Handle, Rights};
use support::authority::Authority;
use support::*;

const JANE: &str = "jane@example.com";
const EWS: &str = "https://mail.example.com/EWS/Exchange.asmx";

async fn exchange(discovery: Discovery) -> Handle {
    ExchangeServer::builder()
        .tls(Certificate::Valid)
        .account("EXAMPLE\\svc-oro", "hunter2", Rights::All)
        .mailbox(JANE)
        .host_name("example.com")
        .host_name("autodiscover.example.com")
        .host_name("mail.example.com")
        .discovery(discovery)
        .start()
        .await
        .unwrap()
}

fn address(server: &Handle) -> SocketAddr {
    let url: url::Url = server.url().parse().unwrap();
    SocketAddr::new([127, 0, 0, 1].into(), url.port().unwrap())
}

/// Settings that trust these authorities and know these names; any other name is unknown.
struct Client {
    settings: Settings,
    _ca_file: tempfile::NamedTempFile,
}

fn client(authorities: &[&str], names: &[(&str, SocketAddr)]) -> Client {
    let ca_file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca_file.path(), authorities.concat()).unwrap();
    let mut settings = settings("https://not.looked.at/".parse().unwrap());
    settings.ca_file = Some(ca_file.path().into());
    settings.hosts = names.iter().map(|(name, address)| ((*name).into(), *address)).collect();
    Client {
        settings,
        _ca_file: ca_file,
    }
}

fn client_of(server: &Handle, names: &[&str]) -> Client {
    let names: Vec<_> = names.iter().map(|name| (*name, address(server))).collect();
    client(&[server.ca_pem().unwrap()], &names)
}

async fn find(client: &Client, server: &str) -> Result<String, Error> {
    endpoint(server, Some(JANE), &client.settings).await.map(Into::into)
}

/// Paths of Autodiscover that were asked with a login.
fn logins(server: &Server) -> Vec<String> {
    let seen = server.seen();
    seen.iter()
        .filter(|seen| seen.header("authorization").is_some())
        .map(|seen| seen.path.clone())
        .collect()
}

#[tokio::test]
async fn a_full_url_is_taken_as_it_is() {
    let client = client(&[&Authority::new().pem()], &[]);
    let url = "https://no-such-host.invalid:444/EWS/Exchange.asmx";
    assert_eq!(find(&client, url).await.unwrap(), url);
    let loopback = "http://127.0.0.1:1/EWS/Exchange.asmx";
    assert_eq!(find(&client, loopback).await.unwrap(), loopback);
    let error = find(&client, "http://mail.example.com/EWS/Exchange.asmx")
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Transport(transport::Error::PlainHttp { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_host_with_ews_is_found_without_a_login() {
    let server = exchange(Discovery::Off).await;
    let client = client_of(&server, &["mail.example.com"]);
    assert_eq!(find(&client, "Mail.Example.com").await.unwrap(), EWS);
    let with_port = format!("localhost:{}", address(&server).port());
    assert_eq!(
        find(&client, &with_port).await.unwrap(),
        format!("https://{with_port}/EWS/Exchange.asmx")
    );
}

#[tokio::test]
async fn a_domain_and_an_address_are_found_by_autodiscover() {
    let server = exchange(Discovery::Url(EWS.into())).await;
    let client = client_of(&server, &["autodiscover.example.com", "mail.example.com"]);
    for name in ["example.com", JANE] {
        assert_eq!(find(&client, name).await.unwrap(), EWS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_protocol_alone_is_enough() {
    for only in [".json", ".svc", ".xml"] {
        let exchange = exchange(Discovery::Url(EWS.into())).await;
        let authority = Authority::new();
        let upstream = format!("http://127.0.0.1:{}", plain_twin(EWS).await);
        let front = front(&authority, upstream, only).await;
        let client = client(
            &[exchange.ca_pem().unwrap(), &authority.pem()],
            &[
                ("autodiscover.example.com", front.address),
                ("mail.example.com", address(&exchange)),
            ],
        );
        assert_eq!(find(&client, "example.com").await.unwrap(), EWS, "{only}");
    }
}

/// The test Exchange's Autodiscover without TLS; its port.
async fn plain_twin(url: &str) -> u16 {
    let twin = ExchangeServer::builder()
        .account("EXAMPLE\\svc-oro", "hunter2", Rights::All)
        .mailbox(JANE)
        .discovery(Discovery::Url(url.into()))
        .start()
        .await
        .unwrap();
    let port = address(&twin).port();
    std::mem::forget(twin);
    port
}

/// TLS before a plain Autodiscover that lets only one protocol through.
async fn front(authority: &Authority, upstream: String, only: &'static str) -> Server {
    let handle = tokio::runtime::Handle::current();
    Server::tls(authority.named(&["autodiscover.example.com"]), move |seen| {
        if !seen.path.contains(only) {
            return reply(404, "text/html", "<html><title>Not here</title></html>");
        }
        let (url, seen, handle) = (format!("{upstream}{}", seen.path), seen.clone(), handle.clone());
        tokio::task::block_in_place(move || handle.block_on(forward(url, seen)))
    })
    .await
}

async fn forward(url: String, seen: Seen) -> Reply {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(trust_nobody())
        .build()
        .unwrap();
    let mut request = client
        .request(seen.method.parse().unwrap(), url)
        .body(seen.body.clone());
    for name in ["authorization", "content-type"] {
        if let Some(value) = seen.header(name) {
            request = request.header(name, value);
        }
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let challenge = response.headers().get("www-authenticate").cloned();
    let mut reply = reply(status, "text/xml", response.bytes().await.unwrap());
    if let Some(challenge) = challenge {
        reply.headers_mut().insert("www-authenticate", challenge);
    }
    reply
}

fn trust_nobody() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

#[tokio::test]
async fn redirects_below_the_domain_are_followed() {
    let target = exchange(Discovery::Url(EWS.into())).await;
    for redirect in [
        Discovery::RedirectUrl("https://mail.example.com/autodiscover/autodiscover.svc".into()),
        Discovery::RedirectUrl("https://mail.example.com/autodiscover/autodiscover.xml".into()),
        Discovery::HttpRedirect("https://mail.example.com/autodiscover/autodiscover.xml".into()),
        Discovery::RedirectAddress("jane@sub.example.com".into()),
    ] {
        let first = exchange(redirect.clone()).await;
        let sub = ExchangeServer::builder()
            .tls(Certificate::Valid)
            .account("EXAMPLE\\svc-oro", "hunter2", Rights::All)
            .mailbox("jane@sub.example.com")
            .host_name("autodiscover.sub.example.com")
            .discovery(Discovery::Url(EWS.into()))
            .start()
            .await
            .unwrap();
        let client = client(
            &[first.ca_pem().unwrap(), target.ca_pem().unwrap(), sub.ca_pem().unwrap()],
            &[
                ("autodiscover.example.com", address(&first)),
                ("mail.example.com", address(&target)),
                ("autodiscover.sub.example.com", address(&sub)),
            ],
        );
        assert_eq!(find(&client, "example.com").await.unwrap(), EWS, "{redirect:?}");
    }
}

#[tokio::test]
async fn nothing_that_leads_to_another_domain_or_to_plain_http_gets_a_login() {
    let authority = Authority::new();
    let trap = Server::tls(authority.named(&["mail.evil.test"]), |_| {
        challenge(&["Basic realm=\"x\""])
    })
    .await;
    let plain = Server::plain(|_| challenge(&["Basic realm=\"x\""])).await;
    let http = "http://mail.example.com/autodiscover/autodiscover.xml?session=1";
    for (redirect, to) in [
        (
            Discovery::RedirectUrl("https://mail.evil.test/autodiscover/autodiscover.xml".into()),
            "mail.evil.test",
        ),
        (
            Discovery::HttpRedirect("https://mail.evil.test/autodiscover/autodiscover.xml".into()),
            "mail.evil.test",
        ),
        (Discovery::RedirectAddress("jane@evil.test".into()), "evil.test"),
        (
            Discovery::Url("https://mail.evil.test/EWS/Exchange.asmx".into()),
            "mail.evil.test",
        ),
        (Discovery::HttpRedirect(http.into()), "http://mail.example.com"),
        (Discovery::RedirectUrl(http.into()), "http://mail.example.com"),
        (
            Discovery::Url("http://mail.example.com/EWS/Exchange.asmx".into()),
            "http://mail.example.com",
        ),
    ] {
        let server = exchange(redirect.clone()).await;
        let client = client(
            &[server.ca_pem().unwrap(), &authority.pem()],
            &[
                ("autodiscover.example.com", address(&server)),
                ("mail.evil.test", trap.address),
                ("evil.test", trap.address),
                ("autodiscover.evil.test", trap.address),
                ("mail.example.com", plain.address),
            ],
        );
        let error = find(&client, "example.com").await.unwrap_err();
        assert!(matches!(&error, Error::Elsewhere { .. }), "{redirect:?}: {error:?}");
        assert_eq!(error.remedy(), Remedy::Configuration);
        let text = error.to_string();
        assert!(
            text.contains(to) && text.contains("et 'server' to https://") && !text.contains("session"),
            "{text}"
        );
    }
    assert!(trap.seen().is_empty() && plain.seen().is_empty());
}

#[tokio::test]
async fn a_web_site_at_the_domain_never_sees_the_login() {
    let authority = Authority::new();
    let site = Server::tls(authority.named(&["example.com", "autodiscover.example.com"]), |_| {
        reply(200, "text/html", "<html><title>Welcome</title></html>")
    })
    .await;
    let client = client(
        &[&authority.pem()],
        &[
            ("example.com", site.address),
            ("autodiscover.example.com", site.address),
        ],
    );
    let error = find(&client, "example.com").await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::NotFound { .. }), "{text}");
    assert!(
        text.contains("https://autodiscover.example.com/autodiscover/autodiscover.svc"),
        "{text}"
    );
    assert_eq!(logins(&site), [""; 0]);
}

#[tokio::test]
async fn a_wrong_password_ends_the_search_at_once() {
    let authority = Authority::new();
    let server = Server::tls(authority.named(&["example.com", "autodiscover.example.com"]), |_| {
        challenge(&["Basic realm=\"x\""])
    })
    .await;
    let client = client(&[&authority.pem()], &[("autodiscover.example.com", server.address)]);
    let error = find(&client, JANE).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::Authentication, "{error:?}");
    assert_eq!(logins(&server), ["/autodiscover/autodiscover.svc"]);
}

#[tokio::test]
async fn an_unknown_mailbox_is_told() {
    let server = exchange(Discovery::Own).await;
    let client = client_of(&server, &["autodiscover.example.com"]);
    let error = endpoint("example.com", Some("nobody@example.com"), &client.settings)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::UnknownAddress { address, .. } if address == "nobody@example.com"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_private_authority_is_told_as_the_certificates_trouble() {
    let server = exchange(Discovery::Own).await;
    for name in ["mail.example.com", JANE] {
        let names = ["mail.example.com", "autodiscover.example.com"].map(|name| (name, address(&server)));
        let client = client(&[&Authority::new().pem()], &names);
        let error = find(&client, name).await.unwrap_err();
        assert!(
            matches!(
                &error,
                Error::Transport(transport::Error::Certificate {
                    problem: CertificateProblem::UnknownIssuer,
                    ..
                })
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains("ca_file"), "{error}");
    }
}

#[tokio::test]
async fn a_host_that_is_unknown_is_told_by_name() {
    let mut client = client(&[&Authority::new().pem()], &[]);
    client.settings.password = Secret::new("hunter2".into());
    let error = endpoint("no-such-host.invalid", None, &client.settings)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Transport(transport::Error::UnknownHost { host, .. }) if host == "no-such-host.invalid"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_ring_of_redirects_ends() {
    let authority = Authority::new();
    let number = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::tls(authority.named(&["autodiscover.example.com"]), move |_| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut reply = reply(302, "text/html", "");
        let location = format!("https://autodiscover.example.com/{number}");
        reply.headers_mut().insert("location", location.parse().unwrap());
        reply
    })
    .await;
    let client = client(&[&authority.pem()], &[("autodiscover.example.com", server.address)]);
    let error = find(&client, "example.com").await.unwrap_err();
    assert!(
        matches!(error, Error::NotFound { .. } | Error::Transport(_)),
        "{error:?}"
    );
    assert!(server.seen().len() < 20, "{}", server.seen().len());
}
