//! `dialtone campaign`: upgrades of many devices, begun, watched, paused, given up and looked back on.

use super::campaign_order::Order;
use super::wait::{told_of, word};
use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::segment;
use crate::client::Client;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::time::Duration;

/// Firmware campaigns.
#[derive(Debug, Args)]
pub struct CampaignCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List all campaigns, the newest first.
    List,
    /// Show one.
    Show {
        /// The campaign.
        campaign: String,
    },
    /// List the devices of a campaign, and how each stands.
    Devices {
        /// The campaign.
        campaign: String,
        /// Only those at this step, such as failed.
        #[arg(long)]
        step: Option<String>,
    },
    /// Say what a campaign would do, and do nothing.
    Estimate(Order),
    /// Begin a campaign.
    Start(Order),
    /// Wait until a campaign is over, and tell how it goes; the status is 6 if it did not end well.
    Watch {
        /// The campaign.
        campaign: String,
        /// Give up waiting after so many seconds.
        #[arg(long, default_value_t = 86400)]
        timeout_secs: u64,
    },
    /// Look back: counts by stage, reasons of failures, how long devices took.
    Report {
        /// The campaign.
        campaign: String,
    },
    /// Start no further devices.
    Pause {
        /// The campaign.
        campaign: String,
    },
    /// Go on.
    Resume {
        /// The campaign.
        campaign: String,
    },
    /// Give a campaign up for good.
    Abort {
        /// The campaign.
        campaign: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

const COLUMNS: [show::Column; 8] = [
    ("CAMPAIGN", "id"),
    ("NAME", "name"),
    ("STATE", "state"),
    ("VERSION", "target_version"),
    ("PENDING", "counts.pending"),
    ("DONE", "counts.done"),
    ("FAILED", "counts.failed"),
    ("CREATED", "created"),
];

const DEVICES: [show::Column; 5] = [
    ("DEVICE", "device"),
    ("STEP", "step"),
    ("TASK", "task"),
    ("UPDATED", "updated"),
    ("FAULT", "fault.text"),
];

impl CampaignCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        let path = |campaign: &str| format!("/campaigns/{}", segment(campaign));
        let changed = match self.verb {
            Verb::List => {
                show::list(client.all("/campaigns").await?, &COLUMNS, as_json);
                return Ok(Ended::Well);
            }
            Verb::Devices { campaign, step } => {
                let path = format!("{}/devices", path(&campaign));
                let mut devices = client.all(&path).await?;
                devices
                    .retain(|device| step.is_none() || device["step"].as_str() == step.as_deref());
                show::list(devices, &DEVICES, as_json);
                return Ok(Ended::Well);
            }
            Verb::Watch {
                campaign,
                timeout_secs,
            } => {
                let time = Duration::from_secs(timeout_secs);
                return watch(&client, &path(&campaign), time, as_json).await;
            }
            Verb::Show { campaign } => client.get(&path(&campaign)).await?,
            Verb::Estimate(order) => client.post("/campaigns/estimate", order.body()).await?,
            Verb::Start(order) => client.post("/campaigns", order.body()).await?,
            Verb::Report { campaign } => client.get(&format!("{}/report", path(&campaign))).await?,
            Verb::Pause { campaign } => change(&client, &path(&campaign), "pause").await?,
            Verb::Resume { campaign } => change(&client, &path(&campaign), "resume").await?,
            Verb::Abort { campaign, yes } => {
                sure(yes, "giving a campaign up")?;
                change(&client, &path(&campaign), "abort").await?
            }
        };
        show::record(&changed, as_json);
        Ok(Ended::Well)
    }
}

async fn change(client: &Client, path: &str, verb: &str) -> crate::client::Answer<Value> {
    client.post(&format!("{path}/{verb}"), Value::Null).await
}

/// Tells of each change of the counts, until the campaign is over.
async fn watch(client: &Client, path: &str, time: Duration, as_json: bool) -> Outcome {
    let is_over = |campaign: &Value| ["done", "aborted"].contains(&word(campaign));
    let campaign = told_of(client, path, time, as_json, is_over, standing).await?;
    let failed = campaign["counts"]["failed"].as_u64() != Some(0);
    let well = word(&campaign) == "done" && !failed;
    Ok(if well { Ended::Well } else { Ended::Badly })
}

/// The counts in the order in which devices pass through them.
const STEPS: [&str; 7] = [
    "pending",
    "upgrading",
    "verifying",
    "done",
    "failed",
    "skipped",
    "excluded",
];

/// One line for people: the state, the open stage, the counts that are not zero, and why it has paused.
fn standing(campaign: &Value) -> String {
    let counts = STEPS.iter().filter_map(|step| {
        let count = campaign["counts"][step]
            .as_u64()
            .filter(|&count| count > 0)?;
        Some(format!("{count} {step}"))
    });
    let counts: Vec<String> = counts.collect();
    let stages = campaign["stages"].as_array().map_or(0, Vec::len);
    let stage = match campaign["stage"].as_u64() {
        Some(stage) if stages > 1 => format!(", stage {} of {stages}", stage + 1),
        Some(_) | None => String::new(),
    };
    let why = match campaign["reason"].as_str() {
        Some(reason) => format!(" ({reason})"),
        None => String::new(),
    };
    format!("{}{stage}: {}{why}", word(campaign), counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_campaign_is_told_in_one_line() {
        let counts = json!({"done": 12, "failed": 3, "pending": 985, "skipped": 0});
        let mut campaign =
            json!({"state": "running", "reason": null, "stage": 0, "stages": [], "counts": counts});
        assert_eq!(
            standing(&campaign),
            "running: 985 pending, 12 done, 3 failed"
        );
        campaign["stages"] = json!([{"count": 15}, {"percent": 100}]);
        campaign["state"] = "paused".into();
        campaign["reason"] = "3 devices have failed".into();
        let told = "paused, stage 1 of 2: 985 pending, 12 done, 3 failed (3 devices have failed)";
        assert_eq!(standing(&campaign), told);
    }
}
