//! Bindings of accounts, the one time each is told, and reports of devices.

use super::support::*;
use crate::limits::ACTIVATION_REPEAT_MS;
use crate::store::*;
use std::collections::BTreeMap;

super::cases! {
    store:
    a_bound_device_is_told_once_and_becomes_a_device_of_ours,
    who_was_told_may_ask_again_for_a_while_and_nobody_else,
    an_operator_lets_a_binding_be_told_once_more,
    a_number_of_a_customer_takes_in_a_device_nobody_knew,
    what_belongs_to_two_devices_is_told_nothing,
    nobody_takes_over_the_device_of_another_account,
    a_device_with_a_key_in_use_is_nobodys_for_a_number,
    bindings_are_listed_and_removed,
    reports_lie_one_over_the_other_and_are_the_observed_state,
}

const MAC: &str = "000e08aabbcc";
/// When nobody may ask again any more.
const LATE: u64 = ACTIVATION_REPEAT_MS / 1000 + 11;

fn binding(by: BoundBy, value: &str) -> Binding {
    Binding {
        by,
        value: value.into(),
        account: "4711".into(),
        rule: None,
        variables: BTreeMap::from([("user".to_owned(), "15550100".to_owned())]),
        window_minutes: 5,
        expires: None,
        told: None,
    }
}

fn claim(serial: &str) -> Claim {
    Claim {
        serial_number: serial.into(),
        mac: Some(MAC.into()),
        customer: None,
        identity: Some(identity(serial)),
    }
}

async fn bind(store: &dyn Store, binding: Binding) {
    store.binding_put(&ANN, binding, at(1)).await.unwrap();
}

async fn tell(store: &dyn Store, claim: Claim, secs: u64) -> Activation {
    store.binding_tell(claim, at(secs)).await.unwrap()
}

async fn is_told(store: &dyn Store, claim: Claim, secs: u64) -> bool {
    matches!(tell(store, claim, secs).await, Activation::Told(_))
}

async fn a_bound_device_is_told_once_and_becomes_a_device_of_ours(store: &dyn Store) {
    let device = device(store, "A").await;
    let mine = vec![("colour".to_owned(), "grey".to_owned())];
    store
        .device_set_variables(&ANN, device, mine, at(1))
        .await
        .unwrap();
    assert_eq!(
        tell(store, claim("A"), 2).await,
        Activation::Unbound,
        "nobody has bound it"
    );
    bind(store, binding(BoundBy::Serial, "A")).await;
    let Activation::Told(told) = tell(store, claim("A"), 10).await else {
        panic!("it is bound");
    };
    assert_eq!(told.told.unwrap().device, Some(device));
    let variables = own_variables(store, device).await;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let all = [
        pair("account", "4711"),
        pair("colour", "grey"),
        pair("mac", MAC),
        pair("user", "15550100"),
    ];
    assert_eq!(variables, all);
    let window = store.provisioning_window(device).await.unwrap();
    assert_eq!(window, Some(at(10 + 300)));
    let audit = store
        .audit_list(Page {
            after: None,
            limit: 50,
        })
        .await
        .unwrap();
    let told = audit.iter().find(|entry| entry.action == "binding.told");
    assert_eq!(told.unwrap().actor, Actor::Device(device).to_string());
    assert_eq!(
        tell(store, claim("A"), LATE).await,
        Activation::Used(Some(device))
    );
}

async fn who_was_told_may_ask_again_for_a_while_and_nobody_else(store: &dyn Store) {
    let device = device(store, "A").await;
    let no_window = Binding {
        window_minutes: 0,
        ..binding(BoundBy::Mac, MAC)
    };
    bind(store, no_window).await;
    assert!(is_told(store, claim("A"), 10).await);
    assert!(is_told(store, claim("A"), 20).await, "its answer was lost");
    assert!(!is_told(store, claim("B"), 20).await, "somebody else");
    assert!(!is_told(store, claim("A"), LATE).await);
    store
        .provisioning_window_put(&ANN, device, at(LATE + 60), at(LATE))
        .await
        .unwrap();
    assert!(is_told(store, claim("A"), LATE).await, "its window is open");
}

