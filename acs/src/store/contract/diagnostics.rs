//! Measurements: they live with their task, wait for the news of the device, and are done by many in turn.
//!
//! Long because runs are nothing but their measurements.

use super::people::user;
use super::support::*;
use crate::store::*;
use cwmp::EventCode;
use serde_json::json;

super::cases! { store:
    a_measurement_waits_for_the_news_of_its_device_and_keeps_what_it_found,
    a_restart_and_the_end_of_its_time_wake_a_measurement,
    one_of_a_kind_at_a_time,
    a_measurement_ends_as_its_task_does,
    a_measurement_that_cannot_be_read_at_one_time_is_read_again_and_not_asked_again,
    a_measurement_is_not_tried_again_beside_another_one,
    the_last_ones_are_kept,
    a_run_goes_on_as_devices_end,
    a_run_is_for_devices_that_are_there,
    a_run_that_is_withdrawn_begins_no_more,
    a_run_of_somebody_with_a_part_of_the_fleet_stays_in_that_part,
    whoever_may_not_change_devices_any_more_measures_no_further_one,
}

fn ping() -> Diagnostic {
    Diagnostic::IpPing(PingArguments {
        host: "acs.example.net".into(),
        ..PingArguments::default()
    })
}

fn measure(task: Id, device: Id, diagnostic: Diagnostic) -> NewTask {
    let kind = TaskKind::RunDiagnostic {
        diagnostic,
        limit_secs: 60,
    };
    new_task(task, device, kind)
}

async fn diagnostic(store: &dyn Store, id: Id) -> DiagnosticRecord {
    store.diagnostic_find(id).await.unwrap().unwrap()
}

/// The device was asked at this moment, and has a minute.
fn asked(now: Timestamp) -> TaskOutcome {
    TaskOutcome::Measuring(Measuring {
        object: "Device.IP.Diagnostics.IPPing.".into(),
        until: now.plus_secs(60),
    })
}

/// Queues a measurement and has the device asked; gives its key.
async fn measuring(store: &dyn Store, device: Id, number: u64) -> Id {
    let task = queue(store, measure(id(number), device, ping())).await;
    let claimed = claim(store, device, at(1)).await;
    assert_eq!(claimed.task.id, task.id);
    finish(store, task.id, asked(at(1)), at(1)).await;
    task.id
}

async fn due(store: &dyn Store, device: Id, now: Timestamp) -> bool {
    let claimed = store.task_claim_next(device, now).await.unwrap();
    claimed.is_some()
}

async fn a_measurement_waits_for_the_news_of_its_device_and_keeps_what_it_found(store: &dyn Store) {
    let device = device(store, "A").await;
    let id = measuring(store, device, 1).await;
    let record = diagnostic(store, id).await;
    assert_eq!(
        (record.state, record.asked),
        (DiagnosticState::Measuring, Some(at(1)))
    );
    assert_eq!(record.created_by, "user:ann");
    let periodic = comes(store, "A", at(2)).await;
    assert!(!periodic.tasks_due, "a periodic Inform tells nothing");
    let news = inform("A", at(3), &[EventCode::DiagnosticsComplete]);
    let outcome = store.record_inform(news).await.unwrap();
    assert!(outcome.tasks_due);
    let claimed = claim(store, device, at(3)).await;
    let progress = claimed.task.result.expect("it says what was asked");
    assert_eq!(progress["object"], "Device.IP.Diagnostics.IPPing.");
    let result = DiagnosticResult {
        state: "Complete".into(),
        loss_percent: Some(0.0),
        ..DiagnosticResult::default()
    };
    let found = TaskOutcome::Done(serde_json::to_value(&result).unwrap());
    finish(store, id, found, at(4)).await;
    let record = diagnostic(store, id).await;
    assert_eq!(
        (record.state, record.ended),
        (DiagnosticState::Done, Some(at(4)))
    );
    assert_eq!(record.result, Some(result));
    assert_eq!(store.diagnostic_list(device, ALL).await.unwrap(), [record]);
}

async fn a_restart_and_the_end_of_its_time_wake_a_measurement(store: &dyn Store) {
    let device = device(store, "A").await;
    measuring(store, device, 1).await;
    assert!(!due(store, device, at(60)).await);
    let boot = inform("A", at(5), &[EventCode::Boot]);
    assert!(store.record_inform(boot).await.unwrap().tasks_due);
    let other = self::device(store, "B").await;
    measuring(store, other, 2).await;
    let whom = store.devices_to_call(at(62), 10).await.unwrap();
    assert!(whom.contains(&other), "it is to be asked how far it is");
    assert!(due(store, other, at(62)).await);
}

