//! `SyncFolderItems` (MS-OXWSSYNC): items created, changed, read and deleted since a state.

use super::item_writer::{self, Depth, item_id};
use super::shape::ItemShape;
use super::{Answer, Scene, open_error, open_message, sync_folder};
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::soap::{RequestVersion, ResponseCode};
use crate::store::folder::ChangeKind;
use crate::store::sync_state::SyncState;

const NAME: &str = "m:SyncFolderItemsResponseMessage";

pub(super) fn answer(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(
        Namespace::Messages,
        &[
            "ItemShape",
            "SyncFolderId",
            "SyncState",
            "Ignore",
            "MaxChangesReturned",
            "SyncScope",
        ],
    )?;
    let shape = ItemShape::read(request.require("ItemShape")?, scene.version)?.summary();
    let folder = request.require("SyncFolderId")?;
    let folder = folder
        .children
        .first()
        .ok_or_else(|| Fault::schema("The element 'SyncFolderId' is empty."))?;
    let folder = sync_folder(scene, folder)?;
    let most: usize = request.require("MaxChangesReturned")?.value()?;
    if !(1..=512).contains(&most) {
        return Err(Fault::schema(&format!(
            "The 'MaxChangesReturned' element is invalid - The value '{most}' is invalid: between 1 and 512."
        )));
    }
    if request.child("SyncScope").is_some() && scene.version < RequestVersion::Exchange2010 {
        return Err(Fault::schema(
            "The element 'SyncFolderItems' has invalid child element 'SyncScope'.",
        ));
    }
    let scripted = scene.script.item_code(0, 1, "");
    let state = scripted
        .map_or(folder, Err)
        .and_then(|folder| state(scene, request, folder));
    match state {
        Err(code) => {
            open_error(xml, NAME, &code);
            xml.empty("m:SyncState", &[]);
            xml.boolean("m:IncludesLastItemInRange", true);
            xml.close(NAME);
            Ok(Answer { items: 0 })
        }
        Ok(state) => Ok(Answer {
            items: page(scene, xml, &shape, state, most),
        }),
    }
}

/// Where the client stands; a finished round begins the next one.
fn state(scene: &Scene<'_>, request: &Element, key: u32) -> Result<SyncState, ResponseCode> {
    let folder = scene
        .mailbox
        .folder(key)
        .ok_or_else(|| ResponseCode::new("ErrorFolderNotFound"))?;
    let text = request.child("SyncState").map(|s| s.text.trim()).unwrap_or_default();
    let fresh = SyncState {
        mailbox: scene.mailbox.id,
        folder: key,
        epoch: folder.epoch,
        floor: 0,
        ceiling: folder.last(),
        cursor: 0,
    };
    if text.is_empty() {
        return Ok(fresh);
    }
    let state = SyncState::decode(text)
        .filter(|s| s.mailbox == fresh.mailbox && s.folder == key && s.epoch == fresh.epoch)
        .filter(|s| s.ceiling <= fresh.ceiling)
        .ok_or_else(|| ResponseCode::new("ErrorInvalidSyncStateData"))?;
    Ok(if state.cursor == state.ceiling {
        SyncState {
            floor: state.ceiling,
            cursor: state.ceiling,
            ..fresh
        }
    } else {
        state
    })
}

fn page(scene: &Scene<'_>, xml: &mut Xml, shape: &ItemShape, state: SyncState, most: usize) -> usize {
    let Some(folder) = scene.mailbox.folder(state.folder) else {
        return 0;
    };
    let page = folder.changes(state.floor, state.ceiling, state.cursor, most);
    // A complete page may still leave changes made since the round began; they come in the next round.
    let complete = page.complete && state.ceiling == folder.last();
    let new = SyncState {
        cursor: page.cursor,
        ..state
    };
    open_message(xml, NAME);
    xml.text("m:SyncState", &new.encode(scene.settings.sync_state_bytes));
    xml.boolean("m:IncludesLastItemInRange", complete);
    xml.open("m:Changes");
    for (key, kind) in &page.changes {
        let id = scene.mailbox.entry(state.folder, *key);
        match (kind, folder.item(*key)) {
            (ChangeKind::Delete, _) => {
                xml.open("t:Delete");
                item_id(xml, "t:ItemId", id, folder.last());
                xml.close("t:Delete");
            }
            (ChangeKind::ReadFlag, Some(item)) if scene.version >= RequestVersion::Exchange2010 => {
                xml.open("t:ReadFlagChange");
                item_id(xml, "t:ItemId", id, item.flags.latest());
                xml.boolean("t:IsRead", item.flags.read);
                xml.close("t:ReadFlagChange");
            }
            (kind, Some(item)) => {
                let element = if *kind == ChangeKind::Create {
                    "t:Create"
                } else {
                    "t:Update"
                };
                xml.open(element);
                item_writer::write(xml, scene, id, &item, shape, Depth::Summary);
                xml.close(element);
            }
            (_, None) => {}
        }
    }
    xml.close("m:Changes");
    xml.close(NAME);
    page.changes.len()
}
