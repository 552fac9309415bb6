//! Campaigns as the trait has them: each method is one line of dispatch.

use super::super::SqliteStore;
use super::{advance, control, freezes, lines, report, rows, steps};
use crate::store::{
    Actor, Campaign, CampaignCounts, CampaignDevice, CampaignEstimate, CampaignEvent,
    CampaignReport, CampaignState, CampaignStep, CampaignStore, Consent, Freeze, Id, LineCheck,
    Observed, Page, Result, Scope,
};
use async_trait::async_trait;
use data_model::Timestamp;

#[async_trait]
impl CampaignStore for SqliteStore {
    async fn campaign_create(
        &self,
        actor: &Actor,
        campaign: Campaign,
        consent: Consent,
    ) -> Result<Campaign> {
        self.create(actor, campaign, consent).await
    }

    async fn campaign_start(
        &self,
        actor: &Actor,
        campaign: Id,
        consent: Consent,
        now: Timestamp,
    ) -> Result<Option<()>> {
        self.start(actor, campaign, consent, now).await
    }

    async fn campaign_estimate(
        &self,
        campaign: Campaign,
        now: Timestamp,
    ) -> Result<CampaignEstimate> {
        self.estimate(&campaign, now).await
    }

    async fn campaign_find(&self, campaign: Id) -> Result<Option<(Campaign, CampaignCounts)>> {
        self.campaign_within(campaign, &Scope::default()).await
    }

    async fn campaign_list(&self) -> Result<Vec<(Campaign, CampaignCounts)>> {
        self.campaigns_within(&Scope::default()).await
    }

    async fn campaigns_running(&self) -> Result<Vec<Campaign>> {
        self.engine.read(rows::running).await
    }

    async fn campaign_devices(&self, campaign: Id, page: Page<Id>) -> Result<Vec<CampaignDevice>> {
        let fleet = Scope::default();
        self.campaign_devices_within(campaign, &fleet, None, page)
            .await
    }

    async fn campaign_device(
        &self,
        campaign: Id,
        device: Id,
    ) -> Result<Option<(CampaignDevice, Vec<CampaignEvent>)>> {
        self.engine
            .read(move |db| report::device_of(db, campaign, device))
            .await
    }

    async fn campaign_report(&self, campaign: Id) -> Result<Option<CampaignReport>> {
        let fleet = Scope::default();
        self.campaign_report_within(campaign, &fleet).await
    }

    async fn campaign_edit(
        &self,
        actor: &Actor,
        campaign: Campaign,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| control::edit(tx, &actor, &campaign, now))
            .await
    }

    async fn campaign_within(
        &self,
        campaign: Id,
        scope: &Scope,
    ) -> Result<Option<(Campaign, CampaignCounts)>> {
        let scope = scope.clone();
        self.engine
            .read(move |db| rows::find(db, campaign, &scope))
            .await
    }

    async fn campaigns_within(&self, scope: &Scope) -> Result<Vec<(Campaign, CampaignCounts)>> {
        let scope = scope.clone();
        self.engine.read(move |db| rows::list(db, &scope)).await
    }

    async fn campaign_devices_within(
        &self,
        campaign: Id,
        scope: &Scope,
        step: Option<CampaignStep>,
        page: Page<Id>,
    ) -> Result<Vec<CampaignDevice>> {
        let scope = scope.clone();
        self.engine
            .read(move |db| report::devices_of(db, campaign, &scope, step, page))
            .await
    }

    async fn campaign_report_within(
        &self,
        campaign: Id,
        scope: &Scope,
    ) -> Result<Option<CampaignReport>> {
        let scope = scope.clone();
        self.engine
            .read(move |db| report::report(db, campaign, &scope))
            .await
    }

    async fn campaign_advance(
        &self,
        campaign: Id,
        task_ids: Vec<Id>,
        now: Timestamp,
    ) -> Result<Vec<Id>> {
        // Most of the time there is nothing to do; what it takes to see that is not for the writer.
        let prospect = self
            .engine
            .read(move |db| advance::prospect(db, campaign, now));
        let Some(prospect) = prospect.await? else {
            return Ok(Vec::new());
        };
        self.engine
            .write(move |tx| advance::advance(tx, campaign, &task_ids, prospect, now))
            .await
    }

    async fn campaign_set_state(
        &self,
        actor: &Actor,
        campaign: Id,
        state: CampaignState,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| control::decide(tx, &actor, campaign, state, now))
            .await
    }

    async fn campaign_expire_verifying(&self, deadline: Timestamp, now: Timestamp) -> Result<u64> {
        self.engine
            .write(move |tx| steps::expire_verifying(tx, deadline, now))
            .await
    }

    async fn campaign_line_check(&self, task: Id) -> Result<Option<LineCheck>> {
        self.engine.read(move |db| lines::check(db, task)).await
    }

    async fn campaign_busy(
        &self,
        task: Id,
        why: String,
        not_before: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| lines::busy(tx, task, &why, not_before, now))
            .await
    }

    async fn campaign_lines_seen(
        &self,
        task: Id,
        observed: Observed,
        now: Timestamp,
    ) -> Result<()> {
        self.engine
            .write(move |tx| lines::before(tx, task, &observed, now))
            .await
    }

    async fn campaign_rate(&self, device: Id, file: Id) -> Result<Option<(Id, u64)>> {
        self.engine
            .read(move |db| steps::rate(db, device, file))
            .await
    }

    async fn freezes(&self) -> Result<Vec<Freeze>> {
        self.engine.read(freezes::list).await
    }

    async fn freezes_put(&self, actor: &Actor, freezes: Vec<Freeze>, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| freezes::put(tx, &actor, &freezes, now))
            .await
    }
}
