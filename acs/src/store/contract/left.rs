//! What broken sessions leave: a task that brings its device down each time, a download nobody knows the fate of, a
//! change whose restart does not come. Each of them has an end, and none of them is done twice.

use super::support::*;
use crate::limits::{REBOOT_WAIT_MS, SESSION_TOTAL, TASK_ATTEMPTS};
use crate::store::*;
use cwmp::CommandKey;

super::cases! {
    store:
    a_task_that_breaks_each_session_fails_and_is_in_nobodys_way,
    a_transfer_that_breaks_each_session_waits_for_its_report,
    a_walk_goes_on_at_once_however_often_its_sessions_break,
    a_device_is_not_called_while_its_task_pauses,
    a_task_whose_device_has_broken_off_and_stays_away_expires,
    a_download_left_in_a_broken_session_fails_its_device_in_the_end,
    a_download_left_behind_is_only_asked_for_once_its_time_is_over,
    a_download_left_behind_is_only_asked_for_after_an_abort,
    an_abort_withdraws_what_was_left_behind_long_ago,
    what_a_broken_session_has_left_can_be_withdrawn,
    a_change_that_waits_for_a_restart_can_be_withdrawn_and_has_an_end,
    a_scheduled_download_is_not_lost_before_its_window_has_closed,
    a_transfer_that_was_cancelled_is_not_asked_for_again,
    modules_are_not_changed_twice,
}

const DAY: u64 = 24 * 60 * 60;

/// When a task that breaks each of its sessions can be claimed, with its pauses.
const BREAKS: [u64; TASK_ATTEMPTS as usize] = [1, 2, 3, 63, 363];
/// After its last pause.
const OVER: u64 = 363 + 25 * 60;

async fn break_off(store: &dyn Store, device: Id, task: Id) {
    for secs in BREAKS {
        assert_eq!(claim(store, device, at(secs)).await.task.id, task, "{secs}");
    }
}

async fn a_task_that_breaks_each_session_fails_and_is_in_nobodys_way(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    queue(store, reboot(id(2), device)).await;
    for secs in &BREAKS[..3] {
        assert_eq!(claim(store, device, at(*secs)).await.task.id, id(1));
    }
    let next = claim(store, device, at(4)).await;
    assert_eq!(
        (next.task.id, next.certainty),
        (id(2), Certainty::Fresh),
        "while the first pauses"
    );
    finish(store, id(2), done(), at(5)).await;
    for secs in &BREAKS[3..] {
        assert_eq!(claim(store, device, at(*secs)).await.task.id, id(1));
    }
    queue(store, reboot(id(3), device)).await;
    assert_eq!(claim(store, device, at(OVER)).await.task.id, id(3));
    let failed = task(store, id(1)).await;
    let fault = failed.fault.expect("a reason");
    assert_eq!(failed.state, TaskState::Failed);
    assert_eq!(fault.text, "its session broke off 5 times");
}

/// Covers P2.
async fn a_transfer_that_breaks_each_session_waits_for_its_report(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, download(id(1), device, id(900))).await;
    break_off(store, device, id(1)).await;
    let next = store.task_claim_next(device, at(OVER)).await;
    assert_eq!(next.unwrap(), None);
    assert_eq!(state(store, id(1)).await, TaskState::WaitingForTransfer);
    let matched = transferred(store, id(1), at(OVER + 1)).await;
    assert_eq!(matched, TransferMatch::Ended(id(1)));
    assert_eq!(state(store, id(1)).await, TaskState::Done);
}

/// It asks for less each time, and gives up by itself.
async fn a_walk_goes_on_at_once_however_often_its_sessions_break(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, new_task(id(1), device, TaskKind::Discover)).await;
    for attempt in 1..=TASK_ATTEMPTS + 3 {
        let claimed = claim(store, device, at(u64::from(attempt))).await;
        assert_eq!((claimed.task.id, claimed.task.attempts), (id(1), attempt));
    }
}

async fn a_device_is_not_called_while_its_task_pauses(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    for secs in &BREAKS[..2] {
        claim(store, device, at(*secs)).await;
        let called = store.devices_to_call(at(*secs), 10).await.unwrap();
        assert_eq!(called, [device]);
    }
    claim(store, device, at(3)).await;
    assert_eq!(store.devices_to_call(at(62), 10).await.unwrap(), []);
    assert_eq!(store.devices_to_call(at(63), 10).await.unwrap(), [device]);
}

