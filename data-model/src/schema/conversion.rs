//! How the text a view shows and the text that is stored belong together.

use super::address::Instances;
use super::number::parse_decimal;
use super::parameter_type::Broken;
use super::server_address::ServerAddress;
use super::syntax::{hexbyte, zone_offset};
use super::view::InstanceNumber;
use std::borrow::Cow;

/// Two forms of one value: what is written reads back, in canonical text.
#[derive(Debug, Clone, PartialEq)]
pub enum Conversion {
    /// The same text.
    Same,
    /// Pairs of a shown and a stored word. A stored word without a pair is shown as it is; of several
    /// pairs with one shown word the first is written.
    Map(Box<[(Box<str>, Box<str>)]>),
    /// The host of `host[:port][:p=..][:w=..] | ...`, the first alternative.
    Host,
    /// The port of the same, and the port that holds if none is named.
    Port(u16),
    /// A field of a colon tuple, counted from 1, and what fills fields in front of it.
    Field(u8, Box<str>),
    /// An item of a comma list, and what is shown if there is none. Places are kept: an item that is
    /// taken away leaves an empty place.
    Item(InstanceNumber, Box<str>),
    /// Whether an item of a comma list is there.
    HasItem(InstanceNumber),
    /// A decimal number times 10, 100 or 1000, as whole number.
    Times(u32),
    /// Whether a number is other than zero, and the number that is stored when it is switched on.
    Nonzero(u32),
    /// The six upper bits of a type-of-service byte; the lower two stay as they are.
    Dscp,
    /// A comma list that is stored with colons.
    Colons,
    /// The offset `+hh:mm` of a zone code `+hh[.mm] i j`; the rest of the code stays as it is.
    ZoneOffset,
}

impl Conversion {
    /// What is shown of a stored text. [`Conversion::Item`] and [`Conversion::HasItem`] of an own
    /// instance need [`super::View::read`]; here they mean the first.
    pub fn read<'a>(&'a self, stored: &'a str) -> Cow<'a, str> {
        self.read_at(&Instances::NONE, stored)
    }

    /// What is to be stored when `value` is written and `stored_before` stands there; the same
    /// limit as for [`Conversion::read`].
    ///
    /// # Errors
    /// If the stored form cannot express the value.
    pub fn write(&self, value: &str, stored_before: &str) -> Result<String, Broken> {
        self.write_at(&Instances::NONE, value, stored_before)
    }

    pub(super) fn read_at<'a>(&'a self, own: &Instances, stored: &'a str) -> Cow<'a, str> {
        match self {
            Conversion::Same => Cow::Borrowed(stored),
            Conversion::Map(pairs) => Cow::Borrowed(
                pairs
                    .iter()
                    .find(|(_, word)| **word == *stored)
                    .map_or(stored, |(shown, _)| shown),
            ),
            Conversion::Host => Cow::Borrowed(ServerAddress::split(stored).bare_host()),
            Conversion::Port(default) => match ServerAddress::split(stored).port {
                Some(port) => Cow::Borrowed(port),
                None => Cow::Owned(default.to_string()),
            },
            Conversion::Field(number, _) => Cow::Borrowed(
                stored
                    .split(':')
                    .nth(usize::from(*number) - 1)
                    .unwrap_or(""),
            ),
            Conversion::Item(number, missing) => {
                Cow::Borrowed(item(stored, number.resolve(own)).unwrap_or(missing))
            }
            Conversion::HasItem(number) => boolean(item(stored, number.resolve(own)).is_some()),
            Conversion::Times(factor) => Cow::Owned(multiplied(stored, *factor)),
            Conversion::Nonzero(_) => boolean(!matches!(stored, "" | "0")),
            Conversion::Dscp => Cow::Owned((hexbyte(stored).unwrap_or(0) >> 2).to_string()),
            Conversion::Colons => Cow::Owned(stored.replace(':', ",")),
            Conversion::ZoneOffset => match zone_offset(stored) {
                Some((sign, hours, minutes)) => Cow::Owned(format!("{sign}{hours}:{minutes}")),
                None => Cow::Borrowed("+00:00"),
            },
        }
    }

