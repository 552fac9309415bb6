//! Conversions as models write them: `host`, `map(RFC2833=AVT|SIPInfo=INFO)`, `times(1000)`.

use super::conversion::Conversion;
use super::type_text::{cut, unquoted};
use super::view::InstanceNumber;

/// Reads a conversion.
///
/// # Errors
/// Says what is wrong, as the end of a sentence about the line.
pub fn parse_conversion(text: &str) -> Result<Conversion, String> {
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (
            name,
            rest.strip_suffix(')')
                .ok_or_else(|| format!("`{text}` lacks its `)`"))?,
        ),
        None => (text, ""),
    };
    let wrong = || format!("`{text}` is no conversion");
    Ok(match (name, arguments) {
        ("map", pairs) => Conversion::Map(
            cut(pairs, '|')
                .into_iter()
                .map(|pair| {
                    let (shown, stored) = pair.split_once('=').ok_or_else(wrong)?;
                    Ok((unquoted(shown).into(), unquoted(stored).into()))
                })
                .collect::<Result<_, String>>()?,
        ),
        ("port", default) => Conversion::Port(default.parse().map_err(|_| wrong())?),
        ("times", factor) => match factor {
            "10" | "100" | "1000" => Conversion::Times(factor.parse().map_err(|_| wrong())?),
            _ => return Err(wrong()),
        },
        ("nonzero", on) => match on.parse() {
            Ok(on) if on > 0 => Conversion::Nonzero(on),
            _ => return Err(wrong()),
        },
        ("field", arguments) => {
            let (number, fill) = arguments.split_once(',').ok_or_else(wrong)?;
            match number.parse() {
                Ok(number) if number > 0 => Conversion::Field(number, fill.into()),
                _ => return Err(wrong()),
            }
        }
        ("item", arguments) => {
            let (number, missing) = arguments.split_once(',').ok_or_else(wrong)?;
            Conversion::Item(parse_instance(number).ok_or_else(wrong)?, missing.into())
        }
        ("has-item", number) => Conversion::HasItem(parse_instance(number).ok_or_else(wrong)?),
        ("host", "") => Conversion::Host,
        ("dscp", "") => Conversion::Dscp,
        ("colons", "") => Conversion::Colons,
        ("zone-offset", "") => Conversion::ZoneOffset,
        _ => return Err(wrong()),
    })
}

/// Reads `{1}`, the first instance number of the view itself, or a number.
pub(super) fn parse_instance(text: &str) -> Option<InstanceNumber> {
    match text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    {
        Some(own) => own
            .parse::<u8>()
            .ok()?
            .checked_sub(1)
            .map(InstanceNumber::Own),
        None => text
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .map(InstanceNumber::Fixed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_refused() {
        for text in [
            "",
            "hosts",
            "port",
            "port(x)",
            "field(0,x)",
            "times(7)",
            "nonzero(0)",
            "map(a)",
            "item(1)",
        ] {
            assert!(parse_conversion(text).is_err(), "{text}");
        }
    }

    #[test]
    fn instances_are_own_or_fixed() {
        assert_eq!(parse_instance("{2}"), Some(InstanceNumber::Own(1)));
        assert_eq!(parse_instance("7"), Some(InstanceNumber::Fixed(7)));
        for text in ["", "0", "{0}", "{x}", "*"] {
            assert_eq!(parse_instance(text), None, "{text}");
        }
    }
}
