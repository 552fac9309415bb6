//! Measurements: they follow their tasks.

use super::diagnostic_runs::{
    Whom, advance, cancel_run, create_run, find_run, list_runs, run_devices,
};
use super::engine::Tx;
use super::rows::{Ms, from_json, from_word, json, limit, readable, word};
use super::{SqliteStore, health, tasks};
use crate::limits::DIAGNOSTICS_KEPT;
use crate::store::{
    Actor, DiagnosticCounts, DiagnosticRecord, DiagnosticResult, DiagnosticRun,
    DiagnosticRunDevice, DiagnosticState, DiagnosticsStore, Id, Measuring, NewTask, Page, Result,
    RunDevices, Scope, StoreError, Task, TaskFault, TaskKind, TaskState,
};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const COLUMNS: &str =
    "id, device, diagnostic, state, created_by, created, asked, ended, result, fault";

/// The condition of the index of those that have not ended.
const OPEN: &str = "state IN ('queued', 'measuring')";

/// Milliseconds a device may take to come after its measurement was to be over.
const LATE_MS: u64 = 60 * 60 * 1000;

fn record(row: &Row<'_>) -> Result<DiagnosticRecord> {
    let id: Id = row.get(0)?;
    let diagnostic: String = row.get(2)?;
    let result: Option<String> = row.get(8)?;
    let fault: Option<String> = row.get(9)?;
    let time = |column| {
        let time = row.get::<_, Option<Ms>>(column);
        time.map(|ms| ms.map(|Ms(time)| time))
    };
    Ok(DiagnosticRecord {
        id,
        device: row.get(1)?,
        diagnostic: from_json(&diagnostic, "diagnostic", id)?,
        state: from_word(row.get(3)?, "diagnostic", id)?,
        created_by: row.get(4)?,
        created: row.get::<_, Ms>(5)?.0,
        asked: time(6)?,
        ended: time(7)?,
        result: result
            .map(|text| from_json(&text, "diagnostic", id))
            .transpose()?,
        fault: fault
            .map(|text| from_json(&text, "diagnostic", id))
            .transpose()?,
    })
}

pub(super) fn find(db: &Connection, id: Id) -> Result<Option<DiagnosticRecord>> {
    let sql = format!("SELECT {COLUMNS} FROM diagnostic WHERE id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(record).transpose()
}

fn list(db: &Connection, device: Id, page: Page<Id>) -> Result<Vec<DiagnosticRecord>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM diagnostic WHERE device = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
    );
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![device, before, limit(page.limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(readable(record(row))?);
    }
    Ok(found)
}

// ---- with their tasks ------------------------------------------------------------------------------------

/// A task was queued: if it is a measurement, it begins its life.
pub(super) fn created(
    tx: &mut Tx<'_>,
    actor: &Actor,
    task: &NewTask,
    now: Timestamp,
) -> Result<()> {
    let TaskKind::RunDiagnostic { diagnostic, .. } = &task.kind else {
        return Ok(());
    };
    let kind = diagnostic.kind().as_str();
    nothing_under_way(tx.db, task.device, kind)?;
    let sql = "INSERT INTO diagnostic (id, device, kind, diagnostic, state, created_by, created)
               VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6)";
    tx.db.prepare_cached(sql)?.execute(params![
        task.id,
        task.device,
        kind,
        json(diagnostic),
        actor.to_string(),
        Ms(now),
    ])?;
    let sql = format!(
        "DELETE FROM diagnostic WHERE device = ?1 AND NOT ({OPEN}) AND id <=
         (SELECT id FROM diagnostic WHERE device = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)"
    );
    let arguments = params![task.device, limit(DIAGNOSTICS_KEPT)];
    tx.db.prepare_cached(&sql)?.execute(arguments)?;
    Ok(())
}

