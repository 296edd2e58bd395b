//! The transport against real servers on loopback: what it sends, and what it makes of bad answers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use ews::transport::{CertificateProblem, Error, Route, Scheme, Settings, Transport};
use ews::{Disposition, Remedy};
use support::authority::Authority;
use support::*;

const REQUEST: &str = "<s:Envelope/>";

async fn post(settings: Settings) -> Result<Vec<u8>, Error> {
    let transport = Transport::new(settings)?;
    transport
        .post(&Route::to("jane@example.com"), Bytes::from_static(REQUEST.as_bytes()))
        .await
        .map(|answer| answer.body)
}

async fn post_basic(url: url::Url) -> Result<Vec<u8>, Error> {
    post(Settings {
        scheme: Scheme::Basic,
        ..settings(url)
    })
    .await
}

#[tokio::test]
async fn a_request_carries_what_exchange_wants_to_see() {
    let server = Server::plain(|_| soap()).await;
    let body = post_basic(server.url()).await.unwrap();
    assert_eq!(body, ENVELOPE.as_bytes());
    let seen = &server.seen()[0];
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("POST", "/EWS/Exchange.asmx")
    );
    assert_eq!(seen.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(seen.header("x-anchormailbox"), Some("jane@example.com"));
    assert_eq!(
        seen.header("authorization"),
        Some("Basic RVhBTVBMRVxzdmMtb3JvOmh1bnRlcjI=")
    );
    assert_eq!(seen.header("accept-encoding"), Some("gzip"));
    assert!(seen.header("user-agent").unwrap().starts_with("exchange-sync/"));
    assert_eq!(seen.body, REQUEST);
}

#[tokio::test]
async fn requests_in_a_row_use_one_connection_and_parallel_ones_no_more_than_allowed() {
    let server = Server::plain(|_| soap()).await;
    let transport = Transport::new(Settings {
        scheme: Scheme::Basic,
        max_connections: 2,
        ..settings(server.url())
    })
    .unwrap();
    for _ in 0..20 {
        transport
            .post(&Route::default(), Bytes::from_static(b"x"))
            .await
            .unwrap();
    }
    assert!(server.seen().iter().all(|seen| seen.connection == 1));
    let transport = std::sync::Arc::new(transport);
    let mut posts = tokio::task::JoinSet::new();
    for n in 0..20 {
        let transport = transport.clone();
        posts.spawn(async move {
            let route = Route::to(if n % 2 == 0 { "a@example.com" } else { "b@example.com" });
            transport.post(&route, Bytes::from_static(b"x")).await
        });
    }
    for answer in posts.join_all().await {
        answer.unwrap();
    }
    assert!(server.seen().iter().all(|seen| seen.connection <= 2));
}

#[tokio::test]
async fn each_mailbox_keeps_its_own_cookies() {
    let server = Server::plain(|seen| {
        let mut reply = soap();
        let cookie = format!(
            "X-BackEndCookie={}; path=/EWS",
            seen.header("x-anchormailbox").unwrap().replace('@', "-")
        );
        reply.headers_mut().insert("set-cookie", cookie.parse().unwrap());
        reply
    })
    .await;
    let transport = Transport::new(Settings {
        scheme: Scheme::Basic,
        ..settings(server.url())
    })
    .unwrap();
    let (jane, john) = (Route::to("jane@x"), Route::to("john@x"));
    for route in [&jane, &john, &jane] {
        transport.post(route, Bytes::from_static(b"x")).await.unwrap();
    }
    let cookies: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| seen.header("cookie").map(str::to_owned))
        .collect();
    assert_eq!(cookies, [None, None, Some("X-BackEndCookie=jane-x".into())]);
}

#[tokio::test]
async fn a_ca_file_makes_a_private_authority_known() {
    let authority = Authority::new();
    let server = Server::tls(authority.localhost(), |_| soap()).await;
    let settings = Settings {
        ca_file: Some(authority.path().into()),
        ..settings(server.url())
    };
    post(Settings {
        scheme: Scheme::Basic,
        ..settings
    })
    .await
    .unwrap();
}

