//! Which devices a filter finds, by indexes where they help and by a look at each row where they do not.
//!
//! Keys are hashes, so the devices behind any key are a fair sample of all: if the first few thousand have a page's worth
//! of hits, a walk over the rows is the fastest way; if not, the hits are few, and an index that lists few is.

use super::parameter_index::Index;
use super::rows::{count, json, limit};
use crate::query::ast::{Check, Expr, Field, Test, Value};
use crate::query::catalogue;
use crate::query::pattern::Pattern;
use crate::query::sql::{Bound, Compiled, Fragment, compile};
use crate::store::{DeviceFilter, Id, Page, Result, StoreError};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, ToSql, params_from_iter};

/// Devices that are looked at to see whether hits are many.
const SAMPLE: usize = 2_000;
/// Keys from an index beyond which walking over all rows is as good.
const FEW: usize = 20_000;
/// Keys that are checked by one statement.
const CHECKED: usize = 1_000;

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Bound::Text(text) => ValueRef::Text(text.as_bytes()),
            Bound::Integer(number) => ValueRef::Integer(*number),
            Bound::Real(number) => ValueRef::Real(*number),
        }))
    }
}

/// A filter as one query.
pub(super) fn expression(filter: &DeviceFilter) -> Expr {
    let selector = &filter.selector;
    let mut list = Vec::new();
    let mut ask = |name: &str, check: Check| {
        // All of these are in the catalogue.
        list.extend(catalogue::find(name).map(|attribute| {
            Expr::Test(Test {
                field: Field::Attribute(attribute),
                check,
            })
        }));
    };
    for (name, wanted) in [
        ("product_class", &selector.product_class),
        ("software_version", &selector.software_version),
        ("serial_number", &selector.serial_number),
    ] {
        match wanted.as_slice() {
            [] => {}
            [one] => ask(name, Check::Is(Value::Text(one.clone()))),
            several => {
                let values = several.iter().cloned().map(Value::Text);
                ask(name, Check::OneOf(values.collect()));
            }
        }
    }
    for tag in &selector.tags {
        ask("tag", Check::Is(Value::Text(tag.clone())));
    }
    for tags in filter.scope.lists() {
        let values = tags.iter().cloned().map(Value::Text);
        ask("tag", Check::OneOf(values.collect()));
    }
    if let Some(text) = &filter.contains {
        ask("identity", Check::Contains(text.clone()));
    }
    match selector.query.as_ref().map(|query| query.expr().clone()) {
        None => {}
        Some(Expr::And(inner)) => list.extend(inner),
        Some(other @ (Expr::Or(_) | Expr::Not(_) | Expr::Test(_))) => list.push(other),
    }
    match <[Expr; 1]>::try_from(list) {
        Ok([only]) => only,
        Err(list) => Expr::And(list),
    }
}

/// A filter as the database is asked for it.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The query.
    pub compiled: Compiled,
    /// The tables it needs.
    pub tables: Tables,
    /// What a scan picks out of snapshots: the parameters it compares, then those it counts by.
    pub patterns: Vec<Pattern>,
}

/// The tables a statement reads of each device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tables {
    /// Only `d`.
    Device,
    /// Only `s`, which is narrow.
    Seen,
    /// Both.
    Both,
}

