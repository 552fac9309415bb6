//! The audit trail: one line for each change somebody made, in the same transaction as the change, each bound to the one
//! before it ([`audit_chain`](crate::store::audit_chain)).

use super::engine::Tx;
use super::events;
use super::people::{put_setting, setting};
use super::rows::{Ms, count, limit};
use crate::store::audit_chain::{Head, TrailCheck, Walk, hash};
use crate::store::{Actor, AuditEntry, AuditFilter, Page, PastLines, Result, StoreError};
use data_model::{OperatorError, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, ToSql, params};
use serde_json::json;
use std::path::Path;

/// Where the chain ends.
const HEAD: &str = "audit.head";
/// The last line that is past its time; the chain begins behind it.
const ANCHOR: &str = "audit.anchor";

/// Actions that are no events: who has signed in from where, and who has seen a secret, is for those who may read the
/// trail, and everybody may follow events.
const OF_THE_TRAIL_ALONE: [&str; 4] = ["sign-", "secret.", "token.", "audit."];

/// What was there before a change and what is after it. Never a secret.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Adds a line.
pub(super) fn add(
    tx: &Tx<'_>,
    actor: &Actor,
    action: &str,
    subject: impl std::fmt::Display,
    now: Timestamp,
) -> Result<()> {
    add_change(tx, actor, action, subject, Change::default(), now)
}

/// Adds a line that says what was there before and what is there after it.
pub(super) fn add_change(
    tx: &Tx<'_>,
    actor: &Actor,
    action: &str,
    subject: impl std::fmt::Display,
    change: Change,
    now: Timestamp,
) -> Result<()> {
    let head = head(tx.db, HEAD)?.unwrap_or_default();
    // Somebody may have written lines by hand: these must not keep ours from being written.
    let last = last(tx.db)?.map_or(0, |last| last.number);
    let line = AuditEntry {
        number: head.number.max(last) + 1,
        at: now,
        actor: actor.to_string(),
        action: action.to_owned(),
        subject: subject.to_string(),
        before: change.before,
        after: change.after,
    };
    let hash = hash(&head.hash, &line);
    let sql = "INSERT INTO audit (number, at, actor, action, subject, before, after, hash)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    tx.db.prepare_cached(sql)?.execute(params![
        line.number.cast_signed(),
        Ms(line.at),
        line.actor,
        line.action,
        line.subject,
        line.before,
        line.after,
        hash,
    ])?;
    let head = Head {
        number: line.number,
        hash,
    };
    put_setting(tx, HEAD, &head.to_bytes())?;
    if OF_THE_TRAIL_ALONE
        .iter()
        .any(|start| action.starts_with(start))
    {
        return Ok(());
    }
    let data = json!({ "actor": line.actor, "subject": line.subject });
    events::add(tx, action, None, data, now)
}

fn head(db: &Connection, name: &str) -> Result<Option<Head>> {
    let kept = setting(db, name)?;
    Ok(kept.and_then(|bytes| Head::from_bytes(&bytes)))
}

fn last(db: &Connection) -> Result<Option<Head>> {
    let sql = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
    let mut statement = db.prepare_cached(sql)?;
    let found: Option<(i64, Option<Vec<u8>>)> = statement
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(number, hash)| Head {
        number: count(number),
        hash: hash
            .and_then(|hash| hash.try_into().ok())
            .unwrap_or_default(),
    }))
}

/// Begins the chain of a store that has none, with the lines there are; says in the log if the end of one that has is
/// not what it was.
pub(super) fn open(db: &mut Connection) -> rusqlite::Result<()> {
    let tx = db.transaction()?;
    let kept: Option<Vec<u8>> = tx
        .query_row("SELECT value FROM setting WHERE name = ?1", [HEAD], |row| {
            row.get(0)
        })
        .optional()?;
    let end: Option<(i64, Option<Vec<u8>>)> = tx
        .query_row(
            "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match kept.and_then(|kept| Head::from_bytes(&kept)) {
        Some(head) => {
            let end = end.map_or((0, None), |(number, hash)| (count(number), hash));
            let is_same = end.0 == head.number
                && (head.number == 0 || end.1.as_deref() == Some(head.hash.as_slice()));
            if !is_same && !past_its_time(&tx, head)? {
                tracing::error!(
                    "the end of the audit trail is not what was written; `dialtone audit verify` says more"
                );
            }
            return Ok(());
        }
        None if end.is_some_and(|(_, hash)| hash.is_some()) => {
            tracing::error!(
                "the audit trail has lost the record of its end; `dialtone audit verify` says more"
            );
            return Ok(());
        }
        None => {}
    }
    let mut head = Head::default();
    {
        let mut lines = tx.prepare(&format!("SELECT {LINE} FROM audit ORDER BY number"))?;
        let mut update = tx.prepare("UPDATE audit SET number = ?3, hash = ?1 WHERE number = ?2")?;
        let mut rows = lines.query([])?;
        while let Some(row) = rows.next()? {
            let mut line = line(row)?;
            let stands_at = line.number.cast_signed();
            line.number = head.number + 1;
            head = Head {
                number: line.number,
                hash: hash(&head.hash, &line),
            };
            update.execute(params![head.hash, stands_at, head.number.cast_signed()])?;
        }
    }
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
    tx.execute(sql, params![HEAD, head.to_bytes()])?;
    tx.commit()
}

/// Whether every line is past its time.
fn past_its_time(db: &Connection, head: Head) -> rusqlite::Result<bool> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    let anchor: Option<Vec<u8>> = db.query_row(sql, [ANCHOR], |row| row.get(0)).optional()?;
    Ok(anchor.and_then(|anchor| Head::from_bytes(&anchor)) == Some(head))
}

