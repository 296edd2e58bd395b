//! Which scheme: as set, or the strongest that is offered and works here. Knows no network.

use super::auth::offer::Offer;
use super::{Error, Scheme, Settings};

/// What is known of the schemes of one server.
#[derive(Debug, Default)]
pub(super) struct Choice {
    offer: Option<Offer>,
    /// Offered, but they don't work here, and why.
    passed_over: Vec<(Scheme, Error)>,
}

impl Choice {
    /// The scheme to use; `None` as long as nobody asked the server.
    pub(super) fn scheme(&self, settings: &Settings) -> Option<Scheme> {
        match settings.scheme {
            Scheme::Auto => self.strongest(settings),
            scheme => Some(scheme),
        }
    }

    /// Chooses by the server's offer.
    pub(super) fn learn(&mut self, offer: Offer, settings: &Settings) -> Result<Scheme, Error> {
        self.offer = Some(offer);
        self.strongest(settings).ok_or_else(|| self.none_left(settings))
    }

    /// Goes on to the next weaker scheme, where `Auto` may choose and there is one; the error, where not.
    pub(super) fn pass_over(&mut self, scheme: Scheme, error: Error, settings: &Settings) -> Result<(), Error> {
        if settings.scheme != Scheme::Auto {
            return Err(error);
        }
        // Requests under way at once all come to the same end.
        if self.passed_over.iter().all(|(passed, _)| *passed != scheme) {
            tracing::info!(scheme = scheme.name(), reason = %error.message(), "authentication scheme passed over");
            self.passed_over.push((scheme, error));
        }
        match self.strongest(settings) {
            Some(_) => Ok(()),
            None => Err(self.none_left(settings)),
        }
    }

    /// Whether the server is known to offer this scheme by its own name.
    pub(super) fn is_offered(&self, name: &str) -> Option<bool> {
        self.offer.as_ref().map(|offer| offer.has(name))
    }

    /// Why stronger schemes were not used, for the message of a refusal; or empty.
    pub(super) fn passed_over(&self) -> String {
        self.passed_over
            .iter()
            .map(|(scheme, error)| format!("'{}' was passed over: {}", scheme.name(), error.message()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn strongest(&self, settings: &Settings) -> Option<Scheme> {
        let offer = self.offer.as_ref()?;
        let has_password = !settings.login.is_empty() && !settings.password.expose().is_empty();
        [Scheme::OAuth, Scheme::Negotiate, Scheme::Ntlm, Scheme::Basic]
            .into_iter()
            .filter(|scheme| match scheme {
                Scheme::OAuth => settings.oauth.is_some(),
                Scheme::Ntlm | Scheme::Basic => has_password,
                _ => true,
            })
            .filter(|scheme| offer.allows(*scheme))
            .find(|scheme| self.passed_over.iter().all(|(passed, _)| passed != scheme))
    }

    /// The strongest's own failure says more than that nothing is left.
    fn none_left(&self, settings: &Settings) -> Error {
        match self.passed_over.first() {
            Some((_, error)) => error.clone(),
            None => Error::NoCommonScheme {
                url: settings.endpoint.to_string(),
                wanted: settings.scheme,
                offered: self.offer.as_ref().map(Offer::names).unwrap_or_default(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

    use super::*;
    use crate::transport::Secret;

    fn settings() -> Settings {
        Settings::new(
            "https://mail.example.com/EWS/Exchange.asmx".parse().unwrap(),
            "svc",
            Secret::new("hunter2".into()),
        )
    }

    fn offer(schemes: &[&str]) -> Offer {
        Offer::of(&HeaderMap::from_iter(
            schemes.iter().map(|scheme| (WWW_AUTHENTICATE, scheme.parse().unwrap())),
        ))
    }

    fn broken() -> Error {
        Error::Broken {
            url: "x".into(),
            reason: "y".into(),
        }
    }

    #[test]
    fn the_strongest_offered_goes_first_and_each_that_fails_makes_way() {
        let (mut choice, settings) = (Choice::default(), settings());
        assert_eq!(choice.scheme(&settings), None);
        let first = choice.learn(offer(&["Basic realm=\"x\"", "NTLM", "Negotiate", "Bearer"]), &settings);
        assert_eq!(first, Ok(Scheme::Negotiate));
        choice.pass_over(Scheme::Negotiate, broken(), &settings).unwrap();
        assert_eq!(choice.scheme(&settings), Some(Scheme::Ntlm));
        choice.pass_over(Scheme::Ntlm, broken(), &settings).unwrap();
        assert_eq!(choice.scheme(&settings), Some(Scheme::Basic));
        assert!(choice.passed_over().contains("'negotiate' was passed over"));
    }

    #[test]
    fn a_scheme_that_was_set_is_never_replaced() {
        let mut choice = Choice::default();
        let settings = Settings {
            scheme: Scheme::Negotiate,
            ..settings()
        };
        choice.learn(offer(&["Negotiate", "NTLM"]), &settings).unwrap();
        assert_eq!(choice.pass_over(Scheme::Negotiate, broken(), &settings), Err(broken()));
        assert_eq!(choice.scheme(&settings), Some(Scheme::Negotiate));
    }

    #[test]
    fn without_a_password_only_tickets_are_left() {
        let mut choice = Choice::default();
        let settings = Settings {
            password: Secret::default(),
            ..settings()
        };
        let error = choice
            .learn(offer(&["NTLM", "Basic realm=\"x\""]), &settings)
            .unwrap_err();
        assert!(matches!(error, Error::NoCommonScheme { .. }), "{error:?}");
        assert_eq!(
            choice.learn(offer(&["Negotiate", "NTLM"]), &settings),
            Ok(Scheme::Negotiate)
        );
    }
}
