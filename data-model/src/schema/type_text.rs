//! Types as models write them: `unsignedInt[1:255]`, `enum(UDP|TCP)`, `list(string,256)`.

use super::number::{Decimal, Number, Range};
use super::parameter_type::{Choice, Enumeration, ParameterType};
use super::syntax;
use crate::value::XsdType;

/// Reads a type: a name, `?` if the value may be empty, `(...)` with what the type needs,
/// `[...]` with ranges, and words that stand for themselves behind `|`.
///
/// # Errors
/// Says what is wrong, as the end of a sentence about the line.
pub fn parse_type(text: &str) -> Result<ParameterType, String> {
    let parts = Parts::split(text)?;
    let chars = || parts.limit().transpose();
    let ty = match parts.name {
        "string" => ParameterType::String {
            max_chars: chars()?,
        },
        "int" => ParameterType::Number(parts.number(XsdType::Int)?),
        "unsignedInt" => ParameterType::Number(parts.number(XsdType::UnsignedInt)?),
        "long" => ParameterType::Number(parts.number(XsdType::Long)?),
        "unsignedLong" => ParameterType::Number(parts.number(XsdType::UnsignedLong)?),
        "decimal" => ParameterType::Decimal(parts.decimal()?),
        "boolean" => ParameterType::Boolean,
        "dateTime" => ParameterType::DateTime,
        "base64" => ParameterType::Base64 {
            max_octets: chars()?,
        },
        "hexBinary" => ParameterType::HexBinary {
            max_octets: chars()?,
        },
        "enum" => ParameterType::Enum(parts.enumeration()?),
        "list" => parts.list()?,
        name => ParameterType::Syntax {
            syntax: syntax::find(name).ok_or_else(|| format!("the type `{name}` is unknown"))?,
            empty: parts.empty,
            max_chars: chars()?,
        },
    };
    parts.refuse_unused(&ty)?;
    Ok(ty)
}

/// The parts of a type: `name?(arguments)[ranges]|word|word`.
struct Parts<'a> {
    text: &'a str,
    name: &'a str,
    empty: bool,
    arguments: Option<&'a str>,
    ranges: Option<&'a str>,
    words: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Parts<'a>, String> {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name_end = text.find(|c| !letter(c)).unwrap_or(text.len());
        let (name, mut rest) = text.split_at(name_end);
        let empty = rest.starts_with('?');
        rest = rest.strip_prefix('?').unwrap_or(rest);
        let arguments = enclosed(&mut rest, '(', ')')?;
        let ranges = enclosed(&mut rest, '[', ']')?;
        let words = match rest.strip_prefix('|') {
            Some(words) => words.split('|').collect(),
            None if rest.is_empty() => Vec::new(),
            None => return Err(format!("`{rest}` of the type `{text}` means nothing")),
        };
        Ok(Parts {
            text,
            name,
            empty,
            arguments,
            ranges,
            words,
        })
    }

    fn limit(&self) -> Option<Result<u32, String>> {
        let arguments = self.arguments?;
        Some(
            arguments
                .parse()
                .map_err(|_| format!("`{arguments}` is no length")),
        )
    }

    fn number(&self, ty: XsdType) -> Result<Number, String> {
        let ranges = self.ranges.map_or(Ok(Box::default()), |ranges| {
            ranges
                .split(',')
                .map(parse_range)
                .collect::<Result<Box<[Range]>, String>>()
        })?;
        let words = self.words.iter().map(|word| (*word).into()).collect();
        Ok(Number {
            ty,
            ranges,
            empty: self.empty,
            words,
        })
    }

    fn decimal(&self) -> Result<Decimal, String> {
        let range = match self.ranges {
            Some(ranges) => {
                let limits = ranges.split_once(':').and_then(|(min, max)| {
                    Some((min.parse::<f64>().ok()?, max.parse::<f64>().ok()?))
                });
                Some(limits.ok_or_else(|| format!("`{ranges}` is no range of decimals"))?)
            }
            None => None,
        };
        Ok(Decimal {
            range,
            empty: self.empty,
        })
    }

    fn enumeration(&self) -> Result<Enumeration, String> {
        let arguments = self
            .arguments
            .ok_or("an enum needs its words in brackets")?;
        let halves = cut(arguments, ';');
        let (written, shown) = match halves[..] {
            [written] => (written, None),
            [written, shown] => (written, Some(shown)),
            _ => return Err(format!("`{}` has more than one `;`", self.text)),
        };
        let choice = |writable| {
            move |word: &str| {
                let (value, label) = match cut(word, '=')[..] {
                    [value] => (value, None),
                    [value, label] => (value, Some(unquoted(label).into())),
                    _ => return Err(format!("`{word}` has more than one `=`")),
                };
                let value = unquoted(value);
                if value.is_empty() {
                    return Err("an enum has an empty word: write `enum?` instead".to_owned());
                }
                Ok(Choice {
                    value: value.into(),
                    label,
                    writable,
                })
            }
        };
        let written = cut(written, '|').into_iter().map(choice(true));
        let shown = shown.map_or(Vec::new(), |shown| cut(shown, '|'));
        let choices = written
            .chain(shown.into_iter().map(choice(false)))
            .collect::<Result<_, String>>()?;
        Ok(Enumeration {
            choices,
            empty: self.empty,
        })
    }

    fn list(&self) -> Result<ParameterType, String> {
        let arguments = self
            .arguments
            .ok_or("a list needs the type of its items in brackets")?;
        // The length stands behind the last comma, unless that belongs to the type of the items.
        let (item, max_chars) = match arguments.rsplit_once(',') {
            Some((item, length)) => match length.parse() {
                Ok(length) => (item, Some(length)),
                Err(_) => (arguments, None),
            },
            None => (arguments, None),
        };
        Ok(ParameterType::List {
            item: Box::new(parse_type(item)?),
            max_chars,
        })
    }

    fn refuse_unused(&self, ty: &ParameterType) -> Result<(), String> {
        let (takes_empty, takes_arguments, takes_ranges, takes_words) = match ty {
            ParameterType::Number(_) => (true, false, true, true),
            ParameterType::Decimal(_) => (true, false, true, false),
            ParameterType::Enum(_) | ParameterType::Syntax { .. } => (true, true, false, false),
            ParameterType::String { .. }
            | ParameterType::Base64 { .. }
            | ParameterType::HexBinary { .. }
            | ParameterType::List { .. } => (false, true, false, false),
            ParameterType::Boolean | ParameterType::DateTime => (false, false, false, false),
        };
        let unused = (self.empty && !takes_empty)
            || (self.arguments.is_some() && !takes_arguments)
            || (self.ranges.is_some() && !takes_ranges)
            || (!self.words.is_empty() && !takes_words);
        if unused {
            return Err(format!(
                "`{}` says more than the type `{}` takes",
                self.text, self.name
            ));
        }
        Ok(())
    }
}

