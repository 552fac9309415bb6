//! Downloads and their TransferComplete: matched by CommandKey, once, whatever the order things come in.

use super::support::*;
use crate::limits::TASK_ATTEMPTS;
use crate::store::*;
use cwmp::CommandKey;
use futures_util::future::join_all;

super::cases! {
    store:
    a_transfer_complete_ends_its_task,
    a_transfer_complete_ends_the_task_of_a_profile,
    a_transfer_that_failed_fails_its_task,
    a_transfer_complete_that_is_repeated_changes_nothing,
    of_many_transfer_completes_one_ends_the_task,
    a_transfer_nobody_asked_for_is_unknown,
    a_device_cannot_end_the_transfer_of_another,
    only_downloads_wait_for_a_transfer,
    a_transfer_complete_before_the_answer_ends_the_task,
    a_transfer_that_is_lost_is_asked_for_again,
    a_transfer_complete_that_comes_late_still_ends_the_task,
    a_transfer_that_is_lost_too_often_fails,
}

async fn complete(
    store: &dyn Store,
    device: Id,
    command_key: &str,
    fault: Option<TaskFault>,
    secs: u64,
) -> TransferMatch {
    let key = CommandKey::from_peer(command_key);
    let matched = store.transfer_complete(device, &key, fault, at(secs)).await;
    matched.unwrap()
}

/// A device whose download is waiting for its TransferComplete.
async fn under_way(store: &dyn Store) -> (Id, Task) {
    let device = device(store, "A").await;
    queue(store, download(id(1), device, id(900))).await;
    transferring(store, device, at(1)).await;
    let task = task(store, id(1)).await;
    assert_eq!(task.state, TaskState::WaitingForTransfer);
    (device, task)
}

/// Covers P3.
async fn a_transfer_complete_ends_its_task(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let key = task.command_key();
    let matched = complete(store, device, key.as_str(), None, 2).await;
    assert_eq!(matched, TransferMatch::Ended(id(1)));
    let ended = self::task(store, id(1)).await;
    assert_eq!((ended.state, ended.updated), (TaskState::Done, at(2)));
    assert!(ended.result.is_some() && ended.fault.is_none());
}

/// Covers P3.
async fn a_transfer_complete_ends_the_task_of_a_profile(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, new_task(id(1), device, TaskKind::DownloadProfile)).await;
    let task = transferring(store, device, at(1)).await;
    let matched = transferred(store, task, at(2)).await;
    assert_eq!(matched, TransferMatch::Ended(id(1)));
    assert_eq!(state(store, id(1)).await, TaskState::Done);
    let again = transferred(store, task, at(3)).await;
    assert_eq!(again, TransferMatch::Repeated(id(1)));
}

async fn a_transfer_that_failed_fails_its_task(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let fault = TaskFault {
        code: 9018,
        text: "File authentication failure".into(),
        parameters: vec![],
    };
    let key = task.command_key();
    let matched = complete(store, device, key.as_str(), Some(fault.clone()), 2).await;
    assert_eq!(matched, TransferMatch::Ended(id(1)));
    let ended = self::task(store, id(1)).await;
    assert_eq!((ended.state, ended.fault), (TaskState::Failed, Some(fault)));
}

/// Covers P3, C12.
async fn a_transfer_complete_that_is_repeated_changes_nothing(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let key = task.command_key();
    complete(store, device, key.as_str(), None, 2).await;
    let ended = self::task(store, id(1)).await;
    for fault in [None, Some(TaskFault::ours("else"))] {
        let matched = complete(store, device, key.as_str(), fault, 3).await;
        assert_eq!(matched, TransferMatch::Repeated(id(1)));
        assert_eq!(self::task(store, id(1)).await, ended);
    }
}

/// Covers P3.
async fn of_many_transfer_completes_one_ends_the_task(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let key = task.command_key();
    let all = (0..10).map(|_| complete(store, device, key.as_str(), None, 2));
    let mut matched = join_all(all).await;
    matched.retain(|matched| *matched == TransferMatch::Ended(id(1)));
    assert_eq!(matched.len(), 1);
}

