//! Names of parameters and objects: what a legal path looks like, before any model is asked.

use std::fmt;

/// A checked path: a full parameter name (`Device.DeviceInfo.UpTime`), a partial path that ends with
/// a dot (`Device.DeviceInfo.`), or the empty path, which stands for the whole tree.
///
/// Nodes may be instance numbers, `[alias]` identifiers and, where it is allowed, `*` for every
/// instance (TR-069 3.6.1, 3.6.2, A.2.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Box<str>);

/// TR-069 A.3.2.1: names hold at most 256 characters.
pub const PATH_CHARS: usize = 256;

/// One node of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// An object or parameter name.
    Name(&'a str),
    /// An instance number, at least 1.
    Instance(u32),
    /// An alias, without its brackets.
    Alias(&'a str),
    /// Every instance of a table.
    Wildcard,
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Longer than [`PATH_CHARS`].
    #[error("is longer than {PATH_CHARS} characters")]
    TooLong,
    /// Two dots in a row or a dot at the front.
    #[error("has an empty node")]
    EmptyNode,
    /// A node that is neither a name, an instance, an alias nor `*`.
    #[error("has the node `{0}`, which is neither a name, an instance number, an alias nor `*`")]
    BadNode(String),
    /// `*` or an instance at the front, or `*` as the last node of a parameter name.
    #[error("has `{0}` where a name is needed")]
    Misplaced(String),
}

impl Path {
    /// Checks a text.
    ///
    /// # Errors
    /// Says which rule of TR-069 A.2.2 and TR-106 3.1 the text breaks.
    pub fn parse(text: &str) -> Result<Path, PathError> {
        check(text)?;
        Ok(Path(text.into()))
    }

    /// The text of the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the path names everything below an object rather than one parameter.
    pub fn is_partial(&self) -> bool {
        self.0.is_empty() || self.0.ends_with('.')
    }

    /// The nodes from the root down.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        segments(&self.0)
    }
}

/// The nodes of a text that is known to be a path.
pub fn segments(text: &str) -> impl Iterator<Item = Segment<'_>> {
    text.strip_suffix('.')
        .unwrap_or(text)
        .split('.')
        .filter(|node| !node.is_empty())
        .map(|node| segment(node).unwrap_or(Segment::Name(node)))
}

fn check(text: &str) -> Result<(), PathError> {
    if text.is_empty() {
        return Ok(());
    }
    if text.chars().count() > PATH_CHARS {
        return Err(PathError::TooLong);
    }
    let partial = text.ends_with('.');
    let body = text.strip_suffix('.').unwrap_or(text);
    let count = body.split('.').count();
    for (index, node) in body.split('.').enumerate() {
        if node.is_empty() {
            return Err(PathError::EmptyNode);
        }
        let parsed = segment(node).ok_or_else(|| PathError::BadNode(node.to_owned()))?;
        let first = index == 0;
        let last_of_name = !partial && index + 1 == count;
        match parsed {
            Segment::Name(_) => {}
            Segment::Instance(_) | Segment::Alias(_) | Segment::Wildcard => {
                if first || last_of_name {
                    return Err(PathError::Misplaced(node.to_owned()));
                }
            }
        }
    }
    Ok(())
}

fn segment(node: &str) -> Option<Segment<'_>> {
    let bytes = node.as_bytes();
    match bytes.first()? {
        b'*' if node.len() == 1 => Some(Segment::Wildcard),
        b'1'..=b'9' => node.parse().ok().map(Segment::Instance),
        b'[' => {
            let alias = node.strip_prefix('[')?.strip_suffix(']')?;
            is_alias(alias).then_some(Segment::Alias(alias))
        }
        first if first.is_ascii_alphabetic() || *first == b'_' => bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            .then_some(Segment::Name(node)),
        _ => None,
    }
}

/// TR-106 3.8.1: 1 to 64 characters of A-Z a-z 0-9 _ -, a letter first.
fn is_alias(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_partial_and_empty_paths_are_told_apart() {
        assert!(
            !Path::parse("Device.DeviceInfo.UpTime")
                .unwrap()
                .is_partial()
        );
        assert!(Path::parse("Device.DeviceInfo.").unwrap().is_partial());
        assert!(Path::parse("").unwrap().is_partial());
    }

    #[test]
    fn nodes_are_names_instances_aliases_and_wildcards() {
        let path = Path::parse("Device.X_CISCO_ATA.Line.2.*.[cpe-1].Auth_Resync-Reboot").unwrap();
        let nodes: Vec<_> = path.segments().collect();
        assert_eq!(
            nodes,
            [
                Segment::Name("Device"),
                Segment::Name("X_CISCO_ATA"),
                Segment::Name("Line"),
                Segment::Instance(2),
                Segment::Wildcard,
                Segment::Alias("cpe-1"),
                Segment::Name("Auth_Resync-Reboot"),
            ]
        );
    }

    /// Covers C05.
    #[test]
    fn texts_that_are_no_path_are_refused() {
        for text in [
            "Device..X",
            ".Device",
            "Device.0.X",
            "Device.4294967296.X",
            "Device.X.*",
            "1.Device",
            "Device.a b",
            "Device.[].X",
            "Device.[1a].X",
            "Device.{i}.X",
            "Device.\u{e9}",
        ] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Path::parse(&"a".repeat(257)).unwrap_err(),
            PathError::TooLong
        );
        assert!(Path::parse(&"a".repeat(256)).is_ok());
    }
}
