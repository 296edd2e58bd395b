//! Opens journal reports (envelope journaling): the reported message is attached, and only it has the correspondents.
//! Knows no owners.

use ews::{EmailAddress, Item, RoutingType};
use mail_parser::{Address, MessageParser, PartType};

/// The reported message's bytes, and its addresses; `None` where nothing is attached.
pub(crate) fn reported(report: &[u8]) -> Option<(Vec<u8>, Item<'static>)> {
    let message = MessageParser::default().parse(report)?;
    let part = message
        .attachments()
        .find(|part| matches!(part.body, PartType::Message(_)))?;
    let PartType::Message(inner) = &part.body else {
        return None;
    };
    let item = Item {
        from: parties(inner.from())
            .into_iter()
            .next()
            .or_else(|| parties(inner.sender()).pop()),
        to: parties(inner.to()),
        cc: parties(inner.cc()),
        bcc: parties(inner.bcc()),
        ..Item::default()
    };
    let raw = report.get(part.offset_body as usize..part.offset_end as usize)?;
    Some((raw.to_vec(), item))
}

/// The item with the reported message's MIME in place of the report's; any other item as it is.
pub(crate) fn opened(mut item: Box<Item<'static>>) -> Box<Item<'static>> {
    let reported = item
        .journal_report
        .then(|| reported(item.mime_content.as_deref().unwrap_or_default()))
        .flatten();
    if let Some((raw, _)) = reported {
        item.mime_content = Some(raw);
    }
    item
}

fn parties(address: Option<&Address<'_>>) -> Vec<EmailAddress<'static>> {
    address
        .into_iter()
        .flat_map(Address::iter)
        .map(|party| EmailAddress {
            name: party.name().map(|name| name.to_owned().into()),
            address: party.address().map(|address| address.to_owned().into()),
            routing_type: Some(RoutingType::Smtp),
        })
        .collect()
}
