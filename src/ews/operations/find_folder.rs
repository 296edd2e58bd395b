//! `FindFolder` (MS-OXWSSRCH): all folders below one, page by page.

use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, Folder, FolderRef, Mailbox, RequestServerVersion};

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
    last: bool,
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
        page.last = tag.attribute("IncludesLastItemInRange").as_deref() == Some("true");
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
    /// [`Error`].
    pub async fn find_folder(&self, parent: &FolderRef) -> Result<Vec<Folder>, Error> {
        let mut found: Vec<Folder> = Vec::new();
        let mut offset = 0;
        loop {
            let page = self.call_one(&FindFolder { parent, offset }).await?;
            // Without an offset, or with one that does not move, what came is what there is to count by.
            let next = page.next_offset.filter(|next| *next > offset);
            let next = next.unwrap_or(offset + page.folders.len() as u32);
            let empty = page.folders.is_empty();
            found.extend(page.folders);
            if page.last || empty {
                return Ok(found);
            }
            offset = next;
        }
    }
}
