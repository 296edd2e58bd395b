//! Why a call brought no result, by remedy. Knows no mailbox: whoever asked for one adds it.

use std::fmt;
use std::time::Duration;

use crate::{Remedy, ResponseCode, transport};

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
        self.policy().remedy
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
        write!(f, "{} {}", self.message(), self.policy().advice)
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message(), self.code.policy().advice)
    }
}

impl std::error::Error for Error {}
impl std::error::Error for ResponseError {}
