//! Subscribers: accounts with lines, the device each is on, what templates see, codes, groups.

use super::support::*;
use crate::redact::MASK;
use crate::store::*;
use cwmp::EventCode;
use data_model::Secret;
use std::collections::BTreeMap;

super::cases! {
    store:
    an_account_is_kept_whole_and_says_whether_it_changed,
    secrets_that_were_not_shown_stay_as_they_are,
    an_account_that_has_changed_since_it_was_read_is_left_alone,
    an_account_gives_its_device_the_variables_of_its_lines,
    a_changed_line_has_its_device_compared_anew,
    an_account_is_on_one_device_and_a_device_has_one_account,
    an_unbound_device_keeps_nothing_but_empty_lines,
    a_device_that_comes_for_the_first_time_gets_the_account_that_waits_for_it,
    a_binding_of_a_device_that_is_there_puts_the_account_on_it,
    a_new_account_takes_the_device_that_was_told_of_it,
    a_code_is_good_once_and_not_for_ever,
    a_device_of_another_account_is_told_nothing_by_a_binding,
    groups_stand_behind_accounts_and_those_behind_devices,
    a_removed_account_leaves_empty_lines_and_no_bindings,
    a_removed_device_frees_its_account,
}

/// A line at a port, with a number and a password.
pub(super) fn line(port: u16, number: &str) -> Line {
    Line {
        port,
        number: number.into(),
        user: format!("u{number}"),
        password: Secret::new(format!("secret-{number}")),
        display_name: "Ann".into(),
        proxy: "sip.example.net".into(),
        options: BTreeMap::from([("expires".to_owned(), "600".to_owned())]),
        enabled: true,
    }
}

/// An account with these lines.
pub(super) fn account(text: &str, lines: Vec<Line>) -> AccountChange {
    AccountChange {
        account: Account {
            account: text.into(),
            name: "Ann".into(),
            notes: String::new(),
            variables: BTreeMap::from([
                ("plan".to_owned(), "gold".to_owned()),
                ("web.password".to_owned(), "opensesame".to_owned()),
            ]),
            lines,
        },
        revision: None,
    }
}

/// Keeps it.
pub(super) async fn put(store: &dyn Store, change: AccountChange) -> KeptAccount {
    store.account_put(&ANN, change, at(1)).await.unwrap()
}

/// The account 4711 with one line, on a device.
pub(super) async fn subscribed(store: &dyn Store, serial: &str) -> Id {
    let device = device(store, serial).await;
    put(store, account("4711", vec![line(1, "100")])).await;
    bind(store, "4711", device).await.unwrap();
    device
}

async fn bind(store: &dyn Store, account: &str, device: Id) -> Result<Option<()>> {
    let key = Account::key(account);
    store.account_bind(&ANN, key, device, at(2)).await
}

/// What templates of a device see under a name.
pub(super) async fn sees(store: &dyn Store, device: Id, name: &str) -> Option<String> {
    let variables = store.device_variables(device).await.unwrap();
    let mut variables = variables.into_iter();
    variables
        .find(|variable| variable.name == name)
        .map(|variable| variable.value)
}

async fn is_on(store: &dyn Store, account: &str) -> Option<Id> {
    let kept = store.account_find(Account::key(account)).await.unwrap();
    kept.and_then(|kept| kept.device).map(|held| held.device)
}

async fn an_account_is_kept_whole_and_says_whether_it_changed(store: &dyn Store) {
    assert_eq!(
        store.account_find(Account::key("4711")).await.unwrap(),
        None
    );
    let change = account("4711", vec![line(2, "101"), line(1, "100")]);
    let kept = put(store, change.clone()).await;
    let ports: Vec<u16> = kept.account.lines.iter().map(|line| line.port).collect();
    assert_eq!((ports, kept.revision), (vec![1, 2], 1));
    assert_eq!(
        put(store, change.clone()).await.revision,
        1,
        "nothing has changed"
    );
    let fewer = account("4711", vec![line(1, "100")]);
    let kept = put(store, fewer).await;
    assert_eq!((kept.account.lines.len(), kept.revision), (1, 2));
    let found = store.account_find(Account::key("4711")).await.unwrap();
    assert_eq!(found, Some(kept.clone()));
    put(store, account("4712", Vec::new())).await;
    let all = store
        .account_list(&AccountFilter::default(), ALL)
        .await
        .unwrap();
    assert_eq!(all.len(), 2);
    let some = AccountFilter {
        contains: Some("711".into()),
        ..AccountFilter::default()
    };
    assert_eq!(store.account_list(&some, ALL).await.unwrap(), [kept]);
}

