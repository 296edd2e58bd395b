//! SOAP: requests as trees, envelopes and faults out, schema versions. Knows no mailbox.

pub(crate) mod codes;
pub(crate) mod element;
pub(crate) mod envelope;
pub(crate) mod fault;
pub(crate) mod version;
pub(crate) mod xml;

pub use codes::ResponseCode;
pub use version::{RequestVersion, ServerVersion};

/// Namespace of the SOAP 1.1 envelope.
pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Namespace of EWS operations.
pub(crate) const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
/// Namespace of EWS types.
pub(crate) const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
/// Namespace of the details in a SOAP fault.
pub(crate) const ERRORS: &str = "http://schemas.microsoft.com/exchange/services/2006/errors";
