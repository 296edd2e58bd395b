//! EWS operations, one file each: request, response, tests. They know no HTTP.

mod elements;
mod find_folder;
pub(crate) mod find_item;
mod folder_elements;
pub(crate) mod get_attachment;
mod get_events;
mod get_folder;
pub(crate) mod get_item;
pub(crate) mod get_streaming_events;
mod item_elements;
pub(crate) mod notifications;
mod resolve_names;
mod shape;
pub(crate) mod subscribe;
pub(crate) mod sync_folder_hierarchy;
pub(crate) mod sync_folder_items;
mod update_item;
