//! What is wrong with a query, where, and how to put it right.

use super::catalogue::Kind;
use std::fmt;

/// Why a text is no query.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct QueryError {
    /// Where it begins, in characters from 0.
    pub position: usize,
    /// How many characters are meant; zero at the end of the text.
    pub length: usize,
    /// What is wrong.
    pub why: String,
    /// What to write.
    pub fix: String,
    /// What could stand there.
    pub expected: Expected,
}

/// What may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Expected {
    /// Nothing in particular.
    #[default]
    Nothing,
    /// A condition begins.
    Field,
    /// An operator for a field of this kind.
    Operator(Kind),
    /// A value for a field of this kind.
    Value(Kind),
    /// `and`, `or`, or the end.
    Connector,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at character {} of the query: {}",
            self.position + 1,
            self.why
        )
    }
}
