//! Queries nobody has written: made up at random, from the same seeds each time.

use super::Query;
use super::ast::{Check, Expr, Field, Order, Test, Value};
use super::catalogue::{ATTRIBUTES, CAMPAIGN_STEPS, Kind};
use super::complete::candidates;
use super::pattern::Pattern;
use super::sql::{Fragment, Indexed, compile};
use data_model::Timestamp;
use proptest::prelude::*;

/// A generator of numbers, and of what is made of them.
pub(crate) struct Dice(pub u64);

impl Dice {
    /// A query as deep as a person may write it.
    pub(crate) fn query(&mut self) -> Query {
        let depth = self.below(5);
        Query::from(self.expr(depth))
    }

    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 10] = ["a", "\"", "\\", "'", " ", "ü", "*", "\u{1F600}", "\n", "or"];
        (0..self.below(6)).map(|_| PIECES[self.below(10)]).collect()
    }

    fn value(&mut self, kind: Kind) -> Value {
        match kind {
            Kind::Number => Value::Number(self.below(1 << 30) as f64 / 4.0 - 1e6),
            Kind::Time if self.below(2) == 0 => Value::Ago(self.below(1 << 31) as u64 * 1_001),
            Kind::Time => Value::Time(self.below(1 << 31) as i64 * 1_001),
            Kind::Words(words) => Value::Text(words[self.below(words.len())].into()),
            Kind::Text if self.below(2) == 0 => Value::Version(self.text()),
            Kind::Text => Value::Text(self.text()),
            Kind::Any if self.below(4) == 0 => Value::Bool(self.below(2) == 0),
            Kind::Any => {
                let kind = [Kind::Number, Kind::Time, Kind::Text][self.below(3)];
                self.value(kind)
            }
        }
    }

    fn check(&mut self, kind: Kind) -> Check {
        let order = [
            Order::Less,
            Order::LessOrEqual,
            Order::Greater,
            Order::GreaterOrEqual,
        ][self.below(4)];
        match self.below(6) {
            0 => Check::Exists,
            1 => Check::OneOf((0..=self.below(3)).map(|_| self.value(kind)).collect()),
            2 if matches!(kind, Kind::Text | Kind::Any) => Check::Contains(self.text()),
            3 if matches!(kind, Kind::Text | Kind::Any) => Check::Like(self.text()),
            4 => match self.value(kind) {
                value @ (Value::Text(_) | Value::Bool(_)) => Check::Is(value),
                value => Check::Order(order, value),
            },
            _ => Check::Is(self.value(kind)),
        }
    }

    fn test(&mut self) -> Test {
        let (field, kind) = match self.below(4) {
            0 => (Field::Campaign(self.text()), Kind::Words(CAMPAIGN_STEPS)),
            1 => (Field::Variable("site".into()), Kind::Any),
            2 => {
                let paths = ["Device.A.*.B", "~.X_Y.1.Z", "InternetGatewayDevice.A"];
                let path = Pattern::parse(paths[self.below(3)]);
                (Field::Parameter(path.unwrap()), Kind::Any)
            }
            _ => {
                let attribute = &ATTRIBUTES[self.below(ATTRIBUTES.len())];
                (Field::Attribute(attribute), attribute.kind)
            }
        };
        let check = self.check(kind);
        Test { field, check }
    }

    /// A tree as the parser makes it: no list in a list of its own kind, none of one.
    fn expr(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return Expr::Test(self.test());
        }
        let mut several = |unlike: fn(&Expr) -> bool| {
            let mut list = Vec::new();
            while list.len() < 2 + self.below(2) {
                let expr = self.expr(depth - 1);
                if unlike(&expr) {
                    list.push(expr);
                }
            }
            list
        };
        match depth % 3 {
            0 => Expr::And(several(|expr| !matches!(expr, Expr::And(_)))),
            1 => Expr::Or(several(|expr| !matches!(expr, Expr::Or(_)))),
            _ => Expr::Not(Box::new(self.expr(depth - 1))),
        }
    }
}

