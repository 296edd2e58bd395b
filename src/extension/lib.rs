//! Placeholder
use ext_php_rs::prelude::*;

/// The module.
#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    module
}
