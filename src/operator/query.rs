//! `dialtone query`: the fleet query language at a shell, and the queries people keep.

use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::{query as arguments, segment};
use crate::client::{Answer, Client};
use crate::output::line;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::json;
use std::path::PathBuf;

/// Queries of the fleet.
#[derive(Debug, Args)]
pub struct QueryCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

/// A query.
#[derive(Debug, Args)]
struct Which {
    /// The query, such as 'tag = "office"'; every device if absent.
    #[arg(default_value = "")]
    query: String,
    /// A query that is kept, in place of one that is typed.
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    kept: Option<String>,
}

impl Which {
    async fn text(self, client: &Client) -> Answer<String> {
        let Some(name) = self.kept else {
            return Ok(self.query);
        };
        let kept = client.get(&format!("/queries/{}", segment(&name))).await?;
        Ok(kept["query"].as_str().unwrap_or_default().to_owned())
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the devices a query finds.
    Run {
        #[command(flatten)]
        which: Which,
        /// What is shown of each, with commas between.
        #[arg(long)]
        fields: Option<String>,
        /// How many at most.
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Count them.
    Count(Which),
    /// Count them by a value.
    Groups {
        #[command(flatten)]
        which: Which,
        /// An attribute, such as software_version, or param:PATH.
        #[arg(long)]
        by: String,
    },
    /// Write them to a file, as CSV.
    Export {
        #[command(flatten)]
        which: Which,
        /// The columns, with commas between.
        #[arg(long)]
        fields: Option<String>,
        /// The file; one that is there already is replaced when the other is whole.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// List one's own queries and the shared ones.
    List,
    /// Show one that is kept.
    Show {
        /// Its name.
        name: String,
    },
    /// Keep a query.
    Keep {
        /// A name for it.
        name: String,
        /// The query.
        query: String,
        /// Whether others see it.
        #[arg(long)]
        shared: bool,
    },
    /// Remove a query of one's own.
    Remove {
        /// Its name.
        name: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 5] = [
    ("DEVICE", "identity"),
    ("VERSION", "software_version"),
    ("ADDRESS", "address"),
    ("LAST INFORM", "last_inform"),
    ("TAGS", "tags"),
];

const KEPT: [show::Column; 4] = [
    ("NAME", "name"),
    ("OWNER", "owner"),
    ("SHARED", "shared"),
    ("QUERY", "query"),
];

impl QueryCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        match self.verb {
            Verb::Run {
                which,
                fields,
                limit,
            } => {
                let q = which.text(&client).await?;
                let address = format!(
                    "/devices{}",
                    arguments(&[("q", Some(q)), ("fields", fields.clone())])
                );
                let devices = client.some(&address, limit.unwrap_or(usize::MAX)).await?;
                match fields {
                    None => show::list(devices, &COLUMNS, as_json),
                    Some(fields) => show::chosen(devices, &fields, as_json),
                }
            }
            Verb::Count(which) => {
                let q = arguments(&[("q", Some(which.text(&client).await?))]);
                let number = client.get(&format!("/devices/count{q}")).await?;
                match as_json {
                    true => show::json(&number),
                    false => line(number["devices"].to_string()),
                }
            }
            Verb::Groups { which, by } => {
                let q = which.text(&client).await?;
                let address = arguments(&[("q", Some(q)), ("by", Some(by))]);
                let mut groups = client.get(&format!("/devices/groups{address}")).await?;
                let groups = groups["groups"].as_array_mut().map(std::mem::take);
                let columns = [("VALUE", "value"), ("DEVICES", "devices")];
                show::list(groups.unwrap_or_default(), &columns, as_json);
            }
            Verb::Export { which, fields, to } => {
                let q = which.text(&client).await?;
                let address = arguments(&[("q", Some(q)), ("fields", fields)]);
                let address = format!("/devices.csv{address}");
                let bytes = client.download(Method::GET, &address, &to).await?;
                line(format!("{bytes} bytes in {}", to.display()));
            }
            Verb::List => show::list(client.all("/queries").await?, &KEPT, as_json),
            Verb::Show { name } => {
                let kept = client.get(&format!("/queries/{}", segment(&name))).await?;
                show::record(&kept, as_json);
            }
            Verb::Keep {
                name,
                query,
                shared,
            } => {
                let body = json!({ "query": query, "shared": shared });
                let address = format!("/queries/{}", segment(&name));
                show::record(&client.put(&address, body).await?, as_json);
            }
            Verb::Remove { name, yes } => {
                sure(yes, "removing a query")?;
                client
                    .delete(&format!("/queries/{}", segment(&name)))
                    .await?;
                line(format!("query {name} is removed"));
            }
        }
        Ok(Ended::Well)
    }
}
