//! Reads envelopes: header, faults and response messages. Knows no operation's content.

use std::borrow::Cow;
use std::time::Duration;

use super::body::Body;
use super::events::{Events, Tag, Unreadable};
use super::text::utf8;
use super::{Message, Operation};
use crate::transport::Sink;
use crate::{ResponseCode, ResponseError, ServerVersionInfo};

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer<C> {
    /// Which server, if the header says so.
    pub(crate) server: Option<ServerVersionInfo>,
    pub(crate) outcome: Outcome<C>,
}

/// What an answer says.
#[derive(Debug)]
pub(crate) enum Outcome<C> {
    /// Response messages, in the request's order.
    Messages(Vec<Message<C>>),
    /// A SOAP fault: the whole request is refused.
    Fault(ResponseError),
}

/// Longest text of the server that is kept: a sentence, not a page.
const LONGEST_TEXT: usize = 500;

/// Reads the answer to an operation.
pub(crate) fn read<O: Operation>(operation: &O, mut body: Body) -> Result<Answer<O::Content>, Unreadable> {
    body.close();
    let mut text = utf8(body.text());
    if let Cow::Owned(_) = text {
        // What was taken out of it stands elsewhere now.
        let mended = utf8(&body.into_text()).into_owned();
        body = Body::whole(mended.into_bytes());
        text = utf8(body.text());
    }
    let mut answer = envelope(operation, &mut Events::new(&text))?;
    drop(text);
    if let Outcome::Messages(messages) = &mut answer.outcome {
        O::finish(messages, body);
    }
    Ok(answer)
}

/// Reads one envelope.
fn envelope<O: Operation>(operation: &O, events: &mut Events<'_>) -> Result<Answer<O::Content>, Unreadable> {
    let mut server = None;
    let mut outcome = None;
    match events.child()? {
        Some(tag) if tag.name() == "Envelope" => {}
        _ => return Err(Unreadable::Broken("it is no SOAP envelope".into())),
    }
    while let Some(tag) = events.child()? {
        match tag.name() {
            "Header" => server = header(events)?,
            "Body" => outcome = body(operation, events)?,
            _ => events.skip()?,
        }
    }
    Ok(Answer {
        server,
        outcome: outcome.ok_or_else(|| Unreadable::Broken(format!("there is no {}Response in it", O::NAME)))?,
    })
}

fn header(events: &mut Events<'_>) -> Result<Option<ServerVersionInfo>, Unreadable> {
    let mut server = None;
    while let Some(tag) = events.child()? {
        if tag.name() == "ServerVersionInfo" {
            let number = |name: &str| {
                tag.attribute(name)
                    .and_then(|text| text.trim().parse().ok())
                    .unwrap_or(0)
            };
            server = Some(ServerVersionInfo {
                major: number("MajorVersion"),
                minor: number("MinorVersion"),
                major_build: number("MajorBuildNumber"),
                minor_build: number("MinorBuildNumber"),
                version: tag.attribute("Version").map(Cow::into_owned),
            });
        }
        events.skip()?;
    }
    Ok(server)
}

fn body<O: Operation>(operation: &O, events: &mut Events<'_>) -> Result<Option<Outcome<O::Content>>, Unreadable> {
    let mut outcome = None;
    while let Some(tag) = events.child()? {
        match tag.name() {
            "Fault" => outcome = Some(Outcome::Fault(fault(events)?)),
            name if name.strip_suffix("Response") == Some(O::NAME) => {
                outcome = Some(Outcome::Messages(messages(operation, events)?));
            }
            _ => events.skip()?,
        }
    }
    Ok(outcome)
}

fn messages<O: Operation>(operation: &O, events: &mut Events<'_>) -> Result<Vec<Message<O::Content>>, Unreadable> {
    let mut messages = Vec::new();
    while let Some(tag) = events.child()? {
        if tag.name() == "ResponseMessages" {
            while let Some(tag) = events.child()? {
                messages.push(message(operation, messages.len(), &tag, events)?);
            }
        } else {
            events.skip()?;
        }
    }
    Ok(messages)
}

fn message<'a, O: Operation>(
    operation: &O,
    place: usize,
    tag: &Tag<'a>,
    events: &mut Events<'a>,
) -> Result<Message<O::Content>, Unreadable> {
    let class = tag.attribute("ResponseClass");
    let mut content = O::Content::default();
    let (mut code, mut text, mut back_off) = (None, String::new(), None);
    while let Some(tag) = events.child()? {
        match tag.name() {
            "ResponseCode" => {
                let name = events.text()?;
                // Of millions of messages nearly all say this.
                if name != "NoError" {
                    code = Some(ResponseCode::from(name.trim()));
                }
            }
            "MessageText" => text = sentence(&events.text()?),
            "MessageXml" => back_off = back_off_in(events)?,
            "DescriptiveLinkKey" => events.skip()?,
            _ => operation.read(place, &tag, events, &mut content)?,
        }
    }
    let failed = match class.as_deref() {
        Some("Success") => false,
        // A warning has content, but for items that nobody looked at.
        Some("Warning") => code == Some(ResponseCode::ErrorBatchProcessingStopped),
        _ => true,
    };
    if !failed {
        return Ok(Ok(content));
    }
    Ok(Err(ResponseError {
        code: code.unwrap_or_else(|| ResponseCode::Other("no ResponseCode".into())),
        text,
        back_off,
    }))
}

fn fault(events: &mut Events<'_>) -> Result<ResponseError, Unreadable> {
    let (mut fault_code, mut fault_text) = (String::new(), String::new());
    let (mut code, mut text, mut back_off) = (None, None, None);
    while let Some(tag) = events.child()? {
        match tag.name() {
            "faultcode" => fault_code = events.text()?.into_owned(),
            "faultstring" => fault_text = sentence(&events.text()?),
            "detail" => {
                while let Some(tag) = events.child()? {
                    match tag.name() {
                        "ResponseCode" => code = events.some_text()?,
                        "Message" => text = Some(sentence(&events.text()?)),
                        "MessageXml" => back_off = back_off_in(events)?,
                        _ => events.skip()?,
                    }
                }
            }
            _ => events.skip()?,
        }
    }
    let code = match &code {
        Some(code) => code.trim(),
        // `a:ErrorSchemaValidation`
        None => fault_code.rsplit(':').next().unwrap_or_default().trim(),
    };
    Ok(ResponseError {
        code: ResponseCode::from(code),
        text: text.filter(|text| !text.is_empty()).unwrap_or(fault_text),
        back_off,
    })
}

fn back_off_in(events: &mut Events<'_>) -> Result<Option<Duration>, Unreadable> {
    let mut back_off = None;
    while let Some(tag) = events.child()? {
        if tag.name() == "Value" && tag.attribute("Name").as_deref() == Some("BackOffMilliseconds") {
            back_off = events.value()?.map(Duration::from_millis);
        } else {
            events.skip()?;
        }
    }
    Ok(back_off)
}

fn sentence(text: &str) -> String {
    text.trim().chars().take(LONGEST_TEXT).collect()
}
