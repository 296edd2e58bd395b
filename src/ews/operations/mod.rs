//! EWS operations, one file each: request, response, tests. They know no HTTP.

mod find_folder;
pub(crate) mod find_item;
pub(crate) mod get_attachment;
mod get_folder;
pub(crate) mod get_item;
mod resolve_names;
pub(crate) mod sync_folder_hierarchy;
pub(crate) mod sync_folder_items;
mod update_item;
