//! Writes notifications: for `GetEvents` with watermarks, for `GetStreamingEvents` an envelope each time.

use super::folder_writer::folder_id;
use super::item_writer::{date_time, item_id};
use super::{error_message, open_error, open_message};
use crate::soap::envelope::{self, Dress};
use crate::soap::xml::Xml;
use crate::soap::{ResponseCode, ServerVersion};
use crate::store::ids::EntryId;
use crate::store::notices::{Notice, NoticeKind};

/// A watermark as clients see it.
pub(super) fn watermark(sequence: u64) -> String {
    base64_simd::STANDARD.encode_to_string([&[0x57u8; 16][..], &sequence.to_be_bytes()].concat())
}

pub(super) fn read_watermark(text: &str) -> Option<u64> {
    let bytes = base64_simd::STANDARD.decode_to_vec(text).ok()?;
    let (_, sequence) = bytes.split_last_chunk::<8>().filter(|(head, _)| head.len() == 16)?;
    Some(u64::from_be_bytes(*sequence))
}

/// Whether events carry watermarks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marks {
    Shown,
    Absent,
}

/// `m:Notification` of `GetEvents`.
pub(super) fn pulled(xml: &mut Xml, subscription: &str, from: u64, last: u64, notices: &[Notice]) {
    xml.open("m:Notification");
    xml.text("t:SubscriptionId", subscription);
    xml.text("t:PreviousWatermark", &watermark(from));
    xml.boolean("t:MoreEvents", false);
    if notices.is_empty() {
        xml.open("t:StatusEvent");
        xml.text("t:Watermark", &watermark(last));
        xml.close("t:StatusEvent");
    }
    for notice in notices {
        event(xml, notice, Marks::Shown);
    }
    xml.close("m:Notification");
}

fn event(xml: &mut Xml, notice: &Notice, marks: Marks) {
    let name = match notice.kind {
        NoticeKind::NewMail => "t:NewMailEvent",
        NoticeKind::Created => "t:CreatedEvent",
        NoticeKind::Modified => "t:ModifiedEvent",
        NoticeKind::Deleted => "t:DeletedEvent",
        NoticeKind::Moved(_) => "t:MovedEvent",
    };
    xml.open(name);
    if marks == Marks::Shown {
        xml.text("t:Watermark", &watermark(notice.sequence));
    }
    xml.text("t:TimeStamp", &date_time(notice.at));
    let change = notice.sequence;
    if notice.subject.item == 0 {
        folder_id(xml, "t:FolderId", notice.subject.mailbox, notice.subject.folder, change);
    } else {
        item_id(xml, "t:ItemId", notice.subject, change);
    }
    folder_id(
        xml,
        "t:ParentFolderId",
        notice.parent.mailbox,
        notice.parent.folder,
        change,
    );
    if let NoticeKind::Moved(old) = notice.kind {
        item_id(xml, "t:OldItemId", old, change);
        let parent = EntryId::folder(old.mailbox, old.folder);
        folder_id(xml, "t:OldParentFolderId", parent.mailbox, parent.folder, change);
    }
    xml.close(name);
}

/// What one envelope of `GetStreamingEvents` says.
pub(crate) enum Streamed {
    /// The connection is up: first, and as a heartbeat.
    Up,
    /// Events, by subscription.
    Events(Vec<(String, Vec<Notice>)>),
    /// The time is over.
    Closed,
    /// These subscriptions are unknown.
    Refused(ResponseCode, Vec<String>),
}

const NAME: &str = "m:GetStreamingEventsResponseMessage";

/// A whole envelope; several of them make one HTTP answer.
pub(crate) fn envelope(version: ServerVersion, streamed: &Streamed) -> Vec<u8> {
    let dress = Dress(version);
    let mut xml = Xml::new();
    envelope::open(&mut xml, dress);
    envelope::open_operation(&mut xml, dress, "GetStreamingEventsResponse");
    xml.open("m:ResponseMessages");
    match streamed {
        Streamed::Up | Streamed::Closed => {
            open_message(&mut xml, NAME);
            xml.text(
                "m:ConnectionStatus",
                if matches!(streamed, Streamed::Up) {
                    "OK"
                } else {
                    "Closed"
                },
            );
            xml.close(NAME);
        }
        Streamed::Events(notifications) => {
            open_message(&mut xml, NAME);
            xml.open("m:Notifications");
            for (subscription, notices) in notifications {
                // The schema says types here, and messages in GetEvents.
                xml.open("t:Notification");
                xml.text("t:SubscriptionId", subscription);
                for notice in notices {
                    event(&mut xml, notice, Marks::Absent);
                }
                xml.close("t:Notification");
            }
            xml.close("m:Notifications");
            xml.close(NAME);
        }
        Streamed::Refused(code, ids) if ids.is_empty() => error_message(&mut xml, NAME, code, None),
        Streamed::Refused(code, ids) => {
            open_error(&mut xml, NAME, code);
            xml.open("m:ErrorSubscriptionIds");
            for id in ids {
                xml.text("t:SubscriptionId", id);
            }
            xml.close("m:ErrorSubscriptionIds");
            xml.close(NAME);
        }
    }
    xml.close("m:ResponseMessages");
    xml.close(&dress.operation("GetStreamingEventsResponse"));
    envelope::close(&mut xml, dress);
    xml.into_bytes()
}
