//! `dialtone operation`: one thing done with many devices, looked at first, watched, given up.

use super::wait::{told_of, word};
use super::{Ended, Outcome, ServerOptions, device_tasks, pair, show};
use crate::address::{query, segment};
use crate::client::Client;
use crate::output::line;
use clap::{Args, Subcommand};
use data_model::OperatorError;
use serde_json::{Value, json};
use std::time::Duration;

/// Bulk operations.
#[derive(Debug, Args)]
pub struct OperationCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List operations, the newest first.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show one, with why devices came to nothing.
    Show {
        /// The operation.
        operation: String,
    },
    /// Say how many devices would be touched, and do nothing.
    Estimate(Start),
    /// Do one thing with many devices.
    Start(Start),
    /// Wait until one is over, and tell how it goes; the status is 6 unless everything was done.
    Watch {
        /// The operation.
        operation: String,
        /// Give up waiting after so many seconds.
        #[arg(long, default_value_t = 86400)]
        timeout_secs: u64,
    },
    /// List its devices, and what came of each.
    Devices {
        /// The operation.
        operation: String,
        /// Only those that stand so, such as failed.
        #[arg(long)]
        step: Option<String>,
    },
    /// Let no further device have its turn.
    Pause {
        /// The operation.
        operation: String,
    },
    /// Go on.
    Resume {
        /// The operation.
        operation: String,
    },
    /// Give one up; its tasks that have not begun are withdrawn.
    Cancel {
        /// The operation.
        operation: String,
    },
}

#[derive(Debug, Args)]
struct Start {
    /// The devices this query finds; "" for all of them.
    #[arg(long, global = true, conflicts_with = "device")]
    query: Option<String>,
    /// This device, by id or identity; as often as needed.
    #[arg(long, global = true)]
    device: Vec<String>,
    /// The number of devices it touches, as `estimate` says it.
    #[arg(long, global = true, value_name = "NUMBER")]
    confirm: Option<u64>,
    /// A name, for people.
    #[arg(long, global = true)]
    name: Option<String>,
    /// Devices under way at one time; 0 for no limit.
    #[arg(long, global = true)]
    concurrency: Option<u32>,
    /// Seconds each device may take to come; a day if absent.
    #[arg(long, global = true)]
    expires_secs: Option<u32>,
    #[command(subcommand)]
    action: Action,
}

/// What is done with each device.
#[derive(Debug, Subcommand)]
enum Action {
    /// Restart it.
    Reboot,
    /// Reset it to what it was when it left the factory.
    FactoryReset,
    /// Read a branch of it.
    Refresh {
        /// A partial path; everything if absent.
        #[arg(default_value = "")]
        path: String,
    },
    /// Read parameters.
    Get {
        /// Full names or partial paths.
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Write parameters.
    Set {
        /// NAME=VALUE, or NAME:TYPE=VALUE with a type such as xsd:unsignedInt.
        #[arg(required = true, value_parser = pair)]
        values: Vec<(String, String)>,
    },
    /// Have it fetch a file of the library.
    Download {
        /// The file's id.
        file: String,
    },
    /// Have it send its configuration.
    BackupConfiguration,
    /// Have it send its log.
    FetchLog,
    /// Send it a connection request.
    Call,
    /// Give it tags.
    AddTags {
        /// The tags.
        #[arg(required = true)]
        tags: Vec<String>,
    },
    /// Take tags away.
    RemoveTags {
        /// The tags.
        #[arg(required = true)]
        tags: Vec<String>,
    },
    /// Withdraw its tasks that have not begun.
    CancelTasks {
        /// Only those of this kind, such as reboot.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Any other task, as the API takes it.
    Task {
        /// An object in JSON, such as '{"kind": "get_rpc_methods"}'.
        json: String,
    },
}

const COLUMNS: [show::Column; 9] = [
    ("OPERATION", "id"),
    ("NAME", "name"),
    ("ACTION", "action.kind"),
    ("STATE", "state"),
    ("TOTAL", "counts.total"),
    ("DONE", "counts.done"),
    ("FAILED", "counts.failed"),
    ("BY", "created_by"),
    ("CREATED", "created"),
];

const DEVICES: [show::Column; 5] = [
    ("DEVICE", "device"),
    ("STEP", "step"),
    ("TASK", "task"),
    ("UPDATED", "updated"),
    ("WHY", "why"),
];

fn path(operation: &str) -> String {
    format!("/operations/{}", segment(operation))
}

impl OperationCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        let change = async |operation: &str, verb: &str| {
            let address = format!("{}/{verb}", path(operation));
            client.post(&address, Value::Null).await
        };
        let shown = match self.verb {
            Verb::List { limit } => {
                let operations = client.some("/operations", limit).await?;
                show::list(operations, &COLUMNS, as_json);
                return Ok(Ended::Well);
            }
            Verb::Devices { operation, step } => {
                let arguments = query(&[("step", step)]);
                let address = format!("{}/devices{arguments}", path(&operation));
                show::list(client.all(&address).await?, &DEVICES, as_json);
                return Ok(Ended::Well);
            }
            Verb::Watch {
                operation,
                timeout_secs,
            } => {
                let time = Duration::from_secs(timeout_secs);
                return watch(&client, &path(&operation), time, as_json).await;
            }
            Verb::Show { operation } => client.get(&path(&operation)).await?,
            Verb::Estimate(start) => client.post("/operations/estimate", start.body()?).await?,
            Verb::Start(start) => client.post("/operations", start.body()?).await?,
            Verb::Pause { operation } => change(&operation, "pause").await?,
            Verb::Resume { operation } => change(&operation, "resume").await?,
            Verb::Cancel { operation } => change(&operation, "cancel").await?,
        };
        show::record(&shown, as_json);
        Ok(Ended::Well)
    }
}

