//! The keys an ACS hands to a device and gets back: CommandKey and ParameterKey.

use crate::limits::KEY_CHARS;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Free text of at most 32 characters, multi-byte ones included; empty is legal.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// A key of our own making.
            ///
            /// # Errors
            /// If the text has more than 32 characters.
            pub fn new(text: &str) -> Result<$name, KeyTooLong> {
                if text.chars().count() > KEY_CHARS {
                    return Err(KeyTooLong);
                }
                Ok($name(text.into()))
            }

            /// What a peer sent, cut to 32 characters: a longer text cannot be a key we gave out.
            pub fn from_peer(text: &str) -> $name {
                match text.char_indices().nth(KEY_CHARS) {
                    Some((end, _)) => $name(text[..end].into()),
                    None => $name(text.into()),
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether the key is the empty text.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl TryFrom<String> for $name {
            type Error = KeyTooLong;

            fn try_from(text: String) -> Result<$name, KeyTooLong> {
                $name::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> String {
                key.0.into()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

key! {
    /// Ties a request of the ACS to the events and completions it leads to (TR-069 A.3.2.8 and others).
    CommandKey
}

key! {
    /// Names the configuration the ACS last wrote (TR-069 A.3.2.1).
    ParameterKey
}

/// A key of more than 32 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key has at most {KEY_CHARS} characters")]
pub struct KeyTooLong;

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers T-21.
    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(CommandKey::new(&"é".repeat(32)).is_ok());
        assert_eq!(CommandKey::new(&"é".repeat(33)), Err(KeyTooLong));
    }

    /// Covers C12.
    #[test]
    fn an_overlong_key_from_a_peer_is_cut() {
        assert_eq!(
            CommandKey::from_peer(&"漢".repeat(70_000)).as_str(),
            "漢".repeat(32)
        );
    }
}
