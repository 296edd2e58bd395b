//! `FindFolder` (MS-OXWSFOLD): shallow and deep, paged.

use super::shape::FolderShape;
use super::{Answer, Scene, error_message, folder_writer, open_message, page_view, target_folder};
use crate::soap::ResponseCode;
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::store::folder::Folder;

pub(super) fn answer(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(
        Namespace::Messages,
        &[
            "FolderShape",
            "IndexedPageFolderView",
            "FractionalPageFolderView",
            "Restriction",
            "ParentFolderIds",
        ],
    )?;
    let filtered = request
        .child("Restriction")
        .map(|_| ResponseCode::new("ErrorUnsupportedQueryFilter"));
    let shape = FolderShape::read(request.require("FolderShape")?, scene.version)?;
    let traversal = request.require_attribute("Traversal")?;
    let (offset, most) = page_view(request, "IndexedPageFolderView")?;
    let parents = &request.require("ParentFolderIds")?.children;
    let name = "m:FindFolderResponseMessage";
    let mut items = 0;
    for (n, parent) in parents.iter().enumerate() {
        let target = target_folder(scene, parent)?;
        let scripted = scene
            .script
            .item_code(n, parents.len(), parent.attribute("Id").unwrap_or_default());
        let scripted = scripted.or_else(|| filtered.clone());
        let parent = match scripted.map_or(target, Err) {
            Ok(parent) => parent,
            Err(code) => {
                error_message(xml, name, &code, None);
                continue;
            }
        };
        let found: Vec<&Folder> = match traversal {
            "Deep" => scene.mailbox.descendants(parent),
            "Shallow" => scene.mailbox.children(parent).collect(),
            "SoftDeleted" => Vec::new(),
            other => {
                return Err(Fault::schema(&format!(
                    "The 'Traversal' attribute is invalid: '{other}'."
                )));
            }
        };
        let end = found
            .len()
            .min(offset.saturating_add(most.unwrap_or(usize::MAX).min(scene.settings.find_limit)));
        let page = found.get(offset..end).unwrap_or_default();
        open_message(xml, name);
        let (next, total) = (end.to_string(), found.len().to_string());
        let last = if end >= found.len() { "true" } else { "false" };
        let mut attributes = vec![("TotalItemsInView", total.as_str()), ("IncludesLastItemInRange", last)];
        if request.child("IndexedPageFolderView").is_some() {
            attributes.insert(0, ("IndexedPagingOffset", next.as_str()));
        }
        xml.open_with("m:RootFolder", &attributes);
        xml.open("t:Folders");
        for folder in page {
            folder_writer::write(xml, scene, folder, &shape);
        }
        items += page.len();
        xml.close("t:Folders");
        xml.close("m:RootFolder");
        xml.close(name);
    }
    Ok(Answer { items })
}
