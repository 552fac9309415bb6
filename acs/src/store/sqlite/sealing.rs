//! Secrets in the tables: functions for statements that seal and open them, and the round that seals what is not sealed
//! with the key in use.
//!
//! `seal(context, value)` and `unseal(context, value)` take and give texts or blobs; `seal_json` and `unseal_json` do it
//! to the secrets inside of a record, and `read_json` is `unseal_json` for those who read records one by one;
//! `is_secret(name)` tells whose value one is. Whoever writes a table with secrets uses them in the statement, with the
//! table and the key of the row as context, and names the table in [`PLACES`].

use super::rows::UNREADABLE;
use crate::redact::is_sealed;
use crate::secrets::{Sealed, Secrets};
use data_model::OperatorError;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, OptionalExtension as _, params};
use std::sync::Arc;

/// Where a known text is kept sealed: tells at the start whether the key is the right one.
const PROOF: &str = "secrets.proof";
/// The text.
const KNOWN: &str = "dialtone";
/// Which key everything is sealed with.
const KEY: &str = "secrets.key";

/// Every column with secrets, as the statement that seals it with the key in use.
const PLACES: [&str; 9] = [
    "UPDATE variable SET value = seal('variable/' || device || '/' || name,
         unseal('variable/' || device || '/' || name, value)) WHERE is_secret(name)",
    "UPDATE credentials SET call_password = seal('credentials/' || device, unseal('credentials/' || device, call_password)),
         pending_call_password = seal('credentials/' || device, unseal('credentials/' || device, pending_call_password))",
    "UPDATE task SET kind = seal_json('task/' || id, unseal_json('task/' || id, kind)),
         result = seal_json('task/' || id, unseal_json('task/' || id, result))",
    "UPDATE profile_revision SET content = seal_json('profile/' || profile || '/' || revision,
         unseal_json('profile/' || profile || '/' || revision, content))",
    "UPDATE binding SET binding = seal_json('binding/' || id, unseal_json('binding/' || id, binding))",
    "UPDATE webhook SET secret = seal('webhook/' || id, unseal('webhook/' || id, secret))",
    "UPDATE account SET variables = seal_json('account/' || id, unseal_json('account/' || id, variables))",
    "UPDATE variable_group SET variables = seal_json('group/' || name, unseal_json('group/' || name, variables))",
    "UPDATE line SET password = seal('line/' || id, unseal('line/' || id, password))",
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
        each(call, |context, plain| Ok(keys.seal(context, plain)))
    })?;
    let keys = Arc::clone(secrets);
    db.create_scalar_function("unseal", 2, flags(), move |call| {
        each(call, |context, kept| {
            keys.open_text(context, kept)
                .map(|secret| secret.reveal().to_owned())
        })
    })?;
    let keys = Arc::clone(secrets);
    db.create_scalar_function("seal_json", 2, flags(), move |call| {
        each(call, |context, json| Ok(keys.seal_json(context, json)))
    })?;
    let keys = Arc::clone(secrets);
    db.create_scalar_function("unseal_json", 2, flags(), move |call| {
        each(call, |context, json| keys.open_json(context, json))
    })?;
    // For readers: a record that does not open is an unreadable one among others, and ends no statement.
    let keys = Arc::clone(secrets);
    db.create_scalar_function("read_json", 2, flags(), move |call| {
        each(call, |context, json| {
            Ok(keys
                .open_json(context, json)
                .unwrap_or_else(|_| UNREADABLE.into()))
        })
    })?;
    db.create_scalar_function("is_secret", 1, flags(), |call| {
        Ok(is_sealed(&call.get::<String>(0)?))
    })
}

/// Gives a blob for a blob, a text for a text, and nothing for nothing.
fn each(
    call: &Context<'_>,
    work: impl Fn(&str, &str) -> Result<String, Sealed>,
) -> rusqlite::Result<Value> {
    let context: String = call.get(0)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match call.get_raw(1) {
        ValueRef::Text(bytes) => work(&context, &text(bytes)).map(Value::Text),
        ValueRef::Blob(bytes) => {
            work(&context, &text(bytes)).map(|text| Value::Blob(text.into_bytes()))
        }
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
    let key = secrets.key_id();
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
    tx.commit()
}

fn setting(db: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    db.query_row(sql, [name], |row| row.get(0)).optional()
}
