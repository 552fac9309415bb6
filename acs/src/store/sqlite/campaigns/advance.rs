//! Moves a campaign on by one step: what [`crate::campaigns::stages`] decides is done.

use super::super::engine::Tx;
use super::super::rows::{Ms, count, json, limit, word};
use super::super::{audit, devices, snapshots, tasks};
use super::rows::{Tally, one, set_state};
use super::steps::{Happening, note};
use super::{freezes, members};
use crate::campaigns::calendar::{FrozenDays, Touch, touch};
use crate::campaigns::eligible::{Facts, Fate};
use crate::campaigns::path::stuck;
use crate::campaigns::stages::{Move, Situation, decide};
use crate::limits::{CAMPAIGN_WAIT_MS, CAMPAIGN_ZONES};
use crate::store::{
    Actor, Campaign, CampaignState, CampaignStep, Id, NewTask, Result, TaskFault, TaskKind,
};
use crate::zone::Zone;
use data_model::Timestamp;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// Moves a campaign on; gives the devices that were started.
pub(super) fn advance(tx: &mut Tx<'_>, id: Id, task_ids: &[Id], now: Timestamp) -> Result<Vec<Id>> {
    let running = one(tx.db, id)?.filter(|campaign| campaign.state == CampaignState::Running);
    let Some(mut campaign) = running else {
        return Ok(Vec::new());
    };
    let tally = Tally::of(tx.db, id)?;
    let stages = tally.standings(campaign.plan.stages.len().max(1));
    let mut past = past(tx.db, &campaign)?;
    loop {
        let situation = Situation {
            plan: &campaign.plan,
            concurrency: campaign.concurrency,
            failure_limit: campaign.failure_limit,
            stage: campaign.stage,
            stages: &stages,
            forgiven: past.forgiven,
            forgiven_in_stage: past.forgiven_in_stage,
            waived: past.waived,
            failed_of_last: past.failed_of_last,
        };
        match decide(&situation) {
            Move::Done => {
                end(tx, &campaign, now)?;
                return Ok(Vec::new());
            }
            Move::Pause(reason) => {
                pause(tx, &campaign, &reason, now)?;
                return Ok(Vec::new());
            }
            Move::Open(stage) => {
                open(tx, &campaign, stage, now)?;
                campaign.stage = stage;
                past.forgiven_in_stage = 0;
            }
            Move::Start(room) => {
                let room = usize::try_from(room).unwrap_or(usize::MAX);
                let room = room.min(task_ids.len());
                return start(tx, &campaign, &task_ids[..room], now);
            }
        }
    }
}

/// What a decision depends on besides how devices stand.
struct Past {
    forgiven: u64,
    forgiven_in_stage: u64,
    waived: Option<u32>,
    failed_of_last: u64,
}

fn past(db: &Connection, campaign: &Campaign) -> Result<Past> {
    let sql = "SELECT forgiven, forgiven_in_stage, waived, resumed FROM campaign WHERE id = ?1";
    let (mut past, resumed) = db.query_row(sql, [campaign.id], |row| {
        let past = Past {
            forgiven: count(row.get(0)?),
            forgiven_in_stage: count(row.get(1)?),
            waived: row.get(2)?,
            failed_of_last: 0,
        };
        Ok((past, row.get::<_, i64>(3)?))
    })?;
    if let Some(recent) = campaign.plan.recent_failures {
        let sql = "SELECT count(*) FROM (SELECT step FROM campaign_device WHERE campaign = ?1
                   AND step IN ('done', 'failed') AND updated > ?2 ORDER BY updated DESC LIMIT ?3)
                   WHERE step = 'failed'";
        let row = params![campaign.id, resumed, recent.of];
        past.failed_of_last = count(db.prepare_cached(sql)?.query_row(row, |row| row.get(0))?);
    }
    Ok(past)
}

const JOB: Actor = Actor::Job("campaigns");

