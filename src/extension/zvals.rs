//! Rust values as PHP values. Knows no class.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::class::RegisteredClass;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendClassObject, ZendHashTable, ZendObject, ZendStr, Zval};

/// A string of any bytes.
pub(crate) fn string(bytes: impl AsRef<[u8]>) -> Zval {
    let mut zval = Zval::new();
    zval.set_zend_string(ZendStr::new(bytes, false));
    zval
}

/// A string or null.
pub(crate) fn nullable(text: Option<impl AsRef<[u8]>>) -> Zval {
    text.map_or_else(Zval::null, string)
}

/// An int; what is larger than PHP's becomes the largest one.
pub(crate) fn int(number: u64) -> Zval {
    let mut zval = Zval::new();
    zval.set_long(i64::try_from(number).unwrap_or(i64::MAX));
    zval
}

/// A bool.
pub(crate) fn bool(value: bool) -> Zval {
    let mut zval = Zval::new();
    zval.set_bool(value);
    zval
}

/// A list.
pub(crate) fn list(values: impl ExactSizeIterator<Item = Zval>) -> Zval {
    let mut array = ZendHashTable::with_capacity(u32::try_from(values.len()).unwrap_or(0).max(1));
    for value in values {
        // Only a full array refuses, and this one has room.
        let _ = array.push(value);
    }
    hashtable(array)
}

/// A list of strings.
pub(crate) fn strings(values: &[String]) -> Zval {
    list(values.iter().map(string))
}

/// An array.
pub(crate) fn hashtable(array: ZBox<ZendHashTable>) -> Zval {
    let mut zval = Zval::new();
    zval.set_hashtable(array);
    zval
}

/// An object of one of our classes; the value takes over the reference.
pub(crate) fn object<T: RegisteredClass>(object: ZBox<ZendClassObject<T>>) -> Zval {
    zend_object(ZendObject::from_class_object(object))
}

/// An object; the value takes over the reference.
pub(crate) fn zend_object(mut object: ZBox<ZendObject>) -> Zval {
    let mut zval = Zval::new();
    zval.set_object(&mut object);
    zval
}

/// The name of a value's type, as PHP's `get_debug_type()` has it.
pub(crate) fn type_name(value: &Zval) -> String {
    let value = value.dereference();
    if let Some(object) = value.object() {
        return object.get_class_name().unwrap_or_else(|_| "object".into());
    }
    let name = match value.get_type() {
        DataType::Long => "int",
        DataType::Double => "float",
        DataType::String => "string",
        DataType::Array => "array",
        DataType::Bool | DataType::True | DataType::False => "bool",
        DataType::Null | DataType::Undef => "null",
        _ => "resource",
    };
    name.into()
}
