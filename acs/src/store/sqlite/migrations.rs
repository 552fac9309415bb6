//! The schema, step by step: every released step stays as it was.

use data_model::OperatorError;
use rusqlite::Connection;
use std::path::Path;

const STEPS: &[&str] = &[
    include_str!("../../../migrations/0001-first.sql"),
    include_str!("../../../migrations/0002-provisioning.sql"),
    include_str!("../../../migrations/0003-activation-and-reports.sql"),
    include_str!("../../../migrations/0004-people.sql"),
    include_str!("../../../migrations/0005-subscribers.sql"),
    include_str!("../../../migrations/0006-profiles.sql"),
    include_str!("../../../migrations/0007-campaigns.sql"),
    include_str!("../../../migrations/0008-tasks.sql"),
    include_str!("../../../migrations/0009-diagnostics.sql"),
    include_str!("../../../migrations/0010-queries.sql"),
    include_str!("../../../migrations/0011-operations.sql"),
    include_str!("../../../migrations/0012-events.sql"),
    include_str!("../../../migrations/0013-bulk.sql"),
    include_str!("../../../migrations/0014-selectors.sql"),
    include_str!("../../../migrations/0015-sealed.sql"),
    include_str!("../../../migrations/0016-upkeep.sql"),
    include_str!("../../../migrations/0017-left-behind.sql"),
    include_str!("../../../migrations/0018-second-looks.sql"),
    include_str!("../../../migrations/0019-comparisons-again.sql"),
    include_str!("../../../migrations/0020-runs-of-a-part.sql"),
];

/// Brings a database up to date, all steps or none. Its `user_version` says how far it is.
pub(super) fn run(connection: &mut Connection, path: &Path) -> Result<(), OperatorError> {
    let trouble = |error: &dyn std::fmt::Display| {
        OperatorError::new(
            format!("cannot bring the store {} up to date", path.display()),
            error,
            "keep a copy of the folder, and see that there is free space",
        )
    };
    let known: usize = connection
        .pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))
        .map_err(|error| trouble(&error))?
        .try_into()
        .unwrap_or(usize::MAX);
    if known > STEPS.len() {
        return Err(OperatorError::new(
            format!("cannot open the store {}", path.display()),
            format!(
                "it was written by a newer version (schema {known}, this is {})",
                STEPS.len()
            ),
            "use the newer version, or restore the backup from before the upgrade",
        ));
    }
    apply(connection, &STEPS[known..]).map_err(|error| trouble(&error))
}

/// The version this program brings a database to.
pub(super) const fn newest() -> u32 {
    STEPS.len() as u32
}

/// Whether this program knows the schema of a database.
pub(super) fn is_known(connection: &Connection) -> Result<(), String> {
    let version: u32 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| error.to_string())?;
    match version as usize <= STEPS.len() {
        true => Ok(()),
        false => Err(format!("a newer version wrote it (schema {version})")),
    }
}

fn apply(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len() as u32)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers P15.
    #[test]
    fn a_migration_that_fails_changes_nothing_and_can_be_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut connection = Connection::open(&path).unwrap();
        let version = |connection: &Connection| -> u32 {
            connection
                .pragma_query_value(None, "user_version", |row| row.get(0))
                .unwrap()
        };
        let good = STEPS[0];
        let statements = good.matches(";\n").count();
        assert!(statements > 10);
        for statement in 0..statements {
            // The step breaks off behind this statement.
            let end = good.match_indices(";\n").nth(statement).unwrap().0;
            let broken = format!("{}; BROKEN", &good[..end]);
            assert!(apply(&mut connection, &[&broken]).is_err());
            let sql = "SELECT count(*) FROM sqlite_schema";
            let tables: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!((tables, version(&connection)), (0, 0), "{statement}");
        }
        run(&mut connection, &path).unwrap();
        assert_eq!(version(&connection) as usize, STEPS.len());
        run(&mut connection, &path).unwrap();
    }

    /// Covers P15.
    #[test]
    fn a_store_of_any_earlier_step_is_brought_up_to_date_with_what_is_in_it() {
        for earlier in 1..STEPS.len() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("store.db");
            let mut connection = Connection::open(&path).unwrap();
            for step in &STEPS[..earlier] {
                connection.execute_batch(step).unwrap();
            }
            let version = u32::try_from(earlier).unwrap();
            connection
                .pragma_update(None, "user_version", version)
                .unwrap();
            let sql =
                "INSERT INTO variable (device, name, value) VALUES (1, 'mac', '000e08aabbcc')";
            connection.execute(sql, []).unwrap();
            run(&mut connection, &path).unwrap();
            let sql = "SELECT device FROM variable WHERE name = 'mac' AND value = '000e08aabbcc'";
            let device: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            let bindings: i64 = connection
                .query_row("SELECT count(*) FROM binding", [], |row| row.get(0))
                .unwrap();
            assert_eq!((device, bindings), (1, 0), "{earlier}");
        }
    }
}
