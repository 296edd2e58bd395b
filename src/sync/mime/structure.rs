//! Which parts a message has, and where (RFC 2046, 5.1). One pass over the lines, without recursion, within bounds: a mail may
//! be made to harm its reader. Knows no contents.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::Encoding;
use super::header::Header;
use super::parameters::{Parameters, media_type};

/// Multiparts within each other; real mail has up to ten.
pub(crate) const MAX_DEPTH: usize = 40;
/// Parts of a message; digests of a busy list have some hundred.
pub(crate) const MAX_PARTS: usize = 2_000;

/// What a part is to its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind {
    /// `multipart/alternative`: its parts say the same.
    Alternative,
    /// `multipart/related`: its first part shows the others.
    Related,
    /// Any other multipart: its parts follow each other.
    Mixed,
    /// Contents.
    Leaf,
}

/// A part: what its header says of it, and where its body is.
#[derive(Debug)]
pub(crate) struct Part {
    pub kind: PartKind,
    /// `type/subtype` in lower case.
    pub media_type: String,
    /// Content-Type's parameters; none where there is no such field.
    pub content_type: Option<Parameters>,
    pub disposition: Option<Parameters>,
    /// Without its angle brackets.
    pub content_id: Option<String>,
    /// Content-Location is there: an HTML part may refer to it.
    pub located: bool,
    pub encoding: Encoding,
    pub body: Range<usize>,
    /// A multipart's parts, in their order.
    pub children: Vec<usize>,
}

/// The parts of a message; the first is the message itself.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    pub parts: Vec<Part>,
    /// What could not be taken apart, in words for the administrator.
    pub incomplete: Vec<String>,
}

/// A multipart whose last delimiter has not come yet.
struct Open {
    part: usize,
    boundary: Vec<u8>,
    /// Its closing delimiter was there; another part may follow against the rules.
    closed: bool,
    default: &'static str,
}

/// A delimiter line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delimiter {
    Next,
    Closing,
}

impl Structure {
    pub fn read(message: &[u8]) -> Self {
        let mut reader = Reader {
            message,
            structure: Self::default(),
            open: Vec::new(),
            leaf: None,
        };
        let mut at = reader.begin(0, "text/plain");
        let finder = memmem::Finder::new(b"\n--");
        while !reader.open.is_empty() {
            let line = match message.get(at..) {
                Some(rest) if rest.starts_with(b"--") && (at == 0 || message[at - 1] == b'\n') => at,
                Some(rest) => match finder.find(rest) {
                    Some(found) => at + found + 1,
                    None => break,
                },
                None => break,
            };
            let end = memchr(b'\n', &message[line..]).map_or(message.len(), |end| line + end + 1);
            at = end;
            let Some((level, delimiter)) = reader.delimiter(&message[line..end]) else {
                continue;
            };
            reader.end_leaf(line);
            reader.open.truncate(level + 1);
            if delimiter == Delimiter::Closing {
                reader.open[level].closed = true;
                continue;
            }
            reader.open[level].closed = false;
            if reader.structure.parts.len() >= MAX_PARTS {
                reader.rest(end);
                break;
            }
            at = reader.begin(end, reader.open[level].default);
        }
        reader.end_leaf(message.len());
        reader.close();
        reader.structure
    }
}

struct Reader<'a> {
    message: &'a [u8],
    structure: Structure,
    open: Vec<Open>,
    /// The part whose body goes on.
    leaf: Option<usize>,
}

