//! Autodiscover version 2 by JSON, Exchange 2016 and newer; it needs no login. Knows no network.

use serde::Deserialize;
use url::Url;

use super::autodiscover::Told;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    error_code: Option<String>,
}

/// The URL to get for an address.
pub(super) fn url(base: &Url, address: &str) -> Url {
    let mut url = base.clone();
    url.set_path("/autodiscover/autodiscover.json/v1.0/");
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(address);
    }
    url.set_query(Some("Protocol=Ews"));
    url
}

/// `None` where the answer is none of Autodiscover.
pub(super) fn read(body: &[u8]) -> Option<Told> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    match (answer.url, answer.error_code.as_deref()) {
        (Some(url), _) => Some(Told::Urls(vec![url])),
        (None, Some("UserNotFound")) => Some(Told::UnknownAddress),
        (None, Some(code)) => Some(Told::Failed(code.to_owned())),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_one_segment_whatever_is_in_it() {
        let base = "https://autodiscover.example.com/".parse().unwrap();
        assert_eq!(
            url(&base, "j/a?ne@example.com").as_str(),
            "https://autodiscover.example.com/autodiscover/autodiscover.json/v1.0/j%2Fa%3Fne@example.com?Protocol=Ews"
        );
    }

    #[test]
    fn a_url_an_unknown_user_and_an_error_are_told_apart() {
        let told = read(br#"{"Protocol":"Ews","Url":"https://x/"}"#);
        assert_eq!(told, Some(Told::Urls(vec!["https://x/".into()])));
        assert_eq!(
            read(br#"{"ErrorCode":"UserNotFound","ErrorMessage":"x"}"#),
            Some(Told::UnknownAddress)
        );
        assert_eq!(
            read(br#"{"ErrorCode":"InvalidProtocol"}"#),
            Some(Told::Failed("InvalidProtocol".into()))
        );
        assert_eq!(read(b"<html>"), None);
        assert_eq!(read(b"{}"), None);
    }
}
