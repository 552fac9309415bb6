//! Tasks over the fleet: found, tried again, and what goes wrong grouped by its reason. The part of the store's trait
//! that is about tasks is dispatched here.

use super::engine::Tx;
use super::rows::{Ms, count, limit};
use super::tasks::{COLUMNS, OPEN, Which, find, task};
use super::{SqliteStore, audit, device_files, diagnostics, history, learned, left, merge, tasks};
use crate::redact::MASK;
use crate::store::{
    Actor, ClaimedTask, DeviceFile, FaultGroup, FilePurpose, HistoryEntry, Id, Learned, NewTask,
    Page, Result, StoreError, Task, TaskFilter, TaskKind, TaskState, TaskStore, Turn,
};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::{Connection, ToSql, params, params_from_iter};

/// The condition of the index of tasks that have ended.
const ENDED: &str = "state IN ('done', 'failed', 'expired', 'cancelled')";

/// Tasks a filter finds, newest first.
fn search(db: &Connection, filter: &TaskFilter, page: Page<Id>) -> Result<Vec<Task>> {
    let mut sql = format!("SELECT {COLUMNS} FROM task WHERE id < ?");
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(before)];
    if let Some(device) = filter.device {
        sql.push_str(" AND device = ?");
        values.push(Box::new(device));
    }
    if let Some(state) = filter.state {
        // The conditions of the partial indexes, word for word; the words of states are ours.
        let side = if state.is_final() { ENDED } else { OPEN };
        sql.push_str(&format!(" AND {side} AND state = '{}'", state.as_str()));
    }
    if let Some(kind) = &filter.kind {
        sql.push_str(" AND word = ?");
        values.push(Box::new(kind.clone()));
    }
    if let Some(since) = filter.since {
        // Keys sort by the time they were made.
        sql.push_str(" AND id >= ? AND created >= ?");
        values.push(Box::new(Id::new(since, 0)));
        values.push(Box::new(Ms(since)));
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    values.push(Box::new(limit(page.limit)));
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut tasks = Vec::new();
    while let Some(row) = rows.next()? {
        tasks.push(task(row)?);
    }
    Ok(tasks)
}

/// Whether a task that has ended has lost secrets it would write again.
fn masked(kind: &TaskKind) -> bool {
    match kind {
        TaskKind::SetParameterValues { values } | TaskKind::AddObject { values, .. } => {
            values.iter().any(|parameter| parameter.value == MASK)
        }
        TaskKind::ChangeDuState { .. } | TaskKind::SetVouchers { .. } => {
            serde_json::to_string(kind).is_ok_and(|text| text.contains(&format!("\"{MASK}\"")))
        }
        _ => false,
    }
}

