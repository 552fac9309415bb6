//! Pieces read into a tree, by a descent that keeps to the limits of terms and nesting.
//!
//! `or` binds weakest, then `and`, then `not`. Whatever cannot stand where it does is said with its place, and with what
//! could.

use super::ast::{Check, Expr, Field, Order, Test, Value};
use super::catalogue::{self, ATTRIBUTES, CAMPAIGN_STEPS, Kind};
use super::error::{Expected, QueryError};
use super::lexer::{Piece, Token, pieces};
use super::pattern::Pattern;
use crate::limits::{QUERY_NESTING, QUERY_TERMS};
use crate::redact::is_secret;

pub(super) type Parsed<T> = Result<T, QueryError>;

pub(super) struct Parser {
    pieces: Vec<Piece>,
    pub(super) at: usize,
    depth: usize,
    terms: usize,
    pub(super) values: usize,
}

/// Reads a text.
pub(super) fn parse(text: &str) -> Parsed<Expr> {
    let mut parser = Parser {
        pieces: pieces(text)?,
        at: 0,
        depth: 0,
        terms: 0,
        values: 0,
    };
    if parser.peek().token == Token::End {
        return Ok(Expr::And(Vec::new()));
    }
    let expr = parser.any()?;
    match parser.peek().token {
        Token::End => Ok(expr),
        _ => Err(parser.wrong(
            Expected::Connector,
            "a condition has ended here",
            "join conditions with `and` or `or`",
        )),
    }
}

impl Parser {
    fn peek(&self) -> &Piece {
        // The last piece is the end, and nothing goes beyond it.
        &self.pieces[self.at.min(self.pieces.len() - 1)]
    }

    pub(super) fn take(&mut self) -> Token {
        let token = self.peek().token.clone();
        self.at += 1;
        token
    }

