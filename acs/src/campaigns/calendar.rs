//! When a device may be touched: its windows and the freeze calendar, both in its own time.

use crate::store::Freeze;
use crate::windows::{Opening, Windows};
use crate::zone::Zone;
use data_model::{DateTime, OperatorError, Timestamp};

const DAY_SECS: i64 = 86_400;

/// A freeze as it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenDays {
    /// The first day, counted from 1970-01-01.
    from: i64,
    /// The last one.
    until: i64,
    reason: String,
}

impl FrozenDays {
    /// Reads a freeze.
    ///
    /// # Errors
    /// If a day cannot be read, or the last one is before the first.
    pub fn read(freeze: &Freeze) -> Result<FrozenDays, OperatorError> {
        let wrong = |why: String| {
            OperatorError::new(
                "cannot read a freeze",
                why,
                "write days like 2026-12-20, the last one not before the first",
            )
        };
        let day =
            |text: &str| day(text).ok_or_else(|| wrong(format!("`{}` is no day", shown(text))));
        let (from, until) = (day(&freeze.from)?, day(&freeze.until)?);
        if until < from {
            return Err(wrong(format!("{} is before {}", freeze.until, freeze.from)));
        }
        let reason = freeze.reason.clone();
        Ok(FrozenDays {
            from,
            until,
            reason,
        })
    }
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// `2026-12-20` as days since 1970-01-01.
fn day(text: &str) -> Option<i64> {
    let plain = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let moment = plain.then(|| DateTime::from_text(format!("{text}T00:00:00Z")).instant())??;
    // A day that does not exist, such as February 30, is not taken for another one.
    (moment.to_xsd().starts_with(text)).then_some(moment.as_secs().div_euclid(DAY_SECS))
}

/// Whether a device may be touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// It may, until this moment; `None` if nothing ends it.
    Now(Option<Timestamp>),
    /// Not before this moment.
    NotBefore(Timestamp, String),
}

/// Whether a device in this time zone may be touched.
pub fn touch(
    windows: Option<&Windows>,
    frozen: &[FrozenDays],
    zone: &Zone,
    now: Timestamp,
) -> Touch {
    let offset = zone.offset_at(now);
    let today = (now.as_secs() + offset).div_euclid(DAY_SECS);
    let midnight = |day: i64| {
        let about = Timestamp::from_secs(day * DAY_SECS - offset);
        Timestamp::from_secs(day * DAY_SECS - zone.offset_at(about))
    };
    if let Some(freeze) = frozen
        .iter()
        .find(|freeze| (freeze.from..=freeze.until).contains(&today))
    {
        return Touch::NotBefore(
            midnight(freeze.until + 1),
            format!("frozen: {}", freeze.reason),
        );
    }
    let next_freeze = frozen
        .iter()
        .map(|freeze| freeze.from)
        .filter(|from| *from > today)
        .min();
    let next_freeze = next_freeze.map(midnight);
    match windows.map(|windows| windows.open_at(now, zone)) {
        Some(Opening::Closed { opens }) => Touch::NotBefore(opens, "outside of its windows".into()),
        Some(Opening::Open { until }) => {
            Touch::Now(Some(next_freeze.map_or(until, |freeze| freeze.min(until))))
        }
        None => Touch::Now(next_freeze),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::from_text(text).instant().unwrap()
    }

    fn freeze(from: &str, until: &str) -> Freeze {
        Freeze {
            from: from.into(),
            until: until.into(),
            reason: "holidays".into(),
        }
    }

    fn frozen() -> Vec<FrozenDays> {
        vec![FrozenDays::read(&freeze("2026-12-20", "2027-01-06")).unwrap()]
    }

    #[test]
    fn frozen_days_are_those_of_the_devices_own_calendar() {
        let tokyo = Zone::parse_posix("JST-9").unwrap();
        let may = |zone: &Zone, now| touch(None, &frozen(), zone, at(now));
        let begins = Touch::Now(Some(at("2026-12-20T00:00:00Z")));
        assert_eq!(may(&Zone::UTC, "2026-12-19T23:59:59Z"), begins);
        assert!(matches!(
            may(&tokyo, "2026-12-19T15:00:00Z"),
            Touch::NotBefore(..)
        ));
        let Touch::NotBefore(opens, why) = may(&Zone::UTC, "2027-01-06T23:00:00Z") else {
            panic!("the last day is frozen too")
        };
        assert_eq!(
            (opens, why.as_str()),
            (at("2027-01-07T00:00:00Z"), "frozen: holidays")
        );
        assert_eq!(may(&Zone::UTC, "2027-01-07T00:00:00Z"), Touch::Now(None));
        assert_eq!(may(&tokyo, "2027-01-06T15:00:00Z"), Touch::Now(None));
    }

    #[test]
    fn a_window_ends_where_a_freeze_begins() {
        let windows = Windows::parse("22:00-04:00").unwrap();
        let may = |now| touch(Some(&windows), &frozen(), &Zone::UTC, at(now));
        assert_eq!(
            may("2026-12-19T22:30:00Z"),
            Touch::Now(Some(at("2026-12-20T00:00:00Z")))
        );
        assert_eq!(
            may("2026-12-18T22:30:00Z"),
            Touch::Now(Some(at("2026-12-19T04:00:00Z")))
        );
        let closed = may("2026-12-18T12:00:00Z");
        let opens = at("2026-12-18T22:00:00Z");
        assert_eq!(
            closed,
            Touch::NotBefore(opens, "outside of its windows".into())
        );
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for (from, until) in [
            ("2026-02-30", "2026-03-01"),
            ("2026-12-20", "2026-12-19"),
            ("20.12.2026", "2026-12-21"),
            ("", ""),
            ("2026-13-01", "2026-13-02"),
        ] {
            assert!(
                FrozenDays::read(&freeze(from, until)).is_err(),
                "{from} {until}"
            );
        }
        assert!(FrozenDays::read(&freeze("2026-12-20", "2026-12-20")).is_ok());
    }
}
