//! The rule language of `Profile_Rule*`, `Upgrade_Rule`, `Report_Rule` and `Resync_Trigger_*`.
//!
//! A rule is a list of alternatives; the first one whose condition holds is used. It is read before its macros are
//! replaced, so that no value can become part of the language ([`parse`]); what it comes to on a device is worked out
//! by [`evaluate`]. What is printed here reads back as the same rule.

mod evaluate;
mod parse;

pub use evaluate::{Choice, Evaluation, Fetch, Note, Unusable};
pub use parse::BadRule;

use std::fmt;

/// Characters of a rule.
pub const CHARS: usize = 8 * 1024;
/// Alternatives, comparisons and assignments of a rule, each.
pub const PARTS: usize = 64;

/// Rules in `Report_Rule`.
pub const REPORT_RULES: usize = 2;

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Begins with `#`: the whole value is a comment.
    Comment(String),
    /// These, in their order; none at all is a rule that is skipped.
    Alternatives(Vec<Alternative>),
}

/// One alternative of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alternative {
    /// When it is used; `None` for always.
    pub condition: Option<Condition>,
    /// What is set before anything is fetched.
    pub assignments: Vec<Assignment>,
    /// What is fetched, if anything.
    pub target: Option<Target>,
}

/// Comparisons, all of which must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(pub Vec<Comparison>);

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The left side; without one it is `$SWVER`, as older firmware had it.
    pub left: Option<Operand>,
    /// What is asked.
    pub operator: Operator,
    /// The right side.
    pub right: Operand,
}

/// One side of a comparison, its macros not yet replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A text.
    Quoted(String),
    /// A number or a version.
    Bare(String),
}

/// What a comparison asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`, `=`
    Equal,
    /// `ne`, `!=`, `!`
    NotEqual,
    /// `lt`, `<`
    Less,
    /// `le`, `<=`
    AtMost,
    /// `gt`, `>`
    Greater,
    /// `ge`, `>=`
    AtLeast,
}

/// `name = "value"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// A parameter's name in the profile, or the letter of a general purpose register.
    pub name: String,
    /// Its value, with macros.
    pub value: String,
}

/// What is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The options in front of the URL.
    pub options: Options,
    /// The URL, with macros.
    pub url: String,
}

/// The options of a target. Arguments have macros.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// `--key`: the key of an encrypted profile or report.
    pub key: Option<String>,
    /// `--uid`: the user that answers a challenge.
    pub uid: Option<String>,
    /// `--pwd`: the user's password.
    pub pwd: Option<String>,
    /// `--post`: the register whose text is posted.
    pub post: Option<Register>,
    /// `--alias`: the register with the map of element names.
    pub alias: Option<Register>,
    /// `--put`: a report is sent with PUT.
    pub put: bool,
    /// `--delta`: a report holds only what has changed.
    pub delta: bool,
    /// `--status`: a report holds the status instead of the configuration.
    pub status: bool,
    /// `--srv`: the server is looked up by SRV records.
    pub srv: bool,
}

/// A general purpose register, `a` to `p`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Register(char);

impl Register {
    /// By its letter, in capitals or not.
    pub fn parse(text: &str) -> Option<Register> {
        let mut chars = text.chars();
        let letter = chars.next()?.to_ascii_lowercase();
        (chars.next().is_none() && ('a'..='p').contains(&letter)).then_some(Register(letter))
    }

    /// The parameter it is, `GPP_A` to `GPP_P`.
    pub fn parameter(self) -> String {
        format!("GPP_{}", self.0.to_ascii_uppercase())
    }

    /// The macro it is, `A` to `P`.
    pub fn macro_name(self) -> String {
        self.0.to_ascii_uppercase().to_string()
    }
}

impl Operator {
    /// The word for it; the signs need escaping in XML.
    pub const fn as_str(self) -> &'static str {
        match self {
            Operator::Equal => "eq",
            Operator::NotEqual => "ne",
            Operator::Less => "lt",
            Operator::AtMost => "le",
            Operator::Greater => "gt",
            Operator::AtLeast => "ge",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Comment(text) => write!(f, "#{text}"),
            Rule::Alternatives(alternatives) => joined(f, alternatives, " | "),
        }
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(condition) = &self.condition {
            write!(f, "({condition})?")?;
            gap = " ";
        }
        if !self.assignments.is_empty() {
            write!(f, "{gap}(")?;
            joined(f, &self.assignments, " ")?;
            f.write_str(")!")?;
            gap = " ";
        }
        match &self.target {
            Some(target) => write!(f, "{gap}{target}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        joined(f, &self.0, " and ")
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(left) = &self.left {
            write!(f, "{left} ")?;
        }
        write!(f, "{} {}", self.operator.as_str(), self.right)
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Quoted(text) => write!(f, "\"{text}\""),
            Operand::Bare(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = \"{}\";", self.name, self.value)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.options.to_string();
        // A URL that begins like another part of a rule is told from it by the brackets in front.
        if !options.is_empty() || self.url.starts_with(['(', '[', '#']) {
            write!(f, "[{options}] ")?;
        }
        f.write_str(&self.url)
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        for (name, value) in [("key", &self.key), ("uid", &self.uid), ("pwd", &self.pwd)] {
            words.extend(
                value
                    .as_ref()
                    .map(|value| format!("--{name} {}", argument(value))),
            );
        }
        for (name, register) in [("post", self.post), ("alias", self.alias)] {
            words.extend(register.map(|Register(letter)| format!("--{name} {letter}")));
        }
        for (name, set) in [
            ("put", self.put),
            ("delta", self.delta),
            ("status", self.status),
            ("srv", self.srv),
        ] {
            words.extend(set.then(|| format!("--{name}")));
        }
        f.write_str(&words.join(" "))
    }
}

/// An argument as a bare word where it can be one.
fn argument(text: &str) -> String {
    let bare = !text.is_empty()
        && !text.starts_with("--")
        && text
            .chars()
            .all(|c| !c.is_whitespace() && !matches!(c, '"' | '[' | ']'));
    if bare {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

fn joined<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T], between: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}
