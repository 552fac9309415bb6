//! Notes of devices. What they say stands in their table alone: trail and events name the device and the note.

use super::engine::Tx;
use super::rows::{Ms, count, limit};
use super::{SqliteStore, audit, devices};
use crate::limits::NOTES_PER_DEVICE;
use crate::store::{Actor, Id, Note, NoteStore, Page, Result, StoreError};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const COLUMNS: &str = "id, device, at, by, text";

fn note(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        id: row.get(0)?,
        device: row.get(1)?,
        at: row.get::<_, Ms>(2)?.0,
        by: row.get(3)?,
        text: row.get(4)?,
    })
}

fn add(tx: &Tx<'_>, actor: &Actor, note: &Note) -> Result<Option<()>> {
    if !devices::exists(tx.db, note.device)? {
        return Ok(None);
    }
    let sql = "SELECT count(*) FROM note WHERE device = ?1";
    let mut statement = tx.db.prepare_cached(sql)?;
    let there = count(statement.query_row([note.device], |row| row.get(0))?);
    if there >= NOTES_PER_DEVICE {
        let why = format!(
            "the device has {there} notes, and {NOTES_PER_DEVICE} are the most: delete those that are of no use any more"
        );
        return Err(StoreError::Conflict(why));
    }
    let sql = "INSERT INTO note (id, device, at, by, text) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![note.id, note.device, Ms(note.at), note.by, note.text];
    tx.db.prepare_cached(sql)?.execute(row)?;
    let subject = format!("{} {}", note.device, note.id);
    audit::add(tx, actor, "device.note", subject, note.at)?;
    Ok(Some(()))
}

fn find(db: &Connection, device: Id, id: Id) -> Result<Option<Note>> {
    let sql = format!("SELECT {COLUMNS} FROM note WHERE id = ?1 AND device = ?2");
    let mut statement = db.prepare_cached(&sql)?;
    Ok(statement.query_row([id, device], note).optional()?)
}

fn list(db: &Connection, device: Id, page: &Page<Id>) -> Result<Vec<Note>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM note WHERE device = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
    );
    let before = page.after.map_or(i64::MAX, Id::to_i64);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![device, before, limit(page.limit)], note)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn delete(tx: &Tx<'_>, actor: &Actor, device: Id, id: Id, now: Timestamp) -> Result<Option<()>> {
    let sql = "DELETE FROM note WHERE id = ?1 AND device = ?2";
    if tx.db.prepare_cached(sql)?.execute([id, device])? == 0 {
        return Ok(None);
    }
    let subject = format!("{device} {id}");
    audit::add(tx, actor, "device.note-delete", subject, now)?;
    Ok(Some(()))
}

#[async_trait]
impl NoteStore for SqliteStore {
    async fn note_add(&self, actor: &Actor, note: Note) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine.write(move |tx| add(tx, &actor, &note)).await
    }

    async fn note_find(&self, device: Id, note: Id) -> Result<Option<Note>> {
        self.engine.read(move |db| find(db, device, note)).await
    }

    async fn note_list(&self, device: Id, page: Page<Id>) -> Result<Vec<Note>> {
        self.engine.read(move |db| list(db, device, &page)).await
    }

    async fn note_delete(
        &self,
        actor: &Actor,
        device: Id,
        note: Id,
        now: Timestamp,
    ) -> Result<Option<()>> {
        let actor = actor.clone();
        self.engine
            .write(move |tx| delete(tx, &actor, device, note, now))
            .await
    }
}
