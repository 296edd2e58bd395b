//! Which parts are the bodies and which are files, and how parts that follow each other make one body (RFC 2046, 5.1;
//! RFC 8621, 4.1.4). Knows no file's content.

use mail_parser::decoders::html::html_to_text;

use crate::mime::{Part, PartKind, charset};

use super::sources::{PartId, Sources};

/// What a message shows, and what it carries.
#[derive(Debug, Default)]
pub(super) struct Arranged {
    text: Vec<Piece>,
    html: Vec<Piece>,
    pub files: Vec<PartId>,
}

/// A part of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    part: PartId,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Html,
}

/// Where a part stands.
#[derive(Clone, Copy)]
struct Place {
    parent: PartKind,
    first: bool,
}

/// Tells bodies from files.
pub(super) fn arrange(sources: &Sources) -> Arranged {
    let mut arranged = Arranged::default();
    let place = Place {
        parent: PartKind::Mixed,
        first: true,
    };
    let mut only = None;
    let (text, html) = show(sources, sources.root(), place, &mut arranged.files, &mut only);
    (arranged.text, arranged.html) = (text, html);
    // A body that is named, or text of another kind, is better than none.
    if let Some(piece) = only.filter(|_| arranged.text.is_empty() && arranged.html.is_empty()) {
        arranged.files.retain(|file| *file != piece.part);
        arranged.text.push(piece);
        arranged.html.push(piece);
    }
    arranged
}

/// The pieces of a part's text and HTML bodies; each lists the other kind where a part has no other.
fn show(
    sources: &Sources,
    id: PartId,
    place: Place,
    files: &mut Vec<PartId>,
    only: &mut Option<Piece>,
) -> (Vec<Piece>, Vec<Piece>) {
    let part = sources.part(id);
    if let Some(opened) = sources.opened(id) {
        let shown = show(sources, opened, place, files, only);
        files.push(id);
        return shown;
    }
    if part.kind == PartKind::Leaf {
        let Some(piece) = piece(part, id, place, only) else {
            files.push(id);
            return (Vec::new(), Vec::new());
        };
        return (vec![piece], vec![piece]);
    }
    let shown: Vec<_> = sources
        .children(id)
        .enumerate()
        .map(|(number, child)| {
            let place = Place {
                parent: part.kind,
                first: number == 0,
            };
            show(sources, child, place, files, only)
        })
        .collect();
    match part.kind {
        PartKind::Alternative => alternatives(&shown),
        _ => {
            let (texts, htmls): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
            (texts.concat(), htmls.concat())
        }
    }
}

/// Of parts that say the same: the text of those that are text, the HTML of those that have any.
fn alternatives(shown: &[(Vec<Piece>, Vec<Piece>)]) -> (Vec<Piece>, Vec<Piece>) {
    let has = |pieces: &[Piece], kind| pieces.iter().any(|piece| piece.kind == kind);
    let pure = |(text, _): &&(Vec<Piece>, Vec<Piece>)| has(text, Kind::Text) && !has(text, Kind::Html);
    let mixed = |(text, _): &&(Vec<Piece>, Vec<Piece>)| has(text, Kind::Text);
    let mut text: Vec<Piece> = shown.iter().filter(pure).flat_map(|(text, _)| text.clone()).collect();
    if text.is_empty() {
        text = shown
            .iter()
            .find(mixed)
            .map(|(text, _)| text.clone())
            .unwrap_or_default();
    }
    let html: Vec<Piece> = shown
        .iter()
        .filter(|(_, html)| has(html, Kind::Html))
        .flat_map(|(_, html)| html.clone())
        .collect();
    match (text.is_empty(), html.is_empty()) {
        (true, false) => (html.clone(), html),
        (false, true) => (text.clone(), text),
        _ => (text, html),
    }
}

/// The piece of a body that a leaf is; `None`: it is a file.
fn piece(part: &Part, id: PartId, place: Place, only: &mut Option<Piece>) -> Option<Piece> {
    let kind = match &*part.media_type {
        "text/plain" => Kind::Text,
        "text/html" => Kind::Html,
        // RFC 2046, 4.1.4: text of a kind that nobody knows can be read as it is.
        other if other.starts_with("text/") && other != "text/calendar" => {
            if place.first && !part.is_attachment() && part.file_name().is_none() {
                only.get_or_insert(Piece {
                    part: id,
                    kind: Kind::Text,
                });
            }
            return None;
        }
        _ => return None,
    };
    let piece = Piece { part: id, kind };
    if part.is_attachment() {
        return None;
    }
    let body = match place.parent {
        PartKind::Alternative => true,
        PartKind::Related if place.first => true,
        PartKind::Related => part.content_id.is_none() && !part.located && part.file_name().is_none(),
        _ => part.file_name().is_none(),
    };
    if !body && place.first {
        only.get_or_insert(piece);
    }
    body.then_some(piece)
}

