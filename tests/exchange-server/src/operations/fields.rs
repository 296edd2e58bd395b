//! Item properties by `FieldURI`, in the order in which the schema's sequence writes them. Knows no values.

use crate::soap::RequestVersion::{self, Exchange2007, Exchange2010, Exchange2013};

macro_rules! fields {
    ($($name:ident $uri:literal $since:ident;)*) => {
        /// One property of an item.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field { $($name),* }

        const FIELDS: &[(&str, Field, RequestVersion)] = &[$(($uri, Field::$name, $since)),*];
    };
}

fields! {
    MimeContent "item:MimeContent" Exchange2007;
    ItemId "item:ItemId" Exchange2007;
    ParentFolderId "item:ParentFolderId" Exchange2007;
    ItemClass "item:ItemClass" Exchange2007;
    Subject "item:Subject" Exchange2007;
    Sensitivity "item:Sensitivity" Exchange2007;
    Body "item:Body" Exchange2007;
    Attachments "item:Attachments" Exchange2007;
    DateTimeReceived "item:DateTimeReceived" Exchange2007;
    Size "item:Size" Exchange2007;
    Importance "item:Importance" Exchange2007;
    InReplyTo "item:InReplyTo" Exchange2007;
    IsSubmitted "item:IsSubmitted" Exchange2007;
    IsDraft "item:IsDraft" Exchange2007;
    IsFromMe "item:IsFromMe" Exchange2007;
    IsResend "item:IsResend" Exchange2007;
    IsUnmodified "item:IsUnmodified" Exchange2007;
    InternetMessageHeaders "item:InternetMessageHeaders" Exchange2007;
    DateTimeSent "item:DateTimeSent" Exchange2007;
    DateTimeCreated "item:DateTimeCreated" Exchange2007;
    DisplayCc "item:DisplayCc" Exchange2007;
    DisplayTo "item:DisplayTo" Exchange2007;
    HasAttachments "item:HasAttachments" Exchange2007;
    Culture "item:Culture" Exchange2007;
    LastModifiedTime "item:LastModifiedTime" Exchange2007;
    ConversationId "item:ConversationId" Exchange2010;
    Preview "item:Preview" Exchange2013;
    TextBody "item:TextBody" Exchange2013;
    Sender "message:Sender" Exchange2007;
    ToRecipients "message:ToRecipients" Exchange2007;
    CcRecipients "message:CcRecipients" Exchange2007;
    BccRecipients "message:BccRecipients" Exchange2007;
    IsReadReceiptRequested "message:IsReadReceiptRequested" Exchange2007;
    IsDeliveryReceiptRequested "message:IsDeliveryReceiptRequested" Exchange2007;
    ConversationIndex "message:ConversationIndex" Exchange2007;
    ConversationTopic "message:ConversationTopic" Exchange2007;
    From "message:From" Exchange2007;
    InternetMessageId "message:InternetMessageId" Exchange2007;
    IsRead "message:IsRead" Exchange2007;
    IsResponseRequested "message:IsResponseRequested" Exchange2007;
    References "message:References" Exchange2007;
    ReplyTo "message:ReplyTo" Exchange2007;
}

