//! Tasks: queue, claim, end; and what their end means for a campaign.
//!
//! Long because every state a task can come into is written here, and nowhere else.

use super::engine::Tx;
use super::rows::{Ms, count, from_json, from_word, json, limit, readable};
use super::{
    audit, audit_words, bulk, campaigns, devices, diagnostics, events, health, learned, left,
    snapshots, transfers,
};
use crate::metrics::store::Ended;
use crate::store::{
    Actor, CampaignStep, Certainty, ClaimedTask, Id, NewTask, Observed, Page, Result, StoreError,
    Task, TaskFault, TaskKind, TaskOutcome, TaskState, Turn,
};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

pub(super) const COLUMNS: &str =
    "id, device, read_json('task/' || id, kind), state, created_by, created, updated, expires, not_before, attempts,
    read_json('task/' || id, result), fault, campaign, priority";

pub(super) fn task(row: &Row<'_>) -> Result<Task> {
    let id: Id = row.get(0)?;
    let kind: String = row.get(2)?;
    let result: Option<String> = row.get(10)?;
    let fault: Option<String> = row.get(11)?;
    let time = |column| {
        row.get::<_, Option<Ms>>(column)
            .map(|ms| ms.map(|Ms(time)| time))
    };
    Ok(Task {
        id,
        device: row.get(1)?,
        kind: from_json(&kind, "task", id)?,
        state: from_word(row.get(3)?, "task", id)?,
        created_by: row.get(4)?,
        created: row.get::<_, Ms>(5)?.0,
        updated: row.get::<_, Ms>(6)?.0,
        expires: time(7)?,
        not_before: time(8)?,
        attempts: row.get(9)?,
        result: result
            .map(|text| from_json(&text, "task", id))
            .transpose()?,
        fault: fault.map(|text| from_json(&text, "task", id)).transpose()?,
        campaign: row.get(12)?,
        priority: row.get(13)?,
    })
}

/// One task by a condition with one argument each for `?1` and `?2`.
fn one(db: &Connection, condition: &str, arguments: impl rusqlite::Params) -> Result<Option<Task>> {
    let sql = format!("SELECT {COLUMNS} FROM task WHERE {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(arguments)?;
    rows.next()?.map(task).transpose()
}

/// A task by its key.
pub(super) fn find(db: &Connection, id: Id) -> Result<Option<Task>> {
    one(db, "id = ?1", [id])
}

/// A device's tasks, newest first.
pub(super) fn list(db: &Connection, device: Id, page: Page<Id>) -> Result<Vec<Task>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM task WHERE device = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
    );
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![device, before, limit(page.limit)])?;
    let mut tasks = Vec::new();
    while let Some(row) = rows.next()? {
        tasks.push(task(row)?);
    }
    Ok(tasks)
}

/// What an idempotency key stands for: the kind with everything in it, secrets too, as a hash.
fn asked(kind: &TaskKind) -> Vec<u8> {
    Sha256::digest(json(kind))[..16].to_vec()
}

/// The task that was made before with the same key, if it was asked for the same.
fn made_before(tx: &Tx<'_>, new: &NewTask, key: &str) -> Result<Option<Task>> {
    let condition = "device = ?1 AND idempotency_key = ?2";
    let Some(known) = one(tx.db, condition, params![new.device, key])? else {
        return Ok(None);
    };
    let sql = "SELECT asked FROM task WHERE id = ?1";
    let before: Option<Vec<u8>> = tx.db.query_row(sql, [known.id], |row| row.get(0))?;
    if before.is_some_and(|before| before != asked(&new.kind)) {
        let why = format!(
            "the idempotency key was used for another task ({}): use a key once for one thing",
            known.id
        );
        return Err(StoreError::Conflict(why));
    }
    Ok(Some(known))
}

/// Queues a task that is due at once.
pub(super) fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewTask,
    now: Timestamp,
) -> Result<Option<Task>> {
    create_for(tx, actor, new, Turn::default(), now)
}