impl Reader<'_> {
    /// Reads the header of the part that begins there; where its body begins.
    fn begin(&mut self, start: usize, default: &'static str) -> usize {
        let header = Header::read(&self.message[start..]);
        let body = start + header.end;
        let mut part = Part::of(&header, default);
        part.body = body..self.message.len();
        let number = self.structure.parts.len();
        if let Some(parent) = self.open.last() {
            self.structure.parts[parent.part].children.push(number);
        }
        if part.kind != PartKind::Leaf {
            let boundary = part.boundary().filter(|_| self.open.len() < MAX_DEPTH);
            match boundary {
                Some(boundary) => {
                    let default = match &*part.media_type {
                        "multipart/digest" => "message/rfc822",
                        _ => "text/plain",
                    };
                    self.open.push(Open {
                        part: number,
                        boundary,
                        closed: false,
                        default,
                    });
                }
                None if self.open.len() >= MAX_DEPTH => {
                    self.say(format!(
                        "It nests more than {MAX_DEPTH} multiparts in one another; what lies deeper is kept as one file."
                    ));
                    part.media_type = "application/octet-stream".into();
                    part.kind = PartKind::Leaf;
                }
                // Nothing tells its parts apart: its text is all there is.
                None => part.as_text(),
            }
        }
        if part.kind == PartKind::Leaf {
            self.leaf = Some(number);
        }
        self.structure.parts.push(part);
        body
    }

    /// Which open multipart a line beginning with `--` delimits. The innermost counts; one that was closed only where no
    /// other goes by that boundary.
    fn delimiter(&self, line: &[u8]) -> Option<(usize, Delimiter)> {
        let text = line[2..].trim_ascii_end();
        let fits = |open: &Open| {
            let rest = text.strip_prefix(open.boundary.as_slice())?;
            match rest {
                b"" => Some(Delimiter::Next),
                b"--" => Some(Delimiter::Closing),
                _ => None,
            }
        };
        let found = |closed: bool| {
            (self.open.iter().enumerate().rev())
                .filter(|(_, open)| open.closed == closed)
                .find_map(|(level, open)| Some((level, fits(open)?)))
        };
        found(false).or_else(|| found(true))
    }

    /// The line end before a delimiter belongs to it.
    fn end_leaf(&mut self, line: usize) {
        let Some(number) = self.leaf.take() else { return };
        let body = &mut self.structure.parts[number].body;
        let mut end = line;
        if end < self.message.len() {
            end -= usize::from(self.message[..end].ends_with(b"\n"));
            end -= usize::from(self.message[..end].ends_with(b"\r"));
        }
        body.end = end.max(body.start);
    }

    /// What is left becomes one file.
    fn rest(&mut self, start: usize) {
        self.say(format!(
            "It has more than {MAX_PARTS} parts; what follows them is kept as one file."
        ));
        let number = self.structure.parts.len();
        if let Some(parent) = self.open.last() {
            self.structure.parts[parent.part].children.push(number);
        }
        self.structure.parts.push(Part {
            media_type: "application/octet-stream".into(),
            body: start..self.message.len(),
            ..Part::of(&Header::default(), "text/plain")
        });
        self.leaf = Some(number);
    }

    /// A multipart that has no part is what its body says.
    fn close(&mut self) {
        for part in &mut self.structure.parts {
            if part.kind != PartKind::Leaf && part.children.is_empty() {
                part.as_text();
            }
        }
    }

    fn say(&mut self, sentence: String) {
        if !self.structure.incomplete.contains(&sentence) {
            self.structure.incomplete.push(sentence);
        }
    }
}

impl Part {
    fn of(header: &Header<'_>, default: &'static str) -> Self {
        let content_type = header.first("Content-Type").map(|field| Parameters::read(&field));
        let disposition = header
            .first("Content-Disposition")
            .map(|field| Parameters::read(&field));
        let media_type = match &content_type {
            Some(named) if !named.value.is_empty() => media_type(&named.value).into_owned(),
            _ => default.to_owned(),
        };
        let kind = match media_type.strip_prefix("multipart/") {
            Some("alternative") => PartKind::Alternative,
            Some("related") => PartKind::Related,
            Some(_) => PartKind::Mixed,
            None => PartKind::Leaf,
        };
        let content_id = header.first("Content-ID").map(|field| {
            let id = String::from_utf8_lossy(&field).replace('\0', "");
            id.trim()
                .trim_start_matches('<')
                .trim_end_matches('>')
                .trim()
                .to_owned()
        });
        Self {
            kind,
            media_type,
            content_type,
            disposition,
            content_id: content_id.filter(|id| !id.is_empty()),
            located: header.first("Content-Location").is_some(),
            encoding: header
                .first("Content-Transfer-Encoding")
                .map_or(Encoding::Identity, |field| Encoding::of(&field)),
            body: 0..0,
            children: Vec::new(),
        }
    }

    /// The name that its sender gave it.
    pub fn file_name(&self) -> Option<String> {
        let named = |parameters: &Option<Parameters>, name| parameters.as_ref().and_then(|p| p.text(name));
        named(&self.disposition, "filename")
            .or_else(|| named(&self.disposition, "name"))
            .or_else(|| named(&self.content_type, "name"))
            .or_else(|| named(&self.content_type, "filename"))
    }

