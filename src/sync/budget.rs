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
    _permit: OwnedSemaphorePermit,
}

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET_KIB as usize)))
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
            .map(|permit| Hold { _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
