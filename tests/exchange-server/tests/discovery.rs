//! Autodiscover, access tokens and a proxy that authenticates.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use std::time::Duration;

use exchange_server::{Discovery, Handle, Rights};
use serde_json::Value;
use support::*;

const OUTLOOK: &str = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

async fn pox(server: &Handle, address: &str) -> Answer {
    let body = format!(
        "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\"><Request>\
         <EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>{OUTLOOK}</AcceptableResponseSchema></Request>\
         </Autodiscover>"
    );
    sent(server, "autodiscover.xml", body).await
}

async fn soap(server: &Handle, address: &str) -> Answer {
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:a=\"http://schemas.microsoft.com/exchange/2010/Autodiscover\"><s:Body><a:GetUserSettingsRequestMessage>\
         <a:Request><a:Users><a:User><a:Mailbox>{address}</a:Mailbox></a:User></a:Users><a:RequestedSettings>\
         <a:Setting>ExternalEwsUrl</a:Setting></a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage>\
         </s:Body></s:Envelope>"
    );
    sent(server, "autodiscover.svc", body).await
}

async fn sent(server: &Handle, path: &str, body: String) -> Answer {
    let url = format!("{}/autodiscover/{path}", server.base_url());
    let request = client()
        .post(url)
        .basic_auth(LOGIN, Some(PASSWORD))
        .header("Content-Type", "text/xml")
        .body(body);
    let response = request.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        text: response.text().await.unwrap(),
    }
}

async fn json(server: &Handle, tail: &str) -> (u16, Value) {
    let response = client()
        .get(format!("{}/autodiscover/{tail}", server.base_url()))
        .send()
        .await
        .unwrap();
    (
        response.status().as_u16(),
        serde_json::from_str(&response.text().await.unwrap()).unwrap(),
    )
}

#[tokio::test]
async fn all_three_protocols_tell_the_url_of_a_known_address() {
    let server = builder().discovery(Discovery::Own).start().await.unwrap();
    assert_eq!(pox(&server, JANE).await.texts("EwsUrl"), [server.url(), server.url()]);
    assert_eq!(pox(&server, "no@example.com").await.text("ErrorCode"), "500");
    assert_eq!(soap(&server, JANE).await.text("Value"), server.url());
    assert_eq!(
        soap(&server, "no@example.com").await.texts("ErrorCode"),
        ["NoError", "InvalidUser"]
    );
    let (status, found) = json(&server, &format!("autodiscover.json/v1.0/{JANE}?Protocol=Ews")).await;
    assert_eq!((status, &found["Url"]), (200, &Value::from(server.url())));
    let (status, found) = json(&server, &format!("autodiscover.json?Email={JANE}&Protocol=ews")).await;
    assert_eq!((status, &found["Url"]), (200, &Value::from(server.url())));
    assert_eq!(
        json(&server, "autodiscover.json/v1.0/no@example.com?Protocol=Ews")
            .await
            .0,
        404
    );
    assert_eq!(
        json(&server, &format!("autodiscover.json/v1.0/{JANE}?Protocol=Pop"))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn discovery_redirects_to_an_address_a_url_and_by_http() {
    let server = builder().start().await.unwrap();
    assert_eq!(pox(&server, JANE).await.status, 404);
    server.set_discovery(Discovery::RedirectAddress(JANE.to_owned()));
    assert_eq!(pox(&server, "jane@old.example").await.text("RedirectAddr"), JANE);
    assert_eq!(soap(&server, "jane@old.example").await.text("RedirectTarget"), JANE);
    assert_eq!(pox(&server, JANE).await.texts("EwsUrl")[0], server.url());
    server.set_discovery(Discovery::RedirectUrl(
        "https://other.example/autodiscover.xml".to_owned(),
    ));
    assert_eq!(
        pox(&server, JANE).await.text("RedirectUrl"),
        "https://other.example/autodiscover.xml"
    );
    server.set_discovery(Discovery::HttpRedirect("http://plain.example/".to_owned()));
    assert_eq!(pox(&server, JANE).await.status, 302);
}

#[tokio::test]
async fn a_token_opens_the_door_until_it_ends_or_is_revoked() {
    let server = builder()
        .oauth_client("app-id", "app-secret", Rights::All)
        .token_lifetime(Duration::from_millis(600))
        .start()
        .await
        .unwrap();
    let token = async |secret: &str| {
        let form = format!("grant_type=client_credentials&client_id=app-id&client_secret={secret}&scope=a%2F.default");
        let request = client()
            .post(format!("{}/tenant/oauth2/v2.0/token", server.base_url()))
            .body(form);
        let response = request
            .header("Content-Type", "application/x-www-form-urlencoded")
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_str::<Value>(&response.text().await.unwrap()).unwrap(),
        )
    };
    let ask = async |token: &str| {
        let request = client()
            .post(server.url())
            .bearer_auth(token)
            .header("Content-Type", "text/xml");
        let body = envelope("Exchange2016", Some(JANE), &sync_items("inbox", "", 1));
        request.body(body).send().await.unwrap().status().as_u16()
    };
    let (status, refused) = token("wrong").await;
    assert_eq!((status, refused["error"].as_str()), (401, Some("invalid_client")));
    let first = token("app-secret").await.1["access_token"].as_str().unwrap().to_owned();
    assert_eq!((ask(&first).await, ask("forged").await), (200, 401));
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(ask(&first).await, 401);
    let second = token("app-secret").await.1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(ask(&second).await, 200);
    server.revoke_tokens();
    assert_eq!(ask(&second).await, 401);
}

#[tokio::test]
async fn only_a_trusted_proxy_may_name_the_user() {
    for (trusted, status) in [(true, 200), (false, 401)] {
        let server = if trusted { builder().trust_proxy() } else { builder() }
            .start()
            .await
            .unwrap();
        let request = client().post(server.url()).header("X-Remote-User", "EXAMPLE\\svc-oro");
        let request = request.header("Content-Type", "text/xml");
        let body = envelope("Exchange2016", Some(JANE), &sync_items("inbox", "", 1));
        assert_eq!(request.body(body).send().await.unwrap().status().as_u16(), status);
    }
}