fn end(tx: &Tx<'_>, campaign: &Campaign, now: Timestamp) -> Result<()> {
    set_state(tx.db, campaign.id, CampaignState::Done, None)?;
    let sql = "UPDATE campaign SET ended = ?2 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign.id, Ms(now)])?;
    let subject = format!("{} {}", campaign.id, campaign.name);
    audit::add(tx, &JOB, "campaign.done", subject, now)
}

fn pause(tx: &Tx<'_>, campaign: &Campaign, reason: &str, now: Timestamp) -> Result<()> {
    set_state(tx.db, campaign.id, CampaignState::Paused, Some(reason))?;
    let subject = format!("{} {}: {reason}", campaign.id, campaign.name);
    audit::add(tx, &JOB, "campaign.pause", subject, now)
}

fn open(tx: &Tx<'_>, campaign: &Campaign, stage: u32, now: Timestamp) -> Result<()> {
    let sql = "UPDATE campaign SET stage = ?2, forgiven_in_stage = 0 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign.id, stage])?;
    let subject = format!("{} {} stage {}", campaign.id, campaign.name, stage + 1);
    audit::add(tx, &JOB, "campaign.stage", subject, now)
}

/// A device whose turn it may be.
struct Candidate {
    device: Id,
    version: String,
    product_class: String,
    hops: u32,
    /// The version it was last seen with on its way.
    reached: String,
    target_file: Option<Id>,
    /// Why it is kept apart, if it is.
    apart: Option<String>,
    /// When its time is over.
    until: Option<Timestamp>,
}

/// Devices another campaign has started wait until that is over: an image is sent by one of them only, and whoever got
/// there by the other one is found to run the version.
const CANDIDATES: &str =
    "SELECT c.device, d.software_version, d.product_class, c.hops, c.target_file, c.zone,
        (SELECT reason FROM walled w WHERE w.device = c.device), c.reached
    FROM campaign_device c JOIN device d ON d.id = c.device
    WHERE c.campaign = ?1 AND c.step = 'pending' AND NOT EXISTS (
        SELECT 1 FROM campaign_device o WHERE o.device = c.device AND o.campaign != ?1
        AND o.step IN ('upgrading', 'verifying'))";

fn candidates(
    db: &Connection,
    condition: &str,
    arguments: impl rusqlite::Params,
    until: impl Fn(Option<&str>) -> Option<Option<Timestamp>>,
) -> Result<Vec<Candidate>> {
    let sql = format!("{CANDIDATES} {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(arguments)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let zone: Option<String> = row.get(5)?;
        if let Some(until) = until(zone.as_deref()) {
            found.push(Candidate {
                device: row.get(0)?,
                version: row.get(1)?,
                product_class: row.get(2)?,
                hops: row.get(3)?,
                target_file: row.get(4)?,
                apart: row.get(6)?,
                reached: row.get(7)?,
                until,
            });
        }
    }
    Ok(found)
}

/// Devices whose turn it is: those that are half-way first, then stage by stage.
fn whose_turn(
    tx: &mut Tx<'_>,
    campaign: &Campaign,
    room: usize,
    now: Timestamp,
) -> Result<Vec<Candidate>> {
    let frozen = freezes::days(tx.db)?;
    let half_way = "AND c.hops > 0 ORDER BY c.device LIMIT ?2";
    let at_any_time = campaign.plan.windows.is_none() && frozen.is_empty();
    if at_any_time {
        let always = |_: Option<&str>| Some(None);
        let mut found = candidates(tx.db, half_way, params![campaign.id, limit(room)], always)?;
        for stage in 0..=campaign.stage {
            let left = room - found.len().min(room);
            let condition = "AND c.hops = 0 AND c.stage = ?2 ORDER BY c.zone, c.device LIMIT ?3";
            let arguments = params![campaign.id, stage, limit(left)];
            found.extend(candidates(tx.db, condition, arguments, always)?);
        }
        found.truncate(room);
        return Ok(found);
    }
    look_up_zones(tx, campaign)?;
    let until = |zone: Option<&str>| until(campaign, &frozen, zone?, now);
    let mut found = candidates(tx.db, half_way, params![campaign.id, limit(room)], until)?;
    for (stage, zone) in pending_zones(tx.db, campaign)? {
        let left = room - found.len().min(room);
        if left == 0 || until(Some(&zone)).is_none() {
            continue;
        }
        let condition =
            "AND c.hops = 0 AND c.stage = ?2 AND c.zone = ?3 ORDER BY c.device LIMIT ?4";
        let arguments = params![campaign.id, stage, zone, limit(left)];
        found.extend(candidates(tx.db, condition, arguments, until)?);
    }
    found.truncate(room);
    Ok(found)
}

