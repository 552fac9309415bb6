//! `dialtone account`: subscribers, and the device each is on.

use super::{Ended, Outcome, ServerOptions, pair, show, sure};
use crate::address::{query, segment};
use crate::output::line;
use clap::{Args, Subcommand};
use data_model::OperatorError;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Accounts of subscribers.
#[derive(Debug, Args)]
pub struct AccountCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List accounts.
    List {
        /// A part of the account, its name or its notes.
        #[arg(long)]
        contains: Option<String>,
        /// The one of this device.
        #[arg(long)]
        device: Option<String>,
    },
    /// Show one, with its lines.
    Show {
        /// The account.
        account: String,
    },
    /// Make an account, or change the fields that are given of one.
    Put(Put),
    /// Put an account on a device.
    Bind {
        /// The account.
        account: String,
        /// The device.
        device: String,
    },
    /// Take an account off its device; the lines of the device are emptied.
    Unbind {
        /// The account.
        account: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
    /// Make an activation code for an account; it is shown once.
    ActivationCode {
        /// The account.
        account: String,
    },
    /// Remove an account; the lines of its device are emptied.
    Remove {
        /// The account.
        account: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
struct Put {
    /// The account.
    account: String,
    /// Whose it is.
    #[arg(long)]
    name: Option<String>,
    /// Anything worth knowing.
    #[arg(long)]
    notes: Option<String>,
    /// A variable for templates; with one, all that are not named are removed.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
    /// The whole account as JSON, as the API takes it, in place of the rest.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "notes", "variables"])]
    from: Option<PathBuf>,
}

const COLUMNS: [show::Column; 5] = [
    ("ACCOUNT", "account"),
    ("NAME", "name"),
    ("DEVICE", "device.identity"),
    ("UPDATED", "updated"),
    ("REVISION", "revision"),
];

fn path(account: &str) -> String {
    format!("/accounts/{}", segment(account))
}

impl AccountCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        match self.verb {
            Verb::List { contains, device } => {
                let arguments = query(&[("contains", contains), ("device", device)]);
                let accounts = client.all(&format!("/accounts{arguments}")).await?;
                show::list(accounts, &COLUMNS, as_json);
            }
            Verb::Show { account } => show::record(&client.get(&path(&account)).await?, as_json),
            Verb::Put(put) => {
                let address = path(&put.account);
                let body = match &put.from {
                    Some(file) => read(file)?,
                    None => {
                        // Only where there is none is one made: what is left out of a whole account is gone.
                        let known = match client.get(&address).await {
                            Ok(known) => Some(known),
                            Err(failure) if failure.status == Some(StatusCode::NOT_FOUND) => None,
                            Err(failure) => return Err(failure),
                        };
                        put.body(known)
                    }
                };
                show::record(&client.put(&address, body).await?, as_json);
            }
            Verb::Bind { account, device } => {
                let address = format!("{}/device", path(&account));
                let bound = client.put(&address, json!({ "device": device })).await?;
                show::record(&bound, as_json);
            }
            Verb::Unbind { account, yes } => {
                sure(yes, "taking the lines off a device")?;
                client.delete(&format!("{}/device", path(&account))).await?;
                line(format!("account {account} is on no device"));
            }
            Verb::ActivationCode { account } => {
                let address = format!("{}/activation-code", path(&account));
                show::record(&client.post(&address, json!({})).await?, as_json);
            }
            Verb::Remove { account, yes } => {
                sure(yes, "removing an account")?;
                client.delete(&path(&account)).await?;
                line(format!("account {account} is removed"));
            }
        }
        Ok(Ended::Well)
    }
}

impl Put {
    /// What is sent: what there is, with what was given in its place.
    fn body(self, known: Option<Value>) -> Value {
        let mut body = Map::new();
        if let Some(known) = known {
            for name in ["name", "notes", "variables", "revision"] {
                body.insert(name.into(), known[name].clone());
            }
            let mut lines = known["lines"].clone();
            for shown in lines.as_array_mut().into_iter().flatten() {
                // It is told, and cannot be written.
                shown
                    .as_object_mut()
                    .map(|line| line.remove("registration"));
            }
            body.insert("lines".into(), lines);
        }
        for (name, value) in [("name", self.name), ("notes", self.notes)] {
            if let Some(value) = value {
                body.insert(name.into(), value.into());
            }
        }
        if !self.variables.is_empty() {
            let given = self.variables.into_iter();
            let variables: Map<String, Value> =
                given.map(|(name, value)| (name, value.into())).collect();
            body.insert("variables".into(), variables.into());
        }
        body.into()
    }
}

fn read(file: &Path) -> Result<Value, OperatorError> {
    let unusable = |why: &dyn std::fmt::Display| {
        let what = format!("{} is no account", file.display());
        OperatorError::new(what, why, "write it as docs/API.md describes accounts")
    };
    let text = std::fs::read_to_string(file).map_err(|error| unusable(&error))?;
    serde_json::from_str(&text).map_err(|error| unusable(&error))
}
