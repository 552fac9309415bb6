//! Tasks in the queue: made once, listed, withdrawn, expired.

use super::support::*;
use crate::store::*;
use data_model::XsdType;
use serde_json::json;

super::cases! {
    store:
    a_task_is_queued_as_it_was_asked_for,
    every_kind_of_task_comes_back_as_it_was_queued,
    a_task_for_nobody_is_not_queued,
    an_idempotency_key_makes_one_task,
    an_idempotency_key_is_good_for_one_device,
    an_idempotency_key_is_known_after_its_task_has_ended,
    two_tasks_cannot_have_one_key,
    tasks_are_listed_newest_first_page_by_page,
    a_queued_task_can_be_withdrawn,
    what_has_begun_or_ended_cannot_be_withdrawn,
    a_task_nobody_has_heard_of_is_none,
    a_task_whose_time_has_run_out_is_ended,
    a_task_that_has_begun_does_not_expire,
    any_number_of_tasks_expires,
}

async fn a_task_is_queued_as_it_was_asked_for(store: &dyn Store) {
    let device = device(store, "A").await;
    let task = NewTask {
        expires: Some(at(60)),
        ..reboot(id(1), device)
    };
    let created = store.task_create(&ANN, task, at(5)).await;
    let created = created.unwrap().unwrap();
    let expected = Task {
        id: id(1),
        device,
        kind: TaskKind::Reboot,
        state: TaskState::Queued,
        created_by: "user:ann".into(),
        created: at(5),
        updated: at(5),
        expires: Some(at(60)),
        not_before: None,
        priority: 0,
        attempts: 0,
        result: None,
        fault: None,
        campaign: None,
    };
    assert_eq!(created, expected);
    assert_eq!(store.task_find(id(1)).await.unwrap(), Some(expected));
}

/// Covers C17.
async fn every_kind_of_task_comes_back_as_it_was_queued(store: &dyn Store) {
    let device = device(store, "A").await;
    let mut values = list(&[("Device.A", "'; DROP TABLE task; --"), ("Device.B", "")]);
    values.push("Device.C", XsdType::UnsignedInt, "7");
    values.push_str("Device.D", "{{7*7}} \u{1F600}\0");
    let object = "Device.T.".to_owned();
    let mut kinds = further_kinds();
    kinds.extend([
        TaskKind::GetParameterValues {
            names: vec!["Device.A".into(), "Device.T.".into()],
        },
        TaskKind::SetParameterValues {
            values: values.clone(),
        },
        TaskKind::Refresh {
            path: String::new(),
            older_than_secs: Some(60),
        },
        TaskKind::AddObject {
            object: object.clone(),
            values,
        },
        TaskKind::DeleteObject { object },
        TaskKind::Reboot,
        TaskKind::FactoryReset,
        TaskKind::Download {
            file: id(900),
            target_file_name: "a/../b".into(),
        },
    ]);
    for (number, kind) in kinds.into_iter().enumerate() {
        let task = id(number as u64);
        let created = queue(store, new_task(task, device, kind.clone())).await;
        assert_eq!(created.kind, kind);
        assert_eq!(self::task(store, task).await.kind, kind);
        assert_eq!(claim(store, device, at(1)).await.task.kind, kind);
        // One that uploads ends well only if its file has come.
        finish(store, task, failed(), at(2)).await;
        assert_eq!(self::task(store, task).await.kind, kind);
    }
}

/// Kinds that hold what people say about files, names and modules.
fn further_kinds() -> Vec<TaskKind> {
    let odd = || "'; \"{{7*7}}\" \u{1F600}".to_owned();
    vec![
        TaskKind::Discover,
        TaskKind::GetParameterNames {
            path: odd(),
            next_level: true,
        },
        TaskKind::GetParameterAttributes { names: vec![odd()] },
        TaskKind::SetParameterAttributes {
            attributes: vec![AttributeChange {
                name: odd(),
                notification: Some(2),
                access_list: Some(vec![odd()]),
            }],
        },
        TaskKind::RestoreConfiguration { file: id(901) },
        TaskKind::ScheduleDownload {
            file: id(902),
            target_file_name: odd(),
            windows: vec![DownloadWindow {
                start_secs: 0,
                end_secs: 60,
                mode: odd(),
                user_message: odd(),
                max_retries: -1,
            }],
        },
        TaskKind::Upload { file_type: odd() },
        TaskKind::BackupConfiguration { instance: Some(1) },
        TaskKind::FetchLog { instance: None },
        TaskKind::ScheduleInform { delay_secs: 1 },
        TaskKind::CancelTransfer { task: id(903) },
        TaskKind::GetQueuedTransfers,
        TaskKind::GetAllQueuedTransfers,
        TaskKind::ChangeDuState {
            operations: vec![ModuleOperation::Uninstall {
                uuid: odd(),
                version: None,
                environment: Some(odd()),
            }],
        },
        TaskKind::GetRpcMethods,
        TaskKind::GetOptions { option: odd() },
    ]
}

