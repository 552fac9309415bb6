//! How tasks end: with what came of them, once, and without the secrets they carried.

use super::support::*;
use crate::store::*;
use cwmp::{FaultCode, ParameterFault};
use data_model::ParameterList;
use serde_json::json;

super::cases! {
    store:
    a_task_that_succeeded_keeps_its_result,
    a_task_that_failed_keeps_every_reason,
    a_task_that_has_ended_stays_as_it_ended,
    an_answer_after_the_end_is_still_an_observation,
    a_task_that_has_not_ended_keeps_the_secrets_it_will_write,
    a_task_that_has_ended_keeps_no_secret,
    a_new_instance_keeps_no_secret_either,
    what_is_no_secret_is_kept,
}

async fn a_task_that_succeeded_keeps_its_result(store: &dyn Store) {
    let device = device(store, "A").await;
    let result = json!({ "parameters": [{ "name": "D.A", "value": "\u{1F600}" }], "n": [1, null] });
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), TaskOutcome::Done(result.clone()), at(2)).await;
    let ended = task(store, id(1)).await;
    assert_eq!((ended.state, ended.updated), (TaskState::Done, at(2)));
    assert_eq!((ended.result, ended.fault), (Some(result), None));
    assert_eq!(store.task_claim_next(device, at(3)).await.unwrap(), None);
}

async fn a_task_that_failed_keeps_every_reason(store: &dyn Store) {
    let device = device(store, "A").await;
    let fault = TaskFault {
        code: 9003,
        text: "<b>Invalid\u{1b}[31m arguments</b>\r\n".into(),
        parameters: vec![
            ParameterFault::new("Device.A", FaultCode::NOT_WRITABLE, "no"),
            ParameterFault::new("Device.B", FaultCode::INVALID_PARAMETER_VALUE, "' --"),
        ],
    };
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), TaskOutcome::Failed(fault.clone()), at(2)).await;
    let ended = task(store, id(1)).await;
    assert_eq!((ended.state, ended.updated), (TaskState::Failed, at(2)));
    assert_eq!((ended.result, ended.fault), (None, Some(fault)));
}

/// Covers P2.
async fn a_task_that_has_ended_stays_as_it_ended(store: &dyn Store) {
    let device = device(store, "A").await;
    for (number, outcome) in [(1, done()), (2, failed())] {
        queue(store, reboot(id(number), device)).await;
        claim(store, device, at(1)).await;
        finish(store, id(number), outcome, at(2)).await;
    }
    queue(store, reboot(id(3), device)).await;
    store.task_cancel(&ANN, id(3), at(2)).await.unwrap();
    let task = NewTask {
        expires: Some(at(1)),
        ..reboot(id(4), device)
    };
    queue(store, task).await;
    store.task_expire(at(2)).await.unwrap();
    for number in 1..5 {
        let before = self::task(store, id(number)).await;
        assert!(before.state.is_final());
        for outcome in [
            TaskOutcome::Done(json!({ "late": true })),
            failed(),
            retry(at(3)),
            TaskOutcome::WaitingForTransfer,
        ] {
            finish(store, id(number), outcome, at(9)).await;
            assert_eq!(self::task(store, id(number)).await, before);
        }
    }
}

async fn an_answer_after_the_end_is_still_an_observation(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    store.task_cancel(&ANN, id(1), at(2)).await.unwrap();
    let shown = observed(&[("Device.Late", "1")]);
    let finished = store.task_finish(id(1), done(), shown, at(3)).await;
    finished.unwrap();
    assert_eq!(
        seen(store, device, "Device.Late").await.as_deref(),
        Some("1")
    );
    assert_eq!(state(store, id(1)).await, TaskState::Cancelled);
}

const PASSWORD: &str = "Device.ManagementServer.Password";

fn write(task: u64, device: Id) -> NewTask {
    let values = list(&[("Device.A", "plain"), (PASSWORD, "hunter2")]);
    new_task(id(task), device, TaskKind::SetParameterValues { values })
}

fn written(task: &Task) -> &ParameterList {
    match &task.kind {
        TaskKind::SetParameterValues { values } | TaskKind::AddObject { values, .. } => values,
        other => panic!("it writes nothing: {other:?}"),
    }
}

async fn a_task_that_has_not_ended_keeps_the_secrets_it_will_write(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, write(1, device)).await;
    let claimed = claim(store, device, at(1)).await.task;
    assert_eq!(written(&claimed).get(PASSWORD), Some("hunter2"));
    let claimed = claim(store, device, at(2)).await.task;
    assert_eq!(written(&claimed).get(PASSWORD), Some("hunter2"));
    finish(store, id(1), retry(at(3)), at(3)).await;
    let claimed = claim(store, device, at(4)).await.task;
    assert_eq!(written(&claimed).get(PASSWORD), Some("hunter2"));
}

/// Covers U07.
async fn a_task_that_has_ended_keeps_no_secret(store: &dyn Store) {
    let device = device(store, "A").await;
    for (number, outcome) in [(1, done()), (2, failed())] {
        queue(store, write(number, device)).await;
        claim(store, device, at(1)).await;
        finish(store, id(number), outcome, at(2)).await;
    }
    queue(store, write(3, device)).await;
    store.task_cancel(&ANN, id(3), at(2)).await.unwrap();
    let expiring = NewTask {
        expires: Some(at(1)),
        ..write(4, device)
    };
    queue(store, expiring).await;
    store.task_expire(at(2)).await.unwrap();
    for number in 1..5 {
        let ended = task(store, id(number)).await;
        assert!(ended.state.is_final());
        assert_eq!(
            pairs(written(&ended)),
            [("Device.A", "plain"), (PASSWORD, "***")],
            "{:?}",
            ended.state
        );
    }
    let text = serde_json::to_string(&store.task_list(device, ALL).await.unwrap());
    assert!(!text.unwrap().contains("hunter2"));
}

/// Covers U07.
async fn a_new_instance_keeps_no_secret_either(store: &dyn Store) {
    let device = device(store, "A").await;
    let kind = TaskKind::AddObject {
        object: "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.WEPKey.".into(),
        values: list(&[("Name", "plain"), ("AuthPassword", "hunter2")]),
    };
    queue(store, new_task(id(1), device, kind)).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), done(), at(2)).await;
    let ended = task(store, id(1)).await;
    assert_eq!(written(&ended).get("Name"), Some("plain"));
    assert_eq!(written(&ended).get("AuthPassword"), Some("***"));
}

async fn what_is_no_secret_is_kept(store: &dyn Store) {
    let device = device(store, "A").await;
    let values = list(&[("Device.A", "1"), ("Device.B", "***")]);
    let kind = TaskKind::SetParameterValues { values };
    queue(store, new_task(id(1), device, kind.clone())).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), done(), at(2)).await;
    assert_eq!(task(store, id(1)).await.kind, kind);
}
