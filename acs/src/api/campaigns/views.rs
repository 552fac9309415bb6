//! Campaigns as the API shows them.

use crate::campaigns::calendar::FrozenDays;
use crate::campaigns::pace::{ends, work_secs};
use crate::store::{
    Campaign, CampaignCounts, CampaignDevice, CampaignEstimate, CampaignEvent, Freeze,
};
use crate::zone::Zone;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A campaign with its counts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownCampaign")]
pub struct Shown {
    #[serde(flatten)]
    pub(super) campaign: Campaign,
    counts: CampaignCounts,
}

impl From<(Campaign, CampaignCounts)> for Shown {
    fn from((campaign, counts): (Campaign, CampaignCounts)) -> Shown {
        Shown { campaign, counts }
    }
}

/// A device of a campaign, and what happened to it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Timeline {
    #[serde(flatten)]
    device: CampaignDevice,
    /// What happened, the oldest first.
    events: Vec<CampaignEvent>,
}

impl From<(CampaignDevice, Vec<CampaignEvent>)> for Timeline {
    fn from((device, events): (CampaignDevice, Vec<CampaignEvent>)) -> Timeline {
        Timeline { device, events }
    }
}

/// The freeze calendar.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freezes {
    /// Days on which no campaign touches a device.
    pub(super) freezes: Vec<Freeze>,
}

/// What a campaign would do, and how long it would take.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Estimated {
    #[serde(flatten)]
    estimate: CampaignEstimate,
    /// Whether the number of devices must be typed for it to begin.
    confirm: bool,
    /// Seconds of work: by the places for devices, and by the bandwidth.
    work_secs: u64,
    /// When that would be done, with the windows of devices in `time_zone`; absent if not within two years.
    ends: Option<Timestamp>,
}

impl Estimated {
    pub(super) fn new(
        estimate: CampaignEstimate,
        campaign: &Campaign,
        freezes: &[Freeze],
        confirm: bool,
        now: Timestamp,
    ) -> Estimated {
        let zone = Zone::parse_posix(&campaign.plan.time_zone).unwrap_or(Zone::UTC);
        let frozen = freezes
            .iter()
            .filter_map(|freeze| FrozenDays::read(freeze).ok());
        let frozen: Vec<FrozenDays> = frozen.collect();
        let work_secs = work_secs(&estimate, &campaign.plan, campaign.concurrency);
        Estimated {
            confirm,
            work_secs,
            ends: ends(work_secs, &campaign.plan, &frozen, &zone, now),
            estimate,
        }
    }
}
