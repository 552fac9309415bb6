//! `dialtone profile list|show|put|preview|publish|next-stage|abort-stage|state|remove`: what devices are to be, on a
//! server.

use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::{query, segment};
use crate::client::Failure;
use crate::output::line;
use clap::Subcommand;
use data_model::OperatorError;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

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
        /// Keep it as a draft: it comes into force with `publish`.
        #[arg(long)]
        draft: bool,
    },
    /// Say what a revision would change, on one device or on all devices of the profile; nothing is done.
    Preview {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
        /// The revision.
        #[arg(long)]
        revision: u64,
        /// The device; without it the devices of the profile are counted.
        #[arg(long)]
        device: Option<String>,
    },
    /// Put a revision in force; an older one rolls back.
    Publish {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
        /// The revision.
        #[arg(long)]
        revision: u64,
        /// A stage, as often as needed: a tag (`pilot`), or so many of a hundred devices (`10%`). Only the first one
        /// begins; without any the revision is for everybody at once.
        #[arg(long)]
        stage: Vec<String>,
    },
    /// Add the devices of the next stage; behind the last one the revision is for everybody.
    NextStage {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
    },
    /// Give the devices of the stages back what was published before.
    AbortStage {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
    },
    /// Count the devices that agree with their profiles, wait, or could not be given everything.
    State {
        /// The server.
        #[command(flatten)]
        server: ServerOptions,
        /// Its name.
        name: String,
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
            ProfileVerb::Put {
                server,
                name,
                file,
                draft,
            } => {
                let body = read(&file)?;
                let publish = draft.then(|| "false".to_owned());
                let path = format!("{}{}", path(&name), query(&[("publish", publish)]));
                let profile = server.client()?.put(&path, body).await?;
                show::record(&profile, server.json);
            }
            ProfileVerb::Preview {
                server,
                name,
                revision,
                device,
            } => {
                let (what, body) = preview(revision, device);
                order(&server, &format!("{}/{what}", path(&name)), body).await?;
            }
            ProfileVerb::Publish {
                server,
                name,
                revision,
                stage,
            } => {
                let body = publication(revision, &stage);
                order(&server, &format!("{}/publish", path(&name)), body).await?;
            }
            ProfileVerb::NextStage { server, name } => {
                let path = format!("{}/next-stage", path(&name));
                order(&server, &path, Value::Null).await?;
            }
            ProfileVerb::AbortStage { server, name } => {
                let path = format!("{}/abort-stage", path(&name));
                order(&server, &path, Value::Null).await?;
            }
            ProfileVerb::State { server, name } => {
                let path = format!("{}/state", path(&name));
                let state = server.client()?.get(&path).await?;
                show::record(&state, server.json);
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

/// A profile of a file.
fn read(file: &Path) -> Result<Value, OperatorError> {
    let unusable = |why: &dyn std::fmt::Display| {
        let what = format!("cannot use the profile {}", file.display());
        OperatorError::new(what, why, "write it in JSON, as docs/API.md says")
    };
    let text = std::fs::read_to_string(file).map_err(|error| unusable(&error))?;
    serde_json::from_str(&text).map_err(|error| unusable(&error))
}

/// Asks for something, and shows what the server answers.
async fn order(server: &ServerOptions, path: &str, body: Value) -> Result<(), Failure> {
    let answer = server.client()?.post(path, body).await?;
    show::record(&answer, server.json);
    Ok(())
}

/// Where a preview is asked for, and how: of one device, or counted over all.
fn preview(revision: u64, device: Option<String>) -> (&'static str, Value) {
    match device {
        Some(device) => ("preview", json!({ "revision": revision, "device": device })),
        None => ("preview/counts", json!({ "revision": revision })),
    }
}

/// What is put in force, and for whom first.
fn publication(revision: u64, stages: &[String]) -> Value {
    let mut body = json!({ "revision": revision });
    if !stages.is_empty() {
        body["stages"] = stages.iter().map(|text| stage(text)).collect();
    }
    body
}

/// A stage: a tag, or so many of a hundred devices.
fn stage(text: &str) -> Value {
    match text.strip_suffix('%').map(str::parse::<u32>) {
        Some(Ok(percent)) => json!({ "percent": percent }),
        Some(Err(_)) | None => json!({ "tag": text }),
    }
}