/// Covers U02.
#[test]
fn whatever_can_be_meant_can_be_written_and_read() {
    for seed in 0..3_000 {
        let query = Dice(seed).query();
        let text = query.to_string();
        let read = Query::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(read, query, "{text}");
        assert_eq!(read.to_string(), text);
    }
}

/// Covers U02, C17.
#[test]
fn whatever_is_typed_is_read_or_refused_with_a_place_inside_it() {
    const PIECES: [&str; 28] = [
        "tag",
        "product_class",
        "param(\"Device.A\")",
        "campaign(",
        "and",
        "or",
        "not",
        "in",
        "like",
        "exists",
        "version(\"1\")",
        "ago(\"2h\")",
        "=",
        "!=",
        "<",
        "~",
        "(",
        ")",
        ",",
        "\"a\"",
        "'",
        "1",
        "-",
        "1e400",
        "\\",
        "\u{0}",
        "ü",
        "true",
    ];
    let mut read = 0;
    for seed in 0..20_000 {
        let mut dice = Dice(seed);
        let pieces = (0..dice.below(9)).map(|_| PIECES[dice.below(PIECES.len())]);
        let text = pieces
            .collect::<Vec<_>>()
            .join([" ", ""][seed as usize % 2]);
        candidates(&text);
        match Query::parse(&text) {
            Ok(query) => {
                read += 1;
                assert_eq!(Query::parse(&query.to_string()).unwrap(), query, "{text}");
            }
            Err(error) => {
                let length = text.chars().count();
                assert!(error.position + error.length <= length, "{text}: {error}");
                assert!(!error.why.is_empty() && !error.fix.is_empty(), "{text}");
            }
        }
    }
    assert!(read > 20, "some of it makes sense: {read}");
}

/// An index of everything, or of nothing.
struct Index(bool);

impl Indexed for Index {
    fn names(&self, _: &Pattern) -> Option<Vec<i64>> {
        self.0.then(|| vec![1, -1, i64::MAX])
    }
}

/// A piece of a statement has a value for each of its question marks, and nothing of the query in it: all of it is ours.
fn is_ours(piece: &Fragment) -> bool {
    let marks = piece.sql.matches('?').count();
    marks == piece.bound.len() && piece.sql.is_ascii() && !piece.sql.contains(['"', '\\'])
}

/// What must be true of a text, whoever has typed it; says whether it is a query.
fn holds(text: &str) -> bool {
    candidates(text);
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(error) => {
            let length = text.chars().count();
            assert!(error.position + error.length <= length, "{text}: {error}");
            return false;
        }
    };
    let written = query.to_string();
    assert_eq!(Query::parse(&written).unwrap(), query, "{text}: {written}");
    for now in [0, 1_800_000_000_000, i64::MAX] {
        for index in [Index(true), Index(false)] {
            let compiled = compile(query.expr(), &index, Timestamp::from_millis(now));
            let pieces = [&compiled.condition].into_iter();
            let pieces = pieces.chain(&compiled.sets).chain(&compiled.exactly);
            for piece in pieces.chain(&compiled.columns) {
                assert!(is_ours(piece), "{text}: {piece:?}");
            }
        }
    }
    true
}

/// A query of which some characters were taken away, and some others put in.
fn edited() -> impl Strategy<Value = String> {
    let edit = (any::<proptest::sample::Index>(), 0..4_usize, ".{0,3}");
    let edits = proptest::collection::vec(edit, 0..3);
    (any::<u64>(), edits).prop_map(|(seed, edits)| {
        let mut text: Vec<char> = Dice(seed).query().to_string().chars().collect();
        for (at, less, more) in edits {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + less);
            text.splice(at..end, more.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    /// Covers U02, C17.
    #[test]
    fn no_text_breaks_what_reads_completes_and_compiles_queries(text in any::<String>()) {
        holds(&text);
    }

    /// Covers U02, C17.
    #[test]
    fn no_query_with_a_slip_in_it_does_either(text in edited()) {
        holds(&text);
    }
}

/// Covers U02.
#[test]
fn whatever_can_be_meant_is_written_for_a_database_with_its_values_bound() {
    for seed in 0..3_000 {
        assert!(holds(&Dice(seed).query().to_string()), "{seed}");
    }
}
