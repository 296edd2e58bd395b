//! Exchange Web Services, mail only. Knows HTTP, XML and EWS; knows no PHP, no Oro and no matching.

pub mod transport;
