//! A query written for a database: conditions over rows `s` (what every Inform changes) and `d` (the device), with `@id`
//! for the device's key, and what only a look into the snapshots can decide.
//!
//! Texts of the query are bound, never part of the statement. Each condition has a *row form*, an expression that is
//! cheap to check for one device; where an index can find its devices it also has a *set form*, a statement that lists
//! their keys. The functions `q_contains`, `q_like`, `q_version`, `q_number`, `q_truth` and `q_moment` are the rules of
//! [`super::compare`].
//!
//! Long because each kind of condition is a few lines of SQL, and all of them share how they are put together.

use super::ast::{Check, Expr, Field, Test, Value};
use super::catalogue::{Attribute, Kind, Source};
use super::compare::time;
use super::pattern::Pattern;
use data_model::Timestamp;

/// A value to be bound.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
}

/// A piece of a statement with what stands for its question marks, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fragment {
    /// The statement.
    pub sql: String,
    /// The values.
    pub bound: Vec<Bound>,
}

impl Fragment {
    /// A piece without values.
    pub fn plain(sql: impl Into<String>) -> Fragment {
        Fragment {
            sql: sql.into(),
            bound: Vec::new(),
        }
    }

    fn with(sql: impl Into<String>, bound: Bound) -> Fragment {
        Fragment {
            sql: sql.into(),
            bound: vec![bound],
        }
    }

    /// Several pieces with the same word between them.
    pub fn join(list: impl IntoIterator<Item = Fragment>, word: &str) -> Fragment {
        let mut joined = Fragment::default();
        for piece in list {
            if !joined.sql.is_empty() {
                joined.sql.push_str(word);
            }
            joined.sql.push_str(&piece.sql);
            joined.bound.extend(piece.bound);
        }
        joined
    }

    /// The piece with a text in front and one behind.
    pub fn wrap(mut self, front: &str, behind: &str) -> Fragment {
        self.sql = format!("{front}{}{behind}", self.sql);
        self
    }
}

/// Which parameters a database keeps an index of.
pub trait Indexed {
    /// The keys of the names a path means; `None` if not all of them are in the index.
    fn names(&self, pattern: &Pattern) -> Option<Vec<i64>>;
}

/// What must be looked for in the snapshots, as a tree of the same form as the query.
#[derive(Debug, Clone, PartialEq)]
pub enum Residue {
    /// Every one holds.
    And(Vec<Residue>),
    /// At least one holds.
    Or(Vec<Residue>),
    /// It does not hold.
    Not(Box<Residue>),
    /// The statement's condition of this number.
    Column(usize),
    /// The comparison of parameters of this number.
    Parameter(usize),
}

/// A query for a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// What every device it finds fulfils.
    pub condition: Fragment,
    /// Statements that list keys, each of which finds every device the query does.
    pub sets: Vec<Fragment>,
    /// A statement that lists the keys of exactly the devices of the query, each once.
    pub exactly: Option<Fragment>,
    /// What the condition leaves open; `None` if it says everything.
    pub residue: Option<Residue>,
    /// The conditions [`Residue::Column`] counts.
    pub columns: Vec<Fragment>,
    /// The comparisons [`Residue::Parameter`] counts.
    pub parameters: Vec<(Pattern, Check)>,
}

/// Writes a query for a database.
pub fn compile(expr: &Expr, indexed: &dyn Indexed, now: Timestamp) -> Compiled {
    let writer = Writer { indexed, now };
    let condition = writer.above(expr).unwrap_or_else(|| Fragment::plain("1"));
    let sets = match expr {
        Expr::And(list) => list.iter().filter_map(|expr| writer.set(expr)).collect(),
        other @ (Expr::Or(_) | Expr::Not(_) | Expr::Test(_)) => {
            writer.set(other).into_iter().collect()
        }
    };
    let exactly = match expr {
        Expr::Test(test) if finds_once(test) => writer.set_of(test),
        Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::Test(_) => None,
    };
    let mut compiled = Compiled {
        condition,
        sets,
        exactly,
        residue: None,
        columns: Vec::new(),
        parameters: Vec::new(),
    };
    if writer.whole(expr).is_none() {
        compiled.residue = Some(writer.residue(expr, &mut compiled));
    }
    compiled
}

