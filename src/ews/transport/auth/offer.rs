//! `WWW-Authenticate`: what a server offers. Knows no credentials.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

use crate::transport::Scheme;

/// The challenges of one 401 answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Offer {
    challenges: Vec<(String, Option<String>)>,
}

impl Offer {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let values = headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        Self {
            challenges: values.flat_map(challenges).collect(),
        }
    }

    pub(crate) fn has(&self, scheme: &str) -> bool {
        self.challenges
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(scheme))
    }

    /// The token after the scheme's name (NTLM and Negotiate, second leg).
    pub(crate) fn token(&self, scheme: &str) -> Option<&str> {
        self.challenges
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(scheme))?
            .1
            .as_deref()
    }

    /// The names for an error message.
    pub(crate) fn names(&self) -> Vec<String> {
        self.challenges.iter().map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn allows(&self, scheme: Scheme) -> bool {
        match scheme {
            Scheme::Auto => !self.challenges.is_empty(),
            Scheme::Basic => self.has("Basic"),
            // Windows takes NTLM inside Negotiate.
            Scheme::Ntlm => self.has("NTLM") || self.has("Negotiate"),
            Scheme::Negotiate => self.has("Negotiate"),
            Scheme::OAuth => self.has("Bearer"),
        }
    }
}

/// Challenges of one header value. IIS sends a header for each scheme, proxies fold them into one with commas, and
/// parameters have commas too: a part that begins with `name=` belongs to the challenge before it.
fn challenges(value: &str) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for part in outside_quotes(value) {
        let (first, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        if first.is_empty() || first.contains('=') {
            continue;
        }
        let token = rest.trim();
        let is_token = !token.is_empty() && !token.trim_end_matches('=').contains(['=', '"', ' ']);
        found.push((first.to_owned(), is_token.then(|| token.to_owned())));
    }
    found
}

fn outside_quotes(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value
        .split(move |c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(values: &[&str]) -> Offer {
        Offer::of(
            &values
                .iter()
                .map(|value| (WWW_AUTHENTICATE, value.parse().unwrap()))
                .collect(),
        )
    }

    #[test]
    fn iis_sends_one_header_for_each_scheme() {
        let offer = offer(&["Negotiate", "NTLM", "Basic realm=\"mail.example.com\""]);
        assert_eq!(offer.names(), ["Negotiate", "NTLM", "Basic"]);
        assert!(offer.allows(Scheme::Ntlm) && offer.allows(Scheme::Basic) && !offer.allows(Scheme::OAuth));
    }

    #[test]
    fn folded_challenges_and_quoted_commas_are_told_apart() {
        let offer = offer(&[
            "Bearer client_id=\"00000002\", trusted_issuers=\"a,b\", token_types=\"x\", basic realm=\"a, b\", NTLM",
        ]);
        assert_eq!(offer.names(), ["Bearer", "basic", "NTLM"]);
    }

    #[test]
    fn the_second_leg_carries_a_token() {
        let offer = offer(&["NTLM TlRMTVNTUAACAAAA==", "Basic realm=\"x\""]);
        assert_eq!(offer.token("ntlm"), Some("TlRMTVNTUAACAAAA=="));
        assert_eq!(offer.token("Basic"), None);
    }
}
