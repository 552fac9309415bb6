//! Who is kept apart; one unit in the place of another; imports.

use super::subscribers::{account, binding, line, put, sees, subscribed};
use super::support::*;
use crate::store::*;
use cwmp::EventCode;
use std::collections::BTreeMap;

super::cases! {
    store:
    a_stranger_is_recorded_and_kept_apart_until_it_is_admitted,
    who_is_expected_or_known_is_no_stranger,
    who_is_kept_apart_is_neither_called_nor_compared,
    a_swap_moves_everything_and_walls_the_old_unit_in,
    a_swap_that_cannot_be_changes_nothing,
    an_import_is_all_or_nothing_and_a_rehearsal_nothing,
    an_import_of_devices_registers_them_with_their_account,
}

async fn apart(store: &dyn Store) -> Vec<(Id, WallReason)> {
    let walled = store.wall_list(ALL).await.unwrap();
    walled
        .into_iter()
        .map(|device| (device.device, device.wall.reason))
        .collect()
}

async fn a_stranger_is_recorded_and_kept_apart_until_it_is_admitted(store: &dyn Store) {
    let first = inform("A", at(1), &[EventCode::Bootstrap]);
    let outcome = store.record_stranger(first, "by rule 1".into()).await;
    let outcome = outcome.unwrap().expect("there is room");
    assert_eq!(outcome.admitted, Admitted::No);
    assert_eq!(apart(store).await, [(key("A"), WallReason::Unknown)]);
    assert_eq!(
        store.wall(key("A")).await.unwrap().unwrap().why,
        "by rule 1"
    );
    for secs in 2..5 {
        assert_eq!(comes(store, "A", at(secs)).await.admitted, Admitted::No);
    }
    let admitted = store.wall_remove(&ANN, key("A"), at(6)).await;
    assert_eq!(admitted.unwrap(), Some(()));
    assert_eq!(
        store.wall_remove(&ANN, key("A"), at(6)).await.unwrap(),
        None
    );
    for secs in 7..10 {
        assert_eq!(comes(store, "A", at(secs)).await.admitted, Admitted::Yes);
    }
    let put = store
        .wall_put(&ANN, key("A"), "stolen".into(), at(11))
        .await;
    assert_eq!(put.unwrap(), Some(()));
    assert_eq!(
        comes(store, "A", at(12)).await.admitted,
        Admitted::No,
        "at once"
    );
    assert_eq!(
        store
            .wall_put(&ANN, id(9), String::new(), at(11))
            .await
            .unwrap(),
        None
    );
}

async fn who_is_expected_or_known_is_no_stranger(store: &dyn Store) {
    let standing = async |serial: &str| store.device_standing(&identity(serial)).await.unwrap();
    assert_eq!(standing("A").await, Standing::Unknown);
    let waits = binding(BoundBy::Serial, "A", "4711");
    store.binding_put(&ANN, waits, at(1)).await.unwrap();
    assert_eq!(standing("A").await, Standing::Expected);
    device(store, "A").await;
    assert_eq!(standing("A").await, Standing::Known);
    store
        .wall_put(&ANN, key("A"), String::new(), at(2))
        .await
        .unwrap();
    assert_eq!(standing("A").await, Standing::Walled);
    // Known meanwhile: it stands as it stands.
    device(store, "B").await;
    let late = inform("B", at(3), &[EventCode::Boot]);
    let outcome = store.record_stranger(late, String::new()).await.unwrap();
    assert_eq!(outcome.unwrap().admitted, Admitted::Yes);
}

async fn who_is_kept_apart_is_neither_called_nor_compared(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    let due = store.devices_to_call(at(1), 10).await.unwrap();
    assert_eq!(due, [device]);
    store
        .wall_put(&ANN, device, String::new(), at(2))
        .await
        .unwrap();
    assert!(store.devices_to_call(at(3), 10).await.unwrap().is_empty());
    assert!(store.devices_to_compare(ALL).await.unwrap().is_empty());
}