/// Queues a task, or gives the one that was made before with the same key.
pub(super) fn create_for(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewTask,
    turn: Turn,
    now: Timestamp,
) -> Result<Option<Task>> {
    if !devices::exists(tx.db, new.device)? {
        return Ok(None);
    }
    if let Some(key) = &new.idempotency_key
        && let Some(known) = made_before(tx, new, key)?
    {
        return Ok(Some(known));
    }
    tx.hot.forget(new.device);
    let sql = "INSERT INTO task (id, device, kind, state, created_by, created, updated, expires, campaign,
               idempotency_key, file, priority, not_before, asked)
               VALUES (?1, ?2, seal_json('task/' || ?1, ?3), ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    tx.db.prepare_cached(sql)?.execute(params![
        new.id,
        new.device,
        json(&new.kind),
        TaskState::Queued.as_str(),
        actor.to_string(),
        Ms(now),
        new.expires.map(Ms),
        new.campaign,
        new.idempotency_key,
        new.kind.library_file(),
        turn.priority,
        turn.not_before.map(Ms),
        new.idempotency_key.as_ref().map(|_| asked(&new.kind)),
    ])?;
    let subject = format!("{} {} {}", new.device, new.id, new.kind.name());
    diagnostics::created(tx, actor, new, now)?;
    let change = audit_words::task(&new.kind);
    audit::add_change(tx, actor, "task.create", subject, change, now)?;
    find(tx.db, new.id)
}

/// The condition of the index of tasks that have not ended, as a part of any question about them: SQLite does not see by
/// itself that it holds for one of these states, and would look at every task there ever was.
pub(super) const OPEN: &str =
    "state IN ('queued', 'running', 'waiting_for_transfer', 'waiting_for_reboot')";

/// Whether a device has a task that has not ended.
pub(super) fn has_open(db: &Connection, device: Id) -> Result<bool> {
    let sql = format!("SELECT 1 FROM task WHERE device = ?1 AND {OPEN}");
    Ok(db.prepare_cached(&sql)?.exists([device])?)
}

const DUE: &str = "device = ?1 AND coalesce(not_before, 0) <= ?2 AND (state = 'running'
    OR (state = 'queued' AND coalesce(expires, ?2 + 1) > ?2))";

/// Whether a device has a task that could be claimed.
pub(super) fn is_due(db: &Connection, device: Id, now: Timestamp) -> Result<bool> {
    let sql = format!("SELECT 1 FROM task WHERE {DUE}");
    Ok(db.prepare_cached(&sql)?.exists(params![device, Ms(now)])?)
}

/// Which tasks a session takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those somebody waits for.
    Foreground,
    /// Those that wait until nothing else is to do.
    Background,
}

/// Takes the next due task: what a broken session left running first, then the one of the highest priority, then the
/// oldest. What broke off too often ends here, and the one behind it is taken.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    device: Id,
    which: Which,
    now: Timestamp,
) -> Result<Option<ClaimedTask>> {
    let side = match which {
        Which::Foreground => "priority >= 0",
        Which::Background => "priority < 0",
    };
    let next =
        format!("{DUE} AND {side} ORDER BY state = 'running' DESC, priority DESC, id LIMIT 1");
    loop {
        let Some(task) = one(tx.db, &next, params![device, Ms(now)])? else {
            return Ok(None);
        };
        if let Some(claimed) = take(tx, task, now)? {
            return Ok(Some(claimed));
        }
    }
}

