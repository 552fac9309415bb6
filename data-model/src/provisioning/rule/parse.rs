//! Reads a rule; what is wrong is named with its column.
//!
//! Long because the whole grammar stands in one place.

use super::{
    Alternative, Assignment, CHARS, Comparison, Condition, Operand, Operator, Options, PARTS,
    REPORT_RULES, Register, Rule, Target,
};
use std::fmt;
use std::str::FromStr;

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRule {
    /// The character it is about, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub why: String,
}

impl fmt::Display for BadRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.why)
    }
}

impl std::error::Error for BadRule {}

type Parsed<T> = Result<T, BadRule>;

impl FromStr for Rule {
    type Err = BadRule;

    fn from_str(text: &str) -> Parsed<Rule> {
        one_rule(&mut Cursor::new(text)?, Many::No)
    }
}

/// Whether another rule may follow behind a blank.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Many {
    Yes,
    No,
}

impl Rule {
    /// Reads `Report_Rule`: one rule, or two with a blank between them.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn reports(text: &str) -> Parsed<Vec<Rule>> {
        let mut cursor = Cursor::new(text)?;
        let mut rules = vec![one_rule(&mut cursor, Many::Yes)?];
        if matches!(rules[..], [Rule::Comment(_)]) {
            return Ok(rules);
        }
        loop {
            cursor.blanks();
            if cursor.at_end() {
                return Ok(rules);
            }
            if rules.len() == REPORT_RULES {
                return Err(cursor.wrong(format!("there are more than {REPORT_RULES} rules")));
            }
            rules.push(one_rule(&mut cursor, Many::Yes)?);
        }
    }
}

fn one_rule(cursor: &mut Cursor<'_>, many: Many) -> Parsed<Rule> {
    cursor.blanks();
    if let Some(comment) = cursor.rest().strip_prefix('#') {
        return Ok(Rule::Comment(comment.trim_end().to_owned()));
    }
    let mut alternatives: Vec<Alternative> = Vec::new();
    if cursor.at_end() {
        return Ok(Rule::Alternatives(alternatives));
    }
    loop {
        if let Some(last) = alternatives.last()
            && last.condition.is_none()
        {
            return Err(cursor.wrong("nothing can follow an alternative without a condition"));
        }
        if alternatives.len() == PARTS {
            return Err(cursor.wrong(format!("the rule has more than {PARTS} alternatives")));
        }
        alternatives.push(alternative(cursor, many)?);
        if !cursor.takes('|') {
            return Ok(Rule::Alternatives(alternatives));
        }
    }
}

impl FromStr for Condition {
    type Err = BadRule;

    /// Reads a condition without brackets, as `Resync_Trigger_*` hold one.
    fn from_str(text: &str) -> Parsed<Condition> {
        let mut cursor = Cursor::new(text)?;
        let condition = condition(&mut cursor)?;
        cursor.blanks();
        if cursor.at_end() {
            Ok(condition)
        } else {
            Err(cursor.wrong("`and` or the end is due"))
        }
    }
}

fn alternative(cursor: &mut Cursor<'_>, many: Many) -> Parsed<Alternative> {
    let mut alternative = Alternative::default();
    cursor.blanks();
    while cursor.rest().starts_with('(') {
        let start = cursor.clone();
        match cursor.kind_of_group()? {
            '?' if alternative.condition.is_some() => {
                return Err(start.wrong("an alternative has one condition"));
            }
            '?' if !alternative.assignments.is_empty() => {
                return Err(start.wrong("the condition stands in front of the assignments"));
            }
            '?' => {
                cursor.takes('(');
                alternative.condition = Some(condition(cursor)?);
                cursor.due(')', "`)?` is due")?;
                cursor.due('?', "`)?` is due")?;
            }
            _ => {
                cursor.takes('(');
                alternative.assignments.extend(assignments(cursor)?);
                cursor.due(')', "`)!` is due")?;
                cursor.due('!', "`)!` is due")?;
            }
        }
        cursor.blanks();
    }
    let options = if cursor.takes('[') {
        Some(options(cursor)?)
    } else {
        None
    };
    cursor.blanks();
    let start = cursor.clone();
    let ends = |c: char| c == '|' || many == Many::Yes && c.is_whitespace();
    let url = cursor.until(ends).trim_end();
    cursor.blanks();
    if let Some(blank) = url.find(char::is_whitespace) {
        return Err(start.wrong_at(blank, "a URL has no blanks; `|` or the end is due"));
    }
    match (url.is_empty(), options) {
        (false, options) => {
            alternative.target = Some(Target {
                options: options.unwrap_or_default(),
                url: url.to_owned(),
            });
        }
        (true, Some(_)) => return Err(start.wrong("a URL is due behind the options")),
        (true, None) if alternative.assignments.is_empty() => {
            return Err(start.wrong("a URL is due"));
        }
        (true, None) => {}
    }
    Ok(alternative)
}

