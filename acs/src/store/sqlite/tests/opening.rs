//! One process at a time opens a database, and only one that this version can read.

use super::{Place, count};
use crate::store::Store as _;
use crate::store::contract::support::*;
use crate::store::sqlite::SqliteStore;
use data_model::OperatorError;
use rusqlite::Connection;
use std::path::Path;

fn refused(path: &Path) -> OperatorError {
    SqliteStore::open(path).expect_err("it must not be opened")
}

#[tokio::test]
async fn a_second_server_in_one_folder_is_refused() {
    let place = Place::new();
    let store = place.open();
    let error = refused(&place.path());
    assert!(error.why.contains("another program"), "{error}");
    assert!(error.fix.contains("`data`"), "{error}");
    store.check().await.unwrap();
    drop(store);
    place.open().check().await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let store = place.open();
    device(&store, "A").await;
    store.close().await;
    drop(store);
    let version = |database: &Connection| count(database, "PRAGMA user_version");
    let ours = version(&place.database());
    place
        .database()
        .pragma_update(None, "user_version", 1_000)
        .unwrap();
    let error = refused(&place.path());
    assert!(error.why.contains("newer version"), "{error}");
    assert_eq!(version(&place.database()), 1_000);
    assert_eq!(count(&place.database(), "SELECT count(*) FROM device"), 1);
    place
        .database()
        .pragma_update(None, "user_version", ours)
        .unwrap();
    assert!(!comes(&place.open(), "A", at(1)).await.first_contact);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let letter = "Dear sirs, ".repeat(1_000);
    std::fs::write(place.path(), &letter).unwrap();
    refused(&place.path());
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), letter);
}

#[test]
fn a_folder_that_is_not_there_is_refused() {
    let place = Place::new();
    let error = refused(&place.folder.path().join("nowhere").join("store.db"));
    assert!(error.what.contains("nowhere"), "{error}");
    assert!(error.fix.contains("folder"), "{error}");
}
