//! All classes, and their registration when PHP starts. Knows no behaviour.

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::class::RegisteredClass;
use ext_php_rs::error::Result;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::zend::ClassEntry;

use crate::address_book::AddressBook;
use crate::exchange_sync::ExchangeSync;
use crate::mailbox::Mailbox;
use crate::run::Run;
use crate::value::{
    Address, Attachment, Batch, Failure, Folder, MatchedAddress, Message, News, Property, ServerInfo, Skipped, Value,
    declare_readonly,
};
use crate::watch::Watch;
use crate::{exception, panics, zend};

/// A class and its readonly properties.
pub(crate) struct Class {
    pub builder: ClassBuilder,
    pub properties: &'static [Property],
    pub docs: &'static [&'static str],
}

/// All classes but the exceptions.
pub(crate) fn all() -> [Class; 15] {
    [
        plain::<ExchangeSync>(),
        plain::<AddressBook>(),
        value::<Mailbox>(),
        plain::<Run>(),
        plain::<Watch>(),
        value::<Batch>(),
        value::<Folder>(),
        value::<Message>(),
        value::<Address>(),
        value::<MatchedAddress>(),
        value::<Attachment>(),
        value::<Skipped>(),
        value::<Failure>(),
        value::<ServerInfo>(),
        value::<News>(),
    ]
}

/// The module's start: quiet panics, then the classes.
pub(crate) unsafe extern "C" fn start(_kind: i32, _module: i32) -> i32 {
    const FAILURE: i32 = -1;
    panics::keep_quiet();
    match std::panic::catch_unwind(register) {
        Ok(Ok(())) => 0,
        Ok(Err(_)) | Err(_) => FAILURE,
    }
}

fn register() -> Result<()> {
    for builder in exception::builders() {
        builder.register()?;
    }
    for class in all() {
        class.builder.register()?;
    }
    // Where PHP does not know the attribute (before 8.2), nothing reads it.
    zend::hide_first_parameter(ExchangeSync::get_metadata().ce(), "__construct");
    Ok(())
}

fn plain<T: RegisteredClass>() -> Class {
    Class {
        builder: builder::<T>().registration(keep::<T>),
        properties: &[],
        docs: T::DOC_COMMENTS,
    }
}

fn value<T: Value>() -> Class {
    Class {
        builder: builder::<T>().registration(keep_value::<T>),
        properties: T::PROPERTIES,
        docs: T::DOC_COMMENTS,
    }
}

/// As `ModuleBuilder::class` does, which leaves no room for typed properties.
fn builder<T: RegisteredClass>() -> ClassBuilder {
    let mut builder = ClassBuilder::new(T::CLASS_NAME);
    for (method, flags) in T::method_builders() {
        builder = builder.method(method, flags);
    }
    for interface in T::IMPLEMENTS {
        builder = builder.implements(*interface);
    }
    builder
        .flags(T::FLAGS | ClassFlags::NoDynamicProperties)
        .object_override::<T>()
}

fn keep<T: RegisteredClass>(class: &'static mut ClassEntry, methods: ArgInfoTables) {
    let metadata = T::get_metadata();
    metadata.set_ce(class);
    metadata.set_arg_info(methods);
}

fn keep_value<T: Value>(class: &'static mut ClassEntry, methods: ArgInfoTables) {
    declare_readonly::<T>(class);
    keep::<T>(class, methods);
}
