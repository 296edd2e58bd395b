//! Which folders of a mailbox are read, and what they are called. Knows no items.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use ews::{Disposition, DistinguishedFolder, FolderId, FolderRef, FolderStamp, Mailbox};

use crate::checkpoint::{Listed, RootCheckpoint};
use crate::{Folder, FolderType};

/// Roles that tell how to treat a folder.
const ROLES: [DistinguishedFolder; 7] = [
    DistinguishedFolder::MsgFolderRoot,
    DistinguishedFolder::Inbox,
    DistinguishedFolder::SentItems,
    DistinguishedFolder::Drafts,
    DistinguishedFolder::DeletedItems,
    DistinguishedFolder::JunkEmail,
    DistinguishedFolder::Outbox,
];
/// Not read unless the administrator names them.
const LEFT_OUT: [DistinguishedFolder; 4] = [
    DistinguishedFolder::Drafts,
    DistinguishedFolder::DeletedItems,
    DistinguishedFolder::JunkEmail,
    DistinguishedFolder::Outbox,
];

/// A folder to read.
#[derive(Debug, Clone)]
pub(crate) struct Selected {
    pub folder: Arc<Folder>,
    pub id: FolderId,
    pub stamp: FolderStamp,
}

/// A mailbox's folders that are read.
#[derive(Debug)]
pub(crate) struct Folders {
    /// When their stamps were read.
    pub listed: Listed,
    pub selected: Vec<Selected>,
    /// Folders of earlier runs that are deleted now.
    pub gone: Vec<Arc<Folder>>,
    /// Of all folders that the server shows, those in the deleted items, unless they are read; the others' ids.
    deleted: HashMap<String, Arc<Folder>>,
    kept: HashSet<String>,
    /// The root's folder and its new checkpoint, where that changed.
    pub root: Option<(Arc<Folder>, RootCheckpoint)>,
}

/// Where a folder of an earlier run is now.
pub(crate) enum Place {
    /// In the mailbox, read or not.
    Kept,
    /// In the deleted items.
    Deleted(Arc<Folder>),
    /// Not among the folders that were asked for.
    Unknown,
}

impl Folders {
    pub fn place(&self, id: &str) -> Place {
        match self.deleted.get(id) {
            Some(folder) => Place::Deleted(folder.clone()),
            None if self.kept.contains(id) => Place::Kept,
            None => Place::Unknown,
        }
    }
}

/// Lists the folders: one request where the roles are known, two where not.
pub(crate) async fn list(
    mailbox: &Mailbox,
    known: Option<RootCheckpoint>,
    wanted: &[String],
) -> Result<Folders, ews::Error> {
    let fresh = known.is_none();
    let mut roles = match known {
        Some(roles) => roles,
        None => roles_of(mailbox).await?,
    };
    let before = known_roles(&roles, fresh);
    let asked = SystemTime::now();
    let mut all = mailbox.find_folder(&DistinguishedFolder::MsgFolderRoot.into()).await?;
    let answered = SystemTime::now();
    // After a mailbox was restored or moved, all its ids may be new.
    let stale = !fresh
        && !roles
            .role(DistinguishedFolder::Inbox)
            .is_some_and(|inbox| all.iter().any(|folder| folder.id == inbox));
    if stale || (!fresh && roles.is_incomplete()) {
        roles = roles_of(mailbox).await?;
    }
    // Exchange 2013 and newer say it of each folder.
    for folder in &all {
        let role = folder.distinguished.as_deref().and_then(DistinguishedFolder::from_name);
        if let Some(role) = role.filter(|role| ROLES.contains(role)) {
            roles.set(role, &folder.id);
        }
    }
    let archive = DistinguishedFolder::ArchiveMsgFolderRoot;
    // Only now is the version known: the answers above told it.
    if mailbox.version() >= archive.since() && wanted.iter().any(|name| name.eq_ignore_ascii_case(archive.name())) {
        all.extend(archive_folders(mailbox, &mut roles).await?);
    }
    let root = (before.as_ref() != Some(&roles))
        .then(|| roles.role(DistinguishedFolder::MsgFolderRoot))
        .flatten()
        .map(|id| (Arc::new(root_folder(&id)), roles.clone()));
    let (selected, left_out) = select(&all, &roles, wanted);
    let (deleted, kept): (Vec<_>, Vec<_>) = left_out.into_iter().partition(|left_out| left_out.in_deleted_items);
    Ok(Folders {
        listed: Listed { asked, answered },
        kept: selected
            .iter()
            .map(|selected| selected.folder.id.clone())
            .chain(kept.into_iter().map(|left_out| left_out.folder.id))
            .collect(),
        deleted: deleted
            .into_iter()
            .map(|left_out| (left_out.folder.id.clone(), Arc::new(left_out.folder)))
            .collect(),
        selected,
        gone: Vec::new(),
        root,
    })
}

