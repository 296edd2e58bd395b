//! `UpdateItem` (MS-OXWSCORE), as far as the read flag.

use crate::{Error, ItemId, Mailbox, ResponseError};

impl Mailbox {
    /// Marks items read or unread; their ids in the order of `ids`, one answer each.
    ///
    /// # Errors
    /// [`Error`]; an item that is missing has its own.
    pub async fn set_read(&self, _ids: &[ItemId], _read: bool) -> Result<Vec<Result<ItemId, ResponseError>>, Error> {
        Err(Error::Protocol {
            operation: "UpdateItem",
            what: "not read yet".into(),
        })
    }
}
