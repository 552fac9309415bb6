//! Groups: variables for every device with a tag.

use super::audit;
use super::engine::Tx;
use super::rows::{from_json, json, readable};
use crate::store::{Actor, Group, Id, Result};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::collections::BTreeMap;

fn group(row: &Row<'_>) -> Result<Group> {
    let (name, variables): (String, String) = (row.get(0)?, row.get(3)?);
    let variables = from_json(&variables, "variable_group", &name)?;
    Ok(Group {
        name,
        tag: row.get(1)?,
        precedence: row.get(2)?,
        variables,
    })
}

/// The variables of the groups of a device.
pub(super) fn variables(
    db: &Connection,
    device: Id,
) -> Result<Vec<(String, BTreeMap<String, String>)>> {
    // What comes last wins.
    let sql =
        "SELECT g.name, g.tag, g.precedence, read_json('group/' || g.name, g.variables) FROM tag t
               JOIN variable_group g ON g.tag = t.tag WHERE t.device = ?1
               ORDER BY g.precedence, g.name DESC";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let mut variables = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(group) = readable(group(row))? else {
            continue;
        };
        variables.push((group.name, group.variables));
    }
    Ok(variables)
}

/// All groups, by name.
pub(super) fn list(db: &Connection) -> Result<Vec<Group>> {
    let sql = "SELECT name, tag, precedence, read_json('group/' || name, variables) FROM variable_group ORDER BY name";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut groups = Vec::new();
    while let Some(row) = rows.next()? {
        groups.extend(readable(group(row))?);
    }
    Ok(groups)
}

/// Makes a group or replaces it.
pub(super) fn put(tx: &mut Tx<'_>, actor: &Actor, group: &Group, now: Timestamp) -> Result<()> {
    if let Some(before) = tag(tx.db, &group.name)? {
        compare_members(tx, &before)?;
    }
    let sql = "INSERT OR REPLACE INTO variable_group (name, tag, precedence, variables)
               VALUES (?1, ?2, ?3, seal_json('group/' || ?1, ?4))";
    let row = params![
        group.name,
        group.tag,
        group.precedence,
        json(&group.variables)
    ];
    tx.db.prepare_cached(sql)?.execute(row)?;
    compare_members(tx, &group.tag)?;
    audit::add(tx, actor, "group.put", &group.name, now)
}

/// Removes a group.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    now: Timestamp,
) -> Result<Option<()>> {
    let Some(tag) = tag(tx.db, name)? else {
        return Ok(None);
    };
    let sql = "DELETE FROM variable_group WHERE name = ?1";
    tx.db.prepare_cached(sql)?.execute([name])?;
    compare_members(tx, &tag)?;
    audit::add(tx, actor, "group.delete", name, now)?;
    Ok(Some(()))
}

fn tag(db: &Connection, name: &str) -> Result<Option<String>> {
    let sql = "SELECT tag FROM variable_group WHERE name = ?1";
    let tag = db.prepare_cached(sql)?.query_row([name], |row| row.get(0));
    Ok(tag.optional()?)
}

/// Nothing that was believed of the devices of a group counts any more.
fn compare_members(tx: &mut Tx<'_>, tag: &str) -> Result<()> {
    tx.hot.clear();
    let sql =
        "UPDATE device SET profile_stamp = 0, profile_failed_stamp = 0, revision = revision + 1
               WHERE id IN (SELECT device FROM tag WHERE tag = ?1)";
    tx.db.prepare_cached(sql)?.execute([tag])?;
    Ok(())
}
