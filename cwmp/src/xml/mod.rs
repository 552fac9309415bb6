//! XML as CWMP uses it: a tolerant, bounded reader and a strict writer.
//!
//! The reader pulls tokens from `quick-xml` and never builds a tree; nothing outside this module
//! knows which library reads the bytes. Elements are matched by their local names, because field
//! devices use any prefix and forget to declare it (spec W-03, W-04, W-24).

mod decode;
mod encoding;
mod error;
mod reader;
mod writer;

pub use decode::{Guessed, decode};
pub use error::{XmlError, XmlErrorKind};
pub use reader::{Oddities, Tag, XmlReader};
pub use writer::XmlWriter;
