//! Measurements and runs of them: they follow their tasks.
//!
//! Long because a run is nothing but its measurements, and both change in one place.

use super::engine::Tx;
use super::rows::{Ms, count, from_json, from_word, json, limit, readable, word};
use super::{SqliteStore, audit, devices, health, tasks};
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

fn find(db: &Connection, id: Id) -> Result<Option<DiagnosticRecord>> {
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

// ---- runs ------------------------------------------------------------------------------------------------

const RUN: &str = "id, diagnostic, limit_secs, expires_secs, concurrency, created_by, created";

fn run(row: &Row<'_>) -> Result<DiagnosticRun> {
    let id: Id = row.get(0)?;
    let diagnostic: String = row.get(1)?;
    Ok(DiagnosticRun {
        id,
        diagnostic: from_json(&diagnostic, "diagnostic_run", id)?,
        limit_secs: row.get(2)?,
        expires_secs: row.get(3)?,
        concurrency: row.get(4)?,
        created_by: row.get(5)?,
        created: row.get::<_, Ms>(6)?.0,
    })
}

fn counts(db: &Connection, id: Id) -> Result<DiagnosticCounts> {
    let sql = "SELECT state, count(*) FROM diagnostic_run_device WHERE run = ?1 GROUP BY state";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut counts = DiagnosticCounts::default();
    while let Some(row) = rows.next()? {
        let number = count(row.get(1)?);
        let text: String = row.get(0)?;
        if text == "pending" {
            counts.pending = number;
            continue;
        }
        match from_word(text, "diagnostic_run_device", id)? {
            DiagnosticState::Queued => counts.queued = number,
            DiagnosticState::Measuring => counts.measuring = number,
            DiagnosticState::Done => counts.done = number,
            DiagnosticState::Failed => counts.failed = number,
            DiagnosticState::Expired => counts.expired = number,
            DiagnosticState::Cancelled => counts.cancelled = number,
        }
    }
    Ok(counts)
}

/// Whom a run is for.
enum Whom {
    /// These, as somebody has named them: each must be there.
    Named(Vec<Id>),
    /// These, as they were found: those that are gone since are left out.
    Found(Vec<Id>),
}

fn create_run(tx: &mut Tx<'_>, actor: &Actor, run: &DiagnosticRun, whom: &Whom) -> Result<u64> {
    let devices: Vec<Id> = match whom {
        Whom::Named(devices) => {
            for device in devices {
                if !devices::exists(tx.db, *device)? {
                    return Err(StoreError::Conflict(format!("there is no device {device}")));
                }
            }
            devices.clone()
        }
        Whom::Found(devices) => devices.clone(),
    };
    if devices.is_empty() {
        return Err(StoreError::Conflict("the selection finds no device".into()));
    }
    let sql = "INSERT INTO diagnostic_run (id, diagnostic, limit_secs, expires_secs, concurrency, created_by, created)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    tx.db.prepare_cached(sql)?.execute(params![
        run.id,
        json(&run.diagnostic),
        run.limit_secs,
        run.expires_secs,
        run.concurrency,
        run.created_by,
        Ms(run.created),
    ])?;
    let mut number = 0;
    for device in devices {
        let sql = "INSERT OR IGNORE INTO diagnostic_run_device (run, device, state)
                   SELECT ?1, ?2, 'pending' WHERE EXISTS (SELECT 1 FROM device WHERE id = ?2)";
        number += tx
            .db
            .prepare_cached(sql)?
            .execute(params![run.id, device])?;
    }
    let kind = run.diagnostic.kind().as_str();
    let subject = format!("{} {kind} {number} devices", run.id);
    audit::add(tx, actor, "diagnostic_run.create", subject, run.created)?;
    Ok(number as u64)
}

fn find_run(db: &Connection, id: Id) -> Result<Option<(DiagnosticRun, DiagnosticCounts)>> {
    let sql = format!("SELECT {RUN} FROM diagnostic_run WHERE id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    match rows.next()? {
        None => Ok(None),
        Some(row) => Ok(Some((run(row)?, counts(db, id)?))),
    }
}

fn list_runs(db: &Connection, page: Page<Id>) -> Result<Vec<(DiagnosticRun, DiagnosticCounts)>> {
    let sql = format!("SELECT {RUN} FROM diagnostic_run WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![before, limit(page.limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let counted = run(row).and_then(|run| {
            let counts = counts(db, run.id)?;
            Ok((run, counts))
        });
        found.extend(readable(counted)?);
    }
    Ok(found)
}

