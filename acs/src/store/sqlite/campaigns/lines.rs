//! Calls and registrations of a device's lines: asked before a Download, and looked at again after it.

use super::super::engine::Tx;
use super::super::rows::{Ms, from_json, json};
use super::super::{snapshots, tasks, transfers};
use super::rows::one;
use super::steps::{Happening, note, step, step_and_say};
use crate::campaigns::lines::{missing, names, registered};
use crate::limits::{CAMPAIGN_LINES, LINES_PAUSE_MS};
use crate::store::{
    Actor, CampaignPlan, CampaignStep, Id, IdleRule, LineCheck, NewTask, Observed, Result, Task,
    TaskFault, TaskKind, TaskState,
};
use data_model::{ParameterList, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

fn plan(db: &Connection, campaign: Id) -> Result<CampaignPlan> {
    Ok(one(db, campaign)?
        .map(|campaign| campaign.plan)
        .unwrap_or_default())
}

/// What is to be asked of a device before this task leaves; `None` for nothing.
pub(super) fn check(db: &Connection, task: Id) -> Result<Option<LineCheck>> {
    let Some(task) = tasks::find(db, task)? else {
        return Ok(None);
    };
    let (TaskKind::Download { .. }, Some(campaign)) = (&task.kind, task.campaign) else {
        return Ok(None);
    };
    let plan = plan(db, campaign)?;
    if plan.idle.is_none() && plan.voice.is_none() {
        return Ok(None);
    }
    let sql = "SELECT busy_since, looked FROM campaign_device WHERE campaign = ?1 AND device = ?2";
    let found: Option<(Option<Ms>, u32)> = db
        .prepare_cached(sql)?
        .query_row(params![campaign, task.device], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (since, looked) = found.unwrap_or_default();
    let idle = plan.idle.map(|idle| IdleRule {
        deadline: since.map(|Ms(since)| since.plus_secs(u64::from(idle.minutes) * 60)),
        then: idle.then,
    });
    let mut names = names(&snapshots::read(db, task.device)?.values);
    names.truncate(CAMPAIGN_LINES);
    Ok(Some(LineCheck {
        names,
        idle,
        looked,
    }))
}

/// Somebody is on the phone: the task goes back, as if it had not been claimed.
pub(super) fn busy(
    tx: &mut Tx<'_>,
    id: Id,
    why: &str,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let Some(task) = tasks::find(tx.db, id)?.filter(|task| task.state == TaskState::Running) else {
        return Ok(());
    };
    transfers::again(tx, &task, &TaskFault::ours(why), Some(not_before), now)?;
    let waits = |task: Task| task.state == TaskState::Queued;
    if !tasks::find(tx.db, id)?.is_some_and(waits) {
        // There was no purpose in it any more, and it has ended.
        return Ok(());
    }
    let sql = "UPDATE task SET attempts = max(attempts - 1, 0) WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute([id])?;
    let Some(campaign) = task.campaign else {
        return Ok(());
    };
    let sql = "UPDATE campaign_device SET busy_since = ?3
               WHERE campaign = ?1 AND device = ?2 AND busy_since IS NULL";
    let first = tx
        .db
        .prepare_cached(sql)?
        .execute(params![campaign, task.device, Ms(now)])?;
    if first == 1 {
        let text = format!("waits for the end of a call: {why}");
        let what = Happening {
            step: CampaignStep::Upgrading,
            task: Some(id),
            text: &text,
            fault: None,
        };
        note(tx, campaign, task.device, &what, now)?;
    }
    Ok(())
}

/// Keeps which lines are registered before a device gets its first image. What was seen first counts: after an attempt
/// that made the device restart, its lines may not be registered yet.
pub(super) fn before(tx: &mut Tx<'_>, id: Id, observed: &Observed, now: Timestamp) -> Result<()> {
    let Some(task) = tasks::find(tx.db, id)? else {
        return Ok(());
    };
    snapshots::merge(tx, task.device, observed, now)?;
    let Some(campaign) = task.campaign else {
        return Ok(());
    };
    let sql = "UPDATE campaign_device SET looked = ?3 WHERE campaign = ?1 AND device = ?2";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign, task.device, task.attempts])?;
    if plan(tx.db, campaign)?.voice.is_none() {
        return Ok(());
    }
    let mut lines = registered(&observed.values);
    lines.truncate(CAMPAIGN_LINES);
    let sql = "UPDATE campaign_device SET lines = ?3 WHERE campaign = ?1 AND device = ?2
               AND hops = 0 AND lines IS NULL";
    let first = tx
        .db
        .prepare_cached(sql)?
        .execute(params![campaign, task.device, json(&lines)])?;
    if first == 0 {
        return Ok(());
    }
    let text = format!("lines registered before: {}", lines.len());
    let what = Happening {
        step: CampaignStep::Upgrading,
        task: Some(id),
        text: &text,
        fault: None,
    };
    note(tx, campaign, task.device, &what, now)
}

