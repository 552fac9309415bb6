//! Numbers: whole ones in ranges, and the ATA's numbers with decimals.

use super::parameter_type::Broken;
use crate::value::{XsdType, canonical};
use std::borrow::Cow;
use std::fmt;

/// Decimals of a number: the finest the guides print are milliseconds.
const DECIMALS: usize = 3;

/// A whole number in one of several ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Its type as a number.
    pub ty: XsdType,
    /// The ranges it may lie in; none for the whole of the type.
    pub ranges: Box<[Range]>,
    /// Whether it may be empty; its type on the wire is then `xsd:string`.
    pub empty: bool,
    /// Words it may be instead (`inf`); its type on the wire is then `xsd:string`.
    pub words: Box<[Box<str>]>,
}

/// The numbers from `min` to `max`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The smallest, if there is a limit below that of the type.
    pub min: Option<i64>,
    /// The largest, if there is a limit below that of the type.
    pub max: Option<i64>,
}

/// A number with decimals between two limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decimal {
    /// The smallest and the largest, if it is limited.
    pub range: Option<(f64, f64)>,
    /// Whether it may be empty.
    pub empty: bool,
}

impl Number {
    pub(super) fn check<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Broken> {
        let as_text = self.empty || !self.words.is_empty();
        if as_text && (self.words.iter().any(|word| **word == *text) || self.is_empty(text)) {
            return Ok(Cow::Borrowed(text.trim()));
        }
        let number = canonical(self.ty, text).map_err(|error| {
            if as_text {
                Broken::Value(error.to_string().into())
            } else {
                Broken::Type(error)
            }
        })?;
        let value: i128 = number
            .parse()
            .expect("canonical text of a number type is a number");
        if self.ranges.is_empty() || self.ranges.iter().any(|range| range.contains(value)) {
            return Ok(number);
        }
        let ranges: Vec<String> = self.ranges.iter().map(Range::to_string).collect();
        Err(Broken::Value(
            format!("is not {}", ranges.join(" or ")).into(),
        ))
    }

    fn is_empty(&self, text: &str) -> bool {
        self.empty && text.trim().is_empty()
    }
}

impl Range {
    fn contains(&self, value: i128) -> bool {
        self.min.is_none_or(|min| i128::from(min) <= value)
            && self.max.is_none_or(|max| value <= i128::from(max))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => write!(f, "{min}"),
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "{min} or more"),
            (None, Some(max)) => write!(f, "{max} or less"),
            (None, None) => f.write_str("a number"),
        }
    }
}

impl Decimal {
    pub(super) fn check<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Broken> {
        let bare = text.trim();
        if self.empty && bare.is_empty() {
            return Ok(Cow::Borrowed(bare));
        }
        let decimals = bare.split_once('.').map_or("", |(_, decimals)| decimals);
        if decimals.len() > DECIMALS {
            let rule = format!("has more than {DECIMALS} decimals");
            return Err(Broken::Value(rule.into()));
        }
        let value = parse_decimal(bare)
            .ok_or(Broken::Value(Cow::Borrowed("is not a number such as 0.5")))?;
        match self.range {
            Some((min, max)) if value < min || value > max => {
                Err(Broken::Value(format!("is not {min} to {max}").into()))
            }
            Some(_) | None => Ok(Cow::Borrowed(bare)),
        }
    }
}

/// Digits with at most one point among them and a sign before them; `.5` is one, `1e3` is not.
pub(super) fn parse_decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
