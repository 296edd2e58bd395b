//! `ExchangeSync\Exception` and its kinds: registered here, made of the engine's errors here.

use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::SystemTime;

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::exception::PhpException;
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::{ClassEntry, ce};
use sync::{Error, Remedy};

use crate::date::Dates;
use crate::value::{Property, Type};
use crate::{zend, zvals};

/// What every exception tells besides its message.
pub(crate) const PROPERTIES: &[Property] = &[
    Property::new(
        "ewsCode",
        Type::NullableString,
        "EWS ResponseCode, where the server gave one, such as ErrorServerBusy.",
    ),
    Property::new("remedy", Type::String, "What the administrator can do."),
    Property::new(
        "retryAt",
        Type::NullableObject("DateTimeImmutable"),
        "When the server asked to be left alone until, in UTC.",
    ),
];

/// Name below `ExchangeSync\`, and what it means.
pub(crate) const CLASSES: [(&str, &str); 7] = [
    (
        "Exception",
        "Base of all errors; getMessage() says what happened and what to do.",
    ),
    ("ConfigurationException", "An option is wrong; the message names it."),
    (
        "ConnectionException",
        "The server can't be reached: name, network, TLS or certificate.",
    ),
    (
        "AuthenticationException",
        "The server does not accept the service account.",
    ),
    (
        "ImpersonationException",
        "The service account may not act for this mailbox, or there is no such mailbox.",
    ),
    (
        "ThrottledException",
        "The server asks for patience; retryAt says until when.",
    ),
    (
        "ProtocolException",
        "What answers is not Exchange, or not as we know it.",
    ),
];

static ENTRIES: [AtomicPtr<ClassEntry>; 7] = [const { AtomicPtr::new(std::ptr::null_mut()) }; 7];

/// Builders of all classes, the base first.
pub(crate) fn builders() -> [ClassBuilder; 7] {
    [
        builder::<0>(),
        builder::<1>(),
        builder::<2>(),
        builder::<3>(),
        builder::<4>(),
        builder::<5>(),
        builder::<6>(),
    ]
}

fn builder<const N: usize>() -> ClassBuilder {
    let parent: ext_php_rs::class::ClassEntryInfo = if N == 0 {
        (zend::runtime_exception, "\\RuntimeException")
    } else {
        (base, "\\ExchangeSync\\Exception")
    };
    ClassBuilder::new(php_name(N)).extends(parent).registration(keep::<N>)
}

fn keep<const N: usize>(class: &'static mut ClassEntry, methods: ArgInfoTables) {
    // There are none.
    drop(methods);
    if N == 0 {
        let empty = || {
            let mut text = Zval::new();
            let _ = text.set_interned_string("", true);
            text
        };
        crate::value::declare(class, PROPERTIES, zend::PUBLIC, |property| match property.ty {
            Type::String => empty(),
            _ => Zval::null(),
        });
    }
    ENTRIES[N].store(class, Ordering::Release);
}

fn base() -> &'static ClassEntry {
    entry(0)
}

fn entry(number: usize) -> &'static ClassEntry {
    // SAFETY: registered while the module starts, before any PHP code runs; it lives as long as the module.
    unsafe { ENTRIES[number].load(Ordering::Acquire).as_ref() }.unwrap_or_else(|| ce::error())
}

fn number(kind: Remedy) -> usize {
    match kind {
        Remedy::Configuration => 1,
        Remedy::Connection => 2,
        Remedy::Authentication => 3,
        Remedy::Impersonation => 4,
        Remedy::Throttled => 5,
        Remedy::Protocol => 6,
    }
}

fn php_name(number: usize) -> String {
    format!("ExchangeSync\\{}", CLASSES[number].0)
}

/// The class of an error, as `class-string`.
pub(crate) fn class_name(kind: Remedy) -> String {
    php_name(number(kind))
}

/// The engine's error.
pub(crate) fn of(error: &Error) -> PhpException {
    make(
        number(error.kind),
        &error.message,
        &error.remedy,
        error.code.as_deref(),
        error.retry_at,
    )
}

/// An option or argument is wrong.
pub(crate) fn of_option(message: &str, remedy: &str) -> PhpException {
    make(1, message, remedy, None, None)
}

/// The host program does what can't be done.
pub(crate) fn of_host(message: &str, remedy: &str) -> PhpException {
    make(0, message, remedy, None, None)
}

/// Says that PHP has an exception already, which is to pass.
pub(crate) fn pending() -> PhpException {
    PhpException::from_message("An exception is pending.".into())
}

fn make(number: usize, message: &str, remedy: &str, code: Option<&str>, retry_at: Option<SystemTime>) -> PhpException {
    let class = entry(number);
    let whole = format!("{message} {remedy}");
    // `new` runs the parent's create_object, which notes file, line and trace.
    let mut object = ZendObject::new(class);
    zend::update_property(ce::exception(), &mut object, "message", zvals::string(whole.trim_end()));
    let retry_at = retry_at.and_then(|moment| Dates::new().ok()?.at(moment).ok());
    for (property, value) in PROPERTIES.iter().zip([
        zvals::nullable(code),
        zvals::string(remedy),
        retry_at.unwrap_or_else(Zval::null),
    ]) {
        zend::update_property(class, &mut object, property.name, value);
    }
    PhpException::new(whole, 0, class).with_object(zvals::zend_object(object))
}
