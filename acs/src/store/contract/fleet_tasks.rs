//! Tasks over the fleet: found by what they are, worked off by priority, tried again, and faults by their reason.

use super::support::*;
use crate::store::*;
use serde_json::json;

super::cases! {
    store:
    tasks_of_the_fleet_are_found_by_what_they_are,
    the_most_urgent_task_is_claimed_first_and_the_background_waits,
    a_task_waits_for_its_time,
    what_an_attempt_has_noted_is_there_for_the_next,
    what_is_taken_up_later_keeps_what_was_noted,
    a_task_that_came_to_nothing_is_queued_once_more,
    what_cannot_be_tried_again_says_why,
    faults_are_grouped_by_their_reason,
    a_change_that_is_committed_waits_for_the_boot,
    a_restart_that_happened_in_a_broken_session_is_not_repeated,
    a_reset_that_happened_in_a_broken_session_is_not_repeated,
    an_upgrade_without_its_report_is_told_by_the_version,
    a_transfer_that_may_work_later_is_tried_again,
    a_fault_of_an_image_that_runs_is_none,
}

fn filter() -> TaskFilter {
    TaskFilter::default()
}

async fn search(store: &dyn Store, filter: TaskFilter) -> Vec<Id> {
    let tasks = store.task_search(&filter, ALL).await.unwrap();
    tasks.into_iter().map(|task| task.id).collect()
}

async fn tasks_of_the_fleet_are_found_by_what_they_are(store: &dyn Store) {
    let (one, other) = (device(store, "A").await, device(store, "B").await);
    queue(store, reboot(id(1), one)).await;
    queue(store, reboot(id(2), other)).await;
    queue(store, new_task(id(3), other, TaskKind::FactoryReset)).await;
    claim(store, one, at(1)).await;
    finish(store, id(1), failed(), at(2)).await;
    assert_eq!(search(store, filter()).await, [id(3), id(2), id(1)]);
    let of_other = TaskFilter {
        device: Some(other),
        ..filter()
    };
    assert_eq!(search(store, of_other).await, [id(3), id(2)]);
    for (state, found) in [
        (TaskState::Queued, vec![id(3), id(2)]),
        (TaskState::Failed, vec![id(1)]),
        (TaskState::Done, vec![]),
    ] {
        let state = Some(state);
        assert_eq!(search(store, TaskFilter { state, ..filter() }).await, found);
    }
    let kind = Some("factory_reset".to_owned());
    assert_eq!(
        search(store, TaskFilter { kind, ..filter() }).await,
        [id(3)]
    );
    let since = Some(at(1_000_000));
    assert_eq!(search(store, TaskFilter { since, ..filter() }).await, []);
    let page = Page {
        after: Some(id(3)),
        limit: 1,
    };
    let page = store.task_search(&filter(), page).await.unwrap();
    assert_eq!(page.iter().map(|task| task.id).collect::<Vec<_>>(), [id(2)]);
}

async fn queue_for(store: &dyn Store, task: NewTask, turn: Turn) -> Task {
    let created = store.task_create_for(&ANN, task, turn, START).await;
    created.unwrap().expect("the device is there")
}

fn priority(priority: i32) -> Turn {
    Turn {
        priority,
        ..Turn::default()
    }
}

async fn the_most_urgent_task_is_claimed_first_and_the_background_waits(store: &dyn Store) {
    let device = device(store, "A").await;
    for (number, urgency) in [(1, -10), (2, 0), (3, 5), (4, 0)] {
        queue_for(store, reboot(id(number), device), priority(urgency)).await;
    }
    for number in [3, 2, 4] {
        assert_eq!(claim(store, device, at(1)).await.task.id, id(number));
        finish(store, id(number), done(), at(2)).await;
    }
    assert_eq!(store.task_claim_next(device, at(3)).await.unwrap(), None);
    assert!(comes(store, "A", at(3)).await.tasks_due);
    let background = store.task_claim_background(device, at(4)).await.unwrap();
    assert_eq!(background.unwrap().task.id, id(1));
}

async fn a_task_waits_for_its_time(store: &dyn Store) {
    let device = device(store, "A").await;
    let turn = Turn {
        not_before: Some(at(100)),
        ..Turn::default()
    };
    let queued = queue_for(store, reboot(id(1), device), turn).await;
    assert_eq!(queued.not_before, Some(at(100)));
    assert!(!comes(store, "A", at(99)).await.tasks_due);
    assert_eq!(store.devices_to_call(at(99), 10).await.unwrap(), []);
    assert!(comes(store, "A", at(100)).await.tasks_due);
    assert_eq!(claim(store, device, at(100)).await.task.id, id(1));
}

