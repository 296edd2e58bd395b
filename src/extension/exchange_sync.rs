//! The class `ExchangeSync`: where PHP begins.

// Names of parameters are PHP's: they can be given by name.
#![expect(non_snake_case)]

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, ZendHashTable};
use sync::{Engine, Error, Settings};

use crate::address_book::AddressBook;
use crate::date::Dates;
use crate::host::{Host, OfProcess};
use crate::iterable::Iterable;
use crate::run::{Mailboxes, Run, Work};
use crate::value::{self, Message, ServerInfo};
use crate::watch::{Watch, Watching};
use crate::{exception, interrupt, options, panics};

/// Reads mail of contacts and users from an Exchange server. It holds settings only, may be kept as long as you like, and
/// used before and after fork().
#[php_class]
#[php(flags = ClassFlags::Final)]
pub struct ExchangeSync {
    settings: Settings,
    /// For single questions; started with the first one.
    host: RefCell<Option<Rc<OfProcess<Host>>>>,
}

#[php_impl]
impl ExchangeSync {
    /// @param array $options
    ///
    /// @throws \ExchangeSync\ConfigurationException naming the option
    pub fn __construct(options: &ZendHashTable) -> PhpResult<Self> {
        panics::guard(|| {
            let settings = options::settings(options)?;
            Engine::new(settings.clone()).map_err(|error| exception::of(&error))?;
            Ok(Self {
                settings,
                host: RefCell::default(),
            })
        })
    }

    /// Proves server, credentials and impersonation for one mailbox.
    ///
    /// @param string $mailbox SMTP address
    ///
    /// @throws \ExchangeSync\Exception its message says what to do
    pub fn check(&self, mailbox: String) -> PhpResult<ZBox<ZendClassObject<ServerInfo>>> {
        panics::guard(|| {
            let info = self.ask(async |engine: Engine| engine.check(&mailbox).await)?;
            Ok(value::server_info(&info))
        })
    }

    /// Reads mailboxes; nothing is sent before the loop over the run begins.
    ///
    /// @param iterable<\ExchangeSync\Mailbox> $mailboxes pulled one by one, as the engine has room
    ///
    /// @throws \ExchangeSync\Exception
    pub fn run(&self, mailboxes: Iterable, book: &AddressBook) -> PhpResult<Run> {
        panics::guard(|| {
            let book = book.shared()?;
            self.start(mailboxes, move |engine| engine.run(book))
        })
    }

    /// Searches mailboxes for mail of these participants, such as contacts that came late. Batches carry no checkpoint.
    ///
    /// @param iterable<\ExchangeSync\Mailbox> $mailboxes pulled one by one, as the engine has room
    /// @param list<string> $participants addresses, at least one
    ///
    /// @throws \ExchangeSync\ConfigurationException no participant
    /// @throws \ExchangeSync\Exception
    pub fn search(&self, mailboxes: Iterable, book: &AddressBook, participants: &ZendHashTable) -> PhpResult<Run> {
        panics::guard(|| {
            let book = book.shared()?;
            let participants = options::strings("participants", participants)?;
            if participants.is_empty() {
                return Err(exception::of_option(
                    "The argument $participants is empty.",
                    "Name the addresses to search for, or use run() to read everything.",
                ));
            }
            self.start(mailboxes, move |engine| engine.search(book, participants))
        })
    }

    /// Watches mailboxes, so that new mail is known within seconds. What is new is read by run().
    ///
    /// @param list<string> $mailboxes SMTP addresses
    ///
    /// @throws \ExchangeSync\Exception
    pub fn watch(&self, mailboxes: &ZendHashTable) -> PhpResult<Watch> {
        panics::guard(|| {
            let mailboxes = options::strings("mailboxes", mailboxes)?;
            let host = Host::start(&self.settings)?;
            let watch = {
                let _inside = host.runtime()?.enter();
                host.engine().watch(mailboxes)
            };
            Ok(Watch::new(Watching::new(watch, host)))
        })
    }

    /// One message with its body and attachments; null where it is gone from the server.
    ///
    /// @param string $mailbox SMTP address
    /// @param string $itemId EWS ItemId
    ///
    /// @throws \ExchangeSync\Exception
    pub fn message(&self, mailbox: String, itemId: String) -> PhpResult<Option<ZBox<ZendClassObject<Message>>>> {
        panics::guard(|| {
            let found = self.ask(async |engine: Engine| engine.message(&mailbox, &itemId).await)?;
            found.map(|message| value::message(message, &Dates::new()?)).transpose()
        })
    }

    /// Marks items read or unread on the server.
    ///
    /// @param string $mailbox SMTP address
    /// @param list<string> $itemIds EWS ItemIds
    ///
    /// @return list<string> the ids that are gone from the server
    ///
    /// @throws \ExchangeSync\Exception
    pub fn set_read(&self, mailbox: String, itemIds: &ZendHashTable, read: bool) -> PhpResult<Vec<String>> {
        panics::guard(|| {
            let items = options::strings("itemIds", itemIds)?;
            self.ask(async |engine: Engine| engine.set_read(&mailbox, &items, read).await)
        })
    }
}

impl ExchangeSync {
    /// Asks a single question and waits for the answer.
    fn ask<T, F: Future<Output = Result<T, Error>>>(&self, question: impl FnOnce(Engine) -> F) -> PhpResult<T> {
        let host = self.host()?;
        let answer = interrupt::wait(host.runtime()?, question(host.engine().clone()))?;
        answer.map_err(|error| exception::of(&error))
    }

    fn host(&self) -> PhpResult<Rc<OfProcess<Host>>> {
        if let Some(host) = self.host.borrow().as_ref().filter(|host| host.is_here()) {
            return Ok(host.clone());
        }
        let host = Rc::new(OfProcess::new(Host::start(&self.settings)?));
        *self.host.borrow_mut() = Some(host.clone());
        Ok(host)
    }

    fn start(&self, mailboxes: Iterable, begin: impl FnOnce(&Engine) -> sync::Run + 'static) -> PhpResult<Run> {
        let settings = self.settings.clone();
        Ok(Run::new(Box::new(move || {
            let host = Host::start(&settings)?;
            let run = {
                let _inside = host.runtime()?.enter();
                begin(host.engine())
            };
            Ok(Work {
                run,
                host,
                mailboxes: Mailboxes::Unasked(Some(mailboxes)),
            })
        })))
    }
}