/// What the host has.
fn known_roles(roles: &RootCheckpoint, fresh: bool) -> Option<RootCheckpoint> {
    (!fresh).then(|| roles.clone())
}

async fn roles_of(mailbox: &Mailbox) -> Result<RootCheckpoint, ews::Error> {
    let mut roles = RootCheckpoint::default();
    let answers = mailbox.get_folder(&ROLES.map(FolderRef::Distinguished)).await?;
    for (role, answer) in ROLES.into_iter().zip(answers) {
        match answer {
            Ok(folder) => roles.set(role, &folder.id),
            // Without its root there is no mailbox to read; the rest may be missing.
            Err(error) if role == DistinguishedFolder::MsgFolderRoot => return Err(error.into()),
            Err(error) if error.code.policy().disposition == Disposition::Gone => {}
            Err(_) => roles.ask_again(),
        }
    }
    Ok(roles)
}

/// The in-place archive's folders; none where the mailbox has no archive.
async fn archive_folders(mailbox: &Mailbox, roles: &mut RootCheckpoint) -> Result<Vec<ews::Folder>, ews::Error> {
    let archive = DistinguishedFolder::ArchiveMsgFolderRoot;
    let root = match mailbox.get_folder(&[archive.into()]).await?.into_iter().next() {
        Some(Ok(root)) => root,
        _ => return Ok(Vec::new()),
    };
    roles.set(archive, &root.id);
    let mut folders = mailbox.find_folder(&archive.into()).await?;
    folders.push(root);
    Ok(folders)
}

fn root_folder(id: &FolderId) -> Folder {
    Folder {
        id: id.0.clone(),
        name: String::new(),
        path: String::new(),
        kind: FolderType::Root,
    }
}

fn kind(role: Option<DistinguishedFolder>) -> FolderType {
    match role {
        Some(DistinguishedFolder::Inbox) => FolderType::Inbox,
        Some(DistinguishedFolder::SentItems) => FolderType::Sent,
        Some(DistinguishedFolder::DeletedItems) => FolderType::Trash,
        Some(DistinguishedFolder::Drafts) => FolderType::Drafts,
        Some(DistinguishedFolder::JunkEmail) => FolderType::Spam,
        _ => FolderType::Other,
    }
}

/// A folder that is not read.
struct LeftOut {
    folder: Folder,
    in_deleted_items: bool,
}

fn select(all: &[ews::Folder], roles: &RootCheckpoint, wanted: &[String]) -> (Vec<Selected>, Vec<LeftOut>) {
    let by_id: HashMap<&FolderId, &ews::Folder> = all.iter().map(|folder| (&folder.id, folder)).collect();
    let (mut selected, mut left_out) = (Vec::new(), Vec::new());
    for folder in all {
        let line = ancestry(folder, &by_id);
        let holds_mail = folder.class.as_deref().is_none_or(is_mail);
        let names: Vec<&str> = line.iter().rev().map(|f| f.name.as_str()).collect();
        let shown = Folder {
            id: folder.id.0.clone(),
            name: folder.name.clone(),
            path: names.join("/"),
            kind: kind(roles.role_of(&folder.id)),
        };
        if !holds_mail || !is_wanted(&line, roles, wanted) {
            left_out.push(LeftOut {
                folder: shown,
                in_deleted_items: line[1..]
                    .iter()
                    .any(|above| roles.role_of(&above.id) == Some(DistinguishedFolder::DeletedItems)),
            });
            continue;
        }
        selected.push(Selected {
            folder: Arc::new(shown),
            id: folder.id.clone(),
            stamp: folder.stamp.clone(),
        });
    }
    // The freshest mail first, and always in the same order.
    selected.sort_by(|a, b| rank(a).cmp(&rank(b)));
    (selected, left_out)
}

fn rank(selected: &Selected) -> (u8, &str) {
    let order = match selected.folder.kind {
        FolderType::Inbox => 0,
        FolderType::Sent => 1,
        _ => 2,
    };
    (order, &selected.folder.path)
}

/// The folder and what is above it, from the folder up; a circle ends it.
fn ancestry<'a>(folder: &'a ews::Folder, by_id: &HashMap<&FolderId, &'a ews::Folder>) -> Vec<&'a ews::Folder> {
    let mut line = vec![folder];
    let mut seen = HashSet::from([&folder.id]);
    let mut above = folder.parent.as_ref();
    while let Some(parent) = above.and_then(|id| by_id.get(id)) {
        if !seen.insert(&parent.id) {
            break;
        }
        line.push(parent);
        above = parent.parent.as_ref();
    }
    line
}

