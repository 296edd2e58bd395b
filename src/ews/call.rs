//! One request: written, posted, read, and repeated where that helps. The one retry of the crate. Knows no operation.

use std::time::Duration;

use tracing::debug;

use crate::soap::answer::{self, Outcome};
use crate::soap::body::Body;
use crate::soap::events::Unreadable;
use crate::soap::{Message, Operation, envelope};
use crate::transport::{self, throttle::PATIENCE};
use crate::{Disposition, Error, Mailbox, RequestServerVersion, ResponseCode, ResponseError};

/// Waits before a request that may have failed by chance is sent again.
const SOON: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];
/// A server that asks for no wait at all is not asked in a tight loop.
const LEAST_WAIT: Duration = Duration::from_millis(100);

/// How often and how long one call has waited.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    soon: usize,
    held: Duration,
}

/// What to do with a request that got no good answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// Send it again as it is.
    Repeat,
    /// Its parts are worth a try: give it back where its size may be the reason.
    Split,
    /// Less of it is worth a try: give it back where its size may be the reason.
    Shrink,
    /// It only finds out whether the server answers: once more, unless that took its time.
    Once,
}

impl Patience {
    /// Waits a little; false when that was done often enough.
    pub(crate) async fn soon(&mut self) -> bool {
        let Some(wait) = SOON.get(self.soon) else { return false };
        self.soon += 1;
        tokio::time::sleep(*wait).await;
        true
    }

    /// The limiter keeps the wait that a server asked for; false when it asked for too much. Waits only where the limiter would not.
    async fn hold(&mut self, mailbox: &Mailbox) -> bool {
        let limiter = mailbox.client().transport().limiter();
        let wait = limiter.held_for(mailbox.address()).unwrap_or_default();
        self.held += wait.max(LEAST_WAIT);
        if self.held > PATIENCE {
            return false;
        }
        if wait < LEAST_WAIT {
            tokio::time::sleep(LEAST_WAIT).await;
        }
        true
    }

    /// Tells the limiter what the server asked for; whether to ask again.
    pub(crate) async fn throttled(&mut self, mailbox: &Mailbox, error: &ResponseError) -> bool {
        mailbox.heed(error);
        self.hold(mailbox).await
    }
}

impl Mailbox {
    /// Posts an operation until its answer can be used; all response messages of it.
    pub(crate) async fn call<O: Operation>(
        &self,
        operation: &O,
        persistence: Persistence,
    ) -> Result<Vec<Message<O::Content>>, Error> {
        let mut patience = Patience::default();
        loop {
            let version = self.version();
            let error = match self.post(operation, version).await {
                Err(error) => error,
                Ok(Outcome::Messages(messages)) => match whole_failure(&messages, persistence) {
                    None => return Ok(messages),
                    Some(error) => Error::Response(error.clone()),
                },
                Ok(Outcome::Fault(fault)) => {
                    if fault.code.policy().disposition == Disposition::OtherVersion {
                        if self.negotiation().refused(version) {
                            continue;
                        }
                        return Err(self.refusal(fault, version).into());
                    }
                    Error::Response(fault)
                }
            };
            let again = match (error.policy().disposition, &error) {
                (Disposition::Wait, Error::Response(response)) => patience.throttled(self, response).await,
                (Disposition::Wait, _) => patience.hold(self).await,
                (Disposition::Split, _) if matches!(persistence, Persistence::Split | Persistence::Shrink) => false,
                (Disposition::Split, Error::Transport(transport::Error::Timeout { .. }))
                    if persistence == Persistence::Once =>
                {
                    false
                }
                (Disposition::Repeat | Disposition::Split, _) => {
                    (persistence != Persistence::Once || patience.soon == 0) && patience.soon().await
                }
                _ => false,
            };
            if !again {
                return Err(error);
            }
            debug!(mailbox = self.address(), operation = O::NAME, %error, "asking again");
        }
    }

    /// As [`Mailbox::call`], for an operation with one response message.
    pub(crate) async fn call_one<O: Operation>(
        &self,
        operation: &O,
        persistence: Persistence,
    ) -> Result<O::Content, Error> {
        let messages = self.call(operation, persistence).await?;
        match messages.into_iter().next() {
            Some(message) => Ok(message?),
            None => Err(Error::Protocol {
                operation: O::NAME,
                what: "there is no response message in it".into(),
            }),
        }
    }

    /// Tells the limiter for how long the server asked to be left alone, if it did.
    pub(crate) fn heed(&self, error: &ResponseError) {
        if error.code.policy().disposition != Disposition::Wait {
            return;
        }
        let limiter = self.client().transport().limiter();
        match error.code {
            ResponseCode::ErrorServerBusy => limiter.mailbox_busy(self.address(), error.back_off),
            _ => limiter.server_busy(error.back_off),
        }
        debug!(mailbox = self.address(), code = error.code.as_str(), back_off = ?error.back_off, "throttled");
    }

    async fn post<O: Operation>(
        &self,
        operation: &O,
        version: RequestServerVersion,
    ) -> Result<Outcome<O::Content>, Error> {
        let request = envelope::write(operation, version, self.address());
        let mut body = Body::new(operation.has_mime());
        self.client()
            .transport()
            .post_into(self.route(version), request, &mut body)
            .await?;
        let answer = answer::read(operation, body).map_err(|error| unreadable(O::NAME, &error))?;
        let accepted = matches!(answer.outcome, Outcome::Messages(_)).then_some(version);
        self.learn(answer.server.as_ref(), accepted);
        Ok(answer.outcome)
    }

    /// Says which version was refused, and whether the server is too old for it.
    fn refusal(&self, mut fault: ResponseError, version: RequestServerVersion) -> ResponseError {
        if let Some(server) = self.negotiation().server()
            && server.newest_request() < version.min(RequestServerVersion::Exchange2013_SP1)
        {
            fault.code = ResponseCode::ErrorInvalidServerVersion;
            fault.text = format!(
                "{} (asked in {}; the server is {}, build {})",
                fault.text,
                version.name(),
                server.product(),
                server.build()
            );
        } else if fault.code == ResponseCode::ErrorInvalidServerVersion {
            fault.text = format!("{} (asked in {})", fault.text, version.name());
        }
        fault
    }
}

pub(crate) fn unreadable(operation: &'static str, error: &Unreadable) -> Error {
    Error::Protocol {
        operation,
        what: error.to_string(),
    }
}

/// What stands for all messages where none is good: throttling, or one message that may be better next time.
fn whole_failure<C>(messages: &[Message<C>], persistence: Persistence) -> Option<&ResponseError> {
    let wait = |error: &ResponseError| error.code.policy().disposition == Disposition::Wait;
    let mut errors = messages.iter().map(|message| message.as_ref().err());
    let first = errors.next()??;
    let again = match persistence {
        Persistence::Split => false,
        Persistence::Repeat | Persistence::Shrink | Persistence::Once => matches!(
            first.code.policy().disposition,
            Disposition::Repeat | Disposition::Split
        ),
    };
    let alone = messages.len() == 1 && again;
    let throttled = wait(first) && errors.all(|error| error.is_some_and(wait));
    (alone || throttled).then_some(first)
}
