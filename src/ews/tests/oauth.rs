//! OAuth 2.0 client credentials: against the test Exchange, and a token endpoint that counts.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod support;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ews::transport::{Error, OAuth, Route, Scheme, Secret, Settings, Transport};
use exchange_server::{Handle, Rights};
use support::*;

const REQUEST: &str = include_str!("fixtures/get_folder_as_jane.xml");

async fn exchange(lifetime: Duration) -> Handle {
    exchange_server::ExchangeServer::builder()
        .oauth_client("app", "hunter2", Rights::All)
        .token_lifetime(lifetime)
        .offers(&["Bearer client_id=\"x\"", "Basic realm=\"x\""])
        .mailbox("jane@example.com")
        .start()
        .await
        .unwrap()
}

fn with_token(endpoint: &str, token_url: &str, secret: &str) -> Transport {
    let oauth = OAuth {
        token_url: token_url.parse().unwrap(),
        client_id: "app".into(),
        client_secret: Secret::new(secret.into()),
        scope: "https://mail.example.com/.default".into(),
    };
    let settings = Settings {
        oauth: Some(oauth),
        ..settings(endpoint.parse().unwrap())
    };
    Transport::new(settings).unwrap()
}

fn of_exchange(server: &Handle, secret: &str) -> Transport {
    with_token(
        server.url(),
        &format!("{}/tenant/oauth2/v2.0/token", server.base_url()),
        secret,
    )
}

async fn post(transport: &Transport) -> Result<(), Error> {
    let answer = transport
        .post(&Route::default(), Bytes::from_static(REQUEST.as_bytes()))
        .await?;
    let body = String::from_utf8(answer.body).unwrap();
    assert!(body.contains("NoError"), "{body}");
    Ok(())
}

#[tokio::test]
async fn auto_takes_a_token_where_one_is_set_up() {
    let server = exchange(Duration::from_secs(3600)).await;
    let transport = of_exchange(&server, "hunter2");
    post(&transport).await.unwrap();
    assert_eq!(transport.scheme_used(), Some(Scheme::OAuth));
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_within_the_request() {
    let server = exchange(Duration::from_secs(3600)).await;
    let transport = of_exchange(&server, "hunter2");
    post(&transport).await.unwrap();
    server.revoke_tokens();
    post(&transport).await.unwrap();
}

#[tokio::test]
async fn a_wrong_client_secret_shows_the_endpoints_words_and_not_the_secret() {
    let server = exchange(Duration::from_secs(3600)).await;
    let error = post(&of_exchange(&server, "wrong-secret")).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(matches!(error, Error::Token { .. }), "{text}");
    assert!(
        text.contains("AADSTS7000215") && text.contains("oauth_client_secret"),
        "{text}"
    );
    assert!(!text.contains("wrong-secret"), "{text}");
}

/// An endpoint whose tokens live so long, with the number of the token in each.
async fn counting(seconds: u64) -> Server {
    let number = std::sync::atomic::AtomicUsize::new(0);
    Server::plain(move |_| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let token = format!("{{\"access_token\":\"token-{number}\",\"expires_in\":\"{seconds}\"}}");
        reply(200, "application/json", token)
    })
    .await
}

fn of_fake(exchange: &Server, tokens: &Server) -> Transport {
    with_token(exchange.url().as_str(), tokens.url().as_str(), "hunter2")
}

async fn send(transport: &Transport) -> Result<(), Error> {
    transport
        .post(&Route::default(), Bytes::from_static(b"x"))
        .await
        .map(|_| ())
}

#[tokio::test]
async fn many_requests_at_once_fetch_one_token_and_keep_it() {
    let exchange = Server::plain(|seen| match seen.header("authorization") {
        None => challenge(&["Bearer"]),
        Some(_) => soap(),
    })
    .await;
    let tokens = counting(3600).await;
    let transport = Arc::new(of_fake(&exchange, &tokens));
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let transport = transport.clone();
        posts.spawn(async move { send(&transport).await });
    }
    for outcome in posts.join_all().await {
        outcome.unwrap();
    }
    let seen = tokens.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        seen[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        seen[0].body,
        "grant_type=client_credentials&client_id=app&client_secret=hunter2&scope=https%3A%2F%2Fmail.example.com%2F.default"
    );
}

#[tokio::test]
async fn a_token_is_replaced_before_its_end() {
    let exchange = Server::plain(|seen| match seen.header("authorization") {
        None => challenge(&["Bearer"]),
        Some(_) => soap(),
    })
    .await;
    let tokens = counting(1).await;
    let transport = of_fake(&exchange, &tokens);
    send(&transport).await.unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    send(&transport).await.unwrap();
    let sent: Vec<_> = exchange
        .seen()
        .iter()
        .filter_map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(sent, ["Bearer token-0", "Bearer token-1"]);
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_the_end_and_says_why() {
    let exchange = Server::plain(|_| {
        let mut reply = challenge(&["Bearer error=\"invalid_token\""]);
        let reason = "2000003;reason=\"The audience claim value is invalid\";error_category=\"invalid_resource\"";
        reply.headers_mut().insert("x-ms-diagnostics", reason.parse().unwrap());
        reply
    })
    .await;
    let tokens = counting(3600).await;
    let error = send(&of_fake(&exchange, &tokens)).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused {
                scheme: Scheme::OAuth,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("audience claim") && !error.to_string().contains("token-"),
        "{error}"
    );
    assert_eq!(tokens.seen().len(), 2);
}

#[tokio::test]
async fn the_client_secret_never_goes_over_plain_http_to_another_machine() {
    let exchange = Server::plain(|_| challenge(&["Bearer"])).await;
    let transport = with_token(exchange.url().as_str(), "http://login.example.com/token", "hunter2");
    let error = send(&transport).await.unwrap_err();
    assert!(matches!(error, Error::PlainHttp { .. }), "{error:?}");
}