async fn a_task_whose_device_has_broken_off_and_stays_away_expires(store: &dyn Store) {
    let device = device(store, "A").await;
    let task = NewTask {
        expires: Some(at(10)),
        ..reboot(id(1), device)
    };
    queue(store, task).await;
    claim(store, device, at(9)).await;
    let over = 9 + SESSION_TOTAL.as_secs();
    assert_eq!(store.task_expire(at(over - 1)).await.unwrap(), 0);
    assert_eq!(store.task_expire(at(over)).await.unwrap(), 1);
    let expired = self::task(store, id(1)).await;
    assert_eq!(expired.state, TaskState::Expired);
    assert!(expired.fault.unwrap().text.contains("may have got it"));
}

/// A device with a download of a campaign in a session that has broken off at the second second; gives the task too.
async fn left_behind(store: &dyn Store) -> (Id, Id) {
    let device = device(store, "A").await;
    campaign(store, id(1), 10).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    (device, task)
}

/// The device may have got its image: it must not get it twice, and its place must not stay taken.
///
/// Covers P2.
async fn a_download_left_in_a_broken_session_fails_its_device_in_the_end(store: &dyn Store) {
    let (device, task) = left_behind(store).await;
    assert_eq!(store.task_expire(at(DAY + 1)).await.unwrap(), 0);
    assert_eq!(store.task_expire(at(DAY + 2)).await.unwrap(), 1);
    assert_eq!(state(store, task).await, TaskState::Expired);
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    assert!(entry.fault.unwrap().text.contains("may have got it"));
    advance(store, id(1), at(DAY + 3)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Done);
}

/// Covers P2.
async fn a_download_left_behind_is_only_asked_for_once_its_time_is_over(store: &dyn Store) {
    let (device, task) = left_behind(store).await;
    let again = claim(store, device, at(3)).await;
    assert!(!again.only_ask, "its time is not over");
    let late = claim(store, device, at(DAY + 1)).await;
    assert_eq!((late.task.id, late.only_ask), (task, true));
    finish(store, task, not_there(), at(DAY + 1)).await;
    assert_eq!(state(store, task).await, TaskState::Expired);
    let next = store.task_claim_next(device, at(DAY + 2)).await;
    assert_eq!(next.unwrap(), None, "it does not leave");
}

/// Covers P2.
async fn a_download_left_behind_is_only_asked_for_after_an_abort(store: &dyn Store) {
    let (device, task) = left_behind(store).await;
    decide(store, id(1), CampaignState::Aborted).await;
    assert_eq!(
        state(store, task).await,
        TaskState::Running,
        "its session may be open"
    );
    let again = claim(store, device, at(60)).await;
    assert_eq!((again.task.id, again.only_ask), (task, true));
    finish(store, task, not_there(), at(61)).await;
    assert_eq!(state(store, task).await, TaskState::Failed);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Failed);
}

async fn an_abort_withdraws_what_was_left_behind_long_ago(store: &dyn Store) {
    let (device, task) = left_behind(store).await;
    let late = at(2 + SESSION_TOTAL.as_secs());
    let aborted = store.campaign_set_state(&ANN, id(1), CampaignState::Aborted, late);
    aborted.await.unwrap();
    assert_eq!(state(store, task).await, TaskState::Cancelled);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Failed);
    let next = store.task_claim_next(device, late).await;
    assert_eq!(next.unwrap(), None);
}

