//! Secrets in the tables: functions for statements that seal and open them, and the round that seals what is not sealed
//! with the key in use.
//!
//! `seal(context, value)` and `unseal(context, value)` take and give texts, or blobs of any bytes; `seal_json` and
//! `unseal_json` do it to the secrets inside of a record, and `read_json` is `unseal_json` for those who read records one
//! by one; `is_secret(name)` tells whose value one is. Whoever writes a table with secrets uses them in the statement,
//! with the table and the key of the row as context, and names the table in [`PLACES`].

use super::rows::UNREADABLE;
use crate::redact::is_sealed;
use crate::secrets::{Sealed, Secrets};
use data_model::OperatorError;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, OptionalExtension as _, params};
use std::sync::Arc;

/// Where a known text is kept sealed: tells at the start whether the key is the right one.
pub(super) const PROOF: &str = "secrets.proof";
/// The text.
const KNOWN: &str = "dialtone";
/// Which key everything is sealed with, and how many places that is.
const KEY: &str = "secrets.key";

/// Every column with secrets, as the statement that seals it with the key in use.
const PLACES: [&str; 13] = [
    "UPDATE variable SET value = seal('variable/' || device || '/' || name,
         unseal('variable/' || device || '/' || name, value)) WHERE is_secret(name)",
    "UPDATE credentials SET call_password = seal('credentials/' || device, unseal('credentials/' || device, call_password)),
         pending_call_password = seal('credentials/' || device, unseal('credentials/' || device, pending_call_password)),
         verifier = seal('credentials/' || device, unseal('credentials/' || device, verifier)),
         pending = seal('credentials/' || device, unseal('credentials/' || device, pending))",
    "UPDATE task SET kind = seal_json('task/' || id, unseal_json('task/' || id, kind)),
         result = seal_json('task/' || id, unseal_json('task/' || id, result))",
    "UPDATE profile_revision SET content = seal_json('profile/' || profile || '/' || revision,
         unseal_json('profile/' || profile || '/' || revision, content))",
    "UPDATE binding SET binding = seal_json('binding/' || id, unseal_json('binding/' || id, binding))",
    "UPDATE webhook SET secret = seal('webhook/' || id, unseal('webhook/' || id, secret))",
    "UPDATE account SET variables = seal_json('account/' || id, unseal_json('account/' || id, variables))",
    "UPDATE variable_group SET variables = seal_json('group/' || name, unseal_json('group/' || name, variables))",
    "UPDATE line SET password = seal('line/' || id, unseal('line/' || id, password)),
         options = seal_json('line/' || id, unseal_json('line/' || id, options))",
    "UPDATE request SET body = seal('request/' || hex(key), unseal('request/' || hex(key), body))",
    // The key of links, and whatever else was sealed when it was written.
    "UPDATE setting SET value = seal('setting/' || name, unseal('setting/' || name, value))
         WHERE name NOT LIKE 'secrets.%' AND (name = 'file-ticket-key' OR substr(value, 1, 7) = CAST('sealed:' AS BLOB))",
    "UPDATE device_file SET key = seal('device_file/' || id, unseal('device_file/' || id, key))",
    "UPDATE operation SET action = seal_json('operation/' || id, unseal_json('operation/' || id, action))",
];

fn flags() -> FunctionFlags {
    FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY
}

fn failed(error: Sealed) -> Error {
    Error::UserFunctionError(Box::new(error))
}

/// Makes the functions known to a connection.
pub(super) fn register(db: &Connection, secrets: &Arc<Secrets>) -> rusqlite::Result<()> {
    let keys = Arc::clone(secrets);
    db.create_scalar_function("seal", 2, flags(), move |call| {
        each(call, |context, plain| Ok(keys.seal_bytes(context, plain)))
    })?;
    let keys = Arc::clone(secrets);
    db.create_scalar_function("unseal", 2, flags(), move |call| {
        each(call, |context, kept| keys.open_bytes(context, kept))
    })?;
    let keys = Arc::clone(secrets);
    db.create_scalar_function("seal_json", 2, flags(), move |call| {
        each(call, |context, json| {
            Ok(keys.seal_json(context, &text(json)).into_bytes())
        })
    })?;
    let keys = Arc::clone(secrets);
    db.create_scalar_function("unseal_json", 2, flags(), move |call| {
        each(call, |context, json| {
            keys.open_json(context, &text(json)).map(String::into_bytes)
        })
    })?;
    // For readers: a record that does not open is an unreadable one among others, and ends no statement.
    let keys = Arc::clone(secrets);
    db.create_scalar_function("read_json", 2, flags(), move |call| {
        each(call, |context, json| {
            let opened = keys.open_json(context, &text(json));
            Ok(opened.unwrap_or_else(|_| UNREADABLE.into()).into_bytes())
        })
    })?;
    db.create_scalar_function("is_secret", 1, flags(), |call| {
        Ok(is_sealed(&call.get::<String>(0)?))
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Gives a blob for a blob, a text for a text, and nothing for nothing.
fn each(
    call: &Context<'_>,
    work: impl Fn(&str, &[u8]) -> Result<Vec<u8>, Sealed>,
) -> rusqlite::Result<Value> {
    let context: String = call.get(0)?;
    match call.get_raw(1) {
        ValueRef::Text(bytes) => work(&context, bytes).map(|bytes| Value::Text(text(&bytes))),
        ValueRef::Blob(bytes) => work(&context, bytes).map(Value::Blob),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Ok(Value::Null),
    }
    .map_err(failed)
}

/// Proves that the key is the one of this store, and seals whatever is not sealed with it.
pub(super) fn open(db: &mut Connection, secrets: &Secrets) -> Result<(), OperatorError> {
    let trouble = |why: &dyn std::fmt::Display| {
        OperatorError::new(
            "cannot open the secrets of the store",
            why,
            "put back the key file the store was used with (`secrets.key_file`, or `secrets.key` beside the store); \
             after a change of keys the old one must stand below the one in use",
        )
    };
    let proof: Option<Vec<u8>> = setting(db, PROOF).map_err(|error| trouble(&error))?;
    if let Some(proof) = &proof {
        let proof = String::from_utf8_lossy(proof);
        let opened = secrets.open_text(PROOF, &proof);
        opened.map_err(|error| trouble(&error))?;
    }
    let sealed_with = setting(db, KEY).map_err(|error| trouble(&error))?;
    // A store from before one of the places was sealed is gone through again.
    let key = format!("{} {}", secrets.key_id(), PLACES.len());
    if proof.is_some() && sealed_with.as_deref() == Some(key.as_bytes()) {
        return Ok(());
    }
    seal_all(db, secrets, &key).map_err(|error| trouble(&error))
}

fn seal_all(db: &mut Connection, secrets: &Secrets, key: &str) -> rusqlite::Result<()> {
    // What stood there unsealed must not lie about in free pages.
    db.pragma_update(None, "secure_delete", true)?;
    let tx = db.transaction()?;
    for place in PLACES {
        tx.execute(place, [])?;
    }
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
    let proof = secrets.seal(PROOF, KNOWN);
    tx.execute(sql, params![PROOF, proof.as_bytes()])?;
    tx.execute(sql, params![KEY, key.as_bytes()])?;
    tx.commit()?;
    // Nor in the log of what was written before.
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

fn setting(db: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    db.query_row(sql, [name], |row| row.get(0)).optional()
}
