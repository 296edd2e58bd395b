//! `FindItem` (MS-OXWSSRCH): items of folders, by a search, page by page.

use crate::call::Persistence;
use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, FolderRef, Item, Mailbox, Property, RequestServerVersion};

use super::elements::write_folder_ref;
use super::get_item::Mime;
use super::item_elements::read_item;
use super::shape::write_item_shape;

/// Which items to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Mail from or to any of the addresses, by the server's index (`m:QueryString`, Advanced Query Syntax); from Exchange
    /// 2010 on.
    Participants(Vec<String>),
    /// The same by `m:Restriction`, which every version has, slowly.
    Restriction(Vec<String>),
    /// All items.
    All,
}

/// One page of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundItems {
    /// The items, newest first, folder by folder.
    pub items: Vec<Item<'static>>,
    /// Whether this was the last page, of every folder.
    pub last: bool,
    /// How many there are on all pages of all folders.
    pub total: u32,
    /// `offset` of the next page.
    pub next_offset: u32,
}

struct FindItem<'a> {
    folders: &'a [FolderRef],
    query: &'a Query,
    offset: u32,
    max: u32,
    properties: &'a [Property],
}

impl Operation for FindItem<'_> {
    const NAME: &'static str = "FindItem";
    type Content = FoundItems;

    fn write(&self, xml: &mut Xml, version: RequestServerVersion) {
        xml.raw("<m:FindItem Traversal=\"Shallow\">");
        let summary = self.properties.iter().copied().filter(|property| property.in_summary());
        write_item_shape(xml, summary, Mime::Exclude, version);
        xml.raw("<m:IndexedPageItemView MaxEntriesReturned=\"")
            .number(self.max.max(1).into())
            .raw("\" Offset=\"")
            .number(self.offset.into())
            .raw("\" BasePoint=\"Beginning\"/>");
        if let Query::Restriction(addresses) = self.query {
            write_restriction(xml, addresses);
        }
        xml.raw(concat!(
            "<m:SortOrder><t:FieldOrder Order=\"Descending\"><t:FieldURI FieldURI=\"item:DateTimeReceived\"/>",
            "</t:FieldOrder></m:SortOrder><m:ParentFolderIds>"
        ));
        self.folders.iter().for_each(|folder| write_folder_ref(xml, folder));
        xml.raw("</m:ParentFolderIds>");
        if let Query::Participants(addresses) = self.query {
            xml.raw("<m:QueryString>")
                .escaped(&query_string(addresses))
                .raw("</m:QueryString>");
        }
        xml.raw("</m:FindItem>");
    }

    fn read(&self, _: usize, tag: &Tag<'_>, events: &mut Events<'_>, page: &mut FoundItems) -> Result<(), Unreadable> {
        if tag.name() != "RootFolder" {
            return events.skip();
        }
        let number = |name: &str| tag.attribute(name).and_then(|text| text.trim().parse().ok());
        page.last = tag.attribute("IncludesLastItemInRange").as_deref() == Some("true");
        page.total = number("TotalItemsInView").unwrap_or(0);
        page.next_offset = number("IndexedPagingOffset").unwrap_or(0);
        while let Some(tag) = events.child()? {
            match tag.name() {
                "Items" => {
                    while events.child()?.is_some() {
                        let mut item = Item::default();
                        read_item(events, &mut item)?;
                        page.items.push(item.into_owned());
                    }
                }
                _ => events.skip()?,
            }
        }
        Ok(())
    }
}

/// `participants:"a@b" OR participants:"c@d"`; quotes have no place in an address and can't be escaped.
fn query_string(addresses: &[String]) -> String {
    let terms: Vec<_> = addresses
        .iter()
        .map(|address| format!("participants:\"{}\"", address.replace('"', "")))
        .collect();
    terms.join(" OR ")
}

/// Properties that hold addresses and that a restriction can look into.
const PARTICIPANTS: [&str; 5] = [
    "message:From",
    "message:Sender",
    "message:ToRecipients",
    "message:CcRecipients",
    "message:BccRecipients",
];

fn write_restriction(xml: &mut Xml, addresses: &[String]) {
    xml.raw("<m:Restriction><t:Or>");
    for address in addresses {
        for property in PARTICIPANTS {
            xml.raw("<t:Contains ContainmentMode=\"Substring\" ContainmentComparison=\"IgnoreCase\"><t:FieldURI FieldURI=\"")
                .raw(property)
                .raw("\"/><t:Constant Value=\"")
                .escaped(address)
                .raw("\"/></t:Contains>");
        }
    }
    xml.raw("</t:Or></m:Restriction>");
}

impl Mailbox {
    /// One page of the items of `folders` that fit `query`; at most `max` of each folder.
    ///
    /// # Errors
    /// [`Error`]; a folder that is missing fails the search. The server may cut a page (EWSFindCountLimit), so that only
    /// `last` tells the end.
    pub async fn find_item(
        &self,
        folders: &[FolderRef],
        query: &Query,
        offset: u32,
        max: u32,
        properties: &[Property],
    ) -> Result<FoundItems, Error> {
        let none =
            matches!(query, Query::Participants(addresses) | Query::Restriction(addresses) if addresses.is_empty());
        let mut found = FoundItems {
            last: true,
            next_offset: offset,
            ..FoundItems::default()
        };
        if none || folders.is_empty() {
            return Ok(found);
        }
        let operation = FindItem {
            folders,
            query,
            offset,
            max,
            properties,
        };
        for page in self.call(&operation, Persistence::Repeat).await? {
            let page = page?;
            found.total = found.total.saturating_add(page.total);
            if !page.last {
                // All folders go on from one offset: the lowest, so that none loses an item.
                found.next_offset = if found.last {
                    page.next_offset
                } else {
                    found.next_offset.min(page.next_offset)
                };
                found.last = false;
            }
            found.items.extend(page.items);
        }
        if found.last {
            found.next_offset = found.total;
        }
        Ok(found)
    }
}
