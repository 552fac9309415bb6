//! `dialtone line`: telephone lines, found from any end.

use super::sign_in::password;
use super::{Ended, Outcome, ServerOptions, pair, show, sure};
use crate::address::{query, segment};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Lines.
#[derive(Debug, Args)]
pub struct LineCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List lines with their registration.
    List {
        /// The number.
        #[arg(long)]
        number: Option<String>,
        /// The SIP user id.
        #[arg(long)]
        user: Option<String>,
        /// The account.
        #[arg(long)]
        account: Option<String>,
        /// The device.
        #[arg(long)]
        device: Option<String>,
        /// A part of the number, the user, the display name, the account or its name.
        #[arg(long)]
        contains: Option<String>,
        /// The registration, such as registered, failed or unknown.
        #[arg(long)]
        state: Option<String>,
    },
    /// Make a line of an account, or replace it; its password stays unless another one is given.
    Put(Put),
    /// Remove a line of an account.
    Remove {
        /// The account.
        account: String,
        /// The port.
        port: u32,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
struct Put {
    /// The account.
    account: String,
    /// The port.
    port: u32,
    /// The number people dial.
    #[arg(long, default_value = "")]
    number: String,
    /// The SIP user id.
    #[arg(long, default_value = "")]
    user: String,
    /// A file with the SIP password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// What called people see.
    #[arg(long, default_value = "")]
    display_name: String,
    /// The SIP proxy.
    #[arg(long, default_value = "")]
    proxy: String,
    /// A further setting, by a name of your own; as often as needed.
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = pair)]
    options: Vec<(String, String)>,
    /// Whether it is out of service.
    #[arg(long)]
    disabled: bool,
}

const COLUMNS: [show::Column; 8] = [
    ("NUMBER", "number"),
    ("USER", "user"),
    ("ACCOUNT", "account"),
    ("NAME", "name"),
    ("PORT", "port"),
    ("DEVICE", "device.identity"),
    ("REGISTRATION", "registration.state"),
    ("SINCE", "registration.since"),
];

fn path(account: &str, port: u32) -> String {
    format!("/accounts/{}/lines/{port}", segment(account))
}

impl LineCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        match self.verb {
            Verb::List {
                number,
                user,
                account,
                device,
                contains,
                state,
            } => {
                let arguments = query(&[
                    ("number", number),
                    ("user", user),
                    ("account", account),
                    ("device", device),
                    ("contains", contains),
                    ("state", state),
                ]);
                let lines = client.all(&format!("/lines{arguments}")).await?;
                show::list(lines, &COLUMNS, as_json);
            }
            Verb::Put(put) => {
                let address = path(&put.account, put.port);
                let mut body = put.body();
                if let Some(file) = &put.password_file {
                    let secret = password(Some(file), &put.account)?;
                    body["password"] = secret.reveal().into();
                }
                show::record(&client.put(&address, body).await?, as_json);
            }
            Verb::Remove { account, port, yes } => {
                sure(yes, "removing a line")?;
                client.delete(&path(&account, port)).await?;
                crate::output::line(format!("line {port} of account {account} is removed"));
            }
        }
        Ok(Ended::Well)
    }
}

impl Put {
    fn body(&self) -> Value {
        let options = self.options.iter().cloned();
        let options: Map<String, Value> =
            options.map(|(name, value)| (name, value.into())).collect();
        json!({
            "number": self.number,
            "user": self.user,
            "display_name": self.display_name,
            "proxy": self.proxy,
            "options": options,
            "enabled": !self.disabled,
        })
    }
}
