//! What is to be told and was not taken yet. Knows no server.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::News;
use crate::Error;

/// News that nobody took yet: once a mailbox, however much happens, so that a slow host costs no memory.
#[derive(Debug, Default)]
pub(super) struct Board {
    news: Mutex<BTreeMap<String, Option<Error>>>,
    posted: Notify,
}

impl Board {
    pub fn post(&self, mailbox: &str, failure: Option<Error>) {
        self.lock().insert(mailbox.to_owned(), failure);
        self.posted.notify_one();
    }

    pub async fn next(&self) -> News {
        loop {
            if let Some((mailbox, failure)) = self.lock().pop_first() {
                return News { mailbox, failure };
            }
            self.posted.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Option<Error>>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
