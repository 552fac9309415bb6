//! Events, in the transaction of what they tell of, and how webhooks are told.

use super::SqliteStore;
use super::audit;
use super::engine::Tx;
use super::rows::{Ms, count, limit};
use crate::limits::EVENTS_PER_READ;
use crate::store::events::{EventStore, Feed};
use crate::store::{Actor, Delivery, Event, Id, Kinds, Page, Result, Task, TaskState, Webhook};
use async_trait::async_trait;
use data_model::{Secret, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};
use std::sync::Arc;

/// Adds an event; whoever follows them hears of it after the commit.
pub(super) fn add(
    tx: &Tx<'_>,
    kind: &str,
    device: Option<Id>,
    data: Value,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO event (at, kind, device, data) VALUES (?1, ?2, ?3, ?4)";
    let row = params![Ms(now), kind, device, data.to_string()];
    tx.db.prepare_cached(sql)?.execute(row)?;
    tx.hot.happened(Event {
        id: tx.db.last_insert_rowid().cast_unsigned(),
        at: now,
        kind: kind.to_owned(),
        device,
        data,
    });
    Ok(())
}

/// A task has come into another state.
pub(super) fn task(tx: &Tx<'_>, task: &Task, state: TaskState, now: Timestamp) -> Result<()> {
    let kind = format!("task.{}", state.as_str());
    let data = json!({ "task": task.id, "kind": task.kind.name(), "campaign": task.campaign });
    add(tx, &kind, Some(task.device), data, now)
}

/// A number somebody asks with; there is none beyond the greatest.
fn number(asked: u64) -> i64 {
    i64::try_from(asked).unwrap_or(i64::MAX)
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let data: String = row.get(4)?;
    Ok(Event {
        id: count(row.get(0)?),
        at: row.get::<_, Ms>(1)?.0,
        kind: row.get(2)?,
        device: row.get(3)?,
        // We wrote it; what a damaged file makes of it is shown as it is.
        data: serde_json::from_str(&data).unwrap_or(Value::String(data)),
    })
}

fn list(db: &Connection, after: u64, most: usize) -> Result<Vec<Event>> {
    let sql = "SELECT id, at, kind, device, data FROM event WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![number(after), limit(most)], event)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn ends(db: &Connection) -> Result<(u64, u64)> {
    let sql = "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM event";
    let ends = db
        .prepare_cached(sql)?
        .query_row([], |row| Ok((count(row.get(0)?), count(row.get(1)?))))?;
    Ok(ends)
}

fn prune(tx: &Tx<'_>, keep: u64) -> Result<u64> {
    let (_, newest) = ends(tx.db)?;
    let surplus = newest.saturating_sub(keep);
    // The number of events is that of their keys: none is left out.
    let sql = "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id <= ?1 ORDER BY id LIMIT 2000)";
    let gone = tx
        .db
        .prepare_cached(sql)?
        .execute([surplus.cast_signed()])?;
    Ok(gone as u64)
}

fn webhook(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let kinds: String = row.get(2)?;
    let secret: Vec<u8> = row.get(3)?;
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        kinds: serde_json::from_str(&kinds).unwrap_or_default(),
        secret: Secret::new(String::from_utf8_lossy(&secret).into_owned()),
        enabled: row.get(4)?,
        created: row.get::<_, Ms>(5)?.0,
    })
}

const WEBHOOK: &str =
    "SELECT id, url, kinds, unseal('webhook/' || id, secret), enabled, created FROM webhook";

fn put(tx: &Tx<'_>, actor: &Actor, webhook: &Webhook, now: Timestamp) -> Result<()> {
    let (_, newest) = ends(tx.db)?;
    let sql = "INSERT INTO webhook (id, url, kinds, secret, enabled, created, collected)
               VALUES (?1, ?2, ?3, seal('webhook/' || ?1, ?4), ?5, ?6, ?7)
               ON CONFLICT (id) DO UPDATE SET url = ?2, kinds = ?3, secret = excluded.secret, enabled = ?5";
    let kinds = json!(webhook.kinds).to_string();
    tx.db.prepare_cached(sql)?.execute(params![
        webhook.id,
        webhook.url,
        kinds,
        webhook.secret.reveal().as_bytes(),
        webhook.enabled,
        Ms(webhook.created),
        newest.cast_signed(),
    ])?;
    audit::add(tx, actor, "webhook.put", webhook.id, now)
}

fn delete(tx: &Tx<'_>, actor: &Actor, id: Id, now: Timestamp) -> Result<Option<()>> {
    let sql = "DELETE FROM delivery WHERE webhook = ?1";
    tx.db.prepare_cached(sql)?.execute([id])?;
    let sql = "DELETE FROM webhook WHERE id = ?1";
    if tx.db.prepare_cached(sql)?.execute([id])? == 0 {
        return Ok(None);
    }
    audit::add(tx, actor, "webhook.delete", id, now)?;
    Ok(Some(()))
}

