//! How devices stand: facts are kept where they come in, conclusions when they change.

use super::engine::Tx;
use super::packing::{pack_words, unpack_text};
use super::rows::{
    Ms, corrupt, count, from_json, from_word, json as text_of, limit, readable, word,
};
use super::{SqliteStore, events, watch};
use crate::health::notice;
use crate::store::{
    DiagnosticKind, FailedTaskFact, Health, HealthFacts, HealthReason, HealthReasonKind,
    HealthState, HealthStore, HealthSummary, HealthVerdict, HealthWork, Id, Observed, Page, Result,
    Task, TaskFault, TaskKind, TaskState,
};
use async_trait::async_trait;
use data_model::{ParameterList, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::json;

// ---- what others call ------------------------------------------------------------------------------------

/// A device is known.
pub(super) fn add(tx: &Tx<'_>, device: Id) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO device_health (device) VALUES (?1)";
    tx.db.prepare_cached(sql)?.execute([device])?;
    Ok(())
}

/// Its facts are to be looked at.
pub(super) fn look(tx: &Tx<'_>, device: Id) -> Result<()> {
    let sql = "UPDATE device_health SET stale = 1, version = version + 1 WHERE device = ?1";
    tx.db.prepare_cached(sql)?.execute([device])?;
    Ok(())
}

/// A device has shown parameters.
pub(super) fn parameters(tx: &Tx<'_>, device: Id, list: &ParameterList) -> Result<()> {
    let noticed = notice::parameters(list);
    if noticed.is_empty() {
        return Ok(());
    }
    change(tx, device, |facts| notice::apply(facts, &noticed))
}

/// A device has shown branches whole: lines that are not in them any more are gone.
pub(super) fn seen_whole(tx: &Tx<'_>, device: Id, observed: &Observed) -> Result<()> {
    if observed.complete_below.is_empty() {
        return Ok(());
    }
    let noticed = notice::parameters(&observed.values);
    change(tx, device, |facts| {
        notice::forget_gone(facts, &observed.complete_below, &noticed);
    })
}

/// A device has restarted.
pub(super) fn booted(tx: &Tx<'_>, device: Id, now: Timestamp) -> Result<()> {
    change(tx, device, |facts| notice::boot(facts, now))
}

/// A device has measured.
pub(super) fn measured(
    tx: &Tx<'_>,
    device: Id,
    kind: DiagnosticKind,
    loss_percent: Option<f64>,
    now: Timestamp,
) -> Result<()> {
    change(tx, device, |facts| {
        notice::loss(facts, kind, loss_percent, now)
    })
}

/// A task has ended.
pub(super) fn task_ended(
    tx: &Tx<'_>,
    task: &Task,
    state: TaskState,
    fault: Option<&TaskFault>,
    now: Timestamp,
) -> Result<()> {
    if matches!(task.kind, TaskKind::RunDiagnostic { .. }) {
        // What it found, or why it found nothing, stands for itself.
        return Ok(());
    }
    let failed = match (state, fault) {
        (TaskState::Done, _) => None,
        (TaskState::Failed, Some(fault)) => Some(FailedTaskFact {
            task: task.id,
            kind: task.kind.name().to_owned(),
            at: now,
            why: notice::in_short(&fault.text),
        }),
        (_, _) => return Ok(()),
    };
    change(tx, task.device, |facts| {
        notice::task(facts, task.kind.name(), failed);
    })
}

/// A device agrees with its profiles, or cannot.
pub(super) fn profiles(tx: &Tx<'_>, device: Id, fault: Option<&TaskFault>) -> Result<()> {
    let why = fault.map(|fault| notice::in_short(&fault.text));
    change(tx, device, |facts| facts.profile_fault = why)
}

/// Changes facts; what stays as it was is not written.
fn change(tx: &Tx<'_>, device: Id, change: impl FnOnce(&mut HealthFacts)) -> Result<()> {
    let sql = "SELECT facts FROM device_health WHERE device = ?1";
    let packed: Option<Vec<u8>> = tx
        .db
        .prepare_cached(sql)?
        .query_row([device], |row| row.get(0))
        .optional()?;
    let Some(packed) = packed else { return Ok(()) };
    // What cannot be read is learnt anew.
    let before = readable(facts_of(&packed, device))?.unwrap_or_default();
    let mut after = before.clone();
    change(&mut after);
    if after == before {
        return Ok(());
    }
    let sql =
        "UPDATE device_health SET facts = ?2, stale = 1, version = version + 1 WHERE device = ?1";
    let row = params![device, pack_words(text_of(&after).as_bytes())];
    tx.db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Facts as they are kept: as JSON, packed; no bytes at all if there are none.
fn facts_of(packed: &[u8], device: Id) -> Result<HealthFacts> {
    if packed.is_empty() {
        return Ok(HealthFacts::default());
    }
    let text = unpack_text(packed);
    let text = text.ok_or_else(|| corrupt("device_health", device, "it cannot be unpacked"))?;
    from_json(&text, "device_health", device)
}

// ---- conclusions -----------------------------------------------------------------------------------------

fn health(row: &Row<'_>) -> Result<Health> {
    let device: Id = row.get(0)?;
    let reasons: String = row.get(2)?;
    let since = row.get::<_, Ms>(3)?.0;
    Ok(Health {
        device,
        state: from_word(row.get(1)?, "device_health", device)?,
        reasons: from_json(&reasons, "device_health", device)?,
        since: (since.as_millis() != 0).then_some(since),
    })
}

fn find(db: &Connection, device: Id) -> Result<Option<Health>> {
    let sql = "SELECT device, state, reasons, since FROM device_health WHERE device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    rows.next()?.map(health).transpose()
}

fn list(
    db: &Connection,
    state: Option<HealthState>,
    reason: Option<HealthReasonKind>,
    page: Page<Id>,
) -> Result<Vec<Health>> {
    let (state, reason) = (
        state.map(|state| word(&state)),
        reason.map(|reason| word(&reason)),
    );
    let from = match &reason {
        Some(_) => "device_health_reason r JOIN device_health h ON h.device = r.device",
        None => "device_health h",
    };
    let reason_is = if reason.is_some() {
        "r.reason = ?1"
    } else {
        "?1 IS NULL"
    };
    let state_is = if state.is_some() {
        "h.state = ?2"
    } else {
        "?2 IS NULL"
    };
    let key = if reason.is_some() {
        "r.device"
    } else {
        "h.device"
    };
    let sql = format!(
        "SELECT h.device, h.state, h.reasons, h.since FROM {from}
         WHERE {reason_is} AND {state_is} AND {key} > ?3 ORDER BY {key} LIMIT ?4"
    );
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![reason, state, after, limit(page.limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(readable(health(row))?);
    }
    Ok(found)
}

fn summary(db: &Connection) -> Result<HealthSummary> {
    let mut summary = HealthSummary::default();
    for state in [HealthState::Ok, HealthState::Warning, HealthState::Critical] {
        summary.states.insert(state, 0);
    }
    for reason in HealthReasonKind::ALL {
        summary.reasons.insert(reason, 0);
    }
    let mut statement =
        db.prepare_cached("SELECT state, count(*) FROM device_health GROUP BY state")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let state = from_word(row.get(0)?, "device_health", "summary")?;
        summary.states.insert(state, count(row.get(1)?));
    }
    let sql = "SELECT reason, count(*) FROM device_health_reason GROUP BY reason";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let reason = from_word(row.get(0)?, "device_health_reason", "summary")?;
        summary.reasons.insert(reason, count(row.get(1)?));
    }
    Ok(summary)
}

fn work(db: &Connection, now: Timestamp, most: usize) -> Result<Vec<HealthWork>> {
    let sql =
        "SELECT h.device, h.state, h.reasons, h.since, h.facts, h.version, s.last_inform, s.informs
               FROM device_health h JOIN seen s ON s.id = h.device WHERE h.device IN
               (SELECT device FROM (SELECT device FROM device_health WHERE stale = 1 LIMIT ?2)
                UNION SELECT device FROM (SELECT device FROM device_health
                      WHERE check_at IS NOT NULL AND check_at <= ?1 ORDER BY check_at LIMIT ?2))
               LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![Ms(now), limit(most)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let device: Id = row.get(0)?;
        // A conclusion that cannot be read is drawn anew.
        let before = readable(health(row))?.unwrap_or(Health {
            device,
            state: HealthState::Ok,
            reasons: Vec::new(),
            since: None,
        });
        let facts: Vec<u8> = row.get(4)?;
        let informs: i64 = row.get(7)?;
        found.push(HealthWork {
            facts: readable(facts_of(&facts, device))?.unwrap_or_default(),
            version: row.get::<_, i64>(5)?.cast_unsigned(),
            last_inform: (informs > 0).then_some(row.get::<_, Ms>(6)?.0),
            before,
        });
    }
    Ok(found)
}

fn keep(tx: &Tx<'_>, verdict: &HealthVerdict, now: Timestamp) -> Result<()> {
    let device = verdict.device;
    let Some(before) = readable(find(tx.db, device))?.flatten() else {
        return Ok(());
    };
    let since = match before.since {
        Some(since) if before.state == verdict.state => since,
        Some(_) | None => now,
    };
    let sql = "UPDATE device_health SET state = ?2, reasons = ?3, since = ?4, check_at = ?5, overdue_at = ?6,
               stale = CASE version WHEN ?7 THEN 0 ELSE 1 END WHERE device = ?1";
    tx.db.prepare_cached(sql)?.execute(params![
        device,
        word(&verdict.state),
        text_of(&verdict.reasons),
        Ms(since),
        verdict.check_at.map(Ms),
        verdict.overdue_at.map(Ms),
        verdict.version.cast_signed(),
    ])?;
    if before.state != verdict.state {
        let data = json!({ "from": before.state, "to": verdict.state, "reasons": verdict.reasons });
        events::add(tx, "device.health", Some(device), data, now)?;
    }
    if before.reasons == verdict.reasons {
        return Ok(());
    }
    if differs_by_itself(&before, verdict) {
        watch::changed(tx, device, "health")?;
        watch::changed(tx, device, "health.reason")?;
    }
    let sql = "DELETE FROM device_health_reason WHERE device = ?1";
    tx.db.prepare_cached(sql)?.execute([device])?;
    for reason in &verdict.reasons {
        let sql = "INSERT OR IGNORE INTO device_health_reason (reason, device) VALUES (?1, ?2)";
        let row = params![word(&reason.reason), device];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

/// Whether a device stands otherwise for reasons that are not its profiles'. What profiles bring about does not choose
/// profiles anew: one that is refused could come and go for ever.
fn differs_by_itself(before: &Health, verdict: &HealthVerdict) -> bool {
    let own = |reasons: &[HealthReason]| -> Vec<HealthReasonKind> {
        let kinds = reasons.iter().map(|reason| reason.reason);
        kinds
            .filter(|kind| *kind != HealthReasonKind::ProfileRefused)
            .collect()
    };
    let (one, other) = (own(&before.reasons), own(&verdict.reasons));
    let alone = one.len() == before.reasons.len() && other.len() == verdict.reasons.len();
    one != other || (alone && before.state != verdict.state)
}

/// Devices that have come since they were found overdue.
fn returned(db: &Connection) -> Result<Vec<Id>> {
    let sql = "SELECT h.device FROM device_health h JOIN seen s ON s.id = h.device
               WHERE h.overdue_at IS NOT NULL AND h.stale = 0 AND s.last_inform > h.overdue_at LIMIT 1000";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[async_trait]
impl HealthStore for SqliteStore {
    async fn health(&self, device: Id) -> Result<Option<Health>> {
        self.engine.read(move |db| find(db, device)).await
    }

    async fn health_list(
        &self,
        state: Option<HealthState>,
        reason: Option<HealthReasonKind>,
        page: Page<Id>,
    ) -> Result<Vec<Health>> {
        self.engine
            .read(move |db| list(db, state, reason, page))
            .await
    }

    async fn health_summary(&self) -> Result<HealthSummary> {
        let count = self.engine.read(summary);
        let devices = |counted: &HealthSummary| counted.states.values().sum();
        self.health.or_count((), count, devices).await
    }

    async fn health_work(&self, now: Timestamp, limit: usize) -> Result<Vec<HealthWork>> {
        self.engine.read(move |db| work(db, now, limit)).await
    }

    async fn health_returned(&self) -> Result<u64> {
        let devices = self.engine.read(returned).await?;
        if devices.is_empty() {
            return Ok(0);
        }
        let number = devices.len() as u64;
        self.engine
            .write(move |tx| devices.iter().try_for_each(|device| look(tx, *device)))
            .await?;
        Ok(number)
    }

    async fn health_keep(&self, verdicts: Vec<HealthVerdict>, now: Timestamp) -> Result<()> {
        self.engine
            .write(move |tx| {
                verdicts
                    .iter()
                    .try_for_each(|verdict| keep(tx, verdict, now))
            })
            .await
    }
}
