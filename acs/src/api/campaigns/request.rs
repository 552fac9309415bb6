//! What people ask of campaigns, checked.

use super::super::error::{Answer, ApiError};
use crate::app::App;
use crate::clock;
use crate::limits::{CAMPAIGN_MINUTES, CAMPAIGN_STAGES};
use crate::store::{
    Campaign, CampaignPlan, CampaignStage, CampaignState, Id, IdleWait, RecentFailures, Scope,
    Selector, VoiceGate,
};
use crate::windows::Windows;
use crate::zone::Zone;
use schemars::JsonSchema;
use serde::Deserialize;

/// A campaign to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignRequest {
    name: String,
    file: Id,
    #[serde(default)]
    selector: Selector,
    /// Devices under way at one time.
    #[serde(default = "concurrency")]
    concurrency: u32,
    /// Failed devices at which the campaign pauses; zero for never.
    #[serde(default)]
    failure_limit: u32,
    /// Whether it begins at once, as it does if this is absent; otherwise it is a draft. What replaces a draft is one.
    #[serde(default)]
    start: Option<bool>,
    /// The number of devices it upgrades, if that is more than `campaigns.confirm_above`.
    #[serde(default)]
    confirm_devices: Option<u64>,
    /// How far each stage goes, such as `[{"count": 5}, {"percent": 10}, {"percent": 100}]`.
    #[serde(default)]
    stages: Vec<CampaignStage>,
    /// The next stage opens when so many in a hundred of the one before have succeeded.
    #[serde(default = "success_percent")]
    success_percent: u32,
    /// It pauses when so many in a hundred of the open stage have failed; zero for never.
    #[serde(default)]
    error_percent: u32,
    /// It pauses when so many of the last ones have failed.
    #[serde(default)]
    recent_failures: Option<RecentFailures>,
    /// When devices may be upgraded, in their own time.
    #[serde(default)]
    windows: Option<Windows>,
    /// The time zone of devices that say none.
    #[serde(default = "utc")]
    time_zone: String,
    /// Bytes a second all its downloads have together; zero for no limit.
    #[serde(default)]
    bytes_per_sec: u64,
    /// Whether it waits until nobody is on the phone.
    #[serde(default)]
    idle: Option<IdleWait>,
    /// Whether lines that were registered must be registered again.
    #[serde(default)]
    voice: Option<VoiceGate>,
    /// Devices that have not come for so many hours take no part; zero for all.
    #[serde(default)]
    overdue_hours: Option<u32>,
    /// Whether devices that run a newer version go back.
    #[serde(default)]
    downgrade: bool,
}

fn concurrency() -> u32 {
    10
}

fn at_once() -> bool {
    true
}

fn success_percent() -> u32 {
    CampaignPlan::default().success_percent
}

fn utc() -> String {
    CampaignPlan::default().time_zone
}

/// How a draft is started.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRequest {
    /// The number of devices it upgrades, if that is more than `campaigns.confirm_above`.
    #[serde(default)]
    pub(super) confirm_devices: Option<u64>,
}

/// How a campaign is taken back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackRequest {
    /// Its name; that of the campaign it takes back, with a word more, if absent.
    #[serde(default)]
    name: Option<String>,
    /// Devices under way at one time; as in the campaign it takes back if absent.
    #[serde(default)]
    concurrency: Option<u32>,
    /// Whether it begins at once; otherwise it is a draft.
    #[serde(default = "at_once")]
    start: bool,
    /// The number of devices, if that is more than `campaigns.confirm_above`.
    #[serde(default)]
    pub(super) confirm_devices: Option<u64>,
}

impl CampaignRequest {
    pub(super) fn confirm_devices(&self) -> Option<u64> {
        self.confirm_devices
    }

    /// What takes the place of a draft.
    pub(super) async fn replacing(mut self, app: &App, draft: &Campaign) -> Answer<Campaign> {
        if self.start == Some(true) || self.confirm_devices.is_some() {
            let why = "a draft is changed and started in two steps";
            let fix = "leave out `start` and `confirm_devices`, and POST to its `start` when it is as it should be";
            return Err(ApiError::bad(why, fix));
        }
        self.start = Some(false);
        let campaign = self.campaign(app, &draft.scope).await?;
        Ok(Campaign {
            id: draft.id,
            created: draft.created,
            ..campaign
        })
    }

