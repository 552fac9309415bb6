//! Values of a query read, and whether they fit what they are compared with.

use super::ast::Value;
use super::catalogue::Kind;
use super::compare::moment;
use super::error::Expected;
use super::lexer::Token;
use super::parser::{Parsed, Parser};
use crate::limits::QUERY_VALUES;

impl Parser {
    pub(super) fn list(&mut self, kind: Kind) -> Parsed<Vec<Value>> {
        self.must("(", Expected::Nothing)?;
        let mut list = Vec::new();
        loop {
            list.push(self.value(kind)?);
            if !self.takes_sign(",") {
                break;
            }
        }
        self.must(")", Expected::Nothing)?;
        Ok(list)
    }

    pub(super) fn value(&mut self, kind: Kind) -> Parsed<Value> {
        self.values += 1;
        if self.values > QUERY_VALUES {
            let why = format!("a query has at most {QUERY_VALUES} values");
            return Err(self.wrong(
                Expected::Nothing,
                why,
                "mark the devices with a tag and ask for the tag",
            ));
        }
        let value = match self.take() {
            Token::Text(text) => Value::Text(text),
            Token::Number(number) => Value::Number(number),
            Token::Word(word) if word.eq_ignore_ascii_case("true") => Value::Bool(true),
            Token::Word(word) if word.eq_ignore_ascii_case("false") => Value::Bool(false),
            Token::Word(word) if self.is_sign("(") => self.made(&word)?,
            Token::Word(word) => {
                let shown: String = word.chars().take(64).collect();
                let fix = format!("write \"{shown}\" in quotes");
                return Err(self.was_wrong(
                    Expected::Value(kind),
                    format!("`{shown}` is no value"),
                    fix,
                ));
            }
            Token::Sign(_) | Token::End => {
                return Err(self.was_wrong(
                    Expected::Value(kind),
                    "a value must stand here",
                    value_fix(kind),
                ));
            }
        };
        self.fits(&value, kind)?;
        Ok(value)
    }

    /// `version("…")` and the like; the name has been taken.
    fn made(&mut self, name: &str) -> Parsed<Value> {
        if !["version", "ago", "time"].contains(&name) {
            let fix = "use version(\"…\"), ago(\"2h\") or time(\"2026-05-01T00:00:00Z\")";
            return Err(self.was_wrong(Expected::Nothing, "there is no value of this name", fix));
        }
        let text = self.argument()?;
        let made = match name {
            "version" => Some(Value::Version(text)),
            "ago" => span(&text).map(Value::Ago),
            _ => moment(&text)
                .or_else(|| moment(&format!("{text}T00:00:00Z")))
                .map(Value::Time),
        };
        let Some(made) = made else {
            let fix =
                "write ago(\"90s\"), ago(\"2h\"), ago(\"1d12h\") or time(\"2026-05-01T00:00:00Z\")";
            return Err(self.was_wrong(Expected::Nothing, "this is no time", fix));
        };
        self.must(")", Expected::Nothing)?;
        Ok(made)
    }

    fn fits(&self, value: &Value, kind: Kind) -> Parsed<()> {
        let fits = match (kind, value) {
            (Kind::Any, _) | (Kind::Text, Value::Text(_) | Value::Version(_)) => true,
            (Kind::Number, Value::Number(_)) | (Kind::Time, Value::Time(_) | Value::Ago(_)) => true,
            (Kind::Words(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Kind::Text | Kind::Number | Kind::Time | Kind::Words(_), _) => false,
        };
        if fits {
            return Ok(());
        }
        Err(self.was_wrong(
            Expected::Value(kind),
            "this cannot be compared with that value",
            value_fix(kind),
        ))
    }
}

fn value_fix(kind: Kind) -> String {
    match kind {
        Kind::Text => "write a text as \"text\", or version(\"…\")".into(),
        Kind::Number => "write a number".into(),
        Kind::Time => "write ago(\"2h\") or time(\"2026-05-01T00:00:00Z\")".into(),
        Kind::Words(words) => format!("use one of \"{}\"", words.join("\", \"")),
        Kind::Any => "write a text as \"text\", a number, true, false, or version(\"…\")".into(),
    }
}

/// Milliseconds of `90s`, `2h` or `1d12h`.
fn span(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() || rest.len() > 64 {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at(digits);
        let unit = behind
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let ms: u64 = match unit.trim() {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(ms)?)?;
        rest = behind;
    }
    // A thousand years are enough, and keep every sum in range.
    (total <= 1000 * 366 * 86_400_000).then_some(total)
}