    pub(super) fn write_at(
        &self,
        own: &Instances,
        value: &str,
        before: &str,
    ) -> Result<String, Broken> {
        match self {
            Conversion::Same => Ok(value.to_owned()),
            Conversion::Map(pairs) => mapped(pairs, value),
            Conversion::Host => ServerAddress::split(before).with_host(value),
            Conversion::Port(default) => ServerAddress::split(before).with_port(value, *default),
            Conversion::Field(number, fill) => Ok(with_field(before, *number, fill, value)),
            Conversion::Item(number, missing) => {
                let kept = (value != &**missing).then_some(value);
                Ok(with_item(before, number.resolve(own), kept))
            }
            Conversion::HasItem(number) => {
                let number = number.resolve(own);
                match (value, item(before, number)) {
                    ("1", None) => Err(broken("needs an entry: write that instead")),
                    ("1", Some(_)) => Ok(before.to_owned()),
                    _ => Ok(with_item(before, number, None)),
                }
            }
            Conversion::Times(factor) => divided(value, *factor),
            Conversion::Nonzero(on) => Ok(match (value, before) {
                ("1", "" | "0") => on.to_string(),
                ("1", _) => before.to_owned(),
                _ => "0".to_owned(),
            }),
            Conversion::Dscp => {
                let code: u8 = value.parse().map_err(|_| broken("is not 0 to 63"))?;
                let byte = code.checked_mul(4).ok_or(broken("is not 0 to 63"))?;
                Ok(format!(
                    "{:#04x}",
                    byte | (hexbyte(before).unwrap_or(0) & 3)
                ))
            }
            Conversion::Colons => Ok(value
                .split(',')
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(":")),
            Conversion::ZoneOffset => with_offset(before, value),
        }
    }
}

fn boolean(value: bool) -> Cow<'static, str> {
    Cow::Borrowed(if value { "1" } else { "0" })
}

pub(super) fn broken(rule: &'static str) -> Broken {
    Broken::Value(Cow::Borrowed(rule))
}

fn mapped(pairs: &[(Box<str>, Box<str>)], value: &str) -> Result<String, Broken> {
    match pairs.iter().find(|(shown, _)| **shown == *value) {
        Some((_, stored)) => Ok(stored.to_string()),
        None => {
            let words: Vec<&str> = pairs.iter().map(|(shown, _)| &**shown).collect();
            Err(Broken::Value(
                format!("is not one of {}", words.join(", ")).into(),
            ))
        }
    }
}

fn with_field(before: &str, number: u8, fill: &str, value: &str) -> String {
    let mut fields: Vec<&str> = before.split(':').collect();
    let place = usize::from(number) - 1;
    while fields.len() <= place {
        fields.push(fill);
    }
    for field in &mut fields[..place] {
        if field.is_empty() {
            *field = fill;
        }
    }
    fields[place] = if value.is_empty() { fill } else { value };
    fields.join(":")
}

