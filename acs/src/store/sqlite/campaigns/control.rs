//! What people decide of a campaign: pause, resume, abort; and what must stay while it lasts.

use super::super::engine::Tx;
use super::super::rows::{Ms, json, word};
use super::super::{audit, audit_words, tasks};
use super::rows::{Tally, one, set_state};
use crate::store::{Actor, Campaign, CampaignState, Id, Result, StoreError};
use data_model::Timestamp;
use rusqlite::{Connection, params};

/// Replaces what a draft says; its key, its scope and when it was made stay.
pub(super) fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<Option<()>> {
    let Some(before) = one(tx.db, campaign.id)? else {
        return Ok(None);
    };
    let refused = |why: &str| Err(StoreError::Conflict(why.into()));
    match before.state {
        CampaignState::Draft if before.rollback_of.is_some() => {
            return refused(
                "a draft that takes a campaign back follows from that campaign; abort it and make another one",
            );
        }
        CampaignState::Draft => {}
        CampaignState::Running | CampaignState::Paused => {
            return refused(
                "the campaign was started, and what devices were told cannot be changed; abort it and make another one",
            );
        }
        CampaignState::Done | CampaignState::Aborted => {
            return refused("the campaign has ended; make another one");
        }
    }
    let sql = "UPDATE campaign SET name = ?2, file = ?3, target_version = ?4, selector = ?5, concurrency = ?6,
               failure_limit = ?7, plan = ?8, turn = turn + 1 WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute(params![
        campaign.id,
        campaign.name,
        campaign.file,
        campaign.target_version,
        json(&campaign.selector),
        campaign.concurrency,
        campaign.failure_limit,
        json(&campaign.plan),
    ])?;
    let after = one(tx.db, campaign.id)?;
    let change = audit::Change {
        before: Some(json(&before)),
        after: after.as_ref().map(json),
    };
    let subject = format!("{} {}", campaign.id, campaign.name);
    audit::add_change(tx, actor, "campaign.edit", subject, change, now)?;
    Ok(Some(()))
}

/// Pauses, resumes or aborts a campaign.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    state: CampaignState,
    now: Timestamp,
) -> Result<Option<()>> {
    let Some(campaign) = one(tx.db, id)? else {
        return Ok(None);
    };
    let refused = |why: &str| Err(StoreError::Conflict(why.into()));
    let action = match (campaign.state, state) {
        (CampaignState::Done | CampaignState::Aborted, _) => {
            return refused("the campaign has ended");
        }
        (CampaignState::Draft, CampaignState::Running | CampaignState::Paused) => {
            return refused("the campaign was not started yet");
        }
        (_, CampaignState::Draft) => {
            return refused("a campaign that was started is no draft any more");
        }
        (_, CampaignState::Done) => {
            return refused("a campaign is done when its devices are; it can be aborted");
        }
        (_, CampaignState::Running) => {
            forgive(tx, id, campaign.stage, now)?;
            "campaign.resume"
        }
        (_, CampaignState::Paused) => "campaign.pause",
        (_, CampaignState::Aborted) => {
            tasks::cancel_of_campaign(tx, id, now)?;
            let sql = "UPDATE campaign SET ended = ?2 WHERE id = ?1";
            tx.db.prepare_cached(sql)?.execute(params![id, Ms(now)])?;
            "campaign.abort"
        }
    };
    set_state(tx.db, id, state, None)?;
    let subject = format!("{id} {}", campaign.name);
    let change = audit_words::change(Some(word(&campaign.state)), word(&state));
    audit::add_change(tx, actor, action, subject, change, now)?;
    Ok(Some(()))
}

/// Whoever lets it go on has seen these failures, and a stage that has fallen short.
fn forgive(tx: &Tx<'_>, id: Id, stage: u32, now: Timestamp) -> Result<()> {
    let tally = Tally::of(tx.db, id)?;
    let of_stage = tally
        .by_stage()
        .get(stage as usize)
        .copied()
        .unwrap_or_default();
    let over = of_stage.pending + of_stage.upgrading + of_stage.verifying == 0;
    let sql = "UPDATE campaign SET forgiven = ?2, forgiven_in_stage = ?3, resumed = ?4, waived = ?5 WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute(params![
        id,
        tally.counts().failed.cast_signed(),
        of_stage.failed.cast_signed(),
        Ms(now),
        over.then_some(stage),
    ])?;
    Ok(())
}

/// Whether a campaign that has not ended needs a file.
pub(in super::super) fn needs_file(db: &Connection, file: Id) -> Result<bool> {
    let sql = "SELECT 1 FROM campaign c WHERE state IN ('draft', 'running', 'paused')
               AND (file = ?1 OR EXISTS (SELECT 1 FROM campaign_file f WHERE f.campaign = c.id AND f.file = ?1))";
    Ok(db.prepare_cached(sql)?.exists([file])?)
}
