//! Where a login may go. Knows no network.

use url::Url;

/// The names that the administrator gave, and with them all below.
#[derive(Debug, Clone)]
pub(super) struct Agreed {
    domains: Vec<String>,
}

impl Agreed {
    /// The host or domain of `server`, and the domain of the mailbox.
    pub(super) fn new(server: &str, mailbox: Option<&str>) -> Self {
        let host = server.split(':').next().unwrap_or_default();
        let domain = mailbox
            .and_then(|mailbox| mailbox.rsplit_once('@'))
            .map(|(_, domain)| domain);
        Self {
            domains: [Some(host), domain]
                .into_iter()
                .flatten()
                .map(|domain| domain.trim_end_matches('.').to_ascii_lowercase())
                .filter(|domain| !domain.is_empty())
                .collect(),
        }
    }

    /// HTTPS, to one of the names or below.
    pub(super) fn allows(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https"
            && self
                .domains
                .iter()
                .any(|domain| match host.strip_suffix(domain.as_str()) {
                    Some(rest) => rest.is_empty() || rest.ends_with('.'),
                    None => false,
                })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_goes_to_what_was_named_and_below_and_only_by_https() {
        let agreed = Agreed::new("example.com", Some("jane@mail.example.org"));
        for (url, allowed) in [
            ("https://example.com/x", true),
            ("https://autodiscover.example.com/x", true),
            ("https://ex01.mail.example.org:444/x", true),
            ("https://example.org/x", false),
            ("https://badexample.com/x", false),
            ("https://example.com.evil.test/x", false),
            ("http://autodiscover.example.com/x", false),
        ] {
            assert_eq!(agreed.allows(&url.parse().unwrap()), allowed, "{url}");
        }
    }
}
