//! One folder: pages of changes, headers, bodies, each step ahead of the next, batches in order. Knows no other folder.

use std::time::SystemTime;

use ews::{Item, ItemChange, ItemId, ResponseCode, SyncState};
use futures_util::{Stream, StreamExt, stream};

use crate::budget::Hold;
use crate::checkpoint::{FolderCheckpoint, Stamp};
use crate::folders::Selected;
use crate::intake::{self, Taken};
use crate::look::{Candidate, Seen};
use crate::mailbox::{Outlet, Reading, Stop};
use crate::{Batch, FolderType, Skipped};

/// Changes a page: what Exchange gives at most.
const PAGE: u16 = 512;
/// Steps of a folder that run ahead of the one that is handed out.
const AHEAD: usize = 2;
/// Changes looked at before a checkpoint is handed out although nothing was collected.
const QUIET_CHANGES: u64 = 4096;
/// More items than this in trouble at once are the server's trouble, not theirs.
const MAX_PENDING: usize = 500;

/// A page of changes as far as they matter here.
#[derive(Default)]
struct Page {
    created: Vec<Seen>,
    removed: Vec<String>,
    read_flags: Vec<(String, bool)>,
    seen: u64,
    end: End,
}

/// Where a step ends.
#[derive(Default)]
enum End {
    /// Within a page.
    #[default]
    Inside,
    /// With a page: everything up to this state was told.
    Page(SyncState),
    /// With the folder.
    Folder(SyncState),
}

/// What is handed out together, before its bodies are there.
struct Step {
    candidates: Vec<Candidate>,
    page: Page,
    skipped: Vec<Skipped>,
    postponed: Vec<(ItemId, u8)>,
}

impl Reading {
    /// Reads what is new in a folder since `before`.
    pub(crate) async fn read_folder(
        &self,
        selected: Selected,
        before: FolderCheckpoint,
        looked_at: SystemTime,
        outlet: &Outlet,
    ) -> Result<(), Stop> {
        let kind = selected.folder.kind;
        let pending = pending_page(&before);
        let pages = stream::iter(pending.map(Ok)).chain(self.pages(&selected, before.sync_state()));
        let steps = pages
            .map(async |page: Result<Page, ews::Error>| self.steps(page?, kind).await)
            .buffered(AHEAD)
            .flat_map(|steps| match steps {
                Ok(steps) => stream::iter(steps.into_iter().map(Ok).collect::<Vec<_>>()),
                Err(error) => stream::iter(vec![Err(error)]),
            });
        let taken = steps
            .map(async |step: Result<Step, ews::Error>| self.bodies(step?).await)
            .buffered(AHEAD);
        tokio::pin!(taken);
        let mut gathered = Gathered::new(&selected, before, looked_at);
        while let Some(step) = taken.next().await {
            let (step, taken) = step?;
            if let Some((batch, hold)) = gathered.add(step, taken)? {
                outlet.send(batch, hold).await?;
            }
        }
        Ok(())
    }

    /// The folder's pages, one request after the other.
    fn pages<'a>(
        &'a self,
        selected: &'a Selected,
        state: Option<SyncState>,
    ) -> impl Stream<Item = Result<Page, ews::Error>> + 'a {
        stream::try_unfold(Some(state), move |cursor| async move {
            let Some(state) = cursor else {
                return Ok(None);
            };
            let properties = self.summary();
            let mut answer = self
                .mailbox
                .sync_folder_items(&selected.id, state.as_ref(), PAGE, &properties, |changes| {
                    self.page(changes)
                })
                .await;
            // The server forgot the state (a restored database, a moved mailbox): everything is told again, and the
            // host knows what it has by Message-ID.
            if let Err(error) = &answer
                && error.code() == Some(&ResponseCode::ErrorInvalidSyncStateData)
                && state.is_some()
            {
                answer = self
                    .mailbox
                    .sync_folder_items(&selected.id, None, PAGE, &properties, |changes| self.page(changes))
                    .await;
            }
            let changes = answer?;
            let next = (!changes.last).then(|| Some(changes.sync_state.clone()));
            let page = Page {
                end: match changes.last {
                    true => End::Folder(changes.sync_state),
                    false => End::Page(changes.sync_state),
                },
                ..changes.changes
            };
            Ok(Some((page, next)))
        })
    }

    fn page(&self, changes: Vec<ItemChange<'_>>) -> Page {
        let mut page = Page {
            seen: changes.len() as u64,
            ..Page::default()
        };
        page.created = self.may_matter(changes.iter().filter_map(|change| match change {
            ItemChange::Create(item) => Some(item),
            _ => None,
        }));
        for change in changes {
            match change {
                ItemChange::Create(_) => {}
                ItemChange::Update(item) => {
                    if let Some(read) = item.read {
                        page.read_flags.push((item.id.into_owned(), read));
                    }
                }
                ItemChange::Delete(id) => page.removed.push(id.0),
                ItemChange::ReadFlagChange { id, read } => page.read_flags.push((id.0, read)),
            }
        }
        page
    }

    /// Looks at a page's headers and cuts it into steps.
    async fn steps(&self, mut page: Page, kind: FolderType) -> Result<Vec<Step>, ews::Error> {
        let created = std::mem::take(&mut page.created);
        let looked = self.look(created, kind).await?;
        let mut groups = intake::groups(looked.candidates, self.settings.batch_size);
        // The last step carries what the page has beside mail, and its end.
        let last = Step {
            candidates: groups.pop().unwrap_or_default(),
            page,
            skipped: looked.skipped,
            postponed: looked.postponed,
        };
        let mut steps: Vec<Step> = groups
            .into_iter()
            .map(|candidates| Step {
                candidates,
                page: Page::default(),
                skipped: Vec::new(),
                postponed: Vec::new(),
            })
            .collect();
        steps.push(last);
        Ok(steps)
    }

    async fn bodies(&self, mut step: Step) -> Result<(Step, Taken), ews::Error> {
        let candidates = std::mem::take(&mut step.candidates);
        let taken = self.take(candidates).await?;
        Ok((step, taken))
    }
}

