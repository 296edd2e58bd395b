//! `xs:dateTime`. Knows no clock.

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// Reads `2024-02-05T10:00:00Z`, with or without fraction and offset; without an offset it is UTC, as Exchange means it.
/// None where it is nothing of the kind.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    let (date, rest) = text.trim().split_once('T')?;
    let (day, time) = (date.get(date.len().checked_sub(6)?..)?, rest.get(..8)?);
    let year: i32 = date.get(..date.len() - 6)?.parse().ok()?;
    let number = |text: &str| -> Option<u8> { text.parse().ok() };
    let month = Month::try_from(number(day.get(1..3)?)?).ok()?;
    let date = Date::from_calendar_date(year, month, number(day.get(4..6)?)?).ok()?;
    let time = Time::from_hms(
        number(time.get(..2)?)?,
        number(time.get(3..5)?)?,
        number(time.get(6..8)?)?,
    )
    .ok()?;
    let mut rest = rest.get(8..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let local = date.with_time(time);
    Some(match rest {
        "" | "Z" | "z" => local.assume_utc(),
        offset => {
            let sign = match offset.get(..1)? {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let (hours, minutes) = offset.get(1..)?.split_once(':')?;
            let seconds = i32::from(number(hours)?) * 3600 + i32::from(number(minutes)?) * 60;
            let offset = UtcOffset::from_whole_seconds(sign * seconds).ok()?;
            local.assume_offset(offset)
        }
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn every_form_that_servers_write_is_read() {
        let moment = Some(datetime!(2024-02-05 10:00:00 UTC));
        for text in [
            "2024-02-05T10:00:00Z",
            "2024-02-05T10:00:00",
            " 2024-02-05T10:00:00.1234567Z ",
            "2024-02-05T11:30:00+01:30",
            "2024-02-05T06:00:00-04:00",
        ] {
            assert_eq!(parse(text), moment, "{text}");
        }
        assert_eq!(parse("0001-01-01T00:00:00Z").map(|t| t.year()), Some(1));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "T",
            "2024",
            "2024-02-30T10:00:00Z",
            "2024-02-05T25:00:00Z",
            "2024-02-05T10:00:00+x",
            "é-é-éTé:é:é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
