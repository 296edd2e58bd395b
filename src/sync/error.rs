//! Errors, by what the administrator can do about them. Knows no host.

use std::time::{Duration, SystemTime};

use ews::{Disposition, Remedy};

/// Before the mailbox that a message is about.
const ABOUT: &str = "Mailbox ";

fn about(mailbox: &str, what: &str) -> String {
    format!("{ABOUT}{mailbox}: {what}")
}

/// What went wrong and what to do; never holds a password or mail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message} {remedy}")]
pub struct Error {
    /// Kind of remedy.
    pub kind: Remedy,
    /// What it puts an end to.
    pub disposition: Disposition,
    /// EWS `ResponseCode`, where the server gave one.
    pub code: Option<String>,
    /// Which mailbox, which server answer.
    pub message: String,
    /// What the administrator can do.
    pub remedy: String,
    /// When the server asked to be left alone until.
    pub retry_at: Option<SystemTime>,
}

impl Error {
    /// A setting is wrong: `what` completes the sentence that begins with its name.
    pub(crate) fn setting(name: &str, what: &str, remedy: &str) -> Self {
        Self {
            kind: Remedy::Configuration,
            disposition: Disposition::StopMailbox,
            code: None,
            message: format!("The setting '{name}' {what}"),
            remedy: remedy.into(),
            retry_at: None,
        }
    }

    /// The server was not found while a mailbox was to be read.
    pub(crate) fn of_discovery(mailbox: &str, error: ews::discovery::Error) -> Self {
        match error {
            ews::discovery::Error::Transport(error) => Self::of_mailbox(mailbox, &error.into(), None),
            error => Self {
                kind: Remedy::Configuration,
                disposition: Disposition::StopMailbox,
                code: None,
                message: error.message(),
                remedy: error.advice(),
                retry_at: None,
            },
        }
    }

    /// The mailbox is in none of the domains that may be read.
    pub(crate) fn outside_domains(mailbox: &str) -> Self {
        Self {
            kind: Remedy::Configuration,
            disposition: Disposition::StopMailbox,
            code: None,
            message: format!("The mailbox {mailbox} is in no domain of the setting 'domains' and was not contacted."),
            remedy: "Add its domain to 'domains' if it may be read.".into(),
            retry_at: None,
        }
    }

    /// The login was refused for another mailbox before, and so counts for this one, which was not contacted.
    pub(crate) fn also_of(self, mailbox: &str) -> Self {
        let what = self
            .message
            .strip_prefix(ABOUT)
            .and_then(|rest| rest.split_once(": "))
            .map_or(self.message.as_str(), |(_, what)| what);
        Self {
            message: about(mailbox, what),
            ..self
        }
    }

    /// Our own fault: a task ended that should not.
    pub(crate) fn internal(mailbox: &str) -> Self {
        Self {
            kind: Remedy::Protocol,
            disposition: Disposition::StopMailbox,
            code: None,
            message: about(mailbox, "the engine stopped unexpectedly while reading it."),
            remedy: "Report this with the server's version; the mailbox is read again in the next run.".into(),
            retry_at: None,
        }
    }

    /// What the EWS layer says of one mailbox; `held_for`: how long it must be left alone.
    pub(crate) fn of_mailbox(mailbox: &str, error: &ews::Error, held_for: Option<Duration>) -> Self {
        let policy = error.policy();
        Self {
            kind: policy.remedy,
            disposition: policy.disposition,
            code: error.code().map(|code| code.as_str().to_owned()),
            message: about(mailbox, &error.message()),
            remedy: policy.advice.into_owned(),
            retry_at: held_for.map(|wait| SystemTime::now() + wait),
        }
    }
}