fn item(list: &str, number: u32) -> Option<&str> {
    let place = (number as usize).checked_sub(1)?;
    list.split(',')
        .nth(place)
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

fn with_item(list: &str, number: u32, value: Option<&str>) -> String {
    let mut items: Vec<&str> = list.split(',').map(str::trim).collect();
    let place = (number as usize).saturating_sub(1);
    while items.len() <= place {
        items.push("");
    }
    items[place] = value.unwrap_or("");
    items.join(",").trim_end_matches(',').to_owned()
}

fn multiplied(stored: &str, factor: u32) -> String {
    // Six decimals of a 32 bit number are exact in an f64.
    let product = parse_decimal(stored.trim()).unwrap_or(0.0) * f64::from(factor);
    (product.round() as i64).to_string()
}

fn divided(value: &str, factor: u32) -> Result<String, Broken> {
    let number: i64 = value.parse().map_err(|_| broken("is not a whole number"))?;
    let sign = if number < 0 { "-" } else { "" };
    let (number, factor) = (number.unsigned_abs(), u64::from(factor));
    let (whole, part) = (number / factor, number % factor);
    if part == 0 {
        return Ok(format!("{sign}{whole}"));
    }
    let decimals = factor.ilog10() as usize;
    let part = format!("{part:0decimals$}");
    Ok(format!("{sign}{whole}.{}", part.trim_end_matches('0')))
}

fn with_offset(before: &str, value: &str) -> Result<String, Broken> {
    let rule = || broken("is not an offset from UTC such as +01:00");
    let (hours, minutes) = value.split_once(':').ok_or_else(rule)?;
    let offset = if minutes == "00" {
        hours.to_owned()
    } else {
        format!("{hours}.{minutes}")
    };
    let rest = before.split_once(' ').map_or("1 1", |(_, rest)| rest);
    let zone = format!("{offset} {rest}");
    if zone_offset(&zone).is_none() {
        return Err(rule());
    }
    Ok(zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::conversion_text::parse_conversion;

    #[track_caller]
    fn reads(conversion: &str, cases: &[(&str, &str)]) {
        let conversion = parse_conversion(conversion).unwrap();
        for (stored, shown) in cases {
            assert_eq!(conversion.read(stored), *shown, "of {stored}");
        }
    }

    #[track_caller]
    fn writes(conversion: &str, cases: &[(&str, &str, &str)]) {
        let conversion = parse_conversion(conversion).unwrap();
        for (value, before, stored) in cases {
            let written = conversion.write(value, before);
            assert_eq!(written.as_deref(), Ok(*stored), "{value} over {before}");
        }
    }

    #[test]
    fn words_are_exchanged() {
        let dtmf = "map(InBand=InBand|RFC2833=AVT|SIPInfo=INFO)";
        reads(dtmf, &[("AVT", "RFC2833"), ("Auto", "Auto")]);
        writes(dtmf, &[("SIPInfo", "AVT", "INFO")]);
        assert!(parse_conversion(dtmf).unwrap().write("AVT", "").is_err());
        reads(
            "map(Calling=Dialing|Calling=Calling)",
            &[("Dialing", "Calling")],
        );
    }

    #[test]
    fn numbers_change_their_unit() {
        reads(
            "times(1000)",
            &[(".5", "500"), ("4", "4000"), ("0.030", "30"), ("", "0")],
        );
        writes(
            "times(1000)",
            &[("500", "4", "0.5"), ("32000", "", "32"), ("30", "", "0.03")],
        );
        reads("times(10)", &[("-3", "-30"), ("-3.5", "-35")]);
        writes(
            "times(10)",
            &[("-35", "", "-3.5"), ("-5", "", "-0.5"), ("0", "", "0")],
        );
        reads("nonzero(5)", &[("0", "0"), ("", "0"), ("10", "1")]);
        writes(
            "nonzero(5)",
            &[("1", "0", "5"), ("1", "10", "10"), ("0", "10", "0")],
        );
        reads(
            "dscp",
            &[("0x68", "26"), ("0xb8", "46"), ("184", "46"), ("", "0")],
        );
        writes(
            "dscp",
            &[
                ("46", "0x68", "0xb8"),
                ("0", "0x03", "0x03"),
                ("63", "", "0xfc"),
            ],
        );
        assert!(Conversion::Dscp.write("64", "0x68").is_err());
    }

    #[test]
    fn tuples_and_lists_give_and_take_their_parts() {
        let network = "0.0.0.0:0.0.0.0:0.0.0.0";
        let second = "field(2,0.0.0.0)";
        reads(second, &[("a:b:c", "b"), ("a", "")]);
        writes(
            second,
            &[("255.0.0.0", network, "0.0.0.0:255.0.0.0:0.0.0.0")],
        );
        writes(
            second,
            &[("m", "", "0.0.0.0:m"), ("", "a:b:c", "a:0.0.0.0:c")],
        );
        reads(
            "colons",
            &[("192.0.2.1:192.0.2.2", "192.0.2.1,192.0.2.2"), ("", "")],
        );
        writes(
            "colons",
            &[("192.0.2.1, 192.0.2.2", "", "192.0.2.1:192.0.2.2")],
        );
    }

    #[test]
    fn items_keep_their_places() {
        let own = Instances::from_slice(&[2]);
        let code = parse_conversion("item({1},0)").unwrap();
        let there = parse_conversion("has-item({1})").unwrap();
        assert_eq!(code.read_at(&own, "66,160,159"), "160");
        assert_eq!(code.read_at(&own, "66"), "0");
        assert_eq!(code.write_at(&own, "0", "66,160,159").unwrap(), "66,,159");
        assert_eq!(code.write_at(&own, "150", "").unwrap(), ",150");
        assert_eq!(there.read_at(&own, "66,,159"), "0");
        assert_eq!(there.write_at(&own, "0", "66,160").unwrap(), "66");
        assert_eq!(there.write_at(&own, "1", "66,160").unwrap(), "66,160");
        assert!(there.write_at(&own, "1", "66").is_err());
    }

    #[test]
    fn the_offset_of_a_zone_code_changes_alone() {
        reads(
            "zone-offset",
            &[
                ("-08 1 1", "-08:00"),
                ("+05.30 2 0", "+05:30"),
                ("", "+00:00"),
            ],
        );
        writes(
            "zone-offset",
            &[
                ("+01:00", "-08 2 1", "+01 2 1"),
                ("+05:30", "", "+05.30 1 1"),
            ],
        );
        for value in ["", "01:00", "+1:00", "+01:0a"] {
            assert!(
                Conversion::ZoneOffset.write(value, "-08 1 1").is_err(),
                "{value}"
            );
        }
    }
}
