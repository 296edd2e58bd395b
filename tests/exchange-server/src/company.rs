//! A company from a folder: `company.json` and one folder of `.eml` files a mailbox. The format is in README.md.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::StartError;
use crate::shared::Shared;
use crate::store::directory::EntryKind;
use crate::store::lock;
use crate::store::mailbox::Mailbox;

/// `company.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Company {
    /// Users, each with a mailbox.
    users: Vec<User>,
    /// Distribution groups, known to `ResolveNames` only.
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    email: String,
    name: String,
    /// Folders to create although no file lies in them.
    #[serde(default)]
    folders: Vec<String>,
    /// Whether the user has an in-place archive.
    #[serde(default)]
    archive: bool,
    /// `EX`: answers show this user by legacy DN.
    #[serde(default)]
    routing: Routing,
}

#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
enum Routing {
    #[default]
    #[serde(rename = "SMTP")]
    Smtp,
    #[serde(rename = "EX")]
    Ex,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    email: String,
    name: String,
}

/// Loads `folder/company.json` and the mailboxes beside it; `folder` may also be the file itself.
pub(crate) fn load(shared: &Shared, path: &Path) -> Result<(), StartError> {
    let (folder, file) = match path.extension() {
        Some(extension) if extension == "json" => (path.parent().unwrap_or(Path::new(".")), path.to_owned()),
        _ => (path, path.join("company.json")),
    };
    let text = std::fs::read(&file).map_err(|e| problem(&file, e))?;
    let company: Company = serde_json::from_slice(&text).map_err(|e| problem(&file, e))?;
    for user in &company.users {
        let mailbox = shared.create_mailbox(&user.email, &user.name);
        let mut mailbox = lock(&mailbox);
        if user.archive {
            mailbox.add_archive();
        }
        for path in &user.folders {
            mailbox.create_folder(path, "IPF.Note").map_err(|e| problem(&file, e))?;
        }
        let files = folder.join(&user.email);
        if files.is_dir() {
            load_tree(&mut mailbox, &files, "")?;
        }
        if user.routing == Routing::Ex {
            shared.edit_directory(|d| d.show_as_ex(&user.email));
        }
    }
    shared.edit_directory(|d| {
        for group in &company.groups {
            d.add(&group.name, &group.email, EntryKind::Group);
        }
    });
    Ok(())
}

/// Loads the `.eml` files of a folder into `at`, and its sub-folders into sub-folders of `at`.
pub(crate) fn load_tree(mailbox: &mut Mailbox, files: &Path, at: &str) -> Result<(), StartError> {
    let entries = std::fs::read_dir(files).map_err(|e| problem(files, e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
            continue;
        };
        if path.is_dir() {
            let below = if at.is_empty() {
                name.to_owned()
            } else {
                format!("{at}/{name}")
            };
            load_tree(mailbox, &path, &below)?;
        } else if name.ends_with(".eml") && !at.is_empty() {
            let folder = mailbox.create_folder(at, "IPF.Note").map_err(|e| problem(&path, e))?;
            let mime = std::fs::read(&path).map_err(|e| problem(&path, e))?;
            let read = !name.ends_with(".unread.eml");
            mailbox
                .deliver(folder, mime.into(), read)
                .map_err(|e| problem(&path, e))?;
        }
    }
    Ok(())
}

fn problem(path: &Path, problem: impl ToString) -> StartError {
    StartError::Load {
        path: path.to_owned(),
        problem: problem.to_string(),
    }
}
