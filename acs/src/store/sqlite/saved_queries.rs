//! Queries that people keep under a name.

use super::audit;
use super::engine::Tx;
use super::rows::{Ms, corrupt, count, from_json, json, limit, readable};
use crate::limits::SAVED_QUERIES;
use crate::store::{Actor, Page, Result, SavedQuery, StoreError};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

fn saved(row: &Row<'_>) -> Result<SavedQuery> {
    let name: String = row.get(0)?;
    let query: String = row.get(3)?;
    let fields: String = row.get(4)?;
    Ok(SavedQuery {
        owner: row.get(1)?,
        shared: row.get(2)?,
        query: query
            .parse()
            .map_err(|error| corrupt("saved_query", &name, error))?,
        fields: from_json(&fields, "saved_query", &name)?,
        updated: row.get::<_, Ms>(5)?.0,
        name,
    })
}

fn owner_of(db: &Connection, name: &str) -> Result<Option<String>> {
    let sql = "SELECT owner FROM saved_query WHERE name = ?1";
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Keeps one, unless somebody else has the name.
pub(super) fn put(tx: &Tx<'_>, actor: &Actor, query: &SavedQuery) -> Result<()> {
    if owner_of(tx.db, &query.name)?.is_some_and(|owner| owner != query.owner) {
        let why = format!("somebody else keeps a query as `{}`", query.name);
        return Err(StoreError::Conflict(why));
    }
    let sql = "SELECT count(*) FROM saved_query WHERE owner = ?1 AND name != ?2";
    let mut statement = tx.db.prepare_cached(sql)?;
    let others = count(statement.query_row([&query.owner, &query.name], |row| row.get(0))?);
    if others >= SAVED_QUERIES {
        let why = format!("{} keeps {SAVED_QUERIES} queries already", query.owner);
        return Err(StoreError::Conflict(why));
    }
    let sql = "INSERT OR REPLACE INTO saved_query (name, owner, shared, query, fields, updated)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.db.prepare_cached(sql)?.execute(params![
        query.name,
        query.owner,
        query.shared,
        query.query.to_string(),
        json(&query.fields),
        Ms(query.updated),
    ])?;
    audit::add(tx, actor, "query.put", &query.name, query.updated)
}

/// Removes one of this owner.
pub(super) fn delete(
    tx: &Tx<'_>,
    actor: &Actor,
    owner: &str,
    name: &str,
    now: Timestamp,
) -> Result<Option<()>> {
    let sql = "DELETE FROM saved_query WHERE name = ?1 AND owner = ?2";
    if tx.db.prepare_cached(sql)?.execute([name, owner])? == 0 {
        return Ok(None);
    }
    audit::add(tx, actor, "query.delete", name, now)?;
    Ok(Some(()))
}

/// One that somebody sees.
pub(super) fn find(db: &Connection, owner: &str, name: &str) -> Result<Option<SavedQuery>> {
    let sql = "SELECT name, owner, shared, query, fields, updated FROM saved_query
               WHERE (owner = ?1 OR shared) AND name = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([owner, name])?;
    rows.next()?.map(saved).transpose()
}

/// Those somebody sees, by name.
pub(super) fn list(db: &Connection, owner: &str, page: &Page<String>) -> Result<Vec<SavedQuery>> {
    let sql = "SELECT name, owner, shared, query, fields, updated FROM saved_query
               WHERE (owner = ?1 OR shared) AND name > ?2 ORDER BY name LIMIT ?3";
    let after = page.after.as_deref().unwrap_or_default();
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![owner, after, limit(page.limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(readable(saved(row))?);
    }
    Ok(found)
}
