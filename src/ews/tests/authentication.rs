//! Logins against verifiers of others, started by `tests/authentication/run`: Apache with mod_auth_gssapi before the test
//! Exchange, gss-ntlmssp and MIT Kerberos, and a server that insists on channel bindings.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ews::Remedy;
use ews::transport::{Error, Route, Scheme, Secret, Settings, Transport};
use support::authority::Authority;
use support::relay;

const REQUEST: &str = include_str!("fixtures/get_folder_as_jane.xml");

struct Stack {
    description: serde_json::Value,
}

/// What the script started.
fn stack() -> Stack {
    let path = std::env::var("AUTHENTICATION_STACK").unwrap_or_else(|_| panic!("run tests/authentication/run"));
    let description = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    Stack { description }
}

impl Stack {
    fn text(&self, key: &str) -> &str {
        self.description[key].as_str().unwrap()
    }

    fn file(&self, name: &str) -> String {
        format!("FILE:{}/{name}", self.text("directory"))
    }

    /// `server` is a key of the description, `kind` a location of `apache.conf`.
    fn settings(&self, server: &str, kind: &str, scheme: Scheme) -> Settings {
        let url = format!("{}/{kind}/EWS/Exchange.asmx", self.text(server));
        self.settings_for(&url, scheme)
    }

    fn binding(&self, certificate: &str, scheme: Scheme) -> Settings {
        self.settings_for(self.description["bindings"][certificate].as_str().unwrap(), scheme)
    }

    fn settings_for(&self, url: &str, scheme: Scheme) -> Settings {
        Settings {
            scheme,
            ca_file: Some(self.text("ca_file").into()),
            ..Settings::new(
                url.parse().unwrap(),
                "EXAMPLE\\svc-oro",
                Secret::new(self.text("password").into()),
            )
        }
    }

