//! The sync core: which mail of an Exchange server belongs into the CRM, and how to bring it there without loss.
//! Knows `ews`; knows nothing of PHP, Oro or databases.

mod address;
mod address_book;
mod batch;
mod engine;
mod error;
mod matching;
mod settings;

pub use address_book::{AddressBook, Owner, OwnerKind};
pub use batch::{Address, AttachmentInfo, Batch, Content, Direction, Folder, FolderType, Match, Message, Role, Skipped};
pub use engine::{Engine, Event, MailboxTask, Run, ServerInfo};
pub use error::{Error, ErrorKind};
pub use settings::{Domains, Settings};