impl Tables {
    /// Those these pieces name.
    pub fn of<'a>(pieces: impl Iterator<Item = &'a Fragment>) -> Tables {
        let (mut device, mut seen) = (false, false);
        for piece in pieces {
            let names = |start: &str| {
                [" ", "("]
                    .iter()
                    .any(|before| piece.sql.contains(&format!("{before}{start}")))
                    || piece.sql.starts_with(start)
            };
            device |= names("d.");
            seen |= names("s.");
        }
        match (device, seen) {
            (true, true) => Tables::Both,
            (true, false) => Tables::Device,
            (false, _) => Tables::Seen,
        }
    }

    /// `FROM` these, to be walked in the order of keys.
    pub fn from(self) -> &'static str {
        match self {
            Tables::Device => "device d NOT INDEXED",
            Tables::Seen => "seen s",
            Tables::Both => "device d NOT INDEXED CROSS JOIN seen s ON s.id = d.id",
        }
    }

    /// `FROM` these, in whatever order the database likes.
    pub fn joined(self) -> &'static str {
        match self {
            Tables::Device => "device d",
            Tables::Seen => "seen s",
            Tables::Both => "device d JOIN seen s ON s.id = d.id",
        }
    }

    /// The column that holds the key.
    pub fn key(self) -> &'static str {
        match self {
            Tables::Device | Tables::Both => "d.id",
            Tables::Seen => "s.id",
        }
    }

    /// A statement with the key's column in place.
    pub fn sql(self, text: &str) -> String {
        text.replace("@id", self.key())
    }
}

impl Plan {
    /// For a filter, with the index as it is.
    pub fn new(db: &Connection, filter: &DeviceFilter) -> Result<Plan> {
        let index = Index::read(db)?;
        let compiled = compile(&expression(filter), &index, filter.now);
        let pieces = compiled.columns.iter().chain([&compiled.condition]);
        Ok(Plan {
            tables: Tables::of(pieces),
            patterns: compiled
                .parameters
                .iter()
                .map(|(pattern, _)| pattern.clone())
                .collect(),
            compiled,
        })
    }

    /// Whether the database alone decides it.
    pub fn is_whole(&self) -> bool {
        self.compiled.residue.is_none()
    }

    /// The condition in its place.
    fn condition(&self) -> String {
        self.tables.sql(&self.compiled.condition.sql)
    }

    /// The keys of some set the index lists, if there is one that is small: the smallest.
    pub fn few(&self, db: &Connection) -> Result<Option<Vec<Id>>> {
        let mut best: Option<Vec<Id>> = None;
        for set in &self.compiled.sets {
            let most = best.as_ref().map_or(FEW, Vec::len);
            let sql = format!("SELECT * FROM ({}) LIMIT {}", set.sql, most + 1);
            let mut statement = db.prepare_cached(&sql)?;
            let keys = statement.query_map(params_from_iter(&set.bound), |row| row.get(0))?;
            let keys: Vec<Id> = keys.collect::<rusqlite::Result<_>>()?;
            if keys.len() <= most {
                best = Some(keys);
            }
        }
        if let Some(keys) = &mut best {
            keys.sort_unstable();
            keys.dedup();
        }
        Ok(best)
    }
}

/// The keys of a page, of a filter the database alone decides.
pub(super) fn page(db: &Connection, plan: &Plan, page: Page<Id>) -> Result<Vec<Id>> {
    let after = page.after.map_or(i64::MIN, Id::to_i64);
    let sql = format!("SELECT id FROM seen WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET {SAMPLE}");
    let end = db
        .prepare_cached(&sql)?
        .query_row([after], |row| row.get(0));
    let end: Option<i64> = end.optional()?;
    let sample = walk(db, plan, (after, end.unwrap_or(i64::MAX)), page.limit)?;
    if end.is_none() || sample.len() >= page.limit {
        return Ok(sample);
    }
    match plan.few(db)? {
        Some(keys) => {
            let behind = keys.partition_point(|key| page.after.is_some_and(|after| *key <= after));
            check(db, plan, &keys[behind..], page.limit)
        }
        None => walk(db, plan, (after, i64::MAX), page.limit),
    }
}

/// The last of so many devices behind a key, of a filter the database alone decides; none if there are fewer.
pub(super) fn place(
    db: &Connection,
    plan: &Plan,
    after: Option<Id>,
    skip: usize,
) -> Result<Option<Id>> {
    if let Some(keys) = plan.few(db)? {
        let behind = keys.partition_point(|key| after.is_some_and(|after| *key <= after));
        return Ok(check(db, plan, &keys[behind..], skip)?
            .get(skip - 1)
            .copied());
    }
    let sql = format!(
        "SELECT {key} FROM {from} WHERE {condition} AND {key} > ? ORDER BY {key} LIMIT 1 OFFSET ?",
        key = plan.tables.key(),
        from = plan.tables.from(),
        condition = plan.condition(),
    );
    let mut bound = plan.compiled.condition.bound.clone();
    bound.extend([after.map_or(i64::MIN, Id::to_i64), limit(skip - 1)].map(Bound::Integer));
    let mut statement = db.prepare_cached(&sql)?;
    let place = statement.query_row(params_from_iter(&bound), |row| row.get(0));
    Ok(place.optional()?)
}