fn condition(cursor: &mut Cursor<'_>) -> Parsed<Condition> {
    let mut comparisons = vec![comparison(cursor)?];
    loop {
        cursor.blanks();
        if !cursor.takes_word("and") {
            return Ok(Condition(comparisons));
        }
        if comparisons.len() == PARTS {
            return Err(cursor.wrong(format!("the condition has more than {PARTS} comparisons")));
        }
        comparisons.push(comparison(cursor)?);
    }
}

fn comparison(cursor: &mut Cursor<'_>) -> Parsed<Comparison> {
    cursor.blanks();
    if let Some(operator) = operator(cursor) {
        let right = operand(cursor)?;
        return Ok(Comparison {
            left: None,
            operator,
            right,
        });
    }
    let left = operand(cursor)?;
    cursor.blanks();
    let operator = operator(cursor)
        .ok_or_else(|| cursor.wrong("an operator is due: eq, ne, lt, le, gt or ge"))?;
    let right = operand(cursor)?;
    Ok(Comparison {
        left: Some(left),
        operator,
        right,
    })
}

/// Operators that are words.
const WORDS: [(&str, Operator); 6] = [
    ("eq", Operator::Equal),
    ("ne", Operator::NotEqual),
    ("lt", Operator::Less),
    ("le", Operator::AtMost),
    ("gt", Operator::Greater),
    ("ge", Operator::AtLeast),
];

