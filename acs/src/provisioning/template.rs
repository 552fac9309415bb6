//! `{{variable}}` in the values of profiles. A variable's value is text and nothing else: it is never read again for
//! variables (case C17).

use crate::redact::is_secret;
use std::borrow::Cow;

/// What is wrong with a template, or with a device it is filled in for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without its `}}`.
    #[error("`{{{{` is never closed")]
    Unclosed,
    /// `{{ }}` around something that is no name.
    #[error("`{0}` is not a variable name")]
    BadName(String),
    /// The device has no such variable.
    #[error("the device has no variable `{0}`")]
    Missing(String),
}

/// Fills in the variables of a template.
///
/// # Errors
/// If the template is broken or a variable is missing.
pub fn fill<'t>(
    template: &'t str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Cow<'t, str>, TemplateError> {
    if !template.contains("{{") {
        return Ok(Cow::Borrowed(template));
    }
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        filled.push_str(&rest[..start]);
        let after = &rest[start + 2..];
        let end = after.find("}}").ok_or(TemplateError::Unclosed)?;
        let name = after[..end].trim();
        check_name(name)?;
        let value = variable(name).ok_or_else(|| TemplateError::Missing(name.to_owned()))?;
        filled.push_str(&value);
        rest = &after[end + 2..];
    }
    filled.push_str(rest);
    Ok(Cow::Owned(filled))
}

/// Whether a template can be filled in by any device.
///
/// # Errors
/// If it is broken.
pub fn check(template: &str) -> Result<(), TemplateError> {
    fill(template, |_| Some(String::new())).map(|_| ())
}

/// The variables a template names, each once.
pub fn variables(template: &str) -> Vec<String> {
    let names = std::cell::RefCell::new(Vec::new());
    let noted = fill(template, |name| {
        let mut names = names.borrow_mut();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        Some(String::new())
    });
    drop(noted);
    names.into_inner()
}

/// The first variable of a template that is secret by its name: what it is filled into must not be shown either,
/// whatever that is called.
pub fn secret_variable(template: &str) -> Option<String> {
    if !template.contains("{{") {
        return None;
    }
    variables(template).into_iter().find(|name| is_secret(name))
}

/// Letters, digits, `_`, `-` and `.`, at most 64 of them.
///
/// # Errors
/// If the text is something else.
pub fn check_name(name: &str) -> Result<(), TemplateError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.is_empty() || name.len() > 64 || !name.bytes().all(legal) {
        return Err(TemplateError::BadName(name.chars().take(64).collect()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(template: &str) -> Result<String, TemplateError> {
        let variable = |name: &str| match name {
            "number" => Some("4711".to_owned()),
            "nested" => Some("{{number}}".to_owned()),
            _ => None,
        };
        fill(template, variable).map(Cow::into_owned)
    }

    /// Covers C17.
    #[test]
    fn variables_are_filled_in_once_and_are_only_text() {
        assert_eq!(
            with("sip:{{number}}@{{ number }}.x").as_deref(),
            Ok("sip:4711@4711.x")
        );
        assert_eq!(with("plain { } }}").as_deref(), Ok("plain { } }}"));
        assert_eq!(with("{{nested}}").as_deref(), Ok("{{number}}"));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(with("{{number"), Err(TemplateError::Unclosed));
        assert_eq!(with("{{7*7}}"), Err(TemplateError::BadName("7*7".into())));
        assert_eq!(with("{{}}"), Err(TemplateError::BadName(String::new())));
        assert_eq!(
            with("{{line1}}"),
            Err(TemplateError::Missing("line1".into()))
        );
        assert!(check("{{anything}}").is_ok());
        assert_eq!(variables("{{a}}{{b}}-{{ a }}"), ["a", "b"]);
    }
}