async fn an_operator_lets_a_binding_be_told_once_more(store: &dyn Store) {
    device(store, "A").await;
    let bound = Binding {
        window_minutes: 0,
        ..binding(BoundBy::Serial, "A")
    };
    let id = bound.id();
    bind(store, bound.clone()).await;
    assert!(is_told(store, claim("A"), 10).await);
    bind(store, bound).await;
    assert!(
        !is_told(store, claim("A"), LATE).await,
        "a change is no reopening"
    );
    let reopened = store.binding_reopen(&ANN, id, at(LATE)).await.unwrap();
    assert_eq!(reopened, Some(()));
    assert!(is_told(store, claim("A"), LATE).await);
    let none = store
        .binding_reopen(&ANN, BoundBy::Mac.key("x"), at(1))
        .await;
    assert_eq!(none.unwrap(), None);
}

async fn a_number_of_a_customer_takes_in_a_device_nobody_knew(store: &dyn Store) {
    bind(store, binding(BoundBy::Customer, "c0ffee1234")).await;
    let with = |customer: &str| Claim {
        customer: Some(customer.into()),
        ..claim("RETAIL1")
    };
    assert!(!is_told(store, with("c0ffee9999"), 5).await);
    assert!(!is_told(store, claim("RETAIL1"), 5).await, "without it");
    assert!(store.device_find(key("RETAIL1")).await.unwrap().is_none());
    assert!(is_told(store, with("c0ffee1234"), 10).await);
    let device = store.device_find(key("RETAIL1")).await.unwrap();
    assert_eq!(device.unwrap().serial_number, "RETAIL1");
    let by_mac = store.device_by_mac(MAC).await.unwrap();
    assert_eq!(by_mac, Some(key("RETAIL1")));
    // A product nobody knows can only be led elsewhere.
    let unknown = Claim {
        serial_number: "Z".into(),
        mac: None,
        customer: Some("elsewhere1".into()),
        identity: None,
    };
    bind(store, binding(BoundBy::Customer, "elsewhere1")).await;
    assert!(!is_told(store, unknown.clone(), 10).await);
    let elsewhere = Binding {
        rule: Some("https://other.example.net/$MA.cfg".into()),
        ..binding(BoundBy::Customer, "elsewhere1")
    };
    bind(store, elsewhere).await;
    assert!(is_told(store, unknown, 10).await);
}

async fn what_belongs_to_two_devices_is_told_nothing(store: &dyn Store) {
    let (one, _) = (device(store, "A").await, device(store, "B").await);
    let mac = vec![("mac".to_owned(), MAC.to_owned())];
    store
        .device_set_variables(&ANN, one, mac, at(1))
        .await
        .unwrap();
    bind(store, binding(BoundBy::Serial, "B")).await;
    assert_eq!(
        tell(store, claim("B"), 10).await,
        Activation::Contradiction,
        "the address of one, the number of the other"
    );
    bind(store, binding(BoundBy::Serial, "A")).await;
    let other_mac = Claim {
        mac: Some("000e08000000".into()),
        ..claim("A")
    };
    assert_eq!(tell(store, other_mac, 10).await, Activation::Contradiction);
    assert!(is_told(store, claim("A"), 10).await);
}

async fn nobody_takes_over_the_device_of_another_account(store: &dyn Store) {
    bind(store, binding(BoundBy::Serial, "A")).await;
    assert!(is_told(store, claim("A"), 10).await);
    let closed = at(1);
    let put = store.provisioning_window_put(&ANN, key("A"), closed, at(11));
    put.await.unwrap();
    let before = store.device_variables(key("A")).await.unwrap();
    let neighbour = Binding {
        account: "4712".into(),
        ..binding(BoundBy::Customer, "neighbour1")
    };
    bind(store, neighbour.clone()).await;
    let with = |serial: &str| Claim {
        customer: Some("neighbour1".into()),
        ..claim(serial)
    };
    assert_eq!(
        tell(store, with("A"), 20).await,
        Activation::Contradiction,
        "its number is good, the device is somebody else's"
    );
    assert_eq!(store.device_variables(key("A")).await.unwrap(), before);
    let window = store.provisioning_window(key("A")).await.unwrap();
    assert_eq!(window, Some(closed));
    let own = Claim {
        mac: Some("000e08aabbcd".into()),
        ..with("B")
    };
    assert!(is_told(store, own, 30).await, "its own device");
}

