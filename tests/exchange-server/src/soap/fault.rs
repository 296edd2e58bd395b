//! SOAP faults as Exchange writes them. Knows when one is due only for broken requests.

use super::codes::ResponseCode;
use super::envelope::{self, Dress};
use super::xml::Xml;
use super::{ERRORS, TYPES};

/// A request refused as a whole: HTTP 500 with a `s:Fault`.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub code: ResponseCode,
    pub message: String,
    pub detail: FaultDetail,
}

/// What `t:MessageXml` adds.
#[derive(Debug, Clone)]
pub(crate) enum FaultDetail {
    None,
    BackOffMilliseconds(u64),
    Violation(String),
}

impl Fault {
    pub fn new(code: &'static str) -> Self {
        let code = ResponseCode::new(code);
        Self {
            message: code.text().to_owned(),
            code,
            detail: FaultDetail::None,
        }
    }

    pub fn schema(violation: &str) -> Self {
        Self {
            code: ResponseCode::new("ErrorSchemaValidation"),
            message: format!("The request failed schema validation: {violation}"),
            detail: FaultDetail::Violation(violation.to_owned()),
        }
    }

    pub fn not_xml(problem: &str) -> Self {
        Self {
            code: ResponseCode::new("ErrorInvalidRequest"),
            message: format!("The request is invalid: {problem}"),
            detail: FaultDetail::None,
        }
    }

    pub fn write(&self, dress: Dress) -> Vec<u8> {
        let mut xml = Xml::new();
        envelope::open(&mut xml, dress);
        let fault = dress.soap("Fault");
        xml.open(&fault);
        let code = format!("a:{}", self.code);
        xml.text_with("faultcode", &[("xmlns:a", TYPES)], &code);
        xml.text_with("faultstring", &[("xml:lang", "en-US")], &self.message);
        xml.open("detail");
        xml.text_with("e:ResponseCode", &[("xmlns:e", ERRORS)], self.code.as_str());
        xml.text_with("e:Message", &[("xmlns:e", ERRORS)], &self.message);
        match &self.detail {
            FaultDetail::None => {}
            FaultDetail::BackOffMilliseconds(wait) => {
                xml.open_with("t:MessageXml", &[("xmlns:t", TYPES)]);
                xml.text_with("t:Value", &[("Name", "BackOffMilliseconds")], &wait.to_string());
                xml.close("t:MessageXml");
            }
            FaultDetail::Violation(violation) => {
                xml.open_with("t:MessageXml", &[("xmlns:t", TYPES)]);
                xml.text("t:LineNumber", "1");
                xml.text("t:LinePosition", "1");
                xml.text("t:Violation", violation);
                xml.close("t:MessageXml");
            }
        }
        xml.close("detail");
        xml.close(&fault);
        envelope::close(&mut xml, dress);
        xml.into_bytes()
    }
}
