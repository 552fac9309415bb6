//! What configuration files of the programs have in common: how their text is understood, and what is said of a mistake.

use crate::{OperatorError, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// Understands a configuration file. `text` is what reading it gave, so that a file that cannot be read is told of in
/// the same words.
///
/// # Errors
/// If it could not be read, or says something nobody understands. Line and setting are named, and the value is not
/// shown: it may be a password.
pub fn parse<T: DeserializeOwned>(
    file: impl Display,
    text: Result<String, impl Display>,
) -> Result<T, OperatorError> {
    let trouble = |why: &dyn Display| {
        OperatorError::new(
            format!("cannot use the configuration file {file}"),
            why,
            "correct the file; docs/OPERATING.md describes every setting",
        )
    };
    let text = text.map_err(|error| trouble(&error))?;
    toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let message = error.message();
        let Some(before) = before else {
            return trouble(&message);
        };
        let line = before.matches('\n').count();
        let setting = text.lines().nth(line).and_then(setting_of);
        let line = line + 1;
        match setting {
            Some(setting) => trouble(&format_args!("line {line}, `{setting}`: {message}")),
            None => trouble(&format_args!("line {line}: {message}")),
        }
    })
}

/// The name of the setting a line gives a value to, if it is written as settings are.
fn setting_of(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b"_.".contains(&b));
    (plain && !name.is_empty()).then_some(name)
}

/// Reads a text that must not be seen: for `#[serde(deserialize_with = "...")]`.
///
/// # Errors
/// If it is no text.
pub fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Settings {
        name: String,
        #[serde(deserialize_with = "secret")]
        password: Secret,
    }

    fn parsed(text: &str) -> Result<Settings, OperatorError> {
        parse("a.toml", Ok::<_, String>(text.to_owned()))
    }

    #[test]
    fn settings_are_read_and_passwords_stay_hidden() {
        let settings = parsed("name = 'a'\npassword = 'hidden'").unwrap();
        assert_eq!(settings.name, "a");
        assert_eq!(settings.password.reveal(), "hidden");
        assert!(!format!("{settings:?}").contains("hidden"));
    }

    #[test]
    fn a_mistake_is_told_with_file_and_line_and_without_what_stands_there() {
        for (text, line, word) in [
            ("name = 'a'\npasword = 'hidden'", "line 2", "pasword"),
            ("name = 'hidden\n", "line 1", ""),
            ("\n\nname = 5 # hidden", "line 3, `name`", "string"),
        ] {
            let error = parsed(text).unwrap_err();
            assert!(error.what.contains("a.toml"), "{error}");
            assert!(error.why.contains(line), "{error}");
            assert!(error.why.contains(word), "{error}");
            assert!(!error.to_string().contains("hidden"), "{error}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_of_in_the_same_words() {
        let error = parse::<Settings>("a.toml", Err("no such file")).unwrap_err();
        assert_eq!(error.what, "cannot use the configuration file a.toml");
        assert_eq!(error.why, "no such file");
    }
}
