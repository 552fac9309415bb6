//! Profiles, their stamp, and how devices stand to them.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    without_profiles_there_is_a_stamp,
    a_profile_comes_back_as_it_was_put,
    a_profile_counts_its_revisions,
    profiles_are_listed_by_name,
    every_change_of_a_profile_is_a_stamp_nobody_has_seen,
    a_profile_nobody_has_heard_of_is_none,
    an_agreement_is_kept_with_what_was_seen,
    a_refusal_is_kept_until_the_device_agrees,
    another_refusal_replaces_the_first,
    what_has_changed_meanwhile_is_compared_anew,
    devices_are_compared_until_they_agree_or_refuse,
    devices_to_compare_come_in_the_order_of_their_keys_page_by_page,
}

fn profile(name: &str) -> Profile {
    Profile {
        name: name.into(),
        revision: 0,
        selector: Selector {
            product_class: vec!["ATA192".into()],
            software_version: vec![],
            tags: vec!["west".into(), "' --".into()],
            serial_number: vec![],
            query: Some(r#"tag = "beta" and param("Device.X.Y") > 5"#.parse().unwrap()),
        },
        precedence: -7,
        values: vec![
            ProfileValue {
                name: "Device.A".into(),
                value: "{{line}}@example.com".into(),
            },
            ProfileValue {
                name: "Device.B".into(),
                value: "\u{1F600}".into(),
            },
        ],
        ..Profile::default()
    }
}

async fn put(store: &dyn Store, profile: Profile) -> Profile {
    store.profile_put(&ANN, profile, START).await.unwrap()
}

async fn without_profiles_there_is_a_stamp(store: &dyn Store) {
    let (stamp, profiles) = store.profiles().await.unwrap();
    assert_ne!(stamp, 0);
    assert_eq!(profiles, []);
    assert_eq!(store.profiles().await.unwrap().0, stamp);
}

async fn a_profile_comes_back_as_it_was_put(store: &dyn Store) {
    let expected = Profile {
        revision: 1,
        ..profile("voice")
    };
    assert_eq!(put(store, profile("voice")).await, expected);
    assert_eq!(store.profiles().await.unwrap().1, [expected]);
}

async fn a_profile_counts_its_revisions(store: &dyn Store) {
    for revision in 1..4 {
        let mut next = profile("voice");
        next.revision = 100;
        next.precedence = i32::MAX;
        assert_eq!(put(store, next).await.revision, revision);
    }
    assert_eq!(put(store, profile("other")).await.revision, 1);
    let (_, profiles) = store.profiles().await.unwrap();
    let revisions: Vec<u64> = profiles.iter().map(|profile| profile.revision).collect();
    assert_eq!(revisions, [1, 3]);
    assert_eq!(profiles[1].precedence, i32::MAX);
}

async fn profiles_are_listed_by_name(store: &dyn Store) {
    for name in ["b", "c", "a"] {
        put(store, profile(name)).await;
    }
    let (_, profiles) = store.profiles().await.unwrap();
    let names: Vec<&str> = profiles.iter().map(|profile| &*profile.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

async fn every_change_of_a_profile_is_a_stamp_nobody_has_seen(store: &dyn Store) {
    let mut stamps = vec![store.profiles().await.unwrap().0];
    for change in 0..6 {
        // The last two changes bring back what was there before.
        match change {
            0 | 1 | 4 => drop(put(store, profile("a")).await),
            2 => drop(put(store, profile("b")).await),
            _ => {
                let deleted = store.profile_delete(&ANN, "a", START).await;
                assert_eq!(deleted.unwrap(), Some(()));
            }
        }
        let stamp = store.profiles().await.unwrap().0;
        assert!(stamp != 0 && !stamps.contains(&stamp), "{stamp} {stamps:?}");
        stamps.push(stamp);
    }
}

async fn a_profile_nobody_has_heard_of_is_none(store: &dyn Store) {
    put(store, profile("a")).await;
    let before = store.profiles().await.unwrap();
    for name in ["b", "", "A", "%"] {
        let deleted = store.profile_delete(&ANN, name, at(1)).await;
        assert_eq!(deleted.unwrap(), None, "`{name}`");
    }
    assert_eq!(store.profiles().await.unwrap(), before);
    assert_eq!(trail(store).await.len(), 1);
}

async fn an_agreement_is_kept_with_what_was_seen(store: &dyn Store) {
    let device = device(store, "A").await;
    let seen = observed(&[("Device.A", "1")]);
    agree(store, device, 7, "key", seen, at(5)).await;
    assert_eq!(
        found(store, device).await.provisioning,
        Provisioning {
            stamp: 7,
            parameter_key: "key".into(),
            fault: None,
            failed_stamp: 0,
            at: Some(at(5)),
            revision: 0,
            ..Provisioning::default()
        }
    );
    assert_eq!(
        self::seen(store, device, "Device.A").await.as_deref(),
        Some("1")
    );
}

async fn a_refusal_is_kept_until_the_device_agrees(store: &dyn Store) {
    let device = device(store, "A").await;
    let nothing = Observed::default();
    agree(store, device, 7, "key", nothing.clone(), at(5)).await;
    let fault = TaskFault {
        code: 9007,
        text: "Invalid parameter value".into(),
        parameters: vec![],
    };
    let failed = store.provisioning_failed(device, 8, fault.clone(), at(6));
    failed.await.unwrap();
    let stands = found(store, device).await.provisioning;
    assert_eq!((stands.stamp, stands.at), (7, Some(at(5))));
    assert_eq!((stands.failed_stamp, stands.fault), (8, Some(fault)));
    agree(store, device, 9, "next", nothing, at(7)).await;
    let stands = found(store, device).await.provisioning;
    assert_eq!((stands.stamp, stands.failed_stamp), (9, 0));
    assert_eq!((stands.fault, stands.at), (None, Some(at(7))));
}

async fn another_refusal_replaces_the_first(store: &dyn Store) {
    let device = device(store, "A").await;
    for (stamp, why) in [(7, "first"), (u64::MAX, "second")] {
        let fault = TaskFault::ours(why);
        let failed = store.provisioning_failed(device, stamp, fault.clone(), at(6));
        failed.await.unwrap();
        let stands = found(store, device).await.provisioning;
        assert_eq!((stands.failed_stamp, stands.fault), (stamp, Some(fault)));
    }
}

async fn what_has_changed_meanwhile_is_compared_anew(store: &dyn Store) {
    let device = device(store, "A").await;
    let tags = vec!["x".into()];
    let set = store.device_set_tags(&ANN, device, tags, at(1)).await;
    set.unwrap();
    let before = found(store, device).await.provisioning.revision;
    let variables = vec![("line".into(), "1".into())];
    let set = store.device_set_variables(&ANN, device, variables, at(2));
    set.await.unwrap();
    let after = found(store, device).await.provisioning;
    assert_ne!(after.revision, before);
    // The comparison had begun before, and ends now.
    let shown = observed(&[("Device.A", "1")]);
    let late = store.provisioning_agreed(device, agreement(7, before, "key"), shown, at(3));
    late.await.unwrap();
    assert_eq!(found(store, device).await.provisioning, after);
    let value = seen(store, device, "Device.A").await;
    assert_eq!(value.as_deref(), Some("1"), "it was seen all the same");
    assert_eq!(comes(store, "A", at(4)).await.stamps.agreed, 0);
    agree(store, device, 7, "", Observed::default(), at(5)).await;
    assert_eq!(comes(store, "A", at(6)).await.stamps.agreed, 7);
}

async fn to_compare(store: &dyn Store) -> Vec<Id> {
    store.devices_to_compare(ALL).await.unwrap()
}

async fn devices_are_compared_until_they_agree_or_refuse(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    let silent = identity("SILENT");
    let registered = store.device_register(&ANN, &silent, None, START).await;
    registered.unwrap();
    assert_eq!(to_compare(store).await, devices, "who has been here");
    let (stamp, _) = store.profiles().await.unwrap();
    agree(store, devices[0], stamp, "", Observed::default(), at(1)).await;
    let fault = TaskFault::ours("no");
    let refused = store.provisioning_failed(devices[1], stamp, fault, at(1));
    refused.await.unwrap();
    assert_eq!(to_compare(store).await, devices[2..]);
    put(store, profile("a")).await;
    assert_eq!(
        to_compare(store).await,
        devices,
        "with what is desired by now"
    );
    let (stamp, _) = store.profiles().await.unwrap();
    for device in &devices {
        agree(store, *device, stamp, "", Observed::default(), at(2)).await;
    }
    assert_eq!(to_compare(store).await, []);
    let tags = vec!["x".into()];
    let set = store.device_set_tags(&ANN, devices[1], tags, at(3));
    set.await.unwrap();
    assert_eq!(to_compare(store).await, devices[1..2]);
}

async fn devices_to_compare_come_in_the_order_of_their_keys_page_by_page(store: &dyn Store) {
    let devices = fleet(store, 10).await;
    let mut listed: Vec<Id> = Vec::new();
    loop {
        let page = Page {
            after: listed.last().copied(),
            limit: 4,
        };
        let page = store.devices_to_compare(page).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 4);
        listed.extend(page);
        assert!(listed.len() <= devices.len(), "pages overlap");
    }
    assert_eq!(listed, devices);
}
