//! What a rule comes to on a device at this moment, step by step.

use super::{Alternative, Comparison, Condition, Operand, Operator, Options, Register, Rule};
use crate::Secret;
use crate::provisioning::macros::{Macros, Secrets, expand};
use crate::provisioning::url::{BadUrl, ProfileUrl};
use crate::provisioning::version::Version;
use std::cmp::Ordering;
use std::fmt;

/// What a rule has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// What is to be done.
    pub choice: Choice,
    /// What was looked at on the way, in order.
    pub notes: Vec<Note>,
}

/// What a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Nothing: it is empty or a comment, or no condition holds. This is no error.
    Skip,
    /// The alternative of this number, counted from 0.
    Take {
        /// Which one.
        alternative: usize,
        /// What is to be set first: names and values.
        assignments: Vec<(String, String)>,
        /// What is to be fetched then, if anything.
        fetch: Option<Box<Fetch>>,
    },
    /// The alternative of this number is due and cannot be carried out.
    Broken {
        /// Which one.
        alternative: usize,
        /// Why its URL is none.
        why: BadUrl,
    },
}

/// What is to be fetched, macros replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// From where.
    pub url: ProfileUrl,
    /// The key of what is fetched or sent.
    pub key: Option<Secret>,
    /// The user that answers a challenge.
    pub uid: Option<String>,
    /// The user's password.
    pub pwd: Option<Secret>,
    /// The register whose text is posted.
    pub post: Option<Register>,
    /// The register with the map of element names.
    pub alias: Option<Register>,
    /// The options as they were written.
    pub options: Options,
}

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The alternative, counted from 0.
    pub alternative: usize,
    /// The comparison as it is written; `None` for an alternative without a condition.
    pub comparison: Option<String>,
    /// Whether it holds, or why it cannot be said.
    pub outcome: Result<bool, Unusable>,
}

/// Why a comparison cannot be made; it counts as one that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not a number and not a version.
    #[error("`{0}` is neither a number nor a version; a text stands in double quotes")]
    Neither(String),
    /// Texts are equal or not.
    #[error("texts are only compared with eq and ne")]
    TextOrder,
    /// One side is a text and the other is none, or a number meets a version.
    #[error("{0} cannot be compared with {1}")]
    Kinds(&'static str, &'static str),
    /// `11-3-2` and `1.4.1` are versions of different products.
    #[error("{0} and {1} are written in different notations")]
    Notations(String, String),
}

impl Rule {
    /// Works out what the rule comes to.
    pub fn evaluate(&self, macros: &dyn Macros) -> Evaluation {
        let mut notes = Vec::new();
        let alternatives = match self {
            Rule::Comment(_) => &[][..],
            Rule::Alternatives(alternatives) => alternatives,
        };
        for (number, alternative) in alternatives.iter().enumerate() {
            let holds = match &alternative.condition {
                Some(condition) => condition.look(number, macros, &mut notes),
                None => {
                    notes.push(Note {
                        alternative: number,
                        comparison: None,
                        outcome: Ok(true),
                    });
                    true
                }
            };
            if holds {
                let choice = take(number, alternative, macros);
                return Evaluation { choice, notes };
            }
        }
        Evaluation {
            choice: Choice::Skip,
            notes,
        }
    }
}

impl Condition {
    /// Whether all of it holds.
    pub fn holds(&self, macros: &dyn Macros) -> bool {
        self.look(0, macros, &mut Vec::new())
    }

    fn look(&self, alternative: usize, macros: &dyn Macros, notes: &mut Vec<Note>) -> bool {
        self.0.iter().all(|comparison| {
            let outcome = comparison.holds(macros);
            let holds = outcome == Ok(true);
            notes.push(Note {
                alternative,
                comparison: Some(comparison.to_string()),
                outcome,
            });
            holds
        })
    }
}

fn take(number: usize, alternative: &Alternative, macros: &dyn Macros) -> Choice {
    let hidden = |text: &str| expand(text, macros, Secrets::Hidden);
    let revealed = |text: &Option<String>| {
        text.as_ref()
            .map(|text| expand(text, macros, Secrets::Revealed))
    };
    let assignments = alternative.assignments.iter();
    let assignments = assignments.map(|assignment| {
        let name = match Register::parse(&assignment.name) {
            Some(register) => register.parameter(),
            None => assignment.name.clone(),
        };
        (name, hidden(&assignment.value))
    });
    let assignments = assignments.collect();
    let fetch = match &alternative.target {
        None => None,
        Some(target) => match ProfileUrl::parse(&hidden(&target.url)) {
            Err(why) => {
                return Choice::Broken {
                    alternative: number,
                    why,
                };
            }
            Ok(url) => Some(Box::new(Fetch {
                url,
                key: revealed(&target.options.key).map(Secret::new),
                uid: revealed(&target.options.uid),
                pwd: revealed(&target.options.pwd).map(Secret::new),
                post: target.options.post,
                alias: target.options.alias,
                options: target.options.clone(),
            })),
        },
    };
    Choice::Take {
        alternative: number,
        assignments,
        fetch,
    }
}

/// A side of a comparison, macros replaced.
enum Value {
    Text(String),
    Number(i64),
    Version(Version),
}

impl Value {
    fn of(operand: &Operand, macros: &dyn Macros) -> Result<Value, Unusable> {
        match operand {
            Operand::Quoted(text) => Ok(Value::Text(expand(text, macros, Secrets::Hidden))),
            Operand::Bare(text) => {
                let text = expand(text, macros, Secrets::Hidden);
                let text = text.trim();
                if let Ok(number) = text.parse() {
                    return Ok(Value::Number(number));
                }
                let version = Version::parse(text).map(Value::Version);
                version.ok_or_else(|| Unusable::Neither(text.chars().take(40).collect()))
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Number(_) => "a number",
            Value::Version(_) => "a version",
        }
    }
}

impl Comparison {
    fn holds(&self, macros: &dyn Macros) -> Result<bool, Unusable> {
        let version = Operand::Bare("$SWVER".into());
        let left = Value::of(self.left.as_ref().unwrap_or(&version), macros)?;
        let right = Value::of(&self.right, macros)?;
        let order = match (&left, &right) {
            (Value::Text(left), Value::Text(right)) => {
                return match self.operator {
                    Operator::Equal => Ok(left == right),
                    Operator::NotEqual => Ok(left != right),
                    Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                        Err(Unusable::TextOrder)
                    }
                };
            }
            (Value::Number(left), Value::Number(right)) => left.cmp(right),
            (Value::Version(left), Value::Version(right)) => left
                .compare(right)
                .ok_or_else(|| Unusable::Notations(left.to_string(), right.to_string()))?,
            (left, right) => return Err(Unusable::Kinds(left.kind(), right.kind())),
        };
        Ok(match self.operator {
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Less => order == Ordering::Less,
            Operator::AtMost => order != Ordering::Greater,
            Operator::Greater => order == Ordering::Greater,
            Operator::AtLeast => order != Ordering::Less,
        })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alternative {}: ", self.alternative + 1)?;
        match (&self.comparison, &self.outcome) {
            (None, _) => f.write_str("has no condition"),
            (Some(comparison), Ok(true)) => write!(f, "{comparison} holds"),
            (Some(comparison), Ok(false)) => write!(f, "{comparison} does not hold"),
            (Some(comparison), Err(why)) => write!(f, "{comparison} does not hold: {why}"),
        }
    }
}
