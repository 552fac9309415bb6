//! Credentials of devices: prepared, confirmed, replaced, and never answered from a memory that is out of date.

use super::support::*;
use crate::store::*;
use cwmp::http::Verifier;
use data_model::Secret;
use futures_util::future::join_all;

super::cases! {
    store:
    a_device_without_credentials_has_none,
    credentials_are_found_as_they_were_put,
    credentials_are_found_at_once_however_often_they_were_asked_for_before,
    prepared_credentials_stand_beside_the_old_ones,
    confirmed_credentials_replace_the_old_ones,
    the_last_prepared_credentials_count,
    credentials_for_calls_alone_leave_the_device_its_password,
    a_device_that_came_in_without_credentials_can_be_given_some,
    confirming_what_was_not_prepared_changes_nothing,
    credentials_of_one_device_are_not_those_of_another,
    credentials_go_with_their_device,
    a_change_of_credentials_is_seen_by_whoever_asks_after_it,
}

async fn known(store: &dyn Store, device: Id) -> Option<Credentials> {
    store.credentials_find(device).await.unwrap()
}

async fn put(store: &dyn Store, device: Id, password: &str) {
    let given = credentials(device, password);
    store.credentials_put(&ANN, given, START).await.unwrap();
}

async fn prepare(store: &dyn Store, device: Id, password: &str) {
    prepare_as(store, device, Some(verifier(password)), password).await;
}

/// The device is to get these, and to keep its own password if there is no verifier of a new one.
async fn prepare_as(store: &dyn Store, device: Id, verifier: Option<Verifier>, password: &str) {
    let new = NewCredentials {
        verifier,
        connection_request_username: format!("user-{password}"),
        connection_request_password: Secret::new(format!("call-{password}")),
    };
    let prepared = store.credentials_prepare(device, new, at(1)).await;
    prepared.unwrap();
}

/// Passwords a device may come with, its pending one, and how we call it.
fn shown(known: Option<Credentials>) -> (bool, bool, String, String) {
    let known = known.expect("the device has credentials");
    (
        known.verifier.is_some(),
        known.pending.is_some(),
        known.connection_request_username,
        known.connection_request_password.reveal().to_owned(),
    )
}

async fn a_device_without_credentials_has_none(store: &dyn Store) {
    let device = device(store, "A").await;
    assert!(known(store, device).await.is_none());
    assert!(known(store, key("NOBODY")).await.is_none());
}

async fn credentials_are_found_as_they_were_put(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, "first").await;
    let found = known(store, device).await.unwrap();
    assert_eq!(found.device, device);
    assert_eq!(found.verifier, Some(verifier("first")));
    assert_eq!(found.pending, None);
    assert_eq!(found.connection_request_username, "acs");
    assert_eq!(found.connection_request_password.reveal(), "call-first");
}

async fn credentials_are_found_at_once_however_often_they_were_asked_for_before(store: &dyn Store) {
    let device = device(store, "A").await;
    for _ in 0..3 {
        assert!(known(store, device).await.is_none());
    }
    for password in ["first", "second", "third"] {
        put(store, device, password).await;
        for _ in 0..3 {
            let found = known(store, device).await.unwrap();
            assert_eq!(found.verifier, Some(verifier(password)));
        }
    }
}

async fn prepared_credentials_stand_beside_the_old_ones(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, "old").await;
    known(store, device).await;
    prepare(store, device, "new").await;
    let found = known(store, device).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("old")));
    assert_eq!(found.pending, Some(verifier("new")));
    assert_eq!(found.connection_request_username, "acs");
    assert_eq!(found.connection_request_password.reveal(), "call-old");
}

async fn confirmed_credentials_replace_the_old_ones(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, "old").await;
    prepare(store, device, "new").await;
    known(store, device).await;
    store.credentials_confirm(device, at(2)).await.unwrap();
    let found = known(store, device).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("new")));
    assert_eq!(found.pending, None);
    assert_eq!(found.connection_request_username, "user-new");
    assert_eq!(found.connection_request_password.reveal(), "call-new");
}

