//! The header of a message or part: its fields as they stand there. Knows no field's meaning.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// A field's name and body; the body as it stands there, folds and all.
#[derive(Debug, Clone, Copy)]
struct Field<'a> {
    name: &'a [u8],
    body: &'a [u8],
}

/// The fields of an entity, in their order.
#[derive(Debug, Default)]
pub(crate) struct Header<'a> {
    fields: Vec<Field<'a>>,
    /// Where the entity's body begins.
    pub end: usize,
}

impl<'a> Header<'a> {
    /// Reads up to the empty line, or to where no field can be.
    pub fn read(entity: &'a [u8]) -> Self {
        let mut header = Self {
            fields: Vec::with_capacity(24),
            end: 0,
        };
        let mut at = 0;
        while let Some(line) = line_at(entity, at) {
            let next = at + line.len();
            if is_blank(line) {
                header.end = next;
                return header;
            }
            match field_name(line) {
                Some(name) => {
                    let end = end_of_folds(entity, next);
                    header.fields.push(Field {
                        name: &line[..name],
                        body: &entity[at + memchr(b':', line).unwrap_or(name) + 1..end],
                    });
                    at = end;
                }
                // A delimiter ends a header that lacks its empty line; other rubbish is passed over where a header goes on.
                None if !line.starts_with(b"--") && goes_on(entity, next) => at = next,
                None => break,
            }
        }
        header.end = at;
        header
    }

    /// The first field of that name counts (RFC 5322, 3.6: there is one at most).
    pub fn first(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.all(name).next()
    }

    /// Every field of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = Cow<'a, [u8]>> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|field| unfolded(field.body))
    }
}

/// The line with its end; none behind the last one.
fn line_at(text: &[u8], at: usize) -> Option<&[u8]> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    Some(&rest[..memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)])
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

/// Length of the name where the line begins a field.
fn field_name(line: &[u8]) -> Option<usize> {
    let colon = memchr(b':', line)?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(name.len())
}

/// Where the lines end that belong to the field before.
fn end_of_folds(text: &[u8], mut at: usize) -> usize {
    while let Some(line) = line_at(text, at) {
        if !matches!(line[0], b' ' | b'\t') {
            break;
        }
        at += line.len();
    }
    at
}

/// Whether a line that is no field stands among fields: a mail box's `From ` or what a gateway has broken.
fn goes_on(text: &[u8], next: usize) -> bool {
    line_at(text, next).is_some_and(|line| field_name(line).is_some() || matches!(line[0], b' ' | b'\t'))
}

/// A field's body in one line: RFC 5322, 2.2.3, only the line ends go.
fn unfolded(body: &[u8]) -> Cow<'_, [u8]> {
    let body = body.trim_ascii();
    if memchr2(b'\r', b'\n', body).is_none() {
        return Cow::Borrowed(body);
    }
    Cow::Owned(body.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_with_their_folds_up_to_the_empty_line() {
        let raw = b"From me Mon Nov 1\r\nSubject: a\r\n b\r\nX-Empty:\r\nsubject : second\r\nbroken line\r\nTo: x@y\r\n\r\nNo: field";
        let header = Header::read(raw);
        assert_eq!(header.first("SUBJECT").as_deref(), Some(&b"a b"[..]));
        assert_eq!(header.all("subject").count(), 2);
        assert_eq!(header.first("To").as_deref(), Some(&b"x@y"[..]));
        assert_eq!(&raw[header.end..], b"No: field");
    }

    #[test]
    fn a_header_without_its_empty_line_ends_where_no_field_is() {
        let raw = b"A: 1\n--b\nB: 2\n";
        let header = Header::read(raw);
        assert_eq!(&raw[header.end..], b"--b\nB: 2\n");
        assert!(Header::read(b"").first("a").is_none());
    }
}
