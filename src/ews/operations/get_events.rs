//! `GetEvents` (MS-OXWSNTIF): what happened since a watermark, when asked.

use crate::call::Persistence;
use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, Mailbox, RequestServerVersion, SubscriptionId, Watermark};

use super::notifications::{Notification, read_notification};

struct GetEvents<'a> {
    id: &'a SubscriptionId,
    watermark: &'a Watermark,
}

impl Operation for GetEvents<'_> {
    const NAME: &'static str = "GetEvents";
    type Content = Notification;

    fn write(&self, xml: &mut Xml, _version: RequestServerVersion) {
        xml.raw("<m:GetEvents><m:SubscriptionId>")
            .escaped(self.id.as_str())
            .raw("</m:SubscriptionId><m:Watermark>")
            .escaped(self.watermark.as_str())
            .raw("</m:Watermark></m:GetEvents>");
    }

    fn read(
        &self,
        _: usize,
        tag: &Tag<'_>,
        events: &mut Events<'_>,
        notification: &mut Notification,
    ) -> Result<(), Unreadable> {
        match tag.name() {
            "Notification" => *notification = read_notification(events)?,
            _ => events.skip()?,
        }
        Ok(())
    }
}

impl Mailbox {
    /// What happened since `watermark`; of a subscription by pull.
    ///
    /// # Errors
    /// [`Error`]; `ErrorSubscriptionNotFound` and `ErrorExpiredSubscription` ask to subscribe anew.
    pub async fn get_events(&self, id: &SubscriptionId, watermark: &Watermark) -> Result<Notification, Error> {
        self.call_one(&GetEvents { id, watermark }, Persistence::Repeat).await
    }
}
