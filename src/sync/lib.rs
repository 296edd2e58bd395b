//! The sync core: which mail of an Exchange server belongs into the CRM, and how to bring it there without loss.
//! Knows `ews`; knows nothing of PHP, Oro or databases.

mod address;
mod address_book;
mod batch;
mod budget;
mod checkpoint;
mod content;
mod directory;
mod engine;
mod error;
mod folder;
mod folders;
mod identity;
mod intake;
mod journal;
mod login;
mod look;
mod mailbox;
mod matching;
mod message;
mod mime;
mod pending;
mod run;
mod search;
mod settings;
mod watch;

pub use ews::transport::TlsLevel;

pub use address_book::{AddressBook, Owner, OwnerKind};
pub use batch::{Address, Batch, Direction, Folder, FolderType, Match, Message, Role, Skipped};
pub use content::{AttachmentInfo, Content};
pub use engine::{Engine, MailboxTask, ServerInfo};
pub use error::Error;
pub use ews::{Disposition, Remedy};
pub use matching::{Collects, Participants, Verdict, verdict};
pub use run::{Event, Run};
pub use settings::{Domains, Settings};
pub use watch::{News, Watch};