async fn one_of_a_kind_at_a_time(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    queue(store, measure(id(1), one, ping())).await;
    let again = store.task_create(&ANN, measure(id(2), one, ping()), START);
    let refused = again.await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
    assert_eq!(
        store.task_find(id(2)).await.unwrap(),
        None,
        "nothing is left of it"
    );
    let lookup = Diagnostic::NsLookup(LookupArguments::default());
    queue(store, measure(id(3), one, lookup)).await;
    queue(store, measure(id(4), other, ping())).await;
    store.task_cancel(&ANN, id(1), at(1)).await.unwrap();
    queue(store, measure(id(5), one, ping())).await;
}

async fn a_measurement_ends_as_its_task_does(store: &dyn Store) {
    let device = device(store, "A").await;
    let fault = TaskFault::ours("the device restarted");
    let id = measuring(store, device, 1).await;
    finish(store, id, TaskOutcome::Failed(fault.clone()), at(2)).await;
    let record = diagnostic(store, id).await;
    assert_eq!(
        (record.state, record.fault),
        (DiagnosticState::Failed, Some(fault))
    );
    // A person may withdraw one that the device has begun.
    let id = measuring(store, device, 2).await;
    store.task_cancel(&ANN, id, at(2)).await.unwrap();
    assert_eq!(
        diagnostic(store, id).await.state,
        DiagnosticState::Cancelled
    );
    let mut late = measure(super::support::id(3), device, ping());
    late.expires = Some(at(10));
    queue(store, late).await;
    store.task_expire(at(11)).await.unwrap();
    let record = diagnostic(store, super::support::id(3)).await;
    assert_eq!(
        (record.state, record.ended),
        (DiagnosticState::Expired, Some(at(11)))
    );
    // One that never comes back at all ends in time as well.
    let id = measuring(store, device, 4).await;
    store.task_expire(at(24 * 3600)).await.unwrap();
    assert_eq!(diagnostic(store, id).await.state, DiagnosticState::Expired);
}

async fn a_measurement_that_cannot_be_read_at_one_time_is_read_again_and_not_asked_again(
    store: &dyn Store,
) {
    let device = device(store, "A").await;
    let id = measuring(store, device, 1).await;
    let claimed = claim(store, device, at(61)).await;
    let asked = claimed.task.result.clone();
    assert!(asked.is_some());
    finish(store, id, retry(at(63)), at(62)).await;
    let record = diagnostic(store, id).await;
    assert_eq!(record.state, DiagnosticState::Measuring);
    assert!(!due(store, device, at(62)).await);
    let claimed = claim(store, device, at(63)).await;
    assert_eq!((claimed.task.id, claimed.task.result), (id, asked));
}

