//! Looking back at a campaign: its devices, what happened to one of them, and what became of all.

use super::super::rows::{Ms, count, from_json, from_word, limit, readable};
use super::rows::{Tally, one};
use crate::limits::REPORT_REASONS;
use crate::store::{
    CampaignDevice, CampaignEvent, CampaignReport, Durations, FailureGroup, Id, Page, Result,
    TaskFault,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const DEVICE: &str = "device, step, task, fault, updated, stage, from_version, hops, started";

fn device(row: &Row<'_>) -> Result<CampaignDevice> {
    let device: Id = row.get(0)?;
    let fault: Option<String> = row.get(3)?;
    Ok(CampaignDevice {
        device,
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

/// The devices of a campaign.
pub(super) fn devices_of(db: &Connection, id: Id, page: Page<Id>) -> Result<Vec<CampaignDevice>> {
    let sql = format!(
        "SELECT {DEVICE} FROM campaign_device WHERE campaign = ?1 AND device > ?2 ORDER BY device LIMIT ?3"
    );
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![id, after, limit(page.limit)])?;
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
    let sql = format!("SELECT {DEVICE} FROM campaign_device WHERE campaign = ?1 AND device = ?2");
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

/// What became of a campaign.
pub(super) fn report(db: &Connection, id: Id) -> Result<Option<CampaignReport>> {
    if one(db, id)?.is_none() {
        return Ok(None);
    }
    let tally = Tally::of(db, id)?;
    Ok(Some(CampaignReport {
        counts: tally.counts(),
        stages: tally.by_stage(),
        failures: reasons(db, id, "failed")?,
        excluded: reasons(db, id, "excluded")?,
        durations: durations(db, id)?,
    }))
}

fn reasons(db: &Connection, id: Id, step: &str) -> Result<Vec<FailureGroup>> {
    let sql = "SELECT fault, count(*) AS devices FROM campaign_device
               WHERE campaign = ?1 AND step = ?2 AND fault IS NOT NULL
               GROUP BY fault ORDER BY devices DESC, fault LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, step, limit(REPORT_REASONS)])?;
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

fn durations(db: &Connection, id: Id) -> Result<Option<Durations>> {
    let of = "FROM campaign_device WHERE campaign = ?1 AND step = 'done' AND started IS NOT NULL";
    let sql = format!("SELECT count(*), min(updated - started), max(updated - started) {of}");
    let (number, shortest, longest): (i64, Option<i64>, Option<i64>) = db
        .prepare_cached(&sql)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let sql = format!("SELECT updated - started {of} ORDER BY 1 LIMIT 1 OFFSET ?2");
    let median: Option<i64> = db
        .prepare_cached(&sql)?
        .query_row(params![id, (number - 1).max(0) / 2], |row| row.get(0))
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
