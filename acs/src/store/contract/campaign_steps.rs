//! A campaign step by step: started, transferred, verified; and every way it can fail for a device.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_started_device_gets_a_download_of_the_campaigns_file,
    no_more_devices_are_under_way_than_the_campaign_allows,
    no_more_devices_are_started_than_there_are_keys_for_tasks,
    a_transfer_that_is_complete_is_still_to_be_verified,
    a_device_is_done_only_when_it_reports_the_version,
    a_download_that_was_applied_at_once_is_still_to_be_verified,
    the_version_may_be_reported_before_the_transfer,
    a_transfer_that_failed_fails_the_device,
    a_task_that_failed_fails_the_device,
    a_task_that_was_withdrawn_fails_the_device,
    a_device_that_does_not_come_does_not_hold_up_its_campaign,
    a_device_that_never_reports_the_version_fails_at_its_deadline,
    a_device_that_has_failed_stays_failed,
    a_device_that_runs_the_version_before_its_turn_is_skipped,
    a_campaign_is_done_when_every_device_has_ended,
}

async fn a_started_device_gets_a_download_of_the_campaigns_file(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    let started = store.campaign_advance(id(1), vec![id(50)], at(5)).await;
    assert_eq!(started.unwrap(), [device]);
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(
        (entry.step, entry.task, entry.updated),
        (CampaignStep::Upgrading, Some(id(50)), at(5))
    );
    let task = task(store, id(50)).await;
    let kind = TaskKind::Download {
        file: campaign_file(),
        target_file_name: String::new(),
    };
    assert_eq!((task.device, task.kind), (device, kind));
    assert_eq!((task.state, task.created), (TaskState::Queued, at(5)));
    assert_eq!(task.campaign, Some(id(1)));
    assert_eq!(task.created_by, "job:campaigns");
}

async fn no_more_devices_are_under_way_than_the_campaign_allows(store: &dyn Store) {
    let devices = fleet(store, 5).await;
    campaign(store, id(1), 2).await;
    assert_eq!(advance(store, id(1), at(1)).await, devices[..2]);
    assert_eq!(advance(store, id(1), at(2)).await, []);
    let task = transferring(store, devices[0], at(3)).await;
    transferred(store, task, at(4)).await;
    assert_eq!(advance(store, id(1), at(5)).await, [], "not verified yet");
    reports(store, devices[0], NEW, at(6)).await;
    assert_eq!(advance(store, id(1), at(7)).await, [devices[2]]);
    claim(store, devices[1], at(8)).await;
    let entry = in_campaign(store, id(1), devices[1]).await;
    finish(store, entry.task.unwrap(), failed(), at(9)).await;
    assert_eq!(advance(store, id(1), at(10)).await, [devices[3]]);
    let (_, counts) = look(store, id(1)).await;
    let expected = CampaignCounts {
        pending: 1,
        upgrading: 2,
        done: 1,
        failed: 1,
        ..CampaignCounts::default()
    };
    assert_eq!(counts, expected);
}

async fn no_more_devices_are_started_than_there_are_keys_for_tasks(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    campaign(store, id(1), 10).await;
    let none = store.campaign_advance(id(1), vec![], at(1)).await;
    assert_eq!(none.unwrap(), []);
    let two = store.campaign_advance(id(1), vec![id(50), id(51)], at(2));
    assert_eq!(two.await.unwrap(), devices[..2]);
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    assert_eq!(advance(store, id(1), at(3)).await, devices[2..]);
}

/// A device whose campaign waits for its transfer; gives the task.
async fn under_way(store: &dyn Store) -> (Id, Id) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let task = transferring(store, device, at(2)).await;
    (device, task)
}

async fn a_transfer_that_is_complete_is_still_to_be_verified(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Upgrading);
    assert_eq!(
        transferred(store, task, at(3)).await,
        TransferMatch::Ended(task)
    );
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(
        (entry.step, entry.updated),
        (CampaignStep::Verifying, at(3))
    );
    assert_eq!(state(store, task).await, TaskState::Done);
    transferred(store, task, at(4)).await;
    let again = in_campaign(store, id(1), device).await;
    assert_eq!(
        again, entry,
        "a device that repeats itself starts nothing over"
    );
}

async fn a_device_is_done_only_when_it_reports_the_version(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    transferred(store, task, at(3)).await;
    for version in ["1.0", "2.0-rc1", "02.0", ""] {
        reports(store, device, version, at(4)).await;
        assert_eq!(
            step(store, id(1), device).await,
            CampaignStep::Verifying,
            "`{version}`"
        );
    }
    reports(store, device, NEW, at(5)).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!((entry.step, entry.updated), (CampaignStep::Done, at(5)));
    reports(store, device, "1.0", at(6)).await;
    assert_eq!(in_campaign(store, id(1), device).await, entry);
}

