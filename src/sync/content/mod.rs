//! A message's content: bodies and attachments, whatever they are wrapped in. Knows no server and no header.

mod attachment;
mod body;
mod cms;
mod eml;
mod files;
mod rtf;
mod sources;
mod tnef;

use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

pub use attachment::AttachmentInfo;

use crate::mime::Encoding;
use sources::Sources;

/// Body and attachments of a message. The raw message is taken apart when it is first asked for one of them, and an
/// attachment is decoded when it is asked for, so that the engine never waits for what its host may not want.
#[derive(Default)]
pub struct Content {
    /// Until it is taken apart.
    raw: Mutex<Vec<u8>>,
    parts: OnceLock<Parts>,
}

#[derive(Default)]
struct Parts {
    /// Empty where nothing is left in them to ask for.
    sources: Sources,
    text: Option<String>,
    html: Option<String>,
    attachments: Vec<AttachmentInfo>,
    places: Vec<Place>,
    incomplete: Vec<String>,
}

/// Where an attachment is.
#[derive(Debug, Clone)]
struct Place {
    source: usize,
    body: Range<usize>,
    encoding: Encoding,
}

impl Content {
    /// Keeps a message as it came (RFC 5322).
    pub fn new(raw: Vec<u8>) -> Self {
        Self {
            raw: Mutex::new(raw),
            ..Self::default()
        }
    }

    /// The text/plain body.
    pub fn text(&self) -> Option<&str> {
        self.parts().text.as_deref()
    }

    /// The text/html body.
    pub fn html(&self) -> Option<&str> {
        self.parts().html.as_deref()
    }

    /// Its attachments and inline parts.
    pub fn attachments(&self) -> &[AttachmentInfo] {
        &self.parts().attachments
    }

    /// What of it could not be taken apart as its sender meant it, in sentences for the administrator.
    pub fn incomplete(&self) -> &[String] {
        &self.parts().incomplete
    }

    /// The bytes of an attachment, decoded now.
    pub fn attachment(&self, index: usize) -> Option<Vec<u8>> {
        let Parts { sources, places, .. } = self.parts();
        let Place { source, body, encoding } = places.get(index)?;
        let body = sources.source(*source)?.get(body.clone())?;
        Some(encoding.decode(body).into_owned())
    }

    fn parts(&self) -> &Parts {
        self.parts.get_or_init(|| {
            let mut raw = self.raw.lock().unwrap_or_else(PoisonError::into_inner);
            Parts::read(std::mem::take(&mut *raw))
        })
    }
}

impl Parts {
    fn read(raw: Vec<u8>) -> Self {
        if raw.is_empty() {
            return Self::default();
        }
        let mut parts = files::Opening::read(with_line_feeds(raw));
        if parts.places.is_empty() {
            parts.sources = Sources::default();
        }
        parts
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

/// Old Macs ended lines by carriage returns alone; without any line feed they are meant so.
fn with_line_feeds(mut raw: Vec<u8>) -> Vec<u8> {
    if memchr::memchr(b'\n', &raw).is_none() {
        raw.iter_mut()
            .filter(|byte| **byte == b'\r')
            .for_each(|byte| *byte = b'\n');
    }
    raw
}

/// PostgreSQL's text holds no U+0000, and nobody can see one.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    }
}

#[cfg(test)]
mod tests;
