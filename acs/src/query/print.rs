//! A tree written as a text that reads back as the same tree.

use super::ast::{Check, Expr, Field, Test, Value};
use data_model::Timestamp;
use std::fmt::{self, Display, Formatter, Write as _};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Or(list) => joined(f, list, " or ", |expr| matches!(expr, Expr::Or(_))),
            Expr::And(list) => joined(f, list, " and ", |expr| {
                matches!(expr, Expr::Or(_) | Expr::And(_))
            }),
            Expr::Not(expr) => negated(f, expr),
            Expr::Test(test) => test.fmt(f),
        }
    }
}

fn joined(
    f: &mut Formatter<'_>,
    list: &[Expr],
    join: &str,
    brackets: impl Fn(&Expr) -> bool,
) -> fmt::Result {
    for (number, expr) in list.iter().enumerate() {
        if number > 0 {
            f.write_str(join)?;
        }
        if brackets(expr) {
            write!(f, "({expr})")?;
        } else {
            write!(f, "{expr}")?;
        }
    }
    Ok(())
}

fn negated(f: &mut Formatter<'_>, expr: &Expr) -> fmt::Result {
    match expr {
        Expr::Test(test) => match &test.check {
            Check::Is(value) => write!(f, "{} != {value}", test.field),
            Check::OneOf(list) => {
                write!(f, "{} not in ", test.field)?;
                values(f, list)
            }
            Check::Order(..) | Check::Contains(_) | Check::Like(_) | Check::Exists => {
                write!(f, "not {test}")
            }
        },
        Expr::Not(_) => write!(f, "not {expr}"),
        Expr::And(_) | Expr::Or(_) => write!(f, "not ({expr})"),
    }
}

fn values(f: &mut Formatter<'_>, list: &[Value]) -> fmt::Result {
    for (number, value) in list.iter().enumerate() {
        f.write_str(if number == 0 { "(" } else { ", " })?;
        value.fmt(f)?;
    }
    f.write_char(')')
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.field.fmt(f)?;
        match &self.check {
            Check::Is(value) => write!(f, " = {value}"),
            Check::Order(order, value) => write!(f, " {} {value}", order.symbol()),
            Check::Contains(text) => write!(f, " ~ {}", Quoted(text)),
            Check::Like(text) => write!(f, " like {}", Quoted(text)),
            Check::OneOf(list) => {
                f.write_str(" in ")?;
                values(f, list)
            }
            Check::Exists => f.write_str(" exists"),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Field::Attribute(attribute) => f.write_str(attribute.name),
            Field::Parameter(pattern) => write!(f, "param({})", Quoted(pattern.as_str())),
            Field::Variable(name) => write!(f, "variable({})", Quoted(name)),
            Field::Campaign(name) => write!(f, "campaign({})", Quoted(name)),
        }
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => Quoted(text).fmt(f),
            Value::Number(number) => write!(f, "{number}"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Version(text) => write!(f, "version({})", Quoted(text)),
            Value::Time(ms) => {
                let moment = Timestamp::from_millis(*ms);
                write!(f, "time({})", Quoted(&moment.to_xsd_millis()))
            }
            Value::Ago(ms) => {
                f.write_str("ago(\"")?;
                span(f, *ms)?;
                f.write_str("\")")
            }
        }
    }
}

fn span(f: &mut Formatter<'_>, ms: u64) -> fmt::Result {
    let mut rest = ms;
    for (unit, size) in [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
    ] {
        if rest >= size {
            write!(f, "{}{unit}", rest / size)?;
            rest %= size;
        }
    }
    if rest > 0 || ms == 0 {
        write!(f, "{rest}ms")?;
    }
    Ok(())
}

/// A text in quotes.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}