async fn a_download_that_was_applied_at_once_is_still_to_be_verified(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let claimed = claim(store, device, at(2)).await;
    finish(store, claimed.task.id, done(), at(3)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Verifying);
    reports(store, device, NEW, at(4)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
}

/// The Inform after the reboot comes before the TransferComplete of the same session.
async fn the_version_may_be_reported_before_the_transfer(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    reports(store, device, NEW, at(3)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
    assert_eq!(
        transferred(store, task, at(4)).await,
        TransferMatch::Ended(task)
    );
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!((entry.step, entry.updated), (CampaignStep::Done, at(3)));
    assert_eq!(state(store, task).await, TaskState::Done);
}

async fn a_transfer_that_failed_fails_the_device(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let fault = TaskFault {
        code: 9018,
        text: "File authentication failure".into(),
        parameters: vec![],
    };
    let key = self::task(store, task).await.command_key();
    let matched = store.transfer_complete(device, &key, Some(fault.clone()), at(3));
    assert_eq!(matched.await.unwrap(), TransferMatch::Ended(task));
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!((entry.step, entry.updated), (CampaignStep::Failed, at(3)));
    assert_eq!((entry.fault, entry.task), (Some(fault), Some(task)));
}

async fn a_task_that_failed_fails_the_device(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let claimed = claim(store, device, at(2)).await;
    finish(store, claimed.task.id, retry(at(3)), at(2)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Upgrading);
    let claimed = claim(store, device, at(3)).await;
    finish(store, claimed.task.id, failed(), at(4)).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    assert_eq!(entry.fault, Some(TaskFault::ours("it failed")));
}

async fn a_task_that_was_withdrawn_fails_the_device(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    store
        .campaign_advance(id(1), vec![id(50)], at(1))
        .await
        .unwrap();
    store.task_cancel(&ANN, id(50), at(2)).await.unwrap();
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!((entry.step, entry.updated), (CampaignStep::Failed, at(2)));
    assert!(entry.fault.is_some());
}

async fn a_device_that_does_not_come_does_not_hold_up_its_campaign(store: &dyn Store) {
    let devices = fleet(store, 2).await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let entry = in_campaign(store, id(1), devices[0]).await;
    let expires = task(store, entry.task.unwrap()).await.expires;
    let expires = expires.expect("nobody is waited for without end");
    assert!(expires > at(1));
    assert_eq!(store.task_expire(expires).await.unwrap(), 1);
    let entry = in_campaign(store, id(1), devices[0]).await;
    assert_eq!((entry.step, entry.updated), (CampaignStep::Failed, expires));
    assert_eq!(advance(store, id(1), expires).await, [devices[1]]);
}

async fn a_device_that_never_reports_the_version_fails_at_its_deadline(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    let waiting = store.campaign_expire_verifying(at(100), at(101)).await;
    assert_eq!(waiting.unwrap(), 0, "its transfer is not complete");
    transferred(store, task, at(200)).await;
    let early = store.campaign_expire_verifying(at(199), at(201)).await;
    assert_eq!(early.unwrap(), 0);
    let late = store.campaign_expire_verifying(at(200), at(202)).await;
    assert_eq!(late.unwrap(), 1);
    let again = store.campaign_expire_verifying(at(300), at(301)).await;
    assert_eq!(again.unwrap(), 0);
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!((entry.step, entry.updated), (CampaignStep::Failed, at(202)));
    let why = entry.fault.unwrap().text;
    assert!(why.contains("1.0") && why.contains(NEW), "{why}");
}

async fn a_device_that_has_failed_stays_failed(store: &dyn Store) {
    let (device, task) = under_way(store).await;
    transferred(store, task, at(3)).await;
    let late = store.campaign_expire_verifying(at(3), at(4)).await;
    assert_eq!(late.unwrap(), 1);
    let entry = in_campaign(store, id(1), device).await;
    reports(store, device, NEW, at(5)).await;
    transferred(store, task, at(6)).await;
    advance(store, id(1), at(7)).await;
    assert_eq!(in_campaign(store, id(1), device).await, entry);
}

async fn a_device_that_runs_the_version_before_its_turn_is_skipped(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    campaign(store, id(1), 3).await;
    reports(store, devices[1], NEW, at(1)).await;
    assert_eq!(step(store, id(1), devices[1]).await, CampaignStep::Pending);
    let started = advance(store, id(1), at(2)).await;
    assert_eq!(started, [devices[0], devices[2]]);
    let entry = in_campaign(store, id(1), devices[1]).await;
    assert_eq!((entry.step, entry.task), (CampaignStep::Skipped, None));
    assert_eq!(
        store.task_list(devices[1], ALL).await.unwrap(),
        [],
        "it gets no download"
    );
}

async fn a_campaign_is_done_when_every_device_has_ended(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    reports(store, devices[2], NEW, START).await;
    campaign(store, id(1), 3).await;
    advance(store, id(1), at(1)).await;
    let task = transferring(store, devices[0], at(2)).await;
    transferred(store, task, at(3)).await;
    reports(store, devices[0], NEW, at(4)).await;
    advance(store, id(1), at(5)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    let claimed = claim(store, devices[1], at(6)).await;
    finish(store, claimed.task.id, failed(), at(7)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    assert_eq!(advance(store, id(1), at(8)).await, []);
    let (over, counts) = look(store, id(1)).await;
    assert_eq!(over.state, CampaignState::Done);
    let expected = CampaignCounts {
        done: 1,
        failed: 1,
        skipped: 1,
        ..CampaignCounts::default()
    };
    assert_eq!(counts, expected);
    assert_eq!(advance(store, id(1), at(9)).await, []);
}