const LINE: &str = "number, at, actor, action, subject, before, after";

fn line(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        number: count(row.get(0)?),
        at: row.get::<_, Ms>(1)?.0,
        actor: row.get(2)?,
        action: row.get(3)?,
        subject: row.get(4)?,
        before: row.get(5)?,
        after: row.get(6)?,
    })
}

/// The newest lines a filter finds.
pub(super) fn list(
    db: &Connection,
    filter: &AuditFilter,
    page: Page<u64>,
) -> Result<Vec<AuditEntry>> {
    let before = page
        .after
        .and_then(|number| i64::try_from(number).ok())
        .unwrap_or(i64::MAX);
    let mut sql = format!("SELECT {LINE} FROM audit WHERE number < ?");
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(before)];
    if let Some(actor) = &filter.actor {
        // A user's tokens are the user.
        sql.push_str(" AND (actor = ? OR substr(actor, 1, length(?) + 1) = ? || '/')");
        values.extend((0..3).map(|_| Box::new(actor.clone()) as Box<dyn ToSql>));
    }
    if let Some(action) = &filter.action {
        match action.strip_suffix('*') {
            Some(start) => {
                sql.push_str(" AND substr(action, 1, length(?)) = ?");
                values.extend((0..2).map(|_| Box::new(start.to_owned()) as Box<dyn ToSql>));
            }
            None => {
                sql.push_str(" AND action = ?");
                values.push(Box::new(action.clone()));
            }
        }
    }
    if let Some(text) = &filter.subject {
        sql.push_str(" AND instr(subject, ?) > 0");
        values.push(Box::new(text.clone()));
    }
    for (time, condition) in [
        (filter.since, " AND at >= ?"),
        (filter.until, " AND at < ?"),
    ] {
        if let Some(time) = time {
            sql.push_str(condition);
            values.push(Box::new(Ms(time)));
        }
    }
    sql.push_str(" ORDER BY number DESC LIMIT ?");
    values.push(Box::new(limit(page.limit)));
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(rusqlite::params_from_iter(values), line)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Looks at every line.
pub(super) fn check(db: &Connection, expected: Option<Head>) -> Result<TrailCheck> {
    let anchor = head(db, ANCHOR)?.unwrap_or_default();
    let mut walk = Walk::new(anchor, expected);
    let mut statement =
        db.prepare_cached(&format!("SELECT {LINE}, hash FROM audit ORDER BY number"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let held: Option<Vec<u8>> = row.get(7)?;
        if !walk.step(&line(row)?, held.as_deref()) {
            break;
        }
    }
    Ok(walk.finish(head(db, HEAD)?))
}

/// Looks at every line of a store's file, also while a server has it open.
///
/// # Errors
/// If the file cannot be read.
pub fn check_file(
    path: &Path,
    expected: Option<Head>,
) -> std::result::Result<TrailCheck, OperatorError> {
    let trouble = |error: &dyn std::fmt::Display| {
        OperatorError::new(
            format!("cannot read the audit trail in {}", path.display()),
            error,
            "give the data folder of a server of this version, as a user who may read and write it",
        )
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| trouble(&error))?;
    check(&db, expected).map_err(|error| trouble(&error))
}

/// The oldest lines, those from before a time and at most so many, with where the chain stands before them.
pub(super) fn past(db: &Connection, before: Timestamp, most: usize) -> Result<PastLines> {
    // Times are the clock's, which may have been set back; numbers are in order.
    let sql = format!(
        "SELECT {LINE}, hash FROM audit WHERE number < (
             SELECT coalesce(min(number), 9223372036854775807) FROM audit WHERE at >= ?1)
         ORDER BY number LIMIT ?2"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![Ms(before), limit(most)])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let held: Option<Vec<u8>> = row.get(7)?;
        lines.push((line(row)?, held.unwrap_or_default()));
    }
    Ok(PastLines {
        behind: head(db, ANCHOR)?.unwrap_or_default(),
        lines,
    })
}

/// Drops the lines up to one, which must be the one that is meant; the chain goes on behind it.
pub(super) fn cut(
    tx: &Tx<'_>,
    actor: &Actor,
    upto: Head,
    kept_in: &str,
    now: Timestamp,
) -> Result<u64> {
    let sql = "SELECT hash FROM audit WHERE number = ?1";
    let held: Option<Option<Vec<u8>>> = tx
        .db
        .prepare_cached(sql)?
        .query_row([upto.number.cast_signed()], |row| row.get(0))
        .optional()?;
    if held.flatten().as_deref() != Some(upto.hash.as_slice()) {
        let why = "the line the trail is to be cut at is not what it was when it was exported";
        return Err(StoreError::Conflict(why.into()));
    }
    let sql = "DELETE FROM audit WHERE number <= ?1";
    let gone = tx
        .db
        .prepare_cached(sql)?
        .execute([upto.number.cast_signed()])?;
    put_setting(tx, ANCHOR, &upto.to_bytes())?;
    let subject = format!("lines up to {}, kept in {kept_in}", upto.to_text());
    add(tx, actor, "audit.cut", subject, now)?;
    Ok(gone as u64)
}

/// Where the chain of a store's file begins: behind the last line that was exported and removed.
///
/// # Errors
/// If the file cannot be read.
pub fn anchor_of_file(path: &Path) -> std::result::Result<Head, String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| error.to_string())?;
    let anchor = head(&db, ANCHOR).map_err(|error| error.to_string())?;
    Ok(anchor.unwrap_or_default())
}
