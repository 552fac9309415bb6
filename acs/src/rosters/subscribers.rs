//! Accounts with their lines as a file: a row for each line in CSV, an object for each account in JSON.

use super::{Format, Read, cells, check};
use crate::limits::IMPORT_ROWS;
use crate::provisioning::request_path::mac;
use crate::redact::{MASK, is_secret};
use crate::store::{Account, AccountChange, BoundBy, ImportedAccount, Line};
use cells::Cells;
use data_model::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The columns of a file, besides `var:NAME` and `option:NAME`.
pub const COLUMNS: [&str; 15] = [
    "account",
    "name",
    "notes",
    "port",
    "number",
    "user",
    "password",
    "display_name",
    "proxy",
    "enabled",
    "options",
    "variables",
    "serial",
    "mac",
    "customer",
];
const PREFIXES: [&str; 2] = ["var:", "option:"];

/// A line as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The telephone port, from 1.
    pub port: u16,
    /// The number people dial.
    #[serde(default)]
    pub number: String,
    /// The SIP user id.
    #[serde(default)]
    pub user: String,
    /// The SIP password; absent or `***` to leave it as it is.
    #[serde(default = "mask")]
    pub password: String,
    /// What called people see.
    #[serde(default)]
    pub display_name: String,
    /// The SIP proxy.
    #[serde(default)]
    pub proxy: String,
    /// Further settings, by names of the operator's own; `line<port>.<name>` in templates.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// Whether the line is in service.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn mask() -> String {
    MASK.into()
}

fn yes() -> bool {
    true
}

impl From<NewLine> for Line {
    fn from(line: NewLine) -> Line {
        Line {
            port: line.port,
            number: line.number,
            user: line.user,
            password: Secret::new(line.password),
            display_name: line.display_name,
            proxy: line.proxy,
            options: line.options,
            enabled: line.enabled,
        }
    }
}

/// Whether secrets are written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    /// They are.
    Yes,
    /// A mask stands for each.
    No,
}

impl Reveal {
    fn secret(self, secret: &str) -> String {
        match (self, secret.is_empty()) {
            (_, true) => String::new(),
            (Reveal::Yes, false) => secret.to_owned(),
            (Reveal::No, false) => MASK.to_owned(),
        }
    }

    /// Variables with or without what is secret in them.
    pub fn variables(self, variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let shown = variables.iter().map(|(name, value)| {
            let value = match is_secret(name) {
                true => self.secret(value),
                false => value.clone(),
            };
            (name.clone(), value)
        });
        shown.collect()
    }

    /// A line with or without its secrets.
    pub fn line(self, line: &Line) -> NewLine {
        NewLine {
            port: line.port,
            number: line.number.clone(),
            user: line.user.clone(),
            password: self.secret(line.password.reveal()),
            display_name: line.display_name.clone(),
            proxy: line.proxy.clone(),
            options: self.variables(&line.options),
            enabled: line.enabled,
        }
    }
}

/// An account of a file.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The operator's text for it.
    pub account: String,
    /// Whose it is.
    #[serde(default)]
    pub name: String,
    /// Anything worth knowing.
    #[serde(default)]
    pub notes: String,
    /// Variables for templates.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Its lines.
    #[serde(default)]
    pub lines: Vec<NewLine>,
    /// The serial number its device is to be recognised by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The MAC address its device is to be recognised by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// The number of the customer its device is to be recognised by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
}

impl Entry {
    fn checked(self, row: u64) -> Result<ImportedAccount, String> {
        let mut bind = Vec::new();
        if let Some(serial) = self.serial {
            bind.push((BoundBy::Serial, BoundBy::Serial.spelt(&serial)?));
        }
        if let Some(mac) = self.mac {
            bind.push((BoundBy::Mac, BoundBy::Mac.spelt(&mac)?));
        }
        if let Some(customer) = self.customer {
            bind.push((BoundBy::Customer, BoundBy::Customer.spelt(&customer)?));
        }
        let account = Account {
            account: self.account,
            name: self.name,
            notes: self.notes,
            variables: self.variables,
            lines: self.lines.into_iter().map(Line::from).collect(),
        };
        check::account(&account)?;
        let change = AccountChange {
            account,
            revision: None,
        };
        Ok(ImportedAccount { row, change, bind })
    }
}

