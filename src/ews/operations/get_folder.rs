//! `GetFolder` (MS-OXWSFOLD): folders by id, with their stamps.

use crate::{Error, Folder, FolderRef, Mailbox, ResponseError};

impl Mailbox {
    /// Folders with their stamps, in the order asked.
    ///
    /// # Errors
    /// [`Error`]; a folder that is missing has its own.
    pub async fn get_folder(&self, _folders: &[FolderRef]) -> Result<Vec<Result<Folder, ResponseError>>, Error> {
        Err(Error::Protocol {
            operation: "GetFolder",
            what: "not read yet".into(),
        })
    }
}
