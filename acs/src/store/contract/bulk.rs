//! Bulk operations: fixed devices, one turn each, whatever breaks off; scope, limits and reasons.
//!
//! Long because every action has its own way to its end, and all of them one habit.

use super::Place;
use super::people::user;
use super::support::*;
use crate::limits::OPERATIONS_OPEN;
use crate::store::*;
use std::collections::BTreeMap;

super::cases! { store:
    an_operation_gives_each_device_one_task_and_follows_it,
    what_nobody_agreed_to_does_not_begin,
    an_operation_is_for_devices_of_its_scope_alone,
    tags_come_and_go,
    waiting_tasks_are_withdrawn_but_for_those_of_campaigns,
    as_many_devices_at_one_time_as_it_allows,
    a_paused_operation_begins_no_device_and_a_cancelled_one_withdraws_its_tasks,
    whoever_may_not_change_devices_any_more_does_not_by_an_operation,
    calls_are_kept_and_end_an_operation,
    too_many_open_operations_are_refused,
    old_operations_go_with_their_devices,
    a_file_that_devices_are_still_to_get_stays,
    secrets_of_an_operation_end_with_it,
}

mod over_restarts {
    use super::no_device_has_two_turns_and_none_is_lost_over_restarts;

    super::super::cases! { place:
        no_device_has_two_turns_and_none_is_lost_over_restarts,
    }
}

fn everybody() -> RunDevices {
    RunDevices::Found(Selector::default())
}

async fn people(store: &dyn Store) {
    for (name, role) in [("root", Role::Admin), ("ann", Role::Operator)] {
        store.user_put(&ANN, user(name, role), START).await.unwrap();
    }
}

fn operation(number: u64, action: BulkAction) -> BulkOperation {
    BulkOperation {
        id: id(number),
        name: String::new(),
        action,
        query: None,
        expires_secs: 600,
        concurrency: 0,
        state: BulkState::Running,
        reason: None,
        created_by: ANN.to_string(),
        owner: "ann".into(),
        scope: Scope::default(),
        created: START,
        ended: None,
    }
}

fn restart() -> BulkAction {
    BulkAction::Task(TaskKind::Reboot)
}

async fn begin(store: &dyn Store, operation: BulkOperation, devices: RunDevices) -> Result<u64> {
    store
        .operation_create(&ANN, operation, devices, Consent::ANY)
        .await
}

/// Moves everything on with tasks of these numbers; says how many devices moved.
async fn advance(store: &dyn Store, first: u64, most: u64) -> usize {
    let ids = (first..first + most).map(id).collect();
    let moved = store.operations_advance(ids, at(1)).await.unwrap();
    moved.devices
}

async fn look(store: &dyn Store, number: u64) -> (BulkOperation, BulkCounts) {
    store.operation_find(id(number)).await.unwrap().unwrap()
}

async fn steps(store: &dyn Store, number: u64) -> Vec<BulkStep> {
    let devices = store.operation_devices(id(number), None, ALL).await;
    devices.unwrap().iter().map(|one| one.step).collect()
}

