//! Which schema version the client asks in.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // A test panics to fail.

mod exchange;

use ews::{DistinguishedFolder, Remedy, RequestServerVersion, ResponseCode};
use exchange::*;
use exchange_server::ServerVersion;

#[tokio::test]
async fn detection_finds_the_newest_version_that_every_product_knows() {
    for (product, expected, requests) in [
        (ServerVersion::Exchange2007, "Exchange2007_SP1", 2),
        (ServerVersion::Exchange2010, "Exchange2010_SP2", 2),
        (ServerVersion::Exchange2013, "Exchange2013_SP1", 1),
        (ServerVersion::Exchange2016, "Exchange2013_SP1", 1),
        (ServerVersion::Exchange2019, "Exchange2013_SP1", 1),
    ] {
        let server = builder().version(product).start().await.unwrap();
        let client = client(&server, None);
        assert_eq!(client.server(), None);
        client
            .mailbox(JANE)
            .get_folder(&[distinguished(DistinguishedFolder::Inbox)])
            .await
            .unwrap();
        assert_eq!((client.version().name(), server.requests().len()), (expected, requests));
        client.mailbox(JANE).resolve_names("x").await.unwrap();
        assert_eq!(server.requests().len(), requests + 1);
        let server = client.server().unwrap();
        assert_eq!(server.product().strip_prefix("Exchange "), product_year(product));
    }
}

fn product_year(product: ServerVersion) -> Option<&'static str> {
    Some(match product {
        ServerVersion::Exchange2007 => "2007",
        ServerVersion::Exchange2010 => "2010",
        ServerVersion::Exchange2013 => "2013",
        ServerVersion::Exchange2016 => "2016",
        ServerVersion::Exchange2019 => "2019",
    })
}

#[tokio::test]
async fn a_chosen_version_that_is_refused_names_the_setting() {
    let server = builder().version(ServerVersion::Exchange2010).start().await.unwrap();
    for version in [RequestServerVersion::Exchange2013, RequestServerVersion::Exchange2016] {
        let jane = client(&server, Some(version)).mailbox(JANE);
        let error = jane.resolve_names("x").await.unwrap_err();
        assert_eq!(error.code(), Some(&ResponseCode::ErrorInvalidServerVersion));
        assert_eq!(error.remedy(), Remedy::Configuration);
        let text = error.to_string();
        for part in [version.name(), "Exchange 2010", "14.2.247.5", "'version'"] {
            assert!(text.contains(part), "{text}");
        }
    }
    assert_eq!(server.requests().len(), 2);
}