/// What stands between the brackets `rest` begins with, and `rest` behind them.
fn enclosed<'a>(rest: &mut &'a str, open: char, close: char) -> Result<Option<&'a str>, String> {
    let Some(body) = rest.strip_prefix(open) else {
        return Ok(None);
    };
    let mut depth = 1;
    let mut quoted = false;
    for (index, letter) in body.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            _ if letter == open => depth += 1,
            _ if letter == close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            *rest = &body[index + 1..];
            return Ok(Some(&body[..index]));
        }
    }
    Err(format!("`{rest}` lacks its `{close}`"))
}

/// The parts between the separators that stand outside quotes.
pub(super) fn cut(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |letter| {
        if letter == '"' {
            quoted = !quoted;
        }
        letter == separator && !quoted
    })
    .collect()
}

/// A word without the quotes around it.
pub(super) fn unquoted(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
}

fn parse_range(text: &str) -> Result<Range, String> {
    let wrong = || format!("`{text}` is no range");
    let limit = |limit: &str| match limit {
        "" => Ok(None),
        _ => limit.parse().map(Some).map_err(|_| wrong()),
    };
    let (min, max) = match text.split_once(':') {
        Some((min, max)) => (limit(min)?, limit(max)?),
        None => (limit(text)?, limit(text)?),
    };
    match (min, max) {
        (None, None) => Err(wrong()),
        (Some(min), Some(max)) if min > max => Err(wrong()),
        (min, max) => Ok(Range { min, max }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_separators_inside_a_word() {
        let ParameterType::Enum(enumeration) =
            parse_type(r#"enum("270+750||150nF"|"Bellcore(N.Amer,China)"|0="IPv4 Only";None)"#)
                .unwrap()
        else {
            panic!("an enum is an enum");
        };
        let choices: Vec<_> = enumeration
            .choices
            .iter()
            .map(|choice| (&*choice.value, choice.label.as_deref(), choice.writable))
            .collect();
        assert_eq!(
            choices,
            [
                ("270+750||150nF", None, true),
                ("Bellcore(N.Amer,China)", None, true),
                ("0", Some("IPv4 Only"), true),
                ("None", None, false),
            ]
        );
    }

    #[test]
    fn a_list_has_a_type_and_maybe_a_length() {
        for (text, expected) in [
            ("list(string)", None),
            ("list(string,256)", Some(256)),
            ("list(unsignedInt[0,2:5])", None),
            ("list(enum(66|150),9)", Some(9)),
        ] {
            let ParameterType::List { max_chars, .. } = parse_type(text).unwrap() else {
                panic!("{text} is a list");
            };
            assert_eq!(max_chars, expected, "{text}");
        }
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in [
            "strng",
            "string(x)",
            "string[1:2]",
            "boolean?",
            "unsignedInt[",
            "unsignedInt[:]",
            "unsignedInt[5:1]",
            "unsignedInt(4)",
            "enum",
            "enum(a||b)",
            "enum(a;b;c)",
            "list",
            "list(strng)",
            "decimal[1]",
            "string(3)x",
        ] {
            assert!(parse_type(text).is_err(), "{text}");
        }
    }
}
