//! The vendor's own provisioning: whose a token is, how one key follows another, windows, contacts.

use super::support::*;
use crate::limits::CONTACTS;
use crate::store::*;

super::cases! {
    store:
    a_device_is_found_by_what_only_it_has,
    the_first_key_of_a_device_stays,
    a_next_key_becomes_the_current_one_when_it_is_used,
    a_second_rotation_waits_until_the_next_key_is_used,
    a_window_is_kept_and_can_be_closed,
    a_window_closes_when_the_device_has_its_key,
    the_last_contacts_are_kept,
    contacts_of_the_fleet_come_in_pages,
    a_forgotten_device_leaves_nothing_of_it,
}

fn key(number: u8) -> SealedKey {
    SealedKey {
        sealed: vec![number; 60],
        token: [number; 32],
        since: at(u64::from(number)),
    }
}

async fn put(store: &dyn Store, device: Id, key: SealedKey) -> ProvisioningKeys {
    let kept = store.provisioning_key_put(&ANN, device, key, at(1)).await;
    kept.unwrap().expect("there is such a device")
}

async fn rotate(store: &dyn Store, device: Id, key: SealedKey) -> Result<Option<()>> {
    store
        .provisioning_key_prepare(&ANN, device, key, at(2))
        .await
}

async fn a_device_is_found_by_what_only_it_has(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    let mac = |value: &str| vec![("mac".to_owned(), value.to_owned())];
    for (device, value) in [(one, "000e08aabbcc"), (other, "000e08aabbcd")] {
        store
            .device_set_variables(&ANN, device, mac(value), at(1))
            .await
            .unwrap();
    }
    assert_eq!(
        store.device_by_mac("000e08aabbcc").await.unwrap(),
        Some(one)
    );
    assert_eq!(store.device_by_mac("000e08aabbce").await.unwrap(), None);
    store
        .device_set_variables(&ANN, other, mac("000e08aabbcc"), at(2))
        .await
        .unwrap();
    assert_eq!(
        store.device_by_mac("000e08aabbcc").await.unwrap(),
        None,
        "nobody knows which"
    );
    let serial = store.device_find(one).await.unwrap().unwrap().serial_number;
    assert_eq!(
        store.device_by_serial_number(&serial).await.unwrap(),
        Some(one)
    );
    assert_eq!(store.device_by_serial_number("nobody").await.unwrap(), None);
}

async fn the_first_key_of_a_device_stays(store: &dyn Store) {
    assert_eq!(
        store
            .provisioning_key_put(&ANN, id(1), key(1), at(1))
            .await
            .unwrap(),
        None
    );
    let device = device(store, "A").await;
    assert_eq!(store.provisioning_keys(device).await.unwrap(), None);
    let kept = put(store, device, key(1)).await;
    assert_eq!((kept.current, kept.used, kept.next), (key(1), false, None));
    assert_eq!(put(store, device, key(2)).await.current, key(1));
    assert_eq!(
        store.provisioning_token_used([2; 32], at(3)).await.unwrap(),
        None
    );
    let used = store.provisioning_token_used([1; 32], at(3)).await;
    assert_eq!(used.unwrap(), Some(device));
    assert!(store.provisioning_keys(device).await.unwrap().unwrap().used);
}

async fn a_next_key_becomes_the_current_one_when_it_is_used(store: &dyn Store) {
    let device = device(store, "A").await;
    assert!(
        conflicts(&rotate(store, device, key(2)).await),
        "there is none to rotate"
    );
    put(store, device, key(1)).await;
    rotate(store, device, key(2)).await.unwrap();
    // The old one goes on being good: the device may not have got the next one yet.
    let used = store.provisioning_token_used([1; 32], at(3)).await;
    assert_eq!(used.unwrap(), Some(device));
    let kept = store.provisioning_keys(device).await.unwrap().unwrap();
    assert_eq!((kept.current, kept.next), (key(1), Some(key(2))));
    let used = store.provisioning_token_used([2; 32], at(4)).await;
    assert_eq!(used.unwrap(), Some(device));
    let kept = store.provisioning_keys(device).await.unwrap().unwrap();
    assert_eq!((kept.current, kept.used, kept.next), (key(2), true, None));
    assert_eq!(
        store.provisioning_token_used([1; 32], at(5)).await.unwrap(),
        None
    );
}

