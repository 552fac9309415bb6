//! Requests that are to be carried out once.

use super::SqliteStore;
use super::engine::Tx;
use super::rows::Ms;
use crate::store::Result;
use crate::store::requests::{Begun, Keyed, RequestStore};
use async_trait::async_trait;
use data_model::Timestamp;
use rusqlite::{OptionalExtension as _, params};

fn begin(tx: &Tx<'_>, keyed: Keyed, now: Timestamp) -> Result<Begun> {
    let sql =
        "SELECT asked, status, unseal('request/' || hex(key), body) FROM request WHERE key = ?1";
    let known = tx
        .db
        .prepare_cached(sql)?
        .query_row([keyed.key], |row| {
            let status: Option<u16> = row.get(1)?;
            let body: Option<Vec<u8>> = row.get(2)?;
            Ok((row.get::<_, [u8; 32]>(0)?, status, body))
        })
        .optional()?;
    Ok(match known {
        None => {
            let sql = "INSERT INTO request (key, asked, at) VALUES (?1, ?2, ?3)";
            let row = params![keyed.key, keyed.asked, Ms(now)];
            tx.db.prepare_cached(sql)?.execute(row)?;
            Begun::First
        }
        Some((asked, _, _)) if asked != keyed.asked => Begun::Different,
        Some((_, Some(status), body)) => Begun::Answered {
            status,
            body: body.unwrap_or_default(),
        },
        Some((_, None, _)) => Begun::UnderWay,
    })
}

#[async_trait]
impl RequestStore for SqliteStore {
    async fn request_begin(&self, keyed: Keyed, now: Timestamp) -> Result<Begun> {
        self.engine.write(move |tx| begin(tx, keyed, now)).await
    }

    async fn request_end(&self, keyed: Keyed, status: u16, body: Vec<u8>) -> Result<()> {
        self.engine
            .write(move |tx| {
                let sql = "UPDATE request SET status = ?2, body = seal('request/' || hex(?1), ?3)
                           WHERE key = ?1";
                let row = params![keyed.key, status, body];
                tx.db.prepare_cached(sql)?.execute(row)?;
                Ok(())
            })
            .await
    }

    async fn request_forget(&self, keyed: Keyed) -> Result<()> {
        self.engine
            .write(move |tx| {
                let sql = "DELETE FROM request WHERE key = ?1 AND status IS NULL";
                tx.db.prepare_cached(sql)?.execute([keyed.key])?;
                Ok(())
            })
            .await
    }
}