/// Covers C12.
async fn a_transfer_nobody_asked_for_is_unknown(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let almost = task.command_key().as_str()[1..].to_owned();
    let longer = format!("{} ", task.command_key());
    let other = id(2).to_string();
    let huge = "9".repeat(64 * 1024);
    for key in [
        "",
        "who-asked",
        "' OR 1=1--",
        "-1",
        &almost,
        &longer,
        &other,
        &huge,
    ] {
        let matched = complete(store, device, key, None, 2).await;
        assert_eq!(matched, TransferMatch::Unknown, "`{key}`");
    }
    assert_eq!(self::task(store, id(1)).await, task);
}

/// Covers C12.
async fn a_device_cannot_end_the_transfer_of_another(store: &dyn Store) {
    let (_, task) = under_way(store).await;
    let other = device(store, "B").await;
    let key = task.command_key();
    for stranger in [other, key_of_nobody()] {
        let matched = complete(store, stranger, key.as_str(), None, 2).await;
        assert_eq!(matched, TransferMatch::Unknown);
    }
    assert_eq!(self::task(store, id(1)).await, task);
}

fn key_of_nobody() -> Id {
    key("NOBODY")
}

/// Covers C12.
async fn only_downloads_wait_for_a_transfer(store: &dyn Store) {
    let device = device(store, "A").await;
    let task = queue(store, reboot(id(1), device)).await;
    let key = task.command_key();
    let matched = complete(store, device, key.as_str(), None, 2).await;
    assert_eq!(matched, TransferMatch::Unknown);
    assert_eq!(self::task(store, id(1)).await, task);
}

/// The device may be done before the answer to Download is kept, or the answer may have been lost.
///
/// Covers P3.
async fn a_transfer_complete_before_the_answer_ends_the_task(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, download(id(1), device, id(900))).await;
    let claimed = claim(store, device, at(1)).await;
    let matched = transferred(store, claimed.task.id, at(2)).await;
    assert_eq!(matched, TransferMatch::Ended(id(1)));
    let ended = task(store, id(1)).await;
    finish(store, id(1), TaskOutcome::WaitingForTransfer, at(3)).await;
    assert_eq!(task(store, id(1)).await, ended);
    assert_eq!(store.task_claim_next(device, at(4)).await.unwrap(), None);
}

async fn a_transfer_that_is_lost_is_asked_for_again(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let early = store.task_requeue_lost_transfers(START, at(50)).await;
    assert_eq!(early.unwrap(), 0, "it has its time");
    assert_eq!(self::task(store, id(1)).await, task);
    let lost = store.task_requeue_lost_transfers(at(1), at(50)).await;
    assert_eq!(lost.unwrap(), 1);
    let queued = self::task(store, id(1)).await;
    assert_eq!((queued.state, queued.updated), (TaskState::Queued, at(50)));
    assert!(queued.fault.is_some());
    let again = claim(store, device, at(51)).await;
    assert_eq!(again.task.command_key(), task.command_key());
    assert_eq!(
        (again.task.attempts, again.certainty),
        (2, Certainty::Fresh)
    );
}

/// Covers P3.
async fn a_transfer_complete_that_comes_late_still_ends_the_task(store: &dyn Store) {
    let (device, _) = under_way(store).await;
    let lost = store.task_requeue_lost_transfers(at(1), at(50)).await;
    assert_eq!(lost.unwrap(), 1);
    let matched = transferred(store, id(1), at(51)).await;
    assert_eq!(matched, TransferMatch::Ended(id(1)));
    assert_eq!(state(store, id(1)).await, TaskState::Done);
    assert_eq!(store.task_claim_next(device, at(52)).await.unwrap(), None);
}

/// A device that takes downloads and never reports must not be flashed for ever.
async fn a_transfer_that_is_lost_too_often_fails(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, download(id(1), device, id(900))).await;
    let mut now = 0;
    for _ in 0..TASK_ATTEMPTS {
        now += 10;
        transferring(store, device, at(now)).await;
        let lost = store
            .task_requeue_lost_transfers(at(now), at(now + 1))
            .await;
        assert_eq!(lost.unwrap(), 1);
    }
    let failed = task(store, id(1)).await;
    assert_eq!(failed.state, TaskState::Failed);
    assert_eq!(
        (failed.attempts, failed.fault.unwrap().code),
        (TASK_ATTEMPTS, 0)
    );
    let next = store.task_claim_next(device, at(now + 2)).await;
    assert_eq!(next.unwrap(), None);
}
