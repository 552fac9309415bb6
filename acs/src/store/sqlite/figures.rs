//! How the fleet and its queue stand, in numbers: each question reads an index, or one narrow table.

use super::rows::{Ms, count, from_word};
use super::tasks::OPEN;
use crate::store::{Figures, HealthState, Id, Result, TaskState};
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Models and versions that are told apart; the others are one.
const FIRMWARE: usize = 50;
/// The setting that holds when the last backup ended.
pub(super) const LAST_BACKUP: &str = "last-backup";

/// Deliveries counted at most: beyond it nobody cares how many there are.
const WAITING: &str =
    "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE due IS NOT NULL LIMIT 100000)";
const DEAD: &str = "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE due IS NULL LIMIT 100000)";

/// The numbers.
pub(super) fn figures(db: &Connection, overdue: Timestamp, stamp: u64) -> Result<Figures> {
    let number = |sql: &str| -> Result<u64> {
        Ok(count(
            db.prepare_cached(sql)?.query_row([], |row| row.get(0))?,
        ))
    };
    let sql = "SELECT count(*) FROM seen WHERE last_inform > 0 AND last_inform < ?1";
    let late = db
        .prepare_cached(sql)?
        .query_row([Ms(overdue)], |row| row.get(0))?;
    let sql = "SELECT count(*) FILTER (WHERE profile_stamp <> ?1 AND profile_failed_stamp <> ?1),
               count(*) FILTER (WHERE profile_failed_stamp = ?1) FROM device";
    let stamp = stamp.cast_signed();
    let (drift, faults): (i64, i64) = db
        .prepare_cached(sql)?
        .query_row([stamp], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sql = "SELECT value FROM setting WHERE name = ?1";
    let backup: Option<Vec<u8>> = db
        .prepare_cached(sql)?
        .query_row([LAST_BACKUP], |row| row.get(0))
        .optional()?;
    let (tasks, oldest_task) = tasks(db)?;
    Ok(Figures {
        devices: number("SELECT count(*) FROM device")?,
        overdue: count(late),
        drift: count(drift),
        profile_faults: count(faults),
        firmware: firmware(db)?,
        tasks,
        oldest_task,
        campaigns: campaigns(db)?,
        health: health(db)?,
        deliveries_waiting: number(WAITING)?,
        dead_letters: number(DEAD)?,
        untold_since: untold_since(db)?,
        schema: number("SELECT user_version FROM pragma_user_version")?,
        last_backup: backup.map_or(Timestamp::from_millis(0), |bytes| moment(&bytes)),
    })
}

fn moment(bytes: &[u8]) -> Timestamp {
    let ms = bytes.try_into().map_or(0, i64::from_be_bytes);
    Timestamp::from_millis(ms)
}

fn firmware(db: &Connection) -> Result<Vec<(String, String, u64)>> {
    let sql = "SELECT product_class, software_version, count(*) AS devices FROM device
               GROUP BY product_class, software_version ORDER BY devices DESC";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, count(row.get(2)?))))?;
    let mut all: Vec<(String, String, u64)> = rows.collect::<rusqlite::Result<_>>()?;
    if all.len() > FIRMWARE {
        let rest = all.split_off(FIRMWARE);
        let rest = rest.iter().map(|(_, _, devices)| devices).sum();
        all.push(("other".into(), "other".into(), rest));
    }
    Ok(all)
}

type Tasks = (Vec<(TaskState, u64)>, Option<Timestamp>);

fn tasks(db: &Connection) -> Result<Tasks> {
    let sql = format!("SELECT state, count(*), min(created) FROM task WHERE {OPEN} GROUP BY state");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![])?;
    let open = TaskState::ALL.into_iter().filter(|state| !state.is_final());
    let mut tasks: Vec<(TaskState, u64)> = open.map(|state| (state, 0)).collect();
    let mut oldest: Option<Timestamp> = None;
    while let Some(row) = rows.next()? {
        let state: TaskState = from_word(row.get(0)?, "task", "state")?;
        let created = row.get::<_, Ms>(2)?.0;
        oldest = Some(oldest.map_or(created, |oldest| oldest.min(created)));
        for (known, tasks) in &mut tasks {
            if *known == state {
                *tasks = count(row.get(1)?);
            }
        }
    }
    Ok((tasks, oldest))
}

fn campaigns(db: &Connection) -> Result<Vec<(Id, String, u64)>> {
    let sql = "SELECT d.campaign, d.step, count(*) FROM campaign_device d
               JOIN campaign c ON c.id = d.campaign WHERE c.state IN ('running', 'paused')
               GROUP BY d.campaign, d.step";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, count(row.get(2)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn health(db: &Connection) -> Result<Vec<(HealthState, u64)>> {
    let sql = "SELECT state, count(*) FROM device_health GROUP BY state";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        let state = from_word(row.get(0)?, "device_health", "summary")?;
        states.push((state, count(row.get(1)?)));
    }
    Ok(states)
}

/// The oldest event that waits in a delivery, or that no delivery was made of yet.
fn untold_since(db: &Connection) -> Result<Option<Timestamp>> {
    let sql = "SELECT at FROM event WHERE id >= coalesce(min(
                   (SELECT event FROM delivery WHERE due IS NOT NULL ORDER BY id LIMIT 1),
                   (SELECT min(collected) + 1 FROM webhook WHERE enabled = 1)),
                   (SELECT min(collected) + 1 FROM webhook WHERE enabled = 1))
               ORDER BY id LIMIT 1";
    let at: Option<Ms> = db
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(at.map(|at| at.0))
}
