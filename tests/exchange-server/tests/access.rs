//! Who gets in, for whom, and over which connection.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use exchange_server::{Bodies, Certificate, ExchangeServer, Rights, ServerVersion};
use support::*;

const SYNC: &str = "Exchange2007_SP1";

fn sync() -> String {
    sync_items("inbox", "", 1)
}

async fn status(url: &str, login: &str, password: &str) -> (u16, Vec<String>) {
    let response = client()
        .post(url)
        .basic_auth(login, Some(password))
        .header("Content-Type", "text/xml; charset=utf-8")
        .body(envelope(SYNC, Some(JANE), &sync()))
        .send()
        .await
        .unwrap();
    let offers = response.headers().get_all("www-authenticate").iter();
    (
        response.status().as_u16(),
        offers.map(|v| v.to_str().unwrap().to_owned()).collect(),
    )
}

#[tokio::test]
async fn every_form_of_the_login_gets_in_and_a_wrong_password_does_not() {
    let server = builder()
        .offers(&["Negotiate", "NTLM", "Basic realm=\"mail\""])
        .start()
        .await
        .unwrap();
    for login in [LOGIN, "EXAMPLE\\svc-oro", "svc-oro@example.com", "SVC-ORO"] {
        assert_eq!(status(server.url(), login, PASSWORD).await.0, 200, "{login}");
    }
    for (login, password) in [(LOGIN, "wrong"), ("nobody", PASSWORD), (LOGIN, "")] {
        let (status, offers) = status(server.url(), login, password).await;
        assert_eq!(status, 401);
        assert_eq!(offers, ["Negotiate", "NTLM", "Basic realm=\"mail\""]);
    }
    server.set_password(LOGIN, "new");
    assert_eq!(status(server.url(), LOGIN, PASSWORD).await.0, 401);
}

#[tokio::test]
async fn impersonation_needs_a_right_and_a_mailbox() {
    let server = builder()
        .mailbox("joe@example.com")
        .account("limited", "x", Rights::Mailboxes(vec!["joe@example.com".to_owned()]))
        .account("jane", "x", Rights::None)
        .start()
        .await
        .unwrap();
    let ask = async |login: &str, password: &str, mailbox: Option<&str>| {
        let response = client()
            .post(server.url())
            .basic_auth(login, Some(password))
            .header("Content-Type", "text/xml")
            .body(envelope(SYNC, mailbox, &sync()))
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        (
            status,
            Answer {
                status,
                text: response.text().await.unwrap(),
            }
            .text("ResponseCode"),
        )
    };
    assert_eq!(
        ask("limited", "x", Some(JANE)).await,
        (500, "ErrorImpersonateUserDenied".to_owned())
    );
    assert_eq!(
        ask("limited", "x", Some("joe@example.com")).await,
        (200, "NoError".to_owned())
    );
    assert_eq!(
        ask("jane", "x", Some("joe@example.com")).await,
        (500, "ErrorImpersonateUserDenied".to_owned())
    );
    assert_eq!(ask("jane", "x", None).await, (200, "NoError".to_owned()));
    assert_eq!(
        ask(LOGIN, PASSWORD, None).await,
        (500, "ErrorMissingEmailAddress".to_owned())
    );
    assert_eq!(
        ask(LOGIN, PASSWORD, Some("no@example.com")).await,
        (500, "ErrorNonExistentMailbox".to_owned())
    );
    server.delete_mailbox(JANE);
    assert_eq!(
        ask(LOGIN, PASSWORD, Some(JANE)).await,
        (500, "ErrorNonExistentMailbox".to_owned())
    );
}

#[tokio::test]
async fn exchange_2007_refuses_an_account_without_the_service_right() {
    let server = ExchangeServer::builder()
        .version(ServerVersion::Exchange2007)
        .account(LOGIN, PASSWORD, Rights::None)
        .mailbox(JANE)
        .start()
        .await
        .unwrap();
    let answer = post(&server, SYNC, &sync()).await;
    assert_eq!(
        (answer.status, answer.text("ResponseCode")),
        (500, "ErrorImpersonationDenied".to_owned())
    );
}

#[tokio::test]
async fn https_is_trusted_by_its_own_authority_only_and_only_with_a_good_certificate() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    for (certificate, good) in [
        (Certificate::Valid, true),
        (Certificate::Expired, false),
        (Certificate::WrongName, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = builder()
            .tls(certificate)
            .tls_folder(folder.path())
            .start()
            .await
            .unwrap();
        let pem = std::fs::read(folder.path().join("ca.pem")).unwrap();
        assert_eq!(server.ca_pem().unwrap().as_bytes(), pem);
        let authority = reqwest::Certificate::from_pem(&pem).unwrap();
        let trusting = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
        let strange = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let ask = |client: &reqwest::Client| {
            let request = client
                .post(server.url())
                .basic_auth(LOGIN, Some(PASSWORD))
                .header("Content-Type", "text/xml");
            request.body(envelope(SYNC, Some(JANE), &sync())).send()
        };
        assert_eq!(
            ask(&trusting).await.is_ok_and(|r| r.status() == 200),
            good,
            "{certificate:?}"
        );
        assert!(ask(&strange).await.is_err());
    }
}

#[tokio::test]
async fn the_journal_tells_each_request_and_its_connection() {
    let server = builder().bodies(Bodies::Kept).start().await.unwrap();
    server
        .mailbox(JANE)
        .unwrap()
        .deliver("inbox", mail("one", "c@customer.example", JANE))
        .unwrap();
    let client = client();
    for _ in 0..2 {
        let request = client
            .post(server.url())
            .basic_auth(LOGIN, Some(PASSWORD))
            .header("Content-Type", "text/xml");
        let request = request
            .header("X-AnchorMailbox", JANE)
            .body(envelope(SYNC, Some(JANE), &sync()));
        request.send().await.unwrap().text().await.unwrap();
    }
    post(&server, SYNC, &sync()).await;
    let records = server.requests();
    let told: Vec<_> = records
        .iter()
        .map(|r| (r.operation.as_str(), r.mailbox.as_str(), r.items, r.status))
        .collect();
    assert_eq!(told, [("SyncFolderItems", JANE, 1, 200); 3]);
    assert_eq!(records.iter().map(|r| r.connection).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(records[0].headers["x-anchormailbox"], JANE);
    assert_eq!(records[0].headers["authorization"], "Basic");
    assert!(String::from_utf8_lossy(&records[0].body).contains("<m:SyncFolderItems>"));
    let stats = server.stats();
    assert_eq!(
        (stats.requests, stats.connections, stats.items["SyncFolderItems"]),
        (3, 2, 3)
    );
    server.reset_requests();
    assert_eq!((server.requests().len(), server.stats().requests), (0, 0));
}

#[tokio::test]
async fn ids_are_case_sensitive_and_belong_to_one_mailbox() {
    let server = builder().mailbox("joe@example.com").start().await.unwrap();
    let id = server
        .mailbox(JANE)
        .unwrap()
        .deliver("inbox", mail("one", "c@customer.example", JANE))
        .unwrap();
    let shape = "<t:BaseShape>IdOnly</t:BaseShape>";
    let answer = post(
        &server,
        SYNC,
        &get_item(&[id.clone(), id.to_uppercase(), id.to_lowercase()], shape),
    )
    .await;
    assert_eq!(
        answer.codes(),
        ["NoError", "ErrorInvalidIdMalformed", "ErrorInvalidIdMalformed"]
    );
    let joe = post_as(&server, SYNC, Some("joe@example.com"), &get_item(&[id], shape)).await;
    assert_eq!(joe.codes(), ["ErrorItemNotFound"]);
}
