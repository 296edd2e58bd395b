//! A request as a tree of elements. Knows namespaces, not operations.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

use super::fault::Fault;
use super::{MESSAGES, SOAP, TYPES};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namespace {
    Soap,
    Messages,
    Types,
    Other,
}

#[derive(Debug)]
pub(crate) struct Element {
    pub namespace: Namespace,
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    /// Reads a whole document.
    pub fn parse(document: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(document).map_err(|e| Fault::not_xml(&e.to_string()))?;
        let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
        let mut open: Vec<Element> = Vec::new();
        loop {
            let (namespace, event) = reader
                .read_resolved_event()
                .map_err(|e| Fault::not_xml(&e.to_string()))?;
            let closed = match event {
                Event::Start(start) => {
                    let element = Self::start(&namespace, &start)?;
                    open.push(element);
                    None
                }
                Event::Empty(start) => Some(Self::start(&namespace, &start)?),
                Event::End(_) => open.pop(),
                Event::Text(t) => {
                    if let Some(top) = open.last_mut() {
                        top.text.push_str(&t.xml10_content());
                    }
                    None
                }
                Event::CData(t) => {
                    if let Some(top) = open.last_mut() {
                        top.text.push_str(&t.xml10_content());
                    }
                    None
                }
                Event::GeneralRef(r) => {
                    let c = match r.resolve_char_ref() {
                        Ok(Some(c)) => Some(c.to_string()),
                        _ => quick_xml::escape::resolve_predefined_entity(&r.xml10_content()).map(str::to_owned),
                    };
                    let c = c.ok_or_else(|| Fault::not_xml("Reference to undeclared entity."))?;
                    if let Some(top) = open.last_mut() {
                        top.text.push_str(&c);
                    }
                    None
                }
                Event::Eof => return Err(Fault::not_xml("Unexpected end of file has occurred.")),
                _ => None,
            };
            if let Some(element) = closed {
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
        }
    }

    fn start(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Self, Fault> {
        let namespace = match namespace {
            ResolveResult::Bound(ns) if ns.as_ref() == SOAP => Namespace::Soap,
            ResolveResult::Bound(ns) if ns.as_ref() == MESSAGES => Namespace::Messages,
            ResolveResult::Bound(ns) if ns.as_ref() == TYPES => Namespace::Types,
            _ => Namespace::Other,
        };
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| Fault::not_xml(&e.to_string()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| Fault::not_xml(&e.to_string()))?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        let name = start.local_name().as_ref().to_owned();
        Ok(Self {
            namespace,
            name,
            attributes,
            children: Vec::new(),
            text: String::new(),
        })
    }

    pub fn is(&self, namespace: Namespace, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The child, or the schema violation that its absence is.
    pub fn require(&self, name: &str) -> Result<&Element, Fault> {
        self.child(name).ok_or_else(|| {
            Fault::schema(&format!(
                "The element '{}' has incomplete content: '{name}' is expected.",
                self.name
            ))
        })
    }

    /// The attribute, or the schema violation that its absence is.
    pub fn require_attribute(&self, name: &str) -> Result<&str, Fault> {
        self.attribute(name).ok_or_else(|| {
            Fault::schema(&format!(
                "The required attribute '{name}' of '{}' is missing.",
                self.name
            ))
        })
    }

    /// Holds the children to an `xs:sequence`: only these names, each at most once, in this order, in this namespace.
    pub fn sequence(&self, namespace: Namespace, names: &[&str]) -> Result<(), Fault> {
        let mut at = 0;
        for child in &self.children {
            let place = names.iter().skip(at).position(|n| child.is(namespace, n));
            at += place.ok_or_else(|| {
                Fault::schema(&format!(
                    "The element '{}' has invalid child element '{}'.",
                    self.name, child.name
                ))
            })? + 1;
        }
        Ok(())
    }

    /// Parses the text, or the schema violation that its form is.
    pub fn value<T: std::str::FromStr>(&self) -> Result<T, Fault> {
        let text = self.text.trim();
        text.parse()
            .map_err(|_| Fault::schema(&format!("The '{}' element is invalid: '{text}'.", self.name)))
    }

    /// `xs:boolean`.
    pub fn boolean(&self) -> Result<bool, Fault> {
        match self.text.trim() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            other => Err(Fault::schema(&format!(
                "The '{}' element is invalid: '{other}'.",
                self.name
            ))),
        }
    }
}
