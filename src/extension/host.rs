//! A tokio runtime and the engine on it, for one process. Knows nothing of PHP but its fork().

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::time::Duration;

use ext_php_rs::exception::PhpResult;
use sync::{Engine, Settings};
use tokio::runtime::{Builder, Runtime};

use crate::exception;

/// How long the end of a run waits for its threads; a name look-up may outlive it, and ends alone.
const PATIENCE: Duration = Duration::from_millis(200);

/// What belongs to one process. After `fork()` the child holds a copy without its threads: it is never touched there,
/// not even to free it.
pub(crate) struct OfProcess<T> {
    process: u32,
    value: ManuallyDrop<T>,
}

impl<T> OfProcess<T> {
    /// Belongs to this process.
    pub(crate) fn new(value: T) -> Self {
        Self {
            process: std::process::id(),
            value: ManuallyDrop::new(value),
        }
    }

    /// Whether this is the process it belongs to.
    pub(crate) fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// The value, in its own process.
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        self.is_here().then_some(&mut *self.value)
    }
}

impl<T> Deref for OfProcess<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Drop for OfProcess<T> {
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY: dropped here only, and once.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

/// A runtime with an engine.
pub(crate) struct Host {
    runtime: Option<Runtime>,
    engine: Engine,
}

impl Host {
    /// Starts the engine's thread. A second one gained no time against a server on the other core of two, but took a heap
    /// of its own, 20 MiB more at the peak, and up to a third more processor time.
    pub(crate) fn start(settings: &Settings) -> PhpResult<Self> {
        keep_freed_memory();
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("exchange-sync")
            .on_thread_start(leave_signals_to_php)
            .enable_all()
            .build()
            .map_err(|error| {
                exception::of_host(
                    &format!("The system gives no threads or file handles ({error})."),
                    "Raise the limits of this process (ulimit -u, ulimit -n).",
                )
            })?;
        let engine = {
            let _inside = runtime.enter();
            Engine::new(settings.clone()).map_err(|error| exception::of(&error))?
        };
        Ok(Self {
            runtime: Some(runtime),
            engine,
        })
    }

    /// The engine, to be used inside of the runtime.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The runtime.
    pub(crate) fn runtime(&self) -> PhpResult<&Runtime> {
        // Only `drop` takes it away.
        self.runtime
            .as_ref()
            .ok_or_else(|| exception::of_host("The engine is stopped.", ""))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(PATIENCE);
        }
    }
}

/// Tells glibc to keep what was freed up to a few answers' worth. By default it gives each answer's memory back to the system
/// and gets it anew for the next one, page by page, which took a tenth of a run's processor time. PHP has an allocator of
/// its own, and larger blocks go back at once.
fn keep_freed_memory() {
    #[cfg(target_env = "gnu")]
    {
        const KEPT_BYTES: i32 = 8 << 20;
        // SAFETY: sets two numbers of the allocator, under its own lock.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT_BYTES / 2);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
        }
    }
}

/// Signal handlers of PHP must run on PHP's thread.
fn leave_signals_to_php() {
    // SAFETY: `all` is filled before it is read; the mask is this thread's alone.
    unsafe {
        let mut all = std::mem::MaybeUninit::uninit();
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), std::ptr::null_mut());
    }
}
