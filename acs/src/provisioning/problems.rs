//! What keeps profiles from being applied to a device.

use super::template::TemplateError;
use std::fmt;

/// Why nothing can be desired of a device: everything that is wrong, each with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DesiredError {
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with what is desired of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The profile.
    pub profile: String,
    /// Its revision.
    pub revision: u64,
    /// The parameter.
    pub name: String,
    /// What is wrong.
    pub why: Wrong,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Its template cannot be filled in.
    Template(TemplateError),
    /// It is a script with a mistake.
    Script(String),
    /// A secret variable of this name would be part of the key of a row.
    SecretKey(String),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Template(error) => error.fmt(f),
            Wrong::Script(why) => f.write_str(why),
            Wrong::SecretKey(name) => write!(
                f,
                "the secret variable `{name}` cannot be part of a key: keys of rows are shown"
            ),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (profile, name, why) = (&self.profile, &self.name, &self.why);
        write!(f, "profile `{profile}`, {name}: {why}")
    }
}

impl fmt::Display for DesiredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
