//! What templates see of a subscriber: the variables an account and its lines give the device they are on.
//!
//! `account`, `account.name` and the account's own variables; for each port n `line<n>.number`, `.user`, `.password`,
//! `.display_name`, `.proxy`, `.enabled` (`1` or `0`), `.enable` (`Enabled` or `Disabled`, the words of TR-104), and the
//! options of the line. A port without a line is empty and out of service.

use crate::limits::LINE_PORTS;
use crate::redact::is_secret;
use crate::store::{Account, Line};
use std::collections::BTreeMap;

/// What stands in for the password of a line that is empty. Secrets read back as empty, so an empty one would be taken
/// for what the device has, and the old one would stay on it.
pub const NO_PASSWORD: &str = "-";

/// Names every line has; an option of a line cannot have one of them.
pub const LINE_NAMES: [&str; 7] = [
    "number",
    "user",
    "password",
    "display_name",
    "proxy",
    "enabled",
    "enable",
];

/// The variables of the device an account is on.
pub fn variables(account: &Account) -> BTreeMap<String, String> {
    let mut variables = account.variables.clone();
    variables.insert("account".into(), account.account.clone());
    variables.insert("account.name".into(), account.name.clone());
    let used: Vec<u16> = account.lines.iter().map(|line| line.port).collect();
    variables.extend(empty_lines(|port| !used.contains(&port)));
    for line in &account.lines {
        variables.extend(of_line(line));
    }
    variables
}

fn of_line(line: &Line) -> impl Iterator<Item = (String, String)> {
    let (enabled, enable) = words(line.enabled);
    let fixed = [
        line.number.as_str(),
        &line.user,
        line.password.reveal(),
        &line.display_name,
        &line.proxy,
        enabled,
        enable,
    ];
    let fixed = LINE_NAMES.into_iter().zip(fixed);
    let options = line.options.iter();
    let options = options.map(|(name, value)| (name.as_str(), value.as_str()));
    let port = line.port;
    options
        .chain(fixed)
        .map(move |(name, value)| (name_of(port, name), value.to_owned()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn words(enabled: bool) -> (&'static str, &'static str) {
    match enabled {
        true => ("1", "Enabled"),
        false => ("0", "Disabled"),
    }
}

fn name_of(port: u16, name: &str) -> String {
    format!("line{port}.{name}")
}

/// The variables of ports without a line.
fn empty_lines(which: impl Fn(u16) -> bool) -> impl Iterator<Item = (String, String)> {
    let (enabled, enable) = words(false);
    let values = ["", "", NO_PASSWORD, "", "", enabled, enable];
    LINE_PORTS
        .filter(move |port| which(*port))
        .flat_map(move |port| {
            let values = LINE_NAMES.into_iter().zip(values);
            values.map(move |(name, value)| (name_of(port, name), value.to_owned()))
        })
}

/// The variables of a device whose account is gone: every line is empty, and what else the account gave stays as it was,
/// so that templates can still be filled in and the device's lines emptied.
pub fn without_account(remains: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut variables = remains;
    variables.insert("account".into(), String::new());
    variables.insert("account.name".into(), String::new());
    variables.extend(empty_lines(|_| true));
    variables
}

/// What is kept for a device when its account goes: the account's own variables and the options of its lines, without
/// what is secret.
pub fn remains(account: &Account) -> BTreeMap<String, String> {
    let mut remains = account.variables.clone();
    for line in &account.lines {
        let options = line.options.iter();
        remains.extend(options.map(|(name, value)| (name_of(line.port, name), value.clone())));
    }
    for (name, value) in &mut remains {
        if is_secret(name) {
            *value = NO_PASSWORD.into();
        }
    }
    remains
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_model::Secret;

    fn account() -> Account {
        Account {
            account: "4711".into(),
            name: "Ann".into(),
            notes: String::new(),
            variables: BTreeMap::from([
                ("plan".to_owned(), "gold".to_owned()),
                ("web.password".to_owned(), "opensesame".to_owned()),
            ]),
            lines: vec![Line {
                port: 1,
                number: "+15550100".into(),
                user: "u100".into(),
                password: Secret::new("hunter2"),
                display_name: "Ann".into(),
                proxy: "sip.example.net".into(),
                options: BTreeMap::from([("expires".to_owned(), "600".to_owned())]),
                enabled: true,
            }],
        }
    }

    #[test]
    fn a_line_is_seen_by_its_port_and_other_ports_are_out_of_service() {
        let seen = variables(&account());
        for (name, value) in [
            ("account", "4711"),
            ("account.name", "Ann"),
            ("plan", "gold"),
            ("line1.number", "+15550100"),
            ("line1.password", "hunter2"),
            ("line1.expires", "600"),
            ("line1.enabled", "1"),
            ("line2.number", ""),
            ("line2.enable", "Disabled"),
            ("line2.password", NO_PASSWORD),
        ] {
            assert_eq!(seen.get(name).map(String::as_str), Some(value), "{name}");
        }
    }

    #[test]
    fn what_is_left_of_an_account_fills_its_templates_and_holds_no_secret() {
        let left = without_account(remains(&account()));
        assert_eq!(left["line1.number"], "");
        assert_eq!(left["line1.enabled"], "0");
        assert_eq!(left["line1.expires"], "600");
        assert_eq!(left["plan"], "gold");
        assert!(
            !left
                .values()
                .any(|value| value == "hunter2" || value == "opensesame")
        );
        let names = |variables: BTreeMap<String, String>| variables.into_keys().collect::<Vec<_>>();
        assert_eq!(names(left), names(variables(&account())));
    }
}
