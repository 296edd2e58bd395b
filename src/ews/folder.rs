//! Folders as EWS shows them (MS-OXWSFOLD). Knows no envelope.

use time::OffsetDateTime;

use crate::{FolderId, RequestServerVersion};

/// How a request names a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FolderRef {
    /// By its id.
    Id(FolderId),
    /// By its role in the mailbox.
    Distinguished(DistinguishedFolder),
}

impl From<FolderId> for FolderRef {
    fn from(id: FolderId) -> Self {
        Self::Id(id)
    }
}

impl From<DistinguishedFolder> for FolderRef {
    fn from(folder: DistinguishedFolder) -> Self {
        Self::Distinguished(folder)
    }
}

/// `t:DistinguishedFolderId/@Id`, as far as mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DistinguishedFolder {
    /// The root that users see.
    MsgFolderRoot,
    /// Inbox.
    Inbox,
    /// Sent items.
    SentItems,
    /// Drafts.
    Drafts,
    /// Deleted items.
    DeletedItems,
    /// Junk e-mail.
    JunkEmail,
    /// Outbox.
    Outbox,
    /// The root of the in-place archive, from Exchange 2010 SP1 on.
    ArchiveMsgFolderRoot,
}

impl DistinguishedFolder {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::MsgFolderRoot,
        Self::Inbox,
        Self::SentItems,
        Self::Drafts,
        Self::DeletedItems,
        Self::JunkEmail,
        Self::Outbox,
        Self::ArchiveMsgFolderRoot,
    ];

    /// The schema's name (DistinguishedFolderIdNameType).
    pub fn name(self) -> &'static str {
        match self {
            Self::MsgFolderRoot => "msgfolderroot",
            Self::Inbox => "inbox",
            Self::SentItems => "sentitems",
            Self::Drafts => "drafts",
            Self::DeletedItems => "deleteditems",
            Self::JunkEmail => "junkemail",
            Self::Outbox => "outbox",
            Self::ArchiveMsgFolderRoot => "archivemsgfolderroot",
        }
    }

    /// The folder of that schema name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|folder| folder.name() == name)
    }

    /// The first version whose schema has the name.
    pub fn since(self) -> RequestServerVersion {
        match self {
            Self::ArchiveMsgFolderRoot => RequestServerVersion::Exchange2010_SP1,
            _ => RequestServerVersion::Exchange2007,
        }
    }
}

/// A folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// `t:FolderId`.
    pub id: FolderId,
    /// `t:ParentFolderId`.
    pub parent: Option<FolderId>,
    /// `t:DisplayName`.
    pub name: String,
    /// `t:FolderClass`, such as `IPF.Note`; absent for some folders that hold mail.
    pub class: Option<String>,
    /// `t:DistinguishedFolderId`, from Exchange 2013 on.
    pub distinguished: Option<String>,
    /// `t:TotalCount`, items.
    pub total_count: Option<u32>,
    /// `t:ChildFolderCount`.
    pub child_folder_count: Option<u32>,
    /// Whether anything changed since it was looked at last.
    pub stamp: FolderStamp,
}

/// Changes with every change in the folder: two equal stamps with values mean that there is no news.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderStamp {
    /// PidTagLocalCommitTimeMax (0x670A), which EWS cuts to whole seconds.
    pub last_change: Option<OffsetDateTime>,
    /// PidTagDeletedCountTotal (0x670B): what was ever deleted or moved away.
    pub deleted_count: Option<u32>,
    /// `t:TotalCount`: more of them without a later change means that the server's clock was set back.
    pub total_count: Option<u32>,
}