async fn secrets_that_were_not_shown_stay_as_they_are(store: &dyn Store) {
    put(store, account("4711", vec![line(1, "100")])).await;
    let mut shown = account("4711", vec![line(1, "100"), line(2, "101")]);
    shown.account.name = "Bob".into();
    shown
        .account
        .variables
        .insert("web.password".into(), MASK.into());
    for line in &mut shown.account.lines {
        line.password = Secret::new(MASK);
    }
    let kept = put(store, shown.clone()).await.account;
    assert_eq!(kept.lines[0].password.reveal(), "secret-100");
    assert_eq!(kept.lines[1].password.reveal(), "", "it never had one");
    assert_eq!(kept.variables["web.password"], "opensesame");
    shown
        .account
        .variables
        .insert("other.secret".into(), MASK.into());
    let nonsense = store.account_put(&ANN, shown, at(1)).await;
    assert!(
        conflicts(&nonsense),
        "there is nothing the mask could stand for"
    );
}

async fn an_account_that_has_changed_since_it_was_read_is_left_alone(store: &dyn Store) {
    put(store, account("4711", Vec::new())).await;
    put(store, account("4711", vec![line(1, "100")])).await;
    let mut late = account("4711", vec![line(1, "101")]);
    late.revision = Some(1);
    assert!(conflicts(
        &store.account_put(&ANN, late.clone(), at(2)).await
    ));
    late.revision = Some(2);
    assert_eq!(put(store, late).await.revision, 3);
}

async fn an_account_gives_its_device_the_variables_of_its_lines(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    for (name, value) in [
        ("account", "4711"),
        ("plan", "gold"),
        ("line1.number", "100"),
        ("line1.password", "secret-100"),
        ("line1.expires", "600"),
        ("line2.enabled", "0"),
    ] {
        assert_eq!(
            sees(store, device, name).await.as_deref(),
            Some(value),
            "{name}"
        );
    }
    let own = store.device_own_variables(device).await.unwrap();
    assert!(own.is_empty(), "{own:?}");
    let stranger = self::device(store, "B").await;
    assert_eq!(
        sees(store, stranger, "line1.number").await,
        None,
        "it never had an account"
    );
}

async fn a_changed_line_has_its_device_compared_anew(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    agree(store, device, 7, "key", Observed::default(), at(3)).await;
    let mut change = account("4711", vec![line(1, "100")]);
    put(store, change.clone()).await;
    assert_eq!(
        found(store, device).await.provisioning.stamp,
        7,
        "nothing has changed"
    );
    change.account.lines[0].password = Secret::new("another");
    put(store, change).await;
    assert_eq!(found(store, device).await.provisioning.stamp, 0);
    let to_compare = store.devices_to_compare(ALL).await.unwrap();
    assert!(to_compare.contains(&device));
}

async fn an_account_is_on_one_device_and_a_device_has_one_account(store: &dyn Store) {
    let one = subscribed(store, "A").await;
    let other = device(store, "B").await;
    put(store, account("4712", Vec::new())).await;
    assert_eq!(
        bind(store, "4711", one).await.unwrap(),
        Some(()),
        "it is there already"
    );
    assert!(conflicts(&bind(store, "4711", other).await));
    assert!(conflicts(&bind(store, "4712", one).await));
    assert_eq!(bind(store, "nobody", other).await.unwrap(), None);
    assert_eq!(bind(store, "4712", id(9)).await.unwrap(), None);
    let unbound = store
        .account_unbind(&ANN, Account::key("4711"), at(3))
        .await;
    assert_eq!(unbound.unwrap(), Some(one));
    assert_eq!(is_on(store, "4711").await, None);
    bind(store, "4711", other).await.unwrap();
    assert_eq!(is_on(store, "4711").await, Some(other));
    bind(store, "4712", one).await.unwrap();
    assert_eq!(sees(store, one, "account").await.as_deref(), Some("4712"));
}