async fn a_second_rotation_waits_until_the_next_key_is_used(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, key(1)).await;
    rotate(store, device, key(2)).await.unwrap();
    // The device may have stored the next key already, and be on its way with it.
    assert!(conflicts(&rotate(store, device, key(3)).await));
    let used = store.provisioning_token_used([2; 32], at(3)).await;
    assert_eq!(used.unwrap(), Some(device));
    rotate(store, device, key(3)).await.unwrap();
    let kept = store.provisioning_keys(device).await.unwrap().unwrap();
    assert_eq!((kept.current, kept.next), (key(2), Some(key(3))));
    assert_eq!(rotate(store, id(9), key(4)).await.unwrap(), None);
}

async fn a_window_is_kept_and_can_be_closed(store: &dyn Store) {
    let device = device(store, "A").await;
    assert_eq!(store.provisioning_window(device).await.unwrap(), None);
    for until in [at(600), at(0)] {
        let put = store
            .provisioning_window_put(&ANN, device, until, at(1))
            .await;
        assert_eq!(put.unwrap(), Some(()));
        assert_eq!(
            store.provisioning_window(device).await.unwrap(),
            Some(until)
        );
    }
    let nobody = store
        .provisioning_window_put(&ANN, id(9), at(1), at(1))
        .await;
    assert_eq!(nobody.unwrap(), None);
}

async fn a_window_closes_when_the_device_has_its_key(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, key(1)).await;
    let until = at(600);
    let open = store.provisioning_window_put(&ANN, device, until, at(1));
    assert_eq!(open.await.unwrap(), Some(()));
    store.provisioning_token_used([1; 32], at(2)).await.unwrap();
    assert_eq!(store.provisioning_window(device).await.unwrap(), None);
    // The same for a device that was reset, got its first profile again, and comes with the token it had before.
    let open = store.provisioning_window_put(&ANN, device, until, at(3));
    assert_eq!(open.await.unwrap(), Some(()));
    store.provisioning_token_used([1; 32], at(4)).await.unwrap();
    assert_eq!(store.provisioning_window(device).await.unwrap(), None);
}

fn contact(number: u64) -> Contact {
    Contact {
        at: at(number),
        address: "192.0.2.1".into(),
        transport: "https".into(),
        path: format!("/{number}.cfg"),
        agent: None,
        outcome: "sent".into(),
    }
}

async fn the_last_contacts_are_kept(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    store.contact_add(other, contact(0)).await.unwrap();
    for number in 0..CONTACTS as u64 + 5 {
        store.contact_add(one, contact(number)).await.unwrap();
    }
    let kept = store.contact_list(one).await.unwrap();
    assert_eq!(kept.len(), CONTACTS);
    assert_eq!(kept[0], contact(CONTACTS as u64 + 4));
    assert_eq!(store.contact_list(other).await.unwrap(), [contact(0)]);
    store.contact_add(id(9), contact(1)).await.unwrap();
    assert_eq!(store.contact_list(id(9)).await.unwrap(), []);
}

async fn contacts_of_the_fleet_come_in_pages(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    for number in 0..5 {
        let whose = if number % 2 == 0 { one } else { other };
        store.contact_add(whose, contact(number)).await.unwrap();
    }
    let page = async |device, after, limit| {
        let found = store.contact_page(device, Page { after, limit }).await;
        found.unwrap()
    };
    let times = |found: &[FleetContact]| -> Vec<Timestamp> {
        found.iter().map(|found| found.contact.at).collect()
    };
    let first = page(None, None, 3).await;
    assert_eq!(times(&first), [at(4), at(3), at(2)]);
    assert_eq!((first[1].device, first[0].device), (other, one));
    assert!(first[1].identity.contains('B'), "{}", first[1].identity);
    let rest = page(None, Some(first[2].id), 3).await;
    assert_eq!(times(&rest), [at(1), at(0)]);
    let of_other = page(Some(other), None, 9).await;
    assert_eq!(times(&of_other), [at(3), at(1)]);
}

async fn a_forgotten_device_leaves_nothing_of_it(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, device, key(1)).await;
    store
        .provisioning_window_put(&ANN, device, at(9), at(1))
        .await
        .unwrap();
    store.contact_add(device, contact(1)).await.unwrap();
    store.device_delete(&ANN, device, at(2)).await.unwrap();
    assert_eq!(store.provisioning_keys(device).await.unwrap(), None);
    assert_eq!(
        store.provisioning_token_used([1; 32], at(3)).await.unwrap(),
        None
    );
    assert_eq!(store.provisioning_window(device).await.unwrap(), None);
    assert_eq!(store.contact_list(device).await.unwrap(), []);
}
