//! What a profile may cost whoever reads it; every limit with its reason.

/// Elements inside one another: a profile has five, and what it stands in a few more (X06).
pub const DEPTH: usize = 32;
/// Bytes of an element's name; the longest of an ATA has 41 (X08).
pub const NAME_BYTES: usize = 256;
/// Attributes of one element: `ua`, a namespace, and what old dumps carry (X07).
pub const ATTRIBUTES: usize = 32;
/// Bytes of all attributes of one element (X07).
pub const ATTRIBUTES_BYTES: usize = 4096;
/// Bytes of one value; certificates and lists of rules are the longest, and no parameter takes more (X18).
pub const VALUE_BYTES: usize = 32 * 1024;
/// Elements of a document: twenty times those of an ATA.
pub const ELEMENTS: usize = 20_000;
/// Findings that are kept; whoever has so many has sent something else than a profile.
pub const FINDINGS: usize = 500;
/// Bytes of a text that are shown in a message.
pub const SHOWN_BYTES: usize = 60;
