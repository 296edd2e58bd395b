//! How many bytes of mail may be under way at once, whatever the number of mailboxes. Knows no mail.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For raw mail on its way; answers in base64 and decoded bodies come to about twice as much again.
const BUDGET_KIB: u32 = 16 << 10;

/// Bytes of mail under way. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

/// Room for some mail, given back when dropped.
#[derive(Debug)]
pub(crate) struct Hold {
    permit: OwnedSemaphorePermit,
}

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET_KIB as usize)))
    }
}

impl Hold {
    /// Gives back what is more than so many bytes; `None`: all of it.
    pub fn shrunk_to(mut self, bytes: u64) -> Option<Self> {
        let kib = usize::try_from(bytes.div_ceil(1024)).unwrap_or(usize::MAX);
        let more = self.permit.num_permits().saturating_sub(kib);
        drop(self.permit.split(more));
        (self.permit.num_permits() > 0).then_some(self)
    }
}

impl Budget {
    /// Waits for room, in the order of asking; what is larger than the budget takes all of it. Cancel-safe.
    pub async fn acquire(&self, bytes: u64) -> Option<Hold> {
        let kib = u32::try_from(bytes.div_ceil(1024))
            .unwrap_or(BUDGET_KIB)
            .clamp(1, BUDGET_KIB);
        // The semaphore is never closed.
        self.0
            .clone()
            .acquire_many_owned(kib)
            .await
            .ok()
            .map(|permit| Hold { permit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn room_for_what_did_not_come_is_given_back() {
        let budget = Budget::default();
        let all = budget.acquire(1 << 40).await.expect("room");
        let left = all.shrunk_to(1 << 10).expect("some is needed");
        let rest = budget.acquire((u64::from(BUDGET_KIB) - 1) << 10).await;
        assert!(rest.is_some() && left.shrunk_to(0).is_none());
        drop(rest);
        assert!(budget.acquire(1 << 40).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_larger_than_the_budget_goes_alone() {
        let budget = Budget::default();
        let small = budget.acquire(1).await;
        let waits = tokio::time::timeout(std::time::Duration::from_secs(1), budget.acquire(1 << 40)).await;
        assert!(waits.is_err());
        drop(small);
        assert!(budget.acquire(1 << 40).await.is_some());
    }
}
