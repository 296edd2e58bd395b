//! Scripted faults: which request goes wrong, how often, and how. Knows no HTTP library.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde::Deserialize;

use crate::generate::mix;
use crate::soap::ResponseCode;
use crate::store::lock;

/// A fault for the requests that it fits. In JSON (`POST /control`) the fields of the kind stand beside the others.
#[derive(Debug, Clone, Deserialize)]
pub struct FaultRule {
    /// Operation, such as `GetItem`; none: every one.
    #[serde(default)]
    operation: Option<String>,
    /// Mailbox, by its primary SMTP address; none: every one.
    #[serde(default)]
    mailbox: Option<String>,
    /// Only requests that contain one of these texts, such as an item id; none: every one.
    #[serde(default)]
    containing: Vec<String>,
    /// How many fitting requests are left in peace first.
    #[serde(default)]
    skip: u32,
    /// How many requests it strikes.
    #[serde(default = "once")]
    times: u32,
    /// How many of a thousand fitting requests it strikes; chosen at random, but the same ones each time.
    #[serde(default = "certain")]
    per_thousand: u32,
    /// What happens.
    #[serde(flatten)]
    kind: FaultKind,
}

fn once() -> u32 {
    1
}

fn certain() -> u32 {
    1_000
}

impl FaultRule {
    /// Strikes the next request, whatever it is.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            operation: None,
            mailbox: None,
            containing: Vec::new(),
            skip: 0,
            times: 1,
            per_thousand: certain(),
            kind,
        }
    }

    /// Only on this operation.
    pub fn on(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Only for this mailbox.
    pub fn mailbox(mut self, address: &str) -> Self {
        self.mailbox = Some(address.to_owned());
        self
    }

    /// Only requests that contain one of these texts, such as an item id.
    pub fn containing<T: Into<String>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.containing = texts.into_iter().map(Into::into).collect();
        self
    }

    /// Strikes so many requests.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Strikes every request until the faults are cleared.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// Leaves so many fitting requests in peace first.
    pub fn skip(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Strikes so many of a thousand fitting requests only; chosen at random, but the same ones each time.
    pub fn per_thousand(mut self, requests: u32) -> Self {
        self.per_thousand = requests;
        self
    }

    fn fits(&self, operation: &str, mailbox: &str, request: &[u8]) -> bool {
        let contained =
            |text: &String| std::str::from_utf8(request).is_ok_and(|request| request.contains(text.as_str()));
        self.operation.as_deref().is_none_or(|o| o == operation)
            && self.mailbox.as_deref().is_none_or(|m| m.eq_ignore_ascii_case(mailbox))
            && (self.containing.is_empty() || self.containing.iter().any(contained))
    }
}

/// What happens to a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FaultKind {
    /// Every response message is an error of this code.
    ResponseCode {
        /// Such as `ErrorMailboxStoreUnavailable`.
        code: String,
    },
    /// Single items of a batch fail.
    ItemCode {
        /// Such as `ErrorItemNotFound`.
        code: String,
        /// Places in the batch, from 0.
        #[serde(default)]
        places: Vec<usize>,
        /// Or these item ids, wherever they stand.
        #[serde(default)]
        items: Vec<String>,
    },
    /// `ErrorBatchProcessingStopped` from this place on.
    BatchStopped {
        /// Items that are still answered.
        after: usize,
    },
    /// `ErrorTimeoutExpired` for batches of more items.
    TimeoutAbove {
        /// The largest batch that is answered.
        items: usize,
    },
    /// A SOAP fault with HTTP 500.
    SoapFault {
        /// Such as `ErrorServerBusy`.
        code: String,
        /// Adds `t:Value Name="BackOffMilliseconds"`.
        #[serde(default)]
        back_off_milliseconds: Option<u64>,
    },
    /// A bare HTTP status.
    HttpStatus {
        /// Such as 503.
        status: u16,
        /// Such as `Retry-After`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// HTML or text.
        #[serde(default)]
        body: String,
    },
    /// Status 200 with a proxy's HTML form instead of XML.
    LoginPage,
    /// A redirect.
    Redirect {
        /// `Location`.
        location: String,
        /// 302 unless told.
        #[serde(default = "found")]
        status: u16,
    },
    /// The XML ends too early; HTTP is in order.
    TruncatedXml {
        /// Bytes that are sent.
        bytes: usize,
    },
    /// The connection breaks in the body.
    BrokenConnection {
        /// Bytes of the body that are sent.
        bytes: usize,
    },
    /// The connection is reset before the answer.
    ConnectionReset,
    /// Puts raw text behind each occurrence of a piece of the answer, such as `&#x0;` behind `<t:Subject>`.
    Insert {
        /// The piece.
        after: String,
        /// What is put there.
        text: String,
    },
    /// Leaves an element out, wherever it stands, as servers do that are not Microsoft's.
    Without {
        /// Such as `m:Watermark`.
        element: String,
    },
    /// Puts bytes that are no UTF-8 into each subject.
    BrokenUtf8,
    /// The answer comes late.
    Delay {
        /// How late.
        milliseconds: u64,
    },
    /// Another `Content-Type` than `text/xml`.
    ContentType {
        /// Its value.
        value: String,
    },
    /// `MimeContent` that is no base64.
    InvalidBase64,
    /// `MimeContent` without padding.
    UnpaddedBase64,
    /// Another `CharacterSet` than UTF-8 on `MimeContent`.
    MimeCharset {
        /// Such as `iso-8859-1`.
        value: String,
    },
    /// `MimeContent` in lines of 76 characters.
    WrappedBase64,
}

