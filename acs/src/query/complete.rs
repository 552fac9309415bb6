//! What may follow at a place of a query, for whoever types one.

use super::catalogue::{ATTRIBUTES, Kind};
use super::error::Expected;
use super::parser::parse;

/// Something that may stand at the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What to put in place of the word that was begun.
    pub text: String,
    /// What it is, for people.
    pub about: String,
}

fn candidate(text: impl Into<String>, about: impl Into<String>) -> Candidate {
    Candidate {
        text: text.into(),
        about: about.into(),
    }
}

/// What may follow a text that was typed so far.
pub fn candidates(text: &str) -> Vec<Candidate> {
    let begun = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let front = text.trim_end_matches(begun);
    let word = &text[front.len()..];
    let expected = match parse(front) {
        Ok(_) if front.trim().is_empty() => Expected::Field,
        Ok(_) => Expected::Connector,
        // Only what is wrong at the very end says what may come there.
        Err(error) if error.position + error.length >= front.trim_end().chars().count() => {
            error.expected
        }
        Err(_) => Expected::Nothing,
    };
    let mut found = match expected {
        Expected::Nothing => Vec::new(),
        Expected::Field => fields(),
        Expected::Operator(kind) => operators(kind),
        Expected::Value(kind) => values(kind),
        Expected::Connector => vec![
            candidate("and", "both hold"),
            candidate("or", "one of them holds"),
        ],
    };
    let typed = word.to_ascii_lowercase();
    found.retain(|candidate| candidate.text.to_ascii_lowercase().starts_with(&typed));
    found
}

fn fields() -> Vec<Candidate> {
    let attributes = ATTRIBUTES
        .iter()
        .map(|attribute| candidate(attribute.name, attribute.about));
    let further = [
        candidate("param(\"", "a parameter by its path; `*` for any instance"),
        candidate("variable(\"", "a variable people gave it"),
        candidate("campaign(\"", "where it is in a campaign"),
        candidate("not", "the condition does not hold"),
    ];
    attributes.chain(further).collect()
}

fn operators(kind: Kind) -> Vec<Candidate> {
    let mut found = vec![
        candidate("=", "is"),
        candidate("!=", "is not, or has none"),
        candidate("in (", "is one of"),
        candidate("exists", "has one"),
    ];
    if matches!(kind, Kind::Text | Kind::Any) {
        found.push(candidate("~", "contains"));
        found.push(candidate("like", "with * and ?"));
    }
    if !matches!(kind, Kind::Words(_)) {
        let orders = [
            ("<", "less"),
            ("<=", "at most"),
            (">", "more"),
            (">=", "at least"),
        ];
        found.extend(orders.map(|(sign, about)| candidate(sign, about)));
    }
    found
}

fn values(kind: Kind) -> Vec<Candidate> {
    let version = candidate("version(\"", "a version, compared part by part");
    let times = [
        candidate("ago(\"", "so long before this moment"),
        candidate("time(\"", "a moment"),
    ];
    match kind {
        Kind::Text => vec![candidate("\"", "a text"), version],
        Kind::Number => Vec::new(),
        Kind::Time => times.into(),
        Kind::Words(words) => words
            .iter()
            .map(|word| candidate(format!("\"{word}\""), "a state"))
            .collect(),
        Kind::Any => [candidate("\"", "a text"), version]
            .into_iter()
            .chain(["true", "false"].map(|word| candidate(word, "a truth value")))
            .chain(times)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let found = candidates(text).into_iter();
        found.map(|candidate| candidate.text).collect()
    }

    #[test]
    fn what_is_offered_fits_the_place() {
        assert!(texts("").contains(&"product_class".to_owned()));
        assert_eq!(texts("prod"), ["product_class"]);
        assert_eq!(
            texts("tag = \"a\" and last_"),
            ["last_inform", "last_boot", "last_bootstrap"]
        );
        assert!(texts("tag ").contains(&"like".to_owned()));
        assert!(!texts("last_inform ").contains(&"like".to_owned()));
        assert_eq!(
            texts("profile.state = "),
            ["\"agreed\"", "\"pending\"", "\"failed\""]
        );
        assert_eq!(texts("last_inform < a"), ["ago(\""]);
        assert_eq!(texts("tag = \"a\" "), ["and", "or"]);
        assert!(texts("nonsense = \"a\" ").is_empty());
    }
}
