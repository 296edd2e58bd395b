//! Scripted faults, dirty answers and slow connections.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use std::time::{Duration, Instant};

use exchange_server::{Compression, FaultKind, FaultRule, Framing, Handle};
use support::*;

const VERSION: &str = "Exchange2013";
const SHAPE: &str = "<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>\
    <t:AdditionalProperties><t:FieldURI FieldURI=\"item:Subject\"/></t:AdditionalProperties>";

async fn server() -> (Handle, Vec<String>) {
    let server = builder().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let put = |n: usize| {
        jane.deliver("inbox", mail(&n.to_string(), "c@customer.example", JANE))
            .unwrap()
    };
    let ids = (0..6).map(put).collect();
    (server, ids)
}

async fn raw(server: &Handle, ids: &[String]) -> reqwest::Result<reqwest::Response> {
    let request = client()
        .post(server.url())
        .basic_auth(LOGIN, Some(PASSWORD))
        .header("Content-Type", "text/xml");
    request
        .body(envelope(VERSION, Some(JANE), &get_item(ids, SHAPE)))
        .send()
        .await
}

#[tokio::test]
async fn a_rule_strikes_its_operation_and_mailbox_so_many_times() {
    let (server, ids) = server().await;
    let code = || FaultKind::ResponseCode {
        code: "ErrorMailboxStoreUnavailable".to_owned(),
    };
    server
        .faults()
        .add(FaultRule::new(code()).on("GetItem").mailbox("joe@example.com").always());
    server
        .faults()
        .add(FaultRule::new(code()).on("GetItem").skip(1).times(2));
    let mut codes = Vec::new();
    for _ in 0..4 {
        let answer = post(&server, VERSION, &get_item(&ids[..1], SHAPE)).await;
        answer.validate();
        codes.extend(answer.codes());
        assert_eq!(
            post(&server, VERSION, &sync_items("inbox", "", 1)).await.codes(),
            ["NoError"]
        );
    }
    let bad = "ErrorMailboxStoreUnavailable";
    assert_eq!(codes, ["NoError", bad, bad, "NoError"]);
}

#[tokio::test]
async fn a_rule_by_chance_strikes_about_its_share_and_the_same_requests_each_time() {
    let mut struck = Vec::new();
    for _ in 0..2 {
        let (server, ids) = server().await;
        let code = "ErrorServerBusy".to_owned();
        server.faults().add(
            FaultRule::new(FaultKind::ResponseCode { code })
                .always()
                .per_thousand(300),
        );
        let mut codes = Vec::new();
        for _ in 0..60 {
            codes.extend(post(&server, VERSION, &get_item(&ids[..1], SHAPE)).await.codes());
        }
        struck.push(codes);
    }
    assert_eq!(struck[0], struck[1]);
    assert!((8..30).contains(&struck[0].iter().filter(|c| *c == "ErrorServerBusy").count()));
}

#[tokio::test]
async fn batches_stop_time_out_or_fail_item_by_item() {
    let (server, ids) = server().await;
    server
        .faults()
        .add(FaultRule::new(FaultKind::BatchStopped { after: 2 }));
    let stopped = post(&server, VERSION, &get_item(&ids[..4], SHAPE)).await;
    let stop = "ErrorBatchProcessingStopped";
    assert_eq!(stopped.codes(), ["NoError", "NoError", stop, stop]);
    stopped.validate();
    server
        .faults()
        .add(FaultRule::new(FaultKind::TimeoutAbove { items: 2 }).times(2));
    assert_eq!(
        post(&server, VERSION, &get_item(&ids[..3], SHAPE)).await.codes(),
        ["ErrorTimeoutExpired"; 3]
    );
    assert_eq!(
        post(&server, VERSION, &get_item(&ids[..2], SHAPE)).await.codes(),
        ["NoError"; 2]
    );
    let code = "ErrorMimeContentConversionFailed".to_owned();
    server.faults().add(FaultRule::new(FaultKind::ItemCode {
        code,
        places: vec![0],
        items: vec![ids[2].clone()],
    }));
    let bad = "ErrorMimeContentConversionFailed";
    assert_eq!(
        post(&server, VERSION, &get_item(&ids[..3], SHAPE)).await.codes(),
        [bad, "NoError", bad]
    );
}

