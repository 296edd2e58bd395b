//! Why a call brought no result, by remedy. Knows no mailbox: whoever asked for one adds it.

use std::fmt;
use std::time::Duration;

use crate::{ResponseCode, transport};

/// Whose hands the remedy is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// A setting is wrong.
    Configuration,
    /// The way to the server is closed.
    Connection,
    /// The server does not accept the account.
    Authentication,
    /// The account may not act for this mailbox.
    Impersonation,
    /// This mailbox is unknown, or can't be read just now.
    Mailbox,
    /// The server asks for patience, and got it, for too long.
    Throttled,
    /// What answers is not Exchange as we know it.
    Protocol,
}

/// Why a call brought no result. `Display` ends with what to do; neither passwords nor mail are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// There is no answer.
    Transport(transport::Error),
    /// The server answers with an error.
    Response(ResponseError),
    /// The answer can't be read.
    Protocol {
        /// `GetItem` and so on.
        operation: &'static str,
        /// What is wrong with the answer.
        what: String,
    },
}

/// An error that the server answers, for a request or for one of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseError {
    /// `m:ResponseCode`.
    pub code: ResponseCode,
    /// `m:MessageText`, the server's own words; never mail.
    pub text: String,
    /// `t:Value[@Name="BackOffMilliseconds"]` of `ErrorServerBusy`.
    pub back_off: Option<Duration>,
}

impl Error {
    /// Whose hands the remedy is in.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Transport(error) => match error.remedy() {
                transport::Remedy::Configuration => Remedy::Configuration,
                transport::Remedy::Connection => Remedy::Connection,
                transport::Remedy::Authentication => Remedy::Authentication,
                transport::Remedy::Throttled => Remedy::Throttled,
                transport::Remedy::Protocol => Remedy::Protocol,
            },
            Self::Response(error) => error.code.remedy(),
            Self::Protocol { .. } => Remedy::Protocol,
        }
    }

    /// What the server answered, if it did.
    pub fn code(&self) -> Option<&ResponseCode> {
        match self {
            Self::Response(error) => Some(&error.code),
            _ => None,
        }
    }

    /// What happened.
    pub fn message(&self) -> String {
        match self {
            Self::Transport(error) => error.message(),
            Self::Response(error) => error.message(),
            Self::Protocol { operation, what } => {
                format!("The answer to {operation} can't be read: {what}.")
            }
        }
    }

    /// What the administrator can do.
    pub fn advice(&self) -> String {
        match self {
            Self::Transport(error) => error.advice(),
            Self::Response(error) => error.code.advice().to_owned(),
            Self::Protocol { .. } => {
                "Check proxies and filters between this host and Exchange; it is tried again in the next run."
                    .to_owned()
            }
        }
    }
}

impl ResponseError {
    /// What happened.
    pub fn message(&self) -> String {
        if self.text.is_empty() {
            format!("Exchange answers {}.", self.code)
        } else {
            format!("Exchange answers {}: {}", self.code, self.text)
        }
    }
}

impl From<transport::Error> for Error {
    fn from(error: transport::Error) -> Self {
        Self::Transport(error)
    }
}

impl From<ResponseError> for Error {
    fn from(error: ResponseError) -> Self {
        Self::Response(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message(), self.advice())
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message(), self.code.advice())
    }
}

impl std::error::Error for Error {}
impl std::error::Error for ResponseError {}
