//! Why Exchange was not found, by remedy. Knows no mailbox.

use std::fmt;

use crate::{Remedy, transport};

/// Why Exchange was not found. `Display` ends with what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The setting `server` can't be one.
    Server {
        /// Its value.
        server: String,
        /// Why not.
        reason: String,
    },
    /// Something leads to a place that the administrator did not name.
    Elsewhere {
        /// What was asked: a URL, or a DNS name.
        from: String,
        /// Where it leads.
        to: String,
    },
    /// Autodiscover does not know the address.
    UnknownAddress {
        /// Who said so.
        url: String,
        /// The address asked for.
        address: String,
    },
    /// Nobody tells where Exchange is.
    NotFound {
        /// Host or e-mail domain.
        domain: String,
        /// What was tried, and what came of it.
        tried: Vec<String>,
    },
    /// The way to a server, or its login, failed for good.
    Transport(transport::Error),
}

impl Error {
    /// Whose hands the remedy is in.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Transport(error) => error.policy().remedy,
            _ => Remedy::Configuration,
        }
    }

    /// What happened.
    pub fn message(&self) -> String {
        match self {
            Self::Server { server, reason } => {
                // A login in an address must not come out here.
                let shown = server.rsplit_once('@').filter(|_| server.contains("://"));
                let shown = shown.map_or(server.as_str(), |(_, rest)| rest);
                format!("The setting 'server' is '{shown}': {reason}.")
            }
            Self::Elsewhere { from, to } => {
                format!("{from} leads to {to}, which was not agreed to: no login is sent there.")
            }
            Self::UnknownAddress { url, address } => format!("{url} does not know the mailbox {address}."),
            Self::NotFound { domain, tried } if tried.is_empty() => {
                format!("Nothing tells where the Exchange server of {domain} is.")
            }
            Self::NotFound { domain, tried } => {
                format!(
                    "Nothing tells where the Exchange server of {domain} is. Tried: {}",
                    tried.join(" ")
                )
            }
            Self::Transport(error) => error.message(),
        }
    }

    /// What the administrator can do.
    pub fn advice(&self) -> String {
        match self {
            Self::Server { .. } | Self::NotFound { .. } => {
                "Set 'server' to https://HOST/EWS/Exchange.asmx, to the host of Exchange, or to an e-mail domain with Autodiscover."
                    .to_owned()
            }
            Self::Elsewhere { to, .. } => match url::Url::parse(to).ok().filter(|url| url.scheme() == "https") {
                Some(url) => format!(
                    "If {host} is your Exchange server, set 'server' to https://{host}/EWS/Exchange.asmx.",
                    host = url.host_str().unwrap_or_default()
                ),
                None => "Set 'server' to https://HOST/EWS/Exchange.asmx of your Exchange server.".to_owned(),
            },
            Self::UnknownAddress { .. } => {
                "Check the mailbox's address, or set 'server' to https://HOST/EWS/Exchange.asmx.".to_owned()
            }
            Self::Transport(error) => error.policy().advice.into_owned(),
        }
    }
}

impl From<transport::Error> for Error {
    fn from(error: transport::Error) -> Self {
        Self::Transport(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message(), self.advice())
    }
}

impl std::error::Error for Error {}
