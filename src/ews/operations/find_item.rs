//! `FindItem` (MS-OXWSSRCH): items of folders, by a search.

use crate::{Error, FolderRef, Item, Mailbox, Property};

/// Which items to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Mail from or to any of the addresses, by the server's index (`m:QueryString`, Advanced Query Syntax); from Exchange 2010 on.
    Participants(Vec<String>),
    /// The same by `m:Restriction`, which every version has, slowly.
    Restriction(Vec<String>),
    /// All items.
    All,
}

/// One page of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundItems {
    /// The items.
    pub items: Vec<Item>,
    /// Whether this was the last page.
    pub last: bool,
    /// How many there are on all pages.
    pub total: u32,
    /// `offset` of the next page.
    pub next_offset: u32,
}

impl Mailbox {
    /// One page of the items of `folders` that fit `query`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn find_item(
        &self,
        _folders: &[FolderRef],
        _query: &Query,
        _offset: u32,
        _max: u32,
        _properties: &[Property],
    ) -> Result<FoundItems, Error> {
        Err(Error::Protocol {
            operation: "FindItem",
            what: "not read yet".into(),
        })
    }
}
