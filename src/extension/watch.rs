//! `ExchangeSync\Watch`: which mailboxes have news, as it happens.

use std::cell::RefCell;
use std::time::Duration;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendClassObject;

use crate::host::{Host, OfProcess};
use crate::value::{self, News};
use crate::{exception, interrupt, panics};

/// The longest wait that PHP can ask for: what is longer is no wait but for ever.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Mailboxes under watch. Dropping the object ends the watch, and its subscriptions on the server.
#[php_class]
#[php(name = "ExchangeSync\\Watch", flags = ClassFlags::Final)]
pub struct Watch {
    watching: RefCell<Option<OfProcess<Watching>>>,
}

/// The engine's watch and its runtime.
pub(crate) struct Watching {
    watch: Option<sync::Watch>,
    host: Host,
}

impl Watching {
    pub(crate) fn new(watch: sync::Watch, host: Host) -> Self {
        Self {
            watch: Some(watch),
            host,
        }
    }
}

impl Drop for Watching {
    /// Ends the subscriptions on the server while the runtime still is; it takes some seconds at most.
    fn drop(&mut self) {
        if let (Some(watch), Ok(runtime)) = (self.watch.take(), self.host.runtime()) {
            runtime.block_on(watch.stop());
        }
    }
}

#[php_impl]
impl Watch {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {
            watching: RefCell::default(),
        }
    }

    /// Waits until a mailbox has news. Each is told once when its watch begins, so that nothing is missed.
    ///
    /// @param float $seconds how long to wait at most, up to a day
    ///
    /// @return News|null null: the time is over, and nothing happened
    ///
    /// @throws Exception
    pub fn wait(&self, seconds: f64) -> PhpResult<Option<ZBox<ZendClassObject<News>>>> {
        panics::guard(|| {
            let patience = Duration::try_from_secs_f64(seconds)
                .unwrap_or_default()
                .min(LONGEST_WAIT);
            let mut watching = self.watching.try_borrow_mut().map_err(|_| busy())?;
            let watching = watching.as_mut().and_then(OfProcess::get_mut).ok_or_else(foreign)?;
            let watch = watching.watch.as_mut().ok_or_else(foreign)?;
            let next = async { tokio::time::timeout(patience, watch.next()).await.ok() };
            let news = interrupt::wait(watching.host.runtime()?, next)?;
            news.as_ref().map(value::news).transpose()
        })
    }
}

impl Watch {
    pub(crate) fn new(watching: Watching) -> Self {
        Self {
            watching: RefCell::new(Some(OfProcess::new(watching))),
        }
    }
}

fn busy() -> PhpException {
    exception::of_host(
        "The watch is waiting already.",
        "Don't use the watch from a signal handler.",
    )
}

fn foreign() -> PhpException {
    exception::of_host(
        "The watch was started by another process than this one.",
        "After fork(), start a watch in the child; the ExchangeSync object can be used there.",
    )
}
