//! The rules of queries as functions of the database.

use crate::query::{compare, glob};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

/// The text of an argument; nothing for what is none.
fn text<'a>(context: &'a Context<'_>, at: usize) -> Option<&'a str> {
    match context.get_raw(at) {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}

/// Makes them known to a connection.
pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    let both = |context: &Context<'_>, rule: fn(&str, &str) -> bool| {
        let (found, wanted) = (text(context, 0), text(context, 1));
        found
            .zip(wanted)
            .is_some_and(|(found, wanted)| rule(found, wanted))
    };
    connection.create_scalar_function("q_contains", 2, flags, move |context| {
        Ok(both(context, glob::contains))
    })?;
    connection.create_scalar_function("q_like", 2, flags, move |context| {
        Ok(both(context, |found, pattern| {
            glob::matches(pattern, found)
        }))
    })?;
    connection.create_scalar_function("q_version", 2, flags, |context| {
        let found = text(context, 0).filter(|found| !found.is_empty());
        let compared = found.zip(text(context, 1));
        Ok(compared.map(|(found, wanted)| compare::versions(found, wanted) as i32))
    })?;
    connection.create_scalar_function("q_number", 1, flags, |context| {
        Ok(text(context, 0).and_then(compare::number))
    })?;
    connection.create_scalar_function("q_truth", 1, flags, |context| {
        Ok(text(context, 0).and_then(compare::truth))
    })?;
    connection.create_scalar_function("q_moment", 1, flags, |context| {
        Ok(text(context, 0).and_then(compare::moment))
    })
}
