//! Transfers that end, or begin anew, outside of the session that asked for them: reported, lost, or needed no longer.

use super::campaigns::{self, Purpose};
use super::device_files;
use super::engine::Tx;
use super::rows::Ms;
use super::tasks::{self, OPEN, find, many, set_state};
use crate::limits::TASK_ATTEMPTS;
use crate::store::{CampaignStep, Id, Result, Task, TaskFault, TaskKind, TaskState, TransferMatch};
use crate::tasks::faults::retry_at;
use cwmp::{CommandKey, FaultCode};
use data_model::Timestamp;
use rusqlite::params;

/// Ends the transfer a TransferComplete belongs to, once.
pub(super) fn complete(
    tx: &mut Tx<'_>,
    device: Id,
    command_key: &CommandKey,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<TransferMatch> {
    let task = match command_key.as_str().parse::<Id>() {
        Ok(id) => find(tx.db, id)?.filter(|task| task.device == device),
        Err(_) => None,
    };
    let Some(task) = task.filter(|task| task.kind.is_reported()) else {
        return Ok(TransferMatch::Unknown);
    };
    if task.state.is_final() {
        return Ok(TransferMatch::Repeated(task.id));
    }
    match fault {
        None if task.kind.uploads() => uploaded(tx, &task, now)?,
        None => {
            done(tx, &task, now)?;
            if let Some(campaign) = task.campaign {
                campaigns::step(tx, campaign, device, CampaignStep::Verifying, None, now)?;
            }
        }
        Some(fault) => reported_fault(tx, &task, fault, now)?,
    }
    Ok(TransferMatch::Ended(task.id))
}

/// The device says that a transfer came to nothing. What may pass is tried again; campaigns count every failure, and
/// have their own ways.
fn reported_fault(tx: &mut Tx<'_>, task: &Task, fault: &TaskFault, now: Timestamp) -> Result<()> {
    if task.campaign.is_some() {
        return tasks::fail(tx, task, fault, now);
    }
    if runs_what_it_was_to_get(tx, task)? {
        return done(tx, task, now);
    }
    match retry_at(FaultCode::new(fault.code), task.attempts, now) {
        Some(not_before) => again(tx, task, fault, Some(not_before), now),
        None => tasks::fail(tx, task, fault, now),
    }
}

/// Some devices report fault 9010 and run the image all the same.
fn runs_what_it_was_to_get(tx: &Tx<'_>, task: &Task) -> Result<bool> {
    let Some(file) = task.kind.library_file() else {
        return Ok(false);
    };
    // It has restarted since it was asked: before that, the version says nothing about this transfer.
    let sql = "SELECT 1 FROM file f JOIN device d ON d.id = ?2
               WHERE f.id = ?1 AND f.version != '' AND f.version = d.software_version AND d.last_boot >= ?3";
    let row = params![file, task.device, Ms(task.updated)];
    Ok(tx.db.prepare_cached(sql)?.exists(row)?)
}

/// The device says that it has sent a file: it must be here.
pub(super) fn uploaded(tx: &mut Tx<'_>, task: &Task, now: Timestamp) -> Result<()> {
    match device_files::of_task(tx.db, task.id)? {
        Some(file) => {
            let result = serde_json::json!({ "file": file.id, "bytes": file.bytes });
            set_state(tx, task, TaskState::Done, Some(&result), None, now)
        }
        None => {
            let why = "the device says that it has sent the file, and none has arrived";
            tasks::fail(tx, task, &TaskFault::ours(why), now)
        }
    }
}

/// The device has a transfer, or may have it: it will report its end. One that is scheduled may begin as late as its
/// last window ends.
pub(super) fn waiting(tx: &mut Tx<'_>, task: &Task, now: Timestamp) -> Result<()> {
    set_state(tx, task, TaskState::WaitingForTransfer, None, None, now)?;
    if let TaskKind::ScheduleDownload { windows, .. } = &task.kind {
        let end = windows.iter().map(|window| window.end_secs).max();
        let end = now.plus_secs(u64::from(end.unwrap_or(0)));
        let sql = "UPDATE task SET not_before = ?2 WHERE id = ?1";
        let row = params![task.id, Ms(end)];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

/// A device has dropped a transfer, as it was asked to: nobody waits for its end any more.
pub(super) fn withdrawn(tx: &mut Tx<'_>, device: Id, transfer: Id, now: Timestamp) -> Result<()> {
    let task = find(tx.db, transfer)?.filter(|task| task.device == device);
    let Some(task) = task.filter(|task| task.kind.is_reported() && !task.state.is_final()) else {
        return Ok(());
    };
    set_state(tx, &task, TaskState::Cancelled, None, None, now)?;
    let why = TaskFault::ours("its transfer was withdrawn from the device");
    tasks::campaign_failed(tx, &task, &why, now)
}

fn done(tx: &mut Tx<'_>, task: &Task, now: Timestamp) -> Result<()> {
    let result = serde_json::json!({});
    set_state(tx, task, TaskState::Done, Some(&result), None, now)
}

/// Transfers that have waited for too long. A scheduled one waits since the end of its last window.
pub(super) const LOST: &str =
    "state = 'waiting_for_transfer' AND updated <= ?1 AND coalesce(not_before, 0) <= ?1 LIMIT 1000";

/// Queues downloads again whose TransferComplete never came; those that were tried often enough fail.
pub(super) fn requeue_lost(tx: &mut Tx<'_>, since: Timestamp, now: Timestamp) -> Result<u64> {
    let lost = many(tx, LOST, [Ms(since)])?;
    let fault =
        TaskFault::ours("no TransferComplete: the device did not report the end of the transfer");
    for task in &lost {
        if task.kind.uploads() && device_files::of_task(tx.db, task.id)?.is_some() {
            // The file is here; only the word about it was lost.
            uploaded(tx, task, now)?;
            continue;
        }
        if matches!(task.kind, TaskKind::ChangeDuState { .. }) {
            let why = "no DUStateChangeComplete: nobody knows what became of it; see what the device has before you \
                       ask for it again";
            tasks::fail(tx, task, &TaskFault::ours(why), now)?;
            continue;
        }
        if task.attempts < TASK_ATTEMPTS {
            again(tx, task, &fault, None, now)?;
            continue;
        }
        match campaigns::purpose(tx.db, task)? {
            Purpose::Reached => done(tx, task, now)?,
            Purpose::Open | Purpose::GivenUp => tasks::fail(tx, task, &fault, now)?,
        }
    }
    Ok(lost.len() as u64)
}

/// Queues a task again after an attempt that came to nothing, if there is still a purpose in it.
pub(super) fn again(
    tx: &mut Tx<'_>,
    task: &Task,
    fault: &TaskFault,
    not_before: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    match campaigns::purpose(tx.db, task)? {
        Purpose::Reached => done(tx, task, now),
        Purpose::GivenUp => tasks::fail(tx, task, fault, now),
        Purpose::Open => {
            set_state(tx, task, TaskState::Queued, None, Some(fault), now)?;
            let sql = "UPDATE task SET not_before = ?2 WHERE id = ?1";
            let row = params![task.id, not_before.map(Ms)];
            tx.db.prepare_cached(sql)?.execute(row)?;
            Ok(())
        }
    }
}

/// Ends what is queued of a campaign for a device that has reached its aim: nobody is upgraded twice.
pub(super) fn needless(tx: &mut Tx<'_>, campaign: Id, device: Id, now: Timestamp) -> Result<()> {
    let condition = "device = ?1 AND campaign = ?2 AND state = 'queued'";
    for task in many(tx, condition, params![device, campaign])? {
        done(tx, &task, now)?;
    }
    Ok(())
}

/// Ends every download of a campaign a device has come through: what it still reports of them changes nothing.
pub(super) fn arrived(tx: &mut Tx<'_>, campaign: Id, device: Id, now: Timestamp) -> Result<()> {
    let condition = format!("device = ?1 AND campaign = ?2 AND {OPEN}");
    for task in many(tx, &condition, params![device, campaign])? {
        if matches!(task.kind, TaskKind::Download { .. }) {
            done(tx, &task, now)?;
        }
    }
    Ok(())
}
