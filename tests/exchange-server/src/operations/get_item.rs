//! `GetItem` (MS-OXWSCORE): one response message an id, in the order asked.

use super::item_writer::{self, Depth};
use super::shape::ItemShape;
use super::{Answer, Scene, error_message, open_message};
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::store::ids::EntryId;

pub(super) fn answer(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["ItemShape", "ItemIds"])?;
    let shape = ItemShape::read(request.require("ItemShape")?, scene.version)?;
    let ids = &request.require("ItemIds")?.children;
    if ids.is_empty() {
        return Err(Fault::schema("The element 'ItemIds' has incomplete content."));
    }
    let name = "m:GetItemResponseMessage";
    for (n, element) in ids.iter().enumerate() {
        if !element.is(Namespace::Types, "ItemId") {
            return Err(Fault::schema(&format!(
                "The element 'ItemIds' has invalid child element '{}'.",
                element.name
            )));
        }
        let text = element.require_attribute("Id")?;
        if let Some(code) = scene.script.item_code(n, ids.len(), text) {
            error_message(xml, name, &code, Some("m:Items"));
            continue;
        }
        match EntryId::decode(text) {
            None => error_message(xml, name, &"ErrorInvalidIdMalformed".into(), Some("m:Items")),
            Some(id) => match scene.mailbox.item(id) {
                None => error_message(xml, name, &"ErrorItemNotFound".into(), Some("m:Items")),
                Some(item) => {
                    open_message(xml, name);
                    xml.open("m:Items");
                    item_writer::write(xml, scene, id, &item, &shape, Depth::Full);
                    xml.close("m:Items");
                    xml.close(name);
                }
            },
        }
    }
    Ok(Answer { items: ids.len() })
}
