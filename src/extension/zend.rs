//! The few functions of the engine that `ext-php-rs` does not bind. Knows no class of ours.

use std::ffi::{c_char, c_int};

use ext_php_rs::ffi::{zend_object, zend_property_info, zend_type};
use ext_php_rs::types::{ZendHashTable, ZendIterator, ZendObject, ZendStr, Zval};
use ext_php_rs::zend::ClassEntry;

/// `ZEND_ACC_READONLY` (Zend/zend_compile.h).
pub(crate) const READONLY: c_int = 1 << 7;
/// `ZEND_ACC_PUBLIC`.
pub(crate) const PUBLIC: c_int = 1;
/// `ZEND_ATTRIBUTE_PERSISTENT` (Zend/zend_attributes.h).
const ATTRIBUTE_PERSISTENT: u32 = 1;

unsafe extern "C" {
    pub(crate) fn zend_declare_typed_property(
        ce: *mut ClassEntry,
        name: *mut ZendStr,
        default: *mut Zval,
        access: c_int,
        doc_comment: *mut ZendStr,
        ty: zend_type,
    ) -> *mut zend_property_info;
    fn zend_update_property(
        scope: *mut ClassEntry,
        object: *mut zend_object,
        name: *const c_char,
        name_length: usize,
        value: *mut Zval,
    );
    fn zend_add_attribute(
        attributes: *mut *mut ZendHashTable,
        name: *mut ZendStr,
        argc: u32,
        flags: u32,
        offset: u32,
        lineno: u32,
    ) -> *mut std::ffi::c_void;
    pub(crate) fn zend_iterator_dtor(iterator: *mut ZendIterator);
    static mut spl_ce_RuntimeException: *mut ClassEntry;
}

/// `\RuntimeException`.
pub(crate) fn runtime_exception() -> &'static ClassEntry {
    // SAFETY: SPL is always compiled in and starts before any extension.
    unsafe { &*spl_ce_RuntimeException }
}

/// A name that lives as long as the process.
pub(crate) fn persistent(name: &str) -> *mut ZendStr {
    ZendStr::new_interned(name, true).into_raw()
}

/// Sets a declared property, protected ones too, as the class `scope` may.
pub(crate) fn update_property(scope: &ClassEntry, object: &mut ZendObject, name: &str, mut value: Zval) {
    // SAFETY: all four point to live values; the engine copies the name and takes its own reference to the value.
    unsafe {
        zend_update_property(
            std::ptr::from_ref(scope).cast_mut(),
            object,
            name.as_ptr().cast(),
            name.len(),
            &raw mut value,
        );
    }
}

/// Marks the first parameter of a method `#[\SensitiveParameter]`, so that no trace shows it.
/// Called once, while the module starts.
pub(crate) fn hide_first_parameter(class: &ClassEntry, lower_case_method: &str) -> bool {
    let Some(method) = class.function_table.get(lower_case_method) else {
        return false;
    };
    // SAFETY: a class's function table holds pointers to `zend_function`s, which live as long as the class; the
    // module starts on one thread, before any request.
    unsafe {
        let Some(function) = method.ptr::<ext_php_rs::ffi::zend_function>() else {
            return false;
        };
        let name = persistent("SensitiveParameter");
        !zend_add_attribute(
            &raw mut (*function).common.attributes,
            name,
            0,
            ATTRIBUTE_PERSISTENT,
            1,
            0,
        )
        .is_null()
    }
}
