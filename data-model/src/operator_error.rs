//! An error a person must act on: what happened, why, and what to do about it.

use std::fmt;

/// Three lines for the person who runs the program. `fix` names the setting or the command to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorError {
    /// What could not be done.
    pub what: String,
    /// Why it could not be done.
    pub why: String,
    /// What to do about it.
    pub fix: String,
}

impl OperatorError {
    /// An error with its three parts.
    pub fn new(
        what: impl Into<String>,
        why: impl fmt::Display,
        fix: impl Into<String>,
    ) -> OperatorError {
        OperatorError {
            what: what.into(),
            why: why.to_string(),
            fix: fix.into(),
        }
    }
}

impl fmt::Display for OperatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  why: {}\n  fix: {}", self.what, self.why, self.fix)
    }
}

impl std::error::Error for OperatorError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_why_and_fix_on_three_lines() {
        let error = OperatorError::new(
            "cannot listen for CWMP on 0.0.0.0:7547",
            "address already in use",
            "stop the other program, or set `cwmp.listen` to a free port",
        );
        assert_eq!(error.to_string().lines().count(), 3);
    }
}