    /// Its sender wants it kept as a file. RFC 2183, 2.8: so it is with a disposition that nobody knows.
    pub fn is_attachment(&self) -> bool {
        (self.disposition.as_ref()).is_some_and(|disposition| !matches!(&*disposition.value, "inline" | ""))
    }

    /// The character set that its text is in.
    pub fn charset(&self) -> Option<String> {
        self.content_type.as_ref()?.text("charset")
    }

    fn boundary(&self) -> Option<Vec<u8>> {
        let content_type = self.content_type.as_ref()?;
        let boundary = match content_type.plain("boundary") {
            Some(plain) => plain.to_vec(),
            None => content_type.text("boundary")?.into_bytes(),
        };
        let boundary = boundary.trim_ascii_end();
        (!boundary.is_empty()).then(|| boundary.to_vec())
    }

    fn as_text(&mut self) {
        self.kind = PartKind::Leaf;
        self.media_type = "text/plain".into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types and bodies of the leaves.
    fn leaves(message: &str) -> Vec<(String, String)> {
        let message = message.replace('\n', "\r\n");
        let structure = Structure::read(message.as_bytes());
        structure
            .parts
            .iter()
            .filter(|part| part.kind == PartKind::Leaf)
            .map(|part| (part.media_type.clone(), message[part.body.clone()].to_owned()))
            .collect()
    }

    fn leaf(kind: &str, body: &str) -> (String, String) {
        (kind.into(), body.into())
    }

    #[test]
    fn inner_multiparts_without_closing_delimiters_keep_their_content() {
        let found = leaves(
            "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\nContent-Type: multipart/alternative; boundary=b\n\n\
             --b\n\nHi\n--b\nContent-Type: text/html\n\n<p>\n--a\nContent-Type: image/png\n\nPNG",
        );
        assert_eq!(
            found,
            [
                leaf("text/plain", "Hi"),
                leaf("text/html", "<p>"),
                leaf("image/png", "PNG")
            ]
        );
    }

    #[test]
    fn a_boundary_is_a_whole_line_and_parts_behind_the_closing_one_are_parts() {
        let found = leaves(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx--b\n--bb\n--b --\n--b  \n\nsecond\n--b--\nlist\n--b\n\nthird\n--b--\n",
        );
        assert_eq!(
            found,
            [
                leaf("text/plain", "x--b\r\n--bb\r\n--b --"),
                leaf("text/plain", "second"),
                leaf("text/plain", "third")
            ]
        );
    }

    #[test]
    fn multiparts_with_the_same_boundary_are_told_apart_by_their_order() {
        let found = leaves(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n",
        );
        assert_eq!(found, [leaf("text/plain", "one"), leaf("text/plain", "two")]);
    }

    #[test]
    fn parts_without_header_or_body_are_empty_and_what_has_no_part_is_text() {
        let found = leaves("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b\n--b--\n");
        assert_eq!(found, [leaf("text/html", ""), leaf("text/plain", "")]);
        assert_eq!(
            leaves("Content-Type: multipart/mixed; boundary=b\n\nHello"),
            [leaf("text/plain", "Hello")]
        );
        assert_eq!(
            leaves("Content-Type: multipart/mixed\n\n--x"),
            [leaf("text/plain", "--x")]
        );
        assert_eq!(leaves(""), [leaf("text/plain", "")]);
    }

    #[test]
    fn depth_and_parts_are_bounded_and_nothing_is_lost() {
        let deep: String = (0..100_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        let structure = Structure::read(format!("{deep}\r\nHi").as_bytes());
        assert_eq!(structure.parts.len(), MAX_DEPTH + 1);
        assert!(
            structure.incomplete[0].contains("nests more than 40"),
            "{:?}",
            structure.incomplete
        );
        assert_eq!(structure.parts[MAX_DEPTH].body.end, deep.len() + 4);

        let many = "--b\r\n\r\nx\r\n".repeat(100_000);
        let message = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{many}--b--\r\n");
        let structure = Structure::read(message.as_bytes());
        assert_eq!(structure.parts.len(), MAX_PARTS + 1);
        assert!(
            structure.incomplete[0].contains("more than 2000 parts"),
            "{:?}",
            structure.incomplete
        );
        assert_eq!(structure.parts[MAX_PARTS].body.end, message.len());
    }
}
