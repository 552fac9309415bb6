//! `dialtone profile list|show|put|remove`: what devices are to be, on a server.

use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::segment;
use crate::output::line;
use clap::Subcommand;
use data_model::OperatorError;
use serde_json::Value;
use std::path::PathBuf;

/// Profiles of a server.
#[derive(Debug, Subcommand)]
pub enum ProfileVerb {
    /// List the profiles of a server.
    List {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
    },
    /// Show a profile of a server.
    Show {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
    },
    /// Write a profile to a server, as docs/API.md describes it.
    Put {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
        /// A file with the profile, in JSON.
        file: PathBuf,
    },
    /// Remove a profile from a server; devices keep what they have got from it.
    Remove {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 3] = [
    ("PROFILE", "name"),
    ("REVISION", "revision"),
    ("PRECEDENCE", "precedence"),
];

impl ProfileVerb {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let path = |name: &str| format!("/profiles/{}", segment(name));
        match self {
            ProfileVerb::List { server } => {
                let profiles = server.client()?.all("/profiles").await?;
                show::list(profiles, &COLUMNS, server.json);
            }
            ProfileVerb::Show { server, name } => {
                let profile = server.client()?.get(&path(&name)).await?;
                show::record(&profile, server.json);
            }
            ProfileVerb::Put { server, name, file } => {
                let unusable = |why: &dyn std::fmt::Display| {
                    let what = format!("cannot use the profile {}", file.display());
                    OperatorError::new(what, why, "write it in JSON, as docs/API.md says")
                };
                let text = std::fs::read_to_string(&file).map_err(|error| unusable(&error))?;
                let body: Value = serde_json::from_str(&text).map_err(|error| unusable(&error))?;
                let profile = server.client()?.put(&path(&name), body).await?;
                show::record(&profile, server.json);
            }
            ProfileVerb::Remove { server, name, yes } => {
                sure(yes, "removing a profile")?;
                server.client()?.delete(&path(&name)).await?;
                line(format!("profile {name} is removed"));
            }
        }
        Ok(Ended::Well)
    }
}
