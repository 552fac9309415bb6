//! What was acknowledged is there when the store is opened again.

use super::Place;
use super::people::{proof, token, user};
use super::support::*;
use crate::store::*;
use data_model::Secret;
use std::sync::Arc;

super::cases! {
    place:
    an_empty_place_holds_an_empty_store,
    devices_and_what_was_seen_of_them_are_there_again,
    tasks_are_there_again,
    a_task_that_was_running_is_uncertain_afterwards,
    a_task_is_due_whatever_was_known_by_heart_before,
    a_transfer_may_end_after_a_restart,
    an_idempotency_key_is_known_after_a_restart,
    profiles_and_files_are_there_again,
    stamps_of_profiles_do_not_come_again,
    campaigns_go_on_where_they_were,
    people_credentials_and_settings_are_there_again,
    the_trail_goes_on,
}

async fn reopen(place: &dyn Place, store: Arc<dyn Store>) -> Arc<dyn Store> {
    store.close().await;
    drop(store);
    place.open().await
}

async fn an_empty_place_holds_an_empty_store(place: &dyn Place) {
    let mut store = place.open().await;
    for _ in 0..2 {
        let all = DeviceFilter::default();
        assert_eq!(store.device_count(&all).await.unwrap(), 0);
        assert_eq!(store.user_count().await.unwrap(), 0);
        assert_eq!(trail(store.as_ref()).await, []);
        store = reopen(place, store).await;
    }
    store.close().await;
}

/// Covers P12.
async fn devices_and_what_was_seen_of_them_are_there_again(place: &dyn Place) {
    let store = place.open().await;
    let id = device(store.as_ref(), "A").await;
    let tags = vec!["west".into()];
    store.device_set_tags(&ANN, id, tags, at(1)).await.unwrap();
    let variables = vec![("line".to_owned(), "1".to_owned())];
    let set = store.device_set_variables(&ANN, id, variables.clone(), at(1));
    set.await.unwrap();
    let seen = Observed {
        writable: vec![("Device.A".into(), true)],
        ..observed(&[("Device.A", "1")])
    };
    agree(store.as_ref(), id, 7, "", seen, at(2)).await;
    comes(store.as_ref(), "A", at(3)).await;
    let before = found(store.as_ref(), id).await;
    let snapshot = store.snapshot(id).await.unwrap();

    let store = reopen(place, store).await;
    assert_eq!(found(store.as_ref(), id).await, before);
    assert_eq!(store.snapshot(id).await.unwrap(), snapshot);
    assert_eq!(own_variables(store.as_ref(), id).await, variables);
    let outcome = comes(store.as_ref(), "A", at(4)).await;
    assert!(!outcome.first_contact);
    assert_eq!(outcome.stamps.agreed, 7);
    assert_eq!(found(store.as_ref(), id).await.informs, 3);
    store.close().await;
}

/// Covers P1.
async fn tasks_are_there_again(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    queue(store.as_ref(), reboot(id(1), device)).await;
    claim(store.as_ref(), device, at(1)).await;
    finish(store.as_ref(), id(1), done(), at(2)).await;
    queue(store.as_ref(), reboot(id(2), device)).await;
    claim(store.as_ref(), device, at(3)).await;
    finish(store.as_ref(), id(2), retry(at(100)), at(4)).await;
    for number in 3..50 {
        queue(store.as_ref(), reboot(id(number), device)).await;
    }
    let before = store.task_list(device, ALL).await.unwrap();
    assert_eq!(before.len(), 49);

    let store = reopen(place, store).await;
    assert_eq!(store.task_list(device, ALL).await.unwrap(), before);
    assert_eq!(claim(store.as_ref(), device, at(5)).await.task.id, id(3));
    store.close().await;
}

/// Covers P2, P12.
async fn a_task_that_was_running_is_uncertain_afterwards(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    queue(store.as_ref(), reboot(id(1), device)).await;
    claim(store.as_ref(), device, at(1)).await;
    let store = reopen(place, store).await;
    assert!(comes(store.as_ref(), "A", at(2)).await.tasks_due);
    let again = claim(store.as_ref(), device, at(2)).await;
    assert_eq!(again.certainty, Certainty::Uncertain);
    assert_eq!((again.task.id, again.task.attempts), (id(1), 2));
    store.close().await;
}

async fn a_task_is_due_whatever_was_known_by_heart_before(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    comes(store.as_ref(), "A", at(1)).await;
    comes(store.as_ref(), "A", at(2)).await;
    queue(store.as_ref(), reboot(id(1), device)).await;
    let store = reopen(place, store).await;
    assert!(comes(store.as_ref(), "A", at(3)).await.tasks_due);
    store.close().await;
}

/// Covers P3.
async fn a_transfer_may_end_after_a_restart(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    queue(store.as_ref(), download(id(1), device, id(900))).await;
    transferring(store.as_ref(), device, at(1)).await;
    let store = reopen(place, store).await;
    let ended = transferred(store.as_ref(), id(1), at(2)).await;
    assert_eq!(ended, TransferMatch::Ended(id(1)));
    let store = reopen(place, store).await;
    let again = transferred(store.as_ref(), id(1), at(3)).await;
    assert_eq!(again, TransferMatch::Repeated(id(1)));
    store.close().await;
}

