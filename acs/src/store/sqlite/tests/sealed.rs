//! The key of the secrets: the right one, another one, a change of it, and a store from before there was one.

use super::Place;
use crate::secrets::Secrets;
use crate::store::contract::support::*;
use crate::store::requests::{Begun, Keyed, RequestStore as _};
use crate::store::sqlite::SqliteStore;
use crate::store::{Account, AccountChange, Store as _, SubscriberStore as _};
use data_model::{OperatorError, Secret};
use std::collections::BTreeMap;

const CANARY: &str = "canary-7c1e";
const KEYED: Keyed = Keyed {
    key: [1; 32],
    asked: [2; 32],
};

/// Keys by a number, the one in use first.
fn keys(numbers: &[u8]) -> Secrets {
    let lines = numbers
        .iter()
        .map(|number| format!("{number:02x}").repeat(32));
    Secrets::from_text(&lines.collect::<Vec<_>>().join("\n")).unwrap()
}

fn open(place: &Place, numbers: &[u8]) -> Result<SqliteStore, OperatorError> {
    SqliteStore::open_with(&place.path(), keys(numbers))
}

/// Writes a secret into every kind of place.
async fn plant(store: &SqliteStore) {
    let device = device(store, "A").await;
    let mut known = credentials(device, CANARY);
    known.connection_request_password = Secret::new(CANARY);
    let put = store.credentials_put(&ANN, known, at(1));
    put.await.unwrap();
    let variables = vec![("line1.password".into(), CANARY.into())];
    let set = store.device_set_variables(&ANN, device, variables, at(1));
    set.await.unwrap().unwrap();
    let options = BTreeMap::from([("web.password".to_owned(), CANARY.to_owned())]);
    let line = crate::store::Line {
        port: 1,
        number: "4711".into(),
        user: "u".into(),
        password: Secret::new(CANARY),
        display_name: String::new(),
        proxy: String::new(),
        options: options.clone(),
        enabled: true,
    };
    let account = Account {
        account: "4711".into(),
        name: "Ann".into(),
        notes: String::new(),
        variables: options,
        lines: vec![line],
    };
    let change = AccountChange {
        account,
        revision: None,
    };
    store.account_put(&ANN, change, at(1)).await.unwrap();
    store.request_begin(KEYED, at(1)).await.unwrap();
    let body = format!("{{\"password\":\"{CANARY}\"}}").into_bytes();
    store.request_end(KEYED, 200, body).await.unwrap();
    let key = store.setting_or_insert("file-ticket-key", CANARY.into());
    assert_eq!(key.await.unwrap(), CANARY.as_bytes());
}

/// Every secret of [`plant`] is read as it was written.
async fn assert_readable(store: &SqliteStore) {
    let device = key("A");
    let known = store.credentials_find(device).await.unwrap().unwrap();
    assert_eq!(known.connection_request_password, Secret::new(CANARY));
    assert_eq!(known.verifier, Some(verifier(CANARY)));
    let variables = own_variables(store, device).await;
    assert_eq!(variables, [("line1.password".into(), CANARY.into())]);
    let kept = store.account_find(Account::key("4711")).await.unwrap();
    let account = kept.unwrap().account;
    assert_eq!(account.variables["web.password"], CANARY);
    assert_eq!(account.lines[0].password, Secret::new(CANARY));
    assert_eq!(account.lines[0].options["web.password"], CANARY);
    let again = store.request_begin(KEYED, at(2)).await.unwrap();
    let Begun::Answered { body, .. } = again else {
        panic!("it was answered")
    };
    assert!(String::from_utf8(body).unwrap().contains(CANARY));
    let key = store.setting_or_insert("file-ticket-key", vec![1]);
    assert_eq!(key.await.unwrap(), CANARY.as_bytes());
}

/// Whether the canary, or a verifier made of it, stands in a file of the store.
fn lies_in_clear(place: &Place) -> bool {
    let verifier = verifier(CANARY).to_bytes();
    let files = std::fs::read_dir(place.folder.path()).unwrap();
    files.map(|entry| entry.unwrap().path()).any(|path| {
        let bytes = std::fs::read(path).unwrap();
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        holds(CANARY.as_bytes()) || holds(&verifier[..])
    })
}