impl Start {
    fn body(self) -> Result<Value, OperatorError> {
        let mut body = json!({ "action": self.action.json()? });
        let given = [
            ("name", self.name.map(Value::from)),
            ("query", self.query.map(Value::from)),
            ("confirm_devices", self.confirm.map(Value::from)),
            ("concurrency", self.concurrency.map(Value::from)),
            ("expires_secs", self.expires_secs.map(Value::from)),
            (
                "devices",
                (!self.device.is_empty()).then(|| self.device.into()),
            ),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        Ok(body)
    }
}

impl Action {
    fn json(self) -> Result<Value, OperatorError> {
        Ok(match self {
            Action::Reboot => json!({ "kind": "reboot" }),
            Action::FactoryReset => json!({ "kind": "factory_reset" }),
            Action::Refresh { path } => json!({ "kind": "refresh", "path": path }),
            Action::Get { names } => json!({ "kind": "get_parameter_values", "names": names }),
            Action::Set { values } => {
                json!({ "kind": "set_parameter_values", "values": device_tasks::list(values) })
            }
            Action::Download { file } => json!({ "kind": "download", "file": file }),
            Action::BackupConfiguration => json!({ "kind": "backup_configuration" }),
            Action::FetchLog => json!({ "kind": "fetch_log" }),
            Action::Call => json!({ "kind": "connection_request" }),
            Action::AddTags { tags } => json!({ "kind": "add_tags", "tags": tags }),
            Action::RemoveTags { tags } => json!({ "kind": "remove_tags", "tags": tags }),
            Action::CancelTasks { kind: None } => json!({ "kind": "cancel_tasks" }),
            Action::CancelTasks { kind } => json!({ "kind": "cancel_tasks", "task_kind": kind }),
            Action::Task { json } => serde_json::from_str(&json).map_err(|error| {
                let fix = "write an object such as {\"kind\": \"get_rpc_methods\"}";
                OperatorError::new("the task is no JSON", error, fix)
            })?,
        })
    }
}

/// Tells of each change of the counts, until the operation is over.
async fn watch(client: &Client, path: &str, time: Duration, as_json: bool) -> Outcome {
    let is_over = |operation: &Value| operation["ended"].is_number();
    let operation = told_of(client, path, time, as_json, is_over, standing).await?;
    if !as_json {
        reasons(&operation);
    }
    let all_done = operation["counts"]["done"] == operation["counts"]["total"];
    Ok(if all_done { Ended::Well } else { Ended::Badly })
}

/// One line for people: the state and the counts that are not zero.
fn standing(operation: &Value) -> String {
    let counts = operation["counts"].as_object();
    let counts = counts.into_iter().flatten();
    let counts: Vec<String> = counts
        .filter(|(_, count)| **count != 0)
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    format!("{}: {}", word(operation), counts.join(", "))
}

/// Why devices came to nothing.
fn reasons(operation: &Value) {
    for reason in operation["reasons"].as_array().into_iter().flatten() {
        let (step, why) = (reason["step"].as_str(), reason["why"].as_str());
        let (step, why) = (step.unwrap_or_default(), why.unwrap_or_default());
        line(format!("  {} {step}: {why}", reason["devices"]));
    }
}