async fn an_operation_gives_each_device_one_task_and_follows_it(store: &dyn Store) {
    people(store).await;
    let fleet = fleet(store, 5).await;
    let number = begin(store, operation(1, restart()), everybody()).await;
    assert_eq!(number.unwrap(), 5);
    let later = device(store, "LATER").await;
    assert_eq!(advance(store, 100, 3).await, 3);
    let (_, counts) = look(store, 1).await;
    assert_eq!((counts.total, counts.pending, counts.queued), (5, 2, 3));
    assert_eq!(advance(store, 200, 30).await, 2);
    assert_eq!(advance(store, 300, 30).await, 0, "each has had its turn");
    assert_eq!(store.task_list(later, ALL).await.unwrap(), []);
    for (device, outcome) in fleet.iter().zip([done(), failed(), failed()]) {
        let task = claim(store, *device, at(2)).await.task;
        assert_eq!(
            (&task.kind, &*task.created_by),
            (&TaskKind::Reboot, "user:ann")
        );
        finish(store, task.id, outcome, at(2)).await;
    }
    let tasks = store.task_list(fleet[3], ALL).await.unwrap();
    store.task_cancel(&ANN, tasks[0].id, at(3)).await.unwrap();
    assert_eq!(look(store, 1).await.0.state, BulkState::Running);
    assert_eq!(store.task_expire(at(5_000)).await.unwrap(), 1);
    advance(store, 400, 30).await;
    let (ended, counts) = look(store, 1).await;
    assert_eq!((ended.state, ended.ended), (BulkState::Done, Some(at(1))));
    let rest = (counts.done, counts.failed, counts.expired, counts.cancelled);
    assert_eq!(rest, (1, 2, 1, 1));
    let reasons = store.operation_reasons(id(1)).await.unwrap();
    assert_eq!((reasons[0].step, reasons[0].devices), (BulkStep::Failed, 2));
    assert!(
        reasons
            .iter()
            .any(|reason| reason.step == BulkStep::Expired)
    );
    let failed = store
        .operation_devices(id(1), Some(BulkStep::Failed), ALL)
        .await;
    let failed = failed.unwrap();
    assert_eq!(failed.len(), 2);
    let known = found(store, failed[0].device).await.identity;
    assert_eq!(failed[0].identity, Some(known));
    let events = store.event_list(0, 1_000).await.unwrap();
    let told = |kind: &str| events.iter().filter(|event| event.kind == kind).count();
    assert_eq!((told("operation.create"), told("operation.end")), (1, 1));
    let trail = trail(store).await;
    let lines = trail.iter().filter(|line| line.action == "task.create");
    assert!(lines.clone().count() == 5 && lines.into_iter().all(|line| line.actor == "user:ann"));
}

/// Covers U06.
async fn what_nobody_agreed_to_does_not_begin(store: &dyn Store) {
    people(store).await;
    fleet(store, 3).await;
    for (typed, begins) in [(None, false), (Some(2), false), (Some(3), true)] {
        let consent = Consent {
            devices: typed,
            above: 2,
        };
        let begun = store
            .operation_create(&ANN, operation(1, restart()), everybody(), consent)
            .await;
        assert_eq!(begun.is_ok(), begins, "{begun:?}");
        if let Err(refused) = begun {
            let why = refused.to_string();
            assert!(
                why.contains("3 devices") && why.contains("confirm_devices"),
                "{why}"
            );
            assert_eq!(store.operation_list(None, ALL).await.unwrap(), []);
        }
    }
    let nobody = begin(
        store,
        operation(2, restart()),
        RunDevices::Named(Vec::new()),
    );
    assert!(conflicts(&nobody.await));
}

/// Covers A12.
async fn an_operation_is_for_devices_of_its_scope_alone(store: &dyn Store) {
    people(store).await;
    let fleet = fleet(store, 3).await;
    let west = || vec!["west".to_owned()];
    for device in &fleet[..2] {
        store
            .device_set_tags(&ANN, *device, west(), at(1))
            .await
            .unwrap();
    }
    let mine = |number, action| BulkOperation {
        scope: Scope::of_tags(west()),
        ..operation(number, action)
    };
    let estimate = store.operation_estimate(everybody(), Scope::of_tags(west()), at(1));
    assert_eq!(estimate.await.unwrap(), 2);
    let named = RunDevices::Named(fleet.clone());
    assert!(conflicts(&begin(store, mine(1, restart()), named).await));
    assert_eq!(
        begin(store, mine(1, restart()), everybody()).await.unwrap(),
        2
    );
    // One leaves the scope before it has its turn.
    store
        .device_set_tags(&ANN, fleet[0], Vec::new(), at(1))
        .await
        .unwrap();
    advance(store, 100, 10).await;
    assert_eq!(steps(store, 1).await, [BulkStep::Skipped, BulkStep::Queued]);
    assert_eq!(store.task_list(fleet[0], ALL).await.unwrap(), []);
    let remove = BulkAction::Own(OwnAction::RemoveTags { tags: west() });
    begin(store, mine(2, remove), everybody()).await.unwrap();
    advance(store, 200, 10).await;
    assert_eq!(steps(store, 2).await, [BulkStep::Skipped]);
    assert_eq!(found(store, fleet[1]).await.tags, west());
}

