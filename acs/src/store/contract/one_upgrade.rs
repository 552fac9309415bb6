//! Nobody is upgraded twice: not by two steps at once, not by two campaigns, not because a report was lost.

use super::support::*;
use crate::store::*;
use futures_util::future::join_all;
use std::collections::BTreeSet;

super::cases! {
    store:
    steps_at_the_same_time_start_each_device_once,
    a_download_is_not_sent_to_a_device_that_runs_the_version_by_now,
    a_second_campaign_does_not_bring_the_same_version_again,
    a_lost_report_of_a_device_that_runs_the_version_is_no_reason_to_ask_again,
    a_fault_of_a_device_that_runs_the_version_is_no_reason_to_try_again,
    a_lost_transfer_of_a_device_under_way_is_asked_for_again,
}

/// Covers P2.
async fn steps_at_the_same_time_start_each_device_once(store: &dyn Store) {
    let devices = fleet(store, 20).await;
    campaign(store, id(1), 100).await;
    let steps = (0..10).map(|round| {
        let keys = (0..3).map(|part| id(1_000 + round * 10 + part)).collect();
        store.campaign_advance(id(1), keys, at(1))
    });
    let started: Vec<Id> = join_all(steps)
        .await
        .into_iter()
        .flat_map(|started| started.unwrap())
        .collect();
    let distinct: BTreeSet<Id> = started.iter().copied().collect();
    assert_eq!((started.len(), distinct.len()), (20, 20));
    for device in devices {
        let tasks = store.task_list(device, ALL).await.unwrap();
        assert_eq!(tasks.len(), 1);
    }
}

/// Covers P2.
async fn a_download_is_not_sent_to_a_device_that_runs_the_version_by_now(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    store
        .campaign_advance(id(1), vec![id(50)], at(1))
        .await
        .unwrap();
    let other = queue(store, reboot(id(60), device)).await;
    // Somebody at the site was faster.
    let serial_number = found(store, device).await.serial_number;
    let inform = inform(&serial_number, at(2), &[cwmp::EventCode::Boot]);
    let inform = saying(inform, VERSION, NEW);
    let outcome = store.record_inform(inform).await.unwrap();
    assert!(outcome.tasks_due, "the other task is still to be done");
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
    let download = task(store, id(50)).await;
    assert_eq!((download.state, download.attempts), (TaskState::Done, 0));
    assert_eq!(claim(store, device, at(3)).await.task.id, other.id);
    finish(store, other.id, done(), at(4)).await;
    assert_eq!(store.task_claim_next(device, at(5)).await.unwrap(), None);
}

/// Covers P2.
async fn a_second_campaign_does_not_bring_the_same_version_again(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    campaign(store, id(2), 1).await;
    assert_eq!(advance(store, id(1), at(1)).await, [device]);
    assert_eq!(advance(store, id(2), at(2)).await, []);
    let task = transferring(store, device, at(3)).await;
    let second = store.task_claim_next(device, at(3)).await.unwrap();
    assert_eq!(second, None, "one Download in one session");
    transferred(store, task, at(4)).await;
    assert_eq!(advance(store, id(2), at(5)).await, []);
    reports(store, device, NEW, at(6)).await;
    assert_eq!(advance(store, id(2), at(7)).await, []);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
    assert_eq!(step(store, id(2), device).await, CampaignStep::Skipped);
    assert_eq!(store.task_list(device, ALL).await.unwrap().len(), 1);
}

/// Covers P2.
async fn a_lost_report_of_a_device_that_runs_the_version_is_no_reason_to_ask_again(
    store: &dyn Store,
) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let task = transferring(store, device, at(2)).await;
    reports(store, device, NEW, at(3)).await;
    let lost = store.task_requeue_lost_transfers(at(2), at(60)).await;
    assert_eq!(lost.unwrap(), 1);
    assert_eq!(state(store, task).await, TaskState::Done);
    assert_eq!(store.task_claim_next(device, at(61)).await.unwrap(), None);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
}

/// Covers P2.
async fn a_fault_of_a_device_that_runs_the_version_is_no_reason_to_try_again(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    reports(store, device, NEW, at(3)).await;
    finish(store, task, retry(at(60)), at(4)).await;
    assert_eq!(state(store, task).await, TaskState::Done);
    assert_eq!(store.task_claim_next(device, at(61)).await.unwrap(), None);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
}

async fn a_lost_transfer_of_a_device_under_way_is_asked_for_again(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let task = transferring(store, device, at(2)).await;
    reports(store, device, "1.0", at(3)).await;
    let lost = store.task_requeue_lost_transfers(at(2), at(60)).await;
    assert_eq!(lost.unwrap(), 1);
    assert_eq!(state(store, task).await, TaskState::Queued);
    assert_eq!(claim(store, device, at(61)).await.task.id, task);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Upgrading);
}
