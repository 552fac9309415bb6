//! Accounts with their lines as they are written into a file.

use super::cells;
use super::subscribers::{COLUMNS, Entry, NewLine, Reveal};
use crate::store::Account;
use std::collections::BTreeMap;

/// The head of an export in CSV.
pub fn head() -> String {
    let columns = COLUMNS.into_iter();
    cells::line(columns.filter(|column| !["serial", "mac", "customer"].contains(column)))
}

/// An account in an export in CSV: a row for each of its lines, and one if it has none.
pub fn rows(account: &Account, reveal: Reveal) -> String {
    let lines = account.lines.iter().map(|line| reveal.line(line));
    let variables = in_json(&reveal.variables(&account.variables));
    let row = |line: Option<NewLine>| {
        let port = line.as_ref().map(|line| line.port.to_string());
        let line = line.unwrap_or(NewLine {
            port: 0,
            number: String::new(),
            user: String::new(),
            password: String::new(),
            display_name: String::new(),
            proxy: String::new(),
            options: BTreeMap::new(),
            enabled: true,
        });
        let enabled = match (&port, line.enabled) {
            (None, _) => "",
            (Some(_), true) => "1",
            (Some(_), false) => "0",
        };
        cells::line([
            account.account.as_str(),
            &account.name,
            &account.notes,
            port.as_deref().unwrap_or_default(),
            &line.number,
            &line.user,
            &line.password,
            &line.display_name,
            &line.proxy,
            enabled,
            &in_json(&line.options),
            &variables,
        ])
    };
    match account.lines.is_empty() {
        true => row(None),
        false => lines.map(|line| row(Some(line))).collect(),
    }
}

/// An account in an export in JSON.
pub fn object(account: &Account, reveal: Reveal) -> String {
    let entry = Entry {
        account: account.account.clone(),
        name: account.name.clone(),
        notes: account.notes.clone(),
        variables: reveal.variables(&account.variables),
        lines: account.lines.iter().map(|line| reveal.line(line)).collect(),
        ..Entry::default()
    };
    serde_json::to_string(&entry).unwrap_or_default()
}

fn in_json(map: &BTreeMap<String, String>) -> String {
    match map.is_empty() {
        true => String::new(),
        false => serde_json::to_string(map).unwrap_or_default(),
    }
}