async fn tags_come_and_go(store: &dyn Store) {
    people(store).await;
    let fleet = fleet(store, 2).await;
    let has = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    store
        .device_set_tags(&ANN, fleet[0], has(&["old"]), at(1))
        .await
        .unwrap();
    let add = BulkAction::Own(OwnAction::AddTags {
        tags: has(&["beta", "old"]),
    });
    begin(store, operation(1, add), everybody()).await.unwrap();
    let moved = store.operations_advance(vec![id(50), id(51)], at(1)).await;
    assert!(moved.unwrap().tags_changed);
    assert_eq!(found(store, fleet[0]).await.tags, has(&["beta", "old"]));
    let remove = BulkAction::Own(OwnAction::RemoveTags {
        tags: has(&["old"]),
    });
    begin(store, operation(2, remove), everybody())
        .await
        .unwrap();
    advance(store, 60, 10).await;
    for device in fleet {
        assert_eq!(found(store, device).await.tags, has(&["beta"]));
    }
    for number in [1, 2] {
        let (ended, counts) = look(store, number).await;
        assert_eq!((ended.state, counts.done), (BulkState::Done, 2));
    }
}

async fn waiting_tasks_are_withdrawn_but_for_those_of_campaigns(store: &dyn Store) {
    people(store).await;
    let device = device(store, "A").await;
    campaign(store, id(10), 1).await;
    super::support::advance(store, id(10), at(1)).await;
    queue(store, reboot(id(20), device)).await;
    queue(store, new_task(id(21), device, TaskKind::Discover)).await;
    let cancel = |task_kind: Option<&str>| {
        let task_kind = task_kind.map(str::to_owned);
        BulkAction::Own(OwnAction::CancelTasks { task_kind })
    };
    begin(store, operation(1, cancel(Some("reboot"))), everybody())
        .await
        .unwrap();
    advance(store, 100, 10).await;
    assert_eq!(state(store, id(20)).await, TaskState::Cancelled);
    assert_eq!(state(store, id(21)).await, TaskState::Queued);
    begin(store, operation(2, cancel(None)), everybody())
        .await
        .unwrap();
    advance(store, 200, 10).await;
    let tasks = store.task_list(device, ALL).await.unwrap();
    let waiting = tasks.iter().filter(|task| task.state == TaskState::Queued);
    let waiting: Vec<_> = waiting.map(|task| task.campaign).collect();
    assert_eq!(waiting, [Some(id(10))]);
}

async fn as_many_devices_at_one_time_as_it_allows(store: &dyn Store) {
    people(store).await;
    fleet(store, 5).await;
    let two = BulkOperation {
        concurrency: 2,
        ..operation(1, restart())
    };
    begin(store, two, everybody()).await.unwrap();
    assert_eq!(advance(store, 100, 10).await, 2);
    assert_eq!(advance(store, 200, 10).await, 0);
    store.task_cancel(&ANN, id(100), at(2)).await.unwrap();
    assert_eq!(advance(store, 300, 10).await, 1);
}

