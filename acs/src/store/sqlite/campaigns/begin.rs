//! A campaign begins: its devices are chosen by readers, however long that takes, and written in steps the writer does
//! not feel.
//!
//! A campaign of many devices is a draft until the last of them is written, so nothing of it happens before. If the
//! server ends meanwhile it stays one, and starting it chooses anew.

use super::super::engine::Tx;
use super::super::rows::{Ms, json, word};
use super::super::{SqliteStore, audit, watch};
use super::members::{self, Chosen, Member};
use super::rows::{insert, one};
use crate::limits::CAMPAIGN_DEVICES_AT_ONCE;
use crate::store::{
    Actor, Campaign, CampaignEstimate, CampaignState, Consent, Id, Result, StoreError,
};
use data_model::Timestamp;
use rusqlite::params;
use std::sync::Arc;

/// What begins.
#[derive(Clone)]
enum Beginning {
    /// A campaign nobody knows yet.
    New,
    /// A draft, as it was when its devices were chosen.
    Draft,
}

impl SqliteStore {
    /// Makes a campaign; unless it is a draft, with its devices.
    pub(super) async fn create(
        &self,
        actor: &Actor,
        campaign: Campaign,
        consent: Consent,
    ) -> Result<Campaign> {
        let now = campaign.created;
        if campaign.state == CampaignState::Draft {
            let (actor, kept) = (actor.clone(), campaign.clone());
            self.engine
                .write(move |tx| {
                    insert(tx.db, &kept)?;
                    created(tx, &actor, &kept)
                })
                .await?;
            return Ok(campaign);
        }
        let chosen = self.choose(&campaign, now).await?;
        chosen.agreed(consent)?;
        self.begin(actor, &campaign, chosen, Beginning::New, now)
            .await?;
        Ok(campaign)
    }

    /// Starts a draft.
    pub(super) async fn start(
        &self,
        actor: &Actor,
        id: Id,
        consent: Consent,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let Some(campaign) = self.engine.read(move |db| one(db, id)).await? else {
            return Ok(None);
        };
        if campaign.state != CampaignState::Draft {
            let why = "the campaign was started before";
            return Err(StoreError::Conflict(why.into()));
        }
        let chosen = self.choose(&campaign, now).await?;
        chosen.agreed(consent)?;
        self.begin(actor, &campaign, chosen, Beginning::Draft, now)
            .await
            .map(Some)
    }

    /// What a campaign would do.
    pub(super) async fn estimate(
        &self,
        campaign: &Campaign,
        now: Timestamp,
    ) -> Result<CampaignEstimate> {
        let chosen = self.choose(campaign, now).await?;
        Ok(chosen.estimate(&campaign.plan.stages))
    }

    /// The devices of a campaign, and what becomes of each.
    async fn choose(&self, campaign: &Campaign, now: Timestamp) -> Result<Chosen> {
        let keys = match campaign.rollback_of {
            Some(_) => Vec::new(),
            None => {
                let (selector, scope) = (campaign.selector.clone(), campaign.scope.clone());
                self.found(selector, scope, now).await?
            }
        };
        let campaign = campaign.clone();
        self.engine
            .read(move |db| members::choose(db, &campaign, &keys, now))
            .await
    }

    async fn begin(
        &self,
        actor: &Actor,
        campaign: &Campaign,
        chosen: Chosen,
        beginning: Beginning,
        now: Timestamp,
    ) -> Result<()> {
        let (actor, campaign) = (actor.clone(), Arc::new(campaign.clone()));
        let chosen = Arc::new(chosen);
        let few = chosen.members.len() <= CAMPAIGN_DEVICES_AT_ONCE;
        let first = {
            let (actor, campaign, chosen) = (actor.clone(), campaign.clone(), chosen.clone());
            let beginning = beginning.clone();
            move |tx: &mut Tx<'_>| {
                let turn = take_turn(tx, &actor, &campaign, &beginning)?;
                if few {
                    write(tx, &campaign, &chosen.members, now)?;
                    finish(tx, &actor, &campaign, &chosen, &beginning, now)?;
                }
                Ok(turn)
            }
        };
        let turn = self.engine.write(first).await?;
        if few {
            return Ok(());
        }
        for begin in (0..chosen.members.len()).step_by(CAMPAIGN_DEVICES_AT_ONCE) {
            let (campaign, chosen) = (campaign.clone(), chosen.clone());
            let step = move |tx: &mut Tx<'_>| {
                goes_on(tx, campaign.id, turn)?;
                let end = chosen.members.len().min(begin + CAMPAIGN_DEVICES_AT_ONCE);
                write(tx, &campaign, &chosen.members[begin..end], now)
            };
            self.engine.write(step).await?;
        }
        let last = move |tx: &mut Tx<'_>| {
            goes_on(tx, campaign.id, turn)?;
            finish(tx, &actor, &campaign, &chosen, &beginning, now)
        };
        self.engine.write(last).await
    }
}

