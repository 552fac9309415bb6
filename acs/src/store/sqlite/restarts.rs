//! What a restart of a device means for its tasks: some of them have waited for nothing else.

use super::engine::Tx;
use super::tasks::{OPEN, many, set_state};
use crate::store::{Id, Result, Task, TaskKind, TaskState};
use data_model::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde_json::json;

/// The device reports `1 BOOT`.
pub(super) fn booted(
    tx: &mut Tx<'_>,
    device: Id,
    version: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    for task in open(tx, device)? {
        match (&task.kind, task.state) {
            // TR-069 Table 16: what was committed with Status 1 is in force after the boot.
            (_, TaskState::WaitingForReboot) => {
                let result = task.result.clone();
                set_state(tx, &task, TaskState::Done, result.as_ref(), None, now)?;
            }
            // The session broke, and the device has restarted all the same: it is not to do so twice.
            (TaskKind::Reboot, TaskState::Running) => done(tx, &task, now)?,
            (TaskKind::Download { file, .. }, _)
                if task.attempts > 0 && task.campaign.is_none() =>
            {
                let sql = "SELECT version FROM file WHERE id = ?1 AND version != ''";
                let mut statement = tx.db.prepare_cached(sql)?;
                let row = statement.query_row([file], |row| row.get(0));
                let brought: Option<String> = row.optional()?;
                drop(statement);
                // Some devices never send the TransferComplete of an upgrade, or one with a fault: the version they
                // run tells more.
                if brought.is_some() && brought.as_deref() == version {
                    done(tx, &task, now)?;
                }
            }
            (_, _) => {}
        }
    }
    Ok(())
}

/// The device reports `0 BOOTSTRAP`: it has been reset.
pub(super) fn bootstrapped(tx: &mut Tx<'_>, device: Id, now: Timestamp) -> Result<()> {
    for task in open(tx, device)? {
        if task.kind == TaskKind::FactoryReset && task.state == TaskState::Running {
            done(tx, &task, now)?;
        }
    }
    Ok(())
}

fn open(tx: &Tx<'_>, device: Id) -> Result<Vec<Task>> {
    many(tx, &format!("device = ?1 AND {OPEN}"), params![device])
}

fn done(tx: &mut Tx<'_>, task: &Task, now: Timestamp) -> Result<()> {
    let result = json!({});
    set_state(tx, task, TaskState::Done, Some(&result), None, now)
}
