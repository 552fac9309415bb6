//! A periodic Inform that brings nothing new is cheap, and yet sees at once whatever there has come to be done.

use super::support::*;
use crate::store::*;
use cwmp::EventCode;

super::cases! {
    store:
    a_device_with_nothing_to_do_is_told_so_each_time,
    a_task_is_due_at_the_next_inform,
    a_task_of_another_device_is_not_due,
    a_refused_task_is_not_due,
    a_task_a_broken_session_has_left_is_due,
    an_ended_task_is_not_due_any_more,
    a_retry_is_due_when_its_time_has_come,
    a_waiting_transfer_is_not_due_until_it_is_queued_again,
    a_task_that_has_expired_is_not_due,
    a_download_of_a_campaign_is_due,
    the_version_a_campaign_waits_for_is_noticed,
    an_agreement_is_told_from_then_on,
    a_refusal_of_profiles_is_told_from_then_on,
    deleting_a_quiet_device_is_noticed,
    a_value_change_is_noticed,
}

/// A device that has come often enough to be known by heart.
async fn quiet(store: &dyn Store, serial_number: &str) -> Id {
    for secs in 0..3 {
        let outcome = comes(store, serial_number, at(secs)).await;
        assert!(!outcome.tasks_due);
    }
    key(serial_number)
}

async fn due(store: &dyn Store, secs: u64) -> bool {
    let first = comes(store, "A", at(secs)).await.tasks_due;
    let second = comes(store, "A", at(secs)).await.tasks_due;
    assert_eq!(first, second, "asking changes nothing");
    first
}

async fn a_device_with_nothing_to_do_is_told_so_each_time(store: &dyn Store) {
    let device = quiet(store, "A").await;
    let usual = [
        EventCode::Periodic,
        EventCode::Scheduled,
        EventCode::ValueChange,
        EventCode::ConnectionRequest,
        EventCode::Heartbeat,
    ];
    for (number, event) in usual.into_iter().enumerate() {
        let now = at(10 + number as u64);
        let outcome = store.record_inform(inform("A", now, &[event])).await;
        let nothing = InformOutcome {
            device,
            first_contact: false,
            tasks_due: false,
            stamps: ProfileStamps::default(),
            admitted: Admitted::Yes,
        };
        assert_eq!(outcome.unwrap(), nothing);
        assert_eq!(found(store, device).await.last_inform, now);
    }
    assert_eq!(found(store, device).await.informs, 8);
}

