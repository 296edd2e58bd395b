//! Ids of items, folders and attachments: opaque base64 of the length and look of Exchange's, case-sensitive.

/// What an id stands for; `item` 0 is the folder itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryId {
    pub mailbox: u64,
    pub folder: u32,
    pub item: u64,
    pub attachment: Option<u16>,
}

const LENGTH: usize = 89;
/// Where the parts begin that differ between ids of a mailbox, and the sum that guards them.
const OWN: usize = 63;
const CHECK: usize = LENGTH - 4;
const NO_ATTACHMENT: u16 = u16::MAX;

/// FNV-1a: names a mailbox, and guards ids and sync states against a changed letter.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3)
    })
}

impl EntryId {
    pub fn folder(mailbox: u64, folder: u32) -> Self {
        Self {
            mailbox,
            folder,
            item: 0,
            attachment: None,
        }
    }

    /// As an `Id` attribute. The shape (00 03, a 36 character GUID, a 46 byte entry id) is that of Exchange 2010 and later.
    pub fn encode(&self) -> String {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut bytes = [0; LENGTH];
        bytes[..4].copy_from_slice(&[0x00, 0x03, 36, 0x00]);
        for (place, byte) in bytes[4..40].iter_mut().enumerate() {
            *byte = match place {
                8 | 13 | 18 | 23 => b'-',
                _ => HEX[(self.mailbox.rotate_left(place as u32 * 4) & 15) as usize],
            };
        }
        bytes[40..47].copy_from_slice(&[0x00, 46, 0x00, 0, 0, 0, 0]);
        bytes[47..55].copy_from_slice(&self.mailbox.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        bytes[55..63].copy_from_slice(&[0x01, 0x00, 0x5b, 0xd3, 0x1c, 0xa7, 0x0e, 0x42]);
        bytes[OWN..71].copy_from_slice(&self.mailbox.to_be_bytes());
        bytes[71..75].copy_from_slice(&self.folder.to_be_bytes());
        bytes[75..83].copy_from_slice(&self.item.to_be_bytes());
        bytes[83..CHECK].copy_from_slice(&self.attachment.unwrap_or(NO_ATTACHMENT).to_be_bytes());
        let check = fnv(&bytes[OWN..CHECK]) as u32;
        bytes[CHECK..].copy_from_slice(&check.to_be_bytes());
        base64_simd::STANDARD.encode_to_string(bytes)
    }

    /// None where a letter was changed, its case included.
    pub fn decode(id: &str) -> Option<Self> {
        let bytes = base64_simd::STANDARD.decode_to_vec(id).ok()?;
        let own = bytes.get(OWN..CHECK)?;
        let (mailbox, rest) = own.split_first_chunk()?;
        let (folder, rest) = rest.split_first_chunk()?;
        let (item, rest) = rest.split_first_chunk()?;
        let (attachment, _) = rest.split_first_chunk()?;
        let decoded = Self {
            mailbox: u64::from_be_bytes(*mailbox),
            folder: u32::from_be_bytes(*folder),
            item: u64::from_be_bytes(*item),
            attachment: Some(u16::from_be_bytes(*attachment)).filter(|a| *a != NO_ATTACHMENT),
        };
        Some(decoded).filter(|decoded| decoded.encode() == id)
    }
}

/// A `ChangeKey`: tells one state of an item or folder from the next.
pub(crate) fn change_key(mailbox: u64, change: u64) -> String {
    let mut bytes = Vec::with_capacity(30);
    bytes.extend_from_slice(&[0x09, 0, 0, 0, 0x16, 0, 0, 0]);
    bytes.extend_from_slice(&mailbox.to_be_bytes());
    bytes.extend_from_slice(&mailbox.rotate_left(17).to_be_bytes());
    bytes.extend_from_slice(&change.to_be_bytes()[2..]);
    base64_simd::STANDARD.encode_to_string(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_and_dies_with_the_case_of_one_letter() {
        let id = EntryId {
            mailbox: 77,
            folder: 3,
            item: 9,
            attachment: Some(1),
        };
        let text = id.encode();
        assert_eq!(text.len(), 120);
        assert!(text.starts_with("AAMkA"));
        assert_eq!(EntryId::decode(&text), Some(id));
        assert_eq!(EntryId::decode(&text.to_lowercase()), None);
        assert_eq!(EntryId::decode("not an id"), None);
    }
}
