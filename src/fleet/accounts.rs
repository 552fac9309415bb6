//! What a Dialtone server says of the devices of a fleet, and how it fares itself.

use crate::client::{Client, Failure};
use crate::fleet::options::RunOptions;
use crate::operator::ServerOptions;
use agent::fleet::ledger::{Account, Belief, Difference, compare};
use agent::fleet::report::{Checked, Used};
use data_model::OperatorError;
use serde_json::Value;
use std::collections::HashMap;

/// What is asked of each device.
const FIELDS: &str = "serial_number,informs,last_boot,last_bootstrap,software_version";

/// What it says of each device, by serial number.
pub type Accounts = HashMap<String, Account>;

/// A server that is asked.
pub struct Asked {
    client: Client,
    prefix: String,
    /// What it said before the run.
    before: Accounts,
    /// Time of processors it had used by then.
    cpu_secs: f64,
}

impl Asked {
    /// The server, and what it says before the run.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn before(options: &RunOptions) -> Result<Asked, OperatorError> {
        let server = ServerOptions {
            server: options.server.clone(),
            ca_file: options.ca_file.clone(),
            token_file: options.token_file.clone(),
            json: false,
        };
        let client = server.client().map_err(|failure| failure.error)?;
        let mut asked = Asked {
            client,
            prefix: options.serial_prefix.clone(),
            before: Accounts::new(),
            cpu_secs: 0.0,
        };
        asked.before = asked.accounts().await?;
        asked.cpu_secs = asked.used().await.map_or(0.0, |used| used.cpu_secs);
        Ok(asked)
    }

    /// What it says at this moment.
    async fn accounts(&self) -> Result<Accounts, OperatorError> {
        let rows = self.client.all(&format!("/devices?fields={FIELDS}")).await;
        let rows = rows.map_err(|failure: Failure| failure.error)?;
        let accounts = rows.into_iter().filter_map(|row| {
            let serial_number = row["serial_number"].as_str()?.to_owned();
            let ours = serial_number.starts_with(&self.prefix);
            ours.then(|| (serial_number, account(&row)))
        });
        Ok(accounts.collect())
    }

    /// What its process has used, all in all.
    async fn used(&self) -> Option<Used> {
        let system = self.client.get("/system").await.ok()?;
        let process = &system["process"];
        Some(Used {
            peak_resident_bytes: process["peak_resident_bytes"].as_u64()?,
            cpu_secs: process["cpu_seconds"].as_f64()?,
        })
    }

    /// What its process has used since the beginning.
    pub async fn used_since(&self) -> Option<Used> {
        let mut used = self.used().await?;
        used.cpu_secs = (used.cpu_secs - self.cpu_secs).max(0.0);
        Some(used)
    }

    /// Compares what the devices believe with what it says.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn compare(&self, beliefs: &[Belief]) -> Result<Checked, OperatorError> {
        let after = self.accounts().await?;
        let differences = beliefs.iter().flat_map(|belief| {
            let serial = belief.serial_number.as_str();
            compare(belief, self.before.get(serial), after.get(serial))
        });
        let mut differences: Vec<Difference> = differences.collect();
        differences.sort_by(|one, other| one.serial_number.cmp(&other.serial_number));
        Ok(Checked::new(beliefs.len(), differences))
    }
}

fn account(row: &Value) -> Account {
    // A number may be given as a text: what is chosen of a device is shown as a table shows it.
    let number = |value: &Value| {
        let text = value.as_str().and_then(|text| text.parse().ok());
        value.as_u64().or(text).unwrap_or(0)
    };
    let there = |name: &str| !matches!(&row[name], Value::Null) && row[name] != "";
    Account {
        informs: number(&row["informs"]),
        booted: there("last_boot"),
        bootstrapped: there("last_bootstrap"),
        version: row["software_version"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    }
}