impl BoundBy {
    /// A value in its one spelling.
    ///
    /// # Errors
    /// If it is none.
    pub fn spelt(self, value: &str) -> Result<String, String> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let plain = value.len() <= 64 && !value.is_empty() && value.bytes().all(legal);
        match self {
            BoundBy::Mac => mac(value).ok_or_else(|| "that is no MAC address".into()),
            BoundBy::Serial if plain && !value.contains('_') => Ok(value.into()),
            BoundBy::Customer if plain && crate::limits::CUSTOMER_CHARS.contains(&value.len()) => {
                Ok(value.into())
            }
            BoundBy::Serial => Err("that is no serial number".into()),
            BoundBy::Customer => Err("that is no number of a customer".into()),
            BoundBy::Code => Err("an activation code is made by the server".into()),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// If it is no such file as a whole; what is wrong with one row stands among the rows.
pub fn read(bytes: &[u8], format: Format) -> Result<Read<ImportedAccount>, String> {
    let mut read = Read::default();
    let entries = match format {
        Format::Json => by_json(bytes)?,
        Format::Csv => by_csv(bytes, &mut read)?,
    };
    let mut seen = std::collections::BTreeSet::new();
    for (row, entry) in entries {
        let account = entry.account.clone();
        if !seen.insert(account.clone()) {
            read.refuse(row, &account, "the account is there twice".into());
            continue;
        }
        match entry.checked(row) {
            Ok(imported) => read.rows.push(imported),
            Err(why) => read.refuse(row, &account, why),
        }
    }
    Ok(read)
}

type Entries = Vec<(u64, Entry)>;

fn by_json(bytes: &[u8]) -> Result<Entries, String> {
    let entries: Vec<Entry> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let lines: usize = entries.iter().map(|entry| entry.lines.len().max(1)).sum();
    if lines > IMPORT_ROWS {
        return Err(format!(
            "there are more than {IMPORT_ROWS} lines: import them in parts"
        ));
    }
    Ok((1..).zip(entries).collect())
}

/// Rows of the same account are its lines; what they say of the account itself must not differ.
fn by_csv(bytes: &[u8], read: &mut Read<ImportedAccount>) -> Result<Entries, String> {
    let mut entries: Entries = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut broken = std::collections::BTreeSet::new();
    for (row, cells) in (1..).zip(cells::read(bytes, &COLUMNS, &PREFIXES)?) {
        let entry = match entry(cells) {
            Ok(entry) => entry,
            Err((account, why)) => {
                read.refuse(row, &account, why);
                broken.insert(account);
                continue;
            }
        };
        match places.get(&entry.account) {
            None => {
                places.insert(entry.account.clone(), entries.len());
                entries.push((row, entry));
            }
            Some(place) => {
                if let Err(why) = entries[*place].1.merge(entry) {
                    let account = entries[*place].1.account.clone();
                    read.refuse(row, &account, why);
                    broken.insert(account);
                }
            }
        }
    }
    // An account with a row that cannot be used is told of once, by that row.
    entries.retain(|(_, entry)| !broken.contains(&entry.account));
    Ok(entries)
}

impl Entry {
    /// Lays a further row of the same account over it.
    fn merge(&mut self, other: Entry) -> Result<(), String> {
        let same = |what: &str, mine: &mut String, theirs: String| {
            if mine.is_empty() {
                *mine = theirs;
                return Ok(());
            }
            match theirs.is_empty() || *mine == theirs {
                true => Ok(()),
                false => Err(format!("another row of this account has another {what}")),
            }
        };
        same("name", &mut self.name, other.name)?;
        same("note", &mut self.notes, other.notes)?;
        for (what, mine, theirs) in [
            ("serial number", &mut self.serial, other.serial),
            ("MAC address", &mut self.mac, other.mac),
            ("customer", &mut self.customer, other.customer),
        ] {
            let mut text = mine.take().unwrap_or_default();
            same(what, &mut text, theirs.unwrap_or_default())?;
            *mine = Some(text).filter(|text| !text.is_empty());
        }
        for (name, value) in other.variables {
            let mut mine = self.variables.remove(&name).unwrap_or_default();
            same("variable", &mut mine, value)?;
            self.variables.insert(name, mine);
        }
        self.lines.extend(other.lines);
        Ok(())
    }
}

/// A row; the account stands beside what is wrong with it.
fn entry(mut cells: Cells) -> Result<Entry, (String, String)> {
    let account = cells.text("account");
    let line = line(&mut cells).map_err(|why| (account.clone(), why))?;
    let variables = map(cells.take("variables"), "variables");
    let mut variables = variables.map_err(|why| (account.clone(), why))?;
    variables.extend(cells.take_all("var:"));
    Ok(Entry {
        account,
        name: cells.text("name"),
        notes: cells.text("notes"),
        variables,
        lines: line.into_iter().collect(),
        serial: cells.take("serial"),
        mac: cells.take("mac"),
        customer: cells.take("customer"),
    })
}

fn line(cells: &mut Cells) -> Result<Option<NewLine>, String> {
    let mut options = map(cells.take("options"), "options")?;
    options.extend(cells.take_all("option:"));
    let enabled = match cells.take("enabled").as_deref() {
        None => true,
        Some("1" | "true" | "yes" | "TRUE" | "Yes" | "YES") => true,
        Some("0" | "false" | "no" | "FALSE" | "No" | "NO") => false,
        Some(other) => return Err(format!("`{other}` for `enabled` is neither yes nor no")),
    };
    let port = cells.take("port");
    let line = NewLine {
        port: 0,
        number: cells.text("number"),
        user: cells.text("user"),
        password: cells.take("password").unwrap_or_else(mask),
        display_name: cells.text("display_name"),
        proxy: cells.text("proxy"),
        options,
        enabled,
    };
    let Some(port) = port else {
        return match line.number.is_empty() && line.user.is_empty() {
            true => Ok(None),
            false => Err("the line has no `port`".into()),
        };
    };
    let port = port.parse();
    let port = port.map_err(|_| "`port` is no number".to_owned())?;
    Ok(Some(NewLine { port, ..line }))
}

fn map(cell: Option<String>, column: &str) -> Result<BTreeMap<String, String>, String> {
    match cell {
        None => Ok(BTreeMap::new()),
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| format!("`{column}` is no JSON object of texts: {error}")),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "account,name,port,number,user,password,var:plan,option:expires,serial\n\
        4711,Ann,1,'+15550100,u1,hunter2,gold,600,FCH1\n\
        4711,,2,+15550101,u2,,,,\n\
        4712,Bob,,,,,,,\n";

    #[test]
    fn rows_of_one_account_are_its_lines() {
        let read = read(FILE.as_bytes(), Format::Csv).unwrap();
        assert!(read.wrong.is_empty(), "{:?}", read.wrong);
        let [ann, bob] = &read.rows[..] else {
            panic!("{:?}", read.rows)
        };
        assert_eq!((ann.row, bob.row), (1, 3));
        assert_eq!(ann.bind, [(BoundBy::Serial, "FCH1".to_owned())]);
        let account = &ann.change.account;
        let numbers: Vec<_> = account.lines.iter().map(|line| &*line.number).collect();
        assert_eq!(numbers, ["+15550100", "+15550101"]);
        assert_eq!(account.lines[0].options["expires"], "600");
        assert_eq!(account.lines[0].password, Secret::new("hunter2"));
        assert_eq!(
            account.lines[1].password,
            Secret::new(MASK),
            "it stays as it is"
        );
        assert_eq!(account.variables["plan"], "gold");
        assert!(bob.change.account.lines.is_empty());
    }

    #[test]
    fn every_wrong_row_is_told_with_its_number_and_the_others_are_read() {
        let file = "account,name,port,number,enabled,mac\n\
            1,,1,100,,\n\
            2,,x,100,,\n\
            3,,1,100,perhaps,\n\
            4,,99,100,,\n\
            5,,,100,,\n\
            6,,1,100,,00:0e:08\n\
            7,Ann,1,100,,\n\
            7,Bob,2,101,,\n\
            8,,1,100,,\n\
            8,,1,101,,\n\
            ,,1,100,,\n";
        let read = read(file.as_bytes(), Format::Csv).unwrap();
        let good: Vec<_> = read
            .rows
            .iter()
            .map(|row| &*row.change.account.account)
            .collect();
        assert_eq!(good, ["1"]);
        let mut wrong: Vec<_> = read.wrong.iter().map(|row| row.row).collect();
        wrong.sort_unstable();
        assert_eq!(wrong, [2, 3, 4, 5, 6, 8, 9, 11], "{:?}", read.wrong);
    }

    #[test]
    fn an_export_is_an_import_and_shows_secrets_only_when_told_to() {
        let read_back = |reveal| {
            let first = read(FILE.as_bytes(), Format::Csv).unwrap();
            let accounts: Vec<Account> = first
                .rows
                .into_iter()
                .map(|row| row.change.account)
                .collect();
            let mut csv = head();
            csv.extend(accounts.iter().map(|account| rows(account, reveal)));
            let objects = accounts.iter().map(|account| object(account, reveal));
            let json = format!("[{}]", objects.collect::<Vec<_>>().join(","));
            let again =
                [(csv.clone(), Format::Csv), (json.clone(), Format::Json)].map(|(text, format)| {
                    let read = read(text.as_bytes(), format).unwrap();
                    let accounts = read.rows.into_iter().map(|row| row.change.account);
                    accounts.collect::<Vec<_>>()
                });
            (accounts, again, csv, json)
        };
        let (accounts, again, ..) = read_back(Reveal::Yes);
        for again in again {
            assert_eq!(again, accounts);
        }
        let (_, again, csv, json) = read_back(Reveal::No);
        assert!(
            !csv.contains("hunter2") && !json.contains("hunter2"),
            "{csv} {json}"
        );
        assert_eq!(again[0][0].lines[0].password, Secret::new(MASK));
        assert!(
            !csv.lines().any(|line| line.contains(",+")),
            "no formula: {csv}"
        );
    }

    #[test]
    fn what_is_no_list_is_refused_as_a_whole() {
        for text in [
            "{}",
            "[{\"account\": 7}]",
            "[{\"account\": \"7\", \"colour\": 1}]",
            "[",
            "",
        ] {
            assert!(read(text.as_bytes(), Format::Json).is_err(), "{text}");
        }
        let twice = "[{\"account\": \"7\"}, {\"account\": \"7\"}]";
        let read = read(twice.as_bytes(), Format::Json).unwrap();
        assert_eq!((read.rows.len(), read.wrong.len()), (1, 1));
    }
}
