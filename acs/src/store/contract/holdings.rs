//! How an account comes to its device: by what the device is recognised by, or by a code.

use super::subscribers::{account, is_on, line, put, sees, subscribed};
use super::support::*;
use crate::store::*;
use cwmp::EventCode;
use std::collections::BTreeMap;

super::cases! {
    store:
    a_device_that_comes_for_the_first_time_gets_the_account_that_waits_for_it,
    a_binding_of_a_device_that_is_there_puts_the_account_on_it,
    a_new_account_takes_the_device_that_was_told_of_it,
    a_code_is_good_once_and_not_for_ever,
    a_device_of_another_account_is_told_nothing_by_a_binding,
}

/// A binding without anything special.
pub(super) fn binding(by: BoundBy, value: &str, account: &str) -> Binding {
    Binding {
        by,
        value: value.into(),
        account: account.into(),
        rule: None,
        variables: BTreeMap::from([("colour".to_owned(), "grey".to_owned())]),
        window_minutes: 0,
        expires: None,
        told: None,
    }
}

async fn a_device_that_comes_for_the_first_time_gets_the_account_that_waits_for_it(
    store: &dyn Store,
) {
    put(store, account("4711", vec![line(1, "100")])).await;
    let waits = binding(BoundBy::Serial, "A", "4711");
    store.binding_put(&ANN, waits, at(1)).await.unwrap();
    let stranger = device(store, "B").await;
    assert_eq!(is_on(store, "4711").await, None);
    let device = device(store, "A").await;
    assert_eq!(is_on(store, "4711").await, Some(device));
    assert_eq!(
        sees(store, device, "line1.number").await.as_deref(),
        Some("100")
    );
    assert_eq!(sees(store, device, "colour").await.as_deref(), Some("grey"));
    assert_eq!(sees(store, stranger, "account").await, None);
    let unbound = store
        .account_unbind(&ANN, Account::key("4711"), at(3))
        .await;
    unbound.unwrap();
    let boot = inform("A", at(4), &[EventCode::Boot]);
    store.record_inform(boot).await.unwrap();
    assert_eq!(
        is_on(store, "4711").await,
        None,
        "the binding has done its work"
    );
}

async fn a_binding_of_a_device_that_is_there_puts_the_account_on_it(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, account("4711", vec![line(1, "100")])).await;
    let named = binding(BoundBy::Serial, "A", "4711");
    store.binding_put(&ANN, named, at(1)).await.unwrap();
    assert_eq!(is_on(store, "4711").await, Some(device));
    put(store, account("4712", Vec::new())).await;
    let other = binding(BoundBy::Serial, "A", "4712");
    assert!(conflicts(&store.binding_put(&ANN, other, at(2)).await));
    let kept = store.binding_find(BoundBy::Serial.key("A")).await.unwrap();
    assert_eq!(
        kept.unwrap().account,
        "4711",
        "what was refused has changed nothing"
    );
}

async fn a_new_account_takes_the_device_that_was_told_of_it(store: &dyn Store) {
    let device = device(store, "A").await;
    let told = vec![("account".to_owned(), "4711".to_owned())];
    store
        .device_set_variables(&ANN, device, told, at(1))
        .await
        .unwrap();
    put(store, account("4711", vec![line(1, "100")])).await;
    assert_eq!(is_on(store, "4711").await, Some(device));
    let own = store.device_own_variables(device).await.unwrap();
    assert!(own.is_empty(), "the account itself says it: {own:?}");
    let late = self::device(store, "B").await;
    let waits = binding(BoundBy::Serial, "B", "4712");
    store.binding_put(&ANN, waits, at(2)).await.unwrap();
    put(store, account("4712", Vec::new())).await;
    assert_eq!(is_on(store, "4712").await, Some(late));
}

async fn a_code_is_good_once_and_not_for_ever(store: &dyn Store) {
    let device = device(store, "A").await;
    put(store, account("4711", vec![line(1, "100")])).await;
    let key = Account::key("4711");
    let make =
        |code: &str, until| store.activation_code_put(&ANN, key, code.to_owned(), until, at(1));
    let code_of = async |code: &str, now| store.activation_code_use(&ANN, code, device, now).await;
    assert_eq!(code_of("123412341234", at(2)).await.unwrap(), None);
    make("123412341234", at(60)).await.unwrap();
    assert_eq!(
        code_of("123412341234", at(61)).await.unwrap(),
        None,
        "it has ended"
    );
    make("567856785678", at(60)).await.unwrap();
    assert_eq!(
        code_of("123412341234", at(2)).await.unwrap(),
        None,
        "another took its place"
    );
    let used = code_of("5678-5678-5678", at(2)).await.unwrap();
    assert_eq!(used.as_deref(), Some("4711"));
    assert_eq!(is_on(store, "4711").await, Some(device));
    assert_eq!(
        code_of("567856785678", at(3)).await.unwrap(),
        None,
        "it was used"
    );
    // A device that asks where it belongs uses one in its path.
    store.account_unbind(&ANN, key, at(4)).await.unwrap();
    make("111122223333", at(60)).await.unwrap();
    let claim = |customer: &str| Claim {
        serial_number: "A".into(),
        mac: None,
        customer: Some(customer.into()),
        identity: Some(identity("A")),
    };
    let wrong = store.binding_tell(claim("111122223334"), at(5)).await;
    assert_eq!(wrong.unwrap(), Activation::Unbound);
    let told = store.binding_tell(claim("1111-2222-3333"), at(5)).await;
    assert!(matches!(told, Ok(Activation::Told(_))), "{told:?}");
    assert_eq!(is_on(store, "4711").await, Some(device));
    let trail = store
        .audit_list(Page {
            after: None,
            limit: 100,
        })
        .await
        .unwrap();
    assert!(
        !trail.iter().any(|entry| entry.subject.contains("1111")),
        "{trail:?}"
    );
}

async fn a_device_of_another_account_is_told_nothing_by_a_binding(store: &dyn Store) {
    let one = subscribed(store, "A").await;
    put(store, account("4712", Vec::new())).await;
    let customer = binding(BoundBy::Customer, "c0ffee-1234", "4712");
    store.binding_put(&ANN, customer, at(1)).await.unwrap();
    let claim = |serial: &str| Claim {
        serial_number: serial.into(),
        mac: None,
        customer: Some("c0ffee-1234".into()),
        identity: Some(identity(serial)),
    };
    let refused = store.binding_tell(claim("A"), at(2)).await.unwrap();
    assert_eq!(refused, Activation::Contradiction);
    assert_eq!(is_on(store, "4711").await, Some(one));
    // Nor does a second device get an account that is on one.
    let customer = binding(BoundBy::Customer, "c0ffee-5678", "4711");
    store.binding_put(&ANN, customer, at(3)).await.unwrap();
    let claim = Claim {
        customer: Some("c0ffee-5678".into()),
        ..claim("NEW")
    };
    let refused = store.binding_tell(claim, at(4)).await.unwrap();
    assert_eq!(refused, Activation::Contradiction);
    assert_eq!(store.device_find(key("NEW")).await.unwrap(), None);
}
