//! Reads folder elements of every type. Knows no operation.

use crate::soap::date_time;
use crate::soap::events::{Events, Unreadable};
use crate::{Folder, FolderId, FolderStamp};

use super::elements::read_id;

/// PidTagLocalCommitTimeMax.
const LAST_CHANGE: u32 = 0x670a;
/// PidTagDeletedCountTotal.
const DELETED_COUNT: u32 = 0x670b;

/// Reads the children of `t:Folder`, `t:CalendarFolder` and so on.
pub(super) fn read_folder(events: &mut Events<'_>) -> Result<Folder, Unreadable> {
    let mut folder = Folder::default();
    while let Some(tag) = events.child()? {
        match tag.name() {
            "FolderId" => folder.id = FolderId(read_id(&tag, events)?),
            "ParentFolderId" => folder.parent = Some(FolderId(read_id(&tag, events)?)),
            "FolderClass" => folder.class = events.some_text()?,
            "DisplayName" => folder.name = events.text()?.into_owned(),
            "TotalCount" => {
                folder.total_count = events.value()?;
                folder.stamp.total_count = folder.total_count;
            }
            "ChildFolderCount" => folder.child_folder_count = events.value()?,
            "DistinguishedFolderId" => folder.distinguished = events.some_text()?,
            "ExtendedProperty" => read_stamp(events, &mut folder.stamp)?,
            _ => events.skip()?,
        }
    }
    Ok(folder)
}

/// Reads the folder elements that are children of the open element.
pub(super) fn read_folders(events: &mut Events<'_>, folders: &mut Vec<Folder>) -> Result<(), Unreadable> {
    while events.child()?.is_some() {
        folders.push(read_folder(events)?);
    }
    Ok(())
}

fn read_stamp(events: &mut Events<'_>, stamp: &mut FolderStamp) -> Result<(), Unreadable> {
    let mut property = None;
    while let Some(tag) = events.child()? {
        match tag.name() {
            "ExtendedFieldURI" => {
                property = tag.attribute("PropertyTag").and_then(|text| property_tag(&text));
                events.skip()?;
            }
            "Value" => {
                let value = events.text()?;
                match property {
                    Some(LAST_CHANGE) => stamp.last_change = date_time::parse(&value),
                    Some(DELETED_COUNT) => stamp.deleted_count = value.trim().parse().ok(),
                    _ => {}
                }
            }
            _ => events.skip()?,
        }
    }
    Ok(())
}

/// Servers answer `0x670a` for `0x670A`, and could as well in decimal.
fn property_tag(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_folder_is_read_with_its_stamp_whatever_else_it_has() {
        let xml = r#"<t:Folder><t:FolderId Id="A" ChangeKey="K"/><t:ParentFolderId Id="B"/><t:FolderClass>IPF.Note</t:FolderClass>
            <t:DisplayName>R&amp;D</t:DisplayName><t:TotalCount>7</t:TotalCount><t:ChildFolderCount>1</t:ChildFolderCount>
            <t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x670a" PropertyType="SystemTime"/><t:Value>2024-02-05T10:00:00Z</t:Value></t:ExtendedProperty>
            <t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x670b" PropertyType="Integer"/><t:Value>3</t:Value></t:ExtendedProperty>
            <t:EffectiveRights><t:Read>true</t:Read></t:EffectiveRights><t:DistinguishedFolderId>inbox</t:DistinguishedFolderId></t:Folder>"#;
        let mut events = Events::new(xml);
        events.child().unwrap();
        let folder = read_folder(&mut events).unwrap();
        assert_eq!(
            folder,
            Folder {
                id: "A".into(),
                parent: Some("B".into()),
                name: "R&D".into(),
                class: Some("IPF.Note".into()),
                distinguished: Some("inbox".into()),
                total_count: Some(7),
                child_folder_count: Some(1),
                stamp: FolderStamp {
                    last_change: Some(datetime!(2024-02-05 10:00:00 UTC)),
                    deleted_count: Some(3),
                    total_count: Some(7),
                },
            }
        );
    }
}
