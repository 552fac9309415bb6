//! What the commands print: lines on standard output, errors with their reason and remedy on standard error.

use data_model::OperatorError;
use std::fmt::Display;
use std::io::Write as _;

/// A line on standard output. A reader that has gone away misses nothing.
pub fn line(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// An error: what, why, and what to do.
pub fn error(error: &OperatorError) {
    let _ = writeln!(std::io::stderr().lock(), "error: {error}");
}

/// A line on standard error that is neither an error nor of the log.
pub fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
