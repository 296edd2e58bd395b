//! The PHP face of the sync engine: conversion, iteration, exceptions. Knows the engine's public face; knows no
//! protocol, no database and no matching.

// What the macro exports has no documentation of its own.
#![allow(missing_docs)]

mod address_book;
mod classes;
mod date;
mod exception;
mod exchange_sync;
mod host;
mod interrupt;
mod iterable;
mod mailbox;
mod options;
mod panics;
mod run;
mod stubs;
mod value;
mod watch;
mod zend;
mod zvals;

use ext_php_rs::prelude::*;

/// Describes the extension to PHP.
#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    module.name("exchange_sync").startup_function(classes::start)
}
