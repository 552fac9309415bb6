//! Maintenance windows: when something may be done to a device, in the device's own local time.

use crate::zone::{Zone, weekday_of};
use data_model::{OperatorError, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Windows of one text at most: one for each hour of a week is more than anybody needs.
const WINDOWS: usize = 32;
const MINUTE: i64 = 60;
const DAY_MINUTES: i64 = 24 * 60;
const WEEK_MINUTES: i64 = 7 * DAY_MINUTES;
const WEEK_SECONDS: i64 = WEEK_MINUTES * MINUTE;
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// When something may be done: `Mon-Fri 01:00-05:00; Sat,Sun 22:00-06:00`. Days are those a window begins on, all of
/// them if none are named; an end that is not behind its begin is on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Windows {
    text: String,
    /// Minutes of the week from Sunday 00:00: from, and to without it, which may be behind the week's end.
    spans: Vec<(i64, i64)>,
}

/// Whether a window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It is, until this moment; a week on if it never closes.
    Open {
        /// When it closes.
        until: Timestamp,
    },
    /// It is not, until this moment.
    Closed {
        /// When the next one opens.
        opens: Timestamp,
    },
}

impl Opening {
    /// Whether it is open.
    pub fn is_open(self) -> bool {
        matches!(self, Opening::Open { .. })
    }
}

impl Windows {
    /// Reads windows.
    ///
    /// # Errors
    /// If the text has none, or too many, or one that cannot be read.
    pub fn parse(text: &str) -> Result<Windows, OperatorError> {
        let wrong = |why: String| {
            OperatorError::new(
                "cannot read a maintenance window",
                why,
                "write it like `Mon-Fri 01:00-05:00; Sat,Sun 22:00-06:00`",
            )
        };
        let parts: Vec<&str> = text.split(';').map(str::trim).collect();
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            return Err(wrong("there is none in it".into()));
        }
        if parts.len() > WINDOWS {
            return Err(wrong(format!("there are more than {WINDOWS}")));
        }
        let mut spans = Vec::new();
        for part in &parts {
            let shown: String = part.chars().take(60).collect();
            let read = window(part).map_err(|why| wrong(format!("`{shown}`: {why}")))?;
            spans.extend(read);
        }
        Ok(Windows {
            text: parts.join("; "),
            spans,
        })
    }

    /// Whether a window is open in a time zone.
    pub fn open_at(&self, now: Timestamp, zone: &Zone) -> Opening {
        let secs = now.as_secs();
        let open = self.is_open(secs, zone);
        // It can only open or close where a span has an end, by either time of the year, and where clocks change.
        let mut moments: Vec<i64> = zone.changes_around(now);
        for offset in zone.offsets() {
            let local = secs + offset;
            let week = local - of_week(local);
            for (from, to) in &self.spans {
                for minute in [from, to] {
                    let at = week + minute * MINUTE - offset;
                    moments.extend([at - WEEK_SECONDS, at, at + WEEK_SECONDS]);
                }
            }
        }
        moments.retain(|at| (secs + 1..=secs + WEEK_SECONDS).contains(at));
        moments.sort_unstable();
        let other = moments
            .into_iter()
            .find(|at| self.is_open(*at, zone) != open);
        let other = Timestamp::from_secs(other.unwrap_or(secs + WEEK_SECONDS));
        match open {
            true => Opening::Open { until: other },
            false => Opening::Closed { opens: other },
        }
    }

    /// The windows as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn is_open(&self, secs: i64, zone: &Zone) -> bool {
        let local = secs + zone.offset_at(Timestamp::from_secs(secs));
        let minute = of_week(local) / MINUTE;
        self.spans.iter().any(|(from, to)| {
            (*from..*to).contains(&minute) || (*from..*to).contains(&(minute + WEEK_MINUTES))
        })
    }
}

/// Seconds since Sunday 00:00 of a local time in seconds since 1970.
fn of_week(local: i64) -> i64 {
    let day = local.div_euclid(86_400);
    weekday_of(day) * 86_400 + local.rem_euclid(86_400)
}

/// The spans of one window.
fn window(text: &str) -> Result<Vec<(i64, i64)>, String> {
    let (days, times) = match text.rsplit_once(char::is_whitespace) {
        Some((days, times)) => (days.trim(), times),
        None => ("", text),
    };
    let (from, to) = times
        .split_once('-')
        .ok_or("times are written 01:00-05:00")?;
    let (from, mut to) = (time(from)?, time(to)?);
    if from == DAY_MINUTES {
        return Err("no day begins at 24:00".into());
    }
    if from == to {
        return Err("it ends when it begins; a whole day is 00:00-24:00".into());
    }
    if to < from {
        to += DAY_MINUTES;
    }
    let spans = weekdays(days)?.into_iter().map(|day| {
        let begins = day * DAY_MINUTES;
        (begins + from, begins + to)
    });
    Ok(spans.collect())
}