    /// The campaign, if it makes sense, restricted to a scope.
    pub(super) async fn campaign(self, app: &App, scope: &Scope) -> Answer<Campaign> {
        let file = app.store.file_find(self.file).await?;
        let file = file.ok_or_else(|| ApiError::not_found("file"))?;
        if file.version.is_empty() {
            let why = "the file has no version, so nobody could tell whether a device runs it";
            return Err(ApiError::bad(why, "upload the image with `version=`"));
        }
        self.check()?;
        let mut selector = self.selector;
        if selector.product_class.is_empty() && !file.product_class.is_empty() {
            // An image of one product must not be offered to others.
            selector.product_class = vec![file.product_class.clone()];
        }
        let now = clock::now();
        let start = self.start.unwrap_or(true);
        let overdue_hours = self
            .overdue_hours
            .unwrap_or(app.live().campaigns.overdue_hours);
        Ok(Campaign {
            id: clock::new_id(),
            name: name(&self.name),
            file: file.id,
            target_version: file.version,
            selector,
            scope: scope.clone(),
            concurrency: self.concurrency,
            failure_limit: self.failure_limit,
            plan: CampaignPlan {
                stages: self.stages,
                success_percent: self.success_percent,
                error_percent: self.error_percent,
                recent_failures: self.recent_failures,
                windows: self.windows,
                time_zone: self.time_zone,
                bytes_per_sec: self.bytes_per_sec,
                idle: self.idle,
                voice: self.voice,
                overdue_hours,
                downgrade: self.downgrade,
            },
            rollback_of: None,
            state: state(start),
            reason: None,
            stage: 0,
            created: now,
            started: start.then_some(now),
            ended: None,
        })
    }

    fn check(&self) -> Answer<()> {
        check_concurrency(self.concurrency)?;
        check_stages(&self.stages)?;
        for (what, percent) in [
            ("success_percent", self.success_percent),
            ("error_percent", self.error_percent),
        ] {
            if percent > 100 {
                let why = format!("`{what}` is {percent}");
                return Err(ApiError::bad(why, "choose 0 to 100"));
            }
        }
        if let Some(RecentFailures { failures, of }) = self.recent_failures
            && (failures == 0 || failures > of || of > 10_000)
        {
            let why = format!("`recent_failures` asks for {failures} of the last {of}");
            return Err(ApiError::bad(why, "choose at least 1 of at most 10000"));
        }
        Zone::parse_posix(&self.time_zone).map_err(|error| {
            ApiError::bad(
                error.why,
                "write a time zone like CET-1CEST,M3.5.0,M10.5.0/3",
            )
        })?;
        let minutes = [
            ("idle", self.idle.map(|idle| idle.minutes)),
            ("voice", self.voice.map(|voice| voice.minutes)),
        ];
        for (what, minutes) in minutes {
            if minutes.is_some_and(|minutes| !CAMPAIGN_MINUTES.contains(&minutes)) {
                let why = format!("`minutes` of `{what}` is out of range");
                return Err(ApiError::bad(why, "choose 1 to 1440 minutes"));
            }
        }
        Ok(())
    }
}

impl RollbackRequest {
    /// The campaign that takes another one back.
    pub(super) fn campaign(self, of: &Campaign) -> Answer<Campaign> {
        let concurrency = self.concurrency.unwrap_or(of.concurrency);
        check_concurrency(concurrency)?;
        let named = self
            .name
            .unwrap_or_else(|| format!("{}, taken back", of.name));
        let now = clock::now();
        Ok(Campaign {
            id: clock::new_id(),
            name: name(&named),
            concurrency,
            plan: CampaignPlan {
                // What has to go back does not go by stages, and as soon as possible.
                stages: Vec::new(),
                windows: None,
                overdue_hours: 0,
                ..of.plan.clone()
            },
            rollback_of: Some(of.id),
            state: state(self.start),
            reason: None,
            stage: 0,
            created: now,
            started: self.start.then_some(now),
            ended: None,
            ..of.clone()
        })
    }
}

fn name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(128).collect()
}

fn state(start: bool) -> CampaignState {
    match start {
        true => CampaignState::Running,
        false => CampaignState::Draft,
    }
}

fn check_concurrency(concurrency: u32) -> Answer<()> {
    match concurrency {
        0 => Err(ApiError::bad(
            "`concurrency` is 0",
            "let at least one device be under way",
        )),
        _ => Ok(()),
    }
}

fn check_stages(stages: &[CampaignStage]) -> Answer<()> {
    let wrong = |why: String| {
        let fix = "write stages like [{\"count\": 5}, {\"percent\": 10}, {\"percent\": 100}]";
        Err(ApiError::bad(why, fix))
    };
    if stages.len() > CAMPAIGN_STAGES {
        return wrong(format!("there are more than {CAMPAIGN_STAGES} stages"));
    }
    let mut before = 0;
    for stage in stages {
        match *stage {
            CampaignStage::Count(0) | CampaignStage::Percent(0) => {
                return wrong("a stage takes no device".into());
            }
            CampaignStage::Percent(percent) if percent > 100 => {
                return wrong(format!("a stage takes {percent} %"));
            }
            CampaignStage::Percent(percent) if percent <= before => {
                return wrong(format!(
                    "a stage takes {percent} %, which the one before has reached"
                ));
            }
            CampaignStage::Percent(percent) => before = percent,
            CampaignStage::Count(_) => {}
        }
    }
    match stages.last() {
        None | Some(CampaignStage::Percent(100)) => Ok(()),
        Some(_) => wrong("the last stage does not take all devices".into()),
    }
}
