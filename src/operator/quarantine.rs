//! `dialtone quarantine`: devices that are kept apart, and those that take the place of others.

use super::{Ended, Outcome, ServerOptions, device, show, sure};
use crate::output::line;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Devices that are kept apart.
#[derive(Debug, Args)]
pub struct QuarantineCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List devices that are kept apart.
    List,
    /// Let a device in.
    Admit {
        /// The device.
        device: String,
    },
    /// Keep a device apart.
    Put {
        /// The device.
        device: String,
        /// Why, in a few words.
        #[arg(long)]
        why: String,
    },
    /// Put another unit in the place of a device: account, lines and settings move, the old one is kept apart.
    Swap {
        /// The device that goes.
        device: String,
        /// The serial number of the unit that comes.
        #[arg(long)]
        serial_number: String,
        /// Its OUI; that of the old one if absent.
        #[arg(long)]
        oui: Option<String>,
        /// Its product class; that of the old one if absent.
        #[arg(long)]
        product_class: Option<String>,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 6] = [
    ("DEVICE", "identity"),
    ("REASON", "reason"),
    ("WHY", "why"),
    ("SINCE", "since"),
    ("ADDRESS", "address"),
    ("LAST INFORM", "last_inform"),
];

impl QuarantineCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        match self.verb {
            Verb::List => show::list(client.all("/quarantine").await?, &COLUMNS, as_json),
            Verb::Admit { device } => {
                let path = format!("{}/admit", device::path(&device));
                client.post(&path, Value::Null).await?;
                line(format!("{device} is let in when it next comes"));
            }
            Verb::Put { device, why } => {
                let path = format!("{}/quarantine", device::path(&device));
                client.post(&path, json!({ "why": why })).await?;
                line(format!("{device} is kept apart"));
            }
            Verb::Swap {
                device,
                serial_number,
                oui,
                product_class,
                yes,
            } => {
                sure(yes, "a swap")?;
                let mut body = json!({ "serial_number": serial_number });
                for (name, value) in [("oui", oui), ("product_class", product_class)] {
                    if let Some(value) = value {
                        body[name] = value.into();
                    }
                }
                let path = format!("{}/swap", device::path(&device));
                show::record(&client.post(&path, body).await?, as_json);
            }
        }
        Ok(Ended::Well)
    }
}