fn weekdays(text: &str) -> Result<Vec<i64>, String> {
    if text.is_empty() {
        return Ok((0..7).collect());
    }
    let mut found = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (weekday(first)?, weekday(last)?);
        // Fri-Mon goes over the end of the week.
        let length = (last - first).rem_euclid(7);
        found.extend((0..=length).map(|day| (first + day) % 7));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn weekday(text: &str) -> Result<i64, String> {
    let name = text.trim().to_ascii_lowercase();
    let found = (0..).zip(DAYS).find(|(_, day)| *day == name);
    found
        .map(|(number, _)| number)
        .ok_or_else(|| format!("`{}` is no day; write Mon, Tue, ...", text.trim()))
}

/// Minutes of a day.
fn time(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{}` is no time; write it like 01:30", text.trim());
    let (hours, minutes) = text.trim().split_once(':').ok_or_else(wrong)?;
    let number = |text: &str| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (hours, minutes) = (
        number(hours).ok_or_else(wrong)?,
        number(minutes).ok_or_else(wrong)?,
    );
    let minute = hours * 60 + minutes;
    if minutes > 59 || minute > DAY_MINUTES {
        return Err(wrong());
    }
    Ok(minute)
}

impl FromStr for Windows {
    type Err = OperatorError;

    fn from_str(text: &str) -> Result<Windows, OperatorError> {
        Windows::parse(text)
    }
}

impl TryFrom<String> for Windows {
    type Error = String;

    fn try_from(text: String) -> Result<Windows, String> {
        Windows::parse(&text)
            .map_err(|error| format!("{}: {}; {}", error.what, error.why, error.fix))
    }
}

impl From<Windows> for String {
    fn from(windows: Windows) -> String {
        windows.text
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let time = data_model::timestamp::DateTime::from_text(text);
        time.instant().unwrap()
    }

    fn ask(windows: &str, zone: &str, now: &str) -> (bool, String) {
        let windows = Windows::parse(windows).unwrap();
        let zone = Zone::parse_posix(zone).unwrap();
        match windows.open_at(at(now), &zone) {
            Opening::Open { until } => (true, until.to_xsd()),
            Opening::Closed { opens } => (false, opens.to_xsd()),
        }
    }

    const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

    #[test]
    fn a_window_opens_and_closes_in_the_devices_own_time() {
        // 2026-11-26 is a Thursday.
        let windows = "Mon-Fri 01:00-05:00";
        let open = |now, (is, at): (bool, &str)| {
            assert_eq!(ask(windows, BERLIN, now), (is, at.to_owned()), "{now}");
        };
        open("2026-11-25T23:59:59Z", (false, "2026-11-26T00:00:00Z"));
        open("2026-11-26T00:00:00Z", (true, "2026-11-26T04:00:00Z"));
        open("2026-11-26T03:59:59Z", (true, "2026-11-26T04:00:00Z"));
        open("2026-11-26T04:00:00Z", (false, "2026-11-27T00:00:00Z"));
        open("2026-11-27T04:00:00Z", (false, "2026-11-30T00:00:00Z"));
        let (is, at) = ask(windows, "EST5EDT", "2026-11-26T04:00:00Z");
        assert_eq!((is, &*at), (false, "2026-11-26T06:00:00Z"));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_it_begins_on() {
        let night = "Sat 22:00-04:00";
        assert!(ask(night, "UTC0", "2026-11-28T23:00:00Z").0);
        assert!(ask(night, "UTC0", "2026-11-29T03:59:00Z").0);
        assert!(!ask(night, "UTC0", "2026-11-28T03:00:00Z").0);
        assert!(!ask(night, "UTC0", "2026-11-29T22:30:00Z").0);
        let (open, until) = ask(night, "UTC0", "2026-11-28T23:00:00Z");
        assert_eq!((open, &*until), (true, "2026-11-29T04:00:00Z"));
    }

    #[test]
    fn windows_that_touch_are_one_and_a_whole_week_never_closes() {
        let touching = "Mon 22:00-24:00; Tue 00:00-03:00";
        let (_, until) = ask(touching, "UTC0", "2026-11-23T22:30:00Z");
        assert_eq!(until, "2026-11-24T03:00:00Z");
        let (open, until) = ask("00:00-24:00", BERLIN, "2026-11-23T22:30:00Z");
        assert_eq!((open, &*until), (true, "2026-11-30T22:30:00Z"));
    }

    #[test]
    fn a_window_keeps_to_the_clock_when_the_clock_changes() {
        // Clocks go from 02:00 to 03:00: the hour of the window does not exist on that day.
        let windows = "Sun 02:00-03:00";
        let (open, opens) = ask(windows, BERLIN, "2026-03-29T00:30:00Z");
        assert_eq!((open, &*opens), (false, "2026-04-05T00:00:00Z"));
        // And from 03:00 to 02:00: it is there twice.
        let (open, until) = ask(windows, BERLIN, "2026-10-25T00:30:00Z");
        assert_eq!((open, &*until), (true, "2026-10-25T02:00:00Z"));
        let across = "Sat 23:00-05:00";
        let (_, until) = ask(across, BERLIN, "2026-10-24T22:00:00Z");
        assert_eq!(until, "2026-10-25T04:00:00Z");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, why) in [
            ("", "none in it"),
            (" ; ", "none in it"),
            ("Mon", "times are written"),
            ("Moon 01:00-02:00", "is no day"),
            ("Mon 1:00-02:00", "is no time"),
            ("Mon 01:00-25:00", "is no time"),
            ("Mon 24:00-01:00", "begins at 24:00"),
            ("Mon 01:00-01:00", "ends when it begins"),
            ("01:60-02:00", "is no time"),
        ] {
            let error = Windows::parse(text).unwrap_err();
            assert!(error.why.contains(why), "`{text}`: {}", error.why);
        }
        assert!(Windows::parse(&"01:00-02:00;".repeat(33)).is_err());
    }

    #[test]
    fn days_are_lists_and_ranges_also_over_the_end_of_the_week() {
        assert_eq!(weekdays("Fri-Mon").unwrap(), [0, 1, 5, 6]);
        assert_eq!(weekdays("mon, WED,wed").unwrap(), [1, 3]);
        let json = serde_json::to_string(&Windows::parse("Mon  01:00-02:00 ;").unwrap()).unwrap();
        assert_eq!(json, "\"Mon  01:00-02:00\"");
        assert!(serde_json::from_str::<Windows>("\"never\"").is_err());
    }
}
