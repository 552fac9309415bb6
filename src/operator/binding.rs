//! `dialtone binding`: which account belongs to which device.

use super::{Ended, Outcome, ServerOptions, pair, show, sure};
use crate::address::segment;
use crate::output::line;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// Accounts bound to devices.
#[derive(Debug, Args)]
pub struct BindingCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Serial,
    Mac,
    Customer,
}

/// Which binding.
#[derive(Debug, Args)]
struct Which {
    /// What the device is known by.
    by: By,
    /// Its serial number, MAC address or customer id.
    value: String,
}

impl Which {
    fn path(&self) -> String {
        let by = match self.by {
            By::Serial => "serial",
            By::Mac => "mac",
            By::Customer => "customer",
        };
        format!("/bindings/{by}/{}", segment(&self.value))
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List all bindings.
    List,
    /// Show one.
    Show(Which),
    /// Bind an account.
    Put {
        #[command(flatten)]
        which: Which,
        /// The account.
        #[arg(long)]
        account: String,
        /// The rule the device is told; the one to this server if absent.
        #[arg(long)]
        rule: Option<String>,
        /// A variable the device gets for its profiles; as often as needed.
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
        variables: Vec<(String, String)>,
        /// Minutes in which the device gets its first profile without a certificate.
        #[arg(long, default_value_t = 0)]
        window_minutes: u64,
    },
    /// Let a binding be told once more.
    Reopen(Which),
    /// Remove a binding; what a device got with it stays with the device.
    Remove {
        #[command(flatten)]
        which: Which,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 5] = [
    ("BY", "by"),
    ("VALUE", "value"),
    ("ACCOUNT", "account"),
    ("TOLD", "told.at"),
    ("DEVICE", "told.device"),
];

impl BindingCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        match self.verb {
            Verb::List => show::list(client.all("/bindings").await?, &COLUMNS, as_json),
            Verb::Show(which) => show::record(&client.get(&which.path()).await?, as_json),
            Verb::Put {
                which,
                account,
                rule,
                variables,
                window_minutes,
            } => {
                let variables: serde_json::Map<String, Value> = variables
                    .into_iter()
                    .map(|(name, value)| (name, value.into()))
                    .collect();
                let body = json!({
                    "account": account,
                    "rule": rule,
                    "variables": variables,
                    "window_minutes": window_minutes,
                });
                show::record(&client.put(&which.path(), body).await?, as_json);
            }
            Verb::Reopen(which) => {
                let path = format!("{}/reopen", which.path());
                client.post(&path, Value::Null).await?;
                line("the binding may be told once more");
            }
            Verb::Remove { which, yes } => {
                sure(yes, "removing a binding")?;
                client.delete(&which.path()).await?;
                line("the binding is removed");
            }
        }
        Ok(Ended::Well)
    }
}
