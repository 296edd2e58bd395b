//! `GetItem` (MS-OXWSCORE): properties and MIME content of items.

use crate::{Error, Item, ItemId, Mailbox, Property, ResponseError};

/// Whether items are asked for with their MIME content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mime {
    /// Properties only.
    Exclude,
    /// With `t:MimeContent`.
    Include,
}

impl Mailbox {
    /// Items in the order of `ids`, one answer each.
    ///
    /// # Errors
    /// [`Error`]; an item that is missing or can't be read has its own.
    pub async fn get_item(
        &self,
        _ids: &[ItemId],
        _properties: &[Property],
        _mime: Mime,
    ) -> Result<Vec<Result<Item, ResponseError>>, Error> {
        Err(Error::Protocol {
            operation: "GetItem",
            what: "not read yet".into(),
        })
    }
}