async fn a_measurement_is_not_tried_again_beside_another_one(store: &dyn Store) {
    let device = device(store, "A").await;
    let first = measuring(store, device, 1).await;
    claim(store, device, at(61)).await;
    finish(store, first, failed(), at(62)).await;
    let second = queue(store, measure(id(2), device, ping())).await.id;
    let refused = store.task_retry(&ANN, first, at(63)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(state(store, first).await, TaskState::Failed);
    assert_eq!(claim(store, device, at(64)).await.task.id, second);
    finish(store, second, failed(), at(64)).await;
    store.task_retry(&ANN, first, at(65)).await.unwrap();
    let record = diagnostic(store, first).await;
    assert_eq!(
        (record.state, record.fault, record.ended, record.asked),
        (DiagnosticState::Queued, None, None, None)
    );
    let third = store.task_create(&ANN, measure(id(3), device, ping()), at(66));
    assert!(matches!(third.await, Err(StoreError::Conflict(_))));
}

async fn the_last_ones_are_kept(store: &dyn Store) {
    let device = device(store, "A").await;
    let count = crate::limits::DIAGNOSTICS_KEPT as u64 + 10;
    for number in 0..count {
        queue(store, measure(id(number), device, ping())).await;
        store.task_cancel(&ANN, id(number), at(1)).await.unwrap();
    }
    let kept = store.diagnostic_list(device, ALL).await.unwrap();
    assert_eq!(kept.len(), crate::limits::DIAGNOSTICS_KEPT);
    assert_eq!(kept[0].id, id(count - 1));
    let page = Page {
        after: Some(kept[1].id),
        limit: 2,
    };
    let second = store.diagnostic_list(device, page).await.unwrap();
    assert_eq!(second[..], kept[2..4]);
}

fn run(number: u64, concurrency: u32) -> DiagnosticRun {
    DiagnosticRun {
        id: id(number),
        diagnostic: ping(),
        limit_secs: 60,
        expires_secs: 3600,
        concurrency,
        created_by: "user:ann".into(),
        owner: String::new(),
        scope: Scope::default(),
        created: START,
    }
}

async fn advance(store: &dyn Store, from: u64) -> usize {
    let ids = (from..from + 100).map(id).collect();
    store.diagnostic_runs_advance(ids, at(1)).await.unwrap()
}

async fn counts(store: &dyn Store, number: u64) -> DiagnosticCounts {
    let found = store.diagnostic_run_find(id(number)).await.unwrap();
    found.unwrap().1
}

async fn a_run_goes_on_as_devices_end(store: &dyn Store) {
    let fleet = fleet(store, 5).await;
    // One of them measures for somebody else.
    queue(store, measure(id(50), fleet[0], ping())).await;
    let all = RunDevices::Found(Selector::default());
    let created = store.diagnostic_run_create(&ANN, run(1, 2), all);
    assert_eq!(created.await.unwrap(), 5);
    assert_eq!(counts(store, 1).await.pending, 5);
    assert_eq!(advance(store, 100).await, 2);
    assert_eq!(advance(store, 300).await, 0, "two are under way");
    let now = counts(store, 1).await;
    assert_eq!((now.pending, now.queued), (3, 2));
    let first = store
        .task_claim_next(fleet[1], at(2))
        .await
        .unwrap()
        .unwrap()
        .task;
    assert_eq!(first.created_by, "job:diagnostic_runs");
    finish(store, first.id, asked(at(2)), at(2)).await;
    assert_eq!(counts(store, 1).await.measuring, 1);
    assert_eq!(diagnostic(store, first.id).await.created_by, "user:ann");
    finish(
        store,
        first.id,
        TaskOutcome::Done(json!({ "state": "Complete", "values": {} })),
        at(3),
    )
    .await;
    assert_eq!(advance(store, 500).await, 1);
    // The rest ends, but for the one that is busy.
    for device in &fleet[1..] {
        while let Some(task) = store.task_claim_next(*device, at(4)).await.unwrap() {
            finish(store, task.task.id, failed(), at(4)).await;
            advance(store, 600 + device.to_i64().cast_unsigned() % 1000 * 100).await;
        }
    }
    let now = counts(store, 1).await;
    assert_eq!((now.pending, now.done, now.failed), (1, 1, 3));
    store.task_cancel(&ANN, id(50), at(5)).await.unwrap();
    assert_eq!(advance(store, 900_000).await, 1);
    let devices = store
        .diagnostic_run_devices(id(1), Scope::default(), ALL)
        .await
        .unwrap();
    assert_eq!(
        devices.iter().map(|one| one.device).collect::<Vec<_>>(),
        fleet
    );
    assert!(devices.iter().all(|one| one.diagnostic.is_some()));
    assert_eq!(store.diagnostic_run_list(None, ALL).await.unwrap().len(), 1);
}

async fn a_run_is_for_devices_that_are_there(store: &dyn Store) {
    let there = device(store, "A").await;
    let nobody = Selector {
        tags: vec!["nobody".into()],
        ..Selector::default()
    };
    for devices in [
        RunDevices::Named(vec![there, key("B")]),
        RunDevices::Named(Vec::new()),
        RunDevices::Found(nobody),
    ] {
        let refused = store.diagnostic_run_create(&ANN, run(1, 2), devices).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(_))),
            "{refused:?}"
        );
    }
    assert_eq!(store.diagnostic_run_find(id(1)).await.unwrap(), None);
    // Named twice is named once.
    let named = RunDevices::Named(vec![there, there]);
    let created = store.diagnostic_run_create(&ANN, run(1, 2), named);
    assert_eq!(created.await.unwrap(), 1);
    // A device that is forgotten takes its measurements with it.
    advance(store, 100).await;
    store.device_delete(&ANN, there, at(2)).await.unwrap();
    assert_eq!(
        store
            .diagnostic_run_devices(id(1), Scope::default(), ALL)
            .await
            .unwrap(),
        []
    );
    assert_eq!(store.diagnostic_find(id(100)).await.unwrap(), None);
}

