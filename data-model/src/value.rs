//! Types of parameter values, their text on the wire, and what that text means.

use crate::timestamp::{Moment, parse_moment};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The data types CWMP values have (TR-069 A.2.1 Table 12, TR-106 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum XsdType {
    /// `xsd:string`; also what a value without `xsi:type` is taken for.
    #[default]
    #[serde(rename = "xsd:string")]
    String,
    /// `xsd:int`, 32 bit signed.
    #[serde(rename = "xsd:int")]
    Int,
    /// `xsd:unsignedInt`, 32 bit.
    #[serde(rename = "xsd:unsignedInt")]
    UnsignedInt,
    /// `xsd:long`, 64 bit signed.
    #[serde(rename = "xsd:long")]
    Long,
    /// `xsd:unsignedLong`, 64 bit.
    #[serde(rename = "xsd:unsignedLong")]
    UnsignedLong,
    /// `xsd:boolean`: 0, 1, true or false.
    #[serde(rename = "xsd:boolean")]
    Boolean,
    /// `xsd:dateTime`.
    #[serde(rename = "xsd:dateTime")]
    DateTime,
    /// `xsd:base64` as CWMP spells it; `xsd:base64Binary` is read as the same.
    #[serde(rename = "xsd:base64")]
    Base64,
    /// `xsd:hexBinary`.
    #[serde(rename = "xsd:hexBinary")]
    HexBinary,
}

impl XsdType {
    /// Every type, for tables and tests.
    pub const ALL: [XsdType; 9] = [
        XsdType::String,
        XsdType::Int,
        XsdType::UnsignedInt,
        XsdType::Long,
        XsdType::UnsignedLong,
        XsdType::Boolean,
        XsdType::DateTime,
        XsdType::Base64,
        XsdType::HexBinary,
    ];

    /// The qualified name as we write it, with the `xsd` prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            XsdType::String => "xsd:string",
            XsdType::Int => "xsd:int",
            XsdType::UnsignedInt => "xsd:unsignedInt",
            XsdType::Long => "xsd:long",
            XsdType::UnsignedLong => "xsd:unsignedLong",
            XsdType::Boolean => "xsd:boolean",
            XsdType::DateTime => "xsd:dateTime",
            XsdType::Base64 => "xsd:base64",
            XsdType::HexBinary => "xsd:hexBinary",
        }
    }

    /// Reads a type name by its local part, whatever the prefix (spec W-09). Names of our field's
    /// neighbours are folded into the type with the same values; `None` is a name nobody defined.
    pub fn from_name(name: &str) -> Option<XsdType> {
        let local = match memchr_colon(name) {
            Some(colon) => &name[colon + 1..],
            None => name,
        };
        Some(match local {
            "string" | "anyURI" | "normalizedString" | "token" | "anySimpleType" => XsdType::String,
            "boolean" => XsdType::Boolean,
            "unsignedInt" | "unsignedShort" | "unsignedByte" => XsdType::UnsignedInt,
            "int" | "short" | "byte" => XsdType::Int,
            "dateTime" => XsdType::DateTime,
            "long" | "integer" => XsdType::Long,
            "unsignedLong" | "nonNegativeInteger" | "positiveInteger" => XsdType::UnsignedLong,
            "base64" | "base64Binary" => XsdType::Base64,
            "hexBinary" => XsdType::HexBinary,
            _ => return None,
        })
    }
}

fn memchr_colon(name: &str) -> Option<usize> {
    name.as_bytes().iter().position(|byte| *byte == b':')
}