/// Covers U07.
#[tokio::test]
async fn another_key_is_refused_and_nothing_is_changed() {
    let place = Place::new();
    let store = open(&place, &[1]).unwrap();
    plant(&store).await;
    store.close().await;
    drop(store);
    let error = open(&place, &[2]).expect_err("another key");
    assert!(error.what.contains("secrets of the store"), "{error}");
    assert!(error.why.contains("another key"), "{error}");
    assert!(error.fix.contains("secrets.key_file"), "{error}");
    assert!(!error.to_string().contains("0202"), "{error}");
    let store = open(&place, &[1]).unwrap();
    assert_readable(&store).await;
    assert!(!lies_in_clear(&place));
}

/// Covers U07.
#[tokio::test]
async fn after_a_change_of_keys_the_old_one_is_needed_once_and_never_again() {
    let place = Place::new();
    let store = open(&place, &[1]).unwrap();
    plant(&store).await;
    store.close().await;
    drop(store);
    for numbers in [&[2, 1][..], &[2], &[3, 2], &[3]] {
        let store = open(&place, numbers).unwrap();
        assert_readable(&store).await;
        store.close().await;
        drop(store);
        assert!(!lies_in_clear(&place), "{numbers:?}");
    }
    for numbers in [&[1][..], &[2], &[1, 2]] {
        assert!(open(&place, numbers).is_err(), "{numbers:?}");
    }
}

/// A change that was cut off anywhere is a store with the old key or with the new one.
#[tokio::test]
async fn a_change_of_keys_that_is_taken_back_has_changed_nothing() {
    let place = Place::new();
    let store = open(&place, &[1]).unwrap();
    plant(&store).await;
    store.close().await;
    drop(store);
    // One place that cannot be sealed, behind others that can.
    let garbage = "UPDATE line SET password = CAST('sealed:garbage' AS BLOB)";
    let kept: Vec<u8> = {
        let database = place.database();
        let kept = database.query_row("SELECT password FROM line", [], |row| row.get(0));
        database.execute(garbage, []).unwrap();
        kept.unwrap()
    };
    let error = open(&place, &[2, 1]).expect_err("a secret that does not open");
    assert!(error.why.contains("cannot be opened"), "{error}");
    place
        .database()
        .execute("UPDATE line SET password = ?1", [kept])
        .unwrap();
    let store = open(&place, &[1]).unwrap();
    assert_readable(&store).await;
}

/// Covers U07.
#[tokio::test]
async fn a_store_from_before_sealing_is_sealed_and_nothing_of_it_stays_readable() {
    let place = Place::new();
    let store = open(&place, &[1]).unwrap();
    plant(&store).await;
    store.close().await;
    drop(store);
    {
        // As it was written by a version without sealing.
        let database = place.database();
        let options = format!("{{\"web.password\":\"{CANARY}\"}}");
        let canary = CANARY.as_bytes();
        let verifier = verifier(CANARY).to_bytes();
        let verifier = &verifier[..];
        for (sql, value) in [
            ("UPDATE variable SET value = CAST(?1 AS TEXT)", canary),
            (
                "UPDATE credentials SET call_password = CAST(?1 AS TEXT)",
                canary,
            ),
            ("UPDATE credentials SET verifier = ?1", verifier),
            ("UPDATE line SET password = ?1", canary),
            (
                "UPDATE line SET options = CAST(?1 AS TEXT)",
                options.as_bytes(),
            ),
            (
                "UPDATE account SET variables = CAST(?1 AS TEXT)",
                options.as_bytes(),
            ),
            ("UPDATE request SET body = ?1", options.as_bytes()),
            (
                "UPDATE setting SET value = ?1 WHERE name = 'file-ticket-key'",
                canary,
            ),
        ] {
            assert_eq!(database.execute(sql, [value]).unwrap(), 1, "{sql}");
        }
        let unsealed = "DELETE FROM setting WHERE name LIKE 'secrets.%'";
        assert_eq!(database.execute(unsealed, []).unwrap(), 2);
    }
    assert!(lies_in_clear(&place));
    let store = open(&place, &[1]).unwrap();
    assert!(!lies_in_clear(&place), "while it is open");
    assert_readable(&store).await;
    store.close().await;
    drop(store);
    assert!(!lies_in_clear(&place));
}