async fn a_run_that_is_withdrawn_begins_no_more(store: &dyn Store) {
    fleet(store, 3).await;
    let all = RunDevices::Found(Selector::default());
    store
        .diagnostic_run_create(&ANN, run(1, 1), all)
        .await
        .unwrap();
    assert_eq!(advance(store, 100).await, 1);
    let cancelled = store.diagnostic_run_cancel(&ANN, id(1), at(2)).await;
    assert_eq!(cancelled.unwrap(), Some(()));
    let now = counts(store, 1).await;
    assert_eq!((now.cancelled, now.queued), (2, 1));
    store.task_cancel(&ANN, id(100), at(3)).await.unwrap();
    assert_eq!(advance(store, 300).await, 0);
    let unknown = store.diagnostic_run_cancel(&ANN, id(9), at(2)).await;
    assert_eq!(unknown.unwrap(), None);
}

/// A fleet of whose devices all but the first are in the north, and Nora, who has those.
async fn north(store: &dyn Store) -> (Vec<Id>, DiagnosticRun) {
    let devices = fleet(store, 4).await;
    for device in &devices[1..] {
        let tags = store.device_set_tags(&ANN, *device, vec!["north".into()], START);
        tags.await.unwrap();
    }
    let scope = Scope::of_tags(vec!["north".into()]);
    let mut nora = user("nora", Role::Operator);
    nora.scope = scope.clone();
    let root = user("root", Role::Admin);
    for user in [root, nora] {
        store.user_put(&ANN, user, START).await.unwrap();
    }
    let run = DiagnosticRun {
        owner: "nora".into(),
        scope,
        ..run(1, 1)
    };
    (devices, run)
}

/// Covers A12.
async fn a_run_of_somebody_with_a_part_of_the_fleet_stays_in_that_part(store: &dyn Store) {
    let (devices, ours) = north(store).await;
    let named = RunDevices::Named(vec![devices[0], devices[1]]);
    let refused = store.diagnostic_run_create(&ANN, ours.clone(), named).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
    let all = || RunDevices::Found(Selector::default());
    let created = store.diagnostic_run_create(&ANN, ours.clone(), all()).await;
    assert_eq!(created.unwrap(), 3);
    let others = run(2, 1);
    let created = store.diagnostic_run_create(&ANN, others, all()).await;
    assert_eq!(created.unwrap(), 4);
    let found = store.diagnostic_run_find(id(1)).await.unwrap().unwrap().0;
    assert_eq!(found, ours);
    let hers = store.diagnostic_run_list(Some("nora".into()), ALL).await;
    assert_eq!(hers.unwrap().len(), 1);
    assert_eq!(store.diagnostic_run_list(None, ALL).await.unwrap().len(), 2);
    // One that goes to somebody else before its turn has none, and is not shown.
    let gone = store.device_set_tags(&ANN, devices[2], vec!["south".into()], START);
    gone.await.unwrap();
    let seen = store.diagnostic_run_devices(id(1), ours.scope.clone(), ALL);
    let seen: Vec<Id> = seen.await.unwrap().iter().map(|one| one.device).collect();
    assert_eq!(seen, [devices[1], devices[3]]);
    store
        .diagnostic_run_cancel(&ANN, id(2), at(1))
        .await
        .unwrap();
    for round in 0..4 {
        advance(store, 100 + round * 100).await;
        for device in &devices {
            while let Some(task) = store.task_claim_next(*device, at(2)).await.unwrap() {
                assert!([devices[1], devices[3]].contains(device));
                finish(store, task.task.id, failed(), at(2)).await;
            }
        }
    }
    let now = counts(store, 1).await;
    assert_eq!((now.pending, now.failed, now.cancelled), (0, 2, 1));
}

/// Covers A12.
async fn whoever_may_not_change_devices_any_more_measures_no_further_one(store: &dyn Store) {
    let (_, ours) = north(store).await;
    let all = RunDevices::Found(Selector::default());
    let created = store.diagnostic_run_create(&ANN, ours, all).await;
    assert_eq!(created.unwrap(), 3);
    assert_eq!(advance(store, 100).await, 1);
    let mut nora = user("nora", Role::Operator);
    nora.scope = Scope::of_tags(vec!["west".into()]);
    store.user_put(&ANN, nora, at(1)).await.unwrap();
    assert_eq!(advance(store, 200).await, 0);
    let now = counts(store, 1).await;
    assert_eq!((now.queued, now.cancelled), (1, 2));
}