fn operator(cursor: &mut Cursor<'_>) -> Option<Operator> {
    let signs = [
        ("!=", Operator::NotEqual),
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("=", Operator::Equal),
        ("!", Operator::NotEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ];
    let sign = signs.into_iter().find(|(sign, _)| cursor.takes_text(sign));
    let found = sign.or_else(|| WORDS.into_iter().find(|(word, _)| cursor.takes_word(word)));
    found.map(|(_, operator)| operator)
}

fn operand(cursor: &mut Cursor<'_>) -> Parsed<Operand> {
    cursor.blanks();
    if cursor.rest().starts_with('"') {
        return Ok(Operand::Quoted(cursor.quoted()?.to_owned()));
    }
    let start = cursor.clone();
    let text = cursor.bare();
    if text.is_empty() {
        return Err(cursor.wrong("a number, a version or a quoted text is due"));
    }
    if WORDS.iter().any(|(word, _)| *word == text) || text == "and" {
        return Err(start.wrong("a word of the language is no value; put it into quotes"));
    }
    if text.matches('(').count() != text.matches(')').count() {
        return Err(start.wrong("a bracket in the value is not closed"));
    }
    Ok(Operand::Bare(text.to_owned()))
}

fn assignments(cursor: &mut Cursor<'_>) -> Parsed<Vec<Assignment>> {
    let mut assignments = Vec::new();
    loop {
        cursor.blanks();
        if cursor.rest().starts_with(')') {
            return Ok(assignments);
        }
        if assignments.len() == PARTS {
            return Err(cursor.wrong(format!("the rule has more than {PARTS} assignments")));
        }
        let name = cursor.until(|c| !(c.is_ascii_alphanumeric() || "_.-".contains(c)));
        if name.is_empty() {
            return Err(cursor.wrong("the name of a parameter is due"));
        }
        cursor.blanks();
        cursor.due('=', "`=` is due")?;
        cursor.blanks();
        if !cursor.rest().starts_with('"') {
            return Err(cursor.wrong("a value in double quotes is due"));
        }
        let value = cursor.quoted()?;
        assignments.push(Assignment {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        cursor.blanks();
        cursor.takes(';');
    }
}

fn options(cursor: &mut Cursor<'_>) -> Parsed<Options> {
    let mut options = Options::default();
    loop {
        cursor.blanks();
        if cursor.takes(']') {
            return Ok(options);
        }
        let start = cursor.clone();
        if !cursor.takes_text("--") {
            return Err(cursor.wrong("an option or `]` is due"));
        }
        let name = cursor.until(|c| !c.is_ascii_alphanumeric());
        match name {
            "key" => options.key = Some(argument(cursor)?.to_owned()),
            "uid" => options.uid = Some(argument(cursor)?.to_owned()),
            "pwd" => options.pwd = Some(argument(cursor)?.to_owned()),
            "post" => options.post = Some(register(cursor)?),
            "alias" => options.alias = Some(register(cursor)?),
            "put" => options.put = true,
            "delta" => options.delta = true,
            "status" => options.status = true,
            "srv" => options.srv = true,
            unknown => {
                let shown: String = unknown.chars().take(20).collect();
                return Err(start.wrong(format!(
                    "there is no option --{shown}; there are --key, --uid, --pwd, --post, --alias, --put, \
                     --delta, --status and --srv"
                )));
            }
        }
    }
}

fn argument<'t>(cursor: &mut Cursor<'t>) -> Parsed<&'t str> {
    cursor.blanks();
    if cursor.rest().starts_with('"') {
        return cursor.quoted();
    }
    let text = cursor.until(|c| c.is_whitespace() || matches!(c, '"' | '[' | ']'));
    if text.is_empty() || text.starts_with("--") {
        return Err(cursor.wrong("the option needs an argument"));
    }
    Ok(text)
}

fn register(cursor: &mut Cursor<'_>) -> Parsed<Register> {
    let start = cursor.clone();
    Register::parse(argument(cursor)?)
        .ok_or_else(|| start.wrong("the option needs the letter of a register, a to p"))
}

/// A place in a rule.
#[derive(Clone)]
struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str) -> Parsed<Cursor<'t>> {
        let cursor = Cursor { text, at: 0 };
        if text.len() > CHARS {
            return Err(cursor.wrong(format!("the rule has more than {CHARS} characters")));
        }
        if let Some(control) = text.find(|c: char| c.is_control() && c != '\t') {
            return Err(cursor.wrong_at(control, "a rule is one line without control characters"));
        }
        Ok(cursor)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    fn wrong(&self, why: impl Into<String>) -> BadRule {
        self.wrong_at(0, why)
    }

    /// About the character so many bytes further on.
    fn wrong_at(&self, further: usize, why: impl Into<String>) -> BadRule {
        BadRule {
            column: self.text[..self.at + further].chars().count() + 1,
            why: why.into(),
        }
    }

    fn blanks(&mut self) {
        self.until(|c| !c.is_whitespace());
    }

    /// Takes characters up to one of these.
    fn until(&mut self, stop: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(stop).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.takes_text(wanted.encode_utf8(&mut [0; 4]))
    }

    fn takes_text(&mut self, wanted: &str) -> bool {
        let takes = self.rest().starts_with(wanted);
        if takes {
            self.at += wanted.len();
        }
        takes
    }

    /// A word of the language, with nothing of a name behind it.
    fn takes_word(&mut self, word: &str) -> bool {
        let behind = self
            .rest()
            .strip_prefix(word)
            .and_then(|rest| rest.chars().next());
        let ends = behind.is_some_and(|c| c.is_whitespace() || matches!(c, '"' | '$' | ')'));
        ends && self.takes_text(word)
    }

    fn due(&mut self, wanted: char, why: &str) -> Parsed<()> {
        if self.takes(wanted) {
            Ok(())
        } else {
            Err(self.wrong(why))
        }
    }

    /// A text in double quotes; there is no way to write one inside.
    fn quoted(&mut self) -> Parsed<&'t str> {
        let start = self.clone();
        self.takes('"');
        let text = self.until(|c| c == '"');
        if self.takes('"') {
            Ok(text)
        } else {
            Err(start.wrong("the closing quote is missing"))
        }
    }

    /// A number or a version: what brackets enclose belongs to it, as in `$(PRVTMR)` and `1.4.1(SR5)`.
    fn bare(&mut self) -> &'t str {
        let rest = self.rest();
        let mut depth = 0usize;
        let end = rest.char_indices().find(|(_, c)| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' if depth > 0 => {
                depth -= 1;
                false
            }
            ')' => true,
            c => c.is_whitespace() || matches!(c, '"' | '=' | '!' | '<' | '>' | '|' | '?' | ';'),
        });
        let end = end.map_or(rest.len(), |(at, _)| at);
        self.at += end;
        &rest[..end]
    }

    /// What stands behind the bracket that closes the group at this place: `?` or `!`.
    fn kind_of_group(&self) -> Parsed<char> {
        let mut depth = 0usize;
        let mut quoted = false;
        for (at, c) in self.rest().char_indices() {
            match c {
                '"' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => {
                    depth -= 1;
                    if depth == 0 {
                        let behind = &self.rest()[at + 1..];
                        return match behind.chars().next() {
                            Some(kind @ ('?' | '!')) => Ok(kind),
                            _ => Err(self.wrong_at(at + 1, "`?` or `!` is due behind the bracket")),
                        };
                    }
                }
                _ => {}
            }
        }
        Err(self.wrong("the closing bracket is missing"))
    }
}
