//! Items as EWS shows them (MS-OXWSCORE, MS-OXWSMSG). Knows no envelope.

use std::borrow::Cow;

use time::OffsetDateTime;

use crate::{AttachmentId, FolderId, ItemId, RequestServerVersion};

/// An item: what was asked for and what the server has of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// `t:ItemId`.
    pub id: ItemId,
    /// `t:ItemClass`, such as `IPM.Note`.
    pub class: Option<Cow<'static, str>>,
    /// `t:Size`, bytes in the store.
    pub size: Option<u64>,
    /// `t:Subject`.
    pub subject: Option<String>,
    /// `t:From`: on whose behalf it was sent.
    pub from: Option<EmailAddress>,
    /// `t:Sender`: who sent it.
    pub sender: Option<EmailAddress>,
    /// `t:ToRecipients`.
    pub to: Vec<EmailAddress>,
    /// `t:CcRecipients`.
    pub cc: Vec<EmailAddress>,
    /// `t:BccRecipients`: only in the sender's copy.
    pub bcc: Vec<EmailAddress>,
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
    /// `t:InternetMessageId`, with its angle brackets.
    pub internet_message_id: Option<String>,
    /// `t:References`.
    pub references: Option<String>,
    /// `t:InReplyTo`.
    pub in_reply_to: Option<String>,
    /// `t:ConversationId/@Id`, from Exchange 2010 on.
    pub conversation_id: Option<String>,
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

/// `t:Importance`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Importance {
    Low,
    Normal,
    High,
}

/// `t:Mailbox` (EmailAddressType).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmailAddress {
    /// `t:Name`.
    pub name: Option<String>,
    /// `t:EmailAddress`: an SMTP address, or what the routing type says.
    pub address: Option<String>,
    /// `t:RoutingType`.
    pub routing_type: Option<RoutingType>,
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
    pub const ALL: [Self; 21] = [
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
