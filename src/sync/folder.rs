//! One folder: pages of changes, headers, bodies, each step ahead of the next, batches in order. Knows no other folder.

use std::collections::BTreeSet;
use std::time::SystemTime;

use ews::{Disposition, Item, ItemChange, SyncState};
use futures_util::{Stream, StreamExt, stream};

use crate::budget::Hold;
use crate::checkpoint::{FolderCheckpoint, Listed, Stamp};
use crate::folders::Selected;
use crate::intake::{self, Taken};
use crate::look::{Candidate, Seen};
use crate::mailbox::{Outlet, Reading, Stop};
use crate::pending::Pending;
use crate::{Batch, FolderType, Skipped};

/// Changes a page: what Exchange gives at most.
const PAGE: u16 = 512;
/// Steps of a folder that run ahead of the one that is handed out.
const AHEAD: usize = 2;
/// Changes looked at before a checkpoint is handed out although nothing was collected.
const QUIET_CHANGES: u64 = 4096;
/// Pages without a change that a server may give one after the other and say that there are more.
const EMPTY_PAGES: u8 = 20;
/// Items in trouble at once: a checkpoint has to hold them. With more, the folder waits until some are given up.
const MAX_PENDING: usize = 2_000;

/// A page of changes as far as they matter here.
#[derive(Default)]
struct Page {
    created: Vec<Seen>,
    /// New items that the host has, since an earlier run handed them out.
    known: Vec<String>,
    removed: Vec<String>,
    read_flags: Vec<(String, bool)>,
    seen: u64,
    begin: Begin,
    end: End,
}

/// What a step follows.
#[derive(Default)]
enum Begin {
    /// The step before it.
    #[default]
    Continues,
    /// Nothing: with it the folder is read from its beginning.
    Anew,
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
    postponed: Vec<Pending>,
    source: Source,
}

/// Where a step's items come from.
enum Source {
    /// From the folder's changes.
    Changes,
    /// From the checkpoint: these waited since an earlier run.
    Pending(Vec<String>),
}

impl Reading {
    /// Reads what is new in a folder since `before`.
    pub(crate) async fn read_folder(
        &self,
        selected: Selected,
        before: Option<FolderCheckpoint>,
        listed: Listed,
        outlet: &Outlet,
    ) -> Result<(), Stop> {
        let kind = selected.folder.kind;
        let mut gathered = Gathered::new(&selected, before.as_ref(), listed);
        let known = gathered.checkpoint.unconfirmed.clone();
        let steps = self
            .pages(&selected, before.as_ref(), &known)
            .map(async |page: Result<Page, ews::Error>| self.steps(page?, Origin::Changes, kind).await)
            .buffered(AHEAD)
            .flat_map(|steps| match steps {
                Ok(steps) => stream::iter(steps.into_iter().map(Ok).collect::<Vec<_>>()),
                Err(error) => stream::iter(vec![Err(error)]),
            });
        let taken = steps
            .map(async |step: Result<Step, ews::Error>| self.bodies(step?).await)
            .buffered(AHEAD);
        tokio::pin!(taken);
        while let Some(step) = taken.next().await {
            let added = step.and_then(|(step, taken)| gathered.add(step, taken));
            match added {
                Ok(None) => {}
                Ok(Some((batch, hold))) => outlet.send(batch, hold).await?,
                Err(error) => {
                    // What was read before it stands.
                    if let Some((batch, hold)) = gathered.rest() {
                        outlet.send(batch, hold).await?;
                    }
                    return Err(error.into());
                }
            }
        }
        // What earlier runs could not fetch comes behind all that is new: whatever becomes of it, that is stored.
        let pending = before
            .as_ref()
            .and_then(|before| pending_page(before, SystemTime::now()));
        if let Some(page) = pending {
            for step in self.steps(page, Origin::Pending, kind).await? {
                let (step, taken) = self.bodies(step).await?;
                if let Some((batch, hold)) = gathered.add(step, taken)? {
                    outlet.send(batch, hold).await?;
                }
            }
        }
        if let Some((batch, hold)) = gathered.rest() {
            outlet.send(batch, hold).await?;
        }
        Ok(())
    }

