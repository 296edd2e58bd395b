//! Takes a message apart: opens what can be opened, tells bodies from files, names the files. Knows no wrapper's format.

use std::collections::HashSet;

use crate::mime::{Header, Part, PartKind, decode_words, uuencoded_file};

use super::attachment::{AttachmentInfo, clean_name, numbered_name};
use super::sources::{PartId, Sources};
use super::{Parts, Place, body, cms, eml, rtf, tnef, without_nul};
use crate::mime::Encoding;

/// Files of a message of which some stand in its text.
const MAX_UUENCODED: usize = 100;
/// Signed mail within signed mail; a gateway signs once more at most.
const MAX_SIGNATURES: usize = 3;
/// Bytes of a Content-ID that HTML may refer to; RFC 5322 allows 996.
const MAX_CONTENT_ID: usize = 1_000;
/// Outlook messages within Outlook messages that are written out as mail; those deeper stay as they are.
const MAX_EMBEDDED: usize = 10;

/// A message that is being taken apart.
pub(super) struct Opening {
    parts: Parts,
    /// Bodies that Outlook has wrapped up.
    wrapped_bodies: Vec<(Option<String>, Option<String>)>,
}

impl Opening {
    pub fn read(raw: Vec<u8>) -> Parts {
        let mut sources = Sources::of(raw);
        open_signed(&mut sources);
        let arranged = body::arrange(&sources);
        let mut opening = Self {
            parts: Parts {
                text: arranged.text(&sources),
                html: arranged.html(&sources),
                incomplete: sources.incomplete(),
                sources,
                ..Parts::default()
            },
            wrapped_bodies: Vec::new(),
        };
        for file in arranged.files {
            opening.take(file);
        }
        opening.take_uuencoded();
        opening.finish()
    }

    fn take(&mut self, id: PartId) {
        let part = self.parts.sources.part(id);
        let named = part.file_name();
        let is_tnef = matches!(&*part.media_type, "application/ms-tnef" | "application/vnd.ms-tnef")
            || named
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"));
        if is_tnef && self.open_tnef(id) {
            return;
        }
        let part = self.parts.sources.part(id);
        let content_type = part.media_type.clone();
        let name = named
            .map(|name| clean_name(&name))
            .filter(|name| !name.is_empty())
            .or_else(|| self.subject_of(id, part))
            .unwrap_or_else(|| numbered_name(self.parts.attachments.len(), &content_type));
        let (content_id, place) = (
            part.content_id.clone(),
            Place {
                source: id.source,
                body: part.body.clone(),
                encoding: part.encoding,
            },
        );
        let size = place.encoding.decoded_len(self.parts.sources.body(id));
        self.add(name, content_type, content_id, size, place);
    }

    /// Files that older programs put into the text itself.
    fn take_uuencoded(&mut self) {
        let Some(mut text) = self.parts.text.take() else { return };
        while self.parts.attachments.len() < MAX_UUENCODED
            && let Some((place, name, bytes)) = uuencoded_file(&text)
        {
            text.replace_range(place, "");
            let size = bytes.len();
            let place = Place {
                source: self.parts.sources.add_bytes(bytes),
                body: 0..size,
                encoding: Encoding::Identity,
            };
            let content_type = "application/octet-stream";
            let name = Some(clean_name(&name))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| numbered_name(self.parts.attachments.len(), content_type));
            self.add(name, content_type.into(), None, size, place);
        }
        self.parts.text = Some(text);
    }

    /// An attached message is called by its subject.
    fn subject_of(&self, id: PartId, part: &Part) -> Option<String> {
        if part.media_type != "message/rfc822" {
            return None;
        }
        let inner = self.parts.sources.bytes(id);
        let subject = Header::read(&inner).first("Subject")?;
        Some(message_name(&decode_words(&subject))).filter(|name| name != ".eml")
    }

    fn add(&mut self, file_name: String, content_type: String, content_id: Option<String>, size: usize, place: Place) {
        self.parts.attachments.push(AttachmentInfo {
            file_name: without_nul(file_name),
            content_type: without_nul(content_type),
            content_id,
            inline: false,
            size: size as u64,
        });
        self.parts.places.push(place);
    }

    /// What Outlook wrapped up takes the wrapper's place, if all of it was taken out; else it stands before it.
    fn open_tnef(&mut self, id: PartId) -> bool {
        let stream = self.parts.sources.bytes(id).into_owned();
        let Some(opened) = tnef::open(&stream) else {
            return false;
        };
        if opened.is_empty() {
            return false;
        }
        let mut whole = opened.whole;
        let source = self.parts.sources.add_bytes(stream);
        let (text, html, understood) = bodies(&opened);
        whole &= understood;
        if text.is_some() || html.is_some() {
            self.wrapped_bodies.push((text, html));
        }
        for attachment in opened.attachments {
            self.take_wrapped(attachment, source);
        }
        if !whole {
            self.parts.incomplete.push(
                "Outlook's wrapper (winmail.dat) holds what could not be taken out; it is kept among the attachments."
                    .into(),
            );
        }
        whole
    }

    fn take_wrapped(&mut self, attachment: tnef::Attachment, source: usize) {
        let embedded = (attachment.kind == tnef::Kind::Message)
            .then(|| {
                eml::of(
                    self.parts.sources.source(source)?.get(attachment.data.clone())?,
                    MAX_EMBEDDED,
                )
            })
            .flatten();
        let (content_type, place, size) = match embedded {
            Some(message) => {
                let size = message.len();
                let source = self.parts.sources.add_bytes(message);
                let place = Place {
                    source,
                    body: 0..size,
                    encoding: Encoding::Identity,
                };
                ("message/rfc822".to_owned(), place, size)
            }
            None => {
                let kind = match attachment.kind {
                    tnef::Kind::Message => "application/ms-tnef",
                    _ => attachment.content_type.as_deref().unwrap_or("application/octet-stream"),
                };
                let place = Place {
                    source,
                    body: attachment.data.clone(),
                    encoding: Encoding::Identity,
                };
                (kind.to_ascii_lowercase(), place, attachment.data.len())
            }
        };
        let name = attachment
            .name
            .as_deref()
            .map(|name| match &*content_type {
                "message/rfc822" => message_name(name),
                _ => clean_name(name),
            })
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| numbered_name(self.parts.attachments.len(), &content_type));
        self.add(name, content_type, attachment.content_id, size, place);
    }

    fn finish(mut self) -> Parts {
        let parts = &mut self.parts;
        for (text, html) in self.wrapped_bodies {
            // They count where the mail around them says nothing.
            if parts.text.as_deref().is_none_or(|text| text.trim().is_empty()) && parts.html.is_none() {
                parts.text = text.or(parts.text.take());
                parts.html = html;
            }
        }
        let longest = parts
            .attachments
            .iter()
            .filter_map(|a| a.content_id.as_deref())
            .map(str::len)
            .max();
        let shown = match (&parts.html, longest) {
            (Some(html), Some(longest)) => referred_to(html, longest),
            _ => HashSet::new(),
        };
        for attachment in &mut parts.attachments {
            attachment.inline = (attachment.content_id.as_deref()).is_some_and(|id| shown.contains(id));
        }
        self.parts
    }
}

