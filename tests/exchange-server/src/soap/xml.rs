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

    /// For text that has nothing to escape, such as base64: a message's worth of it is not looked through.
    pub fn clean_text_with(&mut self, name: &str, attributes: &[(&str, &str)], value: &str) {
        self.open_with(name, attributes);
        self.put(value);
        self.close(name);
    }

    fn characters(&mut self, value: &str) {
        if value.bytes().any(|b| b < 0x20 && !matches!(b, b'\t' | b'\n'))
            || (!value.is_ascii() && value.contains(['\u{fffe}', '\u{ffff}']))
        {
            let mut escaped = String::with_capacity(value.len() + 16);
            for c in escape(value).chars() {
                match c {
                    '\t' | '\n' => escaped.push(c),
                    c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                        escaped.push_str(&format!("&#x{:X};", c as u32));
                    }
                    c => escaped.push(c),
                }
            }
            self.put(&escaped);
        } else {
            self.put(&escape(value));
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
