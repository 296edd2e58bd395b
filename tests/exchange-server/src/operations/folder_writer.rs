//! Writes a folder's properties, exactly those that the shape asks for, in schema order.

use super::Scene;
use super::item_writer::{date_time, extended};
use super::shape::FolderShape;
use crate::soap::xml::Xml;
use crate::store::folder::Folder;
use crate::store::ids::{EntryId, change_key};

pub(crate) fn folder_id(xml: &mut Xml, name: &str, mailbox: u64, key: u32, change: u64) {
    xml.empty(
        name,
        &[
            ("Id", &EntryId::folder(mailbox, key).encode()),
            ("ChangeKey", &change_key(mailbox, change)),
        ],
    );
}

pub(crate) fn write(xml: &mut Xml, scene: &Scene<'_>, folder: &Folder, shape: &FolderShape) {
    let (element, is_mail) = match folder.class.as_str() {
        class if class.starts_with("IPF.Appointment") => ("t:CalendarFolder", false),
        class if class.starts_with("IPF.Contact") => ("t:ContactsFolder", false),
        class if class.starts_with("IPF.Task") => ("t:TasksFolder", true),
        _ => ("t:Folder", true),
    };
    let mailbox = scene.mailbox.id;
    xml.open(element);
    folder_id(xml, "t:FolderId", mailbox, folder.key, folder.changed);
    if shape.parent {
        folder_id(xml, "t:ParentFolderId", mailbox, folder.parent.unwrap_or(0), 1);
    }
    if shape.class && !folder.class.is_empty() {
        xml.text("t:FolderClass", &folder.class);
    }
    if shape.name {
        xml.text("t:DisplayName", &folder.name);
    }
    if shape.total {
        xml.number("t:TotalCount", folder.total());
    }
    if shape.children {
        xml.number("t:ChildFolderCount", scene.mailbox.children(folder.key).count());
    }
    for property in &shape.extended {
        let value = match property.tag {
            // PidTagLocalCommitTimeMax: EWS writes whole seconds, so two changes within one second look alike.
            Some(0x670A) if property.is(0x670A, "SystemTime") => Some(date_time(folder.committed)),
            Some(0x670B) if property.is(0x670B, "Integer") => Some(folder.deleted_total.to_string()),
            Some(0x3001) if property.is(0x3001, "String") => Some(folder.name.clone()),
            Some(0x3613) if property.is(0x3613, "String") => Some(folder.class.clone()),
            _ => None,
        };
        if let Some(value) = value {
            extended(xml, property, &value);
        }
    }
    if shape.rights {
        xml.open("t:EffectiveRights");
        for right in [
            "CreateAssociated",
            "CreateContents",
            "CreateHierarchy",
            "Delete",
            "Modify",
            "Read",
        ] {
            xml.boolean(&format!("t:{right}"), true);
        }
        xml.close("t:EffectiveRights");
    }
    if let (true, Some(distinguished)) = (shape.distinguished, folder.distinguished) {
        xml.text("t:DistinguishedFolderId", distinguished);
    }
    if shape.unread && is_mail {
        xml.number("t:UnreadCount", folder.unread());
    }
    xml.close(element);
}
