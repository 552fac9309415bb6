//! `dialtone device trace|sessions|session`: the messages between a device and the server.

use super::{Ended, Outcome, device, show};
use crate::address::segment;
use crate::client::Client;
use crate::output::line;
use clap::Subcommand;
use data_model::OperatorError;
use http::Method;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What can be done with the message trace of a device.
#[derive(Debug, Subcommand)]
pub enum TraceVerb {
    /// Keep the messages of the device's next sessions, without secrets, for a time.
    Trace {
        /// The device: its id or its identity.
        device: String,
        /// For so many minutes; 0 ends it.
        #[arg(long, default_value_t = 60)]
        minutes: u64,
    },
    /// List the sessions that were kept.
    Sessions {
        /// The device.
        device: String,
    },
    /// Show the messages of a session, or write them down as a fixture.
    Session {
        /// The device.
        device: String,
        /// The session, as `sessions` lists it; the last one if absent.
        session: Option<String>,
        /// Write a tar archive with the session as a folder of files, as in `soap-fixtures/sessions`.
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
    },
}

const COLUMNS: [show::Column; 6] = [
    ("SESSION", "id"),
    ("BEGUN", "begin"),
    ("ENDED", "end"),
    ("EVENTS", "events"),
    ("RPCS", "rpcs"),
    ("OUTCOME", "outcome"),
];

impl TraceVerb {
    /// Runs it.
    pub async fn run(self, client: &Client, as_json: bool) -> Outcome {
        match self {
            TraceVerb::Trace { device, minutes } => {
                let path = format!("{}/trace", device::path(&device));
                let answer = client.put(&path, json!({ "minutes": minutes })).await?;
                show::record(&answer, as_json);
            }
            TraceVerb::Sessions { device } => {
                show::list(sessions(client, &device).await?, &COLUMNS, as_json);
            }
            TraceVerb::Session {
                device,
                session,
                export,
            } => {
                let session = match session {
                    Some(session) => session,
                    None => last(sessions(client, &device).await?)?,
                };
                let path = format!("{}/sessions/{}", device::path(&device), segment(&session));
                match export {
                    None => messages(&client.get(&path).await?, as_json),
                    Some(file) => {
                        let path = format!("{path}/export");
                        let archive = client.bytes(Method::GET, &path).await?;
                        std::fs::write(&file, &archive).map_err(|error| {
                            let what = format!("cannot write {}", file.display());
                            OperatorError::new(what, error, "give --export another file")
                        })?;
                        line(format!("{} bytes in {}", archive.len(), file.display()));
                    }
                }
            }
        }
        Ok(Ended::Well)
    }
}

async fn sessions(client: &Client, device: &str) -> crate::client::Answer<Vec<Value>> {
    client
        .all(&format!("{}/sessions", device::path(device)))
        .await
}

fn last(sessions: Vec<Value>) -> Result<String, OperatorError> {
    let newest = sessions.first().and_then(|session| session["id"].as_str());
    newest.map(str::to_owned).ok_or_else(|| {
        OperatorError::new(
            "there is no session to show",
            "none of this device was kept",
            "switch its trace on with `dialtone device trace`, and call the device",
        )
    })
}

fn messages(session: &Value, as_json: bool) {
    if as_json {
        return show::json(session);
    }
    for message in session["messages"].as_array().into_iter().flatten() {
        let text = |name: &str| message[name].as_str().unwrap_or_default();
        let arrow = if text("from") == "cpe" { "-->" } else { "<--" };
        let ms = message["after_ms"].as_u64().unwrap_or_default();
        line(format!("{arrow} {} (after {ms} ms)", text("name")));
        if !text("body").is_empty() {
            line(text("body").trim_end());
        }
    }
    if let Some(outcome) = session["outcome"].as_str() {
        line(format!("=== {outcome}"));
    }
}
