//! Writes envelopes. Knows the header; bodies are the operations'.

use bytes::Bytes;

use super::Operation;
use super::text::is_forbidden;
use crate::RequestServerVersion;

/// XML under construction.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// Markup as it is.
    pub(crate) fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text or an attribute's value; what XML 1.0 forbids is left out.
    pub(crate) fn escaped(&mut self, text: &str) -> &mut Self {
        let odd = |b: u8| !(0x20..0x7f).contains(&b) || matches!(b, b'&' | b'<' | b'>' | b'"');
        // Folds without a way out are done 16 octets at a time.
        if !text.bytes().fold(false, |found, b| found | odd(b)) {
            self.0.push_str(text);
            return self;
        }
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                // As they are, these would be read as spaces in an attribute.
                '\t' | '\n' | '\r' => {
                    self.raw("&#").number(c as u64).raw(";");
                }
                c if is_forbidden(c) => {}
                c => self.0.push(c),
            }
        }
        self
    }

    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        self.0.push_str(&number.to_string());
        self
    }

    /// `<name Id="..."/>`.
    pub(crate) fn id(&mut self, name: &str, id: &str) -> &mut Self {
        self.raw("<").raw(name).raw(" Id=\"").escaped(id).raw("\"/>")
    }
}

const OPEN: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?>"#,
    r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/""#,
    r#" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages""#,
    r#" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">"#,
    r#"<s:Header><t:RequestServerVersion Version=""#
);

/// The whole envelope of a request for `mailbox`, which is impersonated.
pub(crate) fn write<O: Operation>(operation: &O, version: RequestServerVersion, mailbox: &str) -> Bytes {
    let mut xml = Xml(String::with_capacity(2048));
    xml.raw(OPEN)
        .raw(version.name())
        .raw("\"/><t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>")
        .escaped(mailbox)
        .raw("</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation></s:Header><s:Body>");
    operation.write(&mut xml, version);
    xml.raw("</s:Body></s:Envelope>");
    xml.0.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_escaped_and_what_xml_forbids_is_left_out() {
        let mut xml = Xml::default();
        xml.escaped("<a & \"b\">\u{0}\u{1f}\u{fffe}\né");
        assert_eq!(xml.0, "&lt;a &amp; &quot;b&quot;&gt;&#10;é");
    }
}