/// Takes a task that is due; `None` if it has ended instead.
fn take(tx: &mut Tx<'_>, mut task: Task, now: Timestamp) -> Result<Option<ClaimedTask>> {
    let certainty = match task.state {
        TaskState::Running => Certainty::Uncertain,
        TaskState::Queued
        | TaskState::WaitingForTransfer
        | TaskState::WaitingForReboot
        | TaskState::Done
        | TaskState::Failed
        | TaskState::Expired
        | TaskState::Cancelled => Certainty::Fresh,
    };
    let (progress, broken): (Option<String>, u32) = tx
        .db
        .prepare_cached("SELECT progress, broken FROM task WHERE id = ?1")?
        .query_row([task.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (mut broken, mut only_ask) = (broken, false);
    match certainty {
        Certainty::Fresh => broken = 0,
        Certainty::Uncertain => {
            broken = broken.saturating_add(1);
            if left::settle(tx, &task, broken, now)? {
                return Ok(None);
            }
            task.not_before = left::pause(&task.kind, broken, now);
            only_ask = left::only_ask(tx, &task, now)?;
        }
    }
    tx.hot.forget(task.device);
    let sql = "UPDATE task SET state = 'running', attempts = attempts + 1, updated = ?2, broken = ?3, not_before = ?4
               WHERE id = ?1";
    let row = params![task.id, Ms(now), broken, task.not_before.map(Ms)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let began = task.updated;
    events::task(tx, &task, TaskState::Running, now)?;
    task.state = TaskState::Running;
    task.attempts += 1;
    task.updated = now;
    Ok(Some(ClaimedTask {
        certainty,
        // A note that cannot be read is as good as none.
        progress: progress.and_then(|text| serde_json::from_str(&text).ok()),
        began,
        only_ask,
        task,
    }))
}

/// What an attempt has noted, as it stands.
fn progress(db: &Connection, id: Id) -> Result<Option<String>> {
    let sql = "SELECT progress FROM task WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

/// Notes what an attempt under way has to remember if its session breaks off.
pub(super) fn note(tx: &Tx<'_>, id: Id, note: &serde_json::Value) -> Result<()> {
    let sql = "UPDATE task SET progress = ?2 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![id, json(note)])?;
    Ok(())
}

/// Writes a state, a result and a fault; a task that has ended keeps none of the secrets it carried.
pub(super) fn set_state(
    tx: &mut Tx<'_>,
    task: &Task,
    state: TaskState,
    result: Option<&serde_json::Value>,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<()> {
    tx.hot.forget(task.device);
    if state.is_final() {
        tx.hot.ended(Ended {
            kind: task.kind.name(),
            outcome: state,
            since_queued: now.since_ms(task.created),
            in_transfer: (task.state == TaskState::WaitingForTransfer)
                .then(|| now.since_ms(task.updated)),
        });
    }
    let sql =
        "UPDATE task SET state = ?2, result = seal_json('task/' || ?1, ?3), fault = ?4, updated = ?5, not_before = NULL,
               progress = NULL WHERE id = ?1";
    let (result_text, fault_text) = (result.map(json), fault.map(json));
    let row = params![task.id, state.as_str(), result_text, fault_text, Ms(now)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    if state.is_final()
        && let Some(kind) = task.kind.without_secrets()
    {
        let sql = "UPDATE task SET kind = seal_json('task/' || ?1, ?2) WHERE id = ?1";
        tx.db
            .prepare_cached(sql)?
            .execute(params![task.id, json(&kind)])?;
    }
    diagnostics::follow(tx, task, state, result, fault, now)?;
    bulk::follow(tx, task, state, fault, now)?;
    health::task_ended(tx, task, state, fault, now)?;
    events::task(tx, task, state, now)
}

/// Keeps how an attempt ended.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    id: Id,
    outcome: &TaskOutcome,
    observed: &Observed,
    now: Timestamp,
) -> Result<()> {
    let Some(task) = find(tx.db, id)? else {
        // Its device was forgotten meanwhile.
        return Ok(());
    };
    snapshots::merge(tx, task.device, observed, now)?;
    if let Some(learned) = &observed.learned {
        learned::keep(tx, task.device, learned)?;
    }
    if task.state.is_final() {
        // A TransferComplete, or a person, was faster.
        return Ok(());
    }
    match outcome {
        TaskOutcome::Done(_) if task.kind.uploads() => transfers::uploaded(tx, &task, now)?,
        TaskOutcome::Done(result) => {
            if campaigns::read_again(tx, &task, &observed.values, now)? {
                return Ok(());
            }
            set_state(tx, &task, TaskState::Done, Some(result), None, now)?;
            if let TaskKind::CancelTransfer { task: transfer } = task.kind {
                transfers::withdrawn(tx, task.device, transfer, now)?;
            }
            if let (TaskKind::Download { .. }, Some(campaign)) = (&task.kind, task.campaign) {
                // The device was quick enough to answer when it was done; no TransferComplete will follow.
                campaigns::step(
                    tx,
                    campaign,
                    task.device,
                    CampaignStep::Verifying,
                    None,
                    now,
                )?;
            }
        }
        TaskOutcome::Failed(fault) => fail(tx, &task, fault, now)?,
        TaskOutcome::Retry { fault, not_before } => match &task.result {
            // A measurement goes on in the device, whatever has kept it from being read.
            Some(measuring) if matches!(task.kind, TaskKind::RunDiagnostic { .. }) => {
                diagnostics::read_later(tx, &task, measuring, fault, *not_before, now)?;
            }
            _ => transfers::again(tx, &task, fault, Some(*not_before), now)?,
        },
        TaskOutcome::NotThere(fault) => left::not_there(tx, &task, fault, now)?,
        TaskOutcome::TakeUp { fault, not_before } => take_up(tx, &task, fault, *not_before, now)?,
        TaskOutcome::Measuring(measuring) => diagnostics::measuring(tx, &task, measuring, now)?,
        TaskOutcome::WaitingForTransfer => transfers::waiting(tx, &task, now)?,
        TaskOutcome::WaitingForReboot(result) => {
            set_state(
                tx,
                &task,
                TaskState::WaitingForReboot,
                Some(result),
                None,
                now,
            )?;
        }
    }
    Ok(())
}

/// The next attempt has what this one has noted.
fn take_up(
    tx: &mut Tx<'_>,
    task: &Task,
    fault: &TaskFault,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let noted = progress(tx.db, task.id)?;
    transfers::again(tx, task, fault, Some(not_before), now)?;
    if let Some(noted) = noted {
        let sql = "UPDATE task SET progress = ?2 WHERE id = ?1 AND state = 'queued'";
        tx.db
            .prepare_cached(sql)?
            .execute(params![task.id, noted])?;
    }
    Ok(())
}

/// A task has failed for good, and with it the device in the campaign it belongs to.
pub(super) fn fail(tx: &mut Tx<'_>, task: &Task, fault: &TaskFault, now: Timestamp) -> Result<()> {
    set_state(tx, task, TaskState::Failed, None, Some(fault), now)?;
    campaign_failed(tx, task, fault, now)
}

/// The device fails in the campaign a task belongs to.
pub(super) fn campaign_failed(
    tx: &mut Tx<'_>,
    task: &Task,
    fault: &TaskFault,
    now: Timestamp,
) -> Result<()> {
    match task.campaign {
        Some(campaign) => campaigns::step(
            tx,
            campaign,
            task.device,
            CampaignStep::Failed,
            Some(fault),
            now,
        ),
        None => Ok(()),
    }
}

/// Withdraws a task that is queued, or waits for a restart.
pub(super) fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<()>> {
    let Some(task) = find(tx.db, id)? else {
        return Ok(None);
    };
    if !matches!(task.state, TaskState::Queued | TaskState::WaitingForReboot) {
        let why = format!(
            "the task is {}, only those can be withdrawn that wait for their device or its restart",
            task.state.as_str()
        );
        return Err(StoreError::Conflict(why));
    }
    withdrawn(tx, actor, &task, now).map(Some)
}

/// A person has withdrawn a task.
pub(super) fn withdrawn(tx: &mut Tx<'_>, actor: &Actor, task: &Task, now: Timestamp) -> Result<()> {
    let result = task.result.as_ref();
    let result = result.filter(|_| task.state == TaskState::WaitingForReboot);
    set_state(tx, task, TaskState::Cancelled, result, None, now)?;
    campaign_failed(tx, task, &TaskFault::ours("its task was withdrawn"), now)?;
    let subject = format!("{} {}", task.device, task.id);
    audit::add(tx, actor, "task.cancel", subject, now)?;
    Ok(())
}

/// Withdraws the queued tasks of a campaign that is given up.
pub(super) fn cancel_of_campaign(tx: &mut Tx<'_>, campaign: Id, now: Timestamp) -> Result<()> {
    let condition = format!("campaign = ?1 AND {OPEN} AND state = 'queued'");
    let queued = many(tx, &condition, [campaign])?.into_iter();
    // What only looks at the lines of a device that runs the version goes on.
    for task in queued.filter(|task| matches!(task.kind, TaskKind::Download { .. })) {
        set_state(tx, &task, TaskState::Cancelled, None, None, now)?;
        campaigns::step(tx, campaign, task.device, CampaignStep::Pending, None, now)?;
    }
    left::cancel_of_campaign(tx, campaign, now)
}

/// Tasks of any device by a condition. One that cannot be read must not be in the way of all others.
pub(super) fn many(
    tx: &Tx<'_>,
    condition: &str,
    arguments: impl rusqlite::Params,
) -> Result<Vec<Task>> {
    let sql = format!("SELECT {COLUMNS} FROM task WHERE {condition}");
    let mut statement = tx.db.prepare_cached(&sql)?;
    let mut rows = statement.query(arguments)?;
    let mut tasks = Vec::new();
    while let Some(row) = rows.next()? {
        tasks.extend(readable(task(row))?);
    }
    Ok(tasks)
}

/// Ends tasks whose time has run out.
pub(super) fn expire(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    let condition = "state = 'queued' AND expires IS NOT NULL AND expires <= ?1 LIMIT 1000";
    let tasks = many(tx, condition, [Ms(now)])?;
    for task in &tasks {
        if left::in_doubt(task) {
            // Given back to its turn it would be sent anew: it is asked for first, as after a broken session.
            set_state(tx, task, TaskState::Running, None, task.fault.as_ref(), now)?;
            continue;
        }
        let fault = TaskFault::ours("the device did not come in time");
        ran_out(tx, task, &fault, now)?;
    }
    Ok(tasks.len() as u64 + left::expire(tx, now)?)
}

/// The time of a task is over, and its device does not have it.
pub(super) fn ran_out(
    tx: &mut Tx<'_>,
    task: &Task,
    fault: &TaskFault,
    now: Timestamp,
) -> Result<()> {
    set_state(tx, task, TaskState::Expired, None, Some(fault), now)?;
    campaigns::expired(tx, task, fault, now)
}

/// Devices that have not come since their task became due, the newest task first: somebody waits for it, and devices
/// that do not answer must not stand in the way.
pub(super) fn devices_to_call(db: &Connection, now: Timestamp, most: usize) -> Result<Vec<Id>> {
    let sql = format!(
        "SELECT t.device, max(t.updated) AS newest FROM task t JOIN seen s ON s.id = t.device
               WHERE t.{OPEN} AND t.state IN ('queued', 'running') AND coalesce(t.not_before, 0) <= ?1
               AND (t.state = 'running' OR coalesce(t.expires, ?1 + 1) > ?1)
               AND max(t.updated, coalesce(t.not_before, 0)) >= s.last_inform
               AND NOT EXISTS (SELECT 1 FROM walled w WHERE w.device = t.device)
               GROUP BY t.device ORDER BY newest DESC LIMIT ?2"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![Ms(now), limit(most)], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether an unfinished task needs a file.
pub(super) fn needs_file(db: &Connection, file: Id) -> Result<bool> {
    let sql = format!("SELECT count(*) FROM task WHERE file = ?1 AND {OPEN}");
    Ok(count(
        db.prepare_cached(&sql)?
            .query_row([file], |row| row.get(0))
            .optional()?
            .unwrap_or(0),
    ) > 0)
}
