//! What was wrong with a document, and where: line, column and path of the element.

use crate::limits;
use std::fmt;

/// An error in a document and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// Line of the place, counted from 1.
    pub line: u32,
    /// Column of the place in characters, counted from 1.
    pub column: u32,
    /// The open elements at that place, from the root: `Envelope/Body/Inform`.
    pub path: String,
}

/// What can be wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlErrorKind {
    /// The bytes are no text in the encoding they claim, or in one we know.
    #[error("the encoding `{0}` is not supported")]
    Encoding(String),
    /// The tokens do not make a document.
    #[error("not well-formed: {0}")]
    Malformed(String),
    /// A document type declaration; none is ever accepted.
    #[error("a DOCTYPE is not accepted")]
    Doctype,
    /// A reference to an entity nobody declared.
    #[error("unknown entity `&{0};`")]
    Entity(String),
    /// The document ends in the middle.
    #[error("the document ends too early")]
    Truncated,
    /// More open elements than [`limits::DEPTH`].
    #[error("more than {} elements inside one another", limits::DEPTH)]
    TooDeep,
    /// More attributes than the limits allow.
    #[error(
        "more than {} attributes or {} bytes of attributes on one element",
        limits::ATTRIBUTES,
        limits::ATTRIBUTES_BYTES
    )]
    TooManyAttributes,
    /// A longer name than [`limits::NAME_BYTES`].
    #[error("an element name of more than {} bytes", limits::NAME_BYTES)]
    NameTooLong,
    /// A longer text than [`limits::TEXT_BYTES`].
    #[error("a text of more than {} bytes", limits::TEXT_BYTES)]
    TextTooLong,
    /// A longer list than [`limits::LIST_ITEMS`].
    #[error("a list of more than {} elements", limits::LIST_ITEMS)]
    ListTooLong,
    /// Well-formed, but no SOAP 1.1 envelope with one body.
    #[error("not a SOAP 1.1 message: {0}")]
    NotSoap(String),
}

impl XmlErrorKind {
    /// Whether the document was refused for its size rather than for its form.
    pub fn is_limit(&self) -> bool {
        match self {
            XmlErrorKind::TooDeep
            | XmlErrorKind::TooManyAttributes
            | XmlErrorKind::NameTooLong
            | XmlErrorKind::TextTooLong
            | XmlErrorKind::ListTooLong => true,
            XmlErrorKind::Encoding(_)
            | XmlErrorKind::Malformed(_)
            | XmlErrorKind::Doctype
            | XmlErrorKind::Entity(_)
            | XmlErrorKind::Truncated
            | XmlErrorKind::NotSoap(_) => false,
        }
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, " in {}", self.path)?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for XmlError {}