/// One of a kind at a time: two would share one object of the device.
fn nothing_under_way(db: &Connection, device: Id, kind: &str) -> Result<()> {
    let sql = format!("SELECT id FROM diagnostic WHERE device = ?1 AND kind = ?2 AND {OPEN}");
    let open: Option<Id> = db
        .prepare_cached(&sql)?
        .query_row(params![device, kind], |row| row.get(0))
        .optional()?;
    match open {
        Some(open) => Err(StoreError::Conflict(format!(
            "the device has a {kind} under way, {open}: wait for its end, or withdraw its task"
        ))),
        None => Ok(()),
    }
}

/// A measurement that came to nothing is queued once more.
pub(super) fn retried(tx: &mut Tx<'_>, actor: &Actor, task: &Task, now: Timestamp) -> Result<()> {
    let TaskKind::RunDiagnostic { diagnostic, .. } = &task.kind else {
        return Ok(());
    };
    let kind = diagnostic.kind().as_str();
    nothing_under_way(tx.db, task.device, kind)?;
    // It may be one of those that are not kept any more.
    let sql = "INSERT INTO diagnostic (id, device, kind, diagnostic, state, created_by, created)
               VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6)
               ON CONFLICT (id) DO UPDATE SET state = 'queued', result = NULL, fault = NULL, asked = NULL, ended = NULL";
    tx.db.prepare_cached(sql)?.execute(params![
        task.id,
        task.device,
        kind,
        json(diagnostic),
        actor.to_string(),
        Ms(now),
    ])?;
    moved(tx, task.id, DiagnosticState::Queued)
}