/// Makes the campaign, or sees that the draft is what its devices were chosen for. Gives the turn: whoever takes another
/// one ends this one.
fn take_turn(
    tx: &mut Tx<'_>,
    actor: &Actor,
    campaign: &Campaign,
    beginning: &Beginning,
) -> Result<i64> {
    match beginning {
        Beginning::New => {
            let draft = Campaign {
                state: CampaignState::Draft,
                started: None,
                ..campaign.clone()
            };
            insert(tx.db, &draft)?;
            created(tx, actor, campaign)?;
        }
        Beginning::Draft => {
            if one(tx.db, campaign.id)?.as_ref() != Some(campaign) {
                return Err(changed());
            }
        }
    }
    let sql = "DELETE FROM campaign_device WHERE campaign = ?1";
    tx.db.prepare_cached(sql)?.execute([campaign.id])?;
    let sql = "UPDATE campaign SET turn = turn + 1 WHERE id = ?1 RETURNING turn";
    let mut statement = tx.db.prepare_cached(sql)?;
    Ok(statement.query_row([campaign.id], |row| row.get(0))?)
}

fn created(tx: &mut Tx<'_>, actor: &Actor, campaign: &Campaign) -> Result<()> {
    let subject = format!("{} {}", campaign.id, campaign.name);
    audit::add(tx, actor, "campaign.create", subject, campaign.created)
}

fn changed() -> StoreError {
    let why = "the draft was changed, started or given up while its devices were chosen; look at it and try again";
    StoreError::Conflict(why.into())
}

/// An error if somebody else has begun or changed the draft meanwhile.
fn goes_on(tx: &Tx<'_>, id: Id, turn: i64) -> Result<()> {
    let sql = "SELECT 1 FROM campaign WHERE id = ?1 AND state = 'draft' AND turn = ?2";
    match tx.db.prepare_cached(sql)?.exists(params![id, turn])? {
        true => Ok(()),
        false => Err(changed()),
    }
}

/// Writes some of its devices; those that were forgotten meanwhile are left out.
fn write(tx: &mut Tx<'_>, campaign: &Campaign, members: &[Member], now: Timestamp) -> Result<()> {
    let sql =
        "INSERT INTO campaign_device (campaign, device, step, fault, updated, stage, from_version,
               target_file, target) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
               WHERE EXISTS (SELECT 1 FROM device WHERE id = ?2)";
    for member in members {
        tx.db.prepare_cached(sql)?.execute(params![
            campaign.id,
            member.device,
            word(&member.step),
            member.fault.as_ref().map(json),
            Ms(now),
            member.stage,
            member.version,
            member.target_file,
            member.target,
        ])?;
        watch::moved(tx, member.device, campaign.id)?;
    }
    Ok(())
}

/// All its devices are written: it runs.
fn finish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    campaign: &Campaign,
    chosen: &Chosen,
    beginning: &Beginning,
    now: Timestamp,
) -> Result<()> {
    for file in &chosen.files {
        let sql = "INSERT OR IGNORE INTO campaign_file (campaign, file) VALUES (?1, ?2)";
        tx.db
            .prepare_cached(sql)?
            .execute(params![campaign.id, file])?;
    }
    let started = match beginning {
        Beginning::New => campaign.started.unwrap_or(now),
        Beginning::Draft => now,
    };
    let sql = "UPDATE campaign SET state = 'running', started = ?2 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign.id, Ms(started)])?;
    match beginning {
        Beginning::New => Ok(()),
        Beginning::Draft => {
            let subject = format!("{} {}", campaign.id, campaign.name);
            audit::add(tx, actor, "campaign.start", subject, now)
        }
    }
}
