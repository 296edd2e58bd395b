//! `FindFolder` (MS-OXWSSRCH): all folders below one, page by page.

use std::collections::HashSet;

use crate::call::Persistence;
use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, Folder, FolderId, FolderRef, Mailbox, RequestServerVersion};

use super::elements::write_folder_ref;
use super::folder_elements::read_folders;
use super::shape::write_folder_shape;

/// A page; the server's policy (EWSFindCountLimit) allows as much.
const PAGE: u32 = 1000;

struct FindFolder<'a> {
    parent: &'a FolderRef,
    offset: u32,
}

#[derive(Debug, Default)]
struct Page {
    folders: Vec<Folder>,
    last: Option<bool>,
    next_offset: Option<u32>,
}

impl Operation for FindFolder<'_> {
    const NAME: &'static str = "FindFolder";
    type Content = Page;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        xml.raw("<m:FindFolder Traversal=\"Deep\">");
        write_folder_shape(xml, version);
        xml.raw("<m:IndexedPageFolderView MaxEntriesReturned=\"")
            .number(PAGE.into())
            .raw("\" Offset=\"")
            .number(self.offset.into())
            .raw("\" BasePoint=\"Beginning\"/><m:ParentFolderIds>");
        write_folder_ref(xml, self.parent);
        xml.raw("</m:ParentFolderIds></m:FindFolder>");
    }

    fn read(&self, _: usize, tag: &Tag<'_>, events: &mut Events<'_>, page: &mut Page) -> Result<(), Unreadable> {
        if tag.name() != "RootFolder" {
            return events.skip();
        }
        page.last = tag
            .attribute("IncludesLastItemInRange")
            .map(|last| matches!(&*last, "true" | "1"));
        page.next_offset = tag
            .attribute("IndexedPagingOffset")
            .and_then(|text| text.trim().parse().ok());
        while let Some(tag) = events.child()? {
            match tag.name() {
                "Folders" => read_folders(events, &mut page.folders)?,
                _ => events.skip()?,
            }
        }
        Ok(())
    }
}

impl Mailbox {
    /// All folders below `parent`, at any depth, with their stamps.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Protocol`] where the server gives the same folders again and again.
    pub async fn find_folder(&self, parent: &FolderRef) -> Result<Vec<Folder>, Error> {
        let mut found: Vec<Folder> = Vec::new();
        let mut known: HashSet<FolderId> = HashSet::new();
        let mut offset = 0;
        loop {
            let page = self
                .call_one(&FindFolder { parent, offset }, Persistence::Repeat)
                .await?;
            // Without an offset, or with one that does not move, what came is what there is to count by.
            let next = page.next_offset.filter(|next| *next > offset);
            let next = next.unwrap_or(offset + page.folders.len() as u32);
            let before = known.len();
            let new = page
                .folders
                .into_iter()
                .filter(|folder| known.insert(folder.id.clone()));
            found.extend(new);
            let same = known.len() == before;
            match page.last {
                Some(true) => return Ok(found),
                // Without a word on the end, nothing new is the end.
                None if same => return Ok(found),
                Some(false) if same => {
                    return Err(Error::Protocol {
                        operation: FindFolder::NAME,
                        what: format!("it repeats {before} folders and says that there are more"),
                    });
                }
                None | Some(false) => {}
            }
            offset = next;
        }
    }
}