/// Valid names for which no item here has a value, with the first version that knows them.
const ABSENT: &[(&str, RequestVersion)] = &[
    ("item:Categories", Exchange2007),
    ("item:ResponseObjects", Exchange2007),
    ("item:ReminderDueBy", Exchange2007),
    ("item:ReminderIsSet", Exchange2007),
    ("item:ReminderMinutesBeforeStart", Exchange2007),
    ("item:EffectiveRights", Exchange2007),
    ("item:LastModifiedName", Exchange2007),
    ("item:IsAssociated", Exchange2010),
    ("item:UniqueBody", Exchange2010),
    ("item:WebClientReadFormQueryString", Exchange2010),
    ("item:WebClientEditFormQueryString", Exchange2010),
    ("item:StoreEntryId", RequestVersion::Exchange2010Sp2),
    ("item:Flag", Exchange2013),
    ("item:InstanceKey", Exchange2013),
    ("item:NormalizedBody", Exchange2013),
    ("item:EntityExtractionResult", Exchange2013),
    ("item:PolicyTag", Exchange2013),
    ("item:ArchiveTag", Exchange2013),
    ("item:RetentionDate", Exchange2013),
    ("item:IconIndex", Exchange2013),
    ("item:DisplayBcc", RequestVersion::Exchange2013Sp1),
    ("message:ReceivedBy", RequestVersion::Exchange2007Sp1),
    ("message:ReceivedRepresenting", RequestVersion::Exchange2007Sp1),
    ("item:ReminderNextTime", Exchange2007),
    ("item:PredictedActionReasons", Exchange2013),
    ("item:IsClutter", Exchange2013),
    ("item:RightsManagementLicenseData", Exchange2013),
    ("item:BlockStatus", Exchange2013),
    ("item:HasBlockedImages", Exchange2013),
    ("item:MimeContentUTF8", Exchange2013),
    ("item:Mentions", Exchange2013),
    ("item:MentionedMe", Exchange2013),
    ("item:MentionsPreview", Exchange2013),
    ("item:MentionsEx", Exchange2013),
    ("item:Hashtags", Exchange2013),
    ("item:AppliedHashtags", Exchange2013),
    ("item:AppliedHashtagsPreview", Exchange2013),
    ("item:Likes", Exchange2013),
    ("item:LikesPreview", Exchange2013),
    ("item:PendingSocialActivityTagIds", Exchange2013),
    ("item:AtAllMention", Exchange2013),
    ("item:CanDelete", Exchange2013),
    ("item:InferenceClassification", Exchange2013),
    ("item:FirstBody", Exchange2013),
    ("message:ApprovalRequestData", Exchange2013),
    ("message:VotingInformation", Exchange2013),
    ("message:ReminderMessageData", Exchange2013),
];

/// What a `FieldURI` of an item stands for.
pub(crate) enum Lookup {
    Known(Field),
    /// Valid, but no item has it.
    Absent,
    /// Not in the schema of this version.
    Unknown,
}

pub(crate) fn lookup(uri: &str, version: RequestVersion) -> Lookup {
    if let Some((_, field, since)) = FIELDS.iter().find(|(name, ..)| *name == uri) {
        return if *since <= version {
            Lookup::Known(*field)
        } else {
            Lookup::Unknown
        };
    }
    let other_type = ["calendar:", "contacts:", "task:", "meeting:", "meetingRequest:"];
    if other_type.iter().any(|prefix| uri.starts_with(prefix)) {
        return Lookup::Absent;
    }
    match ABSENT.iter().find(|(name, _)| *name == uri) {
        Some((_, since)) if *since <= version => Lookup::Absent,
        _ => Lookup::Unknown,
    }
}

/// A set of properties.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fields(u64);

impl Fields {
    pub fn of(fields: &[Field]) -> Self {
        Self(fields.iter().fold(0, |set, f| set | 1 << *f as u32))
    }

    pub fn add(&mut self, field: Field) {
        self.0 |= 1 << field as u32;
    }

    pub fn has(self, field: Field) -> bool {
        self.0 & 1 << field as u32 != 0
    }

    /// Whether there is nothing but the id, which every answer has.
    pub fn is_id_only(self) -> bool {
        self.are_among(Self::of(&[Field::ItemId]))
    }

    pub fn are_among(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// All that `AllProperties` gives in this version.
    pub fn all(version: RequestVersion) -> Self {
        let heavy = [
            Field::MimeContent,
            Field::TextBody,
            Field::Preview,
            Field::InternetMessageHeaders,
        ];
        let fields: Vec<Field> = FIELDS
            .iter()
            .filter(|(_, f, since)| *since <= version && !heavy.contains(f))
            .map(|(_, f, _)| *f)
            .collect();
        let mut set = Self::of(&fields);
        set.add(Field::InternetMessageHeaders);
        set
    }

    /// Takes out what a summary (`FindItem`, `SyncFolderItems`) never shows.
    pub fn summary(self) -> Self {
        let detail = Self::of(&[
            Field::MimeContent,
            Field::Body,
            Field::TextBody,
            Field::Attachments,
            Field::InternetMessageHeaders,
            Field::ToRecipients,
            Field::CcRecipients,
            Field::BccRecipients,
            Field::ReplyTo,
        ]);
        Self(self.0 & !detail.0)
    }
}
