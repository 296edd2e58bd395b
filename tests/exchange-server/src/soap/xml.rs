//! Writes XML: prefixed names in, bytes out. Knows neither SOAP nor EWS.

use std::io::Write;

use quick_xml::escape::escape;

/// Writes XML into memory. Characters that XML 1.0 forbids go out as character references, as Exchange writes them.
///
/// Not quick-xml's writer: its events make a value of each name and attribute, half of what a large answer would cost.
pub(crate) struct Xml(Vec<u8>);

impl Xml {
    pub fn new() -> Self {
        Self(Vec::with_capacity(4096))
    }

    pub fn open(&mut self, name: &str) {
        self.tag(name, &[], ">");
    }

    pub fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">");
    }

    pub fn close(&mut self, name: &str) {
        self.put("</");
        self.put(name);
        self.put(">");
    }

    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, "/>");
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.put("<");
        self.put(name);
        for (name, value) in attributes {
            self.put(" ");
            self.put(name);
            self.put("=\"");
            self.put(&escape(*value));
            self.put("\"");
        }
        self.put(end);
    }

    fn put(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    pub fn text(&mut self, name: &str, value: &str) {
        self.text_with(name, &[], value);
    }

    pub fn text_with(&mut self, name: &str, attributes: &[(&str, &str)], value: &str) {
        if value.is_empty() {
            self.empty(name, attributes);
            return;
        }
        self.open_with(name, attributes);
        self.characters(value);
        self.close(name);
    }

    pub fn number(&mut self, name: &str, value: impl std::fmt::Display) {
        self.open(name);
        // Writing into a Vec can't fail.
        let _ = write!(self.0, "{value}");
        self.close(name);
    }

    pub fn boolean(&mut self, name: &str, value: bool) {
        self.text(name, if value { "true" } else { "false" });
    }

    /// An id, whose attributes are base64.
    pub fn id(&mut self, name: &str, id: &str, change_key: &str) {
        for part in ["<", name, " Id=\"", id, "\" ChangeKey=\"", change_key, "\"/>"] {
            self.put(part);
        }
    }

    /// Base64 of `bytes` as text.
    pub fn base64_with(&mut self, name: &str, attributes: &[(&str, &str)], bytes: &[u8]) {
        self.open_with(name, attributes);
        base64_simd::STANDARD.encode_append(bytes, &mut self.0);
        self.close(name);
    }

    fn characters(&mut self, value: &str) {
        let odd = |b: u8| !(b' '..0x80).contains(&b) || matches!(b, b'<' | b'>' | b'&' | b'\'' | b'"');
        if !value.bytes().fold(false, |found, b| found | odd(b)) {
            return self.put(value);
        }
        for c in escape(value).chars() {
            match c {
                '\t' | '\n' => self.0.push(c as u8),
                c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                    // Writing into a Vec can't fail.
                    let _ = write!(self.0, "&#x{:X};", c as u32);
                }
                c => self.put(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// Appends bytes that are XML already.
    pub fn raw(&mut self, xml: &[u8]) {
        self.0.extend_from_slice(xml);
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}
