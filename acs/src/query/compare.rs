//! How one value of a device is compared: the rules that the evaluator and the database keep to alike.

use super::ast::{Check, Value};
use super::glob;
use data_model::{DateTime, Timestamp};
use std::cmp::Ordering;

/// One value of a device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(i64),
    /// A moment, in milliseconds since 1970.
    Time(i64),
}

/// The number a text is: digits with a sign and a fraction, nothing else.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
    if text.is_empty() || text.len() > 32 || !text.bytes().all(plain) {
        return None;
    }
    text.parse().ok()
}

/// The moment a text names, in milliseconds since 1970.
pub fn moment(text: &str) -> Option<i64> {
    DateTime::from_text(text)
        .instant()
        .map(Timestamp::as_millis)
}

/// Compares versions part by part: runs of digits as numbers, runs of letters as texts; everything else separates.
/// `11-3-2MPP0102-233` comes before `11-10-1`, and `11-3` before `11-3-1`.
pub fn versions(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    loop {
        match (part(&mut left), part(&mut right)) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match parts(a, b) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

/// Takes the next run off the front.
fn part<'a>(text: &mut &'a str) -> Option<&'a str> {
    let rest = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let first = rest.chars().next()?;
    let same = |c: char| c.is_alphanumeric() && c.is_ascii_digit() == first.is_ascii_digit();
    let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
    let (part, rest) = rest.split_at(end);
    *text = rest;
    Some(part)
}

fn parts(a: &str, b: &str) -> Ordering {
    let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match (digits(a), digits(b)) {
        (true, true) => {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        // A number comes behind letters: `11-3-beta` before `11-3-1`.
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let lower = |text: &str| text.to_lowercase();
            lower(a).cmp(&lower(b))
        }
    }
}

/// How a value of a device stands to one of a query; `None` if they cannot be compared.
fn against(found: Scalar<'_>, wanted: &Value, now: Timestamp) -> Option<Ordering> {
    match (found, wanted) {
        (Scalar::Text(text), Value::Text(wanted)) => Some(text.cmp(wanted.as_str())),
        (Scalar::Text(text), Value::Number(wanted)) => number(text)?.partial_cmp(wanted),
        (Scalar::Text(text), Value::Bool(wanted)) => truth(text).map(|truth| truth.cmp(wanted)),
        (Scalar::Text(text), Value::Version(wanted)) => {
            (!text.is_empty()).then(|| versions(text, wanted))
        }
        (Scalar::Text(text), wanted @ (Value::Time(_) | Value::Ago(_))) => {
            Some(moment(text)?.cmp(&time(wanted, now)?))
        }
        (Scalar::Number(number), Value::Number(wanted)) => (number as f64).partial_cmp(wanted),
        (Scalar::Time(ms), wanted @ (Value::Time(_) | Value::Ago(_))) => {
            Some(ms.cmp(&time(wanted, now)?))
        }
        (Scalar::Number(_) | Scalar::Time(_), _) => None,
    }
}

/// What devices write for true and false.
pub fn truth(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The moment a value of a query names, in milliseconds since 1970.
pub fn time(value: &Value, now: Timestamp) -> Option<i64> {
    match value {
        Value::Time(ms) => Some(*ms),
        Value::Ago(ms) => Some(now.as_millis().saturating_sub(i64::try_from(*ms).ok()?)),
        Value::Text(_) | Value::Number(_) | Value::Bool(_) | Value::Version(_) => None,
    }
}

/// Whether a value of a device fulfils a check.
pub fn holds(found: Scalar<'_>, check: &Check, now: Timestamp) -> bool {
    match check {
        Check::Is(wanted) => against(found, wanted, now) == Some(Ordering::Equal),
        Check::Order(order, wanted) => {
            against(found, wanted, now).is_some_and(|ordering| order.holds(ordering))
        }
        Check::OneOf(list) => list
            .iter()
            .any(|wanted| against(found, wanted, now) == Some(Ordering::Equal)),
        Check::Contains(wanted) => {
            matches!(found, Scalar::Text(text) if glob::contains(text, wanted))
        }
        Check::Like(pattern) => matches!(found, Scalar::Text(text) if glob::matches(pattern, text)),
        Check::Exists => !matches!(found, Scalar::Text("") | Scalar::Time(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_part_by_part() {
        for (one, other) in [
            ("11-3-2MPP0102-233", "11-10-1"),
            ("11-3", "11-3-1"),
            ("1.4.1", "1.4.1(002)"),
            ("11-3-beta", "11-3-1"),
            ("9", "10"),
            ("", "0"),
            ("99999999999999999999998", "99999999999999999999999"),
        ] {
            assert_eq!(versions(one, other), Ordering::Less, "{one} {other}");
            assert_eq!(versions(other, one), Ordering::Greater, "{one} {other}");
        }
        assert_eq!(versions("11-03-2", "11.3.2"), Ordering::Equal);
        assert_eq!(versions("1.0-RC", "1.0.rc"), Ordering::Equal);
    }

    #[test]
    fn a_text_is_a_number_only_if_it_is_one() {
        assert_eq!(number(" 3600 "), Some(3600.0));
        assert_eq!(number("-1.5"), Some(-1.5));
        for text in ["", "1e9", "inf", "NaN", "0x10", "12 s", "1-2"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
