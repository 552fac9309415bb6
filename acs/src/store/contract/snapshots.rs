//! What was last seen of a device's parameters, put together from everything it has shown.

use super::support::*;
use crate::store::*;
use cwmp::EventCode;
use data_model::{ParameterList, XsdType};

super::cases! {
    store:
    nothing_is_seen_of_a_device_that_has_shown_nothing,
    what_is_merged_is_added_and_replaced_and_comes_sorted,
    the_last_of_two_values_in_one_answer_counts,
    a_branch_that_was_read_whole_holds_nothing_else,
    reading_everything_replaces_everything,
    a_whole_tree_can_vanish,
    the_newer_of_inform_and_answer_counts,
    access_is_kept_until_somebody_says_otherwise,
    every_type_and_every_text_is_kept,
    five_thousand_parameters_come_back_as_they_were,
    devices_with_the_same_names_keep_their_own_values,
    a_snapshot_in_which_nothing_changes_keeps_its_time,
    an_empty_observation_changes_nothing,
    what_a_task_has_shown_is_kept_with_its_outcome,
    a_tree_beyond_all_measure_is_not_kept,
}

async fn merge(store: &dyn Store, device: Id, observed: Observed, secs: u64) {
    let merged = store.snapshot_merge(device, observed, at(secs)).await;
    merged.unwrap();
}

/// A device of which only its registration is known.
async fn silent(store: &dyn Store, serial_number: &str) -> Id {
    let identity = identity(serial_number);
    let registered = store.device_register(&ANN, &identity, None, START).await;
    registered.unwrap().id
}

