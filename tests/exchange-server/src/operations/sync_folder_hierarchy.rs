//! `SyncFolderHierarchy` (MS-OXWSSYNC): folders created, changed and deleted since a state.

use super::shape::FolderShape;
use super::{Answer, Scene, folder_writer, open_error, open_message, sync_folder};
use crate::soap::ResponseCode;
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::store::ids::EntryId;
use crate::store::mailbox::ROOT;
use crate::store::sync_state::{HIERARCHY, SyncState};

const NAME: &str = "m:SyncFolderHierarchyResponseMessage";

pub(super) fn answer(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["FolderShape", "SyncFolderId", "SyncState"])?;
    let shape = FolderShape::read(request.require("FolderShape")?, scene.version)?;
    let root = match request.child("SyncFolderId").and_then(|f| f.children.first()) {
        Some(folder) => sync_folder(scene, folder)?,
        None => Ok(ROOT),
    };
    let scripted = scene.script.item_code(0, 1, "");
    let result = scripted
        .map_or(root, Err)
        .and_then(|root| Ok((root, floor(scene, request)?)));
    match result {
        Err(code) => {
            open_error(xml, NAME, &code);
            xml.empty("m:SyncState", &[]);
            xml.boolean("m:IncludesLastFolderInRange", true);
            xml.close(NAME);
            Ok(Answer { items: 0 })
        }
        Ok((root, floor)) => Ok(Answer {
            items: changes(scene, xml, &shape, root, floor),
        }),
    }
}

fn floor(scene: &Scene<'_>, request: &Element) -> Result<u64, ResponseCode> {
    let text = request.child("SyncState").map(|s| s.text.trim()).unwrap_or_default();
    if text.is_empty() {
        return Ok(0);
    }
    SyncState::decode(text)
        .filter(|s| s.mailbox == scene.mailbox.id && s.folder == HIERARCHY && s.epoch == scene.mailbox.epoch)
        .map(|s| s.cursor)
        .ok_or_else(|| "ErrorInvalidSyncStateData".into())
}

fn changes(scene: &Scene<'_>, xml: &mut Xml, shape: &FolderShape, root: u32, floor: u64) -> usize {
    let mailbox = &scene.mailbox;
    let last = mailbox.last;
    let state = SyncState {
        mailbox: mailbox.id,
        folder: HIERARCHY,
        epoch: mailbox.epoch,
        floor,
        ceiling: last,
        cursor: last,
    };
    open_message(xml, NAME);
    xml.text("m:SyncState", &state.encode(scene.settings.sync_state_bytes));
    xml.boolean("m:IncludesLastFolderInRange", true);
    xml.open("m:Changes");
    let mut items = 0;
    for folder in mailbox.descendants(root).into_iter().filter(|f| f.changed > floor) {
        let element = if folder.created > floor { "t:Create" } else { "t:Update" };
        xml.open(element);
        folder_writer::write(xml, scene, folder, shape);
        xml.close(element);
        items += 1;
    }
    for key in mailbox.gone_after(floor) {
        xml.open("t:Delete");
        xml.empty("t:FolderId", &[("Id", &EntryId::folder(mailbox.id, key).encode())]);
        xml.close("t:Delete");
        items += 1;
    }
    xml.close("m:Changes");
    xml.close(NAME);
    items
}
