//! Value objects: typed readonly properties that PHP itself guards, written once. Knows no class of ours.

mod batch;
mod message;
mod news;
mod server_info;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::class::RegisteredClass;
use ext_php_rs::ffi::{
    _ZEND_TYPE_NAME_BIT, _ZEND_TYPE_NULLABLE_BIT, IS_ARRAY, IS_LONG, IS_STRING, IS_UNDEF, MAY_BE_BOOL, zend_type,
};
use ext_php_rs::types::{ZendClassObject, ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;

use crate::zend;

pub(crate) use batch::{Batch, Failure, Folder, Skipped, batch};
pub(crate) use message::{Address, Attachment, MatchedAddress, Message, message};
pub(crate) use news::{News, news};
pub(crate) use server_info::{ServerInfo, server_info};

/// A PHP type of a property.
#[derive(Clone, Copy)]
pub(crate) enum Type {
    String,
    NullableString,
    Int,
    Bool,
    /// Its PHPDoc type.
    Array(&'static str),
    /// A class, by its full name.
    Object(&'static str),
    NullableObject(&'static str),
}

/// A declared property.
pub(crate) struct Property {
    pub name: &'static str,
    pub ty: Type,
    pub doc: &'static str,
}

impl Property {
    pub(crate) const fn new(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Self { name, ty, doc }
    }
}

/// A class with readonly properties.
pub(crate) trait Value: RegisteredClass {
    /// In the order of their slots.
    const PROPERTIES: &'static [Property];
}

/// An object with all its properties, in the order of [`Value::PROPERTIES`].
pub(crate) fn object<T: Value, const N: usize>(data: T, values: [Zval; N]) -> ZBox<ZendClassObject<T>> {
    let mut object = ZendClassObject::new(data);
    fill::<T, N>(object.get_mut_zend_obj(), values);
    object
}

/// Writes all properties of an object of class `T` that has none yet.
pub(crate) fn fill<T: Value, const N: usize>(object: &mut ZendObject, values: [Zval; N]) {
    const { assert!(N == T::PROPERTIES.len(), "a value for each property") };
    let slots = object.properties_table.as_mut_ptr();
    for (number, value) in values.into_iter().enumerate() {
        // SAFETY: the class declares N properties of its own and has no parent, so the object has N slots, which are
        // uninitialized: nothing is there to be freed.
        unsafe { slots.add(number).write(value) };
    }
}

/// Whether the object's properties are written.
pub(crate) fn is_filled(object: &ZendObject) -> bool {
    // SAFETY: every class that asks has at least one slot.
    unsafe { object.properties_table[0].u1.type_info != IS_UNDEF }
}

/// Declares the readonly properties of a value class.
pub(crate) fn declare_readonly<T: Value>(class: &mut ClassEntry) {
    declare(class, T::PROPERTIES, zend::PUBLIC | zend::READONLY, |_| undefined());
}

/// Declares properties; called while the module starts.
pub(crate) fn declare(
    class: &mut ClassEntry,
    properties: &[Property],
    access: std::ffi::c_int,
    default: impl Fn(&Property) -> Zval,
) {
    for property in properties {
        let mut default = default(property);
        // SAFETY: names and class names are persistent; the engine copies the default, which is no counted value.
        unsafe {
            zend::zend_declare_typed_property(
                class,
                zend::persistent(property.name),
                &raw mut default,
                access,
                std::ptr::null_mut(),
                zend_type_of(property.ty),
            );
        }
    }
}

fn zend_type_of(ty: Type) -> zend_type {
    let plain = |mask| zend_type {
        ptr: std::ptr::null_mut(),
        type_mask: mask,
    };
    let class = |name, mask| zend_type {
        ptr: zend::persistent(name).cast(),
        type_mask: mask | _ZEND_TYPE_NAME_BIT,
    };
    match ty {
        Type::String => plain(1 << IS_STRING),
        Type::NullableString => plain(1 << IS_STRING | _ZEND_TYPE_NULLABLE_BIT),
        Type::Int => plain(1 << IS_LONG),
        Type::Bool => plain(MAY_BE_BOOL),
        Type::Array(_) => plain(1 << IS_ARRAY),
        Type::Object(name) => class(name, 0),
        Type::NullableObject(name) => class(name, _ZEND_TYPE_NULLABLE_BIT),
    }
}

/// The value of a property without one.
fn undefined() -> Zval {
    let mut zval = Zval::new();
    zval.u1.type_info = IS_UNDEF;
    zval
}