#[tokio::test]
async fn a_busy_server_says_how_long_to_wait() {
    let (server, ids) = server().await;
    let code = "ErrorServerBusy".to_owned();
    server.faults().add(FaultRule::new(FaultKind::SoapFault {
        code,
        back_off_milliseconds: Some(250),
    }));
    let answer = post(&server, VERSION, &get_item(&ids, SHAPE)).await;
    assert_eq!(
        (answer.status, answer.text("ResponseCode")),
        (500, "ErrorServerBusy".to_owned())
    );
    assert_eq!(answer.attributes("Value", "Name"), ["BackOffMilliseconds"]);
    assert_eq!(answer.text("Value"), "250");
    let headers = [("Retry-After".to_owned(), "7".to_owned())].into();
    server.faults().add(FaultRule::new(FaultKind::HttpStatus {
        status: 429,
        headers,
        body: String::new(),
    }));
    let response = raw(&server, &ids).await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "7")
    );
}

#[tokio::test]
async fn proxies_answer_with_pages_redirects_and_wrong_types() {
    let (server, ids) = server().await;
    server.faults().add(FaultRule::new(FaultKind::LoginPage));
    let page = raw(&server, &ids).await.unwrap();
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(page.text().await.unwrap().contains("<form"));
    server.faults().add(FaultRule::new(FaultKind::Redirect {
        location: "/owa/".to_owned(),
        status: 302,
    }));
    let redirect = raw(&server, &ids).await.unwrap();
    assert_eq!(
        (
            redirect.status().as_u16(),
            redirect.headers()["location"].to_str().unwrap()
        ),
        (302, "/owa/")
    );
    server.faults().add(FaultRule::new(FaultKind::ContentType {
        value: "application/octet-stream".to_owned(),
    }));
    let odd = raw(&server, &ids).await.unwrap();
    assert_eq!(odd.headers()["content-type"], "application/octet-stream");
}

#[tokio::test]
async fn bodies_end_early_and_connections_break() {
    let (server, ids) = server().await;
    let whole = raw(&server, &ids).await.unwrap().bytes().await.unwrap();
    server
        .faults()
        .add(FaultRule::new(FaultKind::TruncatedXml { bytes: 500 }));
    assert_eq!(raw(&server, &ids).await.unwrap().bytes().await.unwrap(), whole[..500]);
    server
        .faults()
        .add(FaultRule::new(FaultKind::BrokenConnection { bytes: 500 }));
    assert!(raw(&server, &ids).await.unwrap().bytes().await.is_err());
    server.faults().add(FaultRule::new(FaultKind::ConnectionReset));
    assert!(raw(&server, &ids).await.is_err());
    assert_eq!(raw(&server, &ids).await.unwrap().bytes().await.unwrap(), whole);
}

#[tokio::test]
async fn characters_that_xml_forbids_come_as_references_and_as_bytes() {
    let (server, ids) = server().await;
    let jane = server.mailbox(JANE).unwrap();
    jane.set_subject(&ids[0], "a\u{1f}b\u{0}c").unwrap();
    let text = raw(&server, &ids[..1]).await.unwrap().text().await.unwrap();
    assert!(text.contains("<t:Subject>a&#x1F;b&#x0;c</t:Subject>"), "{text}");
    let insert = FaultKind::Insert {
        after: "<t:Subject>".to_owned(),
        text: "&#xD800;\u{1}".to_owned(),
    };
    server.faults().add(FaultRule::new(insert));
    let text = raw(&server, &ids).await.unwrap().text().await.unwrap();
    assert_eq!(text.matches("<t:Subject>&#xD800;\u{1}").count(), 6);
    server.faults().add(FaultRule::new(FaultKind::BrokenUtf8));
    let bytes = raw(&server, &ids).await.unwrap().bytes().await.unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
}

