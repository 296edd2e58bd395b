//! `GetFolder` (MS-OXWSFOLD): folders by id, with their stamps.

use crate::batch;
use crate::call::Persistence;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::soap::{Message, Operation};
use crate::{DistinguishedFolder, Error, Folder, FolderRef, Mailbox, RequestServerVersion, ResponseError};

use super::elements::write_folder_ref;
use super::folder_elements::read_folders;
use super::shape::write_folder_shape;

struct GetFolder<'a> {
    folders: Vec<&'a FolderRef>,
}

impl Operation for GetFolder<'_> {
    const NAME: &'static str = "GetFolder";
    type Content = Vec<Folder>;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        xml.raw("<m:GetFolder>");
        write_folder_shape(xml, version);
        xml.raw("<m:FolderIds>");
        self.folders.iter().for_each(|folder| write_folder_ref(xml, folder));
        xml.raw("</m:FolderIds></m:GetFolder>");
    }

    fn read(
        &self,
        _: usize,
        tag: &Tag<'_>,
        events: &mut Events<'_>,
        folders: &mut Self::Content,
    ) -> Result<(), Unreadable> {
        match tag.name() {
            "Folders" => read_folders(events, folders),
            _ => events.skip(),
        }
    }
}

impl Mailbox {
    /// Folders with their stamps, in the order asked, one answer each.
    ///
    /// # Errors
    /// [`Error`]; a folder that is missing has its own.
    pub async fn get_folder(&self, folders: &[FolderRef]) -> Result<Vec<Result<Folder, ResponseError>>, Error> {
        let messages = batch::ask(self, folders, |folders| GetFolder { folders }).await?;
        messages.into_iter().map(only::<GetFolder<'_>>).collect()
    }
}

impl Mailbox {
    /// Whether the server answers for this mailbox at all: asked where an error may be one item's or the server's.
    ///
    /// # Errors
    /// It does not, and why.
    pub async fn require_health(&self) -> Result<(), Error> {
        let inbox = FolderRef::Distinguished(DistinguishedFolder::MsgFolderRoot);
        let operation = GetFolder { folders: vec![&inbox] };
        let answer = self.call(&operation, Persistence::Once).await?;
        match answer.into_iter().next() {
            Some(Err(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The folder of a response message that is about one.
fn only<O: Operation>(message: Message<Vec<Folder>>) -> Result<Message<Folder>, Error> {
    match message {
        Err(error) => Ok(Err(error)),
        Ok(mut folders) => folders.pop().map(Ok).ok_or_else(|| Error::Protocol {
            operation: O::NAME,
            what: "a response message has no folder".into(),
        }),
    }
}
