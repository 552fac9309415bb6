//! Claiming tasks: in order, one at a time, before any byte leaves, and with the doubt a broken session leaves.

use super::support::*;
use crate::store::*;
use futures_util::future::join_all;

super::cases! {
    store:
    a_claimed_task_is_running_before_it_leaves,
    the_oldest_task_is_claimed_first,
    a_task_a_broken_session_has_left_is_claimed_again_as_uncertain,
    what_is_uncertain_comes_before_everything_queued,
    of_two_sessions_only_one_has_a_fresh_task,
    a_retry_waits_for_its_time,
    a_retry_does_not_hold_up_the_others,
    a_retry_is_certain_and_counts_its_attempts,
    tasks_of_other_devices_are_left_alone,
    many_tasks_are_claimed_once_each,
}

/// Covers P2.
async fn a_claimed_task_is_running_before_it_leaves(store: &dyn Store) {
    let device = device(store, "A").await;
    let queued = queue(store, reboot(id(1), device)).await;
    let claimed = claim(store, device, at(5)).await;
    let running = Task {
        state: TaskState::Running,
        updated: at(5),
        attempts: 1,
        ..queued
    };
    assert_eq!(claimed.certainty, Certainty::Fresh);
    assert_eq!(claimed.task, running);
    assert_eq!(task(store, id(1)).await, running);
}

async fn the_oldest_task_is_claimed_first(store: &dyn Store) {
    let device = device(store, "A").await;
    for number in [2, 3, 1] {
        queue(store, reboot(id(number), device)).await;
    }
    for number in [1, 2, 3] {
        let claimed = claim(store, device, at(number)).await;
        assert_eq!(claimed.task.id, id(number));
        finish(store, id(number), done(), at(number)).await;
    }
    assert_eq!(store.task_claim_next(device, at(9)).await.unwrap(), None);
}

/// Covers P2.
async fn a_task_a_broken_session_has_left_is_claimed_again_as_uncertain(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    // The first two sessions that break off cost no time; those behind them cost 1, 5 and 25 minutes.
    for (attempt, secs) in [(2, 2), (3, 3), (4, 63), (5, 363)] {
        if attempt > 3 {
            let early = store.task_claim_next(device, at(secs - 1)).await;
            assert_eq!(early.unwrap(), None, "it pauses");
        }
        let again = claim(store, device, at(secs)).await;
        assert_eq!(again.certainty, Certainty::Uncertain);
        assert_eq!(again.task.id, id(1));
        assert_eq!((again.task.attempts, again.only_ask), (attempt, false));
    }
}

async fn what_is_uncertain_comes_before_everything_queued(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(5), device)).await;
    claim(store, device, at(1)).await;
    queue(store, reboot(id(1), device)).await;
    let next = claim(store, device, at(2)).await;
    assert_eq!(
        (next.task.id, next.certainty),
        (id(5), Certainty::Uncertain)
    );
    finish(store, id(5), done(), at(3)).await;
    let next = claim(store, device, at(4)).await;
    assert_eq!((next.task.id, next.certainty), (id(1), Certainty::Fresh));
}

async fn of_two_sessions_only_one_has_a_fresh_task(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    queue(store, reboot(id(2), device)).await;
    let claims = join_all((0..3).map(|_| claim(store, device, at(1)))).await;
    let fresh = claims
        .iter()
        .filter(|claimed| claimed.certainty == Certainty::Fresh)
        .count();
    assert_eq!(fresh, 1);
    for claimed in claims {
        assert_eq!(claimed.task.id, id(1), "one RPC stream");
    }
}

async fn a_retry_waits_for_its_time(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), retry(at(100)), at(2)).await;
    let waiting = task(store, id(1)).await;
    assert_eq!(waiting.state, TaskState::Queued);
    assert_eq!(waiting.not_before, Some(at(100)));
    assert_eq!(waiting.fault.unwrap().text, "it was busy");
    assert_eq!(store.task_claim_next(device, at(99)).await.unwrap(), None);
    assert_eq!(claim(store, device, at(100)).await.task.id, id(1));
}

async fn a_retry_does_not_hold_up_the_others(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    queue(store, reboot(id(2), device)).await;
    claim(store, device, at(1)).await;
    finish(store, id(1), retry(at(100)), at(2)).await;
    assert_eq!(claim(store, device, at(3)).await.task.id, id(2));
    finish(store, id(2), done(), at(4)).await;
    assert_eq!(store.task_claim_next(device, at(5)).await.unwrap(), None);
    assert_eq!(claim(store, device, at(101)).await.task.id, id(1));
}

async fn a_retry_is_certain_and_counts_its_attempts(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    for attempt in 1..4u32 {
        let now = at(u64::from(attempt) * 10);
        let claimed = claim(store, device, now).await;
        assert_eq!(
            claimed.certainty,
            Certainty::Fresh,
            "the device has answered"
        );
        assert_eq!(claimed.task.attempts, attempt);
        finish(store, id(1), retry(now.plus_secs(5)), now).await;
    }
    claim(store, device, at(100)).await;
    finish(store, id(1), done(), at(101)).await;
    let ended = task(store, id(1)).await;
    assert_eq!((ended.state, ended.attempts), (TaskState::Done, 4));
    assert_eq!((ended.fault, ended.not_before), (None, None));
}

async fn tasks_of_other_devices_are_left_alone(store: &dyn Store) {
    let one = device(store, "A").await;
    let other = device(store, "B").await;
    queue(store, reboot(id(1), one)).await;
    assert_eq!(store.task_claim_next(other, at(1)).await.unwrap(), None);
    assert_eq!(claim(store, one, at(1)).await.task.id, id(1));
    queue(store, reboot(id(2), other)).await;
    assert_eq!(claim(store, other, at(2)).await.task.id, id(2));
}

async fn many_tasks_are_claimed_once_each(store: &dyn Store) {
    let devices = fleet(store, 8).await;
    for (number, device) in (0..).zip(&devices) {
        for part in 0..5 {
            queue(store, reboot(id(number * 100 + part), *device)).await;
        }
    }
    let work_off = |device: Id| async move {
        let mut claimed = Vec::new();
        while let Some(next) = store.task_claim_next(device, at(1)).await.unwrap() {
            assert_eq!(next.certainty, Certainty::Fresh);
            claimed.push(next.task.id);
            finish(store, next.task.id, done(), at(2)).await;
        }
        claimed
    };
    let claimed = join_all(devices.iter().map(|device| work_off(*device))).await;
    for (number, claimed) in (0..).zip(claimed) {
        let expected: Vec<Id> = (0..5).map(|part| id(number * 100 + part)).collect();
        assert_eq!(claimed, expected);
    }
}
