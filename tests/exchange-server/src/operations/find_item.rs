//! `FindItem` (MS-OXWSSRCH): paged, with a restriction or a query string, newest first unless sorted otherwise.

use super::item_writer::{self, Depth};
use super::query_string::Query;
use super::restriction::Filter;
use super::shape::ItemShape;
use super::{Answer, Scene, error_message, open_message, page_view, target_folder};
use crate::soap::RequestVersion;
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::store::folder::Folder;

const NAME: &str = "m:FindItemResponseMessage";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    OldestFirst,
    NewestFirst,
}

struct Search {
    shape: ItemShape,
    filter: Option<Filter>,
    query: Option<Query>,
    direction: Direction,
    offset: usize,
    most: usize,
}

pub(super) fn answer(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(
        Namespace::Messages,
        &[
            "ItemShape",
            "IndexedPageItemView",
            "Restriction",
            "SortOrder",
            "ParentFolderIds",
            "QueryString",
        ],
    )?;
    let traversal = request.require_attribute("Traversal")?;
    if !matches!(traversal, "Shallow" | "SoftDeleted" | "Associated") {
        return Err(Fault::schema(&format!(
            "The 'Traversal' attribute is invalid: '{traversal}'."
        )));
    }
    let shape = ItemShape::read(request.require("ItemShape")?, scene.version)?.summary();
    let query = request
        .child("QueryString")
        .map(|q| q.text.trim())
        .filter(|q| !q.is_empty());
    if request.child("QueryString").is_some() && scene.version < RequestVersion::Exchange2010 {
        return Err(Fault::schema(
            "The element 'FindItem' has invalid child element 'QueryString'.",
        ));
    }
    if query.is_some() && request.child("Restriction").is_some() {
        return Err(Fault::new("ErrorRestrictionTooComplex"));
    }
    let (offset, most) = page_view(request, "IndexedPageItemView")?;
    let limit = match request.child("Restriction") {
        Some(_) if scene.version >= RequestVersion::Exchange2013 => scene.settings.find_limit.min(250),
        _ => scene.settings.find_limit,
    };
    let search = Search {
        shape,
        filter: request.child("Restriction").map(Filter::read).transpose()?,
        query: query.map(Query::read),
        direction: direction(request)?,
        offset,
        most: most.unwrap_or(usize::MAX).min(limit),
    };
    let parents = &request.require("ParentFolderIds")?.children;
    let mut items = 0;
    for (n, parent) in parents.iter().enumerate() {
        let target = target_folder(scene, parent)?;
        let scripted = scene
            .script
            .item_code(n, parents.len(), parent.attribute("Id").unwrap_or_default());
        match scripted.map_or(target, Err) {
            Err(code) => error_message(xml, NAME, &code, None),
            Ok(key) => {
                if let Some(folder) = scene.mailbox.folder(key).filter(|_| traversal == "Shallow") {
                    items += page(scene, xml, folder, &search);
                } else {
                    empty(xml);
                }
            }
        }
    }
    Ok(Answer { items })
}

fn empty(xml: &mut Xml) {
    open_message(xml, NAME);
    let paging = [
        ("IndexedPagingOffset", "0"),
        ("TotalItemsInView", "0"),
        ("IncludesLastItemInRange", "true"),
    ];
    xml.open_with("m:RootFolder", &paging);
    xml.empty("t:Items", &[]);
    xml.close("m:RootFolder");
    xml.close(NAME);
}

fn direction(request: &Element) -> Result<Direction, Fault> {
    let Some(order) = request.child("SortOrder").and_then(|s| s.children.first()) else {
        return Ok(Direction::NewestFirst);
    };
    match order.require_attribute("Order")? {
        "Ascending" => Ok(Direction::OldestFirst),
        "Descending" => Ok(Direction::NewestFirst),
        other => Err(Fault::schema(&format!("The 'Order' attribute is invalid: '{other}'."))),
    }
}

fn page(scene: &Scene<'_>, xml: &mut Xml, folder: &Folder, search: &Search) -> usize {
    let (keys, total) = found(folder, search);
    let end = search.offset.saturating_add(keys.len());
    open_message(xml, NAME);
    let (next, count) = (end.to_string(), total.to_string());
    let last = if end >= total { "true" } else { "false" };
    let attributes = [
        ("IndexedPagingOffset", next.as_str()),
        ("TotalItemsInView", count.as_str()),
        ("IncludesLastItemInRange", last),
    ];
    xml.open_with("m:RootFolder", &attributes);
    xml.open("t:Items");
    for key in &keys {
        if let Some(item) = folder.item(*key) {
            let id = scene.mailbox.entry(folder.key, *key);
            item_writer::write(xml, scene, id, &item, &search.shape, Depth::Summary);
        }
    }
    xml.close("t:Items");
    xml.close("m:RootFolder");
    xml.close(NAME);
    keys.len()
}

/// The keys of the page, and how many there are on all pages.
fn found(folder: &Folder, search: &Search) -> (Vec<u64>, usize) {
    // A series is in order of time already, and too long to sort for every page.
    if folder.is_pristine_series() && search.filter.is_none() && search.query.is_none() {
        let total = folder.total();
        let (offset, most) = (search.offset as u64, search.most as u64);
        let range = offset.min(total)..offset.saturating_add(most).min(total);
        let keys = range.map(|n| {
            if search.direction == Direction::NewestFirst {
                total - n
            } else {
                n + 1
            }
        });
        return (keys.collect(), total as usize);
    }
    let mut matching: Vec<(i64, u64)> = folder
        .keys()
        .filter_map(|key| {
            let item = folder.item(key)?;
            let p = item.content.properties();
            let admitted = search.filter.as_ref().is_none_or(|f| f.admits(&item, &p))
                && search.query.as_ref().is_none_or(|q| q.admits(&p));
            admitted.then(|| (p.received.unix_timestamp(), key))
        })
        .collect();
    matching.sort_unstable();
    if search.direction == Direction::NewestFirst {
        matching.reverse();
    }
    let total = matching.len();
    (
        matching
            .into_iter()
            .skip(search.offset)
            .take(search.most)
            .map(|(_, key)| key)
            .collect(),
        total,
    )
}