async fn a_task_for_nobody_is_not_queued(store: &dyn Store) {
    let task = reboot(id(1), key("NOBODY"));
    let created = store.task_create(&ANN, task, START).await;
    assert_eq!(created.unwrap(), None);
    assert_eq!(store.task_find(id(1)).await.unwrap(), None);
    assert_eq!(store.task_list(key("NOBODY"), ALL).await.unwrap(), []);
    assert_eq!(trail(store).await, []);
}

fn keyed(task: u64, device: Id, key: &str) -> NewTask {
    NewTask {
        idempotency_key: Some(key.into()),
        ..reboot(id(task), device)
    }
}

/// Covers P2.
async fn an_idempotency_key_makes_one_task(store: &dyn Store) {
    let device = device(store, "A").await;
    let first = queue(store, keyed(1, device, "k")).await;
    let mut other = keyed(2, device, "k");
    other.kind = TaskKind::FactoryReset;
    let refused = store.task_create(&Actor::Console, other, at(8)).await;
    assert!(conflicts(&refused), "one key is for one thing: {refused:?}");
    let again = keyed(2, device, "k");
    let second = store.task_create(&Actor::Console, again, at(9)).await;
    assert_eq!(second.unwrap(), Some(first));
    assert_eq!(store.task_find(id(2)).await.unwrap(), None);
    assert_eq!(store.task_list(device, ALL).await.unwrap().len(), 1);
    assert_eq!(trail(store).await.len(), 1);
    queue(store, keyed(3, device, "K")).await;
    assert_eq!(store.task_list(device, ALL).await.unwrap().len(), 2);
}

async fn an_idempotency_key_is_good_for_one_device(store: &dyn Store) {
    for (number, serial_number) in [(1, "A"), (2, "B")] {
        let device = device(store, serial_number).await;
        let task = queue(store, keyed(number, device, "k")).await;
        assert_eq!((task.id, task.device), (id(number), device));
    }
}

/// Covers P2.
async fn an_idempotency_key_is_known_after_its_task_has_ended(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, keyed(1, device, "k")).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), done(), at(2)).await;
    let again = queue(store, keyed(2, device, "k")).await;
    assert_eq!((again.id, again.state), (id(1), TaskState::Done));
    assert_eq!(store.task_claim_next(device, at(3)).await.unwrap(), None);
}

async fn two_tasks_cannot_have_one_key(store: &dyn Store) {
    let device = device(store, "A").await;
    let other = self::device(store, "B").await;
    let first = queue(store, reboot(id(1), device)).await;
    for device in [device, other] {
        let mut second = reboot(id(1), device);
        second.kind = TaskKind::FactoryReset;
        let refused = store.task_create(&ANN, second, at(1)).await;
        assert!(conflicts(&refused), "{refused:?}");
    }
    assert_eq!(task(store, id(1)).await, first);
    assert_eq!(store.task_list(other, ALL).await.unwrap(), []);
}

async fn tasks_are_listed_newest_first_page_by_page(store: &dyn Store) {
    let device = device(store, "A").await;
    let other = self::device(store, "B").await;
    for number in [3, 1, 7, 5, 2, 6, 4] {
        queue(store, reboot(id(number), device)).await;
    }
    queue(store, reboot(id(8), other)).await;
    let mut listed: Vec<Id> = Vec::new();
    loop {
        let page = Page {
            after: listed.last().copied(),
            limit: 3,
        };
        let tasks = store.task_list(device, page).await.unwrap();
        if tasks.is_empty() {
            break;
        }
        assert!(tasks.len() <= 3);
        listed.extend(tasks.iter().map(|task| task.id));
        assert!(listed.len() <= 7, "pages overlap");
    }
    assert_eq!(listed, [7, 6, 5, 4, 3, 2, 1].map(id));
    let none = Page {
        after: None,
        limit: 0,
    };
    assert_eq!(store.task_list(device, none).await.unwrap(), []);
}

async fn a_queued_task_can_be_withdrawn(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    let cancelled = store.task_cancel(&ANN, id(1), at(5)).await;
    assert_eq!(cancelled.unwrap(), Some(()));
    let task = task(store, id(1)).await;
    assert_eq!((task.state, task.updated), (TaskState::Cancelled, at(5)));
    assert_eq!(store.task_claim_next(device, at(6)).await.unwrap(), None);
}