impl fmt::Display for XsdType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value's text together with what it means; borrows the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypedValue<'a> {
    /// Any text.
    String(&'a str),
    /// A 32 bit signed number.
    Int(i32),
    /// A 32 bit number.
    UnsignedInt(u32),
    /// A 64 bit signed number.
    Long(i64),
    /// A 64 bit number.
    UnsignedLong(u64),
    /// Yes or no.
    Boolean(bool),
    /// A moment.
    DateTime(Moment),
    /// Base64 text, its alphabet and padding checked.
    Base64(&'a str),
    /// Hexadecimal text of whole octets.
    HexBinary(&'a str),
}

/// Why a text is not a value of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a number, or a number outside the type's range.
    #[error("is not a {0} number")]
    NotANumber(XsdType),
    /// Neither 0, 1, true nor false.
    #[error("is not a boolean (0, 1, true or false)")]
    NotABoolean,
    /// Not a `dateTime`.
    #[error("is not a dateTime such as 2026-11-24T10:00:00Z")]
    NotADateTime,
    /// Not base64.
    #[error("is not base64 text")]
    NotBase64,
    /// Not whole octets in hexadecimal.
    #[error("is not hexadecimal text of whole octets")]
    NotHex,
}

/// Reads a text as a value of a type. Blanks around numbers, booleans and times are forgiven
/// (spec W-10, W-28); a string is kept to the letter.
///
/// # Errors
/// Says which rule of the type the text breaks.
pub fn parse(ty: XsdType, text: &str) -> Result<TypedValue<'_>, ValueError> {
    let bare = text.trim_matches(|c: char| c.is_ascii_whitespace());
    let not_a_number = |_| ValueError::NotANumber(ty);
    Ok(match ty {
        XsdType::String => TypedValue::String(text),
        XsdType::Int => TypedValue::Int(bare.parse().map_err(not_a_number)?),
        XsdType::UnsignedInt => TypedValue::UnsignedInt(bare.parse().map_err(not_a_number)?),
        XsdType::Long => TypedValue::Long(bare.parse().map_err(not_a_number)?),
        XsdType::UnsignedLong => TypedValue::UnsignedLong(bare.parse().map_err(not_a_number)?),
        XsdType::Boolean => {
            TypedValue::Boolean(parse_boolean(bare).ok_or(ValueError::NotABoolean)?)
        }
        XsdType::DateTime => {
            TypedValue::DateTime(parse_moment(bare).ok_or(ValueError::NotADateTime)?)
        }
        XsdType::Base64 => TypedValue::Base64(check_base64(bare)?),
        XsdType::HexBinary => TypedValue::HexBinary(check_hex(bare)?),
    })
}

/// The one text we use for a value, so that equal values have equal texts: booleans as 0 and 1,
/// numbers without signs and leading zeros that say nothing, the rest as it came.
///
/// # Errors
/// As [`parse`].
pub fn canonical(ty: XsdType, text: &str) -> Result<Cow<'_, str>, ValueError> {
    Ok(match parse(ty, text)? {
        TypedValue::String(text) | TypedValue::Base64(text) | TypedValue::HexBinary(text) => {
            Cow::Borrowed(text)
        }
        TypedValue::Int(number) => same_or_printed(text, &number),
        TypedValue::UnsignedInt(number) => same_or_printed(text, &number),
        TypedValue::Long(number) => same_or_printed(text, &number),
        TypedValue::UnsignedLong(number) => same_or_printed(text, &number),
        TypedValue::Boolean(true) => Cow::Borrowed("1"),
        TypedValue::Boolean(false) => Cow::Borrowed("0"),
        TypedValue::DateTime(_) => {
            Cow::Borrowed(text.trim_matches(|c: char| c.is_ascii_whitespace()))
        }
    })
}

/// Reads 0, 1, true and false in the capitals met in the field (spec W-10).
pub fn parse_boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "True" | "TRUE" => Some(true),
        "0" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn same_or_printed<'a>(text: &'a str, number: &impl ToString) -> Cow<'a, str> {
    let printed = number.to_string();
    if printed == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(printed)
    }
}

fn check_base64(text: &str) -> Result<&str, ValueError> {
    let symbols = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let mut count = 0usize;
    let mut padding = 0usize;
    for symbol in symbols {
        let data = symbol.is_ascii_alphanumeric() || symbol == b'+' || symbol == b'/';
        match (data, symbol) {
            (true, _) if padding == 0 => count += 1,
            (false, b'=') => padding += 1,
            _ => return Err(ValueError::NotBase64),
        }
    }
    if padding > 2 || !(count + padding).is_multiple_of(4) {
        return Err(ValueError::NotBase64);
    }
    Ok(text)
}

fn check_hex(text: &str) -> Result<&str, ValueError> {
    let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex && text.len().is_multiple_of(2) {
        Ok(text)
    } else {
        Err(ValueError::NotHex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers W-09.
    #[test]
    fn type_names_are_read_by_their_local_part() {
        for name in ["xsd:boolean", "xs:boolean", "boolean", "SOAP-ENC:boolean"] {
            assert_eq!(XsdType::from_name(name), Some(XsdType::Boolean), "{name}");
        }
        assert_eq!(
            XsdType::from_name("xsd:base64Binary"),
            Some(XsdType::Base64)
        );
        assert_eq!(XsdType::from_name("xsd:unheard"), None);
        for ty in XsdType::ALL {
            assert_eq!(XsdType::from_name(ty.as_str()), Some(ty));
        }
    }

    /// Covers W-10, W-28.
    #[test]
    fn equal_values_get_equal_texts() {
        for (ty, forms, canonical_text) in [
            (XsdType::Boolean, ["true", "1", " TRUE "], "1"),
            (XsdType::Boolean, ["false", "0", "False"], "0"),
            (XsdType::UnsignedInt, ["+7", " 007", "7"], "7"),
            (XsdType::Int, ["-7", "-007", " -7 "], "-7"),
            (
                XsdType::UnsignedInt,
                ["4294967295", "+4294967295", "04294967295"],
                "4294967295",
            ),
        ] {
            for form in forms {
                assert_eq!(canonical(ty, form).unwrap(), canonical_text, "{form}");
            }
        }
    }

    #[test]
    fn strings_keep_their_blanks() {
        assert_eq!(canonical(XsdType::String, "  a b ").unwrap(), "  a b ");
    }

    /// Covers X15.
    #[test]
    fn values_that_lie_about_their_type_are_told() {
        for (ty, text) in [
            (XsdType::Int, "abc"),
            (XsdType::UnsignedInt, "18446744073709551616"),
            (XsdType::UnsignedInt, "-1"),
            (XsdType::Boolean, "maybe"),
            (XsdType::DateTime, "99999-01-01T00:00:00Z"),
            (XsdType::Base64, "a==="),
            (XsdType::Base64, "ab=c"),
            (XsdType::HexBinary, "abc"),
        ] {
            assert!(parse(ty, text).is_err(), "{ty} {text}");
        }
    }
}
