//! Devices: registered before they come, labelled, listed in pages, forgotten with all that is theirs.

use super::support::*;
use crate::store::*;
use data_model::Timestamp;

super::cases! {
    store:
    a_registered_device_is_known_before_it_comes,
    a_device_is_registered_once,
    a_registered_device_brings_its_credentials,
    what_was_never_heard_of_is_none,
    devices_are_listed_in_the_order_of_their_keys_page_by_page,
    a_page_may_be_empty,
    tags_replace_each_other_and_come_sorted,
    variables_replace_each_other_and_come_by_name,
    whatever_is_desired_anew_is_compared_anew,
    a_deleted_device_leaves_nothing_behind,
    a_deleted_device_that_comes_again_is_a_first_contact,
    what_comes_too_late_for_a_deleted_device_is_dropped,
}

async fn register(store: &dyn Store, serial_number: &str) -> Result<Device> {
    let identity = identity(serial_number);
    store.device_register(&ANN, &identity, None, START).await
}

async fn a_registered_device_is_known_before_it_comes(store: &dyn Store) {
    let registered = register(store, "A").await.unwrap();
    assert_eq!(registered, found(store, key("A")).await);
    assert_eq!(registered.identity, "00562B-ATA192-A");
    assert_eq!(registered.manufacturer, "Cisco");
    assert_eq!(registered.oui, "00562B");
    assert_eq!(registered.product_class, "ATA192");
    assert_eq!(registered.serial_number, "A");
    assert_eq!((registered.first_seen, registered.informs), (START, 0));
    assert_eq!(registered.provisioning, Provisioning::default());
}

async fn a_device_is_registered_once(store: &dyn Store) {
    device(store, "CAME").await;
    let before = found(store, key("CAME")).await;
    register(store, "REGISTERED").await.unwrap();
    for serial_number in ["CAME", "REGISTERED"] {
        assert!(
            conflicts(&register(store, serial_number).await),
            "{serial_number}"
        );
    }
    assert_eq!(found(store, key("CAME")).await, before);
    let all = DeviceFilter::default();
    assert_eq!(store.device_count(&all).await.unwrap(), 2);
}

async fn a_registered_device_brings_its_credentials(store: &dyn Store) {
    let device = key("A");
    // Asked for too early: that nothing was known must not be remembered.
    assert!(store.credentials_find(device).await.unwrap().is_none());
    let given = Some(credentials(device, "first"));
    let identity = identity("A");
    let registered = store
        .device_register(&ANN, &identity, given, START)
        .await
        .unwrap();
    let kept = store.credentials_find(registered.id).await.unwrap();
    assert_eq!(kept.unwrap().verifier, Some(verifier("first")));
}

async fn what_was_never_heard_of_is_none(store: &dyn Store) {
    device(store, "OTHER").await;
    let nobody = key("NOBODY");
    assert_eq!(store.device_find(nobody).await.unwrap(), None);
    assert_eq!(store.device_variables(nobody).await.unwrap(), []);
    assert_eq!(store.snapshot(nobody).await.unwrap(), Snapshot::default());
    let tagged = store
        .device_set_tags(&ANN, nobody, vec!["x".into()], START)
        .await;
    assert_eq!(tagged.unwrap(), None);
    let variables = vec![("line".into(), "100".into())];
    let set = store
        .device_set_variables(&ANN, nobody, variables, START)
        .await;
    assert_eq!(set.unwrap(), None);
    let deleted = store.device_delete(&ANN, nobody, START).await;
    assert_eq!(deleted.unwrap(), None);
    assert_eq!(trail(store).await, [], "nothing was changed");
}

async fn devices_are_listed_in_the_order_of_their_keys_page_by_page(store: &dyn Store) {
    let expected = fleet(store, 20).await;
    let mut listed: Vec<Id> = Vec::new();
    loop {
        let page = Page {
            after: listed.last().copied(),
            limit: 7,
        };
        let devices = store
            .device_list(&DeviceFilter::default(), page)
            .await
            .unwrap();
        assert!(devices.len() <= 7);
        if devices.is_empty() {
            break;
        }
        listed.extend(devices.iter().map(|device| device.id));
        assert!(listed.len() <= expected.len(), "pages overlap");
    }
    assert_eq!(listed, expected);
}

async fn a_page_may_be_empty(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    let filter = DeviceFilter::default();
    for (after, limit, expected) in [
        (None, 0, 0),
        (None, usize::MAX, 3),
        (Some(devices[0]), 10, 2),
        (Some(devices[2]), 10, 0),
    ] {
        let page = Page { after, limit };
        let listed = store.device_list(&filter, page).await.unwrap();
        assert_eq!(listed.len(), expected, "{page:?}");
    }
}

async fn tags_replace_each_other_and_come_sorted(store: &dyn Store) {
    let device = device(store, "A").await;
    for (given, kept) in [
        (vec!["west", "beta", "west"], vec!["beta", "west"]),
        (vec!["höhe \"7\""], vec!["höhe \"7\""]),
        (vec![], vec![]),
    ] {
        let tags = given.iter().map(|tag| (*tag).to_owned()).collect();
        let set = store.device_set_tags(&ANN, device, tags, START).await;
        assert_eq!(set.unwrap(), Some(()));
        assert_eq!(found(store, device).await.tags, kept);
    }
}

async fn variables_replace_each_other_and_come_by_name(store: &dyn Store) {
    let device = device(store, "A").await;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for (given, kept) in [
        (
            vec![pair("user", "1"), pair("line", "'; --"), pair("user", "2")],
            vec![pair("line", "'; --"), pair("user", "2")],
        ),
        (vec![pair("line", "")], vec![pair("line", "")]),
        (vec![], vec![]),
    ] {
        let set = store.device_set_variables(&ANN, device, given, START).await;
        assert_eq!(set.unwrap(), Some(()));
        assert_eq!(own_variables(store, device).await, kept);
    }
}

