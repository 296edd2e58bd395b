//! Errors, by what the administrator can do about them.

use std::time::SystemTime;

/// The remedy's kind; one PHP exception class each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ErrorKind {
    Configuration,
    Connection,
    Authentication,
    Impersonation,
    Throttled,
    Protocol,
}

/// What went wrong and what to do; never holds a password or mail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message} {remedy}")]
pub struct Error {
    /// Kind of remedy.
    pub kind: ErrorKind,
    /// EWS `ResponseCode`, where the server gave one.
    pub code: Option<String>,
    /// Which mailbox, which server answer.
    pub message: String,
    /// What the administrator can do.
    pub remedy: String,
    /// When the server asked to be left alone until.
    pub retry_at: Option<SystemTime>,
}
