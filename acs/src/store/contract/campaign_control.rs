//! Campaigns and the people who watch them: failure limits, pause, resume, abort.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_campaign_pauses_when_so_many_devices_have_failed,
    without_a_failure_limit_a_campaign_never_pauses,
    resuming_forgives_the_failures_so_far,
    a_paused_campaign_starts_nobody_and_finishes_what_is_under_way,
    an_aborted_campaign_withdraws_what_has_not_begun,
    an_aborted_campaign_still_records_what_was_under_way,
    an_aborted_campaign_does_not_try_again,
    an_aborted_campaign_does_not_ask_again_for_a_lost_transfer,
    what_has_ended_cannot_be_decided_again,
    nobody_can_declare_a_campaign_done,
}

/// Starts the next device and has its download fail.
async fn one_fails(store: &dyn Store, campaign: Id, now: u64) -> usize {
    let started = advance(store, campaign, at(now)).await;
    for device in &started {
        let claimed = claim(store, *device, at(now + 1)).await;
        finish(store, claimed.task.id, failed(), at(now + 2)).await;
    }
    started.len()
}

async fn limited(store: &dyn Store, devices: usize, failure_limit: u32) {
    fleet(store, devices).await;
    let campaign = Campaign {
        failure_limit,
        ..new_campaign(id(1), 1)
    };
    store
        .campaign_create(&ANN, campaign, Consent::ANY)
        .await
        .unwrap();
}

async fn a_campaign_pauses_when_so_many_devices_have_failed(store: &dyn Store) {
    limited(store, 5, 2).await;
    assert_eq!(one_fails(store, id(1), 10).await, 1);
    assert_eq!(one_fails(store, id(1), 20).await, 1);
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    assert_eq!(advance(store, id(1), at(30)).await, []);
    let (paused, counts) = look(store, id(1)).await;
    assert_eq!(paused.state, CampaignState::Paused);
    assert_eq!((counts.failed, counts.pending), (2, 3));
    assert_eq!(advance(store, id(1), at(40)).await, []);
}

async fn without_a_failure_limit_a_campaign_never_pauses(store: &dyn Store) {
    limited(store, 5, 0).await;
    for round in 1..6 {
        assert_eq!(one_fails(store, id(1), round * 10).await, 1);
    }
    advance(store, id(1), at(100)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Done);
}

async fn resuming_forgives_the_failures_so_far(store: &dyn Store) {
    limited(store, 6, 2).await;
    for now in [10, 20] {
        one_fails(store, id(1), now).await;
    }
    assert_eq!(one_fails(store, id(1), 30).await, 0);
    decide(store, id(1), CampaignState::Running).await;
    assert_eq!(one_fails(store, id(1), 40).await, 1);
    assert_eq!(one_fails(store, id(1), 50).await, 1);
    assert_eq!(one_fails(store, id(1), 60).await, 0, "two more have failed");
    let (paused, counts) = look(store, id(1)).await;
    assert_eq!(paused.state, CampaignState::Paused);
    assert_eq!((counts.failed, counts.pending), (4, 2));
}

async fn a_paused_campaign_starts_nobody_and_finishes_what_is_under_way(store: &dyn Store) {
    let devices = fleet(store, 4).await;
    campaign(store, id(1), 2).await;
    advance(store, id(1), at(1)).await;
    let task = transferring(store, devices[0], at(2)).await;
    decide(store, id(1), CampaignState::Paused).await;
    assert_eq!(advance(store, id(1), at(51)).await, []);
    transferred(store, task, at(52)).await;
    reports(store, devices[0], NEW, at(53)).await;
    assert_eq!(step(store, id(1), devices[0]).await, CampaignStep::Done);
    // The second one was started before the pause and may come at any time.
    let second = transferring(store, devices[1], at(54)).await;
    transferred(store, second, at(55)).await;
    assert_eq!(advance(store, id(1), at(56)).await, []);
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Paused);
    decide(store, id(1), CampaignState::Running).await;
    assert_eq!(advance(store, id(1), at(57)).await, [devices[2]]);
}

