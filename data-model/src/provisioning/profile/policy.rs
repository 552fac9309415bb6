//! Where the sources of the format disagree: policies with names, each with its default.

/// How a profile is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// What is done about a document with known mistakes.
    pub strictness: Strictness,
    /// What an element without a text means.
    pub empty: EmptyElements,
}

/// What is done about mistakes that profiles of the field have, the maker's own sample among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// What can be understood in one way only is taken, with a warning.
    #[default]
    Lenient,
    /// A document that is not well-formed XML is refused.
    Strict,
}

/// What an element without a text means. The maker's guides say three different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmptyElements {
    /// It clears the value, unless `ua="rw"` says that the value is the user's. Secrets stay, because dumps leave them
    /// empty, and so does a value that cannot be empty.
    #[default]
    ClearUnlessOfUser,
    /// It clears the value, the user's as well, but no secret: what a backup means that is put back.
    ClearUnlessSecret,
    /// It clears the value, secrets and values of the user too. A value that cannot be empty is an error.
    Clear,
    /// It brings the value from the factory back; `""` is the empty text.
    Factory,
    /// It changes nothing.
    Keep,
}