async fn a_device_with_a_key_in_use_is_nobodys_for_a_number(store: &dyn Store) {
    let device = device(store, "A").await;
    let sealed = SealedKey {
        sealed: vec![1; 60],
        token: [1; 32],
        since: at(1),
    };
    let put = store.provisioning_key_put(&ANN, device, sealed, at(1));
    put.await.unwrap();
    store.provisioning_token_used([1; 32], at(2)).await.unwrap();
    bind(store, binding(BoundBy::Customer, "neighbour1")).await;
    let with = Claim {
        customer: Some("neighbour1".into()),
        ..claim("A")
    };
    assert_eq!(tell(store, with, 10).await, Activation::Contradiction);
    assert_eq!(store.provisioning_window(device).await.unwrap(), None);
    bind(store, binding(BoundBy::Serial, "A")).await;
    assert!(
        is_told(store, claim("A"), 10).await,
        "the operator named it"
    );
}

async fn bindings_are_listed_and_removed(store: &dyn Store) {
    for serial in ["A", "B", "C"] {
        bind(store, binding(BoundBy::Serial, serial)).await;
    }
    let first = Page {
        after: None,
        limit: 2,
    };
    let page = store.binding_list(first).await.unwrap();
    let next = Page {
        after: Some(page[1].id()),
        limit: 2,
    };
    let rest = store.binding_list(next).await.unwrap();
    assert_eq!((page.len(), rest.len()), (2, 1));
    let id = BoundBy::Serial.key("A");
    let deleted = store.binding_delete(&ANN, id, at(2)).await.unwrap();
    assert_eq!(deleted, Some(()));
    assert_eq!(store.binding_find(id).await.unwrap(), None);
    let again = store.binding_delete(&ANN, id, at(2)).await.unwrap();
    assert_eq!(again, None);
}

fn report(values: &[(&str, &str)], secs: u64) -> Report {
    let values = values.iter().map(|(name, value)| {
        let reported = ReportedValue {
            element: "x".into(),
            value: (*value).to_owned(),
            at: at(secs),
        };
        ((*name).to_owned(), reported)
    });
    Report {
        at: Some(at(secs)),
        values: values.collect(),
        ..Report::default()
    }
}

async fn reports_lie_one_over_the_other_and_are_the_observed_state(store: &dyn Store) {
    let device = device(store, "A").await;
    assert_eq!(store.report_find(device).await.unwrap(), None);
    for (values, secs) in [
        (&[("Device.A", "1"), ("Device.B", "1")][..], 10),
        (&[("Device.A", "2")][..], 20),
    ] {
        let kept = store
            .report_record(device, report(values, secs), observed(values), at(secs))
            .await;
        assert_eq!(kept.unwrap(), Some(()));
    }
    let kept = store.report_find(device).await.unwrap().unwrap();
    assert_eq!(kept.at, Some(at(20)));
    let value = |name: &str| (kept.values[name].value.clone(), kept.values[name].at);
    assert_eq!(value("Device.A"), ("2".to_owned(), at(20)));
    assert_eq!(value("Device.B"), ("1".to_owned(), at(10)));
    assert_eq!(seen(store, device, "Device.A").await.as_deref(), Some("2"));
    store.device_delete(&ANN, device, at(30)).await.unwrap();
    let gone = store
        .report_record(device, report(&[], 40), Observed::default(), at(40))
        .await;
    assert_eq!(gone.unwrap(), None);
    assert_eq!(store.report_find(device).await.unwrap(), None);
}