/// Queues a task that came to nothing once more.
fn retry(tx: &mut Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<Task>> {
    let Some(task) = find(tx.db, id)? else {
        return Ok(None);
    };
    let conflict = |why: String| Err(StoreError::Conflict(why));
    match task.state {
        TaskState::Failed | TaskState::Expired | TaskState::Cancelled => {}
        TaskState::Queued
        | TaskState::Running
        | TaskState::WaitingForTransfer
        | TaskState::WaitingForReboot
        | TaskState::Done => {
            let state = task.state.as_str();
            return conflict(format!(
                "the task is {state}: only failed, expired and cancelled ones are tried again"
            ));
        }
    }
    if task.campaign.is_some() {
        return conflict("the task belongs to a campaign, which decides itself".into());
    }
    if masked(&task.kind) {
        return conflict(
            "the secrets it wrote are not kept after its end: queue it anew with them".into(),
        );
    }
    diagnostics::retried(tx, actor, &task, now)?;
    tx.hot.forget(task.device);
    let sql = "UPDATE task SET state = 'queued', attempts = 0, result = NULL, fault = NULL, not_before = NULL,
               expires = NULL, progress = NULL, updated = ?2 WHERE id = ?1";
    tx.db.prepare_cached(sql)?.execute(params![id, Ms(now)])?;
    let subject = format!("{} {id} {}", task.device, task.kind.name());
    audit::add(tx, actor, "task.retry", subject, now)?;
    find(tx.db, id)
}

/// What goes wrong, by reason.
fn faults(db: &Connection, since: Timestamp, most: usize) -> Result<Vec<FaultGroup>> {
    let sql = format!("SELECT word, json_extract(fault, '$.code') AS code, json_extract(fault, '$.text') AS text,
                      count(*) AS number, count(DISTINCT device), max(updated), max(device)
               FROM task WHERE {ENDED} AND state IN ('failed', 'expired') AND updated >= ?1 AND json_valid(fault)
               GROUP BY word, code, text
               UNION ALL
               SELECT 'profiles', json_extract(profile_fault, '$.code') AS code,
                      json_extract(profile_fault, '$.text') AS text,
                      count(*) AS number, count(*), max(coalesce(profile_at, last_boot, first_seen)), max(id)
               FROM device WHERE json_valid(profile_fault) GROUP BY code, text
               ORDER BY number DESC LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![Ms(since), limit(most)], |row| {
        Ok(FaultGroup {
            kind: row.get(0)?,
            code: row.get::<_, Option<u16>>(1)?.unwrap_or(0),
            text: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            count: count(row.get(3)?),
            devices: count(row.get(4)?),
            last: row.get::<_, Ms>(5)?.0,
            example: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[async_trait]
impl TaskStore for SqliteStore {
    async fn task_create_for(
        &self,
        actor: &Actor,
        task: NewTask,
        turn: Turn,
        now: Timestamp,
    ) -> Result<Option<Task>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| tasks::create_for(tx, &actor, &task, turn, now))
            .await
    }

    async fn task_claim_background(
        &self,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<ClaimedTask>> {
        self.engine
            .write(move |tx| tasks::claim(tx, device, Which::Background, now))
            .await
    }

    async fn task_note(&self, task: Id, note: serde_json::Value) -> Result<()> {
        self.engine
            .write(move |tx| tasks::note(tx, task, &note))
            .await
    }

    async fn task_cancel_left(
        &self,
        actor: &Actor,
        task: Id,
        updated: Timestamp,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| left::cancel(tx, &actor, task, updated, now))
            .await
    }

    async fn task_search(&self, filter: &TaskFilter, page: Page<Id>) -> Result<Vec<Task>> {
        let filter = filter.clone();
        self.engine.read(move |db| search(db, &filter, page)).await
    }

    async fn task_retry(&self, actor: &Actor, task: Id, now: Timestamp) -> Result<Option<Task>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| retry(tx, &actor, task, now))
            .await
    }

    async fn fault_groups(&self, since: Timestamp, limit: usize) -> Result<Vec<FaultGroup>> {
        self.engine.read(move |db| faults(db, since, limit)).await
    }

    async fn learned(&self, device: Id) -> Result<Learned> {
        self.engine.read(move |db| learned::find(db, device)).await
    }

    async fn learned_forget(
        &self,
        actor: &Actor,
        device: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| learned::forget(tx, &actor, device, now))
            .await
    }

    async fn device_file_put(
        &self,
        file: DeviceFile,
        keep: usize,
    ) -> Result<Option<Vec<DeviceFile>>> {
        self.engine
            .write(move |tx| device_files::put(tx, &file, keep))
            .await
    }

    async fn device_file_list(
        &self,
        device: Id,
        purpose: Option<FilePurpose>,
    ) -> Result<Vec<DeviceFile>> {
        self.engine
            .read(move |db| device_files::list(db, device, purpose))
            .await
    }

    async fn device_file_find(&self, file: Id) -> Result<Option<DeviceFile>> {
        self.engine
            .read(move |db| device_files::find(db, file))
            .await
    }

    async fn device_file_opened(&self, actor: &Actor, file: Id, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| audit::add(tx, &actor, "device_file.read", file, now))
            .await
    }

    async fn device_file_delete(
        &self,
        actor: &Actor,
        file: Id,
        now: Timestamp,
    ) -> Result<Option<DeviceFile>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| device_files::delete(tx, &actor, file, now))
            .await
    }

    async fn history_watch(&self, patterns: Vec<String>) {
        self.watched.set(patterns);
    }

    async fn history(
        &self,
        device: Id,
        name: Option<&str>,
        page: Page<u64>,
    ) -> Result<Vec<HistoryEntry>> {
        let name = name.map(str::to_owned);
        self.engine
            .read(move |db| history::list(db, device, name.as_deref(), page))
            .await
    }

    async fn device_merge(
        &self,
        actor: &Actor,
        from: Id,
        into: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| merge::merge(tx, &actor, from, into, now))
            .await
    }
}
