//! Who we are: one file a scheme. Knows no EWS.

pub(crate) mod basic;
pub(crate) mod offer;