#[tokio::test]
async fn mime_content_is_broken_unpadded_or_wrapped_on_request() {
    let (server, ids) = server().await;
    let clean = post(&server, VERSION, &get_item(&ids[..1], SHAPE))
        .await
        .text("MimeContent");
    server.faults().add(FaultRule::new(FaultKind::InvalidBase64));
    assert!(
        post(&server, VERSION, &get_item(&ids[..1], SHAPE))
            .await
            .text("MimeContent")
            .contains("*!*")
    );
    server.faults().add(FaultRule::new(FaultKind::UnpaddedBase64));
    let unpadded = post(&server, VERSION, &get_item(&ids[..1], SHAPE))
        .await
        .text("MimeContent");
    assert_eq!(unpadded, clean.trim_end_matches('='));
    server.faults().add(FaultRule::new(FaultKind::WrappedBase64));
    let wrapped = post(&server, VERSION, &get_item(&ids[..1], SHAPE))
        .await
        .text("MimeContent");
    assert!(wrapped.contains('\n'));
    assert_eq!(wrapped.replace(['\r', '\n'], ""), clean);
}

#[tokio::test]
async fn answers_are_zipped_and_chunked_when_told() {
    let (server, ids) = server().await;
    let plain = raw(&server, &ids).await.unwrap();
    assert!(plain.headers().contains_key("content-length"));
    let plain = plain.bytes().await.unwrap();
    server.set_framing(Framing::Chunked);
    let chunked = raw(&server, &ids).await.unwrap();
    assert_eq!(chunked.headers()["transfer-encoding"], "chunked");
    assert_eq!(chunked.bytes().await.unwrap(), plain);
    server.set_framing(Framing::Whole);
    server.set_compression(Compression::Gzip);
    // reqwest takes the length and the encoding away where it unzips.
    let zipped = raw(&server, &ids).await.unwrap();
    assert!(!zipped.headers().contains_key("content-length"));
    assert_eq!(zipped.bytes().await.unwrap(), plain);
}

#[tokio::test]
async fn answers_are_late_and_slow_when_told() {
    let (server, ids) = server().await;
    let timed = async || {
        let start = Instant::now();
        let bytes = raw(&server, &ids).await.unwrap().bytes().await.unwrap().len();
        (start.elapsed(), bytes)
    };
    server.set_latency(Duration::from_millis(150));
    assert!(timed().await.0 >= Duration::from_millis(150));
    server.set_latency(Duration::ZERO);
    server
        .faults()
        .add(FaultRule::new(FaultKind::Delay { milliseconds: 150 }));
    assert!(timed().await.0 >= Duration::from_millis(150));
    let (_, bytes) = timed().await;
    server.set_bandwidth(Some(bytes as u64 * 5));
    assert!(timed().await.0 >= Duration::from_millis(190));
}

#[tokio::test]
async fn a_server_above_its_limit_is_busy_and_says_for_how_long() {
    let wait = Duration::from_millis(80);
    let server = builder()
        .busy_above(1, wait)
        .latency(Duration::from_millis(200))
        .start()
        .await
        .unwrap();
    let asked = sync_items("inbox", "", 1);
    let (a, b) = tokio::join!(post(&server, VERSION, &asked), post(&server, VERSION, &asked));
    let (busy, answered) = if a.status == 500 { (a, b) } else { (b, a) };
    assert_eq!(
        (busy.text("ResponseCode"), busy.text("Value")),
        ("ErrorServerBusy".to_owned(), "80".to_owned())
    );
    assert_eq!(answered.codes(), ["NoError"]);
}

#[tokio::test]
async fn too_many_requests_for_one_mailbox_at_once_are_refused() {
    let server = builder()
        .connections_per_mailbox(2)
        .latency(Duration::from_millis(200))
        .start()
        .await
        .unwrap();
    let asked = (0..4).map(|_| sync_items("inbox", "", 1)).collect::<Vec<_>>();
    let (a, b, c, d) = tokio::join!(
        post(&server, VERSION, &asked[0]),
        post(&server, VERSION, &asked[1]),
        post(&server, VERSION, &asked[2]),
        post(&server, VERSION, &asked[3]),
    );
    let refused = [a, b, c, d]
        .iter()
        .filter(|x| x.text("ResponseCode") == "ErrorExceededConnectionCount")
        .count();
    assert_eq!(refused, 2);
    assert_eq!(server.stats().peak_per_mailbox, 4);
}