async fn what_an_attempt_has_noted_is_there_for_the_next(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    let first = claim(store, device, at(1)).await;
    assert_eq!((first.progress, first.began), (None, START));
    store
        .task_note(id(1), json!({ "instance": 7 }))
        .await
        .unwrap();
    let again = claim(store, device, at(5)).await;
    assert_eq!(again.progress, Some(json!({ "instance": 7 })));
    assert_eq!(again.began, at(1));
    finish(store, id(1), retry(at(6)), at(6)).await;
    let after_answer = claim(store, device, at(7)).await;
    assert_eq!(after_answer.progress, None, "the device has answered");
}

async fn what_is_taken_up_later_keeps_what_was_noted(store: &dyn Store) {
    let device = device(store, "A").await;
    let noted = serde_json::json!({ "before": [1, 2] });
    let task = queue(store, reboot(id(1), device)).await.id;
    claim(store, device, at(1)).await;
    store.task_note(task, noted.clone()).await.unwrap();
    let take_up = TaskOutcome::TakeUp {
        fault: TaskFault::ours("busy"),
        not_before: at(9),
    };
    finish(store, task, take_up, at(2)).await;
    assert_eq!(store.task_claim_next(device, at(8)).await.unwrap(), None);
    let claimed = claim(store, device, at(9)).await;
    assert_eq!(
        (claimed.certainty, claimed.progress),
        (Certainty::Fresh, Some(noted))
    );
    finish(store, task, retry(at(10)), at(9)).await;
    assert_eq!(claim(store, device, at(10)).await.progress, None);
}

async fn a_task_that_came_to_nothing_is_queued_once_more(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), failed(), at(2)).await;
    let again = store.task_retry(&ANN, id(1), at(3)).await.unwrap().unwrap();
    assert_eq!((again.state, again.attempts), (TaskState::Queued, 0));
    assert!(again.fault.is_none());
    assert_eq!(trail(store).await[0].action, "task.retry");
    assert_eq!(
        claim(store, device, at(4)).await.certainty,
        Certainty::Fresh
    );
    assert_eq!(store.task_retry(&ANN, id(9), at(5)).await.unwrap(), None);
}

async fn what_cannot_be_tried_again_says_why(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    assert!(
        conflicts(&store.task_retry(&ANN, id(1), at(1)).await),
        "queued"
    );
    claim(store, device, at(1)).await;
    finish(store, id(1), done(), at(2)).await;
    assert!(
        conflicts(&store.task_retry(&ANN, id(1), at(3)).await),
        "done"
    );
    let values = list(&[("Device.ManagementServer.Password", "hunter2")]);
    let kind = TaskKind::SetParameterValues { values };
    queue(store, new_task(id(2), device, kind)).await;
    claim(store, device, at(4)).await;
    finish(store, id(2), failed(), at(5)).await;
    let refused = store.task_retry(&ANN, id(2), at(6)).await;
    assert!(conflicts(&refused), "its secret is gone: {refused:?}");
}

async fn faults_are_grouped_by_their_reason(store: &dyn Store) {
    for (number, serial) in [(1, "A"), (2, "B"), (3, "C")] {
        let device = device(store, serial).await;
        queue(store, reboot(id(number), device)).await;
        claim(store, device, at(number)).await;
        let fault = TaskFault {
            code: if number == 3 { 9003 } else { 9001 },
            text: "no".into(),
            parameters: vec![],
        };
        finish(store, id(number), TaskOutcome::Failed(fault), at(number)).await;
    }
    let agreeing = key("A");
    store
        .provisioning_failed(agreeing, 5, TaskFault::ours("no value"), at(4))
        .await
        .unwrap();
    let groups = store.fault_groups(START, 10).await.unwrap();
    let brief: Vec<(&str, u16, u64, u64)> = groups
        .iter()
        .map(|group| (group.kind.as_str(), group.code, group.count, group.devices))
        .collect();
    assert_eq!(brief[0], ("reboot", 9001, 2, 2));
    assert!(brief.contains(&("reboot", 9003, 1, 1)), "{brief:?}");
    assert!(brief.contains(&("profiles", 0, 1, 1)), "{brief:?}");
    assert_eq!(groups[0].last, at(2));
    let later = store.fault_groups(at(3), 10).await.unwrap();
    assert!(later.iter().all(|group| group.code != 9001), "{later:?}");
}

/// A device comes after a boot, with this version.
async fn boots(store: &dyn Store, serial: &str, version: &str, secs: u64) {
    let inform = inform(serial, at(secs), &[cwmp::EventCode::Boot]);
    let inform = saying(inform, VERSION, version);
    store.record_inform(inform).await.unwrap();
}