    /// What is wrong with the next piece.
    pub(super) fn wrong(
        &self,
        expected: Expected,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> QueryError {
        let piece = self.peek();
        QueryError {
            position: piece.position,
            length: piece.length,
            why: why.into(),
            fix: fix.into(),
            expected,
        }
    }

    /// What is wrong with the piece before.
    pub(super) fn was_wrong(
        &self,
        expected: Expected,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> QueryError {
        let piece = &self.pieces[self.at.saturating_sub(1).min(self.pieces.len() - 1)];
        QueryError {
            position: piece.position,
            length: piece.length,
            ..self.wrong(expected, why, fix)
        }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.peek().token, Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek().token, Token::Sign(found) if found == sign)
    }

    pub(super) fn takes_sign(&mut self, sign: &str) -> bool {
        let there = self.is_sign(sign);
        self.at += usize::from(there);
        there
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        self.at += usize::from(there);
        there
    }

    pub(super) fn must(&mut self, sign: &'static str, expected: Expected) -> Parsed<()> {
        if self.takes_sign(sign) {
            return Ok(());
        }
        Err(self.wrong(
            expected,
            format!("there is no `{sign}`"),
            format!("put `{sign}` here"),
        ))
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Parser) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > QUERY_NESTING {
            let why = format!("brackets and `not` are nested more than {QUERY_NESTING} deep");
            return Err(self.was_wrong(Expected::Nothing, why, "write it flatter"));
        }
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    fn any(&mut self) -> Parsed<Expr> {
        let mut list = vec![self.all()?];
        while self.takes_word("or") {
            list.push(self.all()?);
        }
        Ok(joined(list, Expr::Or, |expr| match expr {
            Expr::Or(list) => Ok(list),
            other @ (Expr::And(_) | Expr::Not(_) | Expr::Test(_)) => Err(other),
        }))
    }

    fn all(&mut self) -> Parsed<Expr> {
        let mut list = vec![self.one()?];
        while self.takes_word("and") {
            list.push(self.one()?);
        }
        Ok(joined(list, Expr::And, |expr| match expr {
            Expr::And(list) => Ok(list),
            other @ (Expr::Or(_) | Expr::Not(_) | Expr::Test(_)) => Err(other),
        }))
    }

    fn one(&mut self) -> Parsed<Expr> {
        if self.takes_word("not") {
            let expr = self.deeper(Parser::one)?;
            return Ok(Expr::Not(Box::new(expr)));
        }
        if self.takes_sign("(") {
            let expr = self.deeper(Parser::any)?;
            self.must(")", Expected::Connector)?;
            return Ok(expr);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        self.terms += 1;
        if self.terms > QUERY_TERMS {
            let why = format!("a query has at most {QUERY_TERMS} conditions");
            return Err(self.wrong(
                Expected::Nothing,
                why,
                "ask for a list with `in (…)`, or for a tag",
            ));
        }
        let (field, kind) = self.field()?;
        let test = |check| Expr::Test(Test { field, check });
        if self.takes_word("exists") {
            return Ok(test(Check::Exists));
        }
        if self.takes_sign("!=") {
            let value = self.value(kind)?;
            return Ok(Expr::Not(Box::new(test(Check::Is(value)))));
        }
        if self.takes_word("not") {
            if !self.takes_word("in") {
                return Err(self.wrong(
                    Expected::Operator(kind),
                    "only `in` follows this `not`",
                    "write `not in (…)`",
                ));
            }
            let list = self.list(kind)?;
            return Ok(Expr::Not(Box::new(test(Check::OneOf(list)))));
        }
        self.check(kind).map(test)
    }

    fn check(&mut self, kind: Kind) -> Parsed<Check> {
        if self.takes_word("in") {
            return Ok(Check::OneOf(self.list(kind)?));
        }
        if self.is_word("like") || self.is_sign("~") {
            return self.part_of_text(kind);
        }
        if self.takes_sign("=") {
            return Ok(Check::Is(self.value(kind)?));
        }
        let orders = [
            Order::LessOrEqual,
            Order::Less,
            Order::GreaterOrEqual,
            Order::Greater,
        ];
        for order in orders {
            if self.takes_sign(order.symbol()) {
                return self.ordered(order, kind);
            }
        }
        let fix = "compare with = != < <= > >= ~ like or in, or ask for `exists`";
        Err(self.wrong(Expected::Operator(kind), "nothing is said about this", fix))
    }

    fn part_of_text(&mut self, kind: Kind) -> Parsed<Check> {
        if !matches!(kind, Kind::Text | Kind::Any) {
            let fix = match kind {
                Kind::Words(_) => "compare words with `=`, `!=` or `in`",
                Kind::Text | Kind::Number | Kind::Time | Kind::Any => "compare with = < or >",
            };
            return Err(self.wrong(
                Expected::Operator(kind),
                "this is no text that has parts",
                fix,
            ));
        }
        let like = self.is_word("like");
        self.at += 1;
        match self.take() {
            Token::Text(text) if like => Ok(Check::Like(text)),
            Token::Text(text) => Ok(Check::Contains(text)),
            Token::Word(_) | Token::Number(_) | Token::Sign(_) | Token::End => Err(self.was_wrong(
                Expected::Value(Kind::Text),
                "a text must follow",
                "write it as \"text\"",
            )),
        }
    }

    fn ordered(&mut self, order: Order, kind: Kind) -> Parsed<Check> {
        let value = self.value(kind)?;
        match value {
            Value::Number(_) | Value::Version(_) | Value::Time(_) | Value::Ago(_) => {
                Ok(Check::Order(order, value))
            }
            Value::Text(_) | Value::Bool(_) => Err(self.was_wrong(
                Expected::Value(kind),
                "texts and words have no order",
                "write version(\"11-4-0\") for a version, a bare number, or time(\"2026-05-01T00:00:00Z\")",
            )),
        }
    }

    fn field(&mut self) -> Parsed<(Field, Kind)> {
        let name = match &self.peek().token {
            Token::Word(word) => word.clone(),
            Token::End => {
                return Err(self.wrong(
                    Expected::Field,
                    "a condition must follow",
                    "name an attribute, such as tag = \"beta\"",
                ));
            }
            Token::Text(_) | Token::Number(_) | Token::Sign(_) => {
                let fix = "begin with an attribute or param(\"Device.…\")";
                return Err(self.wrong(Expected::Field, "a condition cannot begin with this", fix));
            }
        };
        self.at += 1;
        if self.is_sign("(") {
            return self.asked(&name);
        }
        if let Some(attribute) = catalogue::find(&name) {
            return Ok((Field::Attribute(attribute), attribute.kind));
        }
        if name.starts_with("Device.") || name.starts_with("InternetGatewayDevice.") {
            return Ok((Field::Parameter(self.path(&name)?), Kind::Any));
        }
        let near = ATTRIBUTES.iter().find(|known| {
            let plain = |text: &str| text.replace(['_', '.', '-'], "").to_lowercase();
            plain(known.name) == plain(&name)
        });
        let fix = match near {
            Some(near) => format!("write `{}`", near.name),
            None => {
                let names: Vec<&str> = ATTRIBUTES.iter().map(|known| known.name).collect();
                format!(
                    "use one of {}; or param(\"…\"), variable(\"…\"), campaign(\"…\")",
                    names.join(", ")
                )
            }
        };
        let shown: String = name.chars().take(64).collect();
        Err(self.was_wrong(
            Expected::Field,
            format!("there is no attribute `{shown}`"),
            fix,
        ))
    }

    /// `param("…")` and the like; the name has been taken.
    fn asked(&mut self, name: &str) -> Parsed<(Field, Kind)> {
        if !["param", "variable", "campaign"].contains(&name) {
            let fix = "use param(\"…\"), variable(\"…\") or campaign(\"…\")";
            return Err(self.was_wrong(
                Expected::Field,
                "there is nothing of this name with brackets",
                fix,
            ));
        }
        let argument = self.argument()?;
        let found = match name {
            "param" => (Field::Parameter(self.path(&argument)?), Kind::Any),
            "campaign" => (Field::Campaign(argument), Kind::Words(CAMPAIGN_STEPS)),
            _ if is_secret(&argument) => return Err(self.secret()),
            _ => (Field::Variable(argument), Kind::Any),
        };
        self.must(")", Expected::Nothing)?;
        Ok(found)
    }

    pub(super) fn argument(&mut self) -> Parsed<String> {
        self.must("(", Expected::Nothing)?;
        match self.take() {
            Token::Text(text) => Ok(text),
            Token::Word(_) | Token::Number(_) | Token::Sign(_) | Token::End => Err(self.was_wrong(
                Expected::Nothing,
                "a text in quotes must stand here",
                "write it as \"text\"",
            )),
        }
    }

    fn path(&self, text: &str) -> Parsed<Pattern> {
        let pattern = Pattern::parse(text).map_err(|why| {
            self.was_wrong(
                Expected::Nothing,
                why,
                "give a full name such as Device.DeviceInfo.UpTime; `*` stands for any instance, `~.` for either root",
            )
        })?;
        // Whoever may ask whether a password begins with `a` will know it in the end.
        if is_secret(text) {
            Err(self.secret())
        } else {
            Ok(pattern)
        }
    }

    fn secret(&self) -> QueryError {
        self.was_wrong(
            Expected::Nothing,
            "this holds a secret, and nobody may ask for those",
            "ask for something else",
        )
    }
}

/// One expression as it is; several as a list, those of the same kind taken in.
fn joined(
    mut list: Vec<Expr>,
    join: impl Fn(Vec<Expr>) -> Expr,
    open: impl Fn(Expr) -> Result<Vec<Expr>, Expr>,
) -> Expr {
    if list.len() == 1
        && let Some(only) = list.pop()
    {
        return only;
    }
    let mut flat = Vec::with_capacity(list.len());
    for expr in list {
        match open(expr) {
            Ok(inner) => flat.extend(inner),
            Err(expr) => flat.push(expr),
        }
    }
    join(flat)
}