async fn a_task_is_due_at_the_next_inform(store: &dyn Store) {
    let device = quiet(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    assert!(due(store, 10).await);
}

async fn a_task_of_another_device_is_not_due(store: &dyn Store) {
    quiet(store, "A").await;
    let other = quiet(store, "B").await;
    queue(store, reboot(id(1), other)).await;
    assert!(!due(store, 10).await);
    assert!(comes(store, "B", at(10)).await.tasks_due);
}

async fn a_refused_task_is_not_due(store: &dyn Store) {
    let device = quiet(store, "A").await;
    let other = quiet(store, "B").await;
    queue(store, reboot(id(1), other)).await;
    let refused = store.task_create(&ANN, reboot(id(1), device), START).await;
    assert!(conflicts(&refused));
    assert!(!due(store, 10).await);
    queue(store, reboot(id(2), device)).await;
    assert!(due(store, 11).await);
}

async fn a_task_a_broken_session_has_left_is_due(store: &dyn Store) {
    let device = quiet(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(10)).await;
    assert!(due(store, 20).await);
}

async fn an_ended_task_is_not_due_any_more(store: &dyn Store) {
    let device = quiet(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    queue(store, reboot(id(2), device)).await;
    queue(store, reboot(id(3), device)).await;
    for (task, outcome) in [(id(1), done()), (id(2), failed())] {
        assert_eq!(claim(store, device, at(10)).await.task.id, task);
        finish(store, task, outcome, at(11)).await;
        assert!(due(store, 12).await, "there is a further one");
    }
    store.task_cancel(&ANN, id(3), at(13)).await.unwrap();
    assert!(!due(store, 14).await);
    queue(store, reboot(id(4), device)).await;
    assert!(due(store, 15).await);
}

async fn a_retry_is_due_when_its_time_has_come(store: &dyn Store) {
    let device = quiet(store, "A").await;
    queue(store, reboot(id(1), device)).await;
    claim(store, device, at(10)).await;
    finish(store, id(1), retry(at(100)), at(11)).await;
    for (secs, expected) in [(12, false), (99, false), (100, true), (101, true)] {
        assert_eq!(due(store, secs).await, expected, "{secs}");
    }
}

async fn a_waiting_transfer_is_not_due_until_it_is_queued_again(store: &dyn Store) {
    let device = quiet(store, "A").await;
    queue(store, download(id(1), device, id(900))).await;
    transferring(store, device, at(10)).await;
    assert!(!due(store, 11).await);
    let lost = store.task_requeue_lost_transfers(at(10), at(20)).await;
    assert_eq!(lost.unwrap(), 1);
    assert!(due(store, 21).await);
}

async fn a_task_that_has_expired_is_not_due(store: &dyn Store) {
    let device = quiet(store, "A").await;
    let mut task = reboot(id(1), device);
    task.expires = Some(at(100));
    queue(store, task).await;
    assert!(due(store, 99).await);
    assert!(!due(store, 100).await);
    assert_eq!(store.task_expire(at(101)).await.unwrap(), 1);
    assert!(!due(store, 102).await);
}

async fn a_download_of_a_campaign_is_due(store: &dyn Store) {
    let device = quiet(store, "A").await;
    let campaign = campaign(store, id(1), 1).await;
    assert!(!due(store, 10).await, "it is not its turn");
    assert_eq!(advance(store, campaign, at(11)).await, [device]);
    assert!(due(store, 12).await);
}

async fn the_version_a_campaign_waits_for_is_noticed(store: &dyn Store) {
    let device = quiet(store, "A").await;
    let campaign = campaign(store, id(1), 1).await;
    advance(store, campaign, at(10)).await;
    let task = transferring(store, device, at(11)).await;
    for secs in 12..15 {
        comes(store, "A", at(secs)).await;
    }
    transferred(store, task, at(15)).await;
    for secs in 16..19 {
        comes(store, "A", at(secs)).await;
    }
    assert_eq!(step(store, campaign, device).await, CampaignStep::Verifying);
    reports(store, device, NEW, at(20)).await;
    assert_eq!(step(store, campaign, device).await, CampaignStep::Done);
}

async fn an_agreement_is_told_from_then_on(store: &dyn Store) {
    let device = quiet(store, "A").await;
    for stamp in [1, 2, u64::MAX] {
        let nothing = Observed::default();
        agree(store, device, stamp, "", nothing, at(10)).await;
        for secs in 11..14 {
            let stamps = comes(store, "A", at(secs)).await.stamps;
            assert_eq!(stamps.agreed, stamp);
        }
    }
}

async fn a_refusal_of_profiles_is_told_from_then_on(store: &dyn Store) {
    let device = quiet(store, "A").await;
    for stamp in [1, 2, u64::MAX] {
        let fault = TaskFault::ours("no");
        let failed = store.provisioning_failed(device, stamp, fault, at(10));
        failed.await.unwrap();
        for secs in 11..14 {
            let stamps = comes(store, "A", at(secs)).await.stamps;
            assert_eq!(stamps.failed, stamp);
        }
    }
}

async fn deleting_a_quiet_device_is_noticed(store: &dyn Store) {
    let device = quiet(store, "A").await;
    store.device_delete(&ANN, device, at(10)).await.unwrap();
    assert!(comes(store, "A", at(11)).await.first_contact);
    assert_eq!(found(store, device).await.informs, 1);
}

async fn a_value_change_is_noticed(store: &dyn Store) {
    let device = quiet(store, "A").await;
    for value in ["Down", "Up", "Down"] {
        let change = inform("A", at(10), &[EventCode::ValueChange]);
        let change = saying(change, "Device.Line", value);
        store.record_inform(change).await.unwrap();
        assert_eq!(
            seen(store, device, "Device.Line").await.as_deref(),
            Some(value)
        );
    }
}
