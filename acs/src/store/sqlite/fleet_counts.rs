//! How the fleet stands, in a few passes over narrow rows and indexes.

use super::find::{Plan, Tables};
use super::queries::by_attribute;
use super::rows::count;
use crate::query::catalogue;
use crate::query::sql::{Bound, Fragment};
use crate::store::{DeviceFilter, FleetCounts, Result, StoreError, ValueCount};
use data_model::Timestamp;
use rusqlite::{Connection, params_from_iter};

/// Groups of each kind.
const GROUPS: usize = 50;
/// Milliseconds of a minute and of a day.
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// Counts the devices of a filter.
pub(super) fn read(
    db: &Connection,
    filter: &DeviceFilter,
    online_since: Timestamp,
) -> Result<FleetCounts> {
    let plan = Plan::new(db, filter)?;
    if !plan.is_whole() {
        let why = "counts of the fleet are made from indexes, and this query looks into snapshots";
        return Err(StoreError::Conflict(why.into()));
    }
    let mut counts = seen(db, &plan, filter.now, online_since)?;
    counts.profile_failed = profile_failed(db, &plan)?;
    counts.tasks_failed = tasks_failed(db, &plan, filter.now)?;
    counts.versions = groups(db, &plan, "software_version")?;
    counts.models = groups(db, &plan, "product_class")?;
    Ok(counts)
}

fn before(now: Timestamp, ms: i64) -> i64 {
    now.as_millis().saturating_sub(ms)
}

fn seen(
    db: &Connection,
    plan: &Plan,
    now: Timestamp,
    online_since: Timestamp,
) -> Result<FleetCounts> {
    let condition = &plan.compiled.condition;
    let columns = Fragment::plain("s.informs");
    let tables = Tables::of([&columns, condition].into_iter());
    let sql = format!(
        "SELECT count(*), total(s.informs > 0 AND s.last_inform >= ?), total(s.informs > 0 AND s.last_inform < ?),
         total(s.informs = 0), total(s.last_inform > ?) FROM {} WHERE {}",
        tables.joined(),
        condition.sql
    );
    let since = online_since.as_millis();
    let moments = [since, since, before(now, MINUTE)].map(Bound::Integer);
    let bound = moments.iter().chain(&condition.bound);
    let mut statement = db.prepare_cached(&tables.sql(&sql))?;
    Ok(statement.query_row(params_from_iter(bound), |row| {
        let number = |at: usize| row.get::<_, f64>(at).map(|number| number as u64);
        Ok(FleetCounts {
            devices: count(row.get(0)?),
            online: number(1)?,
            overdue: number(2)?,
            never: number(3)?,
            last_minute: number(4)?,
            ..FleetCounts::default()
        })
    })?)
}

fn profile_failed(db: &Connection, plan: &Plan) -> Result<u64> {
    let condition = &plan.compiled.condition;
    let tables = match plan.tables {
        Tables::Device => Tables::Device,
        Tables::Seen | Tables::Both => Tables::Both,
    };
    let sql = format!(
        "SELECT count(*) FROM {} WHERE d.profile_failed_stamp != 0 AND d.profile_failed_stamp = ? AND {}",
        tables.joined(),
        condition.sql
    );
    let stamp = Bound::Integer(super::profiles::stamp(db)?.cast_signed());
    one(
        db,
        &tables.sql(&sql),
        std::iter::once(&stamp).chain(&condition.bound),
    )
}

fn tasks_failed(db: &Connection, plan: &Plan, now: Timestamp) -> Result<u64> {
    let condition = &plan.compiled.condition;
    let sql = if condition.sql == "1" {
        "SELECT count(*) FROM task WHERE state = 'failed' AND updated > ?".to_owned()
    } else {
        let sql = format!(
            "SELECT count(*) FROM task t WHERE t.state = 'failed' AND t.updated > ?
             AND EXISTS (SELECT 1 FROM {} WHERE @id = t.device AND {})",
            plan.tables.joined(),
            condition.sql
        );
        plan.tables.sql(&sql)
    };
    let since = Bound::Integer(before(now, DAY));
    one(db, &sql, std::iter::once(&since).chain(&condition.bound))
}

fn one<'a>(db: &Connection, sql: &str, bound: impl Iterator<Item = &'a Bound>) -> Result<u64> {
    let mut statement = db.prepare_cached(sql)?;
    let number = statement.query_row(params_from_iter(bound), |row| row.get(0))?;
    Ok(count(number))
}

fn groups(db: &Connection, plan: &Plan, name: &str) -> Result<Vec<ValueCount>> {
    match catalogue::find(name) {
        Some(attribute) => by_attribute(db, plan, attribute, GROUPS),
        None => Ok(Vec::new()),
    }
}
