//! One refused login is enough: a wrong password tried for every mailbox would lock the service account. Knows no scheme.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Disposition, Error};

/// What a run knows of its login.
#[derive(Debug)]
pub(crate) struct Login {
    refusal: Mutex<Option<Error>>,
    /// One place until the server has answered anything but a refusal; then nobody waits any more.
    first: Semaphore,
}

impl Default for Login {
    fn default() -> Self {
        Self {
            refusal: Mutex::default(),
            first: Semaphore::new(1),
        }
    }
}

impl Login {
    /// Waits until the login is proven or refused; `Some`: the caller is the one to prove it.
    ///
    /// # Errors
    /// It was refused before: nothing is to be sent.
    pub async fn enter(&self) -> Result<Option<SemaphorePermit<'_>>, Error> {
        // Closed: proven.
        let permit = self.first.acquire().await.ok();
        match self.refusal().clone() {
            Some(refusal) => Err(refusal),
            None => Ok(permit),
        }
    }

    /// Whether it was refused.
    pub fn is_refused(&self) -> bool {
        self.refusal().is_some()
    }

    fn refusal(&self) -> MutexGuard<'_, Option<Error>> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a request ended. Only an answer that comes behind the login proves it: what broke on the way says nothing.
    pub fn learn(&self, failure: Option<&Error>) {
        match failure {
            Some(error) if error.disposition == Disposition::StopRun => {
                self.refusal().get_or_insert_with(|| error.clone());
            }
            Some(error) if error.code.is_none() => {}
            _ => self.first.close(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::Remedy;

    fn error(disposition: Disposition, code: Option<&str>) -> Error {
        Error {
            kind: Remedy::Connection,
            disposition,
            code: code.map(Into::into),
            message: String::new(),
            remedy: String::new(),
            retry_at: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_waits_for_the_first_and_nobody_after_a_refusal_tries() {
        let login = Login::default();
        let first = login.enter().await.expect("not refused yet");
        let wait = std::time::Duration::from_secs(1);
        assert!(tokio::time::timeout(wait, login.enter()).await.is_err());
        login.learn(Some(&error(Disposition::StopRun, None)));
        drop(first);
        assert!(login.enter().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_broke_on_the_way_proves_no_login() {
        let login = Login::default();
        let first = login.enter().await.expect("not refused yet");
        login.learn(Some(&error(Disposition::Repeat, None)));
        let wait = std::time::Duration::from_secs(1);
        assert!(tokio::time::timeout(wait, login.enter()).await.is_err());
        drop(first);
        assert!(login.enter().await.expect("the next one's turn").is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn any_other_answer_lets_everybody_in_until_the_login_is_refused_later() {
        let login = Login::default();
        let first = login.enter().await.expect("not refused yet");
        login.learn(Some(&error(Disposition::StopMailbox, Some("ErrorNonExistentMailbox"))));
        assert!(login.enter().await.is_ok() && first.is_some());
        login.learn(Some(&error(Disposition::StopRun, None)));
        assert!(login.enter().await.is_err());
    }
}
