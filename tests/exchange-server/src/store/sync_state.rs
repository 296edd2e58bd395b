//! The `SyncState` string: where a client stands in a folder's or a hierarchy's change numbers. Opaque outside.

use super::ids::fnv;

/// A round of synchronization: changes after `floor` up to `ceiling`, handed out up to `cursor`.
/// The ceiling stays while a round is paged, so that what changes meanwhile is told in the next round, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SyncState {
    pub mailbox: u64,
    /// The folder's key; `u32::MAX` for the hierarchy.
    pub folder: u32,
    pub epoch: u32,
    pub floor: u64,
    pub ceiling: u64,
    pub cursor: u64,
}

/// `folder` of the state of `SyncFolderHierarchy`.
pub(crate) const HIERARCHY: u32 = u32::MAX;
const MAGIC: &[u8; 8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00";
const LENGTH: usize = 8 + 8 + 4 + 4 + 3 * 8 + 8;

impl SyncState {
    /// Base64, padded to at least `least_bytes` before encoding (real states reach tens of kB).
    pub fn encode(&self, least_bytes: usize) -> String {
        let mut bytes = Vec::with_capacity(LENGTH.max(least_bytes));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.mailbox.to_be_bytes());
        bytes.extend_from_slice(&self.folder.to_be_bytes());
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        for number in [self.floor, self.ceiling, self.cursor] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        let check = fnv(&bytes);
        bytes.extend_from_slice(&check.to_be_bytes());
        while bytes.len() < least_bytes {
            bytes.push((bytes.len() % 251) as u8);
        }
        base64_simd::STANDARD.encode_to_string(&bytes)
    }

    /// None for what this server never wrote.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = base64_simd::STANDARD.decode_to_vec(text.trim()).ok()?;
        let bytes = bytes.get(..LENGTH)?;
        let (body, check) = bytes.split_last_chunk::<8>()?;
        if !body.starts_with(MAGIC) || fnv(body) != u64::from_be_bytes(*check) {
            return None;
        }
        let long = |at: usize| body.get(at..at + 8)?.try_into().ok().map(u64::from_be_bytes);
        let short = |at: usize| body.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        Some(Self {
            mailbox: long(8)?,
            folder: short(16)?,
            epoch: short(20)?,
            floor: long(24)?,
            ceiling: long(32)?,
            cursor: long(40)?,
        })
    }
}
