//! Runs: one measurement of many devices, begun on as many at a time as each run allows.

use super::engine::Tx;
use super::rows::{Ms, count, from_json, from_word, json, limit, readable};
use super::{audit, bulk, devices, diagnostics, scopes, tasks, users};
use crate::store::{
    Actor, DiagnosticCounts, DiagnosticRun, DiagnosticRunDevice, DiagnosticState, Id, NewTask,
    Page, Result, Scope, StoreError, TaskKind,
};
use data_model::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

const RUN: &str =
    "id, diagnostic, limit_secs, expires_secs, concurrency, created_by, created, owner, scope";

fn run(row: &Row<'_>) -> Result<DiagnosticRun> {
    let id: Id = row.get(0)?;
    let diagnostic: String = row.get(1)?;
    let scope: String = row.get(8)?;
    Ok(DiagnosticRun {
        id,
        diagnostic: from_json(&diagnostic, "diagnostic_run", id)?,
        limit_secs: row.get(2)?,
        expires_secs: row.get(3)?,
        concurrency: row.get(4)?,
        created_by: row.get(5)?,
        created: row.get::<_, Ms>(6)?.0,
        owner: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        scope: from_json(&scope, "diagnostic_run", id)?,
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
pub(super) enum Whom {
    /// These, as somebody has named them: each must be there.
    Named(Vec<Id>),
    /// These, as they were found: those that are gone since are left out.
    Found(Vec<Id>),
}

pub(super) fn create_run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    run: &DiagnosticRun,
    whom: &Whom,
) -> Result<u64> {
    let devices: Vec<Id> = match whom {
        Whom::Named(devices) => bulk::named(tx.db, devices, &run.scope)?,
        Whom::Found(devices) => devices.clone(),
    };
    if devices.is_empty() {
        return Err(StoreError::Conflict("the selection finds no device".into()));
    }
    let sql = "INSERT INTO diagnostic_run
               (id, diagnostic, limit_secs, expires_secs, concurrency, created_by, created, owner, scope)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    tx.db.prepare_cached(sql)?.execute(params![
        run.id,
        json(&run.diagnostic),
        run.limit_secs,
        run.expires_secs,
        run.concurrency,
        run.created_by,
        Ms(run.created),
        run.owner,
        json(&run.scope),
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

pub(super) fn find_run(
    db: &Connection,
    id: Id,
) -> Result<Option<(DiagnosticRun, DiagnosticCounts)>> {
    let sql = format!("SELECT {RUN} FROM diagnostic_run WHERE id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    match rows.next()? {
        None => Ok(None),
        Some(row) => Ok(Some((run(row)?, counts(db, id)?))),
    }
}

pub(super) fn list_runs(
    db: &Connection,
    owner: Option<&str>,
    page: Page<Id>,
) -> Result<Vec<(DiagnosticRun, DiagnosticCounts)>> {
    let sql = format!(
        "SELECT {RUN} FROM diagnostic_run WHERE id < ?1 AND (?3 IS NULL OR owner = ?3)
         ORDER BY id DESC LIMIT ?2"
    );
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![before, limit(page.limit), owner])?;
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

pub(super) fn run_devices(
    db: &Connection,
    id: Id,
    scope: &Scope,
    page: Page<Id>,
) -> Result<Vec<DiagnosticRunDevice>> {
    let (seen, tags) = scopes::within(scope, "r.device");
    let sql = format!(
        "SELECT device, diagnostic FROM diagnostic_run_device r WHERE {seen} AND run = ? AND device > ?
         ORDER BY device LIMIT ?"
    );
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut values: Vec<Value> = tags.into_iter().map(Value::from).collect();
    values.extend([id.to_i64(), after, limit(page.limit)].map(Value::from));
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok((row.get::<_, Id>(0)?, row.get::<_, Option<Id>>(1)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (device, diagnostic) = row?;
        let diagnostic = match diagnostic {
            None => None,
            Some(diagnostic) => readable(diagnostics::find(db, diagnostic))?.flatten(),
        };
        found.push(DiagnosticRunDevice { device, diagnostic });
    }
    Ok(found)
}

pub(super) fn cancel_run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Id,
    now: Timestamp,
) -> Result<Option<()>> {
    if find_run(tx.db, id)?.is_none() {
        return Ok(None);
    }
    withdraw(tx, actor, id, id.to_string(), now)?;
    Ok(Some(()))
}

/// No further device of a run begins; the trail says of whom, or why.
fn withdraw(
    tx: &mut Tx<'_>,
    actor: &Actor,
    run: Id,
    subject: String,
    now: Timestamp,
) -> Result<()> {
    let sql =
        "UPDATE diagnostic_run_device SET state = 'cancelled' WHERE run = ?1 AND state = 'pending'";
    tx.db.prepare_cached(sql)?.execute([run])?;
    audit::add(tx, actor, "diagnostic_run.cancel", subject, now)
}

/// Begins the measurements whose turn it is.
pub(super) fn advance(tx: &mut Tx<'_>, task_ids: &[Id], now: Timestamp) -> Result<usize> {
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
        let owned = !run.owner.is_empty();
        if owned && counts.pending > 0 && !users::may_operate(tx.db, &run.owner, &run.scope)? {
            let subject = format!(
                "{}: who began it may not change all its devices any more",
                run.id
            );
            withdraw(tx, &Actor::Job("diagnostic_runs"), run.id, subject, now)?;
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
    if !run.scope.admits(&devices::tags(tx.db, device)?) {
        // It is no device of whoever began the run any more.
        let sql =
            "UPDATE diagnostic_run_device SET state = 'cancelled' WHERE run = ?1 AND device = ?2";
        tx.db.prepare_cached(sql)?.execute([run.id, device])?;
        return Ok(());
    }
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
