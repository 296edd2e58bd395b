//! SOAP 1.1 as Exchange speaks it: envelope out, event reader in. Knows no HTTP and no single operation.

pub(crate) mod answer;
pub(crate) mod base64;
pub(crate) mod body;
pub(crate) mod date_time;
pub(crate) mod envelope;
pub(crate) mod events;
pub(crate) mod pieces;
pub(crate) mod text;

use crate::{RequestServerVersion, ResponseError};
use body::Body;
use envelope::Xml;
use events::{Events, Tag, Unreadable};

/// One EWS operation: what its request says and what its response messages hold.
pub(crate) trait Operation {
    /// The request's element, without prefix.
    const NAME: &'static str;
    /// What one response message holds.
    type Content: Default;

    /// Writes the child of `soap:Body`; nothing in it may be newer than `version`.
    fn write(&self, xml: &mut Xml, version: RequestServerVersion);

    /// Reads one child of a response message, up to and with its end; `place` is the message's among all of them.
    fn read<'a>(
        &self,
        place: usize,
        tag: &Tag<'a>,
        events: &mut Events<'a>,
        content: &mut Self::Content,
    ) -> Result<(), Unreadable>;

    /// Takes what was only located in the answer out of its bytes.
    fn finish(_messages: &mut [Message<Self::Content>], _body: Body) {}

    /// Whether MIME content is in the answer.
    fn has_mime(&self) -> bool {
        false
    }
}

/// What a response message says: content, or why there is none.
pub(crate) type Message<C> = Result<C, ResponseError>;
