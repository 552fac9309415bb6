//! The freeze calendar.

use super::super::audit;
use super::super::engine::Tx;
use crate::campaigns::calendar::FrozenDays;
use crate::store::{Actor, Freeze, Result};
use data_model::Timestamp;
use rusqlite::{Connection, params};

/// The calendar, as it was written.
pub(super) fn list(db: &Connection) -> Result<Vec<Freeze>> {
    let sql = "SELECT from_day, until_day, reason FROM freeze ORDER BY number";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Freeze {
            from: row.get(0)?,
            until: row.get(1)?,
            reason: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The calendar to compare with. A line that cannot be read freezes nothing, and is logged.
pub(super) fn days(db: &Connection) -> Result<Vec<FrozenDays>> {
    let mut days = Vec::new();
    for freeze in list(db)? {
        match FrozenDays::read(&freeze) {
            Ok(read) => days.push(read),
            Err(error) => tracing::error!(%error, "a freeze is left out"),
        }
    }
    Ok(days)
}

/// Replaces the calendar.
pub(super) fn put(tx: &Tx<'_>, actor: &Actor, freezes: &[Freeze], now: Timestamp) -> Result<()> {
    tx.db.execute("DELETE FROM freeze", [])?;
    for (number, freeze) in (1..).zip(freezes) {
        let sql =
            "INSERT INTO freeze (number, from_day, until_day, reason) VALUES (?1, ?2, ?3, ?4)";
        let number: i64 = number;
        let row = params![number, freeze.from, freeze.until, freeze.reason];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    let words: Vec<String> = freezes
        .iter()
        .map(|freeze| format!("{}/{}", freeze.from, freeze.until))
        .collect();
    audit::add(tx, actor, "freezes.put", words.join(" "), now)
}