/// A task has changed its state: its measurement follows.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    task: &Task,
    state: TaskState,
    result: Option<&serde_json::Value>,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<()> {
    if !matches!(task.kind, TaskKind::RunDiagnostic { .. }) {
        return Ok(());
    }
    let state = match state {
        // That its RPC is on the way is nobody's concern.
        TaskState::Queued
        | TaskState::Running
        | TaskState::WaitingForTransfer
        | TaskState::WaitingForReboot => DiagnosticState::Queued,
        TaskState::Done => DiagnosticState::Done,
        TaskState::Failed => DiagnosticState::Failed,
        TaskState::Expired => DiagnosticState::Expired,
        TaskState::Cancelled => DiagnosticState::Cancelled,
    };
    let result = result.filter(|_| state == DiagnosticState::Done);
    let ended = state.is_final().then_some(Ms(now));
    let sql = "UPDATE diagnostic SET state = ?2, result = ?3, fault = ?4, ended = ?5 WHERE id = ?1";
    let row = params![
        task.id,
        word(&state),
        result.map(json),
        fault.map(json),
        ended
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    moved(tx, task.id, state)?;
    if let TaskKind::RunDiagnostic { diagnostic, .. } = &task.kind
        && let Some(result) = result
    {
        let result = serde_json::from_value::<DiagnosticResult>(result.clone()).ok();
        let loss = result.and_then(|result| result.loss_percent);
        health::measured(tx, task.device, diagnostic.kind(), loss, now)?;
    }
    Ok(())
}

/// The device has been asked: the task waits for its news, or for the end of its time.
pub(super) fn measuring(
    tx: &mut Tx<'_>,
    task: &Task,
    measuring: &Measuring,
    now: Timestamp,
) -> Result<()> {
    // A record of plain texts always has a form in JSON.
    let progress = serde_json::to_value(measuring).unwrap_or_default();
    tasks::set_state(tx, task, TaskState::Queued, Some(&progress), None, now)?;
    let sql = "UPDATE task SET not_before = ?2, expires = ?3 WHERE id = ?1";
    let late = measuring.until.plus_ms(LATE_MS);
    let row = params![task.id, Ms(measuring.until), Ms(late)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let sql =
        "UPDATE diagnostic SET state = 'measuring', asked = coalesce(asked, ?2) WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![task.id, Ms(now)])?;
    moved(tx, task.id, DiagnosticState::Measuring)
}

/// The device has been asked, and could not be read at this time: it is read again, and not asked again.
pub(super) fn read_later(
    tx: &mut Tx<'_>,
    task: &Task,
    measuring: &serde_json::Value,
    fault: &TaskFault,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let queued = TaskState::Queued;
    tasks::set_state(tx, task, queued, Some(measuring), Some(fault), now)?;
    let sql = "UPDATE task SET not_before = ?2 WHERE id = ?1";
    let row = params![task.id, Ms(not_before)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let sql = "UPDATE diagnostic SET state = 'measuring' WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute([task.id])?;
    moved(tx, task.id, DiagnosticState::Measuring)
}

/// The device has measured, or has forgotten that it should: its measurements are to be looked at.
pub(super) fn wake(tx: &Tx<'_>, device: Id) -> Result<()> {
    let sql = "UPDATE task SET not_before = NULL WHERE state = 'queued' AND id IN
               (SELECT id FROM diagnostic WHERE device = ?1 AND state IN ('queued', 'measuring')
                AND state = 'measuring')";
    tx.db.prepare_cached(sql)?.execute([device])?;
    Ok(())
}

/// A device of a run has moved on with its measurement.
fn moved(tx: &Tx<'_>, diagnostic: Id, state: DiagnosticState) -> Result<()> {
    let sql = "UPDATE diagnostic_run_device SET state = ?2
               WHERE run = (SELECT run FROM diagnostic WHERE id = ?1)
               AND device = (SELECT device FROM diagnostic WHERE id = ?1) AND diagnostic = ?1";
    let row = params![diagnostic, word(&state)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

#[async_trait]
impl DiagnosticsStore for SqliteStore {
    async fn diagnostic_find(&self, diagnostic: Id) -> Result<Option<DiagnosticRecord>> {
        self.engine.read(move |db| find(db, diagnostic)).await
    }

    async fn diagnostic_list(&self, device: Id, page: Page<Id>) -> Result<Vec<DiagnosticRecord>> {
        self.engine.read(move |db| list(db, device, page)).await
    }

    async fn diagnostic_run_create(
        &self,
        actor: &Actor,
        run: DiagnosticRun,
        devices: RunDevices,
    ) -> Result<u64> {
        let whom = match devices {
            RunDevices::Named(devices) => Whom::Named(devices),
            // By readers: a look into every snapshot must not keep the writer.
            RunDevices::Found(selector) => {
                let scope = run.scope.clone();
                Whom::Found(self.found(selector, scope, run.created).await?)
            }
        };
        let actor = actor.clone();
        self.engine
            .write(move |tx| create_run(tx, &actor, &run, &whom))
            .await
    }

    async fn diagnostic_run_find(
        &self,
        run: Id,
    ) -> Result<Option<(DiagnosticRun, DiagnosticCounts)>> {
        self.engine.read(move |db| find_run(db, run)).await
    }

    async fn diagnostic_run_list(
        &self,
        owner: Option<String>,
        page: Page<Id>,
    ) -> Result<Vec<(DiagnosticRun, DiagnosticCounts)>> {
        self.engine
            .read(move |db| list_runs(db, owner.as_deref(), page))
            .await
    }

    async fn diagnostic_run_devices(
        &self,
        run: Id,
        scope: Scope,
        page: Page<Id>,
    ) -> Result<Vec<DiagnosticRunDevice>> {
        self.engine
            .read(move |db| run_devices(db, run, &scope, page))
            .await
    }

    async fn diagnostic_run_cancel(
        &self,
        actor: &Actor,
        run: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| cancel_run(tx, &actor, run, now))
            .await
    }

    async fn diagnostic_runs_advance(&self, task_ids: Vec<Id>, now: Timestamp) -> Result<usize> {
        // Most of the time there is nothing open, and nothing to write.
        let sql = "SELECT EXISTS (SELECT 1 FROM diagnostic_run WHERE open = 1)";
        let open = self
            .engine
            .read(move |db| Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?));
        if !open.await? {
            return Ok(0);
        }
        self.engine
            .write(move |tx| advance(tx, &task_ids, now))
            .await
    }
}