async fn a_paused_operation_begins_no_device_and_a_cancelled_one_withdraws_its_tasks(
    store: &dyn Store,
) {
    people(store).await;
    let fleet = fleet(store, 4).await;
    begin(store, operation(1, restart()), everybody())
        .await
        .unwrap();
    let set = async |state| store.operation_set_state(&ANN, id(1), state, at(2)).await;
    assert_eq!(advance(store, 100, 1).await, 1);
    set(BulkState::Paused).await.unwrap().unwrap();
    assert_eq!(advance(store, 200, 10).await, 0);
    set(BulkState::Running).await.unwrap().unwrap();
    assert_eq!(advance(store, 300, 2).await, 2);
    let began = claim(store, fleet[0], at(2)).await.task;
    set(BulkState::Cancelled).await.unwrap().unwrap();
    advance(store, 400, 10).await;
    let (_, counts) = look(store, 1).await;
    assert_eq!((counts.cancelled, counts.queued), (3, 1), "one had begun");
    finish(store, began.id, done(), at(3)).await;
    advance(store, 500, 10).await;
    let (ended, counts) = look(store, 1).await;
    assert_eq!((ended.state, counts.done), (BulkState::Cancelled, 1));
    assert!(ended.ended.is_some());
    assert!(conflicts(&set(BulkState::Running).await));
    let nothing = store.operation_set_state(&ANN, id(9), BulkState::Paused, at(2));
    assert_eq!(nothing.await.unwrap(), None);
}

async fn whoever_may_not_change_devices_any_more_does_not_by_an_operation(store: &dyn Store) {
    people(store).await;
    fleet(store, 2).await;
    begin(store, operation(1, restart()), everybody())
        .await
        .unwrap();
    assert_eq!(advance(store, 100, 1).await, 1);
    let viewer = user("ann", Role::Viewer);
    store.user_put(&ANN, viewer, at(1)).await.unwrap();
    assert_eq!(advance(store, 200, 1).await, 0);
    let (stopped, _) = look(store, 1).await;
    assert_eq!(stopped.state, BulkState::Paused);
    assert!(stopped.reason.is_some());
    // Nor does somebody who is left with a part of them.
    let mut narrowed = user("ann", Role::Operator);
    narrowed.scope = Scope::of_tags(vec!["west".into()]);
    store.user_put(&ANN, narrowed, at(2)).await.unwrap();
    begin(store, operation(2, restart()), everybody())
        .await
        .unwrap();
    assert_eq!(advance(store, 300, 2).await, 0);
    assert_eq!(look(store, 2).await.0.state, BulkState::Paused);
}

async fn calls_are_kept_and_end_an_operation(store: &dyn Store) {
    people(store).await;
    fleet(store, 3).await;
    let call = BulkAction::Own(OwnAction::ConnectionRequest);
    begin(store, operation(1, call), everybody()).await.unwrap();
    assert_eq!(advance(store, 100, 10).await, 0);
    let calls = store.operation_calls(2).await.unwrap();
    assert_eq!(calls.len(), 2);
    let why = [None, Some("it does not answer".to_owned())];
    let called = calls
        .iter()
        .zip(why)
        .map(|((operation, device), why)| BulkCalled {
            operation: *operation,
            device: *device,
            why,
        });
    store
        .operation_called(called.collect(), at(2))
        .await
        .unwrap();
    let rest = store.operation_calls(10).await.unwrap();
    assert_eq!(rest.len(), 1);
    let last = BulkCalled {
        operation: rest[0].0,
        device: rest[0].1,
        why: None,
    };
    store.operation_called(vec![last], at(3)).await.unwrap();
    let (ended, counts) = look(store, 1).await;
    assert_eq!(
        (ended.state, counts.done, counts.failed),
        (BulkState::Done, 2, 1)
    );
    assert_eq!(
        store.operation_reasons(id(1)).await.unwrap()[0].why,
        "it does not answer"
    );
}

