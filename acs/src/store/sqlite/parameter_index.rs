//! Values of the parameters the operator chose, in rows of their own: written when one of them changes, never by a
//! periodic Inform.

use super::engine::Tx;
use super::rows::limit;
use super::{snapshots, watch};
use crate::query::pattern::Pattern;
use crate::query::sql::Indexed;
use crate::redact::is_secret;
use crate::store::{Id, Page, Result};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Devices whose rows are brought up to date in one transaction: some ten milliseconds of the writer.
const DEVICES: usize = 256;

/// The parameters that are in the index.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    patterns: Vec<Pattern>,
    /// Those among them that selectors of profiles ask for.
    watched: Vec<Pattern>,
}

impl Chosen {
    fn load(db: &Connection) -> Result<Chosen> {
        let sql = "SELECT pattern FROM indexed_pattern WHERE complete >= 0";
        let mut statement = db.prepare_cached(sql)?;
        let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut patterns = Vec::new();
        for text in texts {
            // What cannot be read was written by another version of this program.
            patterns.extend(Pattern::parse(&text?));
        }
        let watched = watch::patterns(db, "parameter")?;
        Ok(Chosen { patterns, watched })
    }

    fn means(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(name)) && !is_secret(name)
    }

    /// Whether which profiles a device gets may depend on it.
    fn watches(&self, name: &str) -> bool {
        self.watched.iter().any(|pattern| pattern.matches(name))
    }
}

/// The choice, by heart after the first time.
fn chosen(tx: &mut Tx<'_>) -> Result<Arc<Chosen>> {
    if let Some(chosen) = &tx.hot.chosen {
        return Ok(Arc::clone(chosen));
    }
    let chosen = Arc::new(Chosen::load(tx.db)?);
    tx.hot.chosen = Some(Arc::clone(&chosen));
    Ok(chosen)
}

/// Has the index hold what the operator chose and what selectors ask for.
pub(super) fn settle(tx: &mut Tx<'_>) -> Result<()> {
    let mut patterns = watch::patterns(tx.db, "chosen")?;
    for pattern in watch::patterns(tx.db, "parameter")? {
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    tx.hot.chosen = None;
    let sql = "UPDATE indexed_pattern SET complete = -1";
    let before = {
        let mut statement = tx
            .db
            .prepare_cached("SELECT pattern, complete FROM indexed_pattern")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<BTreeMap<String, i64>>>()?
    };
    let same = patterns.len() == before.len()
        && patterns.iter().all(|pattern| {
            before
                .get(pattern.as_str())
                .is_some_and(|state| *state >= 0)
        });
    if same {
        return Ok(());
    }
    tx.db.prepare_cached(sql)?.execute([])?;
    for pattern in &patterns {
        let complete = i64::from(before.get(pattern.as_str()) == Some(&1));
        let sql = "INSERT OR REPLACE INTO indexed_pattern (pattern, complete) VALUES (?1, ?2)";
        tx.db
            .prepare_cached(sql)?
            .execute(params![pattern.as_str(), complete])?;
    }
    Ok(())
}

/// Brings the rows of some devices up to date: a walk through the fleet for what the choice was when it began. What has
/// been chosen meanwhile needs another one.
pub(super) fn some(tx: &mut Tx<'_>, after: Option<Id>) -> Result<Option<Id>> {
    let sql = "SELECT EXISTS (SELECT 1 FROM indexed_pattern WHERE complete != 1)";
    if !tx.db.prepare_cached(sql)?.query_row([], |row| row.get(0))? {
        return Ok(None);
    }
    if after.is_none() {
        for sql in [
            "UPDATE indexed_pattern SET complete = 2 WHERE complete = 0",
            "UPDATE indexed_pattern SET complete = -2 WHERE complete = -1",
        ] {
            tx.db.prepare_cached(sql)?.execute([])?;
        }
    }
    let page = Page {
        after,
        limit: DEVICES,
    };
    let devices = keys(tx.db, page)?;
    for device in &devices {
        let values = snapshots::values(tx, *device)?;
        let values = values.iter();
        let values = values.map(|(name, value)| (&**name, value.as_str()));
        keep(tx, *device, values)?;
    }
    if let Some(last) = devices.last() {
        return Ok(Some(*last));
    }
    for sql in [
        "DELETE FROM indexed_pattern WHERE complete = -2",
        "UPDATE indexed_pattern SET complete = 1 WHERE complete = 2",
        "DELETE FROM indexed_name WHERE NOT EXISTS (SELECT 1 FROM indexed_value WHERE name = indexed_name.id)",
    ] {
        tx.db.prepare_cached(sql)?.execute([])?;
    }
    tx.hot.chosen = None;
    Ok(None)
}

fn keys(db: &Connection, page: Page<Id>) -> Result<Vec<Id>> {
    let mut statement =
        db.prepare_cached("SELECT id FROM seen WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let keys = statement.query_map(params![after, limit(page.limit)], |row| row.get(0))?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

/// A device's values as they all are: rows of others go.
pub(super) fn keep_all<'a>(
    tx: &mut Tx<'_>,
    device: Id,
    values: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    match keep(tx, device, values)? {
        Selected::Anew => watch::anew(tx, device),
        Selected::AsBefore => Ok(()),
    }
}

/// Whether a change is one that selectors ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selected {
    AsBefore,
    Anew,
}

fn keep<'a>(
    tx: &mut Tx<'_>,
    device: Id,
    values: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Selected> {
    let chosen = chosen(tx)?;
    let kept = rows(tx.db, device)?;
    let mut selected = Selected::AsBefore;
    if chosen.patterns.is_empty() && kept.is_empty() {
        return Ok(selected);
    }
    let mut gone = kept;
    for (name, value) in values {
        if chosen.means(name)
            && put(tx, device, name, value, gone.remove(name))?
            && chosen.watches(name)
        {
            selected = Selected::Anew;
        }
    }
    for (name, (key, _)) in gone {
        let sql = "DELETE FROM indexed_value WHERE device = ?1 AND name = ?2";
        tx.db.prepare_cached(sql)?.execute(params![device, key])?;
        if chosen.watches(&name) {
            selected = Selected::Anew;
        }
    }
    Ok(selected)
}

/// Some of a device's values: the others stay.
pub(super) fn keep_some<'a>(
    tx: &mut Tx<'_>,
    device: Id,
    values: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    let chosen = chosen(tx)?;
    let mut meant = values.filter(|(name, _)| chosen.means(name)).peekable();
    if meant.peek().is_none() {
        return Ok(());
    }
    let mut kept = rows(tx.db, device)?;
    let mut selected = Selected::AsBefore;
    for (name, value) in meant {
        if put(tx, device, name, value, kept.remove(name))? && chosen.watches(name) {
            selected = Selected::Anew;
        }
    }
    match selected {
        Selected::Anew => watch::anew(tx, device),
        Selected::AsBefore => Ok(()),
    }
}

