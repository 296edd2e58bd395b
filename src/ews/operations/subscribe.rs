//! `Subscribe` and `Unsubscribe` (MS-OXWSNTIF): streaming, or by pull.

use crate::call::Persistence;
use crate::soap::Operation;
use crate::soap::envelope::Xml;
use crate::soap::events::{Events, Tag, Unreadable};
use crate::{Error, FolderRef, Mailbox, RequestServerVersion, SubscriptionId, Watermark};

use super::elements::write_folder_ref;
use super::notifications::EventKind;

/// How notifications come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As they happen, by `GetStreamingEvents`; from Exchange 2010 SP1 on ([`RequestServerVersion::has_streaming`]).
    Streaming,
    /// When asked, by `GetEvents`.
    Pull {
        /// The subscription ends when nobody asks for so many minutes (1 to 1440).
        timeout_minutes: u16,
    },
}

/// A subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// What the first `GetEvents` is given; none when streaming.
    pub watermark: Option<Watermark>,
}

struct Subscribe<'a> {
    folders: &'a [FolderRef],
    kinds: &'a [EventKind],
    delivery: Delivery,
}

impl Operation for Subscribe<'_> {
    const NAME: &'static str = "Subscribe";
    type Content = Subscription;

    fn write(&self, xml: &mut Xml, _version: RequestServerVersion) {
        let element = match self.delivery {
            Delivery::Streaming => "StreamingSubscriptionRequest",
            Delivery::Pull { .. } => "PullSubscriptionRequest",
        };
        xml.raw("<m:Subscribe><m:").raw(element);
        if self.folders.is_empty() {
            xml.raw(" SubscribeToAllFolders=\"true\">");
        } else {
            xml.raw("><t:FolderIds>");
            self.folders.iter().for_each(|folder| write_folder_ref(xml, folder));
            xml.raw("</t:FolderIds>");
        }
        xml.raw("<t:EventTypes>");
        for kind in self.kinds {
            xml.raw("<t:EventType>").raw(kind.name()).raw("</t:EventType>");
        }
        xml.raw("</t:EventTypes>");
        if let Delivery::Pull { timeout_minutes } = self.delivery {
            xml.raw("<t:Timeout>")
                .number(timeout_minutes.clamp(1, 1440).into())
                .raw("</t:Timeout>");
        }
        xml.raw("</m:").raw(element).raw("></m:Subscribe>");
    }

    fn read(
        &self,
        _: usize,
        tag: &Tag<'_>,
        events: &mut Events<'_>,
        subscription: &mut Subscription,
    ) -> Result<(), Unreadable> {
        match tag.name() {
            "SubscriptionId" => subscription.id = SubscriptionId(events.text()?.into_owned()),
            "Watermark" => subscription.watermark = events.some_text()?.map(Watermark),
            _ => events.skip()?,
        }
        Ok(())
    }
}

struct Unsubscribe<'a> {
    id: &'a SubscriptionId,
}

impl Operation for Unsubscribe<'_> {
    const NAME: &'static str = "Unsubscribe";
    type Content = ();

    fn write(&self, xml: &mut Xml, _version: RequestServerVersion) {
        xml.raw("<m:Unsubscribe><m:SubscriptionId>")
            .escaped(self.id.as_str())
            .raw("</m:SubscriptionId></m:Unsubscribe>");
    }

    fn read(&self, _: usize, _tag: &Tag<'_>, events: &mut Events<'_>, (): &mut ()) -> Result<(), Unreadable> {
        events.skip()
    }
}

impl Mailbox {
    /// Asks to be told of events of these kinds (at least one) in `folders`; without folders in all of them, which
    /// Exchange 2007 does not know ([`RequestServerVersion::has_subscription_to_all_folders`]).
    ///
    /// # Errors
    /// [`Error`].
    pub async fn subscribe(
        &self,
        folders: &[FolderRef],
        kinds: &[EventKind],
        delivery: Delivery,
    ) -> Result<Subscription, Error> {
        let operation = Subscribe {
            folders,
            kinds,
            delivery,
        };
        self.call_one(&operation, Persistence::Repeat).await
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// [`Error`]; `ErrorSubscriptionNotFound` where it has ended already.
    pub async fn unsubscribe(&self, id: &SubscriptionId) -> Result<(), Error> {
        self.call_one(&Unsubscribe { id }, Persistence::Repeat).await
    }
}

impl RequestServerVersion {
    /// Whether a subscription can be to all folders, without naming them.
    pub fn has_subscription_to_all_folders(self) -> bool {
        self >= Self::Exchange2010
    }
}
