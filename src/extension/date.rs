//! Points in time, to and from PHP. Knows no engine.

use std::time::SystemTime;

use ext_php_rs::exception::PhpResult;
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

use crate::zvals;

/// A `\DateTimeImmutable` in UTC, to the microsecond.
pub(crate) fn immutable(moment: SystemTime) -> PhpResult<Zval> {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6] UTC");
    let text = offset(moment)
        .and_then(|moment| moment.format(&format).ok())
        .ok_or("A date of a message is outside the years that can be written.")?;
    let class = ClassEntry::try_find("DateTimeImmutable").ok_or("PHP lacks the class DateTimeImmutable.")?;
    let object = ZendObject::new(class);
    object.try_call_method("__construct", vec![&text])?;
    Ok(zvals::zend_object(object))
}

/// Reads `\DateTimeInterface`, `2024-01-31`, `2024-01-31T08:00:00` (UTC) or RFC 3339.
pub(crate) fn read(value: &Zval) -> Option<SystemTime> {
    if let Some(text) = value.str() {
        return parse(text.trim());
    }
    let interface = ClassEntry::try_find("DateTimeInterface")?;
    let object = value.object().filter(|object| object.instance_of(interface))?;
    let seconds = object.try_call_method("getTimestamp", vec![]).ok()?.long()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok().map(SystemTime::from)
}

fn parse(text: &str) -> Option<SystemTime> {
    let moment = Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map(|date| date.midnight().assume_utc())
        .or_else(|_| OffsetDateTime::parse(text, &Rfc3339))
        .or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::DATE_TIME).map(PrimitiveDateTime::assume_utc));
    moment.ok().map(SystemTime::from)
}

/// As the conversion that `time` has, which panics outside of its years.
fn offset(moment: SystemTime) -> Option<OffsetDateTime> {
    match moment.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => OffsetDateTime::UNIX_EPOCH.checked_add(after.try_into().ok()?),
        Err(before) => OffsetDateTime::UNIX_EPOCH.checked_sub(before.duration().try_into().ok()?),
    }
}
