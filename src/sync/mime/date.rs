//! Dates of a header (RFC 5322, 3.3 and 4.3), also as programs write them that have not read it.

use time::{Date, Month, PrimitiveDateTime, Time};

/// RFC 5322, 4.3; what else is named is not reliable and counts as UTC.
const ZONES: [(&str, i64); 8] = [
    ("EDT", -4),
    ("EST", -5),
    ("CDT", -5),
    ("CST", -6),
    ("MDT", -6),
    ("MST", -7),
    ("PDT", -7),
    ("PST", -8),
];

/// Seconds since 1970; without a zone it is UTC. `None` where there is no date.
pub(crate) fn date(field: &[u8]) -> Option<i64> {
    let text = without_comments(&String::from_utf8_lossy(field));
    let mut found = Found::default();
    for token in text.split(|c: char| c.is_whitespace() || c == ',' || c == '\0') {
        found.take(token);
    }
    found.seconds()
}

#[derive(Default)]
struct Found {
    year: Option<i32>,
    month: Option<Month>,
    day: Option<u8>,
    time: Option<Time>,
    /// Seconds east of Greenwich.
    zone: Option<i64>,
}

impl Found {
    fn take(&mut self, token: &str) {
        let token = token.trim_matches(['"', '.', ';']);
        if token.is_empty() {
        } else if self.time.is_none() && token.contains(':') {
            self.clock(token);
        } else if self.time.is_some() && self.zone.is_none() && token.starts_with(['+', '-']) {
            self.zone = offset(token);
        } else if self.day.is_none() && token.contains(['-', '/']) {
            for part in token.split(['-', '/', 'T']) {
                self.take(part);
            }
        } else if let Ok(number) = token.parse::<i32>() {
            self.number(number, token.len());
        } else if token.as_bytes()[0].is_ascii_digit() && token.contains('T') {
            token.split('T').for_each(|part| self.take(part));
        } else {
            self.word(token);
        }
    }

    /// `hh:mm:ss`, and what may stick to it.
    fn clock(&mut self, token: &str) {
        // ISO 8601: a date, `T`, a time. Other Ts are of a zone.
        let iso = token
            .split_once('T')
            .filter(|(_, clock)| clock.starts_with(|c: char| c.is_ascii_digit()));
        let token = match iso {
            Some((date, clock)) => {
                if self.day.is_none() {
                    self.take(date);
                }
                clock
            }
            None => token,
        };
        let end = token
            .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
            .unwrap_or(token.len());
        let (clock, rest) = token.split_at(end);
        let mut parts = clock.split([':', '.']).map(str::parse::<u8>);
        let mut next = || parts.next().and_then(Result::ok);
        let (Some(hour), Some(minute)) = (next(), next()) else {
            return;
        };
        let second = next().unwrap_or_default();
        // A leap second, and midnight as some write it.
        self.time = Time::from_hms(if hour == 24 { 0 } else { hour }, minute, second.min(59)).ok();
        match rest {
            "" | "Z" => {}
            "AM" | "am" | "PM" | "pm" => self.word(rest),
            _ if rest.starts_with(['+', '-']) => self.zone = offset(rest),
            _ => self.word(rest),
        }
    }

    fn number(&mut self, number: i32, digits: usize) {
        if digits >= 3 && self.year.is_none() {
            self.year = Some(if digits == 3 { number + 1900 } else { number });
        } else if self.day.is_none() && (1..=31).contains(&number) {
            self.day = u8::try_from(number).ok();
        } else if self.month.is_none() && self.year.is_some() && (1..=12).contains(&number) {
            // A date in figures from the year on: what came second was the month.
            let (first, second) = (self.day, u8::try_from(number).ok());
            self.month = first.and_then(|month| Month::try_from(month).ok());
            self.day = second;
        } else if self.year.is_none() {
            self.year = match number {
                0..50 => Some(number + 2000),
                50..100 => Some(number + 1900),
                _ => None,
            };
        } else if self.month.is_none() && self.day.is_some() && (1..=31).contains(&number) {
            self.month = self.day.and_then(|month| Month::try_from(month).ok());
            self.day = u8::try_from(number).ok();
        }
    }

