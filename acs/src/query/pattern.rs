//! Parameters by their path: `*` stands for any instance or name, `~` in front for either root.

use std::fmt;

/// The roots `~` stands for.
const ROOTS: [&str; 2] = ["Device", "InternetGatewayDevice"];

/// A path with or without wildcards.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    text: String,
    plain: bool,
}

impl Pattern {
    /// Reads a path.
    ///
    /// # Errors
    /// If it is none: which part of it, and why.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        if text.len() > 256 {
            return Err("a path has at most 256 characters".into());
        }
        let mut parts = text.split('.');
        let root = parts.next().unwrap_or_default();
        let legal = |part: &str| {
            part == "*"
                || (!part.is_empty()
                    && part
                        .chars()
                        .all(|c| c.is_alphanumeric() || "_-:".contains(c)))
        };
        if !(root == "~" || (root != "*" && legal(root))) {
            return Err(format!("`{root}` is no root of a tree"));
        }
        if !text.contains('.') {
            return Err("it is no path of a parameter".into());
        }
        for part in parts {
            if part.is_empty() {
                return Err("an object has no value, and parts are not empty".into());
            }
            if !legal(part) {
                return Err(format!("`{part}` is no part of a path"));
            }
        }
        Ok(Pattern {
            text: text.to_owned(),
            plain: !text.contains('*') && root != "~",
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a parameter is meant.
    pub fn matches(&self, name: &str) -> bool {
        if self.plain {
            return self.text == name;
        }
        let (mut wanted, mut parts) = (self.text.split('.'), name.split('.'));
        loop {
            match (wanted.next(), parts.next()) {
                (None, None) => return true,
                (Some("*"), Some(_)) => {}
                (Some("~"), Some(root)) if ROOTS.contains(&root) => {}
                (Some(wanted), Some(part)) if wanted == part => {}
                (_, _) => return false,
            }
        }
    }

    /// Whether every parameter the other one means is meant.
    pub fn covers(&self, other: &Pattern) -> bool {
        let (mut own, mut parts) = (self.text.split('.'), other.text.split('.'));
        loop {
            match (own.next(), parts.next()) {
                (None, None) => return true,
                (Some("*"), Some(_)) => {}
                (Some("~"), Some(root)) if root == "~" || ROOTS.contains(&root) => {}
                (Some(own), Some(part)) if own == part => {}
                (_, _) => return false,
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn instances_and_roots_are_left_open_and_nothing_else() {
        let line = pattern("~.Services.VoiceService.*.VoiceProfile.*.Line.*.Status");
        assert!(line.matches("Device.Services.VoiceService.1.VoiceProfile.1.Line.2.Status"));
        assert!(
            line.matches(
                "InternetGatewayDevice.Services.VoiceService.1.VoiceProfile.1.Line.2.Status"
            )
        );
        assert!(!line.matches("Device.Services.VoiceService.1.VoiceProfile.1.Line.2.Status.X"));
        assert!(!line.matches("Other.Services.VoiceService.1.VoiceProfile.1.Line.2.Status"));
        assert!(!line.matches("Device.Services.VoiceService.1.VoiceProfile.1.Line.2.Enable"));
    }

    #[test]
    fn a_pattern_covers_what_it_cannot_miss() {
        let wide = pattern("~.A.*.B");
        for narrow in ["~.A.*.B", "Device.A.*.B", "Device.A.1.B", "~.A.1.B"] {
            assert!(wide.covers(&pattern(narrow)), "{narrow}");
        }
        assert!(!pattern("Device.A.1.B").covers(&pattern("Device.A.*.B")));
        assert!(!pattern("Device.A.*.B").covers(&pattern("~.A.*.B")));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            "Device",
            "Device.",
            ".A",
            "*.A",
            "Device..A",
            "Device.a b",
            "a.~",
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
