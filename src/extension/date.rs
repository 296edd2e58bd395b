//! Points in time, to and from PHP. Knows no engine.

use std::time::{Duration, SystemTime};

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
    let text = OffsetDateTime::from(moment)
        .format(&format)
        .map_err(|_| "A date of a message is outside the years that can be written.")?;
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
    from_unix(seconds)
}

fn parse(text: &str) -> Option<SystemTime> {
    let moment = Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map(|date| date.midnight().assume_utc())
        .or_else(|_| OffsetDateTime::parse(text, &Rfc3339))
        .or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::DATE_TIME).map(PrimitiveDateTime::assume_utc));
    moment.ok().map(SystemTime::from)
}

fn from_unix(seconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}
