//! The type of a parameter: which texts it takes, and which rule another text breaks.

use super::number::{Decimal, Number};
use super::syntax::Syntax;
use crate::value::{ValueError, XsdType, canonical};
use std::borrow::Cow;
use std::fmt;

/// Which texts a parameter takes. Written in models as [`super::type_text`] reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterType {
    /// Text of at most so many characters.
    String {
        /// The limit, if there is one.
        max_chars: Option<u32>,
    },
    /// A whole number.
    Number(Number),
    /// A number with decimals, as text: the ATA's seconds and decibels.
    Decimal(Decimal),
    /// True or false.
    Boolean,
    /// A moment.
    DateTime,
    /// Octets in base64, at most so many before encoding.
    Base64 {
        /// The limit, if there is one.
        max_octets: Option<u32>,
    },
    /// Octets in hexadecimal, at most so many before encoding.
    HexBinary {
        /// The limit, if there is one.
        max_octets: Option<u32>,
    },
    /// One of several words.
    Enum(Enumeration),
    /// A comma list (TR-106 3.2.3).
    List {
        /// The type of one item.
        item: Box<ParameterType>,
        /// How many characters the whole list may have.
        max_chars: Option<u32>,
    },
    /// Text in one of the ATA's notations.
    Syntax {
        /// The notation.
        syntax: &'static Syntax,
        /// Whether the empty text is allowed.
        empty: bool,
        /// The limit of its length, if there is one.
        max_chars: Option<u32>,
    },
}

/// The words of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    /// Its words in order.
    pub choices: Box<[Choice]>,
    /// Whether it may be empty.
    pub empty: bool,
}

/// One word of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The word as it stands in a value.
    pub value: Box<str>,
    /// What a person reads instead of a code such as `0`.
    pub label: Option<Box<str>>,
    /// Whether it may be written, or is only ever shown (`Complete` of a diagnostic, spec G-01).
    pub writable: bool,
}

/// Why a text is no value of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// It does not fit the type on the wire: fault 9006.
    Type(ValueError),
    /// It fits the type and breaks a rule of the parameter: fault 9007. Says which.
    Value(Cow<'static, str>),
}

impl ParameterType {
    /// The type on the wire.
    pub fn xsd(&self) -> XsdType {
        match self {
            ParameterType::Number(number) if number.empty || !number.words.is_empty() => {
                XsdType::String
            }
            ParameterType::Number(number) => number.ty,
            ParameterType::Boolean => XsdType::Boolean,
            ParameterType::DateTime => XsdType::DateTime,
            ParameterType::Base64 { .. } => XsdType::Base64,
            ParameterType::HexBinary { .. } => XsdType::HexBinary,
            ParameterType::String { .. }
            | ParameterType::Decimal(_)
            | ParameterType::Enum(_)
            | ParameterType::List { .. }
            | ParameterType::Syntax { .. } => XsdType::String,
        }
    }

    /// The canonical text of a value somebody asks for.
    ///
    /// # Errors
    /// Says which rule the text breaks; a word that is only ever shown breaks one.
    pub fn check<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Broken> {
        if let ParameterType::Enum(enumeration) = self
            && enumeration
                .find(text)
                .is_some_and(|choice| !choice.writable)
        {
            return Err(Broken::Value(
                format!("`{text}` is shown, not written").into(),
            ));
        }
        self.check_held(text)
    }

    /// The canonical text of a value the parameter may hold, words that are only shown included.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn check_held<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Broken> {
        match self {
            ParameterType::String { max_chars } => within(text, *max_chars),
            ParameterType::Number(number) => number.check(text),
            ParameterType::Decimal(decimal) => decimal.check(text),
            ParameterType::Boolean | ParameterType::DateTime => {
                canonical(self.xsd(), text).map_err(Broken::Type)
            }
            ParameterType::Base64 { max_octets } => {
                let data = text.bytes().filter(|byte| is_base64_data(*byte)).count();
                octets(canonical(XsdType::Base64, text), data * 3 / 4, *max_octets)
            }
            ParameterType::HexBinary { max_octets } => octets(
                canonical(XsdType::HexBinary, text),
                text.len() / 2,
                *max_octets,
            ),
            ParameterType::Enum(enumeration) => enumeration.check(text),
            ParameterType::List { item, max_chars } => {
                within(text, *max_chars)?;
                check_list(item, text)
            }
            ParameterType::Syntax {
                syntax,
                empty,
                max_chars,
            } => {
                within(text, *max_chars)?;
                if (*empty && text.is_empty()) || (syntax.check)(text) {
                    Ok(Cow::Borrowed(text))
                } else {
                    Err(Broken::Value(format!("is not {}", syntax.what).into()))
                }
            }
        }
    }

    /// The value of a parameter whose model names no default: empty, zero, false or the unknown time.
    pub fn zero(&self) -> &'static str {
        match self {
            ParameterType::Boolean => "0",
            ParameterType::DateTime => crate::timestamp::DateTime::UNKNOWN,
            ParameterType::Number(number) if !number.empty => "0",
            ParameterType::String { .. }
            | ParameterType::Number(_)
            | ParameterType::Decimal(_)
            | ParameterType::Base64 { .. }
            | ParameterType::HexBinary { .. }
            | ParameterType::Enum(_)
            | ParameterType::List { .. }
            | ParameterType::Syntax { .. } => "",
        }
    }
}

impl Enumeration {
    fn find(&self, text: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| *choice.value == *text)
    }

    fn check<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Broken> {
        if self.find(text).is_some() || (self.empty && text.is_empty()) {
            return Ok(Cow::Borrowed(text));
        }
        let words: Vec<&str> = self
            .choices
            .iter()
            .filter(|choice| choice.writable)
            .map(|choice| &*choice.value)
            .collect();
        Err(Broken::Value(
            format!("is not one of {}", words.join(", ")).into(),
        ))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Type(error) => error.fmt(f),
            Broken::Value(rule) => f.write_str(rule),
        }
    }
}

