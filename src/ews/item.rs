//! Items as EWS shows them (MS-OXWSCORE, MS-OXWSMSG). Knows no envelope.

use std::borrow::Cow;

use time::OffsetDateTime;

use crate::{AttachmentId, FolderId, ItemId, RequestServerVersion};

/// An item: what was asked for and what the server has of it. Its texts are borrowed from the answer until somebody wants to
/// keep them ([`Item::into_owned`]): of most mail nothing is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item<'a> {
    /// `t:ItemId/@Id`; see [`Item::item_id`].
    pub id: Cow<'a, str>,
    /// `t:ItemClass`, such as `IPM.Note`.
    pub class: Option<Cow<'a, str>>,
    /// `t:Size`, bytes in the store.
    pub size: Option<u64>,
    /// `t:Subject`.
    pub subject: Option<Cow<'a, str>>,
    /// `t:From`: on whose behalf it was sent.
    pub from: Option<EmailAddress<'a>>,
    /// `t:Sender`: who sent it.
    pub sender: Option<EmailAddress<'a>>,
    /// `t:ToRecipients`.
    pub to: Vec<EmailAddress<'a>>,
    /// `t:CcRecipients`.
    pub cc: Vec<EmailAddress<'a>>,
    /// `t:BccRecipients`: only in the sender's copy.
    pub bcc: Vec<EmailAddress<'a>>,
    /// `t:IsRead`.
    pub read: Option<bool>,
    /// `t:IsDraft`.
    pub draft: Option<bool>,
    /// `t:Importance`.
    pub importance: Option<Importance>,
    /// `t:DateTimeReceived`.
    pub received: Option<OffsetDateTime>,
    /// `t:DateTimeSent`.
    pub sent: Option<OffsetDateTime>,
    /// `t:DateTimeCreated`: when this mailbox made it.
    pub created: Option<OffsetDateTime>,
    /// `t:Sensitivity`.
    pub sensitivity: Option<Sensitivity>,
    /// `t:InternetMessageId`, with its angle brackets.
    pub internet_message_id: Option<Cow<'a, str>>,
    /// `t:References`.
    pub references: Option<Cow<'a, str>>,
    /// `t:InReplyTo`.
    pub in_reply_to: Option<Cow<'a, str>>,
    /// `t:ConversationId/@Id`, from Exchange 2010 on.
    pub conversation_id: Option<Cow<'a, str>>,
    /// `t:ParentFolderId`.
    pub parent_folder: Option<FolderId>,
    /// It has the header X-MS-Journal-Report: it reports a message, which is attached to it (envelope journaling).
    pub journal_report: bool,
    /// `t:HasAttachments`.
    pub has_attachments: Option<bool>,
    /// `t:Attachments`, without their content.
    pub attachments: Vec<AttachmentInfo>,
    /// `t:MimeContent`, decoded from base64: white space and missing padding are forgiven.
    pub mime_content: Option<Vec<u8>>,
    /// `t:MimeContent` was there, but no base64: `mime_content` is what could be decoded before the first wrong character.
    pub invalid_mime: bool,
}

impl Item<'_> {
    /// Its id, to be kept.
    pub fn item_id(&self) -> ItemId {
        ItemId(self.id.clone().into_owned())
    }

    /// Its class, to be kept: the one that nearly all have takes no memory.
    pub fn class_owned(&self) -> Option<Cow<'static, str>> {
        self.class.as_deref().map(|class| match class {
            "IPM.Note" => Cow::Borrowed("IPM.Note"),
            other => Cow::Owned(other.to_owned()),
        })
    }

    /// The same in memory of its own.
    pub fn into_owned(self) -> Item<'static> {
        let all = |parties: Vec<EmailAddress<'_>>| parties.into_iter().map(EmailAddress::into_owned).collect();
        let class = self.class_owned();
        Item {
            id: own(self.id),
            class,
            size: self.size,
            subject: self.subject.map(own),
            from: self.from.map(EmailAddress::into_owned),
            sender: self.sender.map(EmailAddress::into_owned),
            to: all(self.to),
            cc: all(self.cc),
            bcc: all(self.bcc),
            read: self.read,
            draft: self.draft,
            importance: self.importance,
            received: self.received,
            sent: self.sent,
            created: self.created,
            sensitivity: self.sensitivity,
            internet_message_id: self.internet_message_id.map(own),
            references: self.references.map(own),
            in_reply_to: self.in_reply_to.map(own),
            conversation_id: self.conversation_id.map(own),
            parent_folder: self.parent_folder,
            journal_report: self.journal_report,
            has_attachments: self.has_attachments,
            attachments: self.attachments,
            mime_content: self.mime_content,
            invalid_mime: self.invalid_mime,
        }
    }
}

fn own(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// `t:Importance`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Importance {
    Low,
    Normal,
    High,
}

/// `t:Sensitivity`: how its sender wants it treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Sensitivity {
    Normal,
    Personal,
    Private,
    Confidential,
}

