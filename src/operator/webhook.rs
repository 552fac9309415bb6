//! `dialtone webhook`: servers of others that are told of events.

use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::segment;
use crate::output::line;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Webhooks.
#[derive(Debug, Args)]
pub struct WebhookCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List all webhooks.
    List,
    /// Show one.
    Show {
        /// The webhook.
        webhook: String,
    },
    /// Make a webhook; the secret its deliveries are signed with is shown once.
    Create {
        /// Where to tell.
        url: String,
        /// Of which kind of events, such as task.failed or campaign.*; as often as needed, everything if absent.
        #[arg(long)]
        kind: Vec<String>,
    },
    /// Tell it nothing for a while.
    Disable {
        /// The webhook.
        webhook: String,
    },
    /// Tell it again.
    Enable {
        /// The webhook.
        webhook: String,
    },
    /// List what it is still to be told, and what it could not be told.
    Deliveries {
        /// The webhook.
        webhook: String,
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Try everything once more that it could not be told.
    Retry {
        /// The webhook.
        webhook: String,
    },
    /// Remove a webhook, with what it was still to be told.
    Remove {
        /// The webhook.
        webhook: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 5] = [
    ("WEBHOOK", "id"),
    ("URL", "url"),
    ("KINDS", "kinds"),
    ("ENABLED", "enabled"),
    ("CREATED", "created"),
];

const DELIVERIES: [show::Column; 5] = [
    ("DELIVERY", "id"),
    ("EVENT", "event"),
    ("ATTEMPTS", "attempts"),
    ("DUE", "due"),
    ("WHY", "why"),
];

fn path(webhook: &str) -> String {
    format!("/webhooks/{}", segment(webhook))
}

impl WebhookCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        let enable = async |webhook: &str, enabled: bool| {
            let known = client.get(&path(webhook)).await?;
            let body = json!({ "url": known["url"], "kinds": known["kinds"], "enabled": enabled });
            client.put(&path(webhook), body).await
        };
        match self.verb {
            Verb::List => show::list(client.all("/webhooks").await?, &COLUMNS, as_json),
            Verb::Show { webhook } => show::record(&client.get(&path(&webhook)).await?, as_json),
            Verb::Create { url, kind } => {
                let body = json!({ "url": url, "kinds": kind, "enabled": true });
                show::record(&client.post("/webhooks", body).await?, as_json);
            }
            Verb::Disable { webhook } => show::record(&enable(&webhook, false).await?, as_json),
            Verb::Enable { webhook } => show::record(&enable(&webhook, true).await?, as_json),
            Verb::Deliveries { webhook, limit } => {
                let address = format!("{}/deliveries", path(&webhook));
                show::list(client.some(&address, limit).await?, &DELIVERIES, as_json);
            }
            Verb::Retry { webhook } => {
                let address = format!("{}/retry", path(&webhook));
                show::record(&client.post(&address, Value::Null).await?, as_json);
            }
            Verb::Remove { webhook, yes } => {
                sure(yes, "removing a webhook")?;
                client.delete(&path(&webhook)).await?;
                line(format!("webhook {webhook} is removed"));
            }
        }
        Ok(Ended::Well)
    }
}