/// A device's rows: by name, the key of the name and the value.
fn rows(db: &Connection, device: Id) -> Result<BTreeMap<String, (i64, String)>> {
    let sql =
        "SELECT n.name, v.name, v.value FROM indexed_value v JOIN indexed_name n ON n.id = v.name
               WHERE v.device = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([device], |row| {
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Says whether the value is another one.
fn put(
    tx: &Tx<'_>,
    device: Id,
    name: &str,
    value: &str,
    before: Option<(i64, String)>,
) -> Result<bool> {
    let key = match before {
        Some((_, before)) if before == value => return Ok(false),
        Some((key, _)) => key,
        None => key_of(tx.db, name)?,
    };
    let sql = "INSERT OR REPLACE INTO indexed_value (device, name, value) VALUES (?1, ?2, ?3)";
    tx.db
        .prepare_cached(sql)?
        .execute(params![device, key, value])?;
    Ok(true)
}

fn key_of(db: &Connection, name: &str) -> Result<i64> {
    let mut statement = db.prepare_cached("SELECT id FROM indexed_name WHERE name = ?1")?;
    if let Some(key) = statement.query_row([name], |row| row.get(0)).optional()? {
        return Ok(key);
    }
    db.prepare_cached("INSERT INTO indexed_name (name) VALUES (?1)")?
        .execute([name])?;
    Ok(db.last_insert_rowid())
}

/// The index as a question sees it.
#[derive(Debug, Default)]
pub(super) struct Index {
    patterns: Vec<Pattern>,
    names: Vec<(i64, String)>,
}

impl Index {
    /// What is complete at this moment.
    pub fn read(db: &Connection) -> Result<Index> {
        let sql = "SELECT pattern FROM indexed_pattern WHERE complete = 1";
        let mut index = Index::default();
        let mut statement = db.prepare_cached(sql)?;
        for text in statement.query_map([], |row| row.get::<_, String>(0))? {
            index.patterns.extend(Pattern::parse(&text?));
        }
        if !index.patterns.is_empty() {
            let mut statement = db.prepare_cached("SELECT id, name FROM indexed_name")?;
            let names = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            index.names = names.collect::<rusqlite::Result<_>>()?;
        }
        Ok(index)
    }
}

impl Indexed for Index {
    fn names(&self, pattern: &Pattern) -> Option<Vec<i64>> {
        if !self.patterns.iter().any(|known| known.covers(pattern)) {
            return None;
        }
        let meant = self.names.iter().filter(|(_, name)| pattern.matches(name));
        Some(meant.map(|(key, _)| *key).collect())
    }
}
