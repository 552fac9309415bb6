//! A query as others hold it: its text, read once.

use super::ast::{Expr, Field, Test, Value};
use super::error::QueryError;
use super::eval::{View, evaluate};
use super::parser::parse;
use data_model::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A query: in JSON a text, in memory what it means. Cloning it costs nothing.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Query {
    expr: Arc<Expr>,
}

// Numbers of a query are never NaN: the lexer makes none.
impl Eq for Query {}

impl Query {
    /// Reads a text; an empty one means every device.
    ///
    /// # Errors
    /// If it is no query: where, why, and what to write.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        parse(text).map(Query::from)
    }

    /// What it means.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether a device fulfils it, as far as the view shows.
    pub fn matches(&self, view: &dyn View, now: Timestamp) -> bool {
        evaluate(&self.expr, view, now)
    }

    /// Whether its answer changes by the passing of time alone.
    pub fn depends_on_time(&self) -> bool {
        let tests = self.expr.tests();
        let mut values = tests.iter().flat_map(|test| test.check.values());
        values.any(|value| matches!(value, Value::Ago(_)))
    }

    /// What keeps it from being the selector of a profile, and what to ask for instead. Which profiles a device gets is
    /// decided anew when something changes that their selectors ask for; so it must not depend on what changes without
    /// an event, nor on what the profiles themselves bring about.
    pub fn unfit_for_a_profile(&self) -> Option<(String, &'static str)> {
        for test in self.expr.tests() {
            let Field::Attribute(attribute) = &test.field else {
                continue;
            };
            let name = attribute.name;
            match name {
                "profile.state" => {
                    let why = format!(
                        "{name} says how a device stands to its profiles, so the answer would depend on itself"
                    );
                    return Some((why, "mark the devices with a tag and ask for the tag"));
                }
                "health.reason" if names(test, "profile_refused") => {
                    let why = format!(
                        "{name} \"profile_refused\" is brought about by profiles, so the answer would depend on itself"
                    );
                    return Some((why, "ask for the other reasons"));
                }
                "last_inform" | "informs" => {
                    let why = format!("{name} changes with every Inform");
                    return Some((why, "ask for first_seen, last_boot or a parameter"));
                }
                _ => {}
            }
        }
        self.depends_on_time().then(|| {
            let why = "ago(…) changes its answer by the passing of time".to_owned();
            (why, "compare with a moment, time(\"2026-05-01\")")
        })
    }

    /// This one and another one.
    pub fn and(&self, other: &Query) -> Query {
        let mut list = Vec::new();
        for query in [self, other] {
            match query.expr() {
                Expr::And(inner) => list.extend(inner.iter().cloned()),
                expr @ (Expr::Or(_) | Expr::Not(_) | Expr::Test(_)) => list.push(expr.clone()),
            }
        }
        match <[Expr; 1]>::try_from(list) {
            Ok([only]) => only.into(),
            Err(list) => Expr::And(list).into(),
        }
    }
}

/// Whether a comparison names a word.
fn names(test: &Test, word: &str) -> bool {
    let mut values = test.check.values().iter();
    values.any(|value| matches!(value, Value::Text(text) if text == word))
}

impl From<Expr> for Query {
    fn from(expr: Expr) -> Query {
        Query {
            expr: Arc::new(expr),
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Query, QueryError> {
        Query::parse(text)
    }
}

impl TryFrom<String> for Query {
    type Error = String;

    fn try_from(text: String) -> Result<Query, String> {
        Query::parse(&text).map_err(|error| format!("{error}; {}", error.fix))
    }
}

impl From<Query> for String {
    fn from(query: Query) -> String {
        query.to_string()
    }
}

impl JsonSchema for Query {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Query".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers U02.
    #[test]
    fn what_is_printed_reads_back_as_the_same_query() {
        for text in [
            "",
            r#"product_class = "ATA192" and software_version < version("11-4-0") and tag = "beta""#,
            r#"param("Device.DeviceInfo.UpTime") > 3600 and last_inform < ago("2h")"#,
            r#"not profile.state = "failed" and campaign("upgrade to 11") = "failed""#,
            r#"(tag = "a" or tag = "b") and not (tag = "c" or not tag = "d")"#,
            r#"serial_number in ('a', "b\"\\") or serial_number not in ("x")"#,
            r#"param("~.Services.VoiceService.*.VoiceProfile.*.Line.*.Status") like "U?*""#,
            r#"Device.X.Y = true or Device.X.Z = -1.25 or Device.X.Q exists"#,
            r#"last_boot >= time("2026-05-01") and last_boot < time("2026-05-01T10:00:00.5+02:00")"#,
            r#"not not not tag exists or informs > 18014398509481984 or variable("site") ~ """#,
            "tag = 'ü\u{1F600}\n'",
        ] {
            let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let printed = query.to_string();
            assert_eq!(
                Query::parse(&printed).unwrap(),
                query,
                "{text} as {printed}"
            );
        }
    }

    /// Covers U02.
    #[test]
    fn every_error_says_where_why_and_what_to_write() {
        for (text, position, fix) in [
            ("tag", 3, "compare with"),
            ("tag =", 5, "text"),
            ("tag = beta", 6, "\"beta\""),
            ("tags = \"beta\"", 0, "use one of identity"),
            ("ProductClass = \"ATA192\"", 0, "product_class"),
            ("tag = \"a\" tag = \"b\"", 10, "`and` or `or`"),
            ("tag = \"a", 6, "close the text"),
            ("software_version < \"11\"", 19, "version("),
            ("last_inform < 2h", 14, "ago("),
            ("last_inform < ago(\"2 hours\")", 18, "ago(\"2h\")"),
            ("informs > \"5\"", 10, "number"),
            (
                "profile.state = \"fine\"",
                16,
                "\"agreed\", \"pending\", \"failed\"",
            ),
            ("informs ~ \"5\"", 8, "compare with"),
            ("(tag = \"a\"", 10, ")"),
            ("param(\"Device.\") = 1", 6, "full name"),
            (
                "param(\"Device.ManagementServer.Password\") = \"x\"",
                6,
                "something else",
            ),
            ("variable(\"line1.password\") ~ \"a\"", 9, "something else"),
            ("tag = \"a\" & tag = \"b\"", 10, "and, or, not"),
            ("$where", 0, "compare with"),
        ] {
            let error = Query::parse(text).unwrap_err();
            assert_eq!(error.position, position, "{text}: {error}");
            assert!(error.fix.contains(fix), "{text}: {}", error.fix);
        }
    }

    /// Covers U02.
    #[test]
    fn what_is_too_long_too_wide_or_too_deep_is_refused_at_once() {
        let term = "tag=\"a\"";
        for text in [
            vec![term; 10_000].join(" or "),
            vec![term; 300].join(" and "),
            "(".repeat(10_000) + term + &")".repeat(10_000),
            "(".repeat(100) + term + &")".repeat(100),
            "not ".repeat(2_000) + term,
            format!("serial_number in ({})", vec!["\"1\""; 2_000].join(",")),
            "x".repeat(10_000_000),
        ] {
            let before = std::time::Instant::now();
            assert!(Query::parse(&text).is_err(), "{}", &text[..40]);
            assert!(before.elapsed().as_millis() < 1_000);
        }
    }
}