/// Text and HTML of what Outlook wrapped up, and whether there is nothing else.
fn bodies(opened: &tnef::Opened) -> (Option<String>, Option<String>, bool) {
    let usable = |body: Option<String>| body.map(without_nul).filter(|body| !body.trim().is_empty());
    let (mut text, mut html) = (usable(opened.text.clone()), usable(opened.html.clone()));
    let mut understood = true;
    if let Some(compressed) = &opened.rtf
        && html.is_none()
    {
        match rtf::decompress(compressed).map(|rtf| rtf::read(&rtf)) {
            Some(rtf::Body::Html(found)) => html = usable(Some(found)),
            Some(rtf::Body::Text(found)) => text = text.or(usable(Some(found))),
            // With the same as text, nothing but its looks is lost.
            None => understood = text.is_some(),
        }
    }
    (text, html, understood)
}

fn message_name(subject: &str) -> String {
    // A subject is no path, whatever it looks like.
    clean_name(&format!("{}.eml", subject.replace(['/', '\\'], "_")))
}

/// Opens what is signed but not encrypted (RFC 8551, 3.5.2); the signature stays a file.
fn open_signed(sources: &mut Sources) {
    let mut looked_at: HashSet<(usize, usize)> = HashSet::new();
    loop {
        let found: Vec<PartId> = sources
            .ids()
            .filter(|id| is_signed(sources.part(*id)) && !looked_at.contains(&(id.source, id.part)))
            .filter(|id| sources.depth(*id) < MAX_SIGNATURES)
            .collect();
        if found.is_empty() {
            return;
        }
        for id in found {
            looked_at.insert((id.source, id.part));
            if let Some(content) = cms::signed_content(&sources.bytes(id)) {
                sources.add(content, Some(id));
            }
        }
    }
}

fn is_signed(part: &Part) -> bool {
    part.kind == PartKind::Leaf
        && (matches!(&*part.media_type, "application/pkcs7-mime" | "application/x-pkcs7-mime")
            || (part.media_type == "application/octet-stream"
                && part
                    .file_name()
                    .is_some_and(|name| name.to_ascii_lowercase().ends_with(".p7m"))))
}

/// The Content-IDs of up to that many bytes that HTML shows (RFC 2392).
fn referred_to(html: &str, longest: usize) -> HashSet<String> {
    // Each may be percent-encoded.
    let most = longest.min(MAX_CONTENT_ID) * 3 + 1;
    let mut found = HashSet::new();
    let mut rest = html;
    while let Some(at) = find_cid(rest) {
        rest = &rest[at + "cid:".len()..];
        let window = &rest.as_bytes()[..rest.len().min(most)];
        let ends =
            |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'>' | b'<' | b')' | b'&' | b';');
        let end = match window.iter().position(ends) {
            Some(end) => end,
            None if window.len() == rest.len() => rest.len(),
            None => continue,
        };
        let id = &rest[..end];
        if id.contains('%') {
            found.insert(percent_decoded(id));
        }
        found.insert(id.to_owned());
    }
    found
}

fn find_cid(html: &str) -> Option<usize> {
    memchr::memchr_iter(b':', html.as_bytes())
        .filter(|colon| *colon >= 3)
        .map(|colon| colon - 3)
        .find(|at| html.as_bytes()[*at..*at + 3].eq_ignore_ascii_case(b"cid"))
}

fn percent_decoded(id: &str) -> String {
    let bytes = id.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digit = |n: usize| bytes.get(at + n).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_html_refers_to_is_shown_by_it() {
        let found = referred_to(
            "<img src=\"CID:logo@x\"> <img src=cid:a%40b> url(cid:c) acid: decide:x",
            20,
        );
        for id in ["logo@x", "a@b", "c"] {
            assert!(found.contains(id), "{id} in {found:?}");
        }
        assert!(!found.contains("x"));
    }
}