async fn certificate_problem(server: Server, authority: Option<&Authority>) -> (CertificateProblem, String) {
    let ca_file = authority.map(|authority| authority.path().into());
    let error = post(Settings {
        ca_file,
        ..settings(server.url())
    })
    .await
    .unwrap_err();
    assert_eq!(
        (error.policy().remedy, error.policy().disposition),
        (Remedy::Connection, Disposition::StopMailbox)
    );
    assert!(server.seen().is_empty());
    match &error {
        Error::Certificate { problem, .. } => (problem.clone(), error.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unknown_authority_names_the_setting_ca_file() {
    let server = Server::tls(Authority::new().localhost(), |_| soap()).await;
    let (problem, text) = certificate_problem(server, None).await;
    assert_eq!(problem, CertificateProblem::UnknownIssuer);
    assert!(text.contains("ca_file") && text.contains("localhost"), "{text}");
}

#[tokio::test]
async fn an_expired_certificate_is_to_be_renewed() {
    let authority = Authority::new();
    let server = Server::tls(authority.expired(), |_| soap()).await;
    let (problem, text) = certificate_problem(server, Some(&authority)).await;
    assert_eq!(problem, CertificateProblem::Expired);
    assert!(text.contains("expired") && text.contains("Renew"), "{text}");
}

#[tokio::test]
async fn a_certificate_for_another_name_tells_that_name() {
    let authority = Authority::new();
    let server = Server::tls(authority.other_name(), |_| soap()).await;
    let (_, text) = certificate_problem(server, Some(&authority)).await;
    assert!(text.contains("mail.example.com"), "{text}");
}

#[tokio::test]
async fn plain_http_on_the_tls_port_is_a_handshake_that_failed() {
    let server = Server::plain(|_| soap()).await;
    let mut url = server.url();
    url.set_scheme("https").unwrap();
    let error = post(settings(url)).await.unwrap_err();
    assert!(matches!(error, Error::Handshake { .. }), "{error:?}");
}

#[tokio::test]
async fn an_unknown_host_is_told_by_name() {
    let error = post(settings(
        "https://no-such-host.invalid/EWS/Exchange.asmx".parse().unwrap(),
    ))
    .await
    .unwrap_err();
    assert!(
        matches!(&error, Error::UnknownHost { host, .. } if host == "no-such-host.invalid"),
        "{error:?}"
    );
    assert!(error.to_string().contains("DNS"), "{error}");
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let error = post(settings("http://127.0.0.1:1/EWS/Exchange.asmx".parse().unwrap()))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable { host, .. } if host == "127.0.0.1:1"),
        "{error:?}"
    );
    assert_eq!(error.policy().disposition, Disposition::Repeat);
}

#[tokio::test]
async fn a_server_that_never_answers_ends_in_a_timeout_that_names_the_setting() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port())
        .parse()
        .unwrap();
    let error = post(Settings {
        request_timeout: Duration::from_millis(200),
        ..settings(url)
    })
    .await
    .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Timeout {
                setting: "request_timeout",
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_wrong_password_tells_login_and_offers_but_never_the_password() {
    let server = Server::plain(|_| challenge(&["Negotiate", "NTLM", "Basic realm=\"x\""])).await;
    let error = post_basic(server.url()).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(
        matches!(
            error,
            Error::Refused {
                scheme: Scheme::Basic,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        text.contains("EXAMPLE\\svc-oro") && text.contains("Negotiate, NTLM, Basic"),
        "{text}"
    );
    assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{text}");
    assert_eq!(server.seen().len(), 1, "a second try would help to lock the account");
}

#[tokio::test]
async fn statuses_have_their_own_errors() {
    for (status, expected) in [
        (403, Remedy::Connection),
        (404, Remedy::Protocol),
        (407, Remedy::Connection),
        (502, Remedy::Connection),
    ] {
        let server =
            Server::plain(move |_| reply(status, "text/html", "<html><title>Gateway page</title></html>")).await;
        let error = post_basic(server.url()).await.unwrap_err();
        assert_eq!(error.policy().remedy, expected, "{error:?}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_login_page_is_no_exchange_web_services() {
    let server = Server::plain(|_| {
        reply(
            200,
            "text/html; charset=utf-8",
            "<!DOCTYPE html><html><title>Outlook</title>",
        )
    })
    .await;
    let error = post_basic(server.url()).await.unwrap_err();
    assert!(matches!(error, Error::NotEws { status: 200, .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("“Outlook”") && text.contains("/EWS/Exchange.asmx"),
        "{text}"
    );
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let server = Server::plain(|_| {
        let mut reply = reply(302, "text/html", "");
        reply.headers_mut().insert(
            "location",
            "https://evil.example/owa/logon.aspx?token=1".parse().unwrap(),
        );
        reply
    })
    .await;
    let error = post_basic(server.url()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Redirected { to, .. } if to == "https://evil.example/owa/logon.aspx"),
        "{error:?}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_envelope_with_a_wrong_content_type_is_still_an_answer() {
    let server = Server::plain(|_| reply(200, "application/octet-stream", ENVELOPE)).await;
    post_basic(server.url()).await.unwrap();
}

#[tokio::test]
async fn a_soap_fault_comes_with_its_status() {
    let server = Server::plain(|_| reply(500, "text/xml", ENVELOPE)).await;
    let transport = Transport::new(Settings {
        scheme: Scheme::Basic,
        ..settings(server.url())
    })
    .unwrap();
    let answer = transport.post(&Route::default(), Bytes::new()).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (500, ENVELOPE.as_bytes()));
}

#[tokio::test]
async fn a_busy_server_is_left_alone_for_as_long_as_it_asked() {
    let requests = AtomicUsize::new(0);
    let server = Server::plain(move |_| {
        if requests.fetch_add(1, Ordering::Relaxed) > 0 {
            return soap();
        }
        let mut reply = reply(503, "text/html", "<html><title>Busy</title></html>");
        reply.headers_mut().insert("retry-after", "1".parse().unwrap());
        reply
    })
    .await;
    let transport = Transport::new(Settings {
        scheme: Scheme::Basic,
        ..settings(server.url())
    })
    .unwrap();
    let route = Route::to("jane@example.com");
    let error = transport.post(&route, Bytes::new()).await.unwrap_err();
    assert!(
        matches!(error, Error::Busy { status: 503, retry_after: Some(wait), .. } if wait.as_secs() == 1),
        "{error:?}"
    );
    let start = std::time::Instant::now();
    transport.post(&route, Bytes::new()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told_from_a_whole_one() {
    let short = format!("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 9999\r\n\r\n{ENVELOPE}");
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{ENVELOPE}\r\n",
        ENVELOPE.len()
    );
    for answer in [short, chunked] {
        let error = post_basic(raw(answer).await).await.unwrap_err();
        assert!(
            matches!(error, Error::Truncated { received, .. } if received == ENVELOPE.len() as u64),
            "{error:?}"
        );
        assert_eq!(error.policy().disposition, Disposition::Split);
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused_whether_its_length_is_told_or_not() {
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 99999999\r\n\r\n{ENVELOPE}");
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{ENVELOPE}\r\n",
        ENVELOPE.len()
    );
    for answer in [announced, chunked] {
        let settings = Settings {
            scheme: Scheme::Basic,
            max_answer_bytes: 10,
            ..settings(raw(answer).await)
        };
        let error = post(settings).await.unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit: 10, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closed_while_idle_is_replaced_unseen() {
    let first = std::sync::Arc::new(AtomicUsize::new(0));
    let server = Server::plain(move |_| {
        let mut reply = soap();
        if first.fetch_add(1, Ordering::Relaxed) == 0 {
            reply.headers_mut().insert("connection", "close".parse().unwrap());
        }
        reply
    })
    .await;
    let transport = Transport::new(Settings {
        scheme: Scheme::Basic,
        ..settings(server.url())
    })
    .unwrap();
    for _ in 0..2 {
        transport.post(&Route::default(), Bytes::new()).await.unwrap();
    }
    assert_eq!(
        server.seen().iter().map(|seen| seen.connection).collect::<Vec<_>>(),
        [1, 2]
    );
}

#[tokio::test]
async fn a_password_never_goes_over_plain_http_to_another_machine() {
    let settings = settings("http://mail.example.com/EWS/Exchange.asmx".parse().unwrap());
    let error = post(Settings {
        scheme: Scheme::Basic,
        ..settings
    })
    .await
    .unwrap_err();
    assert!(matches!(error, Error::PlainHttp { .. }), "{error:?}");
}

#[tokio::test]
async fn auto_asks_once_what_is_offered_and_remembers() {
    let server = Server::plain(|seen| match seen.header("authorization") {
        None => challenge(&["Basic realm=\"x\""]),
        Some(_) => soap(),
    })
    .await;
    let transport = Transport::new(settings(server.url())).unwrap();
    assert_eq!(transport.scheme_used(), None);
    for _ in 0..2 {
        transport.post(&Route::default(), Bytes::new()).await.unwrap();
    }
    assert_eq!(transport.scheme_used(), Some(Scheme::Basic));
    assert_eq!(server.seen().len(), 3);
}