async fn whatever_is_desired_anew_is_compared_anew(store: &dyn Store) {
    let device = device(store, "A").await;
    let compared = || async {
        let nothing = Observed::default();
        agree(store, device, 7, "", nothing, START).await;
        let fault = TaskFault::ours("no");
        store
            .provisioning_failed(device, 8, fault, START)
            .await
            .unwrap();
        let stamps = comes(store, "A", at(1)).await.stamps;
        assert_eq!((stamps.agreed, stamps.failed), (7, 8));
    };
    compared().await;
    let tags = vec!["x".into()];
    store
        .device_set_tags(&ANN, device, tags, at(2))
        .await
        .unwrap();
    assert_eq!(
        comes(store, "A", at(3)).await.stamps,
        ProfileStamps::default()
    );
    compared().await;
    let variables = vec![("line".into(), "1".into())];
    store
        .device_set_variables(&ANN, device, variables, at(4))
        .await
        .unwrap();
    assert_eq!(
        comes(store, "A", at(5)).await.stamps,
        ProfileStamps::default()
    );
}

/// Gives a device one of everything that can belong to it.
async fn furnish(store: &dyn Store, serial_number: &str, now: Timestamp) -> Id {
    let device = comes(store, serial_number, now).await.device;
    let tags = vec!["x".into()];
    store
        .device_set_tags(&ANN, device, tags, now)
        .await
        .unwrap();
    let variables = vec![("line".into(), "1".into())];
    store
        .device_set_variables(&ANN, device, variables, now)
        .await
        .unwrap();
    let seen = observed(&[("Device.Deep", "1")]);
    store.snapshot_merge(device, seen, now).await.unwrap();
    let given = credentials(device, "first");
    store.credentials_put(&ANN, given, now).await.unwrap();
    device
}

async fn a_deleted_device_leaves_nothing_behind(store: &dyn Store) {
    let device = furnish(store, "A", START).await;
    let other = furnish(store, "B", START).await;
    let campaign = campaign(store, id(1), 10).await;
    advance(store, campaign, at(1)).await;
    queue(store, reboot(id(2), device)).await;
    queue(store, reboot(id(3), other)).await;
    assert!(store.credentials_find(device).await.unwrap().is_some());

    let deleted = store.device_delete(&ANN, device, at(2)).await;
    assert_eq!(deleted.unwrap(), Some(()));
    assert_eq!(store.device_find(device).await.unwrap(), None);
    assert_eq!(store.device_variables(device).await.unwrap(), []);
    assert_eq!(store.snapshot(device).await.unwrap(), Snapshot::default());
    assert_eq!(store.task_find(id(2)).await.unwrap(), None);
    assert_eq!(store.task_list(device, ALL).await.unwrap(), []);
    assert!(store.credentials_find(device).await.unwrap().is_none());
    let in_campaign = store.campaign_devices(campaign, ALL).await.unwrap();
    assert_eq!(in_campaign.len(), 1);
    let to_call = store.devices_to_call(at(10), 10).await.unwrap();
    assert_eq!(to_call, [other]);
    let again = store.device_delete(&ANN, device, at(3)).await;
    assert_eq!(again.unwrap(), None, "it is gone already");

    let kept = found(store, other).await;
    assert_eq!(kept.tags, ["x"]);
    assert_eq!(state(store, id(3)).await, TaskState::Queued);
    assert!(store.credentials_find(other).await.unwrap().is_some());
    assert_eq!(
        seen(store, other, "Device.Deep").await.as_deref(),
        Some("1")
    );
}

async fn a_deleted_device_that_comes_again_is_a_first_contact(store: &dyn Store) {
    let device = furnish(store, "A", START).await;
    comes(store, "A", at(1)).await;
    comes(store, "A", at(2)).await;
    store.device_delete(&ANN, device, at(3)).await.unwrap();
    let outcome = comes(store, "A", at(4)).await;
    assert!(outcome.first_contact && !outcome.tasks_due, "{outcome:?}");
    let again = found(store, device).await;
    assert_eq!((again.informs, again.first_seen), (1, at(4)));
    assert_eq!(again.tags, [""; 0]);
    assert_eq!(seen(store, device, "Device.Deep").await, None);
}

/// A session of the device may still be open when it is deleted.
async fn what_comes_too_late_for_a_deleted_device_is_dropped(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    store.device_delete(&ANN, device, at(2)).await.unwrap();

    let late = || observed(&[("Device.Late", "1")]);
    let merged = store.snapshot_merge(device, late(), at(3)).await;
    merged.unwrap();
    let finished = store.task_finish(id(1), done(), late(), at(3)).await;
    finished.unwrap();
    let agreed = store.provisioning_agreed(device, agreement(7, 0, "key"), late(), at(3));
    agreed.await.unwrap();
    let fault = TaskFault::ours("late");
    let refused = store.provisioning_failed(device, 7, fault, at(3)).await;
    refused.unwrap();
    assert_eq!(store.task_claim_next(device, at(3)).await.unwrap(), None);
    assert_eq!(store.snapshot(device).await.unwrap(), Snapshot::default());
    assert_eq!(store.device_find(device).await.unwrap(), None);

    comes(store, "A", at(4)).await;
    assert_eq!(
        seen(store, device, "Device.Late").await,
        None,
        "it begins anew"
    );
    let stamps = comes(store, "A", at(5)).await.stamps;
    assert_eq!(stamps, ProfileStamps::default());
}