impl Arranged {
    /// The text body; none where all is HTML.
    pub fn text(&self, sources: &Sources) -> Option<String> {
        if !self.text.iter().any(|piece| piece.kind == Kind::Text) {
            return None;
        }
        let mut whole = String::new();
        for piece in &self.text {
            let text = piece.read(sources);
            let text = match piece.kind {
                Kind::Text => text,
                Kind::Html => html_to_text(&text),
            };
            if !whole.is_empty() && !whole.ends_with('\n') {
                whole.push('\n');
            }
            whole.push_str(&text);
        }
        Some(whole)
    }

    /// The HTML body; none where all is text.
    pub fn html(&self, sources: &Sources) -> Option<String> {
        if !self.html.iter().any(|piece| piece.kind == Kind::Html) {
            return None;
        }
        let mut whole = String::new();
        for (number, piece) in self.html.iter().enumerate() {
            let text = piece.read(sources);
            match piece.kind {
                Kind::Html if number == 0 => whole = text,
                Kind::Html if self.html[..number].iter().all(|before| before.kind == Kind::Text) => {
                    // What stands before it goes into the document, not before its head.
                    let mut document = text;
                    let at = after_body_tag(&document);
                    document.insert_str(at, &whole);
                    whole = document;
                }
                Kind::Html => append(&mut whole, &text),
                Kind::Text => append(&mut whole, &paragraph(&text)),
            }
        }
        Some(whole)
    }
}

impl Piece {
    fn read(self, sources: &Sources) -> String {
        let part = sources.part(self.part);
        let bytes = sources.bytes(self.part);
        let label = part.charset().or_else(|| match self.kind {
            Kind::Html => charset::named_by_html(&bytes),
            Kind::Text => None,
        });
        super::without_nul(charset::decode(&bytes, label.as_deref()))
    }
}

/// Behind what the document says, but within it.
fn append(document: &mut String, html: &str) {
    let at = rfind(document, "</body")
        .or_else(|| rfind(document, "</html"))
        .unwrap_or(document.len());
    document.insert_str(at, html);
}

fn after_body_tag(document: &str) -> usize {
    let tag = find(document, "<body").or_else(|| find(document, "<html"));
    tag.and_then(|at| Some(at + document[at..].find('>')? + 1)).unwrap_or(0)
}

/// Text as HTML that looks the same.
fn paragraph(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8 + 16);
    html.push_str("<div>");
    for c in text.trim_end().chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\n' => html.push_str("<br>\n"),
            '\r' => {}
            _ => html.push(c),
        }
    }
    html.push_str("</div>\n");
    html
}

fn find(text: &str, tag: &str) -> Option<usize> {
    memchr::memchr_iter(b'<', text.as_bytes()).find(|at| starts(text, *at, tag))
}

fn rfind(text: &str, tag: &str) -> Option<usize> {
    /// Bytes behind which no document's end is looked for: of many parts each would be searched again.
    const TAIL: usize = 4096;
    let from = text.len().saturating_sub(TAIL);
    memchr::memrchr_iter(b'<', &text.as_bytes()[from..])
        .map(|at| from + at)
        .find(|at| starts(text, *at, tag))
}

fn starts(text: &str, at: usize, tag: &str) -> bool {
    (text.as_bytes().get(at..at + tag.len())).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_stands_within_the_document() {
        let mut document = "<HTML><BODY class=x><p>a</p></BODY></HTML>".to_owned();
        append(&mut document, "<p>b</p>");
        assert_eq!(document, "<HTML><BODY class=x><p>a</p><p>b</p></BODY></HTML>");
        assert_eq!(after_body_tag(&document), "<HTML><BODY class=x>".len());
        assert_eq!(after_body_tag("<p>a"), 0);
        assert_eq!(paragraph("a < b\r\n& c\r\n"), "<div>a &lt; b<br>\n&amp; c</div>\n");
    }
}
