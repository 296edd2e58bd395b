//! `GetAttachment` (MS-OXWSATT): attachments with their content.

use crate::{AttachmentId, AttachmentInfo, Error, Item, Mailbox, ResponseError};

/// An attachment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// What it is.
    pub info: AttachmentInfo,
    /// What is in it.
    pub content: AttachmentContent,
}

/// What an attachment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentContent {
    /// `t:FileAttachment`: the file's bytes.
    File(Vec<u8>),
    /// `t:ItemAttachment`: an item with its MIME content.
    Item(Box<Item>),
}

impl Default for AttachmentContent {
    fn default() -> Self {
        Self::File(Vec::new())
    }
}

impl Mailbox {
    /// Attachments in the order of `ids`, one answer each.
    ///
    /// # Errors
    /// [`Error`]; an attachment that is missing or can't be read has its own.
    pub async fn get_attachment(&self, _ids: &[AttachmentId]) -> Result<Vec<Result<Attachment, ResponseError>>, Error> {
        Err(Error::Protocol {
            operation: "GetAttachment",
            what: "not read yet".into(),
        })
    }
}
