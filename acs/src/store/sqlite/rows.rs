//! Between columns and records: keys, times, words, and texts in JSON.

use crate::secrets::Sealed;
use crate::store::{Id, Result, StoreError};
use data_model::Timestamp;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_i64().into())
    }
}

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Id> {
        value.as_i64().map(Id::from_i64)
    }
}

/// A time as a column.
pub(super) struct Ms(pub Timestamp);

impl ToSql for Ms {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millis().into())
    }
}

impl FromSql for Ms {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Ms> {
        value.as_i64().map(|ms| Ms(Timestamp::from_millis(ms)))
    }
}

/// A value of one of our enums as the word the API uses for it.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        // Only unit variants are written this way.
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The value a word stands for.
pub(super) fn from_word<T: DeserializeOwned>(
    word: String,
    table: &'static str,
    row: impl ToString,
) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|error| corrupt(table, row, error))
}

/// A record as JSON. Ours have no maps with odd keys and no numbers JSON does not know.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What stands in place of a record whose secrets do not open; no JSON.
pub(super) const UNREADABLE: &str = "sealed";

/// A record from JSON.
pub(super) fn from_json<T: DeserializeOwned>(
    text: &str,
    table: &'static str,
    row: impl ToString,
) -> Result<T> {
    if text == UNREADABLE {
        return Err(corrupt(table, row, Sealed));
    }
    serde_json::from_str(text).map_err(|error| corrupt(table, row, error))
}

/// A record that does not make sense. The text of what is wrong holds no values.
pub(super) fn corrupt(
    table: &'static str,
    row: impl ToString,
    why: impl std::fmt::Display,
) -> StoreError {
    StoreError::Corrupt {
        table,
        row: row.to_string(),
        why: why.to_string(),
    }
}

/// A record among many: one that does not make sense is left out and logged, for it must harm nobody else (promise P13).
pub(super) fn readable<T>(record: Result<T>) -> Result<Option<T>> {
    match record {
        Ok(record) => Ok(Some(record)),
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(%error, "a record is left out");
            Ok(None)
        }
        Err(error @ (StoreError::Conflict(_) | StoreError::Unavailable(_))) => Err(error),
    }
}

/// Numbers that are never negative, in columns that could be.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A length for a LIMIT.
pub(super) fn limit(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
