//! Where a script is wrong, and why: for whoever wrote it.

use std::fmt;

/// A mistake in a dial plan, a tone or a cadence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The character it is at, counted from 1; one behind the last if something is missing at the end.
    pub character: usize,
    /// What is wrong there.
    pub why: &'static str,
}

impl Flaw {
    /// A mistake at a byte of a text.
    pub(super) fn at(text: &str, byte: usize, why: &'static str) -> Flaw {
        let before = text.get(..byte).unwrap_or(text);
        Flaw {
            character: before.chars().count() + 1,
            why,
        }
    }

    /// A mistake where a part of a text begins.
    pub(super) fn in_part(text: &str, part: &str, why: &'static str) -> Flaw {
        let byte = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        Flaw::at(text, byte, why)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.character, self.why)
    }
}