/// MS-OXOCNTC and others: only `IPF.Note` and its kinds hold mail; no class means mail, too.
fn is_mail(class: &str) -> bool {
    class.is_empty()
        || class.eq_ignore_ascii_case("IPF")
        || class
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("IPF.Note"))
}

fn is_wanted(line: &[&ews::Folder], roles: &RootCheckpoint, wanted: &[String]) -> bool {
    let role = |folder: &ews::Folder| roles.role_of(&folder.id);
    if wanted.is_empty() {
        return !line
            .iter()
            .any(|folder| role(folder).is_some_and(|role| LEFT_OUT.contains(&role)));
    }
    // A folder named explicitly brings what is below it, but not what is left out by itself.
    for (depth, folder) in line.iter().enumerate() {
        let path = line[depth..]
            .iter()
            .rev()
            .map(|f| f.name.as_str())
            .collect::<Vec<_>>()
            .join("/");
        let named = wanted.iter().any(|name| {
            let name = name.trim().trim_matches('/');
            role(folder).is_some_and(|role| role.name().eq_ignore_ascii_case(name))
                || folder.name.to_lowercase() == name.to_lowercase()
                || path.to_lowercase() == name.to_lowercase()
        });
        if named {
            return true;
        }
        if role(folder).is_some_and(|role| LEFT_OUT.contains(&role)) {
            return false;
        }
    }
    wanted
        .iter()
        .any(|name| name.eq_ignore_ascii_case(DistinguishedFolder::MsgFolderRoot.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(id: &str, parent: &str, name: &str, class: Option<&str>) -> ews::Folder {
        ews::Folder {
            id: FolderId(id.into()),
            parent: Some(FolderId(parent.into())),
            name: name.into(),
            class: class.map(Into::into),
            ..ews::Folder::default()
        }
    }

    fn paths(wanted: &[&str]) -> Vec<String> {
        let note = Some("IPF.Note");
        let all = vec![
            folder("c", "i", "Kunden", note),
            folder("n", "c", "Nord", None),
            folder("i", "root", "Posteingang", note),
            folder("s", "root", "Gesendet", note),
            folder("d", "root", "Entwürfe", note),
            folder("t", "root", "Papierkorb", note),
            folder("tc", "t", "Kunden", note),
            folder("cal", "root", "Kalender", Some("IPF.Appointment")),
            folder("p", "root", "Projekte", note),
        ];
        let mut roles = RootCheckpoint::default();
        for (role, id) in [
            (DistinguishedFolder::MsgFolderRoot, "root"),
            (DistinguishedFolder::Inbox, "i"),
            (DistinguishedFolder::SentItems, "s"),
            (DistinguishedFolder::Drafts, "d"),
            (DistinguishedFolder::DeletedItems, "t"),
        ] {
            roles.set(role, &FolderId(id.into()));
        }
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        select(&all, &roles, &wanted)
            .0
            .into_iter()
            .map(|s| s.folder.path.clone())
            .collect()
    }

    #[test]
    fn all_mail_folders_but_drafts_junk_outbox_and_deleted_items_are_read() {
        assert_eq!(
            paths(&[]),
            [
                "Posteingang",
                "Gesendet",
                "Posteingang/Kunden",
                "Posteingang/Kunden/Nord",
                "Projekte"
            ]
        );
    }

    #[test]
    fn folders_are_named_by_role_path_or_name_with_what_is_below() {
        assert_eq!(
            paths(&["Inbox"]),
            ["Posteingang", "Posteingang/Kunden", "Posteingang/Kunden/Nord"]
        );
        assert_eq!(
            paths(&["posteingang/kunden/"]),
            ["Posteingang/Kunden", "Posteingang/Kunden/Nord"]
        );
        assert_eq!(paths(&["ENTWÜRFE", "sentitems"]), ["Gesendet", "Entwürfe"]);
        assert_eq!(paths(&["deleteditems"]), ["Papierkorb", "Papierkorb/Kunden"]);
        assert_eq!(
            paths(&["Kunden"]),
            ["Papierkorb/Kunden", "Posteingang/Kunden", "Posteingang/Kunden/Nord"]
        );
        assert_eq!(paths(&["no such folder"]), Vec::<String>::new());
    }

    #[test]
    fn a_circle_of_folders_ends() {
        let all = vec![folder("a", "b", "A", None), folder("b", "a", "B", None)];
        assert_eq!(select(&all, &RootCheckpoint::default(), &[]).0.len(), 2);
    }
}