fn found() -> u16 {
    302
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Rules>);

#[derive(Debug, Default)]
struct Rules {
    list: Vec<FaultRule>,
    /// Requests so far: what chance is drawn from.
    requests: u64,
}

impl Faults {
    /// Adds a rule.
    pub fn add(&self, rule: FaultRule) {
        lock(&self.0).list.push(rule);
    }

    /// Takes all rules back.
    pub fn clear(&self) {
        lock(&self.0).list.clear();
    }

    /// The faults that strike this request, each counted.
    pub(crate) fn strike(&self, operation: &str, mailbox: &str, request: &[u8]) -> Script {
        let mut rules = lock(&self.0);
        rules.requests += 1;
        let requests = rules.requests;
        let mut script = Script::default();
        for (n, rule) in rules
            .list
            .iter_mut()
            .enumerate()
            .filter(|(_, r)| r.fits(operation, mailbox, request))
        {
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if mix(requests << 8 ^ n as u64) % 1_000 >= u64::from(rule.per_thousand) {
                continue;
            }
            if rule.times != u32::MAX {
                rule.times -= 1;
            }
            script.0.push(rule.kind.clone());
        }
        rules.list.retain(|rule| rule.times > 0);
        script
    }
}

/// The faults of one request.
#[derive(Debug, Default)]
pub(crate) struct Script(pub Vec<FaultKind>);

impl Script {
    /// The error of the response message at this place of a batch, if it is to fail.
    pub fn item_code(&self, place: usize, total: usize, id: &str) -> Option<ResponseCode> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::ResponseCode { code } => Some(ResponseCode::named(code)),
            FaultKind::ItemCode { code, places, items } => {
                (places.contains(&place) || items.iter().any(|i| i == id)).then(|| ResponseCode::named(code))
            }
            FaultKind::BatchStopped { after } if place >= *after => {
                Some(ResponseCode::new("ErrorBatchProcessingStopped"))
            }
            FaultKind::TimeoutAbove { items } if total > *items => Some(ResponseCode::new("ErrorTimeoutExpired")),
            _ => None,
        })
    }

    /// What faults make of MIME content's base64; none where there is no such fault.
    pub fn faulty_base64(&self, mime: &[u8]) -> Option<String> {
        let concerns = |kind: &FaultKind| {
            matches!(
                kind,
                FaultKind::InvalidBase64 | FaultKind::UnpaddedBase64 | FaultKind::WrappedBase64
            )
        };
        self.0.iter().find(|kind| concerns(kind))?;
        let mut text = base64_simd::STANDARD.encode_to_string(mime);
        for kind in &self.0 {
            match kind {
                FaultKind::InvalidBase64 => text.insert_str(text.len() / 2, "*!*"),
                FaultKind::UnpaddedBase64 => text.truncate(text.trim_end_matches('=').len()),
                FaultKind::WrappedBase64 => {
                    let lines: Vec<&str> = (0..text.len())
                        .step_by(76)
                        .filter_map(|at| text.get(at..text.len().min(at + 76)))
                        .collect();
                    text = lines.join("\r\n");
                }
                _ => {}
            }
        }
        Some(text)
    }

    /// `t:MimeContent/@CharacterSet`.
    pub fn mime_charset(&self) -> &str {
        let named = self.0.iter().find_map(|kind| match kind {
            FaultKind::MimeCharset { value } => Some(value.as_str()),
            _ => None,
        });
        named.unwrap_or("UTF-8")
    }

    pub fn delay(&self) -> Duration {
        self.0.iter().fold(Duration::ZERO, |sum, kind| match kind {
            FaultKind::Delay { milliseconds } => sum + Duration::from_millis(*milliseconds),
            _ => sum,
        })
    }

    /// Dirties an answer that is ready.
    pub fn corrupt(&self, mut body: Vec<u8>) -> Vec<u8> {
        for kind in &self.0 {
            match kind {
                FaultKind::Insert { after, text } => body = insert(&body, after.as_bytes(), text.as_bytes()),
                FaultKind::Without { element } => body = without(body, element),
                FaultKind::BrokenUtf8 => body = insert(&body, b"<t:Subject>", b"\xff\xfe\xc3"),
                FaultKind::TruncatedXml { bytes } => body.truncate(*bytes),
                _ => {}
            }
        }
        body
    }
}

fn without(mut body: Vec<u8>, element: &str) -> Vec<u8> {
    let (start, end) = (format!("<{element}>"), format!("</{element}>"));
    let find = |body: &[u8], text: &str| body.windows(text.len()).position(|w| w == text.as_bytes());
    while let Some(from) = find(&body, &start)
        && let Some(length) = find(&body[from..], &end)
    {
        body.drain(from..from + length + end.len());
    }
    body
}

fn insert(body: &[u8], after: &[u8], text: &[u8]) -> Vec<u8> {
    let mut dirty = Vec::with_capacity(body.len() + text.len());
    let mut rest = body;
    while let Some(at) = rest.windows(after.len().max(1)).position(|w| w == after) {
        let (head, tail) = rest.split_at(at + after.len());
        dirty.extend_from_slice(head);
        dirty.extend_from_slice(text);
        rest = tail;
    }
    dirty.extend_from_slice(rest);
    dirty
}
