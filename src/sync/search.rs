//! Finds earlier mail of addresses that the CRM has only now. Knows no checkpoints.

use std::collections::HashSet;

use ews::{FolderId, Query, RequestServerVersion, ResponseCode};

use crate::folders::Folders;
use crate::intake;
use crate::look::Seen;
use crate::mailbox::{Outlet, Reading, Stop};
use crate::pending::Pending;
use crate::{Batch, Folder, Skipped};

/// Entries a page: policy EWSFindCountLimit with a restriction, Exchange 2013 and newer.
const PAGE: u32 = 250;
/// Addresses a query: servers refuse long ones.
const ADDRESSES_PER_QUERY: usize = 20;

impl Reading {
    /// Searches the folders that would be read for mail of the participants.
    pub(crate) async fn search(
        &self,
        folders: Folders,
        participants: &HashSet<String>,
        outlet: &Outlet,
    ) -> Result<(), Stop> {
        let mut participants: Vec<String> = participants.iter().cloned().collect();
        participants.sort();
        for selected in folders.selected {
            for addresses in participants.chunks(ADDRESSES_PER_QUERY) {
                let outcome = self
                    .search_folder(&selected.id, &selected.folder, addresses, outlet)
                    .await;
                self.go_on(outcome, selected.folder.clone(), outlet).await?;
            }
        }
        Ok(())
    }

    async fn search_folder(
        &self,
        id: &FolderId,
        folder: &std::sync::Arc<Folder>,
        addresses: &[String],
        outlet: &Outlet,
    ) -> Result<(), Stop> {
        let mut query = match self.mailbox.version() >= RequestServerVersion::Exchange2010 {
            true => Query::Participants(addresses.to_vec()),
            false => Query::Restriction(addresses.to_vec()),
        };
        let mut offset = 0;
        loop {
            let answer = self
                .mailbox
                .find_item(&[id.clone().into()], &query, offset, PAGE, &self.summary())
                .await;
            let found = match answer {
                Ok(found) => found,
                // Without an index the server can still look at every item.
                Err(error)
                    if matches!(query, Query::Participants(_))
                        && error.code() == Some(&ResponseCode::ErrorContentIndexingNotEnabled) =>
                {
                    query = Query::Restriction(addresses.to_vec());
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let seen = found.items.len() as u64;
            let items = self.may_matter(found.items.iter());
            self.collect(items, seen, folder, outlet).await?;
            if found.last || found.next_offset <= offset {
                return Ok(());
            }
            offset = found.next_offset;
        }
    }

    async fn collect(
        &self,
        items: Vec<Seen>,
        seen: u64,
        folder: &std::sync::Arc<Folder>,
        outlet: &Outlet,
    ) -> Result<(), Stop> {
        let looked = self.look(items, folder.kind).await?;
        let mut batch = Batch {
            folder: Some(folder.clone()),
            skipped: looked.skipped,
            seen,
            ..Batch::default()
        };
        // A search is not resumed; one that is repeated finds them again.
        let not_now = |items: Vec<Pending>| {
            items.into_iter().map(|pending| Skipped {
                item_id: pending.id,
                reason: "Exchange did not give it just now: repeat the search to try it again.".into(),
            })
        };
        batch.skipped.extend(not_now(looked.postponed));
        for group in intake::groups(looked.candidates, self.settings.batch_size) {
            let taken = self.take(group).await?;
            batch.messages = taken.messages;
            batch.skipped.extend(taken.skipped);
            batch.skipped.extend(not_now(taken.postponed));
            let whole = std::mem::replace(
                &mut batch,
                Batch {
                    folder: Some(folder.clone()),
                    ..Batch::default()
                },
            );
            outlet.send(whole, taken.hold.into_iter().collect()).await?;
        }
        if batch.seen > 0 || !batch.skipped.is_empty() {
            outlet.send(batch, Vec::new()).await?;
        }
        Ok(())
    }
}