    /// What Apache saw of one test: client's port, status, length of the body, scheme. It writes after it answered.
    async fn seen(&self, test: &str, requests: usize) -> Vec<(u16, u16, usize, String)> {
        let log = Path::new(self.text("directory")).join("access.log");
        for _ in 0..200 {
            let seen: Vec<_> = std::fs::read_to_string(&log)
                .unwrap()
                .lines()
                .map(|line| line.split(' ').collect::<Vec<_>>())
                .filter(|fields| fields[4] == test)
                .map(|fields| {
                    let length = fields[2].parse().unwrap_or(0);
                    (
                        fields[0].parse().unwrap(),
                        fields[1].parse().unwrap(),
                        length,
                        fields[3].into(),
                    )
                })
                .collect();
            if seen.len() >= requests {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("Apache saw fewer than {requests} requests of {test}");
    }
}

/// The host's Kerberos for this test alone: the script gives each a process, or runs one after the other.
fn tickets(cache: &str, keytab: Option<&str>) {
    // SAFETY: no login is under way, so no other thread reads the environment.
    unsafe {
        std::env::set_var("KRB5CCNAME", cache);
        std::env::set_var("KRB5_CLIENT_KTNAME", keytab.unwrap_or("FILE:/nonexistent"));
    }
}

fn route(test: &str) -> Route {
    let mut route = Route::default();
    route.anchor_mailbox = Some(test.into());
    route
}

async fn post(transport: &Transport, test: &str) -> Result<String, Error> {
    let answer = transport
        .post(&route(test), Bytes::from_static(REQUEST.as_bytes()))
        .await?;
    Ok(String::from_utf8(answer.body).unwrap())
}

async fn post_with(settings: Settings, test: &str) -> Result<String, Error> {
    post(&Transport::new(settings)?, test).await
}

fn shape(seen: &[(u16, u16, usize, String)]) -> Vec<(u16, bool, &str)> {
    seen.iter()
        .map(|(_, status, length, scheme)| (*status, *length > 0, scheme.as_str()))
        .collect()
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn ntlm_logs_in_once_a_socket_and_sends_no_body_before() {
    let stack = stack();
    let transport = Transport::new(stack.settings("apache", "ntlm", Scheme::Ntlm)).unwrap();
    for _ in 0..3 {
        let body = post(&transport, "ntlm-once").await.unwrap();
        assert!(body.contains("<m:ResponseCode>NoError</m:ResponseCode>"), "{body}");
    }
    let seen = stack.seen("ntlm-once", 4).await;
    assert_eq!(
        shape(&seen),
        [
            (401, false, "NTLM"),
            (200, true, "NTLM"),
            (200, true, "-"),
            (200, true, "-")
        ]
    );
    assert!(seen.iter().all(|request| request.0 == seen[0].0), "{seen:?}");
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn ntlm_logs_in_anew_when_the_server_replaced_the_socket() {
    let stack = stack();
    let transport = Transport::new(stack.settings("three", "ntlm", Scheme::Ntlm)).unwrap();
    for _ in 0..4 {
        post(&transport, "ntlm-three").await.unwrap();
    }
    let seen = stack.seen("ntlm-three", 6).await;
    let logins = seen.iter().filter(|request| request.1 == 401 && request.2 == 0).count();
    assert_eq!(logins, 2, "{seen:?}");
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn each_of_many_connections_has_its_own_ntlm_login() {
    let stack = stack();
    let transport = Arc::new(Transport::new(stack.settings("apache", "ntlm", Scheme::Ntlm)).unwrap());
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let transport = transport.clone();
        posts.spawn(async move { post(&transport, "ntlm-many").await });
    }
    for body in posts.join_all().await {
        body.unwrap();
    }
    let seen = stack.seen("ntlm-many", 42).await;
    assert!(seen.iter().filter(|request| request.1 == 401).count() <= 8, "{seen:?}");
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn ntlm_takes_every_form_of_a_login() {
    let stack = stack();
    for login in ["EXAMPLE\\svc-oro", "svc-oro@example.com", "svc-oro"] {
        let settings = Settings {
            login: login.into(),
            ..stack.settings("apache", "ntlm", Scheme::Ntlm)
        };
        post_with(settings, "ntlm-forms").await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn ntlm_works_where_only_negotiate_is_offered() {
    let stack = stack();
    tickets(&stack.file("none"), None);
    for scheme in [Scheme::Auto, Scheme::Ntlm] {
        let mut settings = stack.binding("ecdsa", scheme);
        settings.endpoint.set_path("/negotiate-only/EWS/Exchange.asmx");
        let transport = Transport::new(settings).unwrap();
        let body = post(&transport, "x").await.unwrap();
        assert!(body.contains("svc-oro"), "{body}");
        assert_eq!(transport.scheme_used(), Some(Scheme::Ntlm));
    }
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn a_wrong_password_is_tried_once_and_never_shown() {
    let stack = stack();
    tickets(&stack.file("none"), None);
    let settings = Settings {
        password: Secret::new("hunter2".into()),
        ..stack.settings("apache", "all", Scheme::Auto)
    };
    let error = post_with(settings, "wrong-password").await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(
        matches!(
            error,
            Error::Refused {
                scheme: Scheme::Ntlm,
                ..
            }
        ),
        "{text}"
    );
    assert_eq!(error.policy().remedy, Remedy::Authentication);
    assert!(
        text.contains("'negotiate' was passed over") && !text.contains("hunter2"),
        "{text}"
    );
    let seen = stack.seen("wrong-password", 3).await;
    assert_eq!(
        shape(&seen),
        [(401, false, "-"), (401, false, "NTLM"), (401, true, "NTLM")]
    );
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn a_proxy_that_closes_between_the_legs_is_named() {
    let stack = stack();
    let error = post_with(stack.settings("closing", "ntlm", Scheme::Ntlm), "closing")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("closes the connection"), "{error}");
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn ntlm_is_bound_to_the_channel_whatever_signed_the_certificate() {
    let stack = stack();
    for certificate in ["ecdsa", "rsa384", "pss512"] {
        let body = post_with(stack.binding(certificate, Scheme::Ntlm), "x").await.unwrap();
        assert!(body.contains("svc-oro"), "{certificate}: {body}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn kerberos_is_bound_to_the_channel_whatever_signed_the_certificate() {
    let stack = stack();
    tickets(&stack.file("tickets"), None);
    for certificate in ["ecdsa", "rsa384", "pss512"] {
        let body = post_with(stack.binding(certificate, Scheme::Negotiate), "x")
            .await
            .unwrap();
        assert!(body.contains("svc-oro@EXAMPLE.COM"), "{certificate}: {body}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn a_proxy_that_opens_tls_on_the_way_is_refused_by_the_binding() {
    let stack = stack();
    tickets(&stack.file("tickets"), None);
    let authority = Authority::new();
    let both = tempfile::NamedTempFile::new().unwrap();
    let own = std::fs::read_to_string(authority.path()).unwrap();
    std::fs::write(
        both.path(),
        own + &std::fs::read_to_string(stack.text("ca_file")).unwrap(),
    )
    .unwrap();
    for scheme in [Scheme::Ntlm, Scheme::Negotiate] {
        let target = stack.binding("ecdsa", scheme);
        let port = relay(
            authority.localhost(),
            target.endpoint.port().unwrap(),
            Path::new(stack.text("ca_file")),
        )
        .await;
        let mut endpoint = target.endpoint.clone();
        endpoint.set_port(Some(port)).unwrap();
        let settings = Settings {
            endpoint,
            ca_file: Some(both.path().into()),
            ..target
        };
        let error = post_with(settings, "x").await.unwrap_err();
        assert!(
            matches!(&error, Error::Refused { scheme: refused, .. } if *refused == scheme),
            "{error:?}"
        );
    }
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn a_ticket_goes_with_each_request_and_its_body() {
    let stack = stack();
    tickets(&stack.file("tickets"), None);
    let transport = Transport::new(stack.settings("apache", "kerberos", Scheme::Negotiate)).unwrap();
    for _ in 0..2 {
        let body = post(&transport, "kerberos-each").await.unwrap();
        assert!(body.contains("<m:ResponseCode>NoError</m:ResponseCode>"), "{body}");
    }
    assert_eq!(
        shape(&stack.seen("kerberos-each", 3).await),
        [(401, false, "-"), (200, true, "Negotiate"), (200, true, "Negotiate")]
    );
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn one_ticket_is_enough_where_the_server_keeps_the_login() {
    let stack = stack();
    tickets(&stack.file("tickets"), None);
    let transport = Transport::new(stack.settings("apache", "kerberos-connection", Scheme::Negotiate)).unwrap();
    for _ in 0..2 {
        post(&transport, "kerberos-once").await.unwrap();
    }
    assert_eq!(
        shape(&stack.seen("kerberos-once", 3).await),
        [(401, false, "-"), (200, true, "Negotiate"), (200, true, "-")]
    );
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn a_keytab_serves_without_tickets_and_the_login_chooses_in_it() {
    let stack = stack();
    let cache = stack.file("from-keytab");
    tickets(&cache, Some(&stack.file("client.keytab")));
    let settings = Settings {
        login: "svc-oro@example.com".into(),
        password: Secret::default(),
        ..stack.settings("apache", "kerberos", Scheme::Auto)
    };
    post_with(settings, "keytab").await.unwrap();
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn without_a_ticket_or_with_an_old_one_the_error_says_what_to_do() {
    let stack = stack();
    for cache in ["none", "old-tickets"] {
        tickets(&stack.file(cache), None);
        let error = post_with(stack.settings("apache", "kerberos", Scheme::Negotiate), "no-ticket")
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(
            matches!(&error, Error::Ticket { host, .. } if host == "localhost"),
            "{error:?}"
        );
        assert!(text.contains("kinit") && text.contains("KRB5_CLIENT_KTNAME"), "{text}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn auto_takes_a_ticket_before_a_password() {
    let stack = stack();
    tickets(&stack.file("tickets"), None);
    let transport = Transport::new(stack.settings("apache", "all", Scheme::Auto)).unwrap();
    post(&transport, "auto-ticket").await.unwrap();
    assert_eq!(transport.scheme_used(), Some(Scheme::Negotiate));
    assert_eq!(
        shape(&stack.seen("auto-ticket", 2).await),
        [(401, false, "-"), (200, true, "Negotiate")]
    );
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn auto_takes_ntlm_where_there_is_no_ticket_or_the_server_does_not_accept_it() {
    let stack = stack();
    for cache in ["none", "stale-tickets"] {
        tickets(&stack.file(cache), None);
        let transport = Transport::new(stack.settings("apache", "all", Scheme::Auto)).unwrap();
        post(&transport, "auto-ntlm").await.unwrap();
        assert_eq!(transport.scheme_used(), Some(Scheme::Ntlm), "{cache}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn auto_takes_basic_where_negotiate_means_tickets_alone() {
    let stack = stack();
    tickets(&stack.file("none"), None);
    let settings = Settings {
        login: "svc-oro".into(),
        ..stack.settings("apache", "kerberos-or-basic", Scheme::Auto)
    };
    let transport = Transport::new(settings).unwrap();
    post(&transport, "auto-basic").await.unwrap();
    assert_eq!(transport.scheme_used(), Some(Scheme::Basic));
}

#[tokio::test]
#[ignore = "needs the servers of tests/authentication/run"]
async fn apache_takes_the_basic_login_too() {
    let stack = stack();
    let settings = Settings {
        login: "svc-oro".into(),
        ..stack.settings("apache", "all", Scheme::Basic)
    };
    post_with(settings, "basic").await.unwrap();
}
