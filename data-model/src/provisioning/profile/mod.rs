//! The profile: the `<flat-profile>` document of the maker's devices, read, checked and written.
//!
//! In reading order: [`read()`] makes a [`Document`] of bytes, element by element and without a tree; [`vocabulary`] knows
//! which elements a device type has; [`assess()`] says what a document means to it: values that fit their types, and
//! what is wrong; [`write()`] makes the text of one. [`alias`] renames elements of other documents. [`policy`] holds what
//! the sources leave open, [`limits`] what a document may cost.

pub mod alias;
pub mod assess;
pub mod decode;
pub mod finding;
pub mod limits;
pub mod policy;
pub mod read;
pub mod repair;
pub mod vocabulary;
pub mod write;

pub use alias::Aliases;
pub use assess::{Assessment, Change, assess};
pub use finding::{Finding, Position, Severity};
pub use policy::{EmptyElements, Policy, Strictness};
pub use read::{Document, Entry, read, read_renamed};
pub use vocabulary::Vocabulary;
pub use write::{Line, Style, write, write_as};