fn lines_before(
    db: &Connection,
    campaign: Id,
    device: Id,
) -> Result<(Vec<String>, Option<Timestamp>)> {
    let sql = "SELECT lines, gate_until FROM campaign_device WHERE campaign = ?1 AND device = ?2";
    let found: Option<(Option<String>, Option<Ms>)> = db
        .prepare_cached(sql)?
        .query_row(params![campaign, device], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (lines, until) = found.unwrap_or_default();
    let lines = match lines {
        Some(text) => from_json(&text, "campaign_device", device)?,
        None => Vec::new(),
    };
    Ok((lines, until.map(|Ms(until)| until)))
}

/// A device runs the target version. If lines were registered before, they are to be looked at; says whether.
pub(super) fn gate(tx: &mut Tx<'_>, campaign: Id, device: Id, now: Timestamp) -> Result<bool> {
    let Some(gate) = plan(tx.db, campaign)?.voice else {
        return Ok(false);
    };
    let (lines, _) = lines_before(tx.db, campaign, device)?;
    if lines.is_empty() {
        return Ok(false);
    }
    let text = format!(
        "runs the target version; lines to register again: {}",
        lines.len()
    );
    step_and_say(
        tx,
        campaign,
        device,
        CampaignStep::Verifying,
        &text,
        None,
        now,
    )?;
    let until = now.plus_secs(u64::from(gate.minutes) * 60);
    let sql = "UPDATE campaign_device SET gate_until = ?3 WHERE campaign = ?1 AND device = ?2";
    tx.db
        .prepare_cached(sql)?
        .execute(params![campaign, device, Ms(until)])?;
    let new = NewTask {
        id: free_id(tx.db, device, now)?,
        device,
        kind: TaskKind::GetParameterValues { names: lines },
        expires: Some(until),
        idempotency_key: None,
        campaign: Some(campaign),
    };
    tasks::create(tx, &Actor::Job("campaigns"), &new, now)?;
    Ok(true)
}

/// A key for a task nobody brought one for: an Inform has made it.
fn free_id(db: &Connection, device: Id, now: Timestamp) -> Result<Id> {
    let mut random = device.to_i64().cast_unsigned();
    loop {
        let id = Id::new(now, random);
        if tasks::find(db, id)?.is_none() {
            return Ok(id);
        }
        random = random.wrapping_add(1);
    }
}

/// The lines of a device were read again: it is done if all are registered; it is asked again while there is time,
/// which is said; else it has failed.
pub(in super::super) fn read_again(
    tx: &mut Tx<'_>,
    task: &Task,
    values: &ParameterList,
    now: Timestamp,
) -> Result<bool> {
    let (TaskKind::GetParameterValues { .. }, Some(campaign)) = (&task.kind, task.campaign) else {
        return Ok(false);
    };
    let (lines, until) = lines_before(tx.db, campaign, task.device)?;
    let missing = match went_back(tx.db, campaign, task.device)? {
        Some(version) => Some(format!("the device runs {version} again")),
        None => missing(&lines, values),
    };
    let Some(why) = missing else {
        let text = "runs the target version, and its lines are registered";
        step_and_say(
            tx,
            campaign,
            task.device,
            CampaignStep::Done,
            text,
            None,
            now,
        )?;
        return Ok(false);
    };
    let fault = TaskFault::ours(format!(
        "a line that was registered before is not registered again: {why}"
    ));
    let at = now.plus_ms(LINES_PAUSE_MS);
    if until.is_some_and(|until| at < until) {
        transfers::again(tx, task, &fault, Some(at), now)?;
        return Ok(true);
    }
    step(
        tx,
        campaign,
        task.device,
        CampaignStep::Failed,
        Some(&fault),
        now,
    )?;
    Ok(false)
}

/// What a device runs that had got to the target version, if it is something else again.
fn went_back(db: &Connection, campaign: Id, device: Id) -> Result<Option<String>> {
    let sql = "SELECT d.software_version FROM campaign_device c JOIN device d ON d.id = c.device
               WHERE c.campaign = ?1 AND c.device = ?2 AND c.target != d.software_version";
    let runs = db
        .prepare_cached(sql)?
        .query_row(params![campaign, device], |row| row.get(0))
        .optional()?;
    Ok(runs)
}

/// Why a device has failed whose lines were not seen registered in time.
pub(super) fn late(db: &Connection, campaign: Id, device: Id) -> Result<String> {
    let sql = "SELECT fault FROM task WHERE device = ?1 AND campaign = ?2 ORDER BY id DESC LIMIT 1";
    let fault: Option<Option<String>> = db
        .prepare_cached(sql)?
        .query_row(params![device, campaign], |row| row.get(0))
        .optional()?;
    let fault: Option<TaskFault> = match fault.flatten() {
        Some(text) => Some(from_json(&text, "task", device)?),
        None => None,
    };
    let unseen = || "the lines that were registered before were not seen again in time".into();
    Ok(fault.map_or_else(unseen, |fault| fault.text))
}

/// Ends what is still queued for a device that has failed.
pub(super) fn give_up(
    tx: &mut Tx<'_>,
    campaign: Id,
    device: Id,
    why: &TaskFault,
    now: Timestamp,
) -> Result<()> {
    let condition = "device = ?1 AND campaign = ?2 AND state = 'queued'";
    for task in tasks::many(tx, condition, params![device, campaign])? {
        tasks::set_state(tx, &task, TaskState::Failed, None, Some(why), now)?;
    }
    Ok(())
}
