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
    include_str!("../../../migrations/0021-smaller.sql"),
    include_str!("../../../migrations/0022-notes.sql"),
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
    // What some steps convert rows with.
    super::trees::register(connection).map_err(|error| trouble(&error))?;
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
    use super::super::{lines, packing, snapshots, trees};
    use super::*;
    use crate::store::{Id, LineState, Registration, StoreError};
    use data_model::Timestamp;

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
            // What some steps convert rows with.
            trees::register(&connection).unwrap();
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

    /// What the version before the step `0021` kept of a device: names behind type and access, values packed with those
    /// of the sample as a dictionary.
    fn as_it_was_kept(connection: &Connection, device: i64, sample: &[u8], value: &[u8]) {
        let values = |value: &[u8]| [&[4][..], b"same", &[value.len() as u8], value].concat();
        let names = [&[0, 2, 8][..], b"Device.A", &[0, 1, 8], b"Device.B"].concat();
        let (sample, values) = (values(sample), values(value));
        let mut packer = zstd::bulk::Compressor::with_dictionary(3, &sample).unwrap();
        let (packed, length) = (packer.compress(&values).unwrap(), values.len() as u32);
        let [names, sample] = [names, sample].map(|bytes| zstd::bulk::compress(&bytes, 3).unwrap());
        let sql = "INSERT OR REPLACE INTO shape (id, names, sample) VALUES (-77, ?1, ?2)";
        connection.execute(sql, (names, sample)).unwrap();
        let sql = "INSERT INTO snapshot (device, at, shape, count, bytes, vals) VALUES (?1, 5000, -77, 2, ?2, ?3)";
        connection.execute(sql, (device, length, packed)).unwrap();
        let list = [&[0, 8][..], b"Device.C", &[1], b"x"].concat();
        let sql = "INSERT INTO informed (device, at, list) VALUES (?1, 6000, ?2)";
        connection.execute(sql, (device, list)).unwrap();
        let sql = r#"INSERT INTO device_health (device, facts) VALUES (?1, '{"periodic":true}')"#;
        connection.execute(sql, [device]).unwrap();
        let identities = ["00562B-ATA-1", "00562B-A%2DB-2", "00562B-3"];
        let classes = ["ATA", "A-B", ""];
        let at = device as usize - 1;
        let sql = "INSERT INTO device (id, identity, manufacturer, oui, product_class, serial_number, cwmp_version,
                   first_seen, profile_tries) VALUES (?1, ?2, 'Cisco', '00562B', ?3, ?1, '1.2', 7, 3)";
        let row = (device, identities[at], classes[at]);
        connection.execute(sql, row).unwrap();
        for (port, state, said) in [(1, "registered", "Up"), (2, "error", "Error_Timeout")] {
            let sql = "INSERT INTO line_state (device, port, state, said, since, at, rank) VALUES (?1, ?2, ?3, ?4, 10, 25, 1)";
            connection
                .execute(sql, (device, port, state, said))
                .unwrap();
        }
    }

    /// Covers P15, P13.
    #[test]
    fn what_was_seen_of_devices_and_how_they_stand_is_kept_in_fewer_bytes_and_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut connection = Connection::open(&path).unwrap();
        for step in &STEPS[..20] {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "user_version", 20).unwrap();
        for device in 1..=3 {
            as_it_was_kept(&connection, device, b"1", device.to_string().as_bytes());
        }
        let damage = "UPDATE snapshot SET vals = x'00' WHERE device = 3";
        connection.execute(damage, []).unwrap();
        run(&mut connection, &path).unwrap();
        for device in 1..=2 {
            let seen = snapshots::read(&connection, Id::from_i64(device)).unwrap();
            let values = seen.values.iter();
            let values: Vec<(&str, &str)> = values.map(|it| (it.name, it.value)).collect();
            let own = device.to_string();
            let expected = [("Device.A", "same"), ("Device.B", &own), ("Device.C", "x")];
            assert_eq!(values, expected);
            assert_eq!(seen.writable, [Some(true), Some(false), None]);
            let secs: Vec<i64> = seen.seen.iter().map(|at| at.as_secs()).collect();
            assert_eq!(secs, [5, 5, 6]);
        }
        for (device, identity) in [(1, "00562B-ATA-1"), (2, "00562B-A%2DB-2"), (3, "00562B-3")] {
            let sql = "SELECT id FROM device WHERE identity = ?1 AND first_seen = 7 AND profile_tries = 3";
            let found: i64 = connection
                .query_row(sql, [identity], |row| row.get(0))
                .unwrap();
            assert_eq!(found, device);
            let states = lines::states(&connection, Id::from_i64(device)).unwrap();
            let (since, at) = (Timestamp::from_millis(10), Timestamp::from_millis(25));
            let state = |state, said: &str| LineState {
                state,
                said: said.to_owned(),
                since,
                at,
            };
            let expected = [
                (1, state(Registration::Registered, "Up")),
                (2, state(Registration::Error, "Error_Timeout")),
            ];
            assert_eq!(states, expected);
        }
        let broken = snapshots::read(&connection, Id::from_i64(3));
        assert!(matches!(broken, Err(StoreError::Corrupt { .. })));
        let sql = "SELECT facts FROM device_health WHERE device = 2";
        let facts: Vec<u8> = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        let facts = packing::unpack_text(&facts).unwrap();
        assert_eq!(facts, r#"{"periodic":true}"#);
    }
}
