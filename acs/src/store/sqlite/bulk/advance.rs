//! Devices of bulk operations have their turn, and what comes of it is kept with them.

use super::super::engine::Tx;
use super::super::rows::{Ms, json, limit};
use super::super::{audit, devices, events, tasks, users};
use super::{counts, many};
use crate::limits::OPERATION_REASON_CHARS;
use crate::store::{
    Actor, BulkAction, BulkAdvance, BulkCalled, BulkOperation, BulkState, BulkStep, Id, NewTask,
    OwnAction, Result, StoreError, Task, TaskFault, TaskKind, TaskState,
};
use data_model::Timestamp;
use rusqlite::{Connection, params};

/// What has come of a device.
struct Ended {
    step: BulkStep,
    code: Option<u16>,
    why: Option<String>,
}

impl Ended {
    const DONE: Ended = Ended {
        step: BulkStep::Done,
        code: None,
        why: None,
    };

    fn ours(step: BulkStep, why: &str) -> Ended {
        Ended {
            step,
            code: Some(0),
            why: Some(why.chars().take(OPERATION_REASON_CHARS).collect()),
        }
    }
}

/// A task has come into another state: if it belongs to an operation, so has its device.
pub(in super::super) fn follow(
    tx: &Tx<'_>,
    task: &Task,
    state: TaskState,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<()> {
    let step = match state {
        TaskState::Queued
        | TaskState::Running
        | TaskState::WaitingForTransfer
        | TaskState::WaitingForReboot => return Ok(()),
        TaskState::Done => BulkStep::Done,
        TaskState::Failed => BulkStep::Failed,
        TaskState::Expired => BulkStep::Expired,
        TaskState::Cancelled => BulkStep::Cancelled,
    };
    let sql =
        "UPDATE operation_device SET step = ?2, code = ?3, why = ?4, updated = ?5 WHERE task = ?1";
    let why = fault.map(|fault| fault.text.chars().take(OPERATION_REASON_CHARS));
    tx.db.prepare_cached(sql)?.execute(params![
        task.id,
        step.as_str(),
        fault.map(|fault| fault.code),
        why.map(Iterator::collect::<String>),
        Ms(now)
    ])?;
    Ok(())
}

/// Whether any operation has not ended: most of the time there is none, and nothing to write.
fn is_open(db: &Connection) -> Result<bool> {
    let sql = "SELECT 1 FROM operation WHERE open = 1";
    Ok(db.prepare_cached(sql)?.exists([])?)
}

/// Whether there is anything to do beyond waiting for devices.
pub(super) fn has_work(db: &Connection) -> Result<bool> {
    if !is_open(db)? {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM operation o WHERE open = 1 AND (
                   (state = 'cancelled')
                   OR (state = 'running' AND kind <> 'connection_request' AND EXISTS (
                       SELECT 1 FROM operation_device d WHERE d.operation = o.id AND d.step = 'pending')
                       AND (concurrency = 0 OR concurrency > (
                           SELECT count(*) FROM operation_device d WHERE d.operation = o.id AND d.step = 'queued')))
                   OR NOT EXISTS (SELECT 1 FROM operation_device d
                                  WHERE d.operation = o.id AND d.step IN ('pending', 'queued')))";
    Ok(db.prepare_cached(sql)?.exists([])?)
}

/// Moves open operations on, the oldest first.
pub(super) fn advance(tx: &mut Tx<'_>, task_ids: &[Id], now: Timestamp) -> Result<BulkAdvance> {
    let mut ids = task_ids.iter().copied();
    let mut moved = BulkAdvance::default();
    for operation in many(tx.db, "open = 1 ORDER BY id", [])? {
        match operation.state {
            BulkState::Running => begin_some(tx, &operation, &mut ids, &mut moved, now)?,
            BulkState::Cancelled => {
                moved.devices += withdraw_some(tx, &operation, ids.len(), now)?;
            }
            BulkState::Paused | BulkState::Done => {}
        }
        end_if_over(tx, &operation, now)?;
    }
    Ok(moved)
}

/// Gives devices of an operation their turn, as many as it allows.
fn begin_some(
    tx: &mut Tx<'_>,
    operation: &BulkOperation,
    ids: &mut impl ExactSizeIterator<Item = Id>,
    moved: &mut BulkAdvance,
    now: Timestamp,
) -> Result<()> {
    if operation.action == BulkAction::Own(OwnAction::ConnectionRequest) {
        // Calls are made outside of any transaction.
        return Ok(());
    }
    if !users::may_operate(tx.db, &operation.owner, &operation.scope)? {
        let why = "who began it may not change all its devices any more; cancel it, and begin another one";
        let sql = "UPDATE operation SET state = 'paused', reason = ?2 WHERE id = ?1";
        let row = params![operation.id, why];
        tx.db.prepare_cached(sql)?.execute(row)?;
        let subject = format!("{}: {why}", operation.id);
        let job = Actor::Job("operations");
        return audit::add(tx, &job, "operation.pause", subject, now);
    }
    let free = match operation.concurrency {
        0 => ids.len(),
        most => {
            let under_way = usize::try_from(counts(tx.db, operation.id)?.queued);
            ids.len()
                .min((most as usize).saturating_sub(under_way.unwrap_or(usize::MAX)))
        }
    };
    for (device, id) in next(tx.db, operation.id, free)?.into_iter().zip(ids) {
        let ended = begin(tx, operation, device, id, now)?;
        moved.devices += 1;
        let own_tags = matches!(
            operation.action,
            BulkAction::Own(OwnAction::AddTags { .. } | OwnAction::RemoveTags { .. })
        );
        moved.tags_changed |= own_tags;
        if let Some(ended) = ended {
            end(tx.db, operation.id, device, &ended, now)?;
        }
    }
    Ok(())
}

/// Devices that have not had their turn.
fn next(db: &Connection, operation: Id, most: usize) -> Result<Vec<Id>> {
    let sql =
        "SELECT device FROM operation_device WHERE operation = ?1 AND step = 'pending' LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(params![operation, limit(most)], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// One device has its turn: it gets its task, or is done at once.
fn begin(
    tx: &mut Tx<'_>,
    operation: &BulkOperation,
    device: Id,
    id: Id,
    now: Timestamp,
) -> Result<Option<Ended>> {
    let has = devices::tags(tx.db, device)?;
    if !operation.scope.admits(&has) {
        let why = "it is no device of whoever began the operation";
        return Ok(Some(Ended::ours(BulkStep::Skipped, why)));
    }
    let name = operation.created_by.strip_prefix("user:");
    let actor = Actor::User(name.unwrap_or(&operation.created_by).to_owned());
    match &operation.action {
        BulkAction::Task(kind) => {
            queue(tx, operation, &actor, device, (id, kind), now).map(|()| None)
        }
        BulkAction::Own(OwnAction::AddTags { tags }) => {
            let mut after = has.clone();
            after.extend(tags.iter().filter(|tag| !has.contains(tag)).cloned());
            label(tx, operation, &actor, device, (has, after), now).map(Some)
        }
        BulkAction::Own(OwnAction::RemoveTags { tags }) => {
            let after = has.iter().filter(|tag| !tags.contains(tag)).cloned();
            let after = after.collect();
            label(tx, operation, &actor, device, (has, after), now).map(Some)
        }
        BulkAction::Own(OwnAction::CancelTasks { task_kind }) => {
            let condition = format!(
                "device = ?1 AND {} AND state = 'queued' AND campaign IS NULL",
                tasks::OPEN
            );
            for task in tasks::many(tx, &condition, [device])? {
                let meant = task_kind
                    .as_deref()
                    .is_none_or(|kind| kind == task.kind.name());
                if meant {
                    tasks::cancel(tx, &actor, task.id, now)?;
                }
            }
            Ok(Some(Ended::DONE))
        }
        BulkAction::Own(OwnAction::ConnectionRequest) => Ok(None),
    }
}

fn queue(
    tx: &mut Tx<'_>,
    operation: &BulkOperation,
    actor: &Actor,
    device: Id,
    (id, kind): (Id, &TaskKind),
    now: Timestamp,
) -> Result<()> {
    let new = NewTask {
        id,
        device,
        kind: kind.clone(),
        expires: Some(now.plus_secs(operation.expires_secs.into())),
        idempotency_key: None,
        campaign: None,
    };
    tasks::create(tx, actor, &new, now)?;
    let sql = "UPDATE operation_device SET step = 'queued', task = ?3, updated = ?4
               WHERE operation = ?1 AND device = ?2";
    let row = params![operation.id, device, id, Ms(now)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

fn label(
    tx: &mut Tx<'_>,
    operation: &BulkOperation,
    actor: &Actor,
    device: Id,
    (before, after): (Vec<String>, Vec<String>),
    now: Timestamp,
) -> Result<Ended> {
    if !operation.scope.admits(&after) {
        let why = "it would be no device of whoever began the operation any more";
        return Ok(Ended::ours(BulkStep::Skipped, why));
    }
    if after != before {
        devices::set_tags(tx, actor, device, &after, now)?;
    }
    Ok(Ended::DONE)
}

/// Keeps what came of a device that had not had its turn.
fn end(db: &Connection, operation: Id, device: Id, ended: &Ended, now: Timestamp) -> Result<()> {
    let sql = "UPDATE operation_device SET step = ?3, code = ?4, why = ?5, updated = ?6
               WHERE operation = ?1 AND device = ?2 AND step = 'pending'";
    db.prepare_cached(sql)?.execute(params![
        operation,
        device,
        ended.step.as_str(),
        ended.code,
        ended.why,
        Ms(now)
    ])?;
    Ok(())
}

/// Withdraws tasks of an operation that was given up, as far as they have not begun; says how many.
fn withdraw_some(
    tx: &mut Tx<'_>,
    operation: &BulkOperation,
    most: usize,
    now: Timestamp,
) -> Result<usize> {
    let condition = "state = 'queued' AND id IN (SELECT task FROM operation_device
                     WHERE operation = ?1 AND step = 'queued') LIMIT ?2";
    let waiting = tasks::many(tx, condition, params![operation.id, limit(most)])?;
    for task in &waiting {
        match tasks::cancel(tx, &Actor::Job("operations"), task.id, now) {
            // It has begun meanwhile, and ends by itself.
            Err(StoreError::Conflict(_)) => {}
            cancelled => {
                cancelled?;
            }
        }
    }
    Ok(waiting.len())
}

/// Ends an operation whose devices have all ended.
fn end_if_over(tx: &mut Tx<'_>, operation: &BulkOperation, now: Timestamp) -> Result<()> {
    let sql =
        "SELECT 1 FROM operation_device WHERE operation = ?1 AND step IN ('pending', 'queued')";
    if tx.db.prepare_cached(sql)?.exists([operation.id])? {
        return Ok(());
    }
    let state = match operation.state {
        BulkState::Cancelled => BulkState::Cancelled,
        BulkState::Running | BulkState::Paused | BulkState::Done => BulkState::Done,
    };
    let sql = "UPDATE operation SET open = 0, ended = ?2, state = ?3, action = seal_json('operation/' || ?1, ?4)
               WHERE id = ?1";
    let action = operation.action.without_secrets();
    let action = json(action.as_ref().unwrap_or(&operation.action));
    let row = params![operation.id, Ms(now), state.as_str(), action];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let data = serde_json::json!({
        "operation": operation.id,
        "kind": operation.action.name(),
        "state": state,
        "counts": counts(tx.db, operation.id)?,
    });
    events::add(tx, "operation.end", None, data, now)
}

/// Devices were called.
pub(super) fn called(tx: &mut Tx<'_>, called: &[BulkCalled], now: Timestamp) -> Result<()> {
    for one in called {
        let ended = match &one.why {
            None => Ended::DONE,
            Some(why) => Ended::ours(BulkStep::Failed, why),
        };
        end(tx.db, one.operation, one.device, &ended, now)?;
    }
    for operation in many(tx.db, "open = 1 AND kind = 'connection_request'", [])? {
        end_if_over(tx, &operation, now)?;
    }
    Ok(())
}
