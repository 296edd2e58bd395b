//! `GetStreamingEvents` (MS-OXWSNTIF): one answer that goes on, an envelope each time something happened.

use std::cell::RefCell;
use std::time::Duration;

use crate::call::unreadable;
use crate::soap::answer::{self, Outcome};
use crate::soap::body::Body;
use crate::soap::envelope::{self, Xml};
use crate::soap::events::{Events, Tag, Unreadable};
use crate::soap::pieces::Pieces;
use crate::soap::{Message, Operation};
use crate::transport::Hanging;
use crate::{Error, Mailbox, RequestServerVersion, SubscriptionId};

use super::notifications::{Notification, read_notification};

/// Servers send a sign of life at least every 45 seconds; a connection that is silent for so long is dead.
const LONGEST_SILENCE: Duration = Duration::from_secs(120);
/// What has happened to a hundred mailboxes at once, some 20,000 events of them; a stream that never ends its envelope must
/// not fill the memory.
const LARGEST_ENVELOPE: usize = 16 << 20;

struct GetStreamingEvents<'a> {
    ids: &'a [SubscriptionId],
    minutes: u8,
    /// `ErrorSubscriptionIds`, which stand beside an error: of a message that failed nothing else is kept.
    refused: RefCell<Vec<SubscriptionId>>,
}

/// What one envelope says.
#[derive(Debug, Default)]
struct Told {
    notifications: Vec<Notification>,
    closed: bool,
}

impl Operation for GetStreamingEvents<'_> {
    const NAME: &'static str = "GetStreamingEvents";
    type Content = Told;

    fn write(&self, xml: &mut Xml, _version: RequestServerVersion) {
        xml.raw("<m:GetStreamingEvents><m:SubscriptionIds>");
        for id in self.ids {
            xml.raw("<t:SubscriptionId>")
                .escaped(id.as_str())
                .raw("</t:SubscriptionId>");
        }
        xml.raw("</m:SubscriptionIds><m:ConnectionTimeout>")
            .number(self.minutes.clamp(1, 30).into())
            .raw("</m:ConnectionTimeout></m:GetStreamingEvents>");
    }

    fn read(&self, _: usize, tag: &Tag<'_>, events: &mut Events<'_>, told: &mut Told) -> Result<(), Unreadable> {
        match tag.name() {
            "Notifications" => {
                while events.child()?.is_some() {
                    told.notifications.push(read_notification(events)?);
                }
            }
            "ErrorSubscriptionIds" => {
                while events.child()?.is_some() {
                    let id = SubscriptionId(events.text()?.into_owned());
                    self.refused.borrow_mut().push(id);
                }
            }
            "ConnectionStatus" => told.closed = events.text()? == "Closed",
            _ => events.skip()?,
        }
        Ok(())
    }
}

/// Notifications as they come. Dropped, it closes its connection.
#[derive(Debug)]
pub struct EventStream {
    mailbox: Mailbox,
    answer: Hanging,
    pieces: Pieces,
    closed: bool,
    refused: Vec<SubscriptionId>,
}

impl EventStream {
    /// The next notifications: empty ones are signs of life; `None` when the time is over or the server closed, after which
    /// the same subscriptions can be asked about again.
    ///
    /// # Errors
    /// [`Error`]; which subscriptions are the reason tells [`EventStream::refused`]. After an error the stream is over.
    pub async fn next(&mut self) -> Result<Option<Vec<Notification>>, Error> {
        while !self.closed {
            if let Some(envelope) = self.pieces.take() {
                return self.told(envelope).inspect_err(|_| self.closed = true);
            }
            if self.pieces.len() > LARGEST_ENVELOPE {
                self.closed = true;
                return Err(Error::Protocol {
                    operation: GetStreamingEvents::NAME,
                    what: format!("an envelope of it is larger than {LARGEST_ENVELOPE} bytes"),
                });
            }
            match self.answer.chunk().await {
                Ok(Some(bytes)) => self.pieces.push(&bytes),
                Ok(None) if self.pieces.is_empty() => self.closed = true,
                Ok(None) => {
                    self.closed = true;
                    return Err(unreadable(GetStreamingEvents::NAME, &Unreadable::Truncated));
                }
                Err(error) => {
                    self.closed = true;
                    return Err(error.into());
                }
            }
        }
        Ok(None)
    }

    /// The subscriptions that the last error is about: the server forgot them, or they live on another of its machines.
    pub fn refused(&self) -> &[SubscriptionId] {
        &self.refused
    }

    fn told(&mut self, envelope: Vec<u8>) -> Result<Option<Vec<Notification>>, Error> {
        let operation = GetStreamingEvents {
            ids: &[],
            minutes: 0,
            refused: RefCell::default(),
        };
        let answer = answer::read(&operation, Body::whole(envelope))
            .map_err(|error| unreadable(GetStreamingEvents::NAME, &error))?;
        self.refused = operation.refused.take();
        let told = match answer.outcome {
            Outcome::Messages(messages) => messages.into_iter().collect::<Message<Vec<Told>>>(),
            Outcome::Fault(fault) => Err(fault),
        };
        let told = told.inspect_err(|error| self.mailbox.heed(error))?;
        self.closed = told.iter().any(|told| told.closed);
        let notifications: Vec<_> = told.into_iter().flat_map(|told| told.notifications).collect();
        Ok((!self.closed || !notifications.is_empty()).then_some(notifications))
    }
}

impl Mailbox {
    /// Notifications of streaming subscriptions as they happen, for `minutes` (1 to 30).
    ///
    /// The subscriptions may be of other mailboxes of the same mailbox server too. The connection is one of its own and is
    /// not counted among `max_connections`; nothing is repeated in here: whoever listens opens the next stream.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_streaming_events(&self, ids: &[SubscriptionId], minutes: u8) -> Result<EventStream, Error> {
        let version = self.version();
        let request = envelope::write(
            &GetStreamingEvents {
                ids,
                minutes,
                refused: RefCell::default(),
            },
            version,
            self.address(),
        );
        let transport = self.client().transport();
        let longest = Duration::from_secs(60) * u32::from(minutes.clamp(1, 30)) + LONGEST_SILENCE;
        let answer = transport
            .open(self.route(version), request, longest, LONGEST_SILENCE)
            .await?;
        Ok(EventStream {
            mailbox: self.clone(),
            refused: Vec::new(),
            answer,
            pieces: Pieces::default(),
            closed: false,
        })
    }
}

impl RequestServerVersion {
    /// Whether the version knows streaming subscriptions.
    pub fn has_streaming(self) -> bool {
        self >= Self::Exchange2010_SP1
    }
}
