//! A thin writer over quick-xml: prefixed names in, bytes out. Knows neither SOAP nor EWS.

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// Writes XML into memory. Characters that XML 1.0 forbids go out as character references, as Exchange writes them.
pub(crate) struct Xml(Writer<Vec<u8>>);

impl Xml {
    pub fn new() -> Self {
        Self(Writer::new(Vec::with_capacity(4096)))
    }

    // Writing into a Vec cannot fail, so the io::Result says nothing.
    fn event(&mut self, event: Event<'_>) {
        let _ = self.0.write_event(event);
    }

    pub fn open(&mut self, name: &str) {
        self.event(Event::Start(BytesStart::new(name)));
    }

    pub fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(
            BytesStart::new(name).with_attributes(attributes.iter().copied()),
        ));
    }

    pub fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(
            BytesStart::new(name).with_attributes(attributes.iter().copied()),
        ));
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
        self.event(Event::Text(BytesText::from_escaped(value.to_string())));
        self.close(name);
    }

    pub fn boolean(&mut self, name: &str, value: bool) {
        self.text(name, if value { "true" } else { "false" });
    }

    /// For text that has nothing to escape, such as base64: a message's worth of it is not looked through.
    pub fn clean_text_with(&mut self, name: &str, attributes: &[(&str, &str)], value: &str) {
        self.open_with(name, attributes);
        self.event(Event::Text(BytesText::from_escaped(value)));
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
            self.event(Event::Text(BytesText::from_escaped(escaped)));
        } else {
            self.event(Event::Text(BytesText::new(value)));
        }
    }

    /// Appends bytes that are XML already.
    pub fn raw(&mut self, xml: &[u8]) {
        self.0.get_mut().extend_from_slice(xml);
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner()
    }
}
