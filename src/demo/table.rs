//! The table at the end of the demo. Every figure in it comes out of the server's API.

use crate::client::Client;
use crate::output::line;
use data_model::OperatorError;
use serde_json::Value;

/// Devices listed one by one; beyond that only the counts are shown.
const LISTED: usize = 40;

/// Reads everything back and prints it.
pub async fn print(
    client: &Client,
    ours: impl Fn(&Value) -> bool,
    version: &str,
) -> Result<(), OperatorError> {
    let devices = client.all("/devices").await?;
    let summary = client.get("/summary").await?;
    let stamp = summary["profile_stamp"].as_u64().unwrap_or(0);
    let ours: Vec<&Value> = devices.iter().filter(|device| ours(device)).collect();
    line("");
    line(format!(
        "{:<24} {:<20} {:>7} {:<12} {:<9}",
        "device", "firmware", "informs", "provisioned", "upgraded"
    ));
    for device in ours.iter().take(LISTED) {
        let text = |key: &str| device[key].as_str().unwrap_or("-").to_owned();
        let provisioned = device["provisioning"]["stamp"].as_u64() == Some(stamp);
        line(format!(
            "{:<24} {:<20} {:>7} {:<12} {:<9}",
            text("identity"),
            text("software_version"),
            device["informs"].as_u64().unwrap_or(0),
            yes(provisioned),
            yes(device["software_version"] == *version)
        ));
    }
    if ours.len() > LISTED {
        line(format!("... and {} more", ours.len() - LISTED));
    }
    let campaigns = client.get("/campaigns").await?;
    for campaign in campaigns.as_array().into_iter().flatten() {
        let counts = &campaign["counts"];
        line(format!(
            "campaign {}: {} ({} done, {} failed, {} skipped)",
            campaign["name"],
            campaign["state"],
            counts["done"],
            counts["failed"],
            counts["skipped"]
        ));
    }
    line("");
    Ok(())
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
