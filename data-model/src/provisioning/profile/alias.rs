//! The map of `--alias`: elements of a provider's own document that stand for elements of a profile.
//!
//! `/customer-account/SIP-number = /flat-profile/User_ID_1_ ;` and so on; the semicolon of the last entry may be left out.

use super::read::PROFILE;
use std::collections::BTreeMap;
use std::fmt;

/// Entries of a map: the guides promise thirty.
pub const ENTRIES: usize = 100;

/// Which element stands for which; paths without the slash in front.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases(BTreeMap<String, String>);

/// Why a text is no map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAlias {
    /// The entry, counted from 1.
    pub entry: usize,
    /// The character of the whole text it is about, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub why: &'static str,
}

impl fmt::Display for BadAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "entry {}, column {}: {}",
            self.entry, self.column, self.why
        )
    }
}

impl std::error::Error for BadAlias {}

impl Aliases {
    /// Reads a map.
    ///
    /// # Errors
    /// Names the entry and the column of the first mistake.
    pub fn parse(text: &str) -> Result<Aliases, BadAlias> {
        let mut map = BTreeMap::new();
        let (mut entry, mut at) = (0, 0);
        for part in text.split(';') {
            let start = at;
            at += part.len() + 1;
            if part.trim().is_empty() {
                continue;
            }
            entry += 1;
            let wrong = |piece: &str, why| {
                // The first character of the piece that is not blank.
                let inside = (piece.as_ptr() as usize).wrapping_sub(part.as_ptr() as usize);
                let blanks = piece.len() - piece.trim_start().len();
                let before = text.get(..start + inside + blanks).unwrap_or(text);
                let column = before.chars().count() + 1;
                BadAlias { entry, column, why }
            };
            if entry > ENTRIES {
                return Err(wrong(part, "the map has more than 100 entries"));
            }
            let Some((from, to)) = part.split_once('=') else {
                return Err(wrong(
                    part,
                    "an entry is `/source/path = /flat-profile/Name`",
                ));
            };
            let source = path(from).map_err(|why| wrong(from, why))?;
            let target = path(to).map_err(|why| wrong(to, why))?;
            let target = target.strip_prefix(PROFILE);
            let Some(target) = target.and_then(|below| below.strip_prefix('/')) else {
                return Err(wrong(
                    to,
                    "what stands behind `=` begins with /flat-profile/",
                ));
            };
            if map.insert(source.to_owned(), target.to_owned()).is_some() {
                return Err(wrong(from, "this path is in the map twice"));
            }
        }
        match map.is_empty() {
            true => Err(BadAlias {
                entry: 1,
                column: 1,
                why: "the map has no entry",
            }),
            false => Ok(Aliases(map)),
        }
    }

    /// The element of the profile a path of the document stands for.
    pub fn target(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Whether there is nothing to rename.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A path without its slash in front.
fn path(text: &str) -> Result<&str, &'static str> {
    let path = text.trim().strip_prefix('/');
    let path = path.ok_or("a path begins with a slash")?;
    let names = |c: char| !(c.is_whitespace() || c.is_control() || "<>&\"'".contains(c));
    let is_name = |name: &str| !name.is_empty() && name.chars().all(names);
    match path.split('/').all(is_name) {
        true => Ok(path),
        false => Err("a path is names of elements with one slash between them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the guide, and what is wrong with a map. Covers M-01.
    #[test]
    fn a_map_is_read_and_its_first_mistake_is_named() {
        let map = Aliases::parse(
            "/customer-account/SIP-number = /flat-profile/User_ID_1_ ;\n\
             /customer-account/SIP-password=/flat-profile/Password_1_",
        );
        let map = map.expect("the example of the guide");
        assert_eq!(
            map.target("customer-account/SIP-number"),
            Some("User_ID_1_")
        );
        assert_eq!(
            map.target("customer-account/SIP-password"),
            Some("Password_1_")
        );
        assert_eq!(map.target("SIP-number"), None);
        for (text, wrong) in [
            ("", "entry 1, column 1: the map has no entry"),
            (
                "/a = /flat-profile/A; /b",
                "entry 2, column 23: an entry is",
            ),
            (
                "/a = /flat-profile/A;b = /flat-profile/B",
                "entry 2, column 22: a path begins",
            ),
            (
                "/a = User_ID_1_",
                "entry 1, column 6: a path begins with a slash",
            ),
            ("/a = /profile/A", "entry 1, column 6: what stands behind"),
            (
                "/a = /flat-profile",
                "entry 1, column 6: what stands behind",
            ),
            (
                "/\u{e4} x = /flat-profile/A",
                "entry 1, column 1: a path is names",
            ),
            (
                "/a//b = /flat-profile/A",
                "entry 1, column 1: a path is names",
            ),
            (
                "/a=/flat-profile/A;/a=/flat-profile/B",
                "entry 2, column 20: this path is",
            ),
        ] {
            let bad = Aliases::parse(text).expect_err(text).to_string();
            assert!(bad.starts_with(wrong), "{text}: {bad}");
        }
        let many: String = (0..101)
            .map(|number| format!("/a{number}=/flat-profile/A;"))
            .collect();
        let bad = Aliases::parse(&many).expect_err("too many");
        assert_eq!(bad.entry, 101);
    }
}
