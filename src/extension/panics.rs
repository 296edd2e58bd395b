//! No panic crosses the border to PHP, and none tells PHP or stderr what it was about: it may hold mail.
//! Knows no engine.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ext_php_rs::exception::PhpResult;

use crate::exception;

thread_local! {
    /// Where this thread panicked last: a place in our source, never the message.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps panics off stderr, once for the process.
pub(crate) fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        // A thread that is ending has no thread locals any more.
        let _ = PLACE.try_with(|slot| slot.replace(place));
    }));
}

/// Runs a method's body; a panic becomes `ExchangeSync\Exception`.
pub(crate) fn guard<T>(body: impl FnOnce() -> PhpResult<T>) -> PhpResult<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        let place = PLACE.with(RefCell::take).unwrap_or_default();
        Err(exception::of_host(
            &format!(
                "A defect of the extension exchange_sync {} ({place}).",
                env!("CARGO_PKG_VERSION")
            ),
            "Report it with this message; what was stored stays valid, and the next run goes on from there.",
        ))
    })
}
