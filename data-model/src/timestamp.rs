//! Moments: milliseconds for our own arithmetic, `xsd:dateTime` text for the wire.

use chrono::{DateTime as ChronoDateTime, NaiveDateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z. Callers pass it in; nothing here reads a clock.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// A moment by its milliseconds since the epoch.
    pub const fn from_millis(ms: i64) -> Timestamp {
        Timestamp(ms)
    }

    /// A moment by its seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Timestamp {
        Timestamp(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and `ms` milliseconds more; stops at the end of time instead of wrapping.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Timestamp {
        let ms = if ms > i64::MAX as u64 {
            i64::MAX
        } else {
            ms as i64
        };
        Timestamp(self.0.saturating_add(ms))
    }

    /// This moment and `secs` seconds more; stops at the end of time instead of wrapping.
    #[must_use]
    pub const fn plus_secs(self, secs: u64) -> Timestamp {
        self.plus_ms(secs.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this moment, zero if it is not earlier.
    pub const fn since_ms(self, earlier: Timestamp) -> u64 {
        let gap = self.0.saturating_sub(earlier.0);
        if gap < 0 { 0 } else { gap as u64 }
    }

    /// As `xsd:dateTime` in UTC, to the second: `2026-11-24T10:00:00Z`.
    pub fn to_xsd(self) -> String {
        match ChronoDateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(moment) => moment.to_rfc3339_opts(SecondsFormat::Secs, true),
            None => DateTime::UNKNOWN.to_owned(),
        }
    }

    /// As the `Date` header of HTTP has it: `Tue, 24 Nov 2026 10:00:00 GMT`.
    pub fn to_http_date(self) -> Option<String> {
        let moment = ChronoDateTime::<Utc>::from_timestamp_millis(self.0)?;
        Some(moment.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }

    /// As `xsd:dateTime` in UTC, to the millisecond.
    pub fn to_xsd_millis(self) -> String {
        match ChronoDateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(moment) => moment.to_rfc3339_opts(SecondsFormat::Millis, true),
            None => DateTime::UNKNOWN.to_owned(),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_xsd_millis())
    }
}

/// What a `dateTime` text means (TR-106 3.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A point in absolute time.
    At(Timestamp),
    /// `0001-01-01T00:00:00Z`: the time is not known.
    Unknown,
    /// `9999-12-31T23:59:59Z`: never ends.
    Infinite,
    /// No zone and a year below 1000: milliseconds since the device booted.
    SinceBoot(u64),
}

/// An `xsd:dateTime` as it stood on the wire.
///
/// Devices send garbage here when their clock is not set; the text is kept whatever it is, and
/// [`DateTime::moment`] says what it means, if anything.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(String);

impl DateTime {
    /// TR-106 3.2.2: the Unknown Time.
    pub const UNKNOWN: &'static str = "0001-01-01T00:00:00Z";
    /// TR-106 3.2.2: the Infinite Time.
    pub const INFINITE: &'static str = "9999-12-31T23:59:59Z";

    /// The Unknown Time.
    pub fn unknown() -> DateTime {
        DateTime(DateTime::UNKNOWN.to_owned())
    }

    /// Keeps a text, whatever it is.
    pub fn from_text(text: impl Into<String>) -> DateTime {
        DateTime(text.into())
    }

    /// A moment in UTC, to the second.
    pub fn at(moment: Timestamp) -> DateTime {
        DateTime(moment.to_xsd())
    }

    /// A moment as local time with its offset, as Inform.CurrentTime wants it (TR-069 Table 37).
    pub fn local(moment: Timestamp, utc_offset_minutes: i32) -> DateTime {
        let offset = chrono::FixedOffset::east_opt(utc_offset_minutes.saturating_mul(60));
        let utc = ChronoDateTime::<Utc>::from_timestamp_millis(moment.as_millis());
        match (offset, utc) {
            (Some(offset), Some(utc)) => DateTime(
                utc.with_timezone(&offset)
                    .to_rfc3339_opts(SecondsFormat::Secs, false),
            ),
            _ => DateTime::unknown(),
        }
    }

    /// The text as it stood on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the text means, or `None` if it is no `dateTime`.
    pub fn moment(&self) -> Option<Moment> {
        parse_moment(&self.0)
    }

    /// The point in absolute time this text names, if it names one.
    pub fn instant(&self) -> Option<Timestamp> {
        match self.moment() {
            Some(Moment::At(at)) => Some(at),
            Some(Moment::Unknown | Moment::Infinite | Moment::SinceBoot(_)) | None => None,
        }
    }
}

impl Default for DateTime {
    fn default() -> DateTime {
        DateTime::unknown()
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the forms met in the field (spec W-11): `Z`, `+02:00`, `+0200`, no zone, one to nine
/// fraction digits, blanks around, and the two special times.
pub fn parse_moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() < 19 || text.len() > 40 {
        return None;
    }
    if text == DateTime::UNKNOWN || text == "0001-01-01T00:00:00" {
        return Some(Moment::Unknown);
    }
    if text == DateTime::INFINITE {
        return Some(Moment::Infinite);
    }
    if let Ok(zoned) = ChronoDateTime::parse_from_rfc3339(text) {
        return Some(Moment::At(Timestamp(zoned.timestamp_millis())));
    }
    if let Ok(zoned) = ChronoDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(Moment::At(Timestamp(zoned.timestamp_millis())));
    }
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    let ms = naive.and_utc().timestamp_millis();
    if text.starts_with('0') {
        // TR-106 3.2.2: relative time, counted from 0001-01-01T00:00:00.
        let year_one = ChronoDateTime::parse_from_rfc3339(DateTime::UNKNOWN).ok()?;
        let since = ms.checked_sub(year_one.timestamp_millis())?;
        return u64::try_from(since).ok().map(Moment::SinceBoot);
    }
    // A zone-less time of an absolute year: read as UTC, as TR-069 Table 12 wants it.
    Some(Moment::At(Timestamp(ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        match parse_moment(text) {
            Some(Moment::At(at)) => at.as_millis(),
            other => panic!("{text} was read as {other:?}"),
        }
    }

    /// Covers W-11.
    #[test]
    fn every_form_of_one_moment_is_the_same_moment() {
        let expected = at("2026-11-24T10:00:00Z");
        for form in [
            "2026-11-24T12:00:00+02:00",
            "2026-11-24T12:00:00+0200",
            "2026-11-24T10:00:00-00:00",
            "2026-11-24T10:00:00",
            "2026-11-24T10:00:00.000000Z",
            "  2026-11-24T10:00:00Z\n",
        ] {
            assert_eq!(at(form), expected, "{form}");
        }
    }

    #[test]
    fn special_times_are_told_from_absolute_ones() {
        assert_eq!(parse_moment("0001-01-01T00:00:00Z"), Some(Moment::Unknown));
        assert_eq!(parse_moment("9999-12-31T23:59:59Z"), Some(Moment::Infinite));
        assert_eq!(
            parse_moment("0001-01-03T03:04:05"),
            Some(Moment::SinceBoot(((2 * 24 + 3) * 3600 + 4 * 60 + 5) * 1000))
        );
    }

    #[test]
    fn garbage_is_kept_as_text_and_means_nothing() {
        for text in [
            "",
            "yesterday",
            "2026-13-45T00:00:00Z",
            "99999-01-01T00:00:00Z",
        ] {
            let time = DateTime::from_text(text);
            assert_eq!(time.as_str(), text);
            assert_eq!(time.moment(), None, "{text}");
        }
    }

    #[test]
    fn local_time_carries_its_offset() {
        let moment = Timestamp::from_secs(1_700_000_000);
        let text = DateTime::local(moment, 120);
        assert!(text.as_str().ends_with("+02:00"));
        assert_eq!(text.instant(), Some(moment));
    }

    #[test]
    fn arithmetic_never_wraps() {
        let end = Timestamp::from_millis(i64::MAX);
        assert_eq!(end.plus_secs(u64::MAX), end);
        assert_eq!(
            Timestamp::from_millis(5).since_ms(Timestamp::from_millis(9)),
            0
        );
    }
}
