//! Small elements that many operations share: folder references, mailboxes. Knows no operation.

use std::borrow::Cow;

use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{EmailAddress, FolderRef, RoutingType};

/// Writes `t:FolderId` or `t:DistinguishedFolderId`.
pub(super) fn write_folder_ref(xml: &mut Xml, folder: &FolderRef) {
    match folder {
        FolderRef::Id(id) => xml.id("t:FolderId", id.as_str()),
        FolderRef::Distinguished(folder) => xml.id("t:DistinguishedFolderId", folder.name()),
    };
}

/// Reads the children of an EmailAddressType; none where all are empty.
pub(super) fn read_mailbox<'a>(events: &mut Events<'a>) -> Result<Option<EmailAddress<'a>>, Unreadable> {
    let mut address = EmailAddress::default();
    while let Some(tag) = events.child()? {
        match tag.name() {
            "Name" => address.name = events.some_borrowed()?,
            "EmailAddress" => address.address = events.some_borrowed()?,
            "RoutingType" => address.routing_type = read_routing_type(events)?,
            _ => events.skip()?,
        }
    }
    let said = address.name.is_some() || address.address.is_some() || address.routing_type.is_some();
    Ok(said.then_some(address))
}

fn read_routing_type(events: &mut Events<'_>) -> Result<Option<RoutingType>, Unreadable> {
    Ok(match &*events.text()? {
        "" => None,
        // As nearly all say.
        "SMTP" => Some(RoutingType::Smtp),
        other => Some(RoutingType::from(other.trim())),
    })
}

/// Reads the `t:Mailbox` children of an element, as recipients have them.
pub(super) fn read_mailboxes<'a>(events: &mut Events<'a>) -> Result<Vec<EmailAddress<'a>>, Unreadable> {
    let mut addresses = Vec::new();
    while let Some(tag) = events.child()? {
        match tag.name() {
            "Mailbox" => addresses.extend(read_mailbox(events)?),
            _ => events.skip()?,
        }
    }
    Ok(addresses)
}

/// Reads the `t:Mailbox` child of an element, as senders have it (SingleRecipientType).
pub(super) fn read_single_mailbox<'a>(events: &mut Events<'a>) -> Result<Option<EmailAddress<'a>>, Unreadable> {
    let mut address = None;
    while let Some(tag) = events.child()? {
        match tag.name() {
            "Mailbox" => address = read_mailbox(events)?,
            _ => events.skip()?,
        }
    }
    Ok(address)
}

/// Reads an id element: its attribute, and over its end.
pub(super) fn read_id(tag: &Tag<'_>, events: &mut Events<'_>) -> Result<String, Unreadable> {
    borrow_id(tag, events).map(Cow::into_owned)
}

/// As [`read_id`], as it stands in the answer.
pub(super) fn borrow_id<'a>(tag: &Tag<'a>, events: &mut Events<'_>) -> Result<Cow<'a, str>, Unreadable> {
    events.skip()?;
    Ok(tag.attribute("Id").unwrap_or_default())
}
