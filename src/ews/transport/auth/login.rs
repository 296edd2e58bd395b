//! The three forms of a login. Knows no scheme.

/// `DOMAIN\user`, `user@domain` or `user`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login<'a> {
    /// Down-level logon name: NetBIOS (or DNS) name of the domain, and account.
    DownLevel {
        /// Before the backslash.
        domain: &'a str,
        /// After it.
        user: &'a str,
    },
    /// User principal name, whole; its suffix need not be the domain's name.
    Principal(&'a str),
    /// The account alone: the server looks in its own domain.
    Bare(&'a str),
}

impl<'a> Login<'a> {
    /// Never fails: what has no separator is bare. `DOMAIN/user` is read as `DOMAIN\user`.
    pub(crate) fn parse(login: &'a str) -> Self {
        match login.split_once(['\\', '/']) {
            Some(("", user)) => Self::Bare(user),
            Some((domain, user)) => Self::DownLevel { domain, user },
            None if login.contains('@') => Self::Principal(login),
            None => Self::Bare(login),
        }
    }

    /// User and domain as NTLM sends them: of a principal name the domain stays empty (MS-NLMP 3.2.5.1.2).
    pub(crate) fn ntlm(self) -> (&'a str, &'a str) {
        match self {
            Self::DownLevel { domain, user } => (user, domain),
            Self::Principal(name) | Self::Bare(name) => (name, ""),
        }
    }

    /// The Kerberos principal that a principal name usually is: its suffix in capitals as the realm.
    pub(crate) fn kerberos(self) -> Option<String> {
        match self {
            Self::Principal(name) => {
                let (user, suffix) = name.rsplit_once('@')?;
                Some(format!("{user}@{}", suffix.to_uppercase()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_goes_to_ntlm_as_windows_sends_it() {
        assert_eq!(Login::parse("EXAMPLE\\svc").ntlm(), ("svc", "EXAMPLE"));
        assert_eq!(Login::parse("svc@example.com").ntlm(), ("svc@example.com", ""));
        assert_eq!(Login::parse("svc").ntlm(), ("svc", ""));
        assert_eq!(Login::parse("\\svc").ntlm(), ("svc", ""));
    }

    #[test]
    fn only_a_principal_name_names_a_kerberos_principal() {
        assert_eq!(
            Login::parse("svc@example.com").kerberos().as_deref(),
            Some("svc@EXAMPLE.COM")
        );
        assert_eq!(Login::parse("EXAMPLE\\svc").kerberos(), None);
        assert_eq!(Login::parse("svc").kerberos(), None);
    }
}