/// Makes deliveries of the next events a webhook has not been looked at for.
fn collect(tx: &Tx<'_>, id: Id, now: Timestamp) -> Result<u64> {
    let sql = "SELECT kinds, collected FROM webhook WHERE id = ?1 AND enabled";
    let found = tx
        .db
        .prepare_cached(sql)?
        .query_row([id], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    let Some((kinds, collected)) = found else {
        return Ok(0);
    };
    let kinds: Kinds = serde_json::from_str(&kinds).unwrap_or_default();
    let events = list(tx.db, collected.cast_unsigned(), EVENTS_PER_READ)?;
    let Some(last) = events.last() else {
        return Ok(0);
    };
    for event in events.iter().filter(|event| kinds.contain(&event.kind)) {
        let sql =
            "INSERT INTO delivery (webhook, event, body, attempts, due) VALUES (?1, ?2, ?3, 0, ?4)";
        let row = params![
            id,
            event.id.cast_signed(),
            json!(event).to_string(),
            Ms(now)
        ];
        tx.db.prepare_cached(sql)?.execute(row)?;
    }
    let sql = "UPDATE webhook SET collected = ?2 WHERE id = ?1";
    tx.db
        .prepare_cached(sql)?
        .execute(params![id, last.id.cast_signed()])?;
    Ok(events.len() as u64)
}

const DELIVERY: &str = "SELECT id, webhook, event, body, attempts, due, why FROM delivery";

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: count(row.get(0)?),
        webhook: row.get(1)?,
        event: count(row.get(2)?),
        body: row.get(3)?,
        attempts: row.get(4)?,
        due: row.get::<_, Option<Ms>>(5)?.map(|ms| ms.0),
        why: row.get(6)?,
    })
}

fn deliveries(
    db: &Connection,
    condition: &str,
    arguments: impl rusqlite::Params,
) -> Result<Vec<Delivery>> {
    let sql = format!("{DELIVERY} WHERE {condition}");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(arguments, delivery)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[async_trait]
impl EventStore for SqliteStore {
    fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    async fn event_list(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        self.engine.read(move |db| list(db, after, limit)).await
    }

    async fn event_ends(&self) -> Result<(u64, u64)> {
        self.engine.read(ends).await
    }

    async fn event_prune(&self, keep: u64) -> Result<u64> {
        self.engine.write(move |tx| prune(tx, keep)).await
    }

    async fn webhook_put(&self, actor: &Actor, webhook: Webhook, now: Timestamp) -> Result<()> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| put(tx, &actor, &webhook, now))
            .await
    }

    async fn webhook_delete(
        &self,
        actor: &Actor,
        webhook: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| delete(tx, &actor, webhook, now))
            .await
    }

    async fn webhook_list(&self) -> Result<Vec<Webhook>> {
        self.engine
            .read(|db| {
                let mut statement = db.prepare_cached(&format!("{WEBHOOK} ORDER BY id"))?;
                let rows = statement.query_map([], webhook)?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
            .await
    }

    async fn webhook_collect(&self, webhook: Id, now: Timestamp) -> Result<u64> {
        self.engine.write(move |tx| collect(tx, webhook, now)).await
    }

    async fn delivery_due(&self, now: Timestamp, most: usize) -> Result<Vec<Delivery>> {
        let condition = "due IS NOT NULL AND due <= ?1 ORDER BY due, id LIMIT ?2";
        self.engine
            .read(move |db| deliveries(db, condition, params![Ms(now), limit(most)]))
            .await
    }

    async fn delivery_arrived(&self, delivery: u64) -> Result<()> {
        self.engine
            .write(move |tx| {
                let sql = "DELETE FROM delivery WHERE id = ?1";
                tx.db
                    .prepare_cached(sql)?
                    .execute([delivery.cast_signed()])?;
                Ok(())
            })
            .await
    }

    async fn delivery_failed(
        &self,
        delivery: u64,
        why: String,
        due: Option<Timestamp>,
    ) -> Result<()> {
        self.engine
            .write(move |tx| {
                let sql =
                    "UPDATE delivery SET attempts = attempts + 1, why = ?2, due = ?3 WHERE id = ?1";
                let row = params![delivery.cast_signed(), why, due.map(Ms)];
                tx.db.prepare_cached(sql)?.execute(row)?;
                Ok(())
            })
            .await
    }

    async fn delivery_list(&self, webhook: Id, page: Page<u64>) -> Result<Vec<Delivery>> {
        let after = number(page.after.unwrap_or(0));
        let condition = "webhook = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        self.engine
            .read(move |db| deliveries(db, condition, params![webhook, after, limit(page.limit)]))
            .await
    }

    async fn delivery_retry(&self, actor: &Actor, webhook: Id, now: Timestamp) -> Result<u64> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| {
                let sql =
                    "UPDATE delivery SET attempts = 0, due = ?2 WHERE webhook = ?1 AND due IS NULL";
                let row = params![webhook, Ms(now)];
                let again = tx.db.prepare_cached(sql)?.execute(row)?;
                audit::add(tx, &actor, "webhook.retry", webhook, now)?;
                Ok(again as u64)
            })
            .await
    }
}
