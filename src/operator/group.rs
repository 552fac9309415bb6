//! `dialtone group`: variables that devices with a tag have in common.

use super::{Ended, Outcome, ServerOptions, pair, show, sure};
use crate::address::segment;
use crate::output::line;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

/// Groups of devices.
#[derive(Debug, Args)]
pub struct GroupCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List all groups.
    List,
    /// Show one.
    Show {
        /// The group.
        group: String,
    },
    /// Make a group, or replace it.
    Put {
        /// The group.
        group: String,
        /// Devices with this tag belong to it.
        #[arg(long)]
        tag: String,
        /// Of two groups that set the same variable, the one with the higher precedence wins.
        #[arg(long, default_value_t = 0)]
        precedence: i32,
        /// A variable for templates; as often as needed.
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
        variables: Vec<(String, String)>,
    },
    /// Remove a group.
    Remove {
        /// The group.
        group: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 4] = [
    ("GROUP", "name"),
    ("TAG", "tag"),
    ("PRECEDENCE", "precedence"),
    ("VARIABLES", "variables"),
];

impl GroupCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        let path = |group: &str| format!("/groups/{}", segment(group));
        match self.verb {
            Verb::List => show::list(client.all("/groups").await?, &COLUMNS, as_json),
            Verb::Show { group } => show::record(&client.get(&path(&group)).await?, as_json),
            Verb::Put {
                group,
                tag,
                precedence,
                variables,
            } => {
                let variables: Map<String, Value> = variables
                    .into_iter()
                    .map(|(name, value)| (name, value.into()))
                    .collect();
                let body = json!({ "tag": tag, "precedence": precedence, "variables": variables });
                show::record(&client.put(&path(&group), body).await?, as_json);
            }
            Verb::Remove { group, yes } => {
                sure(yes, "removing a group")?;
                client.delete(&path(&group)).await?;
                line(format!("group {group} is removed"));
            }
        }
        Ok(Ended::Well)
    }
}
