//! Devices that are to be registered before they come, as a file.

use super::{Format, Read, cells, check};
use crate::limits::IMPORT_ROWS;
use crate::provisioning::template;
use cwmp::DeviceId;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of a file, besides `var:NAME`; tags are separated by spaces.
pub const COLUMNS: [&str; 7] = [
    "manufacturer",
    "oui",
    "product_class",
    "serial_number",
    "password",
    "tags",
    "account",
];

/// A device of a file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name of its manufacturer.
    #[serde(default)]
    pub manufacturer: String,
    /// The OUI of its manufacturer, six hexadecimal digits.
    pub oui: String,
    /// Its product class.
    #[serde(default)]
    pub product_class: String,
    /// Its serial number.
    pub serial_number: String,
    /// The password it will come with; without it the enrolment rule decides.
    #[serde(default)]
    pub password: Option<String>,
    /// Its tags; absent to leave those it has.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// Variables it gets beside those it has.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// The account it is to have.
    #[serde(default)]
    pub account: Option<String>,
}

impl Entry {
    /// Who it is.
    pub fn identity(&self) -> DeviceId {
        DeviceId {
            manufacturer: self.manufacturer.clone(),
            oui: self.oui.clone(),
            product_class: self.product_class.clone(),
            serial_number: self.serial_number.clone(),
        }
    }

    fn check(&self) -> Result<(), String> {
        let hex = self.oui.len() == 6 && self.oui.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex {
            return Err("`oui` has no six hexadecimal digits".into());
        }
        if self.serial_number.is_empty() {
            return Err("there is no `serial_number`".into());
        }
        for text in [&self.manufacturer, &self.product_class, &self.serial_number] {
            // TR-069 A.3.3.1: DeviceIdStruct.
            if text.chars().count() > 64 || text.chars().any(char::is_control) {
                return Err(
                    "a part of the identity has more than 64 characters, or odd ones".into(),
                );
            }
        }
        for tag in self.tags.iter().flatten() {
            template::check_name(tag).map_err(|_| {
                "a tag has 1 to 64 letters, digits, dots, dashes and underscores".to_owned()
            })?;
        }
        if let Some(account) = &self.account {
            check::account_name(account)?;
        }
        check::variables(&self.variables)
    }
}

/// Reads a file: each device with its row.
///
/// # Errors
/// If it is no such file as a whole; what is wrong with one row stands among the rows.
pub fn read(bytes: &[u8], format: Format) -> Result<Read<(u64, Entry)>, String> {
    let entries = match format {
        Format::Json => by_json(bytes)?,
        Format::Csv => by_csv(bytes)?,
    };
    let mut read = Read::default();
    let mut seen = BTreeSet::new();
    for (row, entry) in (1..).zip(entries) {
        let identity = entry.identity().username();
        if let Err(why) = entry.check() {
            read.refuse(row, &identity, why);
        } else if !seen.insert(identity.clone()) {
            read.refuse(row, &identity, "the device is there twice".into());
        } else {
            read.rows.push((row, entry));
        }
    }
    Ok(read)
}

fn by_json(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let entries: Vec<Entry> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match entries.len() > IMPORT_ROWS {
        true => Err(format!(
            "there are more than {IMPORT_ROWS} devices: import them in parts"
        )),
        false => Ok(entries),
    }
}

fn by_csv(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let rows = cells::read(bytes, &COLUMNS, &["var:"])?;
    let entries = rows.into_iter().map(|mut cells| Entry {
        manufacturer: cells.text("manufacturer"),
        oui: cells.text("oui"),
        product_class: cells.text("product_class"),
        serial_number: cells.text("serial_number"),
        password: cells.take("password"),
        tags: cells
            .take("tags")
            .map(|tags| tags.split_whitespace().map(str::to_owned).collect()),
        variables: cells.take_all("var:"),
        account: cells.take("account"),
    });
    Ok(entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_row_by_row_and_what_is_wrong_is_told() {
        let file = "oui,product_class,serial_number,password,tags,var:mac,account\n\
            00562B,ATA192,A1,secret,north beta,000e08aabbcc,4711\n\
            00562,ATA192,A2,,,,\n\
            00562B,ATA192,,,,,\n\
            00562B,ATA192,A1,,,,\n\
            00562B,ATA192,A5,,north/beta,,\n";
        let read = read(file.as_bytes(), Format::Csv).unwrap();
        let [(1, first)] = &read.rows[..] else {
            panic!("{:?}", read.rows)
        };
        assert_eq!(
            first.tags.as_deref(),
            Some(&["north".to_owned(), "beta".into()][..])
        );
        assert_eq!(first.variables["mac"], "000e08aabbcc");
        assert_eq!(first.account.as_deref(), Some("4711"));
        let wrong: Vec<_> = read.wrong.iter().map(|row| row.row).collect();
        assert_eq!(wrong, [2, 3, 4, 5]);
    }
}