fn run_devices(db: &Connection, id: Id, page: Page<Id>) -> Result<Vec<DiagnosticRunDevice>> {
    let sql = "SELECT device, diagnostic FROM diagnostic_run_device WHERE run = ?1 AND device > ?2
               ORDER BY device LIMIT ?3";
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![id, after, limit(page.limit)], |row| {
        Ok((row.get::<_, Id>(0)?, row.get::<_, Option<Id>>(1)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (device, diagnostic) = row?;
        let diagnostic = match diagnostic {
            None => None,
            Some(diagnostic) => readable(find(db, diagnostic))?.flatten(),
        };
        found.push(DiagnosticRunDevice { device, diagnostic });
    }
    Ok(found)
}

fn cancel_run(tx: &mut Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<()>> {
    if find_run(tx.db, id)?.is_none() {
        return Ok(None);
    }
    let sql =
        "UPDATE diagnostic_run_device SET state = 'cancelled' WHERE run = ?1 AND state = 'pending'";
    tx.db.prepare_cached(sql)?.execute([id])?;
    audit::add(tx, actor, "diagnostic_run.cancel", id, now)?;
    Ok(Some(()))
}

/// Begins the measurements whose turn it is.
fn advance(tx: &mut Tx<'_>, task_ids: &[Id], now: Timestamp) -> Result<usize> {
    let sql = format!("SELECT {RUN} FROM diagnostic_run WHERE open = 1 ORDER BY id");
    let mut runs = Vec::new();
    {
        let mut statement = tx.db.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            runs.extend(readable(run(row))?);
        }
    }
    let mut ids = task_ids.iter();
    let mut begun = 0;
    for run in &runs {
        let counts = counts(tx.db, run.id)?;
        let under_way = counts.queued + counts.measuring;
        if counts.pending + under_way == 0 {
            let sql = "UPDATE diagnostic_run SET open = 0 WHERE id = ?1";
            tx.db.prepare_cached(sql)?.execute([run.id])?;
            continue;
        }
        let free = u64::from(run.concurrency).saturating_sub(under_way);
        for device in next_devices(tx.db, run, free)? {
            let Some(id) = ids.next() else {
                return Ok(begun);
            };
            begin(tx, run, device, *id, now)?;
            begun += 1;
        }
    }
    Ok(begun)
}

/// Devices whose turn it is; one that measures for somebody else waits.
fn next_devices(db: &Connection, run: &DiagnosticRun, free: u64) -> Result<Vec<Id>> {
    let sql = "SELECT device FROM diagnostic_run_device r WHERE run = ?1 AND state = 'pending'
               AND NOT EXISTS (SELECT 1 FROM diagnostic d WHERE d.device = r.device AND d.kind = ?2
                               AND d.state IN ('queued', 'measuring')) LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let free = i64::try_from(free).unwrap_or(i64::MAX);
    let kind = run.diagnostic.kind().as_str();
    let rows = statement.query_map(params![run.id, kind, free], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn begin(tx: &mut Tx<'_>, run: &DiagnosticRun, device: Id, task: Id, now: Timestamp) -> Result<()> {
    let new = NewTask {
        id: task,
        device,
        kind: TaskKind::RunDiagnostic {
            diagnostic: run.diagnostic.clone(),
            limit_secs: run.limit_secs,
        },
        expires: Some(now.plus_secs(run.expires_secs.into())),
        idempotency_key: None,
        campaign: None,
    };
    let created = tasks::create(tx, &Actor::Job("diagnostic_runs"), &new, now)?;
    let (state, diagnostic) = match created {
        Some(task) => ("queued", Some(task.id)),
        // It was forgotten meanwhile.
        None => ("cancelled", None),
    };
    let sql = "UPDATE diagnostic SET run = ?2, created_by = ?3 WHERE id = ?1";
    let row = params![task, run.id, run.created_by];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let sql = "UPDATE diagnostic_run_device SET state = ?3, diagnostic = ?4 WHERE run = ?1 AND device = ?2";
    let row = params![run.id, device, state, diagnostic];
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
                let fleet = Scope::default();
                Whom::Found(self.found(selector, fleet, run.created).await?)
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
        page: Page<Id>,
    ) -> Result<Vec<(DiagnosticRun, DiagnosticCounts)>> {
        self.engine.read(move |db| list_runs(db, page)).await
    }

    async fn diagnostic_run_devices(
        &self,
        run: Id,
        page: Page<Id>,
    ) -> Result<Vec<DiagnosticRunDevice>> {
        self.engine.read(move |db| run_devices(db, run, page)).await
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
