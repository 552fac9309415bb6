//! What a subscriber may be: lengths, names, ports.

use crate::limits::{
    LINE_PASSWORD_CHARS, LINE_PORTS, NOTES_CHARS, SUBSCRIBER_CHARS, SUBSCRIBER_VARIABLES,
    VALUE_CHARS,
};
use crate::provisioning::subscriber::LINE_NAMES;
use crate::provisioning::template;
use crate::store::{Account, Line};
use std::collections::{BTreeMap, BTreeSet};

/// Whether an account makes sense.
///
/// # Errors
/// What is wrong, and with which part.
pub fn account(account: &Account) -> Result<(), String> {
    account_name(&account.account)?;
    text("the name", &account.name, SUBSCRIBER_CHARS)?;
    if account.notes.chars().count() > NOTES_CHARS {
        return Err(format!("the notes have more than {NOTES_CHARS} characters"));
    }
    variables(&account.variables)?;
    let mut ports = BTreeSet::new();
    for line in &account.lines {
        if !ports.insert(line.port) {
            return Err(format!("there are two lines at port {}", line.port));
        }
        self::line(line).map_err(|why| format!("the line at port {}: {why}", line.port))?;
    }
    Ok(())
}

/// Whether a text can stand for an account.
///
/// # Errors
/// What is wrong with it.
pub fn account_name(account: &str) -> Result<(), String> {
    if account.is_empty() || account.trim() != account {
        return Err("an account is a text that neither begins nor ends with a space".into());
    }
    text("the account", account, SUBSCRIBER_CHARS)
}

/// Whether a line makes sense.
///
/// # Errors
/// What is wrong with it.
pub fn line(line: &Line) -> Result<(), String> {
    if !LINE_PORTS.contains(&line.port) {
        return Err(format!(
            "ports are {} to {}",
            LINE_PORTS.start(),
            LINE_PORTS.end()
        ));
    }
    if line.number.is_empty() && line.user.is_empty() {
        return Err("it has neither a number nor a user".into());
    }
    for (what, value) in [
        ("the number", &line.number),
        ("the user", &line.user),
        ("the display name", &line.display_name),
        ("the proxy", &line.proxy),
    ] {
        text(what, value, SUBSCRIBER_CHARS)?;
    }
    text("the password", line.password.reveal(), LINE_PASSWORD_CHARS)?;
    if let Some(name) = line
        .options
        .keys()
        .find(|name| LINE_NAMES.contains(&name.as_str()))
    {
        return Err(format!("`{name}` is a field of the line, and no option"));
    }
    variables(&line.options)
}

/// Whether variables make sense.
///
/// # Errors
/// What is wrong, and with which one.
pub fn variables(variables: &BTreeMap<String, String>) -> Result<(), String> {
    if variables.len() > SUBSCRIBER_VARIABLES {
        return Err(format!(
            "there are more than {SUBSCRIBER_VARIABLES} variables"
        ));
    }
    for (name, value) in variables {
        template::check_name(name).map_err(|error| error.to_string())?;
        if value.chars().count() > VALUE_CHARS {
            return Err(format!(
                "the variable `{name}` has more than {VALUE_CHARS} characters"
            ));
        }
    }
    Ok(())
}

fn text(what: &str, value: &str, most: usize) -> Result<(), String> {
    if value.chars().count() > most {
        return Err(format!("{what} has more than {most} characters"));
    }
    match value.chars().any(char::is_control) {
        true => Err(format!("{what} has a character that cannot be printed")),
        false => Ok(()),
    }
}
