//! `dialtone task`: look at tasks, wait for them, withdraw them.

use super::wait::{WaitOptions, is_final, told, word};
use super::{Ended, Outcome, ServerOptions, show};
use crate::address::segment;
use crate::output::line;
use clap::{Args, Subcommand};

/// Tasks of devices.
#[derive(Debug, Args)]
pub struct TaskCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the tasks of a device, the newest first.
    List {
        /// The device: its id or its identity.
        device: String,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show one task.
    Show {
        /// The task.
        task: String,
    },
    /// Wait until tasks have ended; the status is 6 if one of them did not succeed.
    Watch {
        /// The tasks.
        #[arg(required = true)]
        tasks: Vec<String>,
        /// Give up waiting after so many seconds.
        #[arg(long, default_value_t = 3600)]
        timeout_secs: u64,
    },
    /// Withdraw a task that has not begun.
    Cancel {
        /// The task.
        task: String,
    },
}

/// The columns of a list of tasks.
pub const COLUMNS: [show::Column; 7] = [
    ("TASK", "id"),
    ("KIND", "kind"),
    ("STATE", "state"),
    ("ATTEMPTS", "attempts"),
    ("CREATED", "created"),
    ("BY", "created_by"),
    ("FAULT", "fault.text"),
];

impl TaskCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let json = self.server.json;
        match self.verb {
            Verb::List { device, limit } => {
                let path = format!("/devices/{}/tasks", segment(&device));
                show::list(client.some(&path, limit).await?, &COLUMNS, json);
            }
            Verb::Show { task } => {
                let task = client.get(&format!("/tasks/{}", segment(&task))).await?;
                show::record(&task, json);
            }
            Verb::Watch {
                tasks,
                timeout_secs,
            } => {
                let wait = WaitOptions {
                    no_wait: false,
                    timeout_secs,
                };
                let mut ended = Ended::Well;
                for id in tasks {
                    let task = wait.ended(&client, &id).await?;
                    match json {
                        true => show::json(&task),
                        false => told(&task),
                    }
                    if !is_final(&task) || word(&task) != "done" {
                        ended = Ended::Badly;
                    }
                }
                return Ok(ended);
            }
            Verb::Cancel { task } => {
                client.delete(&format!("/tasks/{}", segment(&task))).await?;
                line(format!("task {task} is withdrawn"));
            }
        }
        Ok(Ended::Well)
    }
}
