//! PHP's `iterable`, pulled one value at a time: arrays, iterators, aggregates, generators. Knows no engine.

use std::ptr::NonNull;

use ext_php_rs::convert::FromZval;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::ffi::{zend_hash_get_current_data_ex, zend_hash_move_forward_ex};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendIterator, Zval};
use ext_php_rs::zend::ExecutorGlobals;

use crate::{exception, zend};

/// An argument of type `iterable`, kept alive.
pub struct Iterable(Zval);

impl FromZval<'_> for Iterable {
    const TYPE: DataType = DataType::Iterable;

    fn from_zval(zval: &Zval) -> Option<Self> {
        let value = zval.dereference();
        (value.is_array() || value.is_traversable()).then(|| Self(value.shallow_clone()))
    }
}

impl Iterable {
    /// Starts at the first value.
    ///
    /// # Errors
    /// What the iterator throws.
    pub(crate) fn values(mut self) -> PhpResult<Values> {
        if self.0.is_array() {
            return Ok(Values::Array {
                array: self.0,
                place: 0,
            });
        }
        let iterator = self
            .0
            .object()
            .map(ext_php_rs::types::ZendObject::get_class_entry)
            .and_then(|class| class.get_iterator(&mut self.0, false))
            .map(NonNull::from)
            .ok_or_else(exception::pending)?;
        let mut values = Values::Iterator(Handle {
            iterator,
            _object: self.0,
            started: false,
        });
        if let Values::Iterator(handle) = &mut values
            && !handle.get().rewind()
        {
            return Err(exception::pending());
        }
        Ok(values)
    }
}

/// The values of an iterable, one after the other.
pub(crate) enum Values {
    /// An array, by position.
    Array {
        /// Our own reference: PHP copies before it writes.
        array: Zval,
        place: u32,
    },
    /// Anything traversable.
    Iterator(Handle),
}

/// The engine's iterator over an object.
pub(crate) struct Handle {
    iterator: NonNull<ZendIterator>,
    _object: Zval,
    started: bool,
}

impl Handle {
    fn get(&mut self) -> &mut ZendIterator {
        // SAFETY: ours until `drop`.
        unsafe { self.iterator.as_mut() }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: `get_iterator` gave us one reference, given back once.
        unsafe { zend::zend_iterator_dtor(self.iterator.as_ptr()) };
    }
}

impl Values {
    /// The next value, or none.
    ///
    /// # Errors
    /// What the iterator throws.
    pub(crate) fn next(&mut self) -> PhpResult<Option<Zval>> {
        let value = match self {
            Self::Array { array, place } => next_of_array(array, place),
            Self::Iterator(handle) => next_of_iterator(handle),
        };
        if ExecutorGlobals::has_exception() {
            return Err(exception::pending());
        }
        Ok(value)
    }
}

fn next_of_array(array: &Zval, place: &mut u32) -> Option<Zval> {
    let table = std::ptr::from_ref(array.array()?).cast_mut();
    // SAFETY: the table lives and does not change while we hold it; both only read it and move `place`.
    unsafe {
        let value = zend_hash_get_current_data_ex(table, place).as_ref()?;
        let value = value.dereference().shallow_clone();
        zend_hash_move_forward_ex(table, place);
        Some(value)
    }
}

fn next_of_iterator(handle: &mut Handle) -> Option<Zval> {
    // Moving on is put off until the next value is asked for: a generator runs no further than needed.
    if handle.started && !handle.get().move_forward() {
        return None;
    }
    handle.started = true;
    let iterator = handle.get();
    if !iterator.valid() {
        return None;
    }
    iterator
        .get_current_data()
        .map(|value| value.dereference().shallow_clone())
}
