//! Time zones of devices: what `Device.Time.LocalTimeZone` says, and which local time a moment is there.

use data_model::{OperatorError, ParameterList, Timestamp};
use serde::Deserialize;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// A time zone, with its daylight saving time if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Zone {
    /// Seconds east of UTC in standard time.
    standard: i64,
    summer: Option<Summer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Summer {
    /// Seconds east of UTC while it lasts.
    offset: i64,
    start: Change,
    end: Change,
}

/// When the clocks change: a day of the year, and a local time of it in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    day: Day,
    seconds: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    /// `Jn`: 1 to 365, February 29 is never counted.
    Julian(i64),
    /// `n`: 0 to 365, February 29 is counted.
    OfYear(i64),
    /// `Mm.w.d`: month, week (5 is the last), weekday (0 is Sunday).
    Weekday(i64, i64, i64),
}

impl Zone {
    /// The zone without an offset.
    pub const UTC: Zone = Zone {
        standard: 0,
        summer: None,
    };

    /// Reads a `TZ` of POSIX, such as `CET-1CEST,M3.5.0,M10.5.0/3` (TR-181: LocalTimeZone).
    ///
    /// # Errors
    /// If it is none.
    pub fn parse_posix(text: &str) -> Result<Zone, OperatorError> {
        let wrong = || {
            let shown: String = text.chars().take(80).collect();
            OperatorError::new(
                "cannot read a time zone",
                format!("`{shown}` is no TZ string of POSIX"),
                "write it like UTC0, EST5EDT or CET-1CEST,M3.5.0,M10.5.0/3",
            )
        };
        posix(text.trim()).ok_or_else(wrong)
    }

    /// Reads what a device shows: the form of POSIX, an offset such as `+01:00` (TR-098), or the code of an ATA such as
    /// `-08 1 1`, of which the offset counts. `None` if it is none of them.
    pub fn of_device(text: &str) -> Option<Zone> {
        let text = text.trim();
        if let Some(zone) = posix(text) {
            return Some(zone);
        }
        let offset = text.split(' ').next()?;
        let (sign, digits) = match offset.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = digits.split_once([':', '.']).unwrap_or((digits, "0"));
        let number = |text: &str, most: i64| {
            let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            let number = plain.then(|| text.parse::<i64>().ok())?;
            number.filter(|number| *number <= most)
        };
        let standard = sign * (number(hours, 14)? * HOUR + number(minutes, 59)? * 60);
        Some(Zone {
            standard,
            summer: None,
        })
    }

    /// The zone a device shows among its parameters. TR-098 has the offset in LocalTimeZone and often the whole zone in
    /// LocalTimeZoneName.
    pub fn observed(values: &ParameterList) -> Option<Zone> {
        let named = values.get_by_suffix(".Time.LocalTimeZoneName");
        let named = named.and_then(|text| posix(text.trim()));
        named.or_else(|| Zone::of_device(values.get_by_suffix(".Time.LocalTimeZone")?))
    }

    /// Seconds east of UTC at a moment.
    pub fn offset_at(&self, at: Timestamp) -> i64 {
        let Some(summer) = &self.summer else {
            return self.standard;
        };
        let secs = at.as_secs();
        let (year, _, _) = civil((secs + self.standard).div_euclid(DAY));
        let start = summer.start.in_year(year) - self.standard;
        let end = summer.end.in_year(year) - summer.offset;
        let inside = if start <= end {
            (start..end).contains(&secs)
        } else {
            // South of the equator the summer is the turn of the year.
            !(end..start).contains(&secs)
        };
        if inside { summer.offset } else { self.standard }
    }

    /// The two offsets, equal if the clocks never change.
    pub(crate) fn offsets(&self) -> [i64; 2] {
        let summer = self.summer.as_ref();
        [
            self.standard,
            summer.map_or(self.standard, |summer| summer.offset),
        ]
    }

