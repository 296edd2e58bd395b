//! The setting `server`: URL, host name or e-mail address. Knows no network.

use url::{Host, Url};

use super::{EWS_PATH, Error};

/// What the administrator set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Server {
    /// With its path.
    Url(Url),
    /// A host, or an e-mail domain: they look alike. With its port, where it has one.
    Host(String),
    /// An e-mail address.
    Address { address: String, domain: String },
}

impl Server {
    pub(super) fn parse(server: &str) -> Result<Self, Error> {
        let server = server.trim();
        let bad = |reason: &str| Error::Server {
            server: server.into(),
            reason: reason.into(),
        };
        if server.contains("://") {
            let mut url = Url::parse(server).map_err(|error| bad(&error.to_string()))?;
            if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
                return Err(bad("only https:// leads to Exchange"));
            }
            if !url.username().is_empty() || url.password().is_some() {
                return Err(bad("a login does not belong into the address"));
            }
            if url.path() == "/" {
                url.set_path(EWS_PATH);
            }
            return Ok(Self::Url(url));
        }
        if let Some((user, domain)) = server.rsplit_once('@') {
            let domain = host(domain).filter(|_| !user.is_empty());
            return Ok(Self::Address {
                address: server.into(),
                domain: domain.ok_or_else(|| bad("it is no e-mail address"))?,
            });
        }
        let (name, port) = match server.rsplit_once(':') {
            Some((name, port)) if port.parse::<u16>().is_ok() => (name, Some(port)),
            _ => (server, None),
        };
        let name = host(name).ok_or_else(|| bad("it is neither a host name nor a URL"))?;
        Ok(Self::Host(match port {
            Some(port) => format!("{name}:{port}"),
            None => name,
        }))
    }
}

/// A host name in lower case and ASCII.
fn host(name: &str) -> Option<String> {
    if name.is_empty() || name.contains(['/', ' ', '\\']) {
        return None;
    }
    match Host::parse(name.trim_end_matches('.')).ok()? {
        Host::Domain(name) if name.is_empty() => None,
        host => Some(host.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(server: &str) -> String {
        match Server::parse(server).unwrap() {
            Server::Url(url) => url.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_url_without_a_path_gets_that_of_ews() {
        assert_eq!(
            url(" https://mail.example.com "),
            "https://mail.example.com/EWS/Exchange.asmx"
        );
        assert_eq!(
            url("https://mail.example.com:8443/"),
            "https://mail.example.com:8443/EWS/Exchange.asmx"
        );
        assert_eq!(
            url("http://127.0.0.1:8080/x/exchange.asmx"),
            "http://127.0.0.1:8080/x/exchange.asmx"
        );
    }

    #[test]
    fn a_name_and_an_address_are_told_apart() {
        assert_eq!(
            Server::parse("Mail.Example.COM").unwrap(),
            Server::Host("mail.example.com".into())
        );
        assert_eq!(
            Server::parse("mail.example.com:444").unwrap(),
            Server::Host("mail.example.com:444".into())
        );
        assert_eq!(
            Server::parse("Jane@Example.com").unwrap(),
            Server::Address {
                address: "Jane@Example.com".into(),
                domain: "example.com".into()
            }
        );
    }

    #[test]
    fn what_can_be_no_server_is_told_with_an_example() {
        for server in [
            "",
            "ftp://x",
            "mail example",
            "jane@",
            "@",
            "https://u:p@x/",
            "mail/ews",
        ] {
            let error = Server::parse(server).unwrap_err();
            assert!(error.to_string().contains("https://HOST/EWS/Exchange.asmx"), "{error}");
            assert!(!error.message().contains("u:p"), "{error}");
        }
    }
}