/// `t:Mailbox` (EmailAddressType).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmailAddress<'a> {
    /// `t:Name`.
    pub name: Option<Cow<'a, str>>,
    /// `t:EmailAddress`: an SMTP address, or what the routing type says.
    pub address: Option<Cow<'a, str>>,
    /// `t:RoutingType`.
    pub routing_type: Option<RoutingType>,
}

impl EmailAddress<'_> {
    /// The same, borrowed.
    pub fn borrowed(&self) -> EmailAddress<'_> {
        EmailAddress {
            name: self.name.as_deref().map(Cow::Borrowed),
            address: self.address.as_deref().map(Cow::Borrowed),
            routing_type: self.routing_type.clone(),
        }
    }

    /// The same in memory of its own.
    pub fn into_owned(self) -> EmailAddress<'static> {
        EmailAddress {
            name: self.name.map(own),
            address: self.address.map(own),
            routing_type: self.routing_type,
        }
    }
}

/// `t:RoutingType`: what kind of address it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutingType {
    /// `SMTP`.
    Smtp,
    /// `EX`: a legacy DN, which `resolve_names` turns into an SMTP address.
    Ex,
    /// Any other, such as `FAX`.
    Other(String),
}

impl From<&str> for RoutingType {
    fn from(text: &str) -> Self {
        match text {
            _ if text.eq_ignore_ascii_case("SMTP") => Self::Smtp,
            _ if text.eq_ignore_ascii_case("EX") => Self::Ex,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// One of `t:Attachments`, without its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttachmentInfo {
    /// `t:AttachmentId`.
    pub id: AttachmentId,
    /// `t:Name`.
    pub name: Option<String>,
    /// `t:ContentType`.
    pub content_type: Option<String>,
    /// `t:ContentId`, without angle brackets.
    pub content_id: Option<String>,
    /// `t:Size`, bytes, from Exchange 2010 on.
    pub size: Option<u64>,
    /// `t:IsInline`, from Exchange 2010 on.
    pub inline: bool,
}

/// What an answer shall say of an item, beyond its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Property {
    ItemClass,
    Size,
    Subject,
    From,
    Sender,
    ToRecipients,
    CcRecipients,
    BccRecipients,
    IsRead,
    IsDraft,
    Importance,
    DateTimeReceived,
    DateTimeSent,
    DateTimeCreated,
    Sensitivity,
    InternetMessageId,
    References,
    InReplyTo,
    ConversationId,
    ParentFolderId,
    HasAttachments,
    Attachments,
    /// Whether it has the header X-MS-Journal-Report.
    JournalReport,
}

impl Property {
    /// Every one.
    pub const ALL: [Self; 23] = [
        Self::ItemClass,
        Self::Size,
        Self::Subject,
        Self::From,
        Self::Sender,
        Self::ToRecipients,
        Self::CcRecipients,
        Self::BccRecipients,
        Self::IsRead,
        Self::IsDraft,
        Self::Importance,
        Self::DateTimeReceived,
        Self::DateTimeSent,
        Self::DateTimeCreated,
        Self::Sensitivity,
        Self::InternetMessageId,
        Self::References,
        Self::InReplyTo,
        Self::ConversationId,
        Self::ParentFolderId,
        Self::HasAttachments,
        Self::Attachments,
        Self::JournalReport,
    ];

    /// `t:FieldURI/@FieldURI`; none of a named property.
    pub fn field_uri(self) -> Option<&'static str> {
        Some(match self {
            Self::ItemClass => "item:ItemClass",
            Self::Size => "item:Size",
            Self::Subject => "item:Subject",
            Self::From => "message:From",
            Self::Sender => "message:Sender",
            Self::ToRecipients => "message:ToRecipients",
            Self::CcRecipients => "message:CcRecipients",
            Self::BccRecipients => "message:BccRecipients",
            Self::IsRead => "message:IsRead",
            Self::IsDraft => "item:IsDraft",
            Self::Importance => "item:Importance",
            Self::DateTimeReceived => "item:DateTimeReceived",
            Self::DateTimeSent => "item:DateTimeSent",
            Self::DateTimeCreated => "item:DateTimeCreated",
            Self::Sensitivity => "item:Sensitivity",
            Self::InternetMessageId => "message:InternetMessageId",
            Self::References => "message:References",
            Self::InReplyTo => "item:InReplyTo",
            Self::ConversationId => "item:ConversationId",
            Self::ParentFolderId => "item:ParentFolderId",
            Self::HasAttachments => "item:HasAttachments",
            Self::Attachments => "item:Attachments",
            Self::JournalReport => return None,
        })
    }

    /// The first version whose schema has the property; older ones are not asked for it.
    pub fn since(self) -> RequestServerVersion {
        match self {
            Self::ConversationId => RequestServerVersion::Exchange2010,
            _ => RequestServerVersion::Exchange2007,
        }
    }

    /// Whether `SyncFolderItems` and `FindItem` can show it: recipients and attachments take `GetItem`.
    pub fn in_summary(self) -> bool {
        !matches!(
            self,
            Self::ToRecipients | Self::CcRecipients | Self::BccRecipients | Self::Attachments
        )
    }
}