    /// When the clocks change from the year before a moment to the one after it, in seconds of UTC.
    pub(crate) fn changes_around(&self, at: Timestamp) -> Vec<i64> {
        let Some(summer) = &self.summer else {
            return Vec::new();
        };
        let (year, _, _) = civil(at.as_secs().div_euclid(DAY));
        let changes = (year - 1..=year + 1).flat_map(|year| {
            [
                summer.start.in_year(year) - self.standard,
                summer.end.in_year(year) - summer.offset,
            ]
        });
        changes.collect()
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(text: String) -> Result<Zone, String> {
        Zone::parse_posix(&text).map_err(|error| format!("{}; {}", error.why, error.fix))
    }
}

impl Change {
    /// The local time of the change in a year, in seconds since 1970.
    fn in_year(self, year: i64) -> i64 {
        let first = days(year, 1, 1);
        let day = match self.day {
            Day::OfYear(day) => first + day,
            Day::Julian(day) => first + day - 1 + i64::from(is_leap(year) && day >= 60),
            Day::Weekday(month, week, weekday) => {
                let begins = days(year, month, 1);
                let found = begins + (weekday - weekday_of(begins)).rem_euclid(7) + (week - 1) * 7;
                let next = if month == 12 {
                    days(year + 1, 1, 1)
                } else {
                    days(year, month + 1, 1)
                };
                if found >= next { found - 7 } else { found }
            }
        };
        day * DAY + self.seconds
    }
}

/// Days since 1970-01-01 of a date, by the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The weekday of a number of days since 1970-01-01; 0 is Sunday.
pub(crate) fn weekday_of(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

fn posix(text: &str) -> Option<Zone> {
    if text.len() > 100 || !text.is_ascii() {
        return None;
    }
    let rest = name(text)?;
    let (standard, rest) = offset(rest, 24)?;
    let standard = -standard;
    if rest.is_empty() {
        return Some(Zone {
            standard,
            summer: None,
        });
    }
    let rest = name(rest)?;
    let (summer, rest) = match rest.starts_with(',') || rest.is_empty() {
        true => (standard + HOUR, rest),
        false => {
            let (offset, rest) = offset(rest, 24)?;
            (-offset, rest)
        }
    };
    // Without a rule it is for the system to choose; common ones take that of the USA.
    let rest = if rest.is_empty() {
        ",M3.2.0,M11.1.0"
    } else {
        rest
    };
    let (start, end) = rest.strip_prefix(',')?.split_once(',')?;
    let summer = Summer {
        offset: summer,
        start: change(start)?,
        end: change(end)?,
    };
    Some(Zone {
        standard,
        summer: Some(summer),
    })
}

/// What stands behind the name of a zone: three letters or more, or anything plain in `<>`.
fn name(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('<') {
        let (name, rest) = quoted.split_once('>')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'-';
        return (name.len() >= 3 && name.bytes().all(plain)).then_some(rest);
    }
    let end = text.find(|letter: char| !letter.is_ascii_alphabetic());
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    (name.len() >= 3).then_some(rest)
}

/// `[+-]hh[:mm[:ss]]` in seconds, and what stands behind it.
fn offset(text: &str, most_hours: i64) -> Option<(i64, &str)> {
    let end = text.find(|letter: char| !matches!(letter, '+' | '-' | ':' | '0'..='9'));
    let (time, rest) = text.split_at(end.unwrap_or(text.len()));
    let (sign, time) = match time.as_bytes().first()? {
        b'-' => (-1, &time[1..]),
        b'+' => (1, &time[1..]),
        _ => (1, time),
    };
    let mut seconds = 0;
    let mut unit = HOUR;
    for (place, part) in time.split(':').enumerate() {
        let most = if place == 0 { most_hours } else { 59 };
        let plain = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let number = plain.then(|| part.parse::<i64>().ok())??;
        if number > most || place > 2 {
            return None;
        }
        seconds += number * unit;
        unit /= 60;
    }
    Some((sign * seconds, rest))
}

fn change(text: &str) -> Option<Change> {
    let (day, time) = text.split_once('/').unwrap_or((text, "2"));
    // A week either way, as newer editions of POSIX have it.
    let (seconds, rest) = offset(time, 167)?;
    if !rest.is_empty() {
        return None;
    }
    let number = |text: &str, range: std::ops::RangeInclusive<i64>| {
        let plain = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number = plain.then(|| text.parse::<i64>().ok())?;
        number.filter(|number| range.contains(number))
    };
    let day = if let Some(rule) = day.strip_prefix('M') {
        let mut parts = rule.split('.');
        let found = Day::Weekday(
            number(parts.next()?, 1..=12)?,
            number(parts.next()?, 1..=5)?,
            number(parts.next()?, 0..=6)?,
        );
        if parts.next().is_some() {
            return None;
        }
        found
    } else if let Some(day) = day.strip_prefix('J') {
        Day::Julian(number(day, 1..=365)?)
    } else {
        Day::OfYear(number(day, 0..=365)?)
    };
    Some(Change { day, seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: &str, at: &str) -> i64 {
        let at = data_model::timestamp::DateTime::from_text(at);
        let zone = Zone::parse_posix(zone).unwrap();
        zone.offset_at(at.instant().unwrap()) / 60
    }

    #[test]
    fn clocks_change_when_the_rule_says() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        assert_eq!(hours(berlin, "2026-03-29T00:59:59Z"), 60);
        assert_eq!(hours(berlin, "2026-03-29T01:00:00Z"), 120);
        assert_eq!(hours(berlin, "2026-10-25T00:59:59Z"), 120);
        assert_eq!(hours(berlin, "2026-10-25T01:00:00Z"), 60);
        let sydney = "AEST-10AEDT,M10.1.0,M4.1.0/3";
        assert_eq!(hours(sydney, "2026-01-01T00:00:00Z"), 660);
        assert_eq!(hours(sydney, "2026-04-04T16:00:00Z"), 600);
        assert_eq!(hours(sydney, "2026-10-03T15:59:59Z"), 600);
        assert_eq!(hours(sydney, "2026-10-03T16:00:00Z"), 660);
        assert_eq!(hours("EST5EDT", "2026-07-01T00:00:00Z"), -240);
        assert_eq!(hours("EST5EDT", "2026-12-01T00:00:00Z"), -300);
        assert_eq!(hours("<+0330>-3:30", "2026-07-01T00:00:00Z"), 210);
        assert_eq!(hours("UTC0", "2026-07-01T00:00:00Z"), 0);
        // Days by their number: March 1 is J60 in every year, and 60 in a leap year only.
        let zone = "AAA0BBB,J60/0,J61/0";
        assert_eq!(hours(zone, "2028-03-01T12:00:00Z"), 60);
        assert_eq!(hours(zone, "2028-02-29T12:00:00Z"), 0);
        assert_eq!(hours("AAA0BBB,59/0,60/0", "2028-02-29T12:00:00Z"), 60);
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in [
            "",
            "C",
            "CET",
            "CET-1CEST,M3.5.0",
            "CET-25",
            "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1 ",
            "CET-1CEST,M3.5.0,M10.5.0/3x",
            "<>-1",
            "\u{e9}\u{e9}\u{e9}1",
            "CET-1CEST,J0,J1",
            "CET--1",
        ] {
            let read = Zone::parse_posix(text);
            let trimmed_is_one = text == "CET-1 ";
            assert_eq!(read.is_ok(), trimmed_is_one, "`{text}`: {read:?}");
        }
    }

    #[test]
    fn devices_show_zones_in_three_ways() {
        let minutes = |text| Zone::of_device(text).map(|zone: Zone| zone.standard / 60);
        assert_eq!(minutes("CET-1CEST,M3.5.0,M10.5.0/3"), Some(60));
        assert_eq!(minutes("-08 1 1"), Some(-480));
        assert_eq!(minutes("+05.30 1 1"), Some(330));
        assert_eq!(minutes("+01:00"), Some(60));
        assert_eq!(minutes("Europe/Berlin"), None);
        assert_eq!(minutes(""), None);
        assert_eq!(minutes("+99:00"), None);
    }

    #[test]
    fn dates_and_days_are_each_other() {
        for day in (-200_000..200_000).step_by(37) {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(weekday_of(days(2026, 11, 26)), 4);
    }
}
