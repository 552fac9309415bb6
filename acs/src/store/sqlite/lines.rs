//! Lines: their rows, the one place where their passwords are sealed, and their registration.

use super::engine::Tx;
use super::rows::{Ms, corrupt, from_json, from_word, json as text, limit};
use super::scopes::within;
use super::{events, watch};
use crate::provisioning::line_status::{self, Said};
use crate::store::{
    Account, HeldBy, Id, Line, LineFilter, LineState, LinkedLine, Page, Registration, Result,
};
use data_model::{ParameterList, Secret, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use serde_json::json;

const COLUMNS: &str =
    "l.port, l.number, l.user, unseal('line/' || l.id, l.password), l.display_name, l.proxy,
    read_json('line/' || l.id, l.options), l.enabled";

/// Milliseconds after which another parameter is believed, for a device that has ceased to report the better one.
const STALE_MS: i64 = 24 * 60 * 60 * 1000;

/// A password as the statement that writes it takes it, and seals it.
fn seal(password: &Secret) -> Vec<u8> {
    password.reveal().as_bytes().to_vec()
}

/// A password as a statement gives it that opens it.
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
    let sql = "INSERT INTO line
               (id, account, port, number, user, password, display_name, proxy, options, enabled, search)
               VALUES (?1, ?2, ?3, ?4, ?5, seal('line/' || ?1, ?6), ?7, ?8,
                       seal_json('line/' || ?1, ?9), ?10, ?11)";
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
            text(&line.options),
            line.enabled,
            searched(account, line),
        ])?;
    }
    follow(tx, account.id())
}

/// What a part of a line is looked for in. A character that stands in none of its parts keeps a text from being found
/// across two of them.
fn searched(account: &Account, line: &Line) -> String {
    let parts = [
        line.number.as_str(),
        &line.user,
        &line.display_name,
        &account.account,
        &account.name,
    ];
    parts.join("\u{1}").to_lowercase()
}

/// The lines of an account have the registration its device has reported; none if it is on no device.
pub(super) fn follow(tx: &Tx<'_>, account: Id) -> Result<()> {
    let sql = "UPDATE line SET state = (SELECT s.state FROM held h JOIN line_state s ON s.device = h.device
               AND s.port = line.port WHERE h.account = line.account) WHERE account = ?1";
    tx.db.prepare_cached(sql)?.execute([account])?;
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
        and("instr(l.search, ?) > 0", Box::new(text.to_lowercase()));
    }
    match filter.state {
        None => {}
        Some(None) => sql.push_str(" AND l.state IS NULL"),
        Some(Some(state)) => and("l.state = ?", Box::new(state.name())),
    }
    let (condition, tags) = within(&filter.scope, "held.device");
    if !filter.scope.is_fleet() {
        let held = "l.account IN (SELECT account FROM held WHERE ";
        sql.push_str(&format!(" AND {held}{condition})"));
        for list in tags {
            values.push(Box::new(list));
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

/// The state of a line as it was last reported.
fn state_of(db: &Connection, device: Id, port: u16) -> Result<Option<String>> {
    let sql = "SELECT state FROM line_state WHERE device = ?1 AND port = ?2";
    let state = db
        .prepare_cached(sql)?
        .query_row(params![device, port], |row| row.get(0));
    Ok(state.optional()?)
}

/// The number of a registration in the table, and the word it is most often said with; the schema has both.
fn code(state: Registration) -> (i64, &'static str) {
    match state {
        Registration::Registered => (0, "Up"),
        Registration::Registering => (1, "Registering"),
        Registration::NotRegistered => (2, "Unregistering"),
        Registration::Error => (3, "Error"),
        Registration::Disabled => (4, "Disabled"),
    }
}

/// Keeps what these values say of the registration of lines.
pub(super) fn observe(
    tx: &Tx<'_>,
    device: Id,
    values: &ParameterList,
    now: Timestamp,
) -> Result<()> {
    for parameter in values.iter() {
        let Some(said) = line_status::read(parameter.name, parameter.value) else {
            continue;
        };
        let Said { port, state, rank } = said;
        let before = state_of(tx.db, device, port)?;
        // A device that was forgotten meanwhile leaves nothing.
        let sql = "INSERT INTO line_state (device, port, code, own, since, later, rank)
                   SELECT ?1, ?2, ?3, ?4, ?5, 0, ?6 WHERE EXISTS (SELECT 1 FROM device WHERE id = ?1)
                   ON CONFLICT (device, port) DO UPDATE SET
                   since = iif(code = excluded.code, since, excluded.since),
                   later = iif(code = excluded.code, excluded.since - since, 0),
                   code = excluded.code, own = excluded.own, rank = excluded.rank
                   WHERE excluded.rank <= rank OR excluded.since > at + ?7";
        let said: String = parameter.value.chars().take(64).collect();
        let (code, usual) = code(state);
        let own = Some(said.as_str()).filter(|said| *said != usual);
        let row = params![device, port, code, own, Ms(now), rank, STALE_MS];
        let kept = tx.db.prepare_cached(sql)?.execute(row)? > 0;
        if !kept || before.as_deref() == Some(state.name()) {
            continue;
        }
        let data = json!({ "port": port, "state": state.name(), "said": said, "was": before });
        events::add(tx, "line.registration", Some(device), data, now)?;
        watch::changed(tx, device, "line.state")?;
        let sql = "UPDATE line SET state = ?3 WHERE port = ?2 AND state IS NOT ?3
                   AND account = (SELECT account FROM held WHERE device = ?1)";
        let row = params![device, port, state.name()];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}
