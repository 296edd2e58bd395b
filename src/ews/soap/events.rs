//! An answer as a stream of elements, borrowed from its text. Knows no element's meaning.
//!
//! Names are matched without their prefix: products differ in prefixes, and no two elements that are read here differ in
//! nothing but their namespace. Whoever takes a [`Tag`] reads or skips up to its end before the next one.

use std::borrow::Cow;
use std::io::BufRead;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};

use super::text::{clean, push_reference, unescape};

/// Why an answer can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It ends before its end.
    Truncated,
    /// Anything else that is no XML, or not the expected elements.
    Broken(String),
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends too early"),
            Self::Broken(what) => f.write_str(what),
        }
    }
}

impl From<quick_xml::Error> for Unreadable {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            // Every syntax error of the reader is one of markup that never ends.
            quick_xml::Error::Syntax(_) => Self::Truncated,
            other => Self::Broken(other.to_string()),
        }
    }
}

/// The beginning of an element, as it stands in the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag<'a> {
    name: &'a str,
    /// Everything between the name and the end of the tag.
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// `content` is all between `<` and `>`, and begins with a name of `length` bytes.
    fn new(content: &'a str, length: usize) -> Self {
        let (name, attributes) = content.split_at(length);
        let name = match name.as_bytes() {
            // Exchange's prefixes have one letter.
            [_, b':', ..] => name.get(2..).unwrap_or(name),
            _ => name.split_once(':').map_or(name, |(_, local)| local),
        };
        Self { name, attributes }
    }

    /// Its name without prefix.
    pub(crate) fn name(&self) -> &'a str {
        self.name
    }

    /// An attribute's value; the first that is well-formed.
    pub(crate) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        if let Some(first) = self.first_attribute(name) {
            return Some(unescape(first));
        }
        Attributes::new(self.attributes, 0)
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.into_inner() == name)
            .map(|attribute| match attribute.value {
                Cow::Borrowed(raw) => unescape(raw),
                Cow::Owned(raw) => Cow::Owned(unescape(&raw).into_owned()),
            })
    }

    /// An attribute's raw value, if it is the first and as plainly written as Exchange writes it: of long ids there are
    /// many, and an iterator that looks at each of their characters is slow.
    fn first_attribute(&self, name: &str) -> Option<&'a str> {
        let value = self
            .attributes
            .strip_prefix(' ')?
            .strip_prefix(name)?
            .strip_prefix("=\"")?;
        Some(&value[..memchr::memchr(b'"', value.as_bytes())?])
    }
}

/// Base64 text: located in the answer's bytes, or copied where it did not stand in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base64Text {
    At(Range<usize>),
    Copied(String),
}

/// The elements of an answer.
///
/// What Exchange writes plainly, which is nearly everything, is read here; quick-xml, which takes several times as long for
/// it, reads the rest: comments, CDATA, references in texts, white space between tags, tags with other quotes.
pub(crate) struct Events<'a> {
    body: &'a str,
    /// How much of it was read.
    at: usize,
    /// Where it stopped last: it catches up when it is asked for an event.
    reader: Reader<&'a [u8]>,
    /// Names of the elements that are open, as their ends must repeat them.
    open: Vec<&'a str>,
    /// The element that is open is an empty one (`<a/>`), which has no end of its own.
    in_empty: bool,
}

