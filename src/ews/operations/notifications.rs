//! What happened in a mailbox, as notifications tell it (MS-OXWSNTIF). Knows no subscription's kind.

use time::OffsetDateTime;

use crate::soap::date_time;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{FolderId, ItemId, SubscriptionId, Watermark};

use super::elements::read_id;

/// What a subscription can be about, and what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Mail arrived.
    NewMail,
    /// An item or a folder was created.
    Created,
    /// It was changed, or only its read flag.
    Modified,
    /// It was deleted for good.
    Deleted,
    /// It was moved to here; moving to the deleted items is a move.
    Moved,
    /// It was copied to here.
    Copied,
}

impl EventKind {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::NewMail,
        Self::Created,
        Self::Modified,
        Self::Deleted,
        Self::Moved,
        Self::Copied,
    ];

    /// The schema's name (NotificationEventTypeType).
    pub fn name(self) -> &'static str {
        match self {
            Self::NewMail => "NewMailEvent",
            Self::Created => "CreatedEvent",
            Self::Modified => "ModifiedEvent",
            Self::Deleted => "DeletedEvent",
            Self::Moved => "MovedEvent",
            Self::Copied => "CopiedEvent",
        }
    }
}

/// What an event happened to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventSubject {
    /// An item.
    Item(ItemId),
    /// A folder.
    Folder(FolderId),
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub time: Option<OffsetDateTime>,
    /// To what.
    pub subject: EventSubject,
    /// The folder that it is in.
    pub parent: Option<FolderId>,
    /// The folder that it was in before; of moves and copies.
    pub old_parent: Option<FolderId>,
}

/// The events of one subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notification {
    /// Which subscription.
    pub subscription: SubscriptionId,
    /// What happened, oldest first; empty: nothing.
    pub events: Vec<Event>,
    /// What the next `GetEvents` is given; only there.
    pub watermark: Option<Watermark>,
    /// `GetEvents` has more at once.
    pub more: bool,
}

/// Reads the children of `Notification`.
pub(super) fn read_notification(events: &mut Events<'_>) -> Result<Notification, Unreadable> {
    let mut notification = Notification::default();
    while let Some(tag) = events.child()? {
        match tag.name() {
            "SubscriptionId" => notification.subscription = SubscriptionId(events.text()?.into_owned()),
            "MoreEvents" => notification.more = events.boolean()?.unwrap_or_default(),
            "PreviousWatermark" => events.skip()?,
            _ => read_event(&tag, events, &mut notification)?,
        }
    }
    Ok(notification)
}

fn read_event(tag: &Tag<'_>, events: &mut Events<'_>, notification: &mut Notification) -> Result<(), Unreadable> {
    let kind = EventKind::ALL.into_iter().find(|kind| kind.name() == tag.name());
    let (mut subject, mut time, mut parent, mut old_parent) = (None, None, None, None);
    while let Some(tag) = events.child()? {
        match tag.name() {
            "Watermark" => notification.watermark = Some(Watermark(events.text()?.into_owned())),
            "TimeStamp" => time = date_time::parse(&events.text()?),
            "ItemId" => subject = Some(EventSubject::Item(ItemId(read_id(&tag, events)?))),
            "FolderId" => subject = Some(EventSubject::Folder(FolderId(read_id(&tag, events)?))),
            "ParentFolderId" => parent = Some(FolderId(read_id(&tag, events)?)),
            "OldParentFolderId" => old_parent = Some(FolderId(read_id(&tag, events)?)),
            _ => events.skip()?,
        }
    }
    // A StatusEvent only says that the subscription is alive.
    if let (Some(kind), Some(subject)) = (kind, subject) {
        notification.events.push(Event {
            kind,
            time,
            subject,
            parent,
            old_parent,
        });
    }
    Ok(())
}