    /// The folder's pages, one request after the other.
    fn pages<'a>(
        &'a self,
        selected: &'a Selected,
        before: Option<&'a FolderCheckpoint>,
        known: &'a BTreeSet<String>,
    ) -> impl Stream<Item = Result<Page, ews::Error>> + 'a {
        let first = match before {
            Some(before) => (before.sync_state(), Begin::Continues, PAGE, 0),
            None => (None, Begin::Anew, PAGE, 0),
        };
        stream::try_unfold(Some(first), move |cursor| async move {
            let Some((state, mut begin, size, mut empty)) = cursor else {
                return Ok(None);
            };
            let properties = self.summary();
            let mut answer = self
                .mailbox
                .sync_folder_items(&selected.id, state.as_ref(), size, &properties, |changes| {
                    self.page(changes, known)
                })
                .await;
            // The server forgot the state (a restored database, a moved mailbox): everything is told again, and the
            // host knows what it has by Message-ID.
            if let Err(error) = &answer
                && error.policy().disposition == Disposition::Renew
                && state.is_some()
            {
                begin = Begin::Anew;
                let none = BTreeSet::new();
                answer = self
                    .mailbox
                    .sync_folder_items(&selected.id, None, size, &properties, |changes| {
                        self.page(changes, &none)
                    })
                    .await;
            }
            let changes = answer?;
            // Where a page had to be smaller, the next ones grow again.
            let size = changes.asked.saturating_mul(2).min(PAGE);
            empty = if changes.changes.seen == 0 { empty + 1 } else { 0 };
            if empty > EMPTY_PAGES {
                return Err(ews::Error::Protocol {
                    operation: "SyncFolderItems",
                    what: format!("it has no changes for {EMPTY_PAGES} pages and says that there are more"),
                });
            }
            let next = (!changes.last).then(|| (Some(changes.sync_state.clone()), Begin::Continues, size, empty));
            let page = Page {
                begin,
                end: match changes.last {
                    true => End::Folder(changes.sync_state),
                    false => End::Page(changes.sync_state),
                },
                ..changes.changes
            };
            Ok(Some((page, next)))
        })
    }

    /// `known`: what the host has of it.
    fn page(&self, changes: Vec<ItemChange<'_>>, known: &BTreeSet<String>) -> Page {
        let mut page = Page {
            seen: changes.len() as u64,
            ..Page::default()
        };
        let is_known = |item: &Item<'_>| !known.is_empty() && known.contains(&*item.id);
        page.created = self.may_matter(changes.iter().filter_map(|change| match change {
            ItemChange::Create(item) if !is_known(item) => Some(item),
            _ => None,
        }));
        for change in changes {
            match change {
                ItemChange::Create(item) if !is_known(&item) => {}
                ItemChange::Create(item) | ItemChange::Update(item) => {
                    if is_known(&item) {
                        page.known.push(item.id.to_string());
                    }
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
    async fn steps(&self, mut page: Page, origin: Origin, kind: FolderType) -> Result<Vec<Step>, ews::Error> {
        let created = std::mem::take(&mut page.created);
        let mut waited: BTreeSet<String> = match origin {
            Origin::Changes => BTreeSet::new(),
            Origin::Pending => created.iter().map(|seen| seen.id.0.clone()).collect(),
        };
        let looked = self.look(created, kind).await?;
        let mut groups = intake::groups(looked.candidates, self.settings.batch_size);
        let last = groups.pop().unwrap_or_default();
        let mut begin = std::mem::take(&mut page.begin);
        let mut steps = Vec::with_capacity(groups.len() + 1);
        for candidates in groups {
            let ids: Vec<String> = candidates.iter().map(|candidate| candidate.seen.id.0.clone()).collect();
            waited.retain(|id| !ids.contains(id));
            steps.push(Step {
                candidates,
                page: Page {
                    begin: std::mem::take(&mut begin),
                    ..Page::default()
                },
                skipped: Vec::new(),
                postponed: Vec::new(),
                source: origin.source(ids),
            });
        }
        // The last step carries what the page has beside mail, and its end.
        page.begin = begin;
        steps.push(Step {
            candidates: last,
            page,
            skipped: looked.skipped,
            postponed: looked.postponed,
            source: origin.source(waited.into_iter().collect()),
        });
        Ok(steps)
    }

    async fn bodies(&self, mut step: Step) -> Result<(Step, Taken), ews::Error> {
        let candidates = std::mem::take(&mut step.candidates);
        let taken = self.take(candidates).await?;
        Ok((step, taken))
    }
}

/// Where a page comes from.
#[derive(Clone, Copy)]
enum Origin {
    Changes,
    Pending,
}

impl Origin {
    fn source(self, ids: Vec<String>) -> Source {
        match self {
            Self::Changes => Source::Changes,
            Self::Pending => Source::Pending(ids),
        }
    }
}

/// What earlier runs could not fetch, as far as it is time to try it again.
fn pending_page(before: &FolderCheckpoint, now: SystemTime) -> Option<Page> {
    let due = before.pending.iter().filter(|pending| pending.is_due(now));
    let created: Vec<Seen> = due.cloned().map(Seen::pending).collect();
    (!created.is_empty()).then(|| Page {
        created,
        ..Page::default()
    })
}

/// Steps on their way into a batch, and the checkpoint that grows with them.
struct Gathered<'a> {
    selected: &'a Selected,
    checkpoint: FolderCheckpoint,
    before: Option<&'a FolderCheckpoint>,
    /// The checkpoint that the host has.
    told: Option<FolderCheckpoint>,
    listed: Listed,
    /// To be tried again, of the page that is not complete yet: until then its changes are told again anyway.
    postponed: Vec<Pending>,
    batch: Batch,
    hold: Vec<Hold>,
}

impl<'a> Gathered<'a> {
    fn new(selected: &'a Selected, before: Option<&'a FolderCheckpoint>, listed: Listed) -> Self {
        Self {
            checkpoint: before.map(FolderCheckpoint::resumed).unwrap_or_default(),
            selected,
            told: before.cloned(),
            before,
            listed,
            postponed: Vec::new(),
            batch: Batch::default(),
            hold: Vec::new(),
        }
    }

    /// Adds a step; a batch where there is something to store.
    fn add(&mut self, step: Step, taken: Taken) -> Result<Option<(Batch, Vec<Hold>)>, ews::Error> {
        let Step { page, .. } = step;
        if let Begin::Anew = page.begin {
            self.begin_anew();
        }
        let batch = &mut self.batch;
        let skipped = || step.skipped.iter().chain(&taken.skipped);
        let postponed = step.postponed.into_iter().chain(taken.postponed);
        match &step.source {
            Source::Changes => {
                for id in page.known {
                    if self.checkpoint.unconfirmed.remove(&id) {
                        self.checkpoint.settled.insert(id);
                    }
                }
                let handed = taken.messages.iter().map(|message| &message.item_id);
                let settled = handed.chain(skipped().map(|skipped| &skipped.item_id)).cloned();
                self.checkpoint.settled.extend(settled);
                self.postponed.extend(postponed);
            }
            Source::Pending(ids) => {
                self.checkpoint.pending.retain(|pending| !ids.contains(&pending.id));
                self.checkpoint.pending.extend(postponed);
            }
        }
        batch.messages.extend(taken.messages);
        batch.skipped.extend(step.skipped);
        batch.skipped.extend(taken.skipped);
        batch.removed.extend(page.removed);
        batch.read_flags.extend(page.read_flags);
        batch.seen += page.seen;
        self.hold.extend(taken.hold);
        match page.end {
            End::Inside => {}
            End::Page(state) => self.complete_page(state)?,
            End::Folder(state) => {
                self.complete_page(state)?;
                self.complete_folder();
                return Ok(self.rest());
            }
        }
        let full = !self.batch.messages.is_empty() || self.batch.seen >= QUIET_CHANGES;
        Ok(if full { self.rest() } else { None })
    }

    fn begin_anew(&mut self) {
        self.checkpoint = FolderCheckpoint {
            from_start: true,
            ..FolderCheckpoint::default()
        };
        self.postponed.clear();
        self.batch.starts_over = true;
    }

    fn complete_page(&mut self, state: SyncState) -> Result<(), ews::Error> {
        if self.checkpoint.pending.len() + self.postponed.len() > MAX_PENDING {
            return Err(ews::Error::Protocol {
                operation: "GetItem",
                what: format!("more than {MAX_PENDING} items of the folder wait to be tried again"),
            });
        }
        self.checkpoint.pending.append(&mut self.postponed);
        self.checkpoint.sync_state = state.0;
        self.checkpoint.settled.clear();
        Ok(())
    }

    fn complete_folder(&mut self) {
        // Handed out once, and not told again although all was: deleted or moved away in between.
        self.batch
            .removed
            .extend(std::mem::take(&mut self.checkpoint.unconfirmed));
        self.batch.whole = std::mem::take(&mut self.checkpoint.from_start);
        let stamp_before = self.before.and_then(|before| before.stamp.as_ref());
        self.checkpoint.stamp = Stamp::of(&self.selected.stamp, stamp_before, &self.listed);
    }

    /// What is gathered, with the checkpoint that covers it; `None` where that says nothing new.
    fn rest(&mut self) -> Option<(Batch, Vec<Hold>)> {
        let batch = std::mem::take(&mut self.batch);
        let news = self.told.as_ref() != Some(&self.checkpoint);
        let checkpoint = news.then(|| self.checkpoint.encode());
        if checkpoint.is_none() && batch.seen == 0 && batch.skipped.is_empty() && batch.messages.is_empty() {
            return None;
        }
        self.told = Some(self.checkpoint.clone());
        let batch = Batch {
            folder: Some(self.selected.folder.clone()),
            checkpoint,
            ..batch
        };
        Some((batch, std::mem::take(&mut self.hold)))
    }
}