impl<'a> Events<'a> {
    pub(crate) fn new(body: &'a str) -> Self {
        let mut reader = Reader::from_str(body);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        // Done by `next`: the reader does not see every tag.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Self {
            body,
            at: 0,
            reader,
            open: Vec::new(),
            in_empty: false,
        }
    }

    fn next(&mut self) -> Result<Event<'a>, Unreadable> {
        let behind = self.at - self.read_by_reader();
        self.reader.stream().consume(behind);
        let event = self.reader.read_event()?;
        self.at = self.read_by_reader();
        match &event {
            Event::Start(start) => {
                let content = self.content(start, ">");
                self.open.push(&content[..start.name().into_inner().len()]);
            }
            Event::End(end) if self.open.pop() != Some(end.name().into_inner()) => {
                let name = end.name().into_inner();
                return Err(Unreadable::Broken(format!("</{name}> ends another element")));
            }
            _ => {}
        }
        Ok(event)
    }

    fn read_by_reader(&self) -> usize {
        self.body.len() - self.reader.get_ref().len()
    }

    /// What stands between `<` and `end` in the tag that was read last.
    fn content(&self, start: &BytesStart<'_>, end: &str) -> &'a str {
        let end = self.at - end.len();
        &self.body[end - start.len()..end]
    }

    /// What [`child`](Self::child) says, where the next tag is plain. Of any other, none, and nothing is read.
    fn plain_child(&mut self) -> Option<Option<Tag<'a>>> {
        // Not of the root, before which the reader looks for a mark.
        self.open.last()?;
        let content = self.body[self.at..].strip_prefix('<')?;
        let bytes = content.as_bytes();
        if bytes.first() == Some(&b'/') {
            return self.plain_end().then_some(None);
        }
        let name = name_length(bytes);
        let mut length = name;
        while bytes.get(length) == Some(&b' ') {
            let equals = length + 1 + name_length(&bytes[length + 1..]);
            let value = bytes[equals..].strip_prefix(b"=\"")?;
            length = equals + 2 + memchr::memchr(b'"', value)? + 1;
        }
        let empty = match &bytes[length..] {
            [b'>', ..] if name > 0 => false,
            [b'/', b'>', ..] if name > 0 => true,
            _ => return None,
        };
        if empty {
            self.in_empty = true;
        } else {
            self.open.push(&content[..name]);
        }
        self.at += length + if empty { 3 } else { 2 };
        Some(Some(Tag::new(&content[..length], name)))
    }

    /// The content of the element that was opened last, where it is nothing but text, and over its end. Of any other,
    /// none, and nothing is read.
    fn plain_text(&mut self) -> Option<&'a str> {
        let rest = &self.body[self.at..];
        let text = &rest[..memchr::memchr2(b'<', b'&', rest.as_bytes())?];
        self.at += text.len();
        if self.plain_end() {
            return Some(text);
        }
        self.at -= text.len();
        None
    }

    /// Over the end of the element that is open, if it stands here.
    fn plain_end(&mut self) -> bool {
        let Some(name) = self.open.last() else { return false };
        let rest = &self.body.as_bytes()[self.at..];
        let length = name.len() + "</>".len();
        let ends = rest.len() >= length
            && rest.starts_with(b"</")
            && rest[length - 1] == b'>'
            && rest[2..length - 1] == *name.as_bytes();
        if ends {
            self.open.pop();
            self.at += length;
        }
        ends
    }

    /// The next child of the element that is open; `None` at its end.
    pub(crate) fn child(&mut self) -> Result<Option<Tag<'a>>, Unreadable> {
        if self.ends_at_once() {
            return Ok(None);
        }
        if let Some(child) = self.plain_child() {
            return Ok(child);
        }
        loop {
            match self.next()? {
                Event::Start(start) => {
                    let content = self.content(&start, ">");
                    return Ok(Some(Tag::new(content, start.name().into_inner().len())));
                }
                Event::Empty(start) => {
                    self.in_empty = true;
                    let content = self.content(&start, "/>");
                    return Ok(Some(Tag::new(content, start.name().into_inner().len())));
                }
                Event::End(_) => return Ok(None),
                Event::Eof => return Err(Unreadable::Truncated),
                _ => {}
            }
        }
    }

    /// Reads over the rest of the element that is open.
    pub(crate) fn skip(&mut self) -> Result<(), Unreadable> {
        if self.ends_at_once() {
            return Ok(());
        }
        if self.plain_text().is_some() {
            return Ok(());
        }
        let mut depth = 0_usize;
        loop {
            match self.next()? {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(Unreadable::Truncated),
                _ => {}
            }
        }
    }

    /// The text of the element that is open, to its end, without what XML 1.0 forbids.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, Unreadable> {
        let mut text = Cow::Borrowed("");
        if self.ends_at_once() {
            return Ok(text);
        }
        if let Some(plain) = self.plain_text() {
            return Ok(clean(Cow::Borrowed(plain)));
        }
        loop {
            match self.next()? {
                Event::Text(piece) => append(&mut text, piece.into_inner()),
                Event::CData(piece) => append(&mut text, piece.into_inner()),
                Event::GeneralRef(name) => push_reference(text.to_mut(), &name.into_inner()),
                Event::Start(_) => self.skip()?,
                Event::End(_) => return Ok(clean(text)),
                Event::Eof => return Err(Unreadable::Truncated),
                _ => {}
            }
        }
    }

    /// The text of the element that is open, to its end; none where it is empty.
    pub(crate) fn some_text(&mut self) -> Result<Option<String>, Unreadable> {
        Ok(self.some_borrowed()?.map(Cow::into_owned))
    }

    /// As [`some_text`](Self::some_text), as it stands in the answer.
    pub(crate) fn some_borrowed(&mut self) -> Result<Option<Cow<'a, str>>, Unreadable> {
        let text = self.text()?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// The text of the element that is open as a number or the like; none where it is nothing of the kind.
    pub(crate) fn value<T: std::str::FromStr>(&mut self) -> Result<Option<T>, Unreadable> {
        Ok(self.text()?.trim().parse().ok())
    }

    /// `xs:boolean`.
    pub(crate) fn boolean(&mut self) -> Result<Option<bool>, Unreadable> {
        Ok(match self.text()?.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        })
    }

    /// Base64 of the element that is open, to its end, without a copy where it stands in one piece.
    pub(crate) fn base64(&mut self) -> Result<Base64Text, Unreadable> {
        if self.ends_at_once() {
            return Ok(Base64Text::At(0..0));
        }
        let mut text = Base64Text::At(self.at..self.at);
        if let Some(plain) = self.plain_text() {
            return Ok(Base64Text::At(self.place(plain).unwrap_or_default()));
        }
        loop {
            let piece = match self.next()? {
                Event::Text(piece) => piece.into_inner(),
                Event::CData(piece) => piece.into_inner(),
                Event::GeneralRef(name) => {
                    let mut text = String::new();
                    push_reference(&mut text, &name.into_inner());
                    Cow::Owned(text)
                }
                Event::Start(_) => {
                    self.skip()?;
                    continue;
                }
                Event::End(_) => return Ok(text),
                Event::Eof => return Err(Unreadable::Truncated),
                _ => continue,
            };
            match (&mut text, self.place(&piece)) {
                (Base64Text::At(range), Some(place)) if range.start == range.end => *range = place,
                (Base64Text::At(range), _) => {
                    let mut copy = self.body[range.clone()].to_owned();
                    copy.push_str(&piece);
                    text = Base64Text::Copied(copy);
                }
                (Base64Text::Copied(copy), _) => copy.push_str(&piece),
            }
        }
    }

    fn ends_at_once(&mut self) -> bool {
        std::mem::take(&mut self.in_empty)
    }

    /// Where in the answer a piece stands; one that was copied stands elsewhere.
    fn place(&self, piece: &str) -> Option<Range<usize>> {
        let start = (piece.as_ptr() as usize).checked_sub(self.body.as_ptr() as usize)?;
        let range = start..start.checked_add(piece.len())?;
        (range.end <= self.body.len()).then_some(range)
    }
}

