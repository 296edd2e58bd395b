//! The envelope: what a request's header asks, and the header and prefixes that each product answers with.

use super::element::{Element, Namespace};
use super::fault::Fault;
use super::version::{RequestVersion, ServerVersion};
use super::xml::Xml;
use super::{MESSAGES, SOAP, TYPES};

/// The outside of an answer, which differs between 2007 and later products.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dress(pub ServerVersion);

impl Dress {
    /// A SOAP element's prefixed name: `soap:` in 2007, `s:` later.
    pub fn soap(self, name: &str) -> String {
        match self.0 {
            ServerVersion::Exchange2007 => format!("soap:{name}"),
            _ => format!("s:{name}"),
        }
    }

    /// 2007 writes the operation itself in a default namespace; its children are prefixed all the same.
    pub fn operation(self, name: &str) -> String {
        match self.0 {
            ServerVersion::Exchange2007 => name.to_owned(),
            _ => format!("m:{name}"),
        }
    }
}

pub(crate) fn open(xml: &mut Xml, dress: Dress) {
    xml.raw(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    let soap = dress.soap("Envelope");
    let prefix = soap.split(':').next().unwrap_or("s");
    let declared = format!("xmlns:{prefix}");
    xml.open_with(&soap, &[(declared.as_str(), SOAP)]);
    let header = dress.soap("Header");
    xml.open(&header);
    let [major, minor, build, revision] = dress.0.build().map(|n| n.to_string());
    let mut attributes = vec![
        ("MajorVersion", major.as_str()),
        ("MinorVersion", minor.as_str()),
        ("MajorBuildNumber", build.as_str()),
        ("MinorBuildNumber", revision.as_str()),
        ("Version", dress.0.schema_name()),
    ];
    if dress.0 == ServerVersion::Exchange2007 {
        attributes.push(("xmlns:t", TYPES));
        xml.empty("t:ServerVersionInfo", &attributes);
    } else {
        attributes.push(("xmlns:h", TYPES));
        xml.empty("h:ServerVersionInfo", &attributes);
    }
    xml.close(&header);
    xml.open(&dress.soap("Body"));
}

pub(crate) fn close(xml: &mut Xml, dress: Dress) {
    xml.close(&dress.soap("Body"));
    xml.close(&dress.soap("Envelope"));
}

/// Opens `m:XResponse` with the namespaces that everything below uses.
pub(crate) fn open_operation(xml: &mut Xml, dress: Dress, name: &str) {
    let mut namespaces = vec![("xmlns:m", MESSAGES), ("xmlns:t", TYPES)];
    if dress.0 == ServerVersion::Exchange2007 {
        namespaces.push(("xmlns", MESSAGES));
    }
    xml.open_with(&dress.operation(name), &namespaces);
}

/// A request taken out of its envelope.
pub(crate) struct Request {
    pub version: RequestVersion,
    pub impersonated: Option<String>,
    pub operation: Element,
}

impl Request {
    pub fn read(document: &[u8], server: ServerVersion) -> Result<Self, Fault> {
        let mut envelope = Element::parse(document)?;
        if !envelope.is(Namespace::Soap, "Envelope") {
            return Err(Fault::not_xml("The root element is not a SOAP 1.1 Envelope."));
        }
        let header = envelope.children.iter().find(|c| c.is(Namespace::Soap, "Header"));
        let asked = header.and_then(|h| h.child("RequestServerVersion"));
        let version = match asked.map(|v| v.require_attribute("Version")).transpose()? {
            None => RequestVersion::Exchange2007,
            Some(name) => RequestVersion::from_name(name).ok_or_else(|| Fault::new("ErrorInvalidServerVersion"))?,
        };
        if version > server.newest_request() {
            return Err(Fault::new("ErrorInvalidServerVersion"));
        }
        let impersonated = header
            .and_then(|h| h.child("ExchangeImpersonation"))
            .map(connecting_sid)
            .transpose()?;
        let at = envelope.children.iter().position(|c| c.is(Namespace::Soap, "Body"));
        let mut body = match at {
            Some(at) => envelope.children.swap_remove(at),
            None => {
                return Err(Fault::schema(
                    "The element 'Envelope' has incomplete content: 'Body' is expected.",
                ));
            }
        };
        match body.children.pop() {
            Some(operation) if operation.namespace == Namespace::Messages => Ok(Self {
                version,
                impersonated,
                operation,
            }),
            _ => Err(Fault::schema("The element 'Body' has incomplete content.")),
        }
    }
}

fn connecting_sid(impersonation: &Element) -> Result<String, Fault> {
    let sid = impersonation.require("ConnectingSID")?;
    let who = sid
        .children
        .iter()
        .find(|c| {
            matches!(
                c.name.as_str(),
                "PrimarySmtpAddress" | "SmtpAddress" | "PrincipalName" | "SID"
            )
        })
        .ok_or_else(|| Fault::schema("The element 'ConnectingSID' has incomplete content."))?;
    Ok(who.text.trim().to_owned())
}