    fn word(&mut self, word: &str) {
        const MONTHS: &str = "janfebmaraprmayjunjulaugsepoctnovdec";
        let lower = word.to_lowercase();
        let lower = match lower.get(..3) {
            Some("mär" | "mrz") => "mar",
            Some("mai") => "may",
            Some("okt") => "oct",
            Some("dez") => "dec",
            Some(start) => start,
            None => &lower,
        };
        if self.month.is_none() && lower.len() == 3 && lower.is_ascii() {
            let place = (0..12).find(|n| &MONTHS[n * 3..n * 3 + 3] == lower);
            if let Some(month) = place.and_then(|n| Month::try_from(n as u8 + 1).ok()) {
                self.month = Some(month);
                return;
            }
        }
        match (word, self.time) {
            ("PM" | "pm", Some(time)) if time.hour() < 12 => self.time = time.replace_hour(time.hour() + 12).ok(),
            ("AM" | "am", Some(time)) if time.hour() == 12 => self.time = time.replace_hour(0).ok(),
            (_, Some(_)) if self.zone.is_none() => {
                let upper = word.to_ascii_uppercase();
                let named = ZONES.iter().find(|(name, _)| *name == upper);
                self.zone = match named {
                    Some((_, hours)) => Some(hours * 3600),
                    // "GMT+0100", "UTC-05:00"
                    None => upper.find(['+', '-']).and_then(|at| offset(&upper[at..])),
                };
            }
            _ => {}
        }
    }

    fn seconds(self) -> Option<i64> {
        let date = Date::from_calendar_date(self.year?, self.month?, self.day?).ok()?;
        let time = self.time.unwrap_or(Time::MIDNIGHT);
        let local = PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp();
        Some(local - self.zone.unwrap_or_default())
    }
}

/// `+hhmm`, `+hh:mm` or `+hh`.
fn offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        (_, rest) => (1, rest),
    };
    let digits: String = digits
        .chars()
        .filter(|c| *c != ':')
        .take_while(char::is_ascii_digit)
        .collect();
    let number: i64 = digits.parse().ok()?;
    let minutes = match digits.len() {
        1 | 2 => number * 60,
        3 | 4 => number / 100 * 60 + number % 100,
        _ => return None,
    };
    (minutes < 24 * 60).then_some(sign * minutes * 60)
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_nothing_but_separators_ends() {
        let field = format!("1:{}", "T1".repeat(1_000_000));
        assert_eq!(date(field.as_bytes()), None);
    }

    #[test]
    fn dates_are_read_as_programs_write_them() {
        for (field, seconds) in [
            ("Wed, 15 Feb 1995 09:38:18", 792_841_098),
            ("Wed, 15 Feb 1995 09:38:18 +0100 (CET)", 792_837_498),
            ("15 Feb 95 09:38 GMT", 792_841_080),
            ("Wed, 15 Feb 1995 09:38:18 EST", 792_859_098),
            ("Wed, 15-Feb-1995 09:38:18 GMT+0100", 792_837_498),
            ("Wed Feb 15 09:38:18 1995", 792_841_098),
            ("Wed Feb 15 09:38:18 +0100 1995", 792_837_498),
            ("Wed, 15 Feb 1995 09:38:18 +01:00", 792_837_498),
            ("1995-02-15T09:38:18+01:00", 792_837_498),
            ("1995-02-15 09:38:18", 792_841_098),
            ("Wed, 15 Feb 1995 09:38:18EST", 792_859_098),
            ("Wed, 15 Feb 1995 09:38:18GMT+0100", 792_837_498),
            ("Wed, 15 Feb 1995 09:38:60 -0000", 792_841_139),
            ("Mi, 15 Feb 1995 9:38:18 PM", 792_884_298),
            ("15 (day) Feb 1995 09.38.18", 792_806_400),
            ("Thu, 01 Jan 1970 00:00:00 +0000", 0),
        ] {
            assert_eq!(date(field.as_bytes()), Some(seconds), "{field}");
        }
        for field in [
            "",
            "nonsense",
            "Wed, 15 Feb",
            "99 Feb 1995 00:00:00",
            "31 Feb 1995 00:00",
            ":::",
            "+",
        ] {
            assert_eq!(date(field.as_bytes()), None, "{field}");
        }
    }
}
