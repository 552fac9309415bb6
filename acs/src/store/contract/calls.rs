//! Whom to call: devices with a due task that have not come since it became due.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_device_is_called_for_a_task_it_does_not_know_of,
    a_device_that_has_come_since_is_not_called,
    a_device_is_called_for_a_retry_when_its_time_has_come,
    a_device_is_called_again_for_what_a_broken_session_has_left,
    nobody_is_called_for_what_has_ended_or_run_out,
    nobody_is_called_for_a_transfer_under_way,
    no_more_are_called_than_asked_for_and_the_newest_first,
    a_device_is_called_once_for_all_its_tasks,
}

async fn to_call(store: &dyn Store, secs: u64) -> Vec<Id> {
    store.devices_to_call(at(secs), 100).await.unwrap()
}

async fn queue_at(store: &dyn Store, task: NewTask, secs: u64) {
    let created = store.task_create(&ANN, task, at(secs)).await;
    created.unwrap().unwrap();
}

async fn a_device_is_called_for_a_task_it_does_not_know_of(store: &dyn Store) {
    let device = device(store, "A").await;
    self::device(store, "B").await;
    assert_eq!(to_call(store, 1).await, []);
    queue_at(store, reboot(id(1), device), 10).await;
    assert_eq!(to_call(store, 10).await, [device]);
    assert_eq!(to_call(store, 1_000).await, [device]);
}

async fn a_device_that_has_come_since_is_not_called(store: &dyn Store) {
    let device = device(store, "A").await;
    queue_at(store, reboot(id(1), device), 10).await;
    comes(store, "A", at(11)).await;
    assert_eq!(to_call(store, 12).await, []);
    queue_at(store, reboot(id(2), device), 13).await;
    assert_eq!(to_call(store, 14).await, [device]);
}

async fn a_device_is_called_for_a_retry_when_its_time_has_come(store: &dyn Store) {
    let device = device(store, "A").await;
    queue_at(store, reboot(id(1), device), 10).await;
    comes(store, "A", at(11)).await;
    claim(store, device, at(11)).await;
    finish(store, id(1), retry(at(100)), at(12)).await;
    assert_eq!(to_call(store, 50).await, []);
    comes(store, "A", at(60)).await;
    assert_eq!(to_call(store, 99).await, []);
    assert_eq!(to_call(store, 100).await, [device]);
    comes(store, "A", at(101)).await;
    assert_eq!(to_call(store, 102).await, []);
}

async fn a_device_is_called_again_for_what_a_broken_session_has_left(store: &dyn Store) {
    let device = device(store, "A").await;
    queue_at(store, reboot(id(1), device), 10).await;
    comes(store, "A", at(11)).await;
    claim(store, device, at(12)).await;
    assert_eq!(to_call(store, 13).await, [device]);
}

async fn nobody_is_called_for_what_has_ended_or_run_out(store: &dyn Store) {
    let device = device(store, "A").await;
    queue_at(store, reboot(id(1), device), 10).await;
    store.task_cancel(&ANN, id(1), at(11)).await.unwrap();
    queue_at(store, reboot(id(2), device), 12).await;
    claim(store, device, at(13)).await;
    finish(store, id(2), done(), at(14)).await;
    let expiring = NewTask {
        expires: Some(at(20)),
        ..reboot(id(3), device)
    };
    queue_at(store, expiring, 15).await;
    assert_eq!(to_call(store, 19).await, [device]);
    assert_eq!(to_call(store, 20).await, [], "nobody has expired it yet");
    store.task_expire(at(21)).await.unwrap();
    assert_eq!(to_call(store, 22).await, []);
}

async fn nobody_is_called_for_a_transfer_under_way(store: &dyn Store) {
    let device = device(store, "A").await;
    queue_at(store, download(id(1), device, id(900)), 10).await;
    transferring(store, device, at(11)).await;
    assert_eq!(to_call(store, 12).await, []);
    let lost = store.task_requeue_lost_transfers(at(11), at(20)).await;
    assert_eq!(lost.unwrap(), 1);
    assert_eq!(to_call(store, 21).await, [device]);
}

async fn no_more_are_called_than_asked_for_and_the_newest_first(store: &dyn Store) {
    let devices = fleet(store, 4).await;
    for (number, device) in (0..).zip([1usize, 3, 0, 2]) {
        queue_at(store, reboot(id(number), devices[device]), 10 + number).await;
    }
    let newest = [devices[2], devices[0], devices[3], devices[1]];
    for most in 0..5 {
        let called = store.devices_to_call(at(100), most).await.unwrap();
        assert_eq!(called, newest[..most.min(4)]);
    }
}

async fn a_device_is_called_once_for_all_its_tasks(store: &dyn Store) {
    let device = device(store, "A").await;
    for number in 0..5 {
        queue_at(store, reboot(id(number), device), 10 + number).await;
    }
    assert_eq!(to_call(store, 100).await, [device]);
}