async fn what_a_broken_session_has_left_can_be_withdrawn(store: &dyn Store) {
    let device = device(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    let early = store.task_cancel_left(&ANN, id(1), START, at(1)).await;
    assert!(conflicts(&early), "it is queued");
    claim(store, device, at(1)).await;
    claim(store, device, at(5)).await;
    let before = store.task_cancel_left(&ANN, id(1), at(1), at(6)).await;
    assert!(conflicts(&before), "a session has taken it up since");
    assert_eq!(state(store, id(1)).await, TaskState::Running);
    let withdrawn = store.task_cancel_left(&ANN, id(1), at(5), at(6)).await;
    assert_eq!(withdrawn.unwrap(), Some(()));
    assert_eq!(state(store, id(1)).await, TaskState::Cancelled);
    assert_eq!(trail(store).await[0].action, "task.cancel");
    assert_eq!(store.task_claim_next(device, at(7)).await.unwrap(), None);
    let nobody = store.task_cancel_left(&ANN, id(9), at(5), at(6)).await;
    assert_eq!(nobody.unwrap(), None);
}

async fn a_change_that_waits_for_a_restart_can_be_withdrawn_and_has_an_end(store: &dyn Store) {
    let device = device(store, "A").await;
    let result = serde_json::json!({ "status": 1 });
    for number in [1, 2] {
        queue(store, reboot(id(number), device)).await;
        claim(store, device, at(1)).await;
        let waiting = TaskOutcome::WaitingForReboot(result.clone());
        finish(store, id(number), waiting, at(2)).await;
    }
    let withdrawn = store.task_cancel(&ANN, id(1), at(3)).await;
    assert_eq!(withdrawn.unwrap(), Some(()));
    let withdrawn = task(store, id(1)).await;
    assert_eq!(withdrawn.state, TaskState::Cancelled);
    let over = 2 + REBOOT_WAIT_MS / 1000;
    assert_eq!(store.task_expire(at(over - 1)).await.unwrap(), 0);
    assert_eq!(store.task_expire(at(over)).await.unwrap(), 1);
    let expired = task(store, id(2)).await;
    assert_eq!(expired.state, TaskState::Expired);
    assert_eq!(expired.result, Some(result), "the device has accepted it");
    assert!(expired.fault.unwrap().text.contains("not restarted"));
}

async fn a_scheduled_download_is_not_lost_before_its_window_has_closed(store: &dyn Store) {
    let device = device(store, "A").await;
    let window = |start_secs, end_secs| DownloadWindow {
        start_secs,
        end_secs,
        mode: "1 At Any Time".into(),
        user_message: String::new(),
        max_retries: -1,
    };
    let kind = TaskKind::ScheduleDownload {
        file: id(900),
        target_file_name: String::new(),
        windows: vec![window(DAY as u32, 2 * DAY as u32), window(0, 60)],
    };
    queue(store, new_task(id(1), device, kind)).await;
    transferring(store, device, at(1)).await;
    let end = 1 + 2 * DAY;
    let early = store.task_requeue_lost_transfers(at(end - 1), at(end + 60));
    assert_eq!(early.await.unwrap(), 0, "it may have begun a moment ago");
    assert_eq!(state(store, id(1)).await, TaskState::WaitingForTransfer);
    let lost = store.task_requeue_lost_transfers(at(end), at(end + 60));
    assert_eq!(lost.await.unwrap(), 1);
    assert_eq!(state(store, id(1)).await, TaskState::Queued);
}

async fn a_transfer_that_was_cancelled_is_not_asked_for_again(store: &dyn Store) {
    let one = device(store, "A").await;
    let other = device(store, "B").await;
    for (number, device) in [(1, one), (2, other)] {
        queue(store, download(id(number), device, id(900))).await;
        transferring(store, device, at(1)).await;
    }
    // The second names the transfer of another device.
    for (number, transfer) in [(3, 1), (4, 2)] {
        let kind = TaskKind::CancelTransfer { task: id(transfer) };
        queue(store, new_task(id(number), one, kind)).await;
        claim(store, one, at(2)).await;
        finish(store, id(number), done(), at(3)).await;
    }
    assert_eq!(state(store, id(1)).await, TaskState::Cancelled);
    assert_eq!(state(store, id(2)).await, TaskState::WaitingForTransfer);
    let lost = store.task_requeue_lost_transfers(at(9), at(10)).await;
    assert_eq!(lost.unwrap(), 1, "that of the other device");
    assert_eq!(store.task_claim_next(one, at(11)).await.unwrap(), None);
}

async fn modules_are_not_changed_twice(store: &dyn Store) {
    let device = device(store, "A").await;
    let change = || TaskKind::ChangeDuState {
        operations: vec![ModuleOperation::Uninstall {
            uuid: "u".into(),
            version: None,
            environment: None,
        }],
    };
    for number in [1, 2] {
        queue(store, new_task(id(number), device, change())).await;
        claim(store, device, at(1)).await;
        // The session breaks: the device may have begun.
        assert_eq!(store.task_claim_next(device, at(2)).await.unwrap(), None);
        assert_eq!(
            state(store, id(number)).await,
            TaskState::WaitingForTransfer
        );
    }
    let key = CommandKey::from_peer(&id(1).to_string());
    let reported = store.transfer_complete(device, &key, None, at(3)).await;
    assert_eq!(reported.unwrap(), TransferMatch::Ended(id(1)));
    let lost = store.task_requeue_lost_transfers(at(9), at(10)).await;
    assert_eq!(lost.unwrap(), 1);
    let failed = task(store, id(2)).await;
    assert_eq!(failed.state, TaskState::Failed);
    assert!(failed.fault.unwrap().text.contains("DUStateChangeComplete"));
    assert_eq!(store.task_claim_next(device, at(11)).await.unwrap(), None);
}
