//! MIME as it comes (RFC 5322, 2045 to 2049, 2183, 2231): which parts a message has and what they hold. Knows no wrapper
//! beyond MIME, and not what a part is used for.
//!
//! An own reader of the structure, above well-kept decoders of character sets and base64: of the crates at hand,
//! `mail-parser` 0.11 (1.0 wants a newer Rust) takes boundaries in the middle of a line, loses what is folded after `=` and
//! overflows the stack on nested messages; `mailparse` refuses what is broken and takes quadratic time on unclosed parts.

pub(crate) mod charset;
mod date;
mod encoded_word;
mod field;
mod header;
mod parameters;
mod structure;
mod transfer;

pub(crate) use date::date;
pub(crate) use encoded_word::decode as decode_words;
pub(crate) use field::{accept_language, first_address, ids, message_id, oldest_received, parties};
pub(crate) use header::Header;
pub(crate) use structure::{Part, PartKind, Structure};
pub(crate) use transfer::{Encoding, uuencoded_file};
