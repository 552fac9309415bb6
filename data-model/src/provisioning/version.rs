//! Firmware versions as rules compare them: `11-3-2MPP0102-233`, and the older `1.4.1(SR5)`.

use std::cmp::Ordering;
use std::fmt;

/// Characters of a version; none in the field has more than 32.
const CHARS: usize = 64;

/// A firmware version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
    notation: Notation,
}

/// How a version is written. Versions of two notations cannot be compared: they are of different products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `11-3-2MPP0102-233`
    Dashes,
    /// `1.4.1(SR5)`
    Dots,
}

/// One run of a version.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Run<'t> {
    /// Digits, by their number; leading zeros mean nothing.
    Number(u64),
    /// Letters, by the alphabet.
    Letters(&'t str),
}

impl Version {
    /// Reads a version; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Version> {
        let first = text.bytes().next()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.()_".contains(&byte);
        if !first.is_ascii_digit() || text.len() > CHARS || !text.bytes().all(plain) {
            return None;
        }
        let notation = match (text.contains('-'), text.contains('.')) {
            (true, false) => Notation::Dashes,
            (false, true) => Notation::Dots,
            (true, true) | (false, false) => return None,
        };
        Some(Version {
            text: text.to_owned(),
            notation,
        })
    }

    /// How it is written.
    pub fn notation(&self) -> Notation {
        self.notation
    }

    /// Which of two versions is the newer one; `None` if they are written in different notations.
    ///
    /// Fields are compared from left to right, and in a field digits as a number before letters by the alphabet. A
    /// version that goes on where the other one ends is the newer one.
    pub fn compare(&self, other: &Version) -> Option<Ordering> {
        (self.notation == other.notation).then(|| self.fields().cmp(other.fields()))
    }

    fn fields(&self) -> impl Iterator<Item = Vec<Run<'_>>> {
        let fields = self.text.split(['-', '.', '(']);
        fields.map(|field| runs(field.trim_end_matches(')')))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn runs(field: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = field;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        runs.push(match run.parse() {
            Ok(number) => Run::Number(number),
            Err(_) => Run::Letters(run),
        });
        rest = behind;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(one: &str, other: &str) -> Option<Ordering> {
        Version::parse(one)
            .unwrap()
            .compare(&Version::parse(other).unwrap())
    }

    #[test]
    fn newer_versions_are_told_from_older_ones() {
        for (older, newer) in [
            ("11-1-0MPP0401-002", "11-3-2MPP0102-233"),
            ("11-1-0MPP-16", "11-1-0MPP-19"),
            ("11-1-0MPP", "11-1-0MPP0401-002"),
            ("11-2-1", "11-10-1"),
            ("11-1-0MPP-9", "11-1-0MPP-10"),
            ("11-1-0MPP", "11-1-0MSR4"),
            ("1.4.1(SR4)", "1.4.1(SR5)"),
            ("1.4.1", "1.4.1(SR5)"),
            ("1.0.31(a)", "1.0.31(b)"),
            ("1.3.5", "1.4.1(002)"),
        ] {
            assert_eq!(
                compare(older, newer),
                Some(Ordering::Less),
                "{older} {newer}"
            );
            assert_eq!(
                compare(newer, older),
                Some(Ordering::Greater),
                "{newer} {older}"
            );
        }
        assert_eq!(
            compare("11-1-0MPP-019", "11-1-0MPP-19"),
            Some(Ordering::Equal)
        );
    }

    #[test]
    fn versions_of_different_products_have_no_order() {
        assert_eq!(compare("11-1-0", "1.4.1"), None);
        for text in ["", "MPP", "11", "11-1.0", "11-1 0", "-1-1"] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
    }
}