/// Covers P2.
async fn an_idempotency_key_is_known_after_a_restart(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let keyed = |number| NewTask {
        idempotency_key: Some("k".into()),
        ..reboot(id(number), device)
    };
    let first = queue(store.as_ref(), keyed(1)).await;
    let store = reopen(place, store).await;
    assert_eq!(queue(store.as_ref(), keyed(2)).await, first);
    store.close().await;
}

fn profile(name: &str) -> Profile {
    Profile {
        name: name.into(),
        revision: 0,
        selector: Selector::default(),
        precedence: 3,
        values: vec![ProfileValue {
            name: "Device.A".into(),
            value: "1".into(),
        }],
        ..Profile::default()
    }
}

async fn profiles_and_files_are_there_again(place: &dyn Place) {
    let store = place.open().await;
    store
        .profile_put(&ANN, profile("voice"), START)
        .await
        .unwrap();
    store.file_put(&ANN, image(id(1))).await.unwrap();
    let profiles = store.profiles().await.unwrap();
    let files = store.file_list().await.unwrap();
    let store = reopen(place, store).await;
    assert_eq!(store.profiles().await.unwrap(), profiles);
    assert_eq!(store.file_list().await.unwrap(), files);
    store.close().await;
}

/// A device that agreed with a state of the profiles must not be taken for one that agrees with another.
async fn stamps_of_profiles_do_not_come_again(place: &dyn Place) {
    let mut store = place.open().await;
    let mut stamps = vec![store.profiles().await.unwrap().0];
    for round in 0..6 {
        if round % 2 == 0 {
            let put = store.profile_put(&ANN, profile("a"), START).await;
            put.unwrap();
        } else {
            store.profile_delete(&ANN, "a", START).await.unwrap();
        }
        store = reopen(place, store).await;
        let stamp = store.profiles().await.unwrap().0;
        assert!(!stamps.contains(&stamp), "{stamp} {stamps:?}");
        stamps.push(stamp);
    }
    store.close().await;
}

/// Covers P12.
async fn campaigns_go_on_where_they_were(place: &dyn Place) {
    let store = place.open().await;
    let devices = fleet(store.as_ref(), 3).await;
    campaign(store.as_ref(), id(1), 1).await;
    advance(store.as_ref(), id(1), at(1)).await;
    let task = transferring(store.as_ref(), devices[0], at(2)).await;
    let before = look(store.as_ref(), id(1)).await;
    let entries = store.campaign_devices(id(1), ALL).await.unwrap();

    let store = reopen(place, store).await;
    assert_eq!(look(store.as_ref(), id(1)).await, before);
    assert_eq!(store.campaign_devices(id(1), ALL).await.unwrap(), entries);
    assert_eq!(advance(store.as_ref(), id(1), at(3)).await, []);
    reports(store.as_ref(), devices[0], NEW, at(4)).await;
    transferred(store.as_ref(), task, at(5)).await;
    let next = advance(store.as_ref(), id(1), at(6)).await;
    assert_eq!(next, [devices[1]]);
    store.close().await;
}

async fn people_credentials_and_settings_are_there_again(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    let given = credentials(device, "old");
    store.credentials_put(&ANN, given, START).await.unwrap();
    let new = NewCredentials {
        verifier: Some(verifier("new")),
        connection_request_username: "user-new".into(),
        connection_request_password: Secret::new("call-new"),
    };
    let prepared = store.credentials_prepare(device, new, START).await;
    prepared.unwrap();
    let user = user("bob", Role::Admin);
    store.user_put(&ANN, user.clone(), START).await.unwrap();
    let token = Token {
        user: "bob".into(),
        role: Role::Admin,
        expires: at(100),
        ..token(1, 0)
    };
    store
        .token_put(&ANN, token.clone(), proof(), START)
        .await
        .unwrap();
    let kept = store.setting_or_insert("key", b"first".into()).await;
    kept.unwrap();

    let store = reopen(place, store).await;
    let known = store.credentials_find(device).await.unwrap().unwrap();
    assert_eq!(known.verifier, Some(verifier("old")));
    assert_eq!(known.pending, Some(verifier("new")));
    store.credentials_confirm(device, at(1)).await.unwrap();
    let known = store.credentials_find(device).await.unwrap().unwrap();
    assert_eq!(known.connection_request_password.reveal(), "call-new");
    assert_eq!(store.user_find("bob").await.unwrap(), Some(user));
    let found = store.token_find(&[1; 32], at(99)).await.unwrap();
    assert_eq!(found, Some(token));
    let kept = store.setting_or_insert("key", b"second".into()).await;
    assert_eq!(kept.unwrap(), b"first");
    store.close().await;
}

async fn the_trail_goes_on(place: &dyn Place) {
    let store = place.open().await;
    let device = device(store.as_ref(), "A").await;
    queue(store.as_ref(), reboot(id(1), device)).await;
    let before = trail(store.as_ref()).await;
    let store = reopen(place, store).await;
    queue(store.as_ref(), reboot(id(2), device)).await;
    let after = trail(store.as_ref()).await;
    assert_eq!(after[1..], before);
    assert!(after[0].number > before[0].number);
    store.close().await;
}
