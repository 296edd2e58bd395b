//! `ExchangeSync\Run`: batches as PHP's `\Iterator`; mailboxes pulled from PHP as the engine has room.

use std::cell::RefCell;

use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ce;
use sync::Event;

use crate::host::{Host, OfProcess};
use crate::iterable::{Iterable, Values};
use crate::{exception, interrupt, mailbox, panics, value, zvals};

/// A run under way. The engine reads ahead while the host stores, by a few batches at most. Leaving the loop, an
/// exception in it, or dropping the object stops the engine.
///
/// @implements \Iterator<int, Batch>
#[php_class]
#[php(name = "ExchangeSync\\Run", flags = ClassFlags::Final)]
#[php(implements(ce = ce::iterator, stub = "\\Iterator"))]
pub struct Run {
    state: RefCell<State>,
}

struct State {
    phase: Phase,
    /// The batch that PHP is storing.
    current: Option<Zval>,
    key: i64,
}

enum Phase {
    Waiting(Start),
    Running(Box<OfProcess<Work>>),
    Over,
}

/// What begins the run, on the first batch that is asked for.
pub(crate) type Start = Box<dyn FnOnce() -> PhpResult<Work>>;

/// The engine's run and what feeds it.
pub(crate) struct Work {
    /// Dropped first: it aborts its tasks while the runtime still is.
    pub run: sync::Run,
    pub host: Host,
    pub mailboxes: Mailboxes,
}

/// The mailboxes, from PHP.
pub(crate) enum Mailboxes {
    /// Not asked for yet.
    Unasked(Option<Iterable>),
    Open(Values),
}

#[php_impl]
impl Run {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self::over()
    }

    /// The batch to be stored now.
    ///
    /// @return Batch|null
    ///
    /// @throws Exception
    pub fn current(&self) -> PhpResult<Zval> {
        panics::guard(|| {
            let mut state = self.state()?;
            state.begin()?;
            Ok(state.current.as_ref().map_or_else(Zval::null, Zval::shallow_clone))
        })
    }

    /// Number of the batch, from 0.
    ///
    /// @return int|null
    ///
    /// @throws Exception
    pub fn key(&self) -> PhpResult<Zval> {
        panics::guard(|| {
            let mut state = self.state()?;
            state.begin()?;
            let mut key = Zval::null();
            if state.current.is_some() {
                key.set_long(state.key);
            }
            Ok(key)
        })
    }

    /// Says that the current batch is stored, and waits for the next one.
    ///
    /// @throws Exception
    pub fn next(&self) -> PhpResult<()> {
        panics::guard(|| {
            let mut state = self.state()?;
            if !state.begin()? {
                state.advance()?;
            }
            Ok(())
        })
    }

    /// Starts the run.
    ///
    /// @throws Exception the run has started before: it can't go back
    pub fn rewind(&self) -> PhpResult<()> {
        panics::guard(|| {
            let mut state = self.state()?;
            let first = state.begin()? || (state.key == 0 && state.current.is_some());
            if first { Ok(()) } else { Err(exhausted()) }
        })
    }

    /// Whether there is a current batch.
    ///
    /// @throws Exception
    pub fn valid(&self) -> PhpResult<bool> {
        panics::guard(|| {
            let mut state = self.state()?;
            state.begin()?;
            Ok(state.current.is_some())
        })
    }
}

impl Run {
    pub(crate) fn new(start: Start) -> Self {
        Self::in_phase(Phase::Waiting(start))
    }

    fn over() -> Self {
        Self::in_phase(Phase::Over)
    }

    fn in_phase(phase: Phase) -> Self {
        Self {
            state: RefCell::new(State {
                phase,
                current: None,
                key: 0,
            }),
        }
    }

    /// Borrowed while PHP code of the host may run: the mailboxes' generator, a signal handler.
    fn state(&self) -> PhpResult<std::cell::RefMut<'_, State>> {
        self.state.try_borrow_mut().map_err(|_| {
            exception::of_host(
                "The run is waiting for its next batch already.",
                "Don't use the run from the generator that gives its mailboxes, nor from a signal handler.",
            )
        })
    }
}

impl State {
    /// Starts the run and waits for the first batch; answers whether it did so now.
    fn begin(&mut self) -> PhpResult<bool> {
        match &self.phase {
            Phase::Running(work) if !work.is_here() => return Err(foreign()),
            Phase::Running(_) | Phase::Over => return Ok(false),
            Phase::Waiting(_) => {}
        }
        if let Phase::Waiting(start) = std::mem::replace(&mut self.phase, Phase::Over) {
            self.phase = Phase::Running(Box::new(OfProcess::new(start()?)));
            self.wait()?;
        }
        Ok(true)
    }

    fn advance(&mut self) -> PhpResult {
        if self.current.take().is_some() {
            self.key += 1;
        }
        self.wait()
    }

    fn wait(&mut self) -> PhpResult {
        let Phase::Running(work) = &mut self.phase else {
            return Ok(());
        };
        let work = work.get_mut().ok_or_else(foreign)?;
        loop {
            match interrupt::wait(work.host.runtime()?, work.run.next())? {
                Event::Batch(batch) => {
                    self.current = Some(zvals::object(value::batch(*batch)?));
                    return Ok(());
                }
                Event::WantsMailbox => {
                    if let Err(thrown) = work.feed() {
                        // Without its mailboxes the run can't go on.
                        self.phase = Phase::Over;
                        return Err(thrown);
                    }
                }
                Event::Finished => {
                    self.phase = Phase::Over;
                    return Ok(());
                }
            }
        }
    }
}

impl Work {
    fn feed(&mut self) -> PhpResult {
        let next = self.mailboxes.next()?;
        let _inside = self.host.runtime()?.enter();
        match next {
            None => self.run.no_more_mailboxes(),
            Some(value) => {
                let task = mailbox::task(&value).ok_or_else(|| {
                    exception::of_option(
                        &format!("The mailboxes hold {}.", zvals::type_name(&value)),
                        "Give an iterable of ExchangeSync\\Mailbox.",
                    )
                })?;
                self.run.offer(task);
            }
        }
        Ok(())
    }
}

impl Mailboxes {
    fn next(&mut self) -> PhpResult<Option<Zval>> {
        if let Self::Unasked(iterable) = self
            && let Some(iterable) = iterable.take()
        {
            *self = Self::Open(iterable.values()?);
        }
        match self {
            Self::Open(values) => values.next(),
            Self::Unasked(_) => Ok(None),
        }
    }
}

fn exhausted() -> PhpException {
    exception::of_host(
        "A run can be looped over once only.",
        "Ask ExchangeSync for a new run, with the checkpoints that are stored now.",
    )
}

fn foreign() -> PhpException {
    exception::of_host(
        &format!(
            "The run was started by another process than this one ({}).",
            std::process::id()
        ),
        "After fork(), start a run in the child; the ExchangeSync object can be used there.",
    )
}
