//! Lines: their rows, the one place where their passwords are sealed, and their registration.

use super::engine::Tx;
use super::rows::{Ms, corrupt, from_json, from_word, json, limit};
use crate::provisioning::line_status;
use crate::store::{
    Account, HeldBy, Id, Line, LineFilter, LineState, LinkedLine, Page, Registration, Result,
};
use data_model::{ParameterList, Secret, Timestamp};
use rusqlite::{Connection, Row, ToSql, params};

const COLUMNS: &str =
    "l.port, l.number, l.user, l.password, l.display_name, l.proxy, l.options, l.enabled";

/// How a password stands in its row.
fn seal(password: &Secret) -> Vec<u8> {
    password.reveal().as_bytes().to_vec()
}

/// What [`seal`] made.
fn open(sealed: Vec<u8>, line: Id) -> Result<Secret> {
    let text = String::from_utf8(sealed).map_err(|_| corrupt("line", line, "no text"))?;
    Ok(Secret::new(text))
}

fn line(row: &Row<'_>, id: Id, first: usize) -> Result<Line> {
    let options: String = row.get(first + 6)?;
    Ok(Line {
        port: row.get(first)?,
        number: row.get(first + 1)?,
        user: row.get(first + 2)?,
        password: open(row.get(first + 3)?, id)?,
        display_name: row.get(first + 4)?,
        proxy: row.get(first + 5)?,
        options: from_json(&options, "line", id)?,
        enabled: row.get(first + 7)?,
    })
}

/// The lines of an account, by port.
pub(super) fn of_account(db: &Connection, account: Id) -> Result<Vec<Line>> {
    let sql = format!("SELECT l.id, {COLUMNS} FROM line l WHERE l.account = ?1 ORDER BY l.port");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([account])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(line(row, row.get(0)?, 1)?);
    }
    Ok(lines)
}

/// Replaces the lines of an account.
pub(super) fn replace(tx: &Tx<'_>, account: &Account) -> Result<()> {
    delete(tx, account.id())?;
    let sql = "INSERT INTO line (id, account, port, number, user, password, display_name, proxy, options, enabled)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let mut statement = tx.db.prepare_cached(sql)?;
    for line in &account.lines {
        statement.execute(params![
            Line::key(&account.account, line.port),
            account.id(),
            line.port,
            line.number,
            line.user,
            seal(&line.password),
            line.display_name,
            line.proxy,
            json(&line.options),
            line.enabled,
        ])?;
    }
    Ok(())
}

/// Removes the lines of an account.
pub(super) fn delete(tx: &Tx<'_>, account: Id) -> Result<()> {
    let sql = "DELETE FROM line WHERE account = ?1";
    tx.db.prepare_cached(sql)?.execute([account])?;
    Ok(())
}

/// The conditions of a filter, and what stands for their question marks.
fn conditions(filter: &LineFilter) -> (String, Vec<Box<dyn ToSql>>) {
    let mut sql = String::from("1");
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    let mut and = |condition: &str, value: Box<dyn ToSql>| {
        sql.push_str(" AND ");
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(number) = &filter.number {
        and("l.number = ?", Box::new(number.clone()));
    }
    if let Some(user) = &filter.user {
        and("l.user = ?", Box::new(user.clone()));
    }
    if let Some(account) = &filter.account {
        and("l.account = ?", Box::new(Account::key(account)));
    }
    if let Some(device) = filter.device {
        let held = "l.account = (SELECT account FROM held WHERE device = ?)";
        and(held, Box::new(device));
    }
    if let Some(text) = &filter.contains {
        // A character that stands in none of them keeps a text from being found across two.
        let found =
            "instr(lower(l.number || char(1) || l.user || char(1) || l.display_name || char(1)
                     || a.account || char(1) || a.name), lower(?)) > 0";
        and(found, Box::new(text.clone()));
    }
    match filter.state {
        None => {}
        Some(None) => sql.push_str(" AND s.state IS NULL"),
        Some(Some(state)) => {
            let by_index = "l.account IN (SELECT h2.account FROM line_state s2
                            JOIN held h2 ON h2.device = s2.device WHERE s2.state = ?)";
            and(by_index, Box::new(state.name()));
            and("s.state = ?", Box::new(state.name()));
        }
    }
    (sql, values)
}

/// Lines a filter finds, with what they are linked to.
pub(super) fn list(
    db: &Connection,
    filter: &LineFilter,
    page: Page<Id>,
) -> Result<Vec<LinkedLine>> {
    let (conditions, mut values) = conditions(filter);
    let sql = format!(
        "SELECT l.id, a.account, a.name, h.device, d.identity, h.since, s.state, s.said, s.since, s.at, {COLUMNS}
         FROM line l JOIN account a ON a.id = l.account
         LEFT JOIN held h ON h.account = l.account LEFT JOIN device d ON d.id = h.device
         LEFT JOIN line_state s ON s.device = h.device AND s.port = l.port
         WHERE {conditions} AND l.id > ? ORDER BY l.id LIMIT ?"
    );
    values.push(Box::new(page.after.map_or(i64::MIN, Id::to_i64)));
    values.push(Box::new(limit(page.limit)));
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(linked(row)?);
    }
    Ok(found)
}

fn linked(row: &Row<'_>) -> Result<LinkedLine> {
    let id: Id = row.get(0)?;
    let device: Option<Id> = row.get(3)?;
    let device = match device {
        Some(device) => Some(HeldBy {
            device,
            identity: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
            since: row.get::<_, Ms>(5)?.0,
        }),
        None => None,
    };
    let state: Option<String> = row.get(6)?;
    let state = match state {
        Some(word) => Some(LineState {
            state: from_word::<Registration>(word, "line_state", id)?,
            said: row.get(7)?,
            since: row.get::<_, Ms>(8)?.0,
            at: row.get::<_, Ms>(9)?.0,
        }),
        None => None,
    };
    Ok(LinkedLine {
        id,
        account: row.get(1)?,
        name: row.get(2)?,
        line: line(row, id, 10)?,
        device,
        state,
    })
}

/// What a device has reported of its lines.
pub(super) fn states(db: &Connection, device: Id) -> Result<Vec<(u16, LineState)>> {
    let sql = "SELECT port, state, said, since, at FROM line_state WHERE device = ?1 ORDER BY port";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([device])?;
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        let state = LineState {
            state: from_word(row.get(1)?, "line_state", device)?,
            said: row.get(2)?,
            since: row.get::<_, Ms>(3)?.0,
            at: row.get::<_, Ms>(4)?.0,
        };
        states.push((row.get(0)?, state));
    }
    Ok(states)
}

/// Keeps what these values say of the registration of lines.
pub(super) fn observe(
    tx: &Tx<'_>,
    device: Id,
    values: &ParameterList,
    now: Timestamp,
) -> Result<()> {
    for parameter in values.iter() {
        let Some((port, state)) = line_status::read(parameter.name, parameter.value) else {
            continue;
        };
        // A device that was forgotten meanwhile leaves nothing.
        let sql = "INSERT INTO line_state (device, port, state, said, since, at)
                   SELECT ?1, ?2, ?3, ?4, ?5, ?5 WHERE EXISTS (SELECT 1 FROM device WHERE id = ?1)
                   ON CONFLICT (device, port) DO UPDATE SET
                   since = CASE WHEN state = excluded.state THEN since ELSE excluded.since END,
                   state = excluded.state, said = excluded.said, at = excluded.at";
        let said: String = parameter.value.chars().take(64).collect();
        let row = params![device, port, state.name(), said, Ms(now)];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}
