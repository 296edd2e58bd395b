//! Exchange Web Services, mail only. Knows HTTP, XML and EWS; knows no PHP, no Oro and no matching.

mod batch;
mod call;
mod client;
pub mod discovery;
mod error;
mod folder;
mod ids;
mod item;
mod operations;
mod policy;
pub mod recorded;
mod response_code;
mod soap;
pub mod transport;
mod version;

pub use client::{Client, Mailbox};
pub use error::{Error, ResponseError};
pub use folder::{DistinguishedFolder, Folder, FolderRef, FolderStamp};
pub use ids::{AttachmentId, FolderId, ItemId, SubscriptionId, SyncState, Watermark};
pub use item::{AttachmentInfo, EmailAddress, Importance, Item, Property, RoutingType, Sensitivity};
pub use operations::find_item::{FoundItems, Query};
pub use operations::get_attachment::{Attachment, AttachmentContent};
pub use operations::get_item::Mime;
pub use operations::get_streaming_events::EventStream;
pub use operations::notifications::{Event, EventKind, EventSubject, Notification};
pub use operations::subscribe::{Delivery, Subscription};
pub use operations::sync_folder_hierarchy::FolderChanges;
pub use operations::sync_folder_items::{ItemChange, ItemChanges};
pub use policy::{Disposition, Policy, Remedy, ResponseCode, Scope};
pub use version::{RequestServerVersion, ServerVersionInfo};
