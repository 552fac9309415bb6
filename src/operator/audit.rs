//! `dialtone audit`: who has changed what.

use super::{Ended, Outcome, ServerOptions, show};
use clap::{Args, Subcommand};

/// The audit trail.
#[derive(Debug, Args)]
pub struct AuditCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the newest entries.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
}

const COLUMNS: [show::Column; 5] = [
    ("NUMBER", "number"),
    ("AT", "at"),
    ("WHO", "actor"),
    ("WHAT", "action"),
    ("ON", "subject"),
];

impl AuditCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        match self.verb {
            Verb::List { limit } => {
                let entries = client.some("/audit", limit).await?;
                show::list(entries, &COLUMNS, self.server.json);
            }
        }
        Ok(Ended::Well)
    }
}