/// How many of the bytes make a name, as far as a plain tag goes. What can end one there has a code up to that of `/`, or
/// is one of `<=>?`, which differ in their last two bits. Eight at a time: names are half of what is read.
fn name_length(bytes: &[u8]) -> usize {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = 0x80 * EACH;
    let mut length = 0;
    while let Some(eight) = bytes[length..].first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        let below = |limit: u8, of: u64| of.wrapping_sub(limit as u64 * EACH) & !of;
        // The lowest that is found is one; those above it may be its borrow.
        let ends = (below(b'0', eight) | below(1, (eight & (0xfc * EACH)) ^ (b'<' as u64 * EACH))) & HIGH;
        if ends != 0 {
            return length + ends.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let end = |b: &u8| *b < b'0' || (b'<'..=b'?').contains(b);
    length + bytes[length..].iter().position(end).unwrap_or(bytes.len() - length)
}

fn append<'a>(text: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    if text.is_empty() {
        *text = piece;
    } else {
        text.to_mut().push_str(&piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> Result<String, Unreadable> {
        let mut events = Events::new(xml);
        assert!(events.child()?.is_some());
        events.text().map(Cow::into_owned)
    }

    #[test]
    fn text_is_whole_whatever_it_is_made_of() {
        assert_eq!(
            text("<a>x &amp; <![CDATA[<y>]]><!-- no -->&#x0;&#233;<b>no</b> z & w</a>").unwrap(),
            "x & <y>é z & w"
        );
        assert_eq!(text("<a/>").unwrap(), "");
        assert_eq!(text("<a>x<b/>y</a>").unwrap(), "xy");
    }

    #[test]
    fn empty_elements_have_no_children_and_their_siblings_are_not_lost() {
        let mut events = Events::new("<r><a/><b/><c><d/></c><e/></r>");
        events.child().unwrap();
        let mut names = Vec::new();
        while let Some(tag) = events.child().unwrap() {
            names.push(tag.name().to_owned());
            match tag.name() {
                "a" => assert!(events.child().unwrap().is_none()),
                "b" => assert_eq!(events.base64().unwrap(), Base64Text::At(0..0)),
                _ => events.skip().unwrap(),
            }
        }
        assert_eq!(names, ["a", "b", "c", "e"]);
    }

    #[test]
    fn plain_text_is_borrowed() {
        let mut events = Events::new("<a>plain</a>");
        events.child().unwrap();
        assert!(matches!(events.text().unwrap(), Cow::Borrowed("plain")));
    }

    #[test]
    fn an_answer_that_ends_too_early_is_told_from_a_whole_one() {
        for cut in [
            "<a>te",
            "<a>text",
            "<a><b",
            "<a><b/>",
            "<a>&am",
            "<a><![CDATA[x",
            "<a x=\"",
        ] {
            assert_eq!(text(cut), Err(Unreadable::Truncated), "{cut}");
        }
    }

    #[test]
    fn an_end_of_another_element_is_no_xml() {
        for crossed in ["<a><b>x</a></b>", "<a>x</b>", "<a>x</aa>", "<a><b></c></a>"] {
            assert!(matches!(text(crossed), Err(Unreadable::Broken(_))), "{crossed}");
        }
        // Neither a mark before it nor spaces in it make another element of it.
        assert_eq!(text("\u{feff}<a >x</a >").unwrap(), "x");
    }

    #[test]
    fn base64_in_one_piece_is_located_and_otherwise_copied() {
        let xml = "<r><a>AAAA</a><b>AA<!-- -->&#65;A</b><c/></r>";
        let mut events = Events::new(xml);
        events.child().unwrap();
        events.child().unwrap();
        assert_eq!(events.base64().unwrap(), Base64Text::At(6..10));
        events.child().unwrap();
        assert_eq!(events.base64().unwrap(), Base64Text::Copied("AAAA".into()));
        events.child().unwrap();
        assert_eq!(events.base64().unwrap(), Base64Text::At(0..0));
        assert!(events.child().unwrap().is_none());
    }

    #[test]
    fn a_name_ends_where_it_ends_wherever_that_is() {
        for length in 0..20 {
            for end in ['>', '/', ' ', '\t', '\n', '=', '"', '<', '?'] {
                for rest in ["", "t:Name>zzzzzzzzz", "éééééééééé"] {
                    let text = format!("{}{end}{rest}", &"t:ExtendedProperty_Z"[..length]);
                    assert_eq!(name_length(text.as_bytes()), length, "{text}");
                }
            }
            assert_eq!(name_length(&b"t:ExtendedProperty_Z"[..length]), length);
        }
    }

    #[test]
    fn attributes_are_unescaped() {
        let mut events = Events::new(r#"<t:a x:Id="no" Id="a&amp;b&#x0;" Other='c'/>"#);
        let tag = events.child().unwrap().unwrap();
        assert_eq!((tag.name(), tag.attribute("Id").as_deref()), ("a", Some("a&b")));
        assert_eq!(tag.attribute("Other").as_deref(), Some("c"));
        assert_eq!(tag.attribute("Missing"), None);
    }
}