fn by(serial: &str) -> Replacement {
    let identity = identity(serial);
    let credentials = Some(credentials(Id::of_device(&identity), "secret"));
    Replacement {
        identity,
        credentials,
    }
}

async fn a_swap_moves_everything_and_walls_the_old_unit_in(store: &dyn Store) {
    let old = subscribed(store, "OLD").await;
    let variables = [("mac", "000e08aabbcc"), ("desk", "7")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    store
        .device_set_variables(&ANN, old, variables.into(), at(3))
        .await
        .unwrap();
    store
        .device_set_tags(&ANN, old, vec!["north".into()], at(3))
        .await
        .unwrap();
    queue(store, reboot(id(1), old)).await;
    let swapped = store
        .device_swap(&ANN, old, by("NEW"), at(4))
        .await
        .unwrap();
    let new = swapped.expect("there is the old one");
    assert_eq!(
        (new.id, &new.tags[..]),
        (key("NEW"), &["north".to_owned()][..])
    );
    assert!(store.credentials_find(new.id).await.unwrap().is_some());
    assert_eq!(
        sees(store, new.id, "line1.password").await.as_deref(),
        Some("secret-100")
    );
    assert_eq!(sees(store, new.id, "desk").await.as_deref(), Some("7"));
    assert_eq!(
        sees(store, new.id, "mac").await,
        None,
        "that is the old unit's own"
    );
    let kept = store
        .account_find(Account::key("4711"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.device.unwrap().device, new.id);
    assert_eq!(apart(store).await, [(old, WallReason::Replaced)]);
    assert_eq!(
        store.wall(old).await.unwrap().unwrap().replaced_by,
        Some(new.id)
    );
    assert_eq!(comes(store, "OLD", at(5)).await.admitted, Admitted::No);
    assert_eq!(comes(store, "NEW", at(5)).await.admitted, Admitted::Yes);
    for variable in store.device_variables(old).await.unwrap() {
        assert!(!variable.value.contains("100"), "{variable:?}");
    }
    assert!(found(store, old).await.tags.is_empty());
    assert_eq!(state(store, id(1)).await, TaskState::Cancelled);
    let trail = store
        .audit_list(Page {
            after: None,
            limit: 100,
        })
        .await
        .unwrap();
    assert!(
        trail.iter().any(|entry| entry.action == "device.swap"),
        "{trail:?}"
    );
}

async fn a_swap_that_cannot_be_changes_nothing(store: &dyn Store) {
    let old = subscribed(store, "OLD").await;
    let other = device(store, "OTHER").await;
    put(store, account("4712", Vec::new())).await;
    let bound = store.account_bind(&ANN, Account::key("4712"), other, at(2));
    bound.await.unwrap();
    assert!(conflicts(
        &store.device_swap(&ANN, old, by("OTHER"), at(3)).await
    ));
    assert!(conflicts(
        &store.device_swap(&ANN, old, by("OLD"), at(3)).await
    ));
    assert_eq!(
        store
            .device_swap(&ANN, id(9), by("NEW"), at(3))
            .await
            .unwrap(),
        None
    );
    assert!(apart(store).await.is_empty());
    assert_eq!(store.device_find(key("NEW")).await.unwrap(), None);
    // One that was kept apart may take a place: somebody has named it.
    let first = inform("NEW", at(4), &[EventCode::Boot]);
    store.record_stranger(first, String::new()).await.unwrap();
    store
        .device_swap(&ANN, old, by("NEW"), at(5))
        .await
        .unwrap();
    assert_eq!(apart(store).await, [(old, WallReason::Replaced)]);
}

fn imported(row: u64, change: AccountChange, bind: &[(BoundBy, &str)]) -> ImportedAccount {
    let bind = bind.iter().map(|(by, value)| (*by, (*value).to_owned()));
    ImportedAccount {
        row,
        change,
        bind: bind.collect(),
    }
}

async fn import(
    store: &dyn Store,
    accounts: Vec<ImportedAccount>,
    rehearsal: Rehearsal,
) -> Vec<RowOutcome> {
    let rows = store
        .accounts_import(&ANN, accounts, rehearsal, at(5))
        .await;
    rows.unwrap().into_iter().map(|row| row.outcome).collect()
}

async fn an_import_is_all_or_nothing_and_a_rehearsal_nothing(store: &dyn Store) {
    use RowOutcome::{Create, Error, Unchanged, Update};
    put(store, account("1", vec![line(1, "100")])).await;
    put(store, account("2", Vec::new())).await;
    let rows = || {
        vec![
            imported(1, account("1", vec![line(1, "100")]), &[]),
            imported(2, account("2", vec![line(1, "200")]), &[]),
            imported(
                3,
                account("3", vec![line(1, "300")]),
                &[(BoundBy::Serial, "C")],
            ),
        ]
    };
    let trail = async || {
        store
            .audit_list(Page {
                after: None,
                limit: 100,
            })
            .await
            .unwrap()
            .len()
    };
    let before = trail().await;
    assert_eq!(
        import(store, rows(), Rehearsal::Dry).await,
        [Unchanged, Update, Create]
    );
    let all = store
        .account_list(&AccountFilter::default(), ALL)
        .await
        .unwrap();
    assert_eq!(
        (all.len(), trail().await),
        (2, before),
        "a rehearsal changes nothing"
    );
    let mut wrong = rows();
    wrong.push(imported(
        4,
        account("4", Vec::new()),
        &[(BoundBy::Serial, "C")],
    ));
    let outcomes = import(store, wrong, Rehearsal::Real).await;
    assert_eq!(outcomes, [Unchanged, Update, Create, Error]);
    let all = store
        .account_list(&AccountFilter::default(), ALL)
        .await
        .unwrap();
    assert_eq!((all.len(), trail().await), (2, before), "all or nothing");
    assert_eq!(
        import(store, rows(), Rehearsal::Real).await,
        [Unchanged, Update, Create]
    );
    assert_eq!(import(store, rows(), Rehearsal::Real).await, [Unchanged; 3]);
    let device = device(store, "C").await;
    assert_eq!(
        sees(store, device, "line1.number").await.as_deref(),
        Some("300")
    );
}

async fn an_import_of_devices_registers_them_with_their_account(store: &dyn Store) {
    use RowOutcome::{Create, Error, Unchanged, Update};
    put(store, account("4711", vec![line(1, "100")])).await;
    let row = |row, serial: &str, account: Option<&str>| ImportedDevice {
        row,
        identity: identity(serial),
        credentials: Some(credentials(key(serial), "secret")),
        tags: Some(vec!["north".into()]),
        variables: BTreeMap::from([("desk".to_owned(), "7".to_owned())]),
        account: account.map(str::to_owned),
    };
    let run = async |rows, rehearsal| {
        let rows = store
            .devices_import(&ANN, rows, rehearsal, at(5))
            .await
            .unwrap();
        rows.into_iter().map(|row| row.outcome).collect::<Vec<_>>()
    };
    let wrong = vec![row(1, "A", Some("4711")), row(2, "B", Some("nobody"))];
    assert_eq!(run(wrong, Rehearsal::Real).await, [Create, Error]);
    assert_eq!(store.device_find(key("A")).await.unwrap(), None);
    assert!(store.credentials_find(key("A")).await.unwrap().is_none());
    device(store, "B").await;
    let rows = || vec![row(1, "A", Some("4711")), row(2, "B", None)];
    assert_eq!(run(rows(), Rehearsal::Dry).await, [Create, Update]);
    assert_eq!(run(rows(), Rehearsal::Real).await, [Create, Update]);
    assert_eq!(run(rows(), Rehearsal::Real).await, [Unchanged, Unchanged]);
    assert_eq!(found(store, key("A")).await.tags, ["north"]);
    assert_eq!(
        sees(store, key("A"), "line1.number").await.as_deref(),
        Some("100")
    );
    assert!(store.credentials_find(key("A")).await.unwrap().is_some());
}