async fn too_many_open_operations_are_refused(store: &dyn Store) {
    people(store).await;
    device(store, "A").await;
    for number in 1..=OPERATIONS_OPEN {
        begin(store, operation(number, restart()), everybody())
            .await
            .unwrap();
    }
    let refused = begin(store, operation(99, restart()), everybody()).await;
    assert!(conflicts(&refused), "{refused:?}");
    let listed = store.operation_list(Some("ann".into()), ALL).await.unwrap();
    assert_eq!(listed.len() as u64, OPERATIONS_OPEN);
    let of_others = store.operation_list(Some("bob".into()), ALL).await;
    assert_eq!(of_others.unwrap(), []);
}

async fn old_operations_go_with_their_devices(store: &dyn Store) {
    people(store).await;
    fleet(store, 3).await;
    let tags = vec!["beta".to_owned()];
    let add = BulkAction::Own(OwnAction::AddTags { tags });
    begin(store, operation(1, add), everybody()).await.unwrap();
    begin(store, operation(2, restart()), everybody())
        .await
        .unwrap();
    advance(store, 100, 10).await;
    let remove = async |before| store.remove_old(Old::Operations, before, 2).await.unwrap();
    assert_eq!(remove(at(1)).await, 0, "it ended a moment ago");
    let mut gone = Vec::new();
    while let rows @ 1.. = remove(at(2)).await {
        gone.push(rows);
    }
    assert_eq!(gone, [2, 1, 1]);
    let left = store.operation_list(None, ALL).await.unwrap();
    assert_eq!((left.len(), left[0].0.id), (1, id(2)), "it has not ended");
    assert_eq!(left[0].1.queued, 3);
}

async fn a_file_that_devices_are_still_to_get_stays(store: &dyn Store) {
    people(store).await;
    device(store, "A").await;
    store.file_put(&ANN, image(id(5))).await.unwrap();
    let give = BulkAction::Task(TaskKind::Download {
        file: id(5),
        target_file_name: String::new(),
    });
    begin(store, operation(1, give), everybody()).await.unwrap();
    assert!(conflicts(&store.file_delete(&ANN, id(5), at(1)).await));
    let state = BulkState::Cancelled;
    store
        .operation_set_state(&ANN, id(1), state, at(2))
        .await
        .unwrap();
    advance(store, 100, 10).await;
    assert!(
        store
            .file_delete(&ANN, id(5), at(3))
            .await
            .unwrap()
            .is_some()
    );
}

async fn secrets_of_an_operation_end_with_it(store: &dyn Store) {
    people(store).await;
    let device = device(store, "A").await;
    let values = list(&[("Device.ManagementServer.Password", "top secret")]);
    let set = BulkAction::Task(TaskKind::SetParameterValues { values });
    begin(store, operation(1, set.clone()), everybody())
        .await
        .unwrap();
    advance(store, 100, 10).await;
    assert_eq!(
        look(store, 1).await.0.action,
        set,
        "devices are still to get it"
    );
    let task = claim(store, device, at(1)).await.task;
    finish(store, task.id, done(), at(2)).await;
    advance(store, 200, 10).await;
    let (ended, _) = look(store, 1).await;
    assert!(!format!("{:?}", ended.action).contains("top secret"));
}

/// Covers U06.
async fn no_device_has_two_turns_and_none_is_lost_over_restarts(place: &dyn Place) {
    let mut store = place.open().await;
    people(store.as_ref()).await;
    let fleet = fleet(store.as_ref(), 40).await;
    let begun = begin(store.as_ref(), operation(1, restart()), everybody()).await;
    assert_eq!(begun.unwrap(), 40);
    let mut number = 1_000;
    while advance(store.as_ref(), number, 7).await > 0 {
        number += 100;
        store.close().await;
        drop(store);
        store = place.open().await;
    }
    let mut turns = BTreeMap::new();
    for device in fleet {
        let tasks = store.task_list(device, ALL).await.unwrap();
        *turns.entry(tasks.len()).or_insert(0) += 1;
    }
    assert_eq!(turns, BTreeMap::from([(1, 40)]));
    assert_eq!(look(store.as_ref(), 1).await.1.queued, 40);
    store.close().await;
}