async fn an_aborted_campaign_withdraws_what_has_not_begun(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    campaign(store, id(1), 2).await;
    let keys = vec![id(50), id(51)];
    store.campaign_advance(id(1), keys, at(1)).await.unwrap();
    decide(store, id(1), CampaignState::Aborted).await;
    let (aborted, counts) = look(store, id(1)).await;
    assert_eq!(aborted.state, CampaignState::Aborted);
    assert_eq!(counts.pending, 3, "nobody was upgraded, nobody has failed");
    for (task, device) in [(id(50), devices[0]), (id(51), devices[1])] {
        assert_eq!(state(store, task).await, TaskState::Cancelled);
        let next = store.task_claim_next(device, at(51)).await;
        assert_eq!(next.unwrap(), None);
    }
    assert_eq!(advance(store, id(1), at(52)).await, []);
}

async fn an_aborted_campaign_still_records_what_was_under_way(store: &dyn Store) {
    let devices = fleet(store, 2).await;
    campaign(store, id(1), 2).await;
    advance(store, id(1), at(1)).await;
    let first = transferring(store, devices[0], at(2)).await;
    let second = claim(store, devices[1], at(2)).await.task.id;
    decide(store, id(1), CampaignState::Aborted).await;
    transferred(store, first, at(51)).await;
    assert_eq!(
        step(store, id(1), devices[0]).await,
        CampaignStep::Verifying
    );
    reports(store, devices[0], NEW, at(52)).await;
    assert_eq!(step(store, id(1), devices[0]).await, CampaignStep::Done);
    finish(store, second, failed(), at(53)).await;
    assert_eq!(step(store, id(1), devices[1]).await, CampaignStep::Failed);
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Aborted);
}

async fn an_aborted_campaign_does_not_try_again(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let task = claim(store, device, at(2)).await.task.id;
    decide(store, id(1), CampaignState::Aborted).await;
    finish(store, task, retry(at(60)), at(55)).await;
    assert_eq!(state(store, task).await, TaskState::Failed);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Failed);
    assert_eq!(store.task_claim_next(device, at(61)).await.unwrap(), None);
}

async fn an_aborted_campaign_does_not_ask_again_for_a_lost_transfer(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let task = transferring(store, device, at(2)).await;
    decide(store, id(1), CampaignState::Aborted).await;
    let lost = store.task_requeue_lost_transfers(at(2), at(60)).await;
    assert_eq!(lost.unwrap(), 1);
    assert_eq!(state(store, task).await, TaskState::Failed);
    assert_eq!(step(store, id(1), device).await, CampaignStep::Failed);
    assert_eq!(store.task_claim_next(device, at(61)).await.unwrap(), None);
}

async fn what_has_ended_cannot_be_decided_again(store: &dyn Store) {
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    campaign(store, id(2), 1).await;
    decide(store, id(2), CampaignState::Aborted).await;
    for (campaign, ended) in [
        (id(1), CampaignState::Done),
        (id(2), CampaignState::Aborted),
    ] {
        for wanted in [
            CampaignState::Running,
            CampaignState::Paused,
            CampaignState::Aborted,
        ] {
            let refused = store
                .campaign_set_state(&ANN, campaign, wanted, at(2))
                .await;
            assert!(conflicts(&refused), "{ended:?} to {wanted:?}");
        }
        assert_eq!(campaign_state(store, campaign).await, ended);
    }
}

async fn nobody_can_declare_a_campaign_done(store: &dyn Store) {
    device(store, "A").await;
    campaign(store, id(1), 1).await;
    let refused = store
        .campaign_set_state(&ANN, id(1), CampaignState::Done, at(1))
        .await;
    assert!(conflicts(&refused), "it is done when its devices are");
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
}