async fn what_has_begun_or_ended_cannot_be_withdrawn(store: &dyn Store) {
    let device = device(store, "A").await;
    let outcomes = [
        None,
        Some(TaskOutcome::WaitingForTransfer),
        Some(done()),
        Some(failed()),
    ];
    for (number, outcome) in outcomes.into_iter().enumerate() {
        // Each of them on its own device, for one that is running is in the way of all others.
        let device = self::device(store, &format!("S{number}")).await;
        let task = id(number as u64);
        queue(store, reboot(task, device)).await;
        claim(store, device, at(1)).await;
        if let Some(outcome) = outcome {
            finish(store, task, outcome, at(2)).await;
        }
        let before = self::task(store, task).await;
        let refused = store.task_cancel(&ANN, task, at(3)).await;
        assert!(conflicts(&refused), "{before:?}");
        assert_eq!(self::task(store, task).await, before);
    }
    queue(store, reboot(id(10), device)).await;
    store.task_cancel(&ANN, id(10), at(1)).await.unwrap();
    assert!(conflicts(&store.task_cancel(&ANN, id(10), at(2)).await));
}

async fn a_task_nobody_has_heard_of_is_none(store: &dyn Store) {
    let device = device(store, "A").await;
    assert_eq!(store.task_find(id(1)).await.unwrap(), None);
    assert_eq!(store.task_list(device, ALL).await.unwrap(), []);
    assert_eq!(store.task_claim_next(device, START).await.unwrap(), None);
    let nobody = key("NOBODY");
    assert_eq!(store.task_claim_next(nobody, START).await.unwrap(), None);
    let cancelled = store.task_cancel(&ANN, id(1), START).await;
    assert_eq!(cancelled.unwrap(), None);
    finish(store, id(1), done(), START).await;
    assert_eq!(store.task_find(id(1)).await.unwrap(), None);
    assert_eq!(store.task_expire(at(1_000_000)).await.unwrap(), 0);
    let lost = store.task_requeue_lost_transfers(at(1), at(2)).await;
    assert_eq!(lost.unwrap(), 0);
    assert_eq!(trail(store).await, []);
}

async fn a_task_whose_time_has_run_out_is_ended(store: &dyn Store) {
    let device = device(store, "A").await;
    for (number, expires) in [(1, Some(at(10))), (2, Some(at(11))), (3, None)] {
        let task = NewTask {
            expires,
            ..reboot(id(number), device)
        };
        queue(store, task).await;
    }
    assert_eq!(store.task_expire(at(9)).await.unwrap(), 0);
    assert_eq!(store.task_expire(at(10)).await.unwrap(), 1);
    assert_eq!(store.task_expire(at(10)).await.unwrap(), 0);
    let expired = task(store, id(1)).await;
    assert_eq!(
        (expired.state, expired.updated),
        (TaskState::Expired, at(10))
    );
    assert_eq!(expired.fault.unwrap().code, 0, "a reason of ours");
    // Its time has run out, whether anybody has noticed or not.
    assert_eq!(claim(store, device, at(11)).await.task.id, id(3));
    assert_eq!(state(store, id(2)).await, TaskState::Queued);
}

async fn a_task_that_has_begun_does_not_expire(store: &dyn Store) {
    let device = device(store, "A").await;
    let task = NewTask {
        expires: Some(at(10)),
        ..reboot(id(1), device)
    };
    queue(store, task).await;
    claim(store, device, at(9)).await;
    assert_eq!(store.task_expire(at(100)).await.unwrap(), 0);
    assert_eq!(
        claim(store, device, at(101)).await.certainty,
        Certainty::Uncertain,
        "what became of it must be found out all the same"
    );
    finish(
        store,
        id(1),
        TaskOutcome::Done(json!({ "status": 0 })),
        at(102),
    )
    .await;
    assert_eq!(state(store, id(1)).await, TaskState::Done);
}

async fn any_number_of_tasks_expires(store: &dyn Store) {
    let device = device(store, "A").await;
    let tasks = (0..1_100).map(|number| {
        let task = NewTask {
            expires: Some(at(1)),
            ..reboot(id(number), device)
        };
        queue(store, task)
    });
    futures_util::future::join_all(tasks).await;
    let mut expired = 0;
    loop {
        match store.task_expire(at(2)).await.unwrap() {
            0 => break,
            some => expired += some,
        }
    }
    assert_eq!(expired, 1_100);
}
