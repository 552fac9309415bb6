//! Waiting for what takes a device's time.

use super::{Ended, Outcome, show};
use crate::address::segment;
use crate::client::{Answer, Client};
use crate::output::line;
use clap::Args;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Whether a command waits for what it has begun.
#[derive(Debug, Clone, Copy, Args)]
pub struct WaitOptions {
    /// Come back at once instead of waiting for the device.
    #[arg(long)]
    pub no_wait: bool,
    /// Give up waiting after so many seconds; what was begun goes on.
    #[arg(long, default_value_t = 120)]
    pub timeout_secs: u64,
}

impl WaitOptions {
    /// Shows a task, after it has ended if it is waited for. `done` shows the result of one that has succeeded.
    pub async fn task(
        self,
        client: &Client,
        created: Value,
        as_json: bool,
        done: impl FnOnce(&Value),
    ) -> Outcome {
        if self.no_wait {
            let id = created["id"].as_str().unwrap_or_default();
            match as_json {
                true => show::json(&created),
                false => line(format!("task {id} is {}", word(&created))),
            }
            return Ok(Ended::Well);
        }
        let id = created["id"].as_str().unwrap_or_default();
        let task = self.ended(client, id).await?;
        if as_json {
            show::json(&task);
        } else if word(&task) == "done" {
            done(&task);
        } else {
            told(&task);
        }
        Ok(match word(&task) {
            "done" => Ended::Well,
            _ => Ended::Badly,
        })
    }

    /// A task as it ended, or as it stands when the time is over.
    pub async fn ended(self, client: &Client, id: &str) -> Answer<Value> {
        let path = format!("/tasks/{}", segment(id));
        let time = Duration::from_secs(self.timeout_secs);
        watched(client, &path, time, is_final, |_| ()).await
    }
}

/// Looks at something until it is over or the time is, and gives it as it stands then. Each look is told of.
pub async fn watched(
    client: &Client,
    path: &str,
    time: Duration,
    is_over: impl Fn(&Value) -> bool,
    mut seen: impl FnMut(&Value),
) -> Answer<Value> {
    let end = Instant::now() + time;
    loop {
        let found = client.get(path).await?;
        seen(&found);
        if is_over(&found) || Instant::now() >= end {
            return Ok(found);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Tells of each change of how something stands, until it is over or the time is; then shows it whole, if for a program.
pub async fn told_of(
    client: &Client,
    path: &str,
    time: Duration,
    as_json: bool,
    is_over: impl Fn(&Value) -> bool,
    standing: impl Fn(&Value) -> String,
) -> Answer<Value> {
    let mut told = String::new();
    let tell = |found: &Value| {
        let text = standing(found);
        if text != told && !as_json {
            line(&text);
        }
        told = text;
    };
    let found = watched(client, path, time, is_over, tell).await?;
    if as_json {
        show::json(&found);
    }
    Ok(found)
}

/// The state of something.
pub fn word(value: &Value) -> &str {
    value["state"].as_str().unwrap_or("?")
}

/// Whether nothing more will happen to a task.
pub fn is_final(task: &Value) -> bool {
    ["done", "failed", "expired", "cancelled"].contains(&word(task))
}

/// Tells how a task stands, with every reason there is.
pub fn told(task: &Value) {
    let (id, kind) = (task["id"].as_str(), task["kind"].as_str());
    let (id, kind) = (id.unwrap_or("?"), kind.unwrap_or("task"));
    line(format!("{kind} {id} is {}", word(task)));
    let fault = &task["fault"];
    if fault.is_object() {
        let text = fault["text"].as_str().unwrap_or_default();
        line(format!("  fault {}: {text}", fault["code"]));
        for parameter in fault["parameters"].as_array().into_iter().flatten() {
            let field = |name: &str| parameter[name].as_str().unwrap_or_default();
            let code = &parameter["FaultCode"];
            let (name, why) = (field("ParameterName"), field("FaultString"));
            line(format!("  {name}: {code} {why}"));
        }
    }
    if !is_final(task) {
        line("  the device has not come yet; `dialtone task watch` waits for it");
    }
}
