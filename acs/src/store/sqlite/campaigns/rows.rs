//! Campaigns as rows, and how many of their devices are where.

use super::super::rows::{Ms, count, from_json, from_word, json, readable, word};
use super::super::scopes::within;
use crate::campaigns::stages::Standing;
use crate::query::sql::Bound;
use crate::store::{Campaign, CampaignCounts, CampaignState, CampaignStep, Id, Result, Scope};
use rusqlite::{Connection, ParamsFromIter, Row, params, params_from_iter};

const COLUMNS: &str =
    "id, name, file, target_version, selector, concurrency, failure_limit, state, created,
    plan, rollback_of, reason, stage, started, ended, scope";

fn campaign(row: &Row<'_>) -> Result<Campaign> {
    let id: Id = row.get(0)?;
    let selector: String = row.get(4)?;
    let plan: String = row.get(9)?;
    let time = |column| {
        row.get::<_, Option<Ms>>(column)
            .map(|ms| ms.map(|Ms(time)| time))
    };
    Ok(Campaign {
        id,
        name: row.get(1)?,
        file: row.get(2)?,
        target_version: row.get(3)?,
        selector: from_json(&selector, "campaign", id)?,
        concurrency: row.get(5)?,
        failure_limit: row.get(6)?,
        plan: from_json(&plan, "campaign", id)?,
        rollback_of: row.get(10)?,
        state: from_word(row.get(7)?, "campaign", id)?,
        reason: row.get(11)?,
        stage: row.get(12)?,
        created: row.get::<_, Ms>(8)?.0,
        started: time(13)?,
        ended: time(14)?,
        scope: from_json(&row.get::<_, String>(15)?, "campaign", id)?,
    })
}

/// Writes a campaign.
pub(super) fn insert(db: &Connection, campaign: &Campaign) -> Result<()> {
    let sql = format!(
        "INSERT INTO campaign ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
    );
    db.prepare_cached(&sql)?.execute(params![
        campaign.id,
        campaign.name,
        campaign.file,
        campaign.target_version,
        json(&campaign.selector),
        campaign.concurrency,
        campaign.failure_limit,
        word(&campaign.state),
        Ms(campaign.created),
        json(&campaign.plan),
        campaign.rollback_of,
        campaign.reason,
        campaign.stage,
        campaign.started.map(Ms),
        campaign.ended.map(Ms),
        json(&campaign.scope),
    ])?;
    Ok(())
}

/// A campaign by its key.
pub(super) fn one(db: &Connection, id: Id) -> Result<Option<Campaign>> {
    let sql = format!("SELECT {COLUMNS} FROM campaign WHERE id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(campaign).transpose()
}

/// How many devices of a campaign are where, by stage and by time zone.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Step, stage, zone if it is known, number.
    pub groups: Vec<(CampaignStep, u32, Option<String>, u64)>,
}

impl Tally {
    /// Counts all its devices.
    pub fn of(db: &Connection, id: Id) -> Result<Tally> {
        Tally::within(db, id, &Scope::default())
    }

    /// Counts those of a scope.
    pub fn within(db: &Connection, id: Id, scope: &Scope) -> Result<Tally> {
        let (condition, tags) = within(scope, "c.device");
        let sql = format!(
            "SELECT step, stage, zone, count(*) FROM campaign_device c WHERE campaign = ? AND {condition}
             GROUP BY step, stage, zone"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query(bound(id, &tags, &[]))?;
        let mut groups = Vec::new();
        while let Some(row) = rows.next()? {
            let step = from_word(row.get(0)?, "campaign_device", id)?;
            groups.push((step, row.get(1)?, row.get(2)?, count(row.get(3)?)));
        }
        Ok(Tally { groups })
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// All stages together.
    pub fn counts(&self) -> CampaignCounts {
        let mut counts = CampaignCounts::default();
        for (step, _, _, number) in &self.groups {
            *counts.of(*step) += number;
        }
        counts
    }

    /// Each stage for itself.
    pub fn by_stage(&self) -> Vec<CampaignCounts> {
        let stages = self.groups.iter().map(|(_, stage, _, _)| *stage + 1).max();
        let mut counts = vec![CampaignCounts::default(); stages.unwrap_or(0) as usize];
        for (step, stage, _, number) in &self.groups {
            if let Some(counts) = counts.get_mut(*stage as usize) {
                *counts.of(*step) += number;
            }
        }
        counts
    }

    /// How each of so many stages stands.
    pub fn standings(&self, stages: usize) -> Vec<Standing> {
        let mut counts = self.by_stage();
        counts.resize(stages.max(counts.len()), CampaignCounts::default());
        let standing = |counts: CampaignCounts| Standing {
            pending: counts.pending,
            under_way: counts.upgrading + counts.verifying,
            done: counts.done,
            failed: counts.failed,
        };
        counts.into_iter().map(standing).collect()
    }
}

/// What stands for the question marks of a statement about a campaign and the devices of a scope.
pub(super) fn bound(id: Id, tags: &[String], rest: &[Bound]) -> ParamsFromIter<Vec<Bound>> {
    let tags = tags.iter().cloned().map(Bound::Text);
    let mut all = vec![Bound::Integer(id.to_i64())];
    all.extend(tags.chain(rest.iter().cloned()));
    params_from_iter(all)
}

/// A campaign as whoever has a scope sees it, with the counts of that scope. Nothing of it is there for them if it has
/// no device of theirs, unless it is restricted to what they have.
pub(super) fn seen(
    db: &Connection,
    campaign: Campaign,
    scope: &Scope,
) -> Result<Option<(Campaign, Tally)>> {
    let tally = Tally::within(db, campaign.id, scope)?;
    let is_there = campaign.scope.is_within(scope) || !tally.is_empty();
    Ok(is_there.then_some((campaign, tally)))
}

/// A campaign with the counts of a scope.
pub(super) fn find(
    db: &Connection,
    id: Id,
    scope: &Scope,
) -> Result<Option<(Campaign, CampaignCounts)>> {
    let Some(campaign) = one(db, id)? else {
        return Ok(None);
    };
    let seen = seen(db, campaign, scope)?;
    Ok(seen.map(|(campaign, tally)| (campaign, tally.counts())))
}

/// All campaigns with the counts of a scope, newest first.
pub(super) fn list(db: &Connection, scope: &Scope) -> Result<Vec<(Campaign, CampaignCounts)>> {
    let sql = format!("SELECT {COLUMNS} FROM campaign ORDER BY id DESC");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut campaigns = Vec::new();
    while let Some(row) = rows.next()? {
        let record = campaign(row).and_then(|campaign| seen(db, campaign, scope));
        let record = readable(record)?.flatten();
        campaigns.extend(record.map(|(campaign, tally)| (campaign, tally.counts())));
    }
    Ok(campaigns)
}

/// The campaigns that run.
pub(super) fn running(db: &Connection) -> Result<Vec<Campaign>> {
    let sql = format!("SELECT {COLUMNS} FROM campaign WHERE state = 'running' ORDER BY id");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut campaigns = Vec::new();
    while let Some(row) = rows.next()? {
        campaigns.extend(readable(campaign(row))?);
    }
    Ok(campaigns)
}

/// Moves a campaign to a state, and says why.
pub(super) fn set_state(
    db: &Connection,
    id: Id,
    state: CampaignState,
    reason: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE campaign SET state = ?2, reason = ?3 WHERE id = ?1";
    db.prepare_cached(sql)?
        .execute(params![id, word(&state), reason])?;
    Ok(())
}
