//! The settings in force, one in a line, for people; and which of them differ between two readings.
//!
//! They are taken from what `Debug` says, in which every secret is `***` already: a section that is added shows up here
//! by itself.

use super::Config;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

impl Config {
    /// Every setting with its value: `cwmp.listen` and `127.0.0.1:7547`. What is not set is left out; secrets are `***`.
    pub fn shown(&self) -> BTreeMap<String, String> {
        flat(&format!("{self:#?}"))
    }

    /// A number that another reading has otherwise if any setting differs; positive, and exact as a float. Secrets
    /// do not count: everybody may see the number, and could try weak ones against it.
    pub fn hash(&self) -> i64 {
        let mut hash = Sha256::new();
        for (name, value) in self.shown() {
            hash.update(format!("{name} = {value}\n"));
        }
        let bytes = hash.finalize();
        let word = bytes
            .iter()
            .take(8)
            .fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
        i64::try_from(word >> 12).unwrap_or_default()
    }

    /// The names of the settings that another reading has otherwise.
    pub fn differences(&self, other: &Config) -> Vec<String> {
        let (ours, theirs) = (self.shown(), other.shown());
        let mut names: Vec<String> = ours
            .keys()
            .chain(theirs.keys())
            .filter(|name| ours.get(*name) != theirs.get(*name))
            .cloned()
            .collect();
        if self.enrolment.secret != other.enrolment.secret {
            names.push("enrolment.secret".into());
        }
        let token = |config: &Config| {
            config
                .admission
                .hook
                .as_ref()
                .map(|hook| hook.token.clone())
        };
        if token(self) != token(other) {
            names.push("admission.hook.token".into());
        }
        names.sort();
        names.dedup();
        names
    }
}

/// Reads the indented form of `Debug`.
fn flat(debug: &str) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    let mut path: Vec<&str> = Vec::new();
    let mut list: Option<Vec<String>> = None;
    // Lists within the items of a list.
    let mut depth = 0_usize;
    for line in debug.lines().skip(1) {
        let line = line.trim();
        let line = line.strip_suffix(',').unwrap_or(line);
        let name = || {
            let parts = path.iter().copied().filter(|part| !part.is_empty());
            parts.collect::<Vec<&str>>().join(".")
        };
        if let Some(items) = &mut list
            && (line != "]" || depth > 0)
        {
            if line.ends_with('[') {
                depth += 1;
            } else if line == "]" {
                depth -= 1;
            }
            items.push(value(line));
            continue;
        }
        match line {
            "]" => {
                if let Some(items) = list.take() {
                    settings.insert(name(), format!("[{}]", items.join(", ")));
                }
                path.pop();
            }
            "}" | ")" => {
                path.pop();
            }
            _ => match line.split_once(": ") {
                Some((field, "[")) => {
                    path.push(field);
                    list = Some(Vec::new());
                }
                Some((field, rest)) if rest.ends_with(['{', '(']) => path.push(field),
                Some((_, "None")) => {}
                Some((field, rest)) => {
                    path.push(field);
                    settings.insert(name_of(&path), value(rest));
                    path.pop();
                }
                None if line.ends_with(['{', '(']) => path.push(""),
                // The one value in `Some(…)`.
                None => {
                    settings.insert(name(), value(line));
                }
            },
        }
    }
    settings
}

fn name_of(path: &[&str]) -> String {
    let parts = path.iter().copied().filter(|part| !part.is_empty());
    parts.collect::<Vec<&str>>().join(".")
}

/// A value as it would stand in the file: words of ours in small letters, `SharedSecret` as `"shared-secret"`.
fn value(text: &str) -> String {
    let word = text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !word {
        return text.to_owned();
    }
    let mut small = String::from("\"");
    for (at, c) in text.chars().enumerate() {
        if c.is_ascii_uppercase() && at > 0 {
            small.push('-');
        }
        small.push(c.to_ascii_lowercase());
    }
    small.push('"');
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn every_setting_is_shown_and_no_secret() {
        let config = config(
            "[cwmp]\nlisten = '0.0.0.0:1'\n[cwmp.tls]\ncertificate_file = 'a.pem'\nkey_file = 'b'\n\
             [enrolment]\nmode = 'shared-secret'\nsecret = 'hidden'\n\
             [files]\npublic_url = 'http://x'\n[connection_request]\nallow = ['10.0.0.0/8', '::1']",
        );
        let shown = config.shown();
        for (name, value) in [
            ("data", "\"dialtone-data\""),
            ("cwmp.listen", "0.0.0.0:1"),
            ("cwmp.tls.certificate_file", "\"a.pem\""),
            ("enrolment.mode", "\"shared-secret\""),
            ("enrolment.secret", "***"),
            ("files.public_url", "\"http://x\""),
            ("connection_request.allow", "[\"10.0.0.0/8\", \"::1\"]"),
            ("trace.sessions", "20"),
        ] {
            assert_eq!(shown.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert!(!format!("{shown:?}").contains("hidden"));
    }

    #[test]
    fn a_list_within_a_list_does_not_hide_what_stands_behind_it() {
        let text = "[[admission.rules]]\nnetworks = ['10.0.0.0/8']\nthen = 'refuse'\n\
                    [admission.hook]\nurl = 'https://x/'\nwhen_away = 'refuse'\ntoken = 'hidden'";
        let shown = config(text).shown();
        assert!(shown["admission.rules"].contains("10.0.0.0/8"), "{shown:?}");
        assert_eq!(shown["admission.hook.url"], "\"https://x/\"");
        assert_eq!(shown["admission.hook.token"], "***");
        let other = config(&text.replace("hidden", "another"));
        assert_eq!(config(text).differences(&other), ["admission.hook.token"]);
    }

    #[test]
    fn differences_are_named_also_those_of_secrets() {
        let one = config("[enrolment]\nsecret = 'a'\n[trace]\nall = true");
        let other =
            config("[enrolment]\nsecret = 'b'\n[cwmp.tls]\ncertificate_file = 'a'\nkey_file = 'b'");
        let expected = [
            "cwmp.tls.certificate_file",
            "cwmp.tls.key_file",
            "enrolment.secret",
            "trace.all",
        ];
        assert_eq!(one.differences(&other), expected);
        assert_eq!(one.differences(&one), [""; 0]);
    }
}
