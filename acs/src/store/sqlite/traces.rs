//! Message traces: which devices are traced, and the last sessions of each.

use super::engine::Tx;
use super::rows::{Ms, corrupt, count, from_json, json};
use super::{audit, devices};
use crate::store::{Actor, Id, Result, SessionSummary, TraceLimits, TracedMessage, TracedSession};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

/// zstd's level: messages pack well at any.
const LEVEL: i32 = 3;
/// Bytes of an unpacked session; [`crate::limits::TRACE_BYTES`] of messages and what JSON adds to them.
const BYTES: usize = 32 * 1024 * 1024;
/// Sessions that go at one time when there is no room; the next one that comes goes on.
const BATCH: i64 = 50;

/// Traces a device until a time.
pub(super) fn switch(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<()>> {
    if !devices::exists(tx.db, device)? {
        return Ok(None);
    }
    let sql = "INSERT OR REPLACE INTO trace_switch (device, until) VALUES (?1, ?2)";
    let row = params![device, Ms(until)];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let sql = "DELETE FROM trace_switch WHERE until <= ?1";
    tx.db.prepare_cached(sql)?.execute([Ms(now)])?;
    let verb = if now < until { "trace.on" } else { "trace.off" };
    audit::add(tx, actor, verb, device, now)?;
    Ok(Some(()))
}

/// The devices that are traced.
pub(super) fn switches(db: &Connection, now: Timestamp) -> Result<Vec<(Id, Timestamp)>> {
    let sql = "SELECT device, until FROM trace_switch WHERE until > ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([Ms(now)], |row| Ok((row.get(0)?, row.get::<_, Ms>(1)?.0)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The messages of a session, packed.
pub(super) fn pack(session: &TracedSession) -> Result<Vec<u8>> {
    zstd::bulk::compress(json(&session.messages).as_bytes(), LEVEL)
        .map_err(|error| corrupt("traced_session", session.id, error))
}

/// Keeps a session, and forgets the oldest ones.
pub(super) fn put(
    tx: &mut Tx<'_>,
    session: &TracedSession,
    packed: &[u8],
    limits: TraceLimits,
) -> Result<()> {
    if !devices::exists(tx.db, session.device)? {
        return Ok(());
    }
    let sql = "INSERT INTO traced_session
               (id, device, begin, ended, events, rpcs, outcome, complete, bytes, messages)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    tx.db.prepare_cached(sql)?.execute(params![
        session.id,
        session.device,
        Ms(session.begin),
        Ms(session.end),
        json(&session.events),
        session.rpcs,
        session.outcome,
        session.complete,
        packed.len() as i64,
        packed,
    ])?;
    let sql = "DELETE FROM traced_session WHERE device = ?1 AND id NOT IN
               (SELECT id FROM traced_session WHERE device = ?1 ORDER BY id DESC LIMIT ?2)";
    let row = params![session.device, limits.sessions];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let sql = "SELECT bytes FROM traced_bytes";
    let bytes = tx.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    if count(bytes) > limits.bytes {
        let sql = "DELETE FROM traced_session WHERE id IN
                   (SELECT id FROM traced_session ORDER BY id LIMIT ?1)";
        tx.db.prepare_cached(sql)?.execute([BATCH])?;
    }
    Ok(())
}

/// The sessions of a device, newest first.
pub(super) fn list(db: &Connection, device: Id) -> Result<Vec<SessionSummary>> {
    let sql = "SELECT id, begin, ended, events, rpcs, outcome FROM traced_session
               WHERE device = ?1 ORDER BY id DESC";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let mut sessions = Vec::new();
    while let Some(row) = rows.next()? {
        let id: Id = row.get(0)?;
        let events: String = row.get(3)?;
        sessions.push(SessionSummary {
            id,
            begin: row.get::<_, Ms>(1)?.0,
            end: row.get::<_, Ms>(2)?.0,
            events: from_json(&events, "traced_session", id)?,
            rpcs: row.get(4)?,
            outcome: row.get(5)?,
        });
    }
    Ok(sessions)
}

/// One session with its messages; that somebody has read it is in the audit trail.
pub(super) fn read(
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: Id,
    id: Id,
    now: Timestamp,
) -> Result<Option<TracedSession>> {
    let sql = "SELECT t.begin, t.ended, t.events, t.rpcs, t.outcome, t.complete, t.messages, d.identity
               FROM traced_session t JOIN device d ON d.id = t.device WHERE t.device = ?1 AND t.id = ?2";
    let found = tx
        .db
        .prepare_cached(sql)?
        .query_row(params![device, id], |row| {
            let (events, packed): (String, Vec<u8>) = (row.get(2)?, row.get(6)?);
            let session = TracedSession {
                id,
                device,
                identity: row.get(7)?,
                begin: row.get::<_, Ms>(0)?.0,
                end: row.get::<_, Ms>(1)?.0,
                events: Vec::new(),
                rpcs: row.get(3)?,
                outcome: row.get(4)?,
                complete: row.get(5)?,
                messages: Vec::new(),
            };
            Ok((session, events, packed))
        })
        .optional()?;
    let Some((mut session, events, packed)) = found else {
        return Ok(None);
    };
    let bytes = zstd::bulk::decompress(&packed, BYTES)
        .map_err(|error| corrupt("traced_session", id, error))?;
    let text = String::from_utf8(bytes).map_err(|error| corrupt("traced_session", id, error))?;
    let messages: Vec<TracedMessage> = from_json(&text, "traced_session", id)?;
    session.events = from_json(&events, "traced_session", id)?;
    session.messages = messages;
    audit::add(tx, actor, "trace.read", format!("{device} {id}"), now)?;
    Ok(Some(session))
}