async fn an_unbound_device_keeps_nothing_but_empty_lines(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    let before = store.device_variables(device).await.unwrap();
    agree(store, device, 7, "key", Observed::default(), at(3)).await;
    let unbound = store
        .account_unbind(&ANN, Account::key("4711"), at(4))
        .await;
    unbound.unwrap();
    assert_eq!(
        found(store, device).await.provisioning.stamp,
        0,
        "it is compared anew"
    );
    let after = store.device_variables(device).await.unwrap();
    let names = |list: &[Variable]| -> Vec<String> {
        list.iter().map(|variable| variable.name.clone()).collect()
    };
    assert_eq!(
        names(&after),
        names(&before),
        "every template can still be filled in"
    );
    for Variable { name, value, .. } in &after {
        assert!(
            !value.contains("secret-100") && value != "opensesame",
            "{name}"
        );
    }
    assert_eq!(
        sees(store, device, "line1.number").await.as_deref(),
        Some("")
    );
    assert_eq!(
        sees(store, device, "line1.enabled").await.as_deref(),
        Some("0")
    );
    assert_eq!(sees(store, device, "plan").await.as_deref(), Some("gold"));
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

async fn groups_stand_behind_accounts_and_those_behind_devices(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    let tags = vec!["north".to_owned(), "beta".to_owned()];
    store
        .device_set_tags(&ANN, device, tags, at(3))
        .await
        .unwrap();
    agree(store, device, 7, "key", Observed::default(), at(4)).await;
    let group = |name: &str, tag: &str, precedence, colour: &str| Group {
        name: name.into(),
        tag: tag.into(),
        precedence,
        variables: BTreeMap::from([
            ("colour".to_owned(), colour.to_owned()),
            ("plan".to_owned(), "tin".to_owned()),
        ]),
    };
    store
        .group_put(&ANN, group("n", "north", 0, "red"), at(5))
        .await
        .unwrap();
    assert_eq!(
        found(store, device).await.provisioning.stamp,
        0,
        "it is compared anew"
    );
    assert_eq!(sees(store, device, "colour").await.as_deref(), Some("red"));
    store
        .group_put(&ANN, group("b", "beta", 1, "blue"), at(5))
        .await
        .unwrap();
    store
        .group_put(&ANN, group("s", "south", 9, "green"), at(5))
        .await
        .unwrap();
    assert_eq!(sees(store, device, "colour").await.as_deref(), Some("blue"));
    assert_eq!(
        sees(store, device, "plan").await.as_deref(),
        Some("gold"),
        "the account's"
    );
    let own = vec![("plan".to_owned(), "mine".to_owned())];
    store
        .device_set_variables(&ANN, device, own, at(6))
        .await
        .unwrap();
    assert_eq!(sees(store, device, "plan").await.as_deref(), Some("mine"));
    assert_eq!(store.group_list().await.unwrap().len(), 3);
    assert_eq!(
        store.group_delete(&ANN, "b", at(7)).await.unwrap(),
        Some(())
    );
    assert_eq!(store.group_delete(&ANN, "b", at(7)).await.unwrap(), None);
    assert_eq!(sees(store, device, "colour").await.as_deref(), Some("red"));
}

async fn a_removed_account_leaves_empty_lines_and_no_bindings(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    let customer = binding(BoundBy::Customer, "c0ffee-1234", "4711");
    store.binding_put(&ANN, customer, at(3)).await.unwrap();
    let key = Account::key("4711");
    assert_eq!(
        store.account_delete(&ANN, key, at(4)).await.unwrap(),
        Some(())
    );
    assert_eq!(store.account_delete(&ANN, key, at(4)).await.unwrap(), None);
    assert_eq!(
        sees(store, device, "line1.number").await.as_deref(),
        Some("")
    );
    assert!(store.binding_list(ALL).await.unwrap().is_empty());
    let lines = store.line_list(&LineFilter::default(), ALL).await.unwrap();
    assert!(lines.is_empty(), "{lines:?}");
}

async fn a_removed_device_frees_its_account(store: &dyn Store) {
    let device = subscribed(store, "A").await;
    store.device_delete(&ANN, device, at(3)).await.unwrap();
    assert_eq!(is_on(store, "4711").await, None);
    let again = self::device(store, "A").await;
    assert_eq!(sees(store, again, "line1.number").await, None);
    bind(store, "4711", again).await.unwrap();
    assert_eq!(is_on(store, "4711").await, Some(again));
}
