//! `GetFolder` (MS-OXWSFOLD).

use super::shape::FolderShape;
use super::{Answer, Scene, error_message, folder_writer, open_message, target_folder};
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;

pub(super) fn answer(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["FolderShape", "FolderIds"])?;
    let shape = FolderShape::read(request.require("FolderShape")?, scene.version)?;
    let ids = &request.require("FolderIds")?.children;
    if ids.is_empty() {
        return Err(Fault::schema("The element 'FolderIds' has incomplete content."));
    }
    let name = "m:GetFolderResponseMessage";
    for (n, id) in ids.iter().enumerate() {
        let target = target_folder(scene, id)?;
        let scripted = scene
            .script
            .item_code(n, ids.len(), id.attribute("Id").unwrap_or_default());
        match scripted.map_or(target, Err) {
            Err(code) => error_message(xml, name, &code, Some("m:Folders")),
            Ok(key) => {
                open_message(xml, name);
                xml.open("m:Folders");
                if let Some(folder) = scene.mailbox.folder(key) {
                    folder_writer::write(xml, scene, folder, &shape);
                }
                xml.close("m:Folders");
                xml.close(name);
            }
        }
    }
    Ok(Answer { items: ids.len() })
}
