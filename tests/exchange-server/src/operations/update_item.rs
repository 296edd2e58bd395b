//! `UpdateItem` (MS-OXWSCORE), as far as the read flag.

use super::item_writer::{element_name, item_id};
use super::{Answer, Scene, error_message, open_message};
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::soap::{RequestVersion, ResponseCode};
use crate::store::folder::Touch;
use crate::store::ids::EntryId;

const NAME: &str = "m:UpdateItemResponseMessage";

pub(super) fn answer(scene: &mut Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["SavedItemFolderId", "ItemChanges"])?;
    request.require_attribute("ConflictResolution")?;
    if request.attribute("SuppressReadReceipts").is_some() && scene.version < RequestVersion::Exchange2013Sp1 {
        return Err(Fault::schema("The 'SuppressReadReceipts' attribute is not declared."));
    }
    let changes = &request.require("ItemChanges")?.children;
    for (n, change) in changes.iter().enumerate() {
        change.sequence(Namespace::Types, &["ItemId", "Updates"])?;
        let text = change.require("ItemId")?.require_attribute("Id")?;
        let read = read_flag(change.require("Updates")?)?;
        // Updating a message takes MessageDisposition on real servers.
        let disposition = request
            .attribute("MessageDisposition")
            .map(|_| ())
            .ok_or("ErrorMessageDispositionRequired");
        let result = match scene.script.item_code(n, changes.len(), text) {
            Some(code) => Err(code),
            None => disposition
                .map_err(ResponseCode::new)
                .and_then(|()| update(scene, text, read)),
        };
        match result {
            Err(code) => error_message(xml, NAME, &code, Some("m:Items")),
            Ok(id) => {
                open_message(xml, NAME);
                xml.open("m:Items");
                let item = scene.mailbox.item(id);
                let class = item
                    .as_ref()
                    .map(|i| i.content.properties().class.clone())
                    .unwrap_or_default();
                let element = element_name(&class);
                xml.open(element);
                item_id(xml, "t:ItemId", id, item.map_or(id.item, |i| i.flags.latest()));
                xml.close(element);
                xml.close("m:Items");
                xml.open("m:ConflictResults");
                xml.text("t:Count", "0");
                xml.close("m:ConflictResults");
                xml.close(NAME);
            }
        }
    }
    Ok(Answer { items: changes.len() })
}

fn read_flag(updates: &Element) -> Result<Option<bool>, Fault> {
    let mut read = None;
    for update in &updates.children {
        let field = update.require("FieldURI")?.require_attribute("FieldURI")?;
        if update.name != "SetItemField" || field != "message:IsRead" {
            continue;
        }
        let message = update.require("Message")?;
        read = Some(message.require("IsRead")?.boolean()?);
    }
    Ok(read)
}

fn update(scene: &mut Scene<'_>, id: &str, read: Option<bool>) -> Result<EntryId, ResponseCode> {
    let id = EntryId::decode(id).ok_or_else(|| ResponseCode::new("ErrorInvalidIdMalformed"))?;
    let read = read.ok_or_else(|| ResponseCode::new("ErrorInvalidPropertySet"))?;
    scene
        .mailbox
        .touch(id, Touch::Read(read))
        .map_err(|_| ResponseCode::new("ErrorItemNotFound"))?;
    Ok(id)
}
