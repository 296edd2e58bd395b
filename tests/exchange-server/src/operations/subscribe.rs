//! `Subscribe`, `Unsubscribe` and `GetEvents` (MS-OXWSNTIF): streaming from 2010 SP1 on, pull always.

use std::collections::HashSet;

use super::{Answer, Scene, error_message, events, open_message, target_folder};
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::soap::{RequestVersion, ResponseCode};
use crate::store::subscriptions::{Delivery, Subscription, Wanted};

const EVENTS: [&str; 7] = [
    "CopiedEvent",
    "CreatedEvent",
    "DeletedEvent",
    "ModifiedEvent",
    "MovedEvent",
    "NewMailEvent",
    "FreeBusyChangedEvent",
];

pub(super) fn subscribe(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    let asked = request
        .children
        .first()
        .ok_or_else(|| Fault::schema("The element 'Subscribe' is empty."))?;
    let delivery = match asked.name.as_str() {
        "PullSubscriptionRequest" => {
            asked.sequence(Namespace::Types, &["FolderIds", "EventTypes", "Watermark", "Timeout"])?;
            let minutes: u32 = asked.require("Timeout")?.value()?;
            if !(1..=1440).contains(&minutes) {
                return Err(Fault::schema("The 'Timeout' element is invalid: between 1 and 1440."));
            }
            Delivery::Pull
        }
        "StreamingSubscriptionRequest" if scene.version >= RequestVersion::Exchange2010Sp1 => {
            asked.sequence(Namespace::Types, &["FolderIds", "EventTypes"])?;
            Delivery::Streaming
        }
        other => {
            return Err(Fault::schema(&format!(
                "The element 'Subscribe' has invalid child element '{other}'."
            )));
        }
    };
    let wanted = wanted(scene, asked)?;
    let name = "m:SubscribeResponseMessage";
    match scene.script.item_code(0, 1, "").map_or(wanted, Err) {
        Err(code) => error_message(xml, name, &code, None),
        Ok(wanted) => {
            let watermark = scene.mailbox.notices.last();
            let mailbox = scene.mailbox.address.clone();
            let id = scene.subscriptions.add(Subscription {
                server: home(scene, &mailbox),
                mailbox,
                delivery,
                wanted,
                watermark,
            });
            open_message(xml, name);
            xml.text("m:SubscriptionId", &id);
            if delivery == Delivery::Pull {
                xml.text("m:Watermark", &events::watermark(watermark));
            }
            xml.close(name);
        }
    }
    Ok(Answer { items: 1 })
}

/// Where a subscription lives: on the server that was asked, but in another site on the mailbox's own.
fn home(scene: &Scene<'_>, mailbox: &str) -> usize {
    let home = scene.settings.home(mailbox);
    match scene.settings.site(scene.server) == scene.settings.site(home) {
        true => scene.server,
        false => home,
    }
}

fn wanted(scene: &Scene<'_>, asked: &Element) -> Result<Result<Wanted, ResponseCode>, Fault> {
    let kinds: HashSet<String> = asked
        .require("EventTypes")?
        .children
        .iter()
        .map(|e| e.text.trim().to_owned())
        .collect();
    if kinds.is_empty() || kinds.iter().any(|kind| !EVENTS.contains(&kind.as_str())) {
        return Err(Fault::schema("The 'EventTypes' element is invalid."));
    }
    // An attribute of 2010's schema.
    if scene.version < RequestVersion::Exchange2010
        && let Some(unknown) = asked.attribute("SubscribeToAllFolders")
    {
        return Err(Fault::schema(&format!(
            "The 'SubscribeToAllFolders' attribute is not declared ('{unknown}')."
        )));
    }
    let all = matches!(asked.attribute("SubscribeToAllFolders"), Some("true" | "1"));
    let folders = asked
        .child("FolderIds")
        .map(|f| f.children.as_slice())
        .unwrap_or_default();
    if all != folders.is_empty() {
        return Ok(Err("ErrorInvalidSubscriptionRequest".into()));
    }
    let mut keys = HashSet::new();
    for folder in folders {
        match target_folder(scene, folder)? {
            Ok(key) => drop(keys.insert(key)),
            Err(code) => return Ok(Err(code)),
        }
    }
    Ok(Ok(Wanted {
        kinds,
        folders: (!all).then_some(keys),
    }))
}

pub(super) fn unsubscribe(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["SubscriptionId"])?;
    let id = request.require("SubscriptionId")?.text.trim();
    let name = "m:UnsubscribeResponseMessage";
    if scene.subscriptions.remove(id, scene.server) {
        open_message(xml, name);
        xml.close(name);
    } else {
        error_message(xml, name, &"ErrorSubscriptionNotFound".into(), None);
    }
    Ok(Answer { items: 1 })
}

pub(super) fn get_events(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["SubscriptionId", "Watermark"])?;
    let id = request.require("SubscriptionId")?.text.trim();
    let from = events::read_watermark(request.require("Watermark")?.text.trim());
    let name = "m:GetEventsResponseMessage";
    let found = || {
        let is_here = |s: &Subscription| s.delivery == Delivery::Pull && s.server == scene.server;
        let subscription = scene.subscriptions.get(id).filter(is_here);
        let subscription = subscription.ok_or_else(|| ResponseCode::new("ErrorSubscriptionNotFound"))?;
        let from = from.ok_or_else(|| ResponseCode::new("ErrorInvalidWatermark"))?;
        let notices = scene
            .mailbox
            .notices
            .after(from)
            .ok_or_else(|| ResponseCode::new("ErrorExpiredSubscription"))?;
        let wanted: Vec<_> = notices.into_iter().filter(|n| subscription.wanted.admits(n)).collect();
        Ok((from, wanted))
    };
    match scene.script.item_code(0, 1, id).map_or_else(found, Err) {
        Err(code) => {
            error_message(xml, name, &code, None);
            Ok(Answer { items: 0 })
        }
        Ok((from, notices)) => {
            open_message(xml, name);
            events::pulled(xml, id, from, scene.mailbox.notices.last(), &notices);
            xml.close(name);
            Ok(Answer { items: notices.len() })
        }
    }
}
