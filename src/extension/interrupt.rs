//! What PHP wants while we wait: signals, time limits. Knows no engine.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::ffi::{ext_php_rs_executor_globals, zend_interrupt_function};
use ext_php_rs::zend::ExecutorGlobals;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::exception;

/// How long a signal waits for its handler at most.
const SLICE: Duration = Duration::from_millis(50);

/// Waits for a future on PHP's thread; signal handlers run in between.
///
/// # Errors
/// The exception that a signal handler threw; the future is dropped. Or the time limit is over: PHP ends the request
/// as soon as it has control again.
pub(crate) fn wait<F: Future>(runtime: &Runtime, future: F) -> PhpResult<F::Output> {
    let mut future = pin!(future);
    loop {
        let slice = runtime.block_on(async { timeout(SLICE, future.as_mut()).await });
        if let Ok(output) = slice {
            return Ok(output);
        }
        // Outside of `block_on`, so that a handler may use the extension itself.
        handle()?;
    }
}

/// Does what the engine does between two opcodes.
fn handle() -> PhpResult {
    // SAFETY: PHP's thread; the flags are C `bool`s that other threads and signal handlers set atomically.
    let (interrupt, timed_out, frame) = unsafe {
        let globals = ext_php_rs_executor_globals();
        (
            AtomicBool::from_ptr((&raw mut (*globals).vm_interrupt).cast()),
            AtomicBool::from_ptr((&raw mut (*globals).timed_out).cast()),
            (*globals).current_execute_data,
        )
    };
    if !interrupt.load(Ordering::SeqCst) {
        return Ok(());
    }
    if timed_out.load(Ordering::SeqCst) {
        return Err(over());
    }
    interrupt.store(false, Ordering::SeqCst);
    // SAFETY: set once while modules start; called as the engine calls it, on its thread, with the current frame.
    unsafe {
        if let Some(handlers) = zend_interrupt_function {
            handlers(frame);
        }
    }
    if ExecutorGlobals::has_exception() {
        return Err(exception::pending());
    }
    Ok(())
}

fn over() -> PhpException {
    exception::of_host(
        "PHP's time limit is over.",
        "Set a higher max_execution_time for this program; the next run goes on from what is stored.",
    )
}
