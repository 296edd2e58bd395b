//! Points in time, to and from PHP. Knows no engine.

use std::time::SystemTime;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// Makes `\DateTimeImmutable`s in UTC. Each is made of one that is there: to have PHP read a date takes four times as long.
pub(crate) struct Dates {
    epoch: ZBox<ZendObject>,
}

impl Dates {
    /// # Errors
    /// PHP lacks the class.
    pub(crate) fn new() -> PhpResult<Self> {
        let class = ClassEntry::try_find("DateTimeImmutable").ok_or("PHP lacks the class DateTimeImmutable.")?;
        let epoch = ZendObject::new(class);
        epoch.try_call_method("__construct", vec![&"1970-01-01 UTC"])?;
        Ok(Self { epoch })
    }

    /// A point in time, to the second.
    pub(crate) fn at(&self, moment: SystemTime) -> PhpResult<Zval> {
        Ok(self.epoch.try_call_method("setTimestamp", vec![&seconds(moment)])?)
    }
}

/// Whole seconds since 1970, the fraction cut towards the past.
fn seconds(moment: SystemTime) -> i64 {
    let whole = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    match moment.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => whole(after.as_secs()),
        Err(before) => {
            let before = before.duration();
            -whole(before.as_secs()) - i64::from(before.subsec_nanos() > 0)
        }
    }
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

/// The same of a text.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let moment = Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map(|date| date.midnight().assume_utc())
        .or_else(|_| OffsetDateTime::parse(text, &Rfc3339))
        .or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::DATE_TIME).map(PrimitiveDateTime::assume_utc));
    moment.ok().map(SystemTime::from)
}
