//! Looking back at a campaign: its devices, what happened to one of them, and what became of all.

use super::super::rows::{Ms, count, from_json, from_word, limit, readable, word};
use super::super::scopes::within;
use super::rows::{bound, one, seen};
use crate::limits::REPORT_REASONS;
use crate::query::sql::Bound;
use crate::store::{
    CampaignDevice, CampaignEvent, CampaignReport, CampaignStep, Durations, FailureGroup, Id, Page,
    Result, Scope, TaskFault,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const DEVICE: &str = "device, step, task, fault, updated, stage, from_version, hops, started,
    (SELECT identity FROM device WHERE device.id = c.device)";

fn device(row: &Row<'_>) -> Result<CampaignDevice> {
    let device: Id = row.get(0)?;
    let fault: Option<String> = row.get(3)?;
    Ok(CampaignDevice {
        device,
        identity: row.get(9)?,
        step: from_word(row.get(1)?, "campaign_device", device)?,
        task: row.get(2)?,
        fault: fault
            .map(|text| from_json(&text, "campaign_device", device))
            .transpose()?,
        updated: row.get::<_, Ms>(4)?.0,
        stage: row.get(5)?,
        from_version: row.get(6)?,
        hops: row.get(7)?,
        started: row.get::<_, Option<Ms>>(8)?.map(|Ms(time)| time),
    })
}

/// The devices of a campaign that are of a scope; with `step` those that are there.
pub(super) fn devices_of(
    db: &Connection,
    id: Id,
    scope: &Scope,
    step: Option<CampaignStep>,
    page: Page<Id>,
) -> Result<Vec<CampaignDevice>> {
    let (condition, tags) = within(scope, "c.device");
    let sql = format!(
        "SELECT {DEVICE} FROM campaign_device c
         WHERE campaign = ? AND {condition} AND (? = '' OR step = ?) AND device > ?
         ORDER BY device LIMIT ?"
    );
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let step = Bound::Text(step.as_ref().map(word).unwrap_or_default());
    let rest = [
        step.clone(),
        step,
        Bound::Integer(after),
        Bound::Integer(limit(page.limit)),
    ];
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(bound(id, &tags, &rest))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(device(row)?);
    }
    Ok(found)
}

/// A device of a campaign, and what happened to it, the oldest first.
pub(super) fn device_of(
    db: &Connection,
    id: Id,
    of: Id,
) -> Result<Option<(CampaignDevice, Vec<CampaignEvent>)>> {
    let sql = format!("SELECT {DEVICE} FROM campaign_device c WHERE campaign = ?1 AND device = ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![id, of])?;
    let Some(found) = rows.next()?.map(device).transpose()? else {
        return Ok(None);
    };
    let sql = "SELECT at, step, task, text, fault FROM campaign_event
               WHERE campaign = ?1 AND device = ?2 ORDER BY number";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, of])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.extend(readable(event(row, of))?);
    }
    Ok(Some((found, events)))
}

fn event(row: &Row<'_>, device: Id) -> Result<CampaignEvent> {
    let fault: Option<String> = row.get(4)?;
    Ok(CampaignEvent {
        at: row.get::<_, Ms>(0)?.0,
        step: from_word(row.get(1)?, "campaign_event", device)?,
        task: row.get(2)?,
        text: row.get(3)?,
        fault: fault
            .map(|text| from_json(&text, "campaign_event", device))
            .transpose()?,
    })
}

/// What became of a campaign, as far as the devices of a scope go.
pub(super) fn report(db: &Connection, id: Id, scope: &Scope) -> Result<Option<CampaignReport>> {
    let Some(campaign) = one(db, id)? else {
        return Ok(None);
    };
    let Some((_, tally)) = seen(db, campaign, scope)? else {
        return Ok(None);
    };
    Ok(Some(CampaignReport {
        counts: tally.counts(),
        stages: tally.by_stage(),
        failures: reasons(db, id, scope, "failed")?,
        excluded: reasons(db, id, scope, "excluded")?,
        durations: durations(db, id, scope)?,
    }))
}

fn reasons(db: &Connection, id: Id, scope: &Scope, step: &str) -> Result<Vec<FailureGroup>> {
    let (condition, tags) = within(scope, "c.device");
    let sql = format!(
        "SELECT fault, count(*) AS devices FROM campaign_device c
         WHERE campaign = ? AND {condition} AND step = ? AND fault IS NOT NULL
         GROUP BY fault ORDER BY devices DESC, fault LIMIT ?"
    );
    let most = Bound::Integer(limit(REPORT_REASONS));
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(bound(id, &tags, &[Bound::Text(step.into()), most]))?;
    let mut groups = Vec::new();
    while let Some(row) = rows.next()? {
        let fault: String = row.get(0)?;
        let fault: TaskFault = from_json(&fault, "campaign_device", id)?;
        groups.push(FailureGroup {
            code: fault.code,
            text: fault.text,
            devices: count(row.get(1)?),
        });
    }
    Ok(groups)
}

fn durations(db: &Connection, id: Id, scope: &Scope) -> Result<Option<Durations>> {
    let (condition, tags) = within(scope, "c.device");
    let of = format!(
        "FROM campaign_device c WHERE campaign = ? AND {condition} AND step = 'done' AND started IS NOT NULL"
    );
    let sql = format!("SELECT count(*), min(updated - started), max(updated - started) {of}");
    let (number, shortest, longest): (i64, Option<i64>, Option<i64>) = db
        .prepare_cached(&sql)?
        .query_row(bound(id, &tags, &[]), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let sql = format!("SELECT updated - started {of} ORDER BY 1 LIMIT 1 OFFSET ?");
    let middle = [Bound::Integer((number - 1).max(0) / 2)];
    let median: Option<i64> = db
        .prepare_cached(&sql)?
        .query_row(bound(id, &tags, &middle), |row| row.get(0))
        .optional()?;
    let secs = |ms: i64| count(ms) / 1000;
    Ok(match (shortest, median, longest) {
        (Some(shortest), Some(median), Some(longest)) => Some(Durations {
            shortest_secs: secs(shortest),
            median_secs: secs(median),
            longest_secs: secs(longest),
        }),
        _ => None,
    })
}
