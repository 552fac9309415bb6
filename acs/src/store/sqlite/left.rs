//! Tasks that broken sessions have left running, downloads whose report was lost before their window closed, and changes
//! whose restart does not come: asked for again after longer and longer pauses, and ended when that leads nowhere.

use super::campaigns::{self, Purpose};
use super::engine::Tx;
use super::rows::Ms;
use super::tasks::{self, OPEN, campaign_failed, find, many, set_state};
use super::transfers;
use crate::limits::{CAMPAIGN_WAIT_MS, REBOOT_WAIT_MS, SESSION_TOTAL, TASK_ATTEMPTS};
use crate::store::{
    Actor, CampaignStep, Id, Result, StoreError, Task, TaskFault, TaskKind, TaskState,
};
use data_model::Timestamp;
use rusqlite::params;

/// Whether a kind of task sees to its sessions that break off itself: a walk asks for less after each of them.
const fn sees_to_it_itself(kind: &TaskKind) -> bool {
    matches!(kind, TaskKind::Refresh { .. } | TaskKind::Discover)
}

/// Until when a task is left alone after so many sessions in a row that broke off over it. The first two may have been
/// anybody's fault; a device that this task brings down each time has 1, 5 and 25 minutes for something else.
pub(super) fn pause(kind: &TaskKind, broken: u32, now: Timestamp) -> Option<Timestamp> {
    if sees_to_it_itself(kind) {
        return None;
    }
    let minutes = 5u64.saturating_pow(broken.checked_sub(2)?);
    Some(now.plus_secs(60 * minutes))
}

/// Ends a task that is not to leave once more, or has it wait for the report of its device; says whether it did.
pub(super) fn settle(tx: &mut Tx<'_>, task: &Task, broken: u32, now: Timestamp) -> Result<bool> {
    let often = broken >= TASK_ATTEMPTS && !sees_to_it_itself(&task.kind);
    // Modules would be installed twice, and no device can be asked what it has begun.
    if matches!(task.kind, TaskKind::ChangeDuState { .. }) || (often && task.kind.is_reported()) {
        transfers::waiting(tx, task, now)?;
        return Ok(true);
    }
    if often {
        let why = format!("its session broke off {broken} times");
        tasks::fail(tx, task, &TaskFault::ours(why), now)?;
    }
    Ok(often)
}

/// Whether a task a broken session has left is only asked for, and does not leave again: nobody wants it any more, or
/// its time, which may be the window of a campaign, is over.
pub(super) fn only_ask(tx: &Tx<'_>, task: &Task, now: Timestamp) -> Result<bool> {
    Ok(task.expires.is_some_and(|expires| expires <= now)
        || campaigns::purpose(tx.db, task)? != Purpose::Open)
}

/// Whether a device may have a download of a campaign that is queued again: it was sent, and nobody has said what became
/// of it.
pub(super) fn in_doubt(task: &Task) -> bool {
    task.campaign.is_some()
        && matches!(task.kind, TaskKind::Download { .. })
        && task.attempts > 0
        && task.fault.as_ref().is_some_and(|fault| fault.code == 0)
}

/// A device that was asked for a task does not have it, and it does not leave again: its time is over, or nobody wants it.
pub(super) fn not_there(
    tx: &mut Tx<'_>,
    task: &Task,
    fault: &TaskFault,
    now: Timestamp,
) -> Result<()> {
    match campaigns::purpose(tx.db, task)? {
        Purpose::Open => tasks::ran_out(tx, task, fault, now),
        Purpose::Reached | Purpose::GivenUp => transfers::again(tx, task, fault, None, now),
    }
}

fn before(now: Timestamp, ms: u64) -> Ms {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    Ms(Timestamp::from_millis(now.as_millis().saturating_sub(ms)))
}

/// Milliseconds after which no session can be under way over a task any more.
fn session_ms() -> u64 {
    u64::try_from(SESSION_TOTAL.as_millis()).unwrap_or(u64::MAX)
}

/// Running tasks whose time has run out. A campaign waits longer: a device that is just being upgraded is not to be
/// failed.
pub(super) const LEFT: &str =
    "state = 'running' AND expires IS NOT NULL AND expires <= ?1 AND updated <= ?2
    AND (updated <= ?3 OR campaign IS NULL OR word != 'download') LIMIT 1000";

/// Changes whose restart has not come in time.
pub(super) const REBOOTING: &str = "state = 'waiting_for_reboot' AND updated <= ?1 LIMIT 1000";

/// Ends running tasks whose time has run out and whose device does not come to say what became of them, and changes
/// that wait for a restart for too long.
pub(super) fn expire(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    let ages = params![
        Ms(now),
        before(now, session_ms()),
        before(now, CAMPAIGN_WAIT_MS)
    ];
    let left = many(tx, LEFT, ages)?;
    let why = "the device may have got it, and did not come in time to say what became of it";
    let fault = TaskFault::ours(why);
    for task in &left {
        set_state(tx, task, TaskState::Expired, None, Some(&fault), now)?;
        // Not back to its turn: it may have got the image, and would get it twice.
        campaign_failed(tx, task, &fault, now)?;
    }
    let waiting = many(tx, REBOOTING, [before(now, REBOOT_WAIT_MS)])?;
    let why = "the device has accepted it, and has not restarted since to apply it";
    let fault = TaskFault::ours(why);
    for task in &waiting {
        let result = task.result.as_ref();
        set_state(tx, task, TaskState::Expired, result, Some(&fault), now)?;
    }
    Ok((left.len() + waiting.len()) as u64)
}

/// Withdraws a running task that no session is under way with, as whoever asks for it has seen it.
pub(super) fn cancel(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    seen: Timestamp,
    now: Timestamp,
) -> Result<Option<()>> {
    let Some(task) = find(tx.db, id)? else {
        return Ok(None);
    };
    if task.state != TaskState::Running || task.updated != seen {
        let why = "the task has moved on meanwhile: look at it again";
        return Err(StoreError::Conflict(why.into()));
    }
    tasks::withdrawn(tx, actor, &task, now).map(Some)
}

/// Withdraws what broken sessions have left of a campaign that is given up. Younger ones may be under way: they end when
/// their device comes, or with their time.
pub(super) fn cancel_of_campaign(tx: &mut Tx<'_>, campaign: Id, now: Timestamp) -> Result<()> {
    let condition = format!("campaign = ?1 AND {OPEN} AND state = 'running' AND updated <= ?2");
    let left = many(tx, &condition, params![campaign, before(now, session_ms())])?;
    let why =
        "its session broke off, and its campaign was aborted before it was known what became of it";
    let why = TaskFault::ours(why);
    let downloads = left.into_iter();
    for task in downloads.filter(|task| matches!(task.kind, TaskKind::Download { .. })) {
        set_state(tx, &task, TaskState::Cancelled, None, None, now)?;
        let failed = CampaignStep::Failed;
        campaigns::step(tx, campaign, task.device, failed, Some(&why), now)?;
    }
    Ok(())
}