impl std::error::Error for Broken {}

fn within(text: &str, max_chars: Option<u32>) -> Result<Cow<'_, str>, Broken> {
    match max_chars {
        // Bytes are never fewer than characters: most texts need no count.
        Some(max) if text.len() > max as usize && text.chars().count() > max as usize => Err(
            Broken::Value(format!("is longer than {max} characters").into()),
        ),
        Some(_) | None => Ok(Cow::Borrowed(text)),
    }
}

fn octets<'a>(
    text: Result<Cow<'a, str>, ValueError>,
    count: usize,
    max_octets: Option<u32>,
) -> Result<Cow<'a, str>, Broken> {
    let text = text.map_err(Broken::Type)?;
    match max_octets {
        Some(max) if count > max as usize => {
            Err(Broken::Value(format!("is longer than {max} octets").into()))
        }
        Some(_) | None => Ok(text),
    }
}

fn is_base64_data(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// TR-106 3.2.3: white space around an item means nothing.
fn check_list<'a>(item: &ParameterType, text: &'a str) -> Result<Cow<'a, str>, Broken> {
    if text.trim().is_empty() {
        return Ok(Cow::Borrowed(""));
    }
    let mut items = Vec::new();
    for part in text.split(',') {
        items.push(item.check_held(part.trim()).map_err(|broken| {
            Broken::Value(format!("has the item `{}`, which {broken}", part.trim()).into())
        })?);
    }
    let joined = items.join(",");
    Ok(if joined == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(joined)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::type_text::parse_type;

    fn check(ty: &str, text: &str) -> Result<String, Broken> {
        parse_type(ty).unwrap().check(text).map(Cow::into_owned)
    }

    ///
    #[test]
    fn a_broken_type_is_told_from_a_broken_rule() {
        for (ty, text) in [
            ("unsignedInt[1:255]", "abc"),
            ("unsignedInt[1:255]", "-1"),
            ("boolean", "2"),
            ("dateTime", "today"),
            ("base64(3)", "a==="),
            ("hexBinary(2)", "abc"),
        ] {
            assert!(
                matches!(check(ty, text), Err(Broken::Type(_))),
                "{ty} {text}"
            );
        }
        for (ty, text) in [
            ("unsignedInt[1:255]", "256"),
            ("unsignedInt[0,576:1492]", "575"),
            ("unsignedInt?[96:127]", "abc"),
            ("unsignedInt[0:255]|inf", "forever"),
            ("string(3)", "abcd"),
            ("enum(UDP|TCP)", "udp"),
            ("list(enum(UDP|TCP))", "UDP,SCTP"),
            ("list(string,5)", "ab,cde"),
            ("base64(3)", "QUJDRA=="),
            ("hexBinary(2)", "414243"),
            ("decimal[0:64]", "64.1"),
            ("decimal[0:64]", "1e1"),
            ("decimal", "."),
            ("ipv4", ""),
        ] {
            assert!(
                matches!(check(ty, text), Err(Broken::Value(_))),
                "{ty} {text}"
            );
        }
    }

    #[test]
    fn values_come_back_in_their_canonical_text() {
        for (ty, text, expected) in [
            ("unsignedInt[1:255]", " 007", "7"),
            ("unsignedInt[0,576:1492]", "576", "576"),
            ("unsignedInt?[96:127]", "", ""),
            ("unsignedInt[0:255]|inf", "inf", "inf"),
            (
                "unsignedLong",
                "18446744073709551615",
                "18446744073709551615",
            ),
            ("boolean", "true", "1"),
            ("string(3)", "\u{e4}\u{f6}\u{fc}", "\u{e4}\u{f6}\u{fc}"),
            ("list(enum(UDP|TCP))", "UDP , TCP", "UDP,TCP"),
            ("list(string)", "", ""),
            ("decimal[0:64]", ".5", ".5"),
            ("decimal[-12:6]", "-3", "-3"),
            ("decimal?", " ", ""),
            ("ipv4?", "", ""),
            ("base64(3)", "QUJD", "QUJD"),
        ] {
            assert_eq!(check(ty, text).as_deref(), Ok(expected), "{ty} {text}");
        }
    }

    /// Covers G-01.
    #[test]
    fn words_that_are_only_shown_are_held_but_not_written() {
        let state = parse_type("enum(Requested;None|Complete)").unwrap();
        assert!(state.check("Requested").is_ok());
        assert!(matches!(state.check("Complete"), Err(Broken::Value(_))));
        assert!(state.check_held("Complete").is_ok());
        assert!(state.check_held("Finished").is_err());
    }

    #[test]
    fn numbers_that_may_be_empty_or_words_travel_as_strings() {
        assert_eq!(
            parse_type("unsignedInt[0:9]").unwrap().xsd(),
            XsdType::UnsignedInt
        );
        assert_eq!(parse_type("unsignedInt?").unwrap().xsd(), XsdType::String);
        assert_eq!(
            parse_type("unsignedInt|inf").unwrap().xsd(),
            XsdType::String
        );
    }

    #[test]
    fn the_rule_is_named_in_words() {
        let rule = |ty, text| check(ty, text).unwrap_err().to_string();
        assert_eq!(
            rule("unsignedInt[0,576:1492]", "3"),
            "is not 0 or 576 to 1492"
        );
        assert_eq!(
            rule("enum(Requested;None)", "Now"),
            "is not one of Requested"
        );
        assert_eq!(rule("string(2)", "abc"), "is longer than 2 characters");
    }
}