async fn the_last_prepared_credentials_count(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, "old").await;
    prepare(store, device, "lost").await;
    prepare(store, device, "new").await;
    store.credentials_confirm(device, at(2)).await.unwrap();
    let found = known(store, device).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("new")));
    assert_eq!(found.connection_request_username, "user-new");
}

async fn credentials_for_calls_alone_leave_the_device_its_password(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, "own").await;
    prepare_as(store, device, None, "calls").await;
    let found = known(store, device).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("own")));
    assert_eq!(found.connection_request_username, "acs", "not yet");
    store.credentials_confirm(device, at(2)).await.unwrap();
    let found = known(store, device).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("own")));
    assert_eq!(found.pending, None);
    assert_eq!(found.connection_request_username, "user-calls");
    assert_eq!(found.connection_request_password.reveal(), "call-calls");
}

async fn a_device_that_came_in_without_credentials_can_be_given_some(store: &dyn Store) {
    let device = device(store, "A").await;
    prepare(store, device, "new").await;
    let found = shown(known(store, device).await);
    assert_eq!(found, (false, true, String::new(), String::new()));
    store.credentials_confirm(device, at(2)).await.unwrap();
    let found = known(store, device).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("new")));
    assert_eq!(found.connection_request_username, "user-new");
}

async fn confirming_what_was_not_prepared_changes_nothing(store: &dyn Store) {
    let device = device(store, "A").await;
    store.credentials_confirm(device, at(2)).await.unwrap();
    assert!(known(store, device).await.is_none());
    put(store, device, "old").await;
    let before = trail(store).await;
    store.credentials_confirm(device, at(2)).await.unwrap();
    let found = known(store, device).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("old")));
    assert_eq!(found.connection_request_username, "acs");
    assert_eq!(trail(store).await, before);
}

async fn credentials_of_one_device_are_not_those_of_another(store: &dyn Store) {
    let one = device(store, "A").await;
    let other = device(store, "B").await;
    put(store, one, "one").await;
    put(store, other, "other").await;
    prepare(store, one, "new").await;
    store.credentials_confirm(other, at(2)).await.unwrap();
    let found = known(store, one).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("one")));
    assert_eq!(found.pending, Some(verifier("new")));
    let found = known(store, other).await.unwrap();
    assert_eq!(found.verifier, Some(verifier("other")));
    assert_eq!(found.pending, None);
}

async fn credentials_go_with_their_device(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, "old").await;
    prepare(store, device, "new").await;
    assert!(known(store, device).await.is_some());
    store.device_delete(&ANN, device, at(2)).await.unwrap();
    assert!(known(store, device).await.is_none());
    store.credentials_confirm(device, at(3)).await.unwrap();
    assert!(known(store, device).await.is_none());
}

/// While others read without a pause, whoever has changed something reads what it has changed.
async fn a_change_of_credentials_is_seen_by_whoever_asks_after_it(store: &dyn Store) {
    let devices = fleet(store, 4).await;
    let change = |device: Id| async move {
        for round in 0..20 {
            let password = format!("p{round}");
            prepare(store, device, &password).await;
            let found = known(store, device).await.unwrap();
            assert_eq!(found.pending, Some(verifier(&password)));
            store.credentials_confirm(device, at(2)).await.unwrap();
            let found = known(store, device).await.unwrap();
            assert_eq!(found.verifier, Some(verifier(&password)));
            assert_eq!(found.pending, None);
        }
    };
    let read = |device: Id| async move {
        for _ in 0..200 {
            known(store, device).await;
        }
    };
    let writers = join_all(devices.iter().map(|device| change(*device)));
    let readers = join_all(devices.iter().map(|device| read(*device)));
    tokio::join!(writers, readers);
}