/// Rows one after the other, behind one key and up to another.
fn walk(db: &Connection, plan: &Plan, (after, end): (i64, i64), most: usize) -> Result<Vec<Id>> {
    let sql = format!(
        "SELECT {key} FROM {from} WHERE {condition} AND {key} > ? AND {key} <= ? ORDER BY {key} LIMIT ?",
        key = plan.tables.key(),
        from = plan.tables.from(),
        condition = plan.condition(),
    );
    let mut bound = plan.compiled.condition.bound.clone();
    bound.extend([after, end, limit(most)].map(Bound::Integer));
    let mut statement = db.prepare_cached(&sql)?;
    let keys = statement.query_map(params_from_iter(&bound), |row| row.get(0))?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

/// Those of some keys for which the condition holds, at most so many.
fn check(db: &Connection, plan: &Plan, keys: &[Id], most: usize) -> Result<Vec<Id>> {
    let sql = format!(
        "SELECT {key} FROM {from} WHERE {condition} AND {key} IN (SELECT value FROM json_each(?)) ORDER BY {key}",
        key = plan.tables.key(),
        from = plan.tables.from(),
        condition = plan.condition(),
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for some in keys.chunks(CHECKED) {
        let numbers: Vec<i64> = some.iter().map(|key| key.to_i64()).collect();
        let mut bound = plan.compiled.condition.bound.clone();
        bound.push(Bound::Text(json(&numbers)));
        let hits = statement.query_map(params_from_iter(&bound), |row| row.get(0))?;
        for hit in hits {
            found.push(hit?);
            if found.len() >= most {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// How many devices a filter finds that the database alone decides.
pub(super) fn number(db: &Connection, plan: &Plan) -> Result<u64> {
    let compiled = &plan.compiled;
    if let Some(set) = &compiled.exactly {
        let sql = format!("SELECT count(*) FROM ({})", set.sql);
        let mut statement = db.prepare_cached(&sql)?;
        return Ok(count(
            statement.query_row(params_from_iter(&set.bound), |row| row.get(0))?,
        ));
    }
    if let Some(keys) = plan.few(db)? {
        return Ok(check(db, plan, &keys, usize::MAX)?.len() as u64);
    }
    let sql = format!(
        "SELECT count(*) FROM {from} WHERE {condition}",
        from = plan.tables.from(),
        condition = plan.condition(),
    );
    let mut statement = db.prepare_cached(&sql)?;
    let number = statement.query_row(params_from_iter(&compiled.condition.bound), |row| {
        row.get(0)
    })?;
    Ok(count(number))
}

/// A filter as a condition on the device's row `d` alone, for statements about devices of others.
pub(super) fn of_devices(db: &Connection, filter: &DeviceFilter) -> Result<(String, Vec<Bound>)> {
    let plan = Plan::new(db, filter)?;
    if !plan.is_whole() {
        let why = "the query asks for parameters that have no index";
        return Err(StoreError::Conflict(why.into()));
    }
    let condition = plan.compiled.condition;
    let sql = match plan.tables {
        Tables::Device => Tables::Device.sql(&condition.sql),
        Tables::Seen if !condition.sql.contains("s.") => Tables::Device.sql(&condition.sql),
        tables @ (Tables::Seen | Tables::Both) => format!(
            "d.id IN (SELECT {key} FROM {from} WHERE {condition})",
            key = tables.key(),
            from = tables.joined(),
            condition = tables.sql(&condition.sql),
        ),
    };
    Ok((sql, condition.bound))
}
