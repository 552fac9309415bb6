//! `dialtone campaign`: upgrades of many devices, watched, paused and given up.

use super::wait::word;
use super::{Ended, Outcome, ServerOptions, show, sure};
use crate::address::segment;
use crate::client::Client;
use crate::output::line;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

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
    /// Begin a campaign.
    Start(Start),
    /// Wait until a campaign is over, and tell how it goes; the status is 6 if it did not end well.
    Watch {
        /// The campaign.
        campaign: String,
        /// Give up waiting after so many seconds.
        #[arg(long, default_value_t = 86400)]
        timeout_secs: u64,
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

#[derive(Debug, Args)]
struct Start {
    /// The id of the image.
    file: String,
    /// A name, for people.
    #[arg(long)]
    name: String,
    /// Only devices with this tag; as often as needed, and all must be there.
    #[arg(long)]
    tag: Vec<String>,
    /// Only devices with one of these serial numbers.
    #[arg(long)]
    serial_number: Vec<String>,
    /// Only devices that report one of these versions.
    #[arg(long)]
    software_version: Vec<String>,
    /// Devices under way at one time.
    #[arg(long, default_value_t = 10)]
    concurrency: u32,
    /// Failed devices at which it pauses; 0 for never.
    #[arg(long, default_value_t = 0)]
    failure_limit: u32,
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

/// Time between two looks.
const LOOK: Duration = Duration::from_secs(1);

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
            Verb::Start(start) => client.post("/campaigns", start.body()).await?,
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

impl Start {
    fn body(self) -> Value {
        let mut selector = serde_json::Map::new();
        for (name, list) in [
            ("tags", self.tag),
            ("serial_number", self.serial_number),
            ("software_version", self.software_version),
        ] {
            if !list.is_empty() {
                selector.insert(name.into(), list.into());
            }
        }
        json!({
            "name": self.name,
            "file": self.file,
            "selector": selector,
            "concurrency": self.concurrency,
            "failure_limit": self.failure_limit,
        })
    }
}

/// Tells of each change of the counts, until the campaign is over.
async fn watch(client: &Client, path: &str, time: Duration, as_json: bool) -> Outcome {
    let over = Instant::now() + time;
    let mut told = String::new();
    loop {
        let campaign = client.get(path).await?;
        let counts = campaign["counts"].as_object();
        let counts = counts.into_iter().flatten();
        let counts: Vec<String> = counts
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let text = format!("{}: {}", word(&campaign), counts.join(", "));
        if text != told && !as_json {
            line(&text);
        }
        told = text;
        let ended = ["done", "aborted"].contains(&word(&campaign));
        if ended || Instant::now() >= over {
            if as_json {
                show::json(&campaign);
            }
            let failed = campaign["counts"]["failed"].as_u64() != Some(0);
            let well = word(&campaign) == "done" && !failed;
            return Ok(if well { Ended::Well } else { Ended::Badly });
        }
        tokio::time::sleep(LOOK).await;
    }
}
