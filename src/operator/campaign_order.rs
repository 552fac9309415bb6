//! What a campaign is to do, as it is said on a command line.

use clap::Args;
use serde_json::{Value, json};

/// A campaign, before it is one.
#[derive(Debug, Args)]
pub struct Order {
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
    /// How far a stage goes, counted from the first device: so many devices (`5`), or so many of a hundred (`10%`). The
    /// next one opens when enough devices of the one before are done; the last one is `100%`.
    #[arg(long, value_parser = stage)]
    stage: Vec<Stage>,
    /// Devices of a hundred that must be done for the next stage to open; 90 if absent.
    #[arg(long)]
    success_percent: Option<u32>,
    /// When devices may be upgraded, in their own time, such as `Mon-Fri 01:00-05:00`.
    #[arg(long)]
    windows: Option<String>,
    /// How many devices it upgrades, as `estimate` has told; campaigns of many devices begin with that only.
    #[arg(long)]
    confirm_devices: Option<u64>,
}

/// How far a stage goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// So many devices.
    Count(u32),
    /// So many of a hundred.
    Percent(u32),
}

fn stage(text: &str) -> Result<Stage, String> {
    let wrong = |_| format!("`{text}` is neither a number of devices nor one with a percent sign");
    match text.strip_suffix('%') {
        Some(number) => number.parse().map(Stage::Percent).map_err(wrong),
        None => text.parse().map(Stage::Count).map_err(wrong),
    }
}

impl Order {
    /// The body of `POST /campaigns` and `/campaigns/estimate`.
    pub fn body(self) -> Value {
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
        let mut body = json!({
            "name": self.name,
            "file": self.file,
            "selector": selector,
            "concurrency": self.concurrency,
            "failure_limit": self.failure_limit,
        });
        let stages = self.stage.into_iter().map(|stage| match stage {
            Stage::Count(count) => json!({ "count": count }),
            Stage::Percent(percent) => json!({ "percent": percent }),
        });
        let stages: Vec<Value> = stages.collect();
        if !stages.is_empty() {
            body["stages"] = stages.into();
        }
        if let Some(percent) = self.success_percent {
            body["success_percent"] = percent.into();
        }
        if let Some(windows) = self.windows {
            body["windows"] = windows.into();
        }
        if let Some(devices) = self.confirm_devices {
            body["confirm_devices"] = devices.into();
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_devices_or_shares() {
        assert_eq!(stage("5"), Ok(Stage::Count(5)));
        assert_eq!(stage("10%"), Ok(Stage::Percent(10)));
        for wrong in ["", "%", "ten", "-1", "10 %"] {
            let why = stage(wrong).expect_err(wrong);
            assert!(why.contains("percent sign"), "{why}");
        }
    }
}