///
async fn a_change_that_is_committed_waits_for_the_boot(store: &dyn Store) {
    let device = device(store, "A").await;
    let values = list(&[("Device.A", "1")]);
    let kind = TaskKind::SetParameterValues { values };
    queue(store, new_task(id(1), device, kind)).await;
    claim(store, device, at(1)).await;
    let committed = TaskOutcome::WaitingForReboot(json!({ "status": 1 }));
    finish(store, id(1), committed, at(2)).await;
    assert_eq!(state(store, id(1)).await, TaskState::WaitingForReboot);
    let outcome = comes(store, "A", at(3)).await;
    assert!(!outcome.tasks_due, "there is nothing to do for it");
    assert_eq!(store.devices_to_call(at(4), 10).await.unwrap(), []);
    assert_eq!(state(store, id(1)).await, TaskState::WaitingForReboot);
    boots(store, "A", "1.0", 5).await;
    let ended = task(store, id(1)).await;
    assert_eq!(ended.state, TaskState::Done);
    assert_eq!(ended.result, Some(json!({ "status": 1 })));
}

/// Covers P2.
async fn a_restart_that_happened_in_a_broken_session_is_not_repeated(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    boots(store, "A", "1.0", 2).await;
    assert_eq!(state(store, id(1)).await, TaskState::Done);
    assert_eq!(store.task_claim_next(device, at(3)).await.unwrap(), None);
    queue(store, reboot(id(2), device)).await;
    boots(store, "A", "1.0", 4).await;
    assert_eq!(
        state(store, id(2)).await,
        TaskState::Queued,
        "it has not left yet"
    );
}

/// Covers P2.
async fn a_reset_that_happened_in_a_broken_session_is_not_repeated(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, new_task(id(1), device, TaskKind::FactoryReset)).await;
    claim(store, device, at(1)).await;
    let reset = inform("A", at(2), &[cwmp::EventCode::Bootstrap]);
    store.record_inform(reset).await.unwrap();
    assert_eq!(state(store, id(1)).await, TaskState::Done);
    assert_eq!(store.task_claim_next(device, at(3)).await.unwrap(), None);
}

/// Some devices never send the TransferComplete of an upgrade.
/// Covers T-20.
async fn an_upgrade_without_its_report_is_told_by_the_version(store: &dyn Store) {
    let device = device(store, "A").await;
    store.file_put(&ANN, image(id(900))).await.unwrap();
    queue(store, download(id(1), device, id(900))).await;
    transferring(store, device, at(1)).await;
    reports(store, device, NEW, at(2)).await;
    assert_eq!(
        state(store, id(1)).await,
        TaskState::WaitingForTransfer,
        "it has not restarted: it may have run this version before"
    );
    boots(store, "A", "1.0", 3).await;
    assert_eq!(state(store, id(1)).await, TaskState::WaitingForTransfer);
    boots(store, "A", NEW, 4).await;
    assert_eq!(state(store, id(1)).await, TaskState::Done);
}

async fn complete(store: &dyn Store, task: Id, code: u16, secs: u64) {
    let task = self::task(store, task).await;
    let fault = TaskFault {
        code,
        text: "no".into(),
        parameters: vec![],
    };
    let key = task.command_key();
    let matched = store.transfer_complete(task.device, &key, Some(fault), at(secs));
    assert_eq!(matched.await.unwrap(), TransferMatch::Ended(task.id));
}

async fn a_transfer_that_may_work_later_is_tried_again(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, download(id(1), device, id(900))).await;
    transferring(store, device, at(1)).await;
    complete(store, id(1), 9015, 2).await;
    let queued = task(store, id(1)).await;
    assert_eq!(queued.state, TaskState::Queued);
    assert!(queued.not_before > Some(at(2)));
    assert_eq!(queued.fault.unwrap().code, 9015);
}

async fn a_fault_of_an_image_that_runs_is_none(store: &dyn Store) {
    let device = device(store, "A").await;
    store.file_put(&ANN, image(id(900))).await.unwrap();
    queue(store, download(id(1), device, id(900))).await;
    transferring(store, device, at(1)).await;
    let inform = inform("A", at(2), &[cwmp::EventCode::TransferComplete]);
    let inform = saying(inform, VERSION, NEW);
    store.record_inform(inform).await.unwrap();
    complete(store, id(1), 9010, 3).await;
    let waiting = task(store, id(1)).await;
    assert_eq!(waiting.state, TaskState::Queued, "it has not restarted");
    boots(store, "A", NEW, 4).await;
    assert_eq!(state(store, id(1)).await, TaskState::Done);
}