/// What earlier runs could not fetch comes first.
fn pending_page(before: &FolderCheckpoint) -> Option<Page> {
    let created: Vec<Seen> = before
        .pending
        .iter()
        .map(|(id, attempts)| Seen {
            attempts: *attempts,
            ..Seen::new(&Item {
                id: id.into(),
                ..Item::default()
            })
        })
        .collect();
    (!created.is_empty()).then(|| Page {
        created,
        ..Page::default()
    })
}

/// Steps on their way into a batch, and the checkpoint that grows with them.
struct Gathered<'a> {
    selected: &'a Selected,
    checkpoint: FolderCheckpoint,
    before: FolderCheckpoint,
    looked_at: SystemTime,
    batch: Batch,
    hold: Vec<Hold>,
}

impl<'a> Gathered<'a> {
    fn new(selected: &'a Selected, before: FolderCheckpoint, looked_at: SystemTime) -> Self {
        Self {
            checkpoint: FolderCheckpoint {
                sync_state: before.sync_state.clone(),
                stamp: None,
                pending: Vec::new(),
            },
            selected,
            before,
            looked_at,
            batch: Batch::default(),
            hold: Vec::new(),
        }
    }

    /// Adds a step; a batch where there is something to store.
    fn add(&mut self, step: Step, taken: Taken) -> Result<Option<(Batch, Vec<Hold>)>, ews::Error> {
        let Step {
            page,
            skipped,
            postponed,
            ..
        } = step;
        for (item, attempts) in postponed.into_iter().chain(taken.postponed) {
            if !self.checkpoint.postpone(&item, attempts) || self.checkpoint.pending.len() > MAX_PENDING {
                return Err(ews::Error::Protocol {
                    operation: "GetItem",
                    what: format!("more than {MAX_PENDING} items of the folder can't be read"),
                });
            }
        }
        let batch = &mut self.batch;
        batch.messages.extend(taken.messages);
        batch.skipped.extend(skipped);
        batch.skipped.extend(taken.skipped);
        batch.removed.extend(page.removed);
        batch.read_flags.extend(page.read_flags);
        batch.seen += page.seen;
        self.hold.extend(taken.hold);
        let folder_ends = matches!(page.end, End::Folder(_));
        let full = !batch.messages.is_empty() || batch.seen >= QUIET_CHANGES;
        match page.end {
            End::Inside => {}
            End::Page(state) => {
                self.checkpoint.sync_state = state.0;
                batch.checkpoint = Some(self.checkpoint.encode());
            }
            End::Folder(state) => {
                self.checkpoint.sync_state = state.0;
                self.checkpoint.stamp = Stamp::of(&self.selected.stamp, self.before.stamp.as_ref(), self.looked_at);
                batch.checkpoint = (self.checkpoint != self.before).then(|| self.checkpoint.encode());
            }
        }
        let something = full || batch.checkpoint.is_some() || !batch.skipped.is_empty() || batch.seen > 0;
        if !(full || folder_ends && something) {
            return Ok(None);
        }
        let batch = Batch {
            folder: Some(self.selected.folder.clone()),
            ..std::mem::take(batch)
        };
        Ok(Some((batch, std::mem::take(&mut self.hold))))
    }
}
