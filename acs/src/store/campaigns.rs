//! What the store promises of campaigns: a part of [`Store`](super::Store) with a file of its own.

use super::{
    Actor, Campaign, CampaignCounts, CampaignDevice, CampaignEstimate, CampaignEvent,
    CampaignReport, CampaignState, CampaignStep, Consent, Freeze, Id, LineCheck, Observed, Page,
    Result, Scope,
};
use async_trait::async_trait;
use data_model::Timestamp;

/// Campaigns, their devices, and the freeze calendar. The habits of [`Store`](super::Store) hold here too, and its
/// transactions are shared: Informs and ends of tasks move devices on.
#[async_trait]
pub trait CampaignStore: Send + Sync + 'static {
    /// Creates a campaign. Unless it is a draft, with the devices its selector finds at this moment (those another one
    /// has upgraded, if it takes that one back): those that report the target version already are skipped, those that
    /// cannot get there are excluded with the reason. One of many devices is a draft until the last of them is written.
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if it would
    /// upgrade more devices than was agreed to (case U06).
    async fn campaign_create(
        &self,
        actor: &Actor,
        campaign: Campaign,
        consent: Consent,
    ) -> Result<Campaign>;

    /// Starts a draft, with the devices of this moment. `None` if there is none;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if it was started before or is changed meanwhile, or as for a
    /// new one.
    async fn campaign_start(
        &self,
        actor: &Actor,
        campaign: Id,
        consent: Consent,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Replaces what a draft says, but for its key, its scope and when it was made. `None` if there is no such campaign;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if it is no draft, or takes another campaign back.
    async fn campaign_edit(
        &self,
        actor: &Actor,
        campaign: Campaign,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// A campaign as whoever has a scope sees it: with the counts of their devices. `None` also if it has none of
    /// theirs, unless it is restricted to what they have.
    async fn campaign_within(
        &self,
        campaign: Id,
        scope: &Scope,
    ) -> Result<Option<(Campaign, CampaignCounts)>>;

    /// All campaigns as whoever has a scope sees them, newest first.
    async fn campaigns_within(&self, scope: &Scope) -> Result<Vec<(Campaign, CampaignCounts)>>;

    /// The devices of a campaign that are of a scope, in the order of their keys; with `step` those that are there.
    async fn campaign_devices_within(
        &self,
        campaign: Id,
        scope: &Scope,
        step: Option<CampaignStep>,
        page: Page<Id>,
    ) -> Result<Vec<CampaignDevice>>;

    /// What became of the devices of a scope; `None` as for [`CampaignStore::campaign_within`].
    async fn campaign_report_within(
        &self,
        campaign: Id,
        scope: &Scope,
    ) -> Result<Option<CampaignReport>>;

    /// What a campaign would do if it began at this moment; keeps nothing.
    async fn campaign_estimate(
        &self,
        campaign: Campaign,
        now: Timestamp,
    ) -> Result<CampaignEstimate>;

    /// A campaign by its key, with its counts.
    async fn campaign_find(&self, campaign: Id) -> Result<Option<(Campaign, CampaignCounts)>>;

    /// All campaigns with their counts, newest first.
    async fn campaign_list(&self) -> Result<Vec<(Campaign, CampaignCounts)>>;

    /// The campaigns that run, oldest first.
    async fn campaigns_running(&self) -> Result<Vec<Campaign>>;

    /// The devices of a campaign, in the order of their keys.
    async fn campaign_devices(&self, campaign: Id, page: Page<Id>) -> Result<Vec<CampaignDevice>>;

    /// A device of a campaign with everything that happened to it there, the oldest first.
    async fn campaign_device(
        &self,
        campaign: Id,
        device: Id,
    ) -> Result<Option<(CampaignDevice, Vec<CampaignEvent>)>>;

    /// What became of a campaign so far.
    async fn campaign_report(&self, campaign: Id) -> Result<Option<CampaignReport>>;

    /// Moves a campaign on by one step: ends it when every device has ended, pauses it when too many have failed,
    /// opens the next stage when the one before has succeeded, and otherwise starts as many pending devices of the open
    /// stages as its concurrency allows and whose windows are open, each with a download task that gets one of
    /// `task_ids`; no more devices are started than there are keys. Says which were started.
    async fn campaign_advance(
        &self,
        campaign: Id,
        task_ids: Vec<Id>,
        now: Timestamp,
    ) -> Result<Vec<Id>>;

    /// Pauses, resumes or aborts a campaign. `None` if there is none;
    /// [`StoreError::Conflict`](super::StoreError::Conflict) if it has ended, or was not started.
    async fn campaign_set_state(
        &self,
        actor: &Actor,
        campaign: Id,
        state: CampaignState,
        now: Timestamp,
    ) -> Result<Option<()>>;

    /// Fails devices that were transferred at or before `deadline` and have not reported the version, and those whose
    /// lines have not registered in their time.
    async fn campaign_expire_verifying(&self, deadline: Timestamp, now: Timestamp) -> Result<u64>;

    /// What is to be asked of a device before this task's Download leaves; `None` for nothing.
    async fn campaign_line_check(&self, task: Id) -> Result<Option<LineCheck>>;

    /// Somebody is on the phone: the task goes back into the queue until then, and that is no attempt at it.
    async fn campaign_busy(
        &self,
        task: Id,
        why: String,
        not_before: Timestamp,
        now: Timestamp,
    ) -> Result<()>;

    /// Keeps what was read of the lines of a device before its Download leaves.
    async fn campaign_lines_seen(&self, task: Id, observed: Observed, now: Timestamp)
    -> Result<()>;

    /// The campaign that brings this file to this device, with the bytes a second all its downloads have together;
    /// `None` if there is no such limit.
    async fn campaign_rate(&self, device: Id, file: Id) -> Result<Option<(Id, u64)>>;

    /// The freeze calendar.
    async fn freezes(&self) -> Result<Vec<Freeze>>;

    /// Replaces the freeze calendar.
    async fn freezes_put(&self, actor: &Actor, freezes: Vec<Freeze>, now: Timestamp) -> Result<()>;
}
