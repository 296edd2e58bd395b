//! One mailbox from its folders to its last batch. Knows the host only as a channel.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ews::{Disposition, FolderId, FolderRef, Scope};
use tokio::sync::mpsc;

use crate::budget::{Budget, Hold};
use crate::checkpoint::{FolderCheckpoint, RootCheckpoint};
use crate::directory::Directory;
use crate::folders::{self, Folders, Place};
use crate::{AddressBook, Batch, Collects, Error, Folder, FolderType, Settings};

/// What a mailbox is read for.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    /// All that is new since its checkpoints.
    Everything,
    /// Mail of these addresses, in normal form, whenever it came.
    MailOf(Arc<HashSet<String>>),
}

/// What all steps of one mailbox share.
pub(crate) struct Reading {
    pub client: ews::Client,
    pub mailbox: ews::Mailbox,
    pub book: Arc<AddressBook>,
    pub settings: Arc<Settings>,
    pub directory: Arc<Directory>,
    pub budget: Budget,
    pub since: Option<time::OffsetDateTime>,
    pub purpose: Purpose,
    pub collects: Collects,
    /// Whether the administrator named it as a mailbox of journal reports.
    pub is_journal: bool,
    /// Whether the server gave an item of this mailbox since it is read.
    pub items_were_read: AtomicBool,
}

/// A batch on its way to the host, and the room that its mail takes.
pub(crate) struct Delivery {
    pub batch: Batch,
    pub hold: Vec<Hold>,
}

/// Where batches of one mailbox go.
pub(crate) struct Outlet {
    pub mailbox: Arc<str>,
    pub batches: mpsc::Sender<Delivery>,
}

/// Why reading ends early.
pub(crate) enum Stop {
    /// By the server, the way to it, or a setting.
    Failed(ews::Error),
    /// The host wants no more.
    HostGone,
}

impl From<ews::Error> for Stop {
    fn from(error: ews::Error) -> Self {
        Self::Failed(error)
    }
}

impl Outlet {
    pub async fn send(&self, batch: Batch, hold: Vec<Hold>) -> Result<(), Stop> {
        let batch = Batch {
            mailbox: self.mailbox.clone(),
            ..batch
        };
        self.batches
            .send(Delivery { batch, hold })
            .await
            .map_err(|_| Stop::HostGone)
    }

    /// The mailbox's last word.
    pub async fn finish(&self, failure: Option<Error>) {
        let last = Batch {
            failure,
            done: true,
            ..Batch::default()
        };
        // A host that is gone needs no last word.
        let _ = self.send(last, Vec::new()).await;
    }
}

impl Reading {
    /// An EWS error as the host is told it.
    pub fn error(&self, error: &ews::Error) -> Error {
        let address = self.mailbox.address();
        let held_for = self.client.transport().limiter().held_for(address);
        Error::of_mailbox(address, error, held_for)
    }

    /// The folders to read: the first that is asked of a mailbox.
    pub async fn folders(&self, stored: &HashMap<String, String>) -> Result<Folders, ews::Error> {
        let known = RootCheckpoint::find(stored);
        let mut folders = folders::list(&self.mailbox, known, &self.settings.folders).await?;
        folders.gone = self.gone(&folders, stored).await?;
        Ok(folders)
    }

    /// Folders that the host has a checkpoint of, and that are deleted. One that is only left out by the settings is not.
    async fn gone(&self, folders: &Folders, stored: &HashMap<String, String>) -> Result<Vec<Arc<Folder>>, ews::Error> {
        let mut gone = Vec::new();
        let mut missing = Vec::new();
        for (id, checkpoint) in stored {
            match folders.place(id) {
                Place::Kept => {}
                Place::Deleted(folder) => gone.push(folder),
                // Of the root, which is no folder of mail.
                Place::Unknown if FolderCheckpoint::decode(checkpoint).is_none() => {}
                Place::Unknown => missing.push(FolderRef::Id(FolderId(id.clone()))),
            }
        }
        if missing.is_empty() {
            return Ok(gone);
        }
        let answers = self.mailbox.get_folder(&missing).await?;
        for (missing, answer) in missing.into_iter().zip(answers) {
            if let (FolderRef::Id(id), Err(error)) = (missing, answer)
                && error.code.policy().disposition == Disposition::Gone
            {
                gone.push(Arc::new(Folder {
                    id: id.0,
                    name: String::new(),
                    path: String::new(),
                    kind: FolderType::Other,
                }));
            }
        }
        Ok(gone)
    }

    /// Reads all that is new, folder by folder.
    pub async fn synchronize(
        &self,
        folders: Folders,
        stored: &HashMap<String, String>,
        outlet: &Outlet,
    ) -> Result<(), Stop> {
        let listed = folders.listed;
        if let Some((folder, checkpoint)) = folders.root {
            let checkpoint = Some(checkpoint.encode());
            self.tell(outlet, folder, checkpoint).await?;
        }
        for folder in folders.gone {
            let batch = Batch {
                folder: Some(folder),
                folder_gone: true,
                ..Batch::default()
            };
            outlet.send(batch, Vec::new()).await?;
        }
        for selected in folders.selected {
            let stored = stored.get(&selected.folder.id).map(String::as_str);
            let before = stored.and_then(FolderCheckpoint::decode);
            let silent = before.as_ref().is_some_and(|before| {
                let stamp = before.stamp.as_ref();
                before.pending.iter().all(|item| !item.is_due(listed.asked))
                    && stamp.is_some_and(|stamp| stamp.proves_no_news(&selected.stamp, listed.asked))
            });
            if silent {
                continue;
            }
            let folder = selected.folder.clone();
            let outcome = self.read_folder(selected, before, listed, outlet).await;
            self.go_on(outcome, folder, outlet).await?;
        }
        Ok(())
    }

    async fn tell(&self, outlet: &Outlet, folder: Arc<Folder>, checkpoint: Option<String>) -> Result<(), Stop> {
        let batch = Batch {
            folder: Some(folder),
            checkpoint,
            ..Batch::default()
        };
        outlet.send(batch, Vec::new()).await
    }

    /// Tells a failure that is the folder's own, so that the others can still be read; passes on any other.
    pub(crate) async fn go_on(
        &self,
        outcome: Result<(), Stop>,
        folder: Arc<Folder>,
        outlet: &Outlet,
    ) -> Result<(), Stop> {
        match outcome {
            Err(Stop::Failed(error)) if error.policy().disposition.scope() == Scope::Folder => {
                // What every folder would meet is told once, of the mailbox.
                self.mailbox.require_health().await?;
                let batch = Batch {
                    folder: Some(folder),
                    failure: Some(self.error(&error)),
                    ..Batch::default()
                };
                outlet.send(batch, Vec::new()).await
            }
            outcome => outcome,
        }
    }
}