async fn known(store: &dyn Store, device: Id) -> Vec<(String, String)> {
    let snapshot = store.snapshot(device).await.unwrap();
    assert_eq!(snapshot.values.len(), snapshot.writable.len());
    let pairs = pairs(&snapshot.values).into_iter();
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

async fn nothing_is_seen_of_a_device_that_has_shown_nothing(store: &dyn Store) {
    let device = silent(store, "A").await;
    let snapshot = store.snapshot(device).await.unwrap();
    assert_eq!(snapshot, Snapshot::default());
    assert_eq!(snapshot.at, None);
}

async fn what_is_merged_is_added_and_replaced_and_comes_sorted(store: &dyn Store) {
    let device = silent(store, "A").await;
    merge(store, device, observed(&[("D.B", "1"), ("D.A", "1")]), 1).await;
    merge(store, device, observed(&[("D.C", "2"), ("D.B", "2")]), 2).await;
    assert_eq!(
        known(store, device).await,
        owned(&[("D.A", "1"), ("D.B", "2"), ("D.C", "2")])
    );
    assert_eq!(store.snapshot(device).await.unwrap().at, Some(at(2)));
}

async fn the_last_of_two_values_in_one_answer_counts(store: &dyn Store) {
    let device = silent(store, "A").await;
    merge(store, device, observed(&[("D.A", "1"), ("D.A", "2")]), 1).await;
    assert_eq!(known(store, device).await, owned(&[("D.A", "2")]));
}

/// Covers C13.
async fn a_branch_that_was_read_whole_holds_nothing_else(store: &dyn Store) {
    let device = silent(store, "A").await;
    let before = observed(&[
        ("D.T", "1"),
        ("D.T.1.X", "1"),
        ("D.T.2.X", "1"),
        ("D.T.2.Y", "1"),
        ("D.Tx.1.X", "1"),
        ("D.U.1.X", "1"),
    ]);
    merge(store, device, before, 1).await;
    let whole = Observed {
        values: list(&[("D.T.2.X", "2"), ("D.T.3.X", "2"), ("D.U.2.X", "2")]),
        complete_below: vec!["D.T.".into()],
        writable: vec![],
        ..Observed::default()
    };
    merge(store, device, whole, 2).await;
    assert_eq!(
        known(store, device).await,
        owned(&[
            ("D.T", "1"),
            ("D.T.2.X", "2"),
            ("D.T.3.X", "2"),
            ("D.Tx.1.X", "1"),
            ("D.U.1.X", "1"),
            ("D.U.2.X", "2"),
        ])
    );
}

async fn reading_everything_replaces_everything(store: &dyn Store) {
    let device = device(store, "A").await;
    merge(store, device, observed(&[("Device.Old", "1")]), 1).await;
    let whole = Observed {
        values: list(&[("Device.New", "1")]),
        complete_below: vec![String::new()],
        writable: vec![],
        ..Observed::default()
    };
    merge(store, device, whole, 2).await;
    assert_eq!(known(store, device).await, owned(&[("Device.New", "1")]));
}

async fn a_whole_tree_can_vanish(store: &dyn Store) {
    let device = silent(store, "A").await;
    merge(store, device, observed(&[("D.T.1.X", "1")]), 1).await;
    let gone = || Observed {
        complete_below: vec!["D.".into()],
        ..Observed::default()
    };
    for secs in 2..4 {
        merge(store, device, gone(), secs).await;
        assert_eq!(known(store, device).await, []);
    }
    merge(store, device, observed(&[("D.T.1.X", "2")]), 4).await;
    assert_eq!(known(store, device).await, owned(&[("D.T.1.X", "2")]));
}

async fn the_newer_of_inform_and_answer_counts(store: &dyn Store) {
    let name = "Device.Line";
    let device = device(store, "A").await;
    for (secs, value) in [(1, "a"), (3, "b"), (5, "a"), (7, "a")] {
        let said = saying(
            inform("A", at(secs), &[EventCode::ValueChange]),
            name,
            value,
        );
        store.record_inform(said).await.unwrap();
        assert_eq!(seen(store, device, name).await.as_deref(), Some(value));
        merge(store, device, observed(&[(name, "read")]), secs + 1).await;
        assert_eq!(seen(store, device, name).await.as_deref(), Some("read"));
    }
    // What is shown of other parameters makes neither of them newer.
    merge(store, device, observed(&[("Device.Other", "1")]), 20).await;
    assert_eq!(seen(store, device, name).await.as_deref(), Some("read"));
}

async fn access_is_kept_until_somebody_says_otherwise(store: &dyn Store) {
    let device = silent(store, "A").await;
    let access = |pairs: &[(&str, bool)]| {
        let pairs = pairs.iter();
        pairs
            .map(|(name, writable)| ((*name).to_owned(), *writable))
            .collect()
    };
    let first = Observed {
        values: list(&[("D.A", "1"), ("D.B", "1"), ("D.C", "1")]),
        complete_below: vec![],
        writable: access(&[("D.A", true), ("D.B", false), ("D.Unseen", true)]),
        ..Observed::default()
    };
    merge(store, device, first, 1).await;
    let writable = || async { store.snapshot(device).await.unwrap().writable };
    assert_eq!(writable().await, [Some(true), Some(false), None]);
    let values = observed(&[("D.A", "2"), ("D.B", "2"), ("D.C", "2")]);
    merge(store, device, values, 2).await;
    assert_eq!(writable().await, [Some(true), Some(false), None]);
    let changed = Observed {
        writable: access(&[("D.A", false), ("D.C", true)]),
        ..Observed::default()
    };
    merge(store, device, changed, 3).await;
    assert_eq!(writable().await, [Some(false), Some(false), Some(true)]);
}

/// Covers C17, X15.
async fn every_type_and_every_text_is_kept(store: &dyn Store) {
    let device = silent(store, "A").await;
    let texts = [
        "",
        " ",
        "maybe",
        "99999999999999999999",
        "' OR 1=1--",
        "{{7*7}}",
        "a\0b\r\n\t",
        "\u{202E}ü\u{1F600}",
        "<b>&amp;",
    ];
    let mut values = ParameterList::new();
    for (number, ty) in XsdType::ALL.iter().enumerate() {
        for (part, text) in texts.iter().enumerate() {
            values.push(&format!("D.{number:02}.{part}"), *ty, text);
        }
    }
    values.push("D.long", XsdType::String, &"x".repeat(200_000));
    let seen = Observed {
        values: values.clone(),
        ..Observed::default()
    };
    merge(store, device, seen, 1).await;
    assert!(store.snapshot(device).await.unwrap().values == values);
}

fn tree(count: usize, value: impl Fn(usize) -> String) -> ParameterList {
    let mut values = ParameterList::new();
    for number in 0..count {
        let name = format!("Device.Services.VoiceService.1.VoiceProfile.{number:05}.Name");
        values.push(&name, XsdType::String, &value(number));
    }
    values
}

async fn five_thousand_parameters_come_back_as_they_were(store: &dyn Store) {
    let device = silent(store, "A").await;
    let mut expected = tree(5_000, |number| format!("value {number}"));
    let whole = Observed {
        values: expected.clone(),
        complete_below: vec![String::new()],
        writable: expected
            .iter()
            .map(|parameter| (parameter.name.to_owned(), true))
            .collect(),
        ..Observed::default()
    };
    merge(store, device, whole, 1).await;
    let snapshot = store.snapshot(device).await.unwrap();
    assert!(snapshot.values == expected);
    assert_eq!(snapshot.writable, [Some(true); 5_000]);
    let one = tree(1, |_| "changed".into());
    let changed = Observed {
        values: one.clone(),
        ..Observed::default()
    };
    merge(store, device, changed, 2).await;
    let rest = expected.iter().skip(1);
    let rest = rest.map(|parameter| (parameter.name, parameter.ty, parameter.value));
    let first = one.iter();
    let first = first.map(|parameter| (parameter.name, parameter.ty, parameter.value));
    expected = first.chain(rest).collect();
    assert!(store.snapshot(device).await.unwrap().values == expected);
}

async fn devices_with_the_same_names_keep_their_own_values(store: &dyn Store) {
    let mut devices = Vec::new();
    for number in 0..10 {
        let device = silent(store, &format!("S{number}")).await;
        let values = tree(200, |part| format!("{part} of {number}"));
        let seen = Observed {
            values: values.clone(),
            ..Observed::default()
        };
        merge(store, device, seen, 1).await;
        devices.push((device, values));
    }
    // The one all others may be packed against changes, and goes.
    let (first, _) = devices.remove(0);
    let other = Observed {
        values: tree(200, |_| "else".into()),
        ..Observed::default()
    };
    merge(store, first, other, 2).await;
    store.device_delete(&ANN, first, at(3)).await.unwrap();
    for (device, values) in devices {
        assert!(store.snapshot(device).await.unwrap().values == values);
    }
}

async fn a_snapshot_in_which_nothing_changes_keeps_its_time(store: &dyn Store) {
    let device = silent(store, "A").await;
    let time = || async { store.snapshot(device).await.unwrap().at };
    merge(store, device, observed(&[("Device.Line", "a")]), 1).await;
    merge(store, device, observed(&[("Device.Line", "a")]), 2).await;
    assert_eq!(time().await, Some(at(1)));
    let said = inform("A", at(3), &[EventCode::ValueChange]);
    let said = saying(said, "Device.Line", "b");
    store.record_inform(said).await.unwrap();
    assert_eq!(time().await, Some(at(3)));
    // It has changed back: the time never does.
    merge(store, device, observed(&[("Device.Line", "a")]), 4).await;
    assert_eq!(time().await, Some(at(4)));
    merge(store, device, observed(&[("Device.Line", "a")]), 5).await;
    assert_eq!(time().await, Some(at(4)));
}

async fn an_empty_observation_changes_nothing(store: &dyn Store) {
    let device = device(store, "A").await;
    let before = store.snapshot(device).await.unwrap();
    merge(store, device, Observed::default(), 9).await;
    let foreign = Observed {
        complete_below: vec!["Device.Nothing.".into()],
        writable: vec![("Device.Unseen".into(), true)],
        ..Observed::default()
    };
    merge(store, device, foreign, 9).await;
    assert_eq!(store.snapshot(device).await.unwrap(), before);
}

async fn what_a_task_has_shown_is_kept_with_its_outcome(store: &dyn Store) {
    let device = device(store, "A").await;
    for (task, outcome) in [
        (id(1), done()),
        (id(2), failed()),
        (id(3), retry(at(9))),
        (id(4), TaskOutcome::WaitingForTransfer),
    ] {
        queue(store, reboot(task, device)).await;
        claim(store, device, at(1)).await;
        let name = format!("Device.{task}");
        let shown = observed(&[(name.as_str(), "1")]);
        let finished = store.task_finish(task, outcome, shown, at(2)).await;
        finished.unwrap();
        assert_eq!(seen(store, device, &name).await.as_deref(), Some("1"));
    }
}

/// No device may fill the disk: what it shows beyond the limit is not kept, and what is known of it stays.
async fn a_tree_beyond_all_measure_is_not_kept(store: &dyn Store) {
    let device = silent(store, "A").await;
    merge(store, device, observed(&[("D.A", "1")]), 1).await;
    let huge = "x".repeat(65 * 1024 * 1024);
    let flood = observed(&[("D.B", huge.as_str())]);
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(2)).await;
    let finished = store.task_finish(id(1), done(), flood, at(3)).await;
    finished.unwrap();
    assert_eq!(state(store, id(1)).await, TaskState::Done);
    assert_eq!(known(store, device).await, owned(&[("D.A", "1")]));
    merge(store, device, observed(&[("D.A", "2")]), 4).await;
    assert_eq!(known(store, device).await, owned(&[("D.A", "2")]));
}
