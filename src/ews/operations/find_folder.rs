//! `FindFolder` (MS-OXWSSRCH): all folders below one.

use crate::{Error, Folder, FolderRef, Mailbox};

impl Mailbox {
    /// All folders below `parent`, at any depth, with their stamps.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn find_folder(&self, _parent: &FolderRef) -> Result<Vec<Folder>, Error> {
        Err(Error::Protocol {
            operation: "FindFolder",
            what: "not read yet".into(),
        })
    }
}