/// Until when devices of a time zone may be touched; `None` if they may not at this moment.
fn until(
    campaign: &Campaign,
    frozen: &[FrozenDays],
    zone: &str,
    now: Timestamp,
) -> Option<Option<Timestamp>> {
    let zone = Zone::of_device(zone).unwrap_or(Zone::UTC);
    match touch(campaign.plan.windows.as_ref(), frozen, &zone, now) {
        Touch::Now(until) => Some(until),
        Touch::NotBefore(..) => None,
    }
}

fn pending_zones(db: &Connection, campaign: &Campaign) -> Result<Vec<(u32, String)>> {
    let sql = "SELECT DISTINCT stage, zone FROM campaign_device
               WHERE campaign = ?1 AND step = 'pending' AND stage <= ?2 AND zone IS NOT NULL ORDER BY stage";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![campaign.id, campaign.stage], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Finds out in which time zones some of the pending devices are.
fn look_up_zones(tx: &mut Tx<'_>, campaign: &Campaign) -> Result<()> {
    let sql = "SELECT device FROM campaign_device WHERE campaign = ?1 AND step = 'pending' AND stage <= ?2
               AND zone IS NULL LIMIT ?3";
    let unknown: Vec<Id> = {
        let mut statement = tx.db.prepare_cached(sql)?;
        let arguments = params![campaign.id, campaign.stage, limit(CAMPAIGN_ZONES)];
        let rows = statement.query_map(arguments, |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for device in unknown {
        let zone = zone_of(tx.db, device)?;
        let zone = zone.unwrap_or_else(|| campaign.plan.time_zone.clone());
        let sql = "UPDATE campaign_device SET zone = ?3 WHERE campaign = ?1 AND device = ?2";
        tx.db
            .prepare_cached(sql)?
            .execute(params![campaign.id, device, zone])?;
    }
    Ok(())
}

/// The time zone of a device: its variable `time_zone`, or what it says itself.
fn zone_of(db: &Connection, device: Id) -> Result<Option<String>> {
    let variables = devices::variables(db, device)?;
    let variable = variables.into_iter().find(|(name, _)| name == "time_zone");
    let readable = |zone: &String| Zone::of_device(zone).is_some();
    if let Some(zone) = variable.map(|(_, zone)| zone).filter(readable) {
        return Ok(Some(zone));
    }
    let seen = snapshots::read(db, device)?.values;
    let said = [".Time.LocalTimeZoneName", ".Time.LocalTimeZone"];
    let mut said = said.into_iter().filter_map(|name| seen.get_by_suffix(name));
    Ok(said
        .find(|zone| Zone::of_device(zone).is_some())
        .map(str::to_owned))
}

/// Starts devices whose turn it is, each with a download that gets one of the keys.
fn start(tx: &mut Tx<'_>, campaign: &Campaign, task_ids: &[Id], now: Timestamp) -> Result<Vec<Id>> {
    if task_ids.is_empty() {
        return Ok(Vec::new());
    }
    let turn = whose_turn(tx, campaign, task_ids.len(), now)?;
    if turn.is_empty() {
        return Ok(Vec::new());
    }
    let library = members::library(tx.db, campaign)?;
    let places: HashMap<Id, usize> = (0..)
        .zip(&library)
        .map(|(place, image)| (image.file, place))
        .collect();
    let mut rules = members::rules(campaign, &library, None);
    let mut started = Vec::new();
    for (candidate, task) in turn.iter().zip(task_ids) {
        tx.hot.forget(candidate.device);
        let facts = Facts {
            product_class: &candidate.product_class,
            version: &candidate.version,
            last_inform: None,
            apart: candidate.apart.as_deref(),
        };
        let target = candidate.target_file.unwrap_or(campaign.file);
        let target = places.get(&target).copied().unwrap_or(usize::MAX);
        let stuck = || stuck(candidate.hops, &candidate.reached, &candidate.version);
        let fate = match rules.fate(&facts, target) {
            Fate::Takes(way) => stuck().map_or(Fate::Takes(way), Fate::Cannot),
            settled @ (Fate::Runs | Fate::Cannot(_)) => settled,
        };
        match fate {
            Fate::Runs => settle(tx, campaign, candidate, None, now)?,
            Fate::Cannot(why) => settle(tx, campaign, candidate, Some(&why), now)?,
            Fate::Takes(way) => {
                let Some(image) = way.first().and_then(|hop| library.get(*hop)) else {
                    continue;
                };
                begin(
                    tx,
                    campaign,
                    candidate,
                    (*task, image.file, &image.version),
                    now,
                )?;
                started.push(candidate.device);
            }
        }
    }
    Ok(started)
}

/// A device that is not started: it runs the version by now, or it cannot get there.
fn settle(
    tx: &Tx<'_>,
    campaign: &Campaign,
    candidate: &Candidate,
    why: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let (step, text) = match (why, candidate.hops) {
        (None, 0) => (CampaignStep::Skipped, "ran the target version already"),
        (None, _) => (CampaignStep::Done, "runs the target version"),
        (Some(_), 0) => (CampaignStep::Excluded, "cannot take part"),
        (Some(_), _) => (CampaignStep::Failed, "cannot go on"),
    };
    let fault = why.map(TaskFault::ours);
    let sql = "UPDATE campaign_device SET step = ?3, fault = ?4, updated = ?5 WHERE campaign = ?1 AND device = ?2";
    let row = params![
        campaign.id,
        candidate.device,
        word(&step),
        fault.as_ref().map(json),
        Ms(now)
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let what = Happening {
        step,
        task: None,
        text,
        fault: fault.as_ref(),
    };
    note(tx, campaign.id, candidate.device, &what, now)
}

fn begin(
    tx: &mut Tx<'_>,
    campaign: &Campaign,
    candidate: &Candidate,
    (task, file, version): (Id, Id, &str),
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE campaign_device SET step = 'upgrading', task = ?3, wanted = ?4, fault = NULL, updated = ?5,
               started = coalesce(started, ?5), busy_since = NULL, gate_until = NULL, looked = 0,
               from_version = CASE hops WHEN 0 THEN ?6 ELSE from_version END
               WHERE campaign = ?1 AND device = ?2";
    let row = params![
        campaign.id,
        candidate.device,
        task,
        version,
        Ms(now),
        candidate.version
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let wait = now.plus_ms(CAMPAIGN_WAIT_MS);
    let new = NewTask {
        id: task,
        device: candidate.device,
        kind: TaskKind::Download {
            file,
            target_file_name: String::new(),
        },
        expires: Some(candidate.until.map_or(wait, |until| until.min(wait))),
        idempotency_key: None,
        campaign: Some(campaign.id),
    };
    tasks::create(tx, &JOB, &new, now)?;
    let text = format!("is to get {version}");
    let what = Happening {
        step: CampaignStep::Upgrading,
        task: Some(task),
        text: &text,
        fault: None,
    };
    note(tx, campaign.id, candidate.device, &what, now)
}