/// Whether the set form of a comparison lists no device twice.
fn finds_once(test: &Test) -> bool {
    match &test.field {
        Field::Attribute(attribute) => match attribute.source {
            Source::Indexed(_) | Source::IndexedFew(_) => true,
            Source::Rows { .. } => matches!(test.check, Check::Is(_)),
            Source::Repeated { .. } | Source::Device(_) | Source::Seen(_) => false,
        },
        Field::Parameter(_) | Field::Variable(_) | Field::Campaign(_) => false,
    }
}

struct Writer<'a> {
    indexed: &'a dyn Indexed,
    now: Timestamp,
}

impl Writer<'_> {
    /// The row form of exactly this expression, if the database can decide it.
    fn whole(&self, expr: &Expr) -> Option<Fragment> {
        Some(match expr {
            Expr::And(list) if list.is_empty() => Fragment::plain("1"),
            Expr::And(list) => self.list(list, " AND ")?,
            Expr::Or(list) => self.list(list, " OR ")?,
            Expr::Not(expr) => self.whole(expr)?.wrap("NOT (", ")"),
            Expr::Test(test) => self.row(test)?,
        })
    }

    fn list(&self, list: &[Expr], word: &str) -> Option<Fragment> {
        let pieces: Option<Vec<Fragment>> = list.iter().map(|expr| self.whole(expr)).collect();
        Some(Fragment::join(pieces?, word).wrap("(", ")"))
    }

    /// A row form that holds wherever this expression does, as narrow as the database can say it.
    fn above(&self, expr: &Expr) -> Option<Fragment> {
        match expr {
            Expr::And(list) => {
                let known: Vec<Fragment> =
                    list.iter().filter_map(|expr| self.above(expr)).collect();
                (!known.is_empty()).then(|| Fragment::join(known, " AND ").wrap("(", ")"))
            }
            Expr::Or(list) => {
                let pieces: Option<Vec<Fragment>> =
                    list.iter().map(|expr| self.above(expr)).collect();
                Some(Fragment::join(pieces?, " OR ").wrap("(", ")"))
            }
            Expr::Not(_) | Expr::Test(_) => self.whole(expr),
        }
    }

    /// A statement that lists the keys of exactly the devices of this expression, if an index finds them.
    fn set(&self, expr: &Expr) -> Option<Fragment> {
        match expr {
            Expr::Or(list) => {
                let pieces: Option<Vec<Fragment>> =
                    list.iter().map(|expr| self.set(expr)).collect();
                Some(Fragment::join(pieces?, " UNION "))
            }
            Expr::Test(test) => self.set_of(test),
            Expr::And(_) | Expr::Not(_) => None,
        }
    }

    fn residue(&self, expr: &Expr, compiled: &mut Compiled) -> Residue {
        if let Some(column) = self.whole(expr) {
            compiled.columns.push(column);
            return Residue::Column(compiled.columns.len() - 1);
        }
        let mut inner = |list: &[Expr]| {
            let parts = list.iter().map(|expr| self.residue(expr, compiled));
            parts.collect()
        };
        match expr {
            Expr::And(list) => Residue::And(inner(list)),
            Expr::Or(list) => Residue::Or(inner(list)),
            Expr::Not(expr) => Residue::Not(Box::new(self.residue(expr, compiled))),
            Expr::Test(test) => match &test.field {
                Field::Parameter(pattern) => {
                    compiled
                        .parameters
                        .push((pattern.clone(), test.check.clone()));
                    Residue::Parameter(compiled.parameters.len() - 1)
                }
                // These always have a row form.
                Field::Attribute(_) | Field::Variable(_) | Field::Campaign(_) => {
                    Residue::Or(Vec::new())
                }
            },
        }
    }

    fn row(&self, test: &Test) -> Option<Fragment> {
        match &test.field {
            Field::Attribute(attribute) => Some(self.attribute_row(attribute, &test.check)),
            Field::Variable(name) => {
                let check = self.check("r.value", Kind::Any, &test.check);
                let front =
                    "EXISTS (SELECT 1 FROM variable r WHERE r.device = @id AND r.name = ? AND ";
                let mut row = check.wrap(front, ")");
                row.bound.insert(0, Bound::Text(name.clone()));
                Some(row)
            }
            Field::Campaign(name) => {
                let check = self.check("r.step", Kind::Text, &test.check);
                let front =
                    "EXISTS (SELECT 1 FROM campaign_device r JOIN campaign c ON c.id = r.campaign
                             WHERE r.device = @id AND c.name = ? AND ";
                let mut row = check.wrap(front, ")");
                row.bound.insert(0, Bound::Text(name.clone()));
                Some(row)
            }
            Field::Parameter(pattern) => {
                let names = self.indexed.names(pattern)?;
                let check = self.check("r.value", Kind::Any, &test.check);
                let front = format!(
                    "EXISTS (SELECT 1 FROM indexed_value r WHERE r.device = @id AND r.name IN ({}) AND ",
                    listed(&names)
                );
                Some(check.wrap(&front, ")"))
            }
        }
    }

    fn attribute_row(&self, attribute: &Attribute, check: &Check) -> Fragment {
        match attribute.source {
            Source::Device(expression) | Source::Seen(expression) => {
                self.check(expression, attribute.kind, check)
            }
            Source::Indexed(column) => self.check(&format!("d.{column}"), attribute.kind, check),
            Source::IndexedFew(column) => self.check_few(&format!("d.{column}"), column, check),
            Source::Rows {
                from,
                device,
                value,
            }
            | Source::Repeated {
                from,
                device,
                value,
            } => {
                let check = self.check(&format!("r.{value}"), attribute.kind, check);
                let front = format!("EXISTS (SELECT 1 FROM {from} r WHERE r.{device} = @id AND ");
                check.wrap(&front, ")")
            }
        }
    }

    fn set_of(&self, test: &Test) -> Option<Fragment> {
        let check = |column: &str, kind| self.check(column, kind, &test.check);
        match &test.field {
            Field::Attribute(attribute) => match attribute.source {
                Source::Device(_) | Source::Seen(_) => None,
                Source::Indexed(column) => {
                    let check = check(column, attribute.kind);
                    Some(check.wrap("SELECT id FROM device WHERE ", ""))
                }
                Source::IndexedFew(column) => {
                    let check = self.check_few(column, column, &test.check);
                    Some(check.wrap("SELECT id FROM device WHERE ", ""))
                }
                Source::Rows {
                    from,
                    device,
                    value,
                }
                | Source::Repeated {
                    from,
                    device,
                    value,
                } => {
                    let front = format!("SELECT {device} FROM {from} WHERE ");
                    Some(check(value, attribute.kind).wrap(&front, ""))
                }
            },
            Field::Parameter(pattern) => {
                let names = self.indexed.names(pattern)?;
                let front = format!(
                    "SELECT device FROM indexed_value WHERE name IN ({}) AND ",
                    listed(&names)
                );
                Some(check("value", Kind::Any).wrap(&front, ""))
            }
            Field::Campaign(name) => {
                let front =
                    "SELECT r.device FROM campaign c JOIN campaign_device r ON r.campaign = c.id
                             WHERE c.name = ? AND ";
                let mut set = check("r.step", Kind::Text).wrap(front, "");
                set.bound.insert(0, Bound::Text(name.clone()));
                Some(set)
            }
            Field::Variable(_) => None,
        }
    }

    /// A check of one column. A column of a device that has no value holds '', NULL or 0, and fulfils nothing.
    fn check(&self, column: &str, kind: Kind, check: &Check) -> Fragment {
        match check {
            Check::Is(value) => self.compare(column, kind, "=", value),
            Check::Order(order, value) => self.compare(column, kind, order.symbol(), value),
            Check::Contains(text) => Fragment::with(
                format!("q_contains({column}, ?)"),
                Bound::Text(text.clone()),
            ),
            Check::Like(text) => {
                Fragment::with(format!("q_like({column}, ?)"), Bound::Text(text.clone()))
            }
            Check::OneOf(list) => self.one_of(column, kind, list),
            Check::Exists => match kind {
                Kind::Number => Fragment::plain(format!("({column}) IS NOT NULL")),
                Kind::Time => Fragment::plain(format!("coalesce({column}, 0) != 0")),
                Kind::Text | Kind::Words(_) | Kind::Any => {
                    Fragment::plain(format!("coalesce({column}, '') != ''"))
                }
            },
        }
    }

    /// A check of a column with few different values: each of them is checked once, found by a leap over all that are the
    /// same.
    fn check_few(&self, place: &str, column: &str, check: &Check) -> Fragment {
        let plain = match check {
            Check::Is(Value::Text(_)) | Check::Exists => true,
            Check::OneOf(list) => list.iter().all(|value| matches!(value, Value::Text(_))),
            Check::Is(_) | Check::Order(..) | Check::Contains(_) | Check::Like(_) => false,
        };
        if plain {
            return self.check(place, Kind::Text, check);
        }
        let front = format!(
            "({place}) IN (WITH RECURSIVE w(v) AS (SELECT min({column}) FROM device UNION ALL
             SELECT (SELECT min({column}) FROM device WHERE {column} > w.v) FROM w WHERE w.v IS NOT NULL)
             SELECT v FROM w WHERE v IS NOT NULL AND "
        );
        self.check("v", Kind::Text, check).wrap(&front, ")")
    }

    fn one_of(&self, column: &str, kind: Kind, list: &[Value]) -> Fragment {
        let texts: Option<Vec<&str>> = list
            .iter()
            .map(|value| match value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        match texts {
            Some(texts) => {
                // One question mark whatever the length: a statement has a limit of them.
                let json = serde_json::to_string(&texts).unwrap_or_default();
                let sql = format!("({column}) IN (SELECT value FROM json_each(?))");
                Fragment::with(sql, Bound::Text(json))
            }
            None => {
                let each = list
                    .iter()
                    .map(|value| self.compare(column, kind, "=", value));
                Fragment::join(each, " OR ").wrap("(", ")")
            }
        }
    }

    /// NULL, for what cannot be compared, must not reach a `NOT` around it.
    fn compare(&self, column: &str, kind: Kind, sign: &str, value: &Value) -> Fragment {
        match value {
            Value::Text(text) => {
                Fragment::with(format!("({column}) {sign} ?"), Bound::Text(text.clone()))
            }
            Value::Number(number) => {
                let column = match kind {
                    Kind::Number => column.to_owned(),
                    Kind::Text | Kind::Time | Kind::Words(_) | Kind::Any => {
                        format!("q_number({column})")
                    }
                };
                let sql = format!("coalesce({column} {sign} ?, 0)");
                Fragment::with(sql, Bound::Real(*number))
            }
            Value::Bool(truth) => {
                let sql = format!("coalesce(q_truth({column}) {sign} ?, 0)");
                Fragment::with(sql, Bound::Integer(i64::from(*truth)))
            }
            Value::Version(version) => {
                let sql = format!("coalesce(q_version({column}, ?) {sign} 0, 0)");
                Fragment::with(sql, Bound::Text(version.clone()))
            }
            Value::Time(_) | Value::Ago(_) => {
                let moment = time(value, self.now).unwrap_or(i64::MIN);
                let sql = match kind {
                    Kind::Time => format!("coalesce({column} {sign} ?, 0)"),
                    Kind::Text | Kind::Number | Kind::Words(_) | Kind::Any => {
                        format!("coalesce(q_moment({column}) {sign} ?, 0)")
                    }
                };
                Fragment::with(sql, Bound::Integer(moment))
            }
        }
    }
}

/// Keys of ours as a list; they are numbers, so nothing is spliced.
fn listed(names: &[i64]) -> String {
    let names: Vec<String> = names.iter().map(i64::to_string).collect();
    names.join(",")
}
