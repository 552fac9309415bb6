//! Campaigns by stages: who goes first, when the next ones follow, and what stops all of them.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    the_first_devices_by_their_keys_are_the_canaries,
    the_next_stage_waits_for_the_success_of_the_one_before,
    an_open_stage_need_not_be_over_for_the_next_one,
    a_stage_that_falls_short_pauses_the_campaign_and_says_why,
    whoever_resumes_it_opens_the_next_stage,
    failures_pause_by_their_share_of_the_open_stage,
    failures_pause_by_their_number_among_the_last,
    devices_that_need_nothing_are_in_no_stage,
    a_campaign_that_has_ended_says_when,
}

fn staged(stages: Vec<CampaignStage>, success_percent: u32) -> Campaign {
    Campaign {
        plan: CampaignPlan {
            stages,
            success_percent,
            ..CampaignPlan::default()
        },
        ..new_campaign(id(1), 100)
    }
}

async fn start(store: &dyn Store, campaign: Campaign, devices: usize) -> Vec<Id> {
    let devices = fleet(store, devices).await;
    let created = store.campaign_create(&ANN, campaign, Consent::ANY);
    created.await.unwrap();
    devices
}

/// A device takes its download, restarts and reports what it was to get.
async fn succeeds(store: &dyn Store, device: Id, now: u64) {
    let task = transferring(store, device, at(now)).await;
    transferred(store, task, at(now)).await;
    reports(store, device, NEW, at(now)).await;
}

async fn fails(store: &dyn Store, device: Id, now: u64) {
    let claimed = claim(store, device, at(now)).await;
    finish(store, claimed.task.id, failed(), at(now)).await;
}

fn canary() -> Vec<CampaignStage> {
    vec![
        CampaignStage::Count(2),
        CampaignStage::Percent(50),
        CampaignStage::Percent(100),
    ]
}

async fn the_first_devices_by_their_keys_are_the_canaries(store: &dyn Store) {
    let devices = start(store, staged(canary(), 100), 10).await;
    let listed = store.campaign_devices(id(1), ALL).await.unwrap();
    let stages: Vec<u32> = listed.iter().map(|entry| entry.stage).collect();
    assert_eq!(stages, [0, 0, 1, 1, 1, 2, 2, 2, 2, 2]);
    assert_eq!(advance(store, id(1), at(1)).await, devices[..2]);
    assert_eq!(advance(store, id(1), at(2)).await, [], "the rest waits");
}

async fn the_next_stage_waits_for_the_success_of_the_one_before(store: &dyn Store) {
    let devices = start(store, staged(canary(), 100), 10).await;
    advance(store, id(1), at(1)).await;
    succeeds(store, devices[0], 2).await;
    assert_eq!(advance(store, id(1), at(3)).await, [], "one of two");
    assert_eq!(look(store, id(1)).await.0.stage, 0);
    succeeds(store, devices[1], 4).await;
    assert_eq!(advance(store, id(1), at(5)).await, devices[2..5]);
    assert_eq!(look(store, id(1)).await.0.stage, 1);
    for device in &devices[2..5] {
        succeeds(store, *device, 6).await;
    }
    assert_eq!(advance(store, id(1), at(7)).await, devices[5..]);
    let opened = trail(store).await;
    let opened = opened.iter().filter(|line| line.action == "campaign.stage");
    assert_eq!(opened.count(), 2);
}

async fn an_open_stage_need_not_be_over_for_the_next_one(store: &dyn Store) {
    let devices = start(store, staged(canary(), 50), 10).await;
    advance(store, id(1), at(1)).await;
    succeeds(store, devices[1], 2).await;
    assert_eq!(advance(store, id(1), at(3)).await, devices[2..5]);
    assert_eq!(
        step(store, id(1), devices[0]).await,
        CampaignStep::Upgrading
    );
}

async fn a_stage_that_falls_short_pauses_the_campaign_and_says_why(store: &dyn Store) {
    let devices = start(store, staged(canary(), 90), 10).await;
    advance(store, id(1), at(1)).await;
    succeeds(store, devices[0], 2).await;
    fails(store, devices[1], 3).await;
    assert_eq!(advance(store, id(1), at(4)).await, []);
    let (campaign, counts) = look(store, id(1)).await;
    assert_eq!(campaign.state, CampaignState::Paused);
    let why = campaign.reason.unwrap();
    assert!(why.contains("stage 1") && why.contains("1 of 2"), "{why}");
    assert_eq!(counts.pending, 8, "nobody else was touched");
}

async fn whoever_resumes_it_opens_the_next_stage(store: &dyn Store) {
    let devices = start(store, staged(canary(), 90), 10).await;
    advance(store, id(1), at(1)).await;
    fails(store, devices[0], 2).await;
    fails(store, devices[1], 3).await;
    advance(store, id(1), at(4)).await;
    decide(store, id(1), CampaignState::Running).await;
    assert_eq!(advance(store, id(1), at(60)).await, devices[2..5]);
    let campaign = look(store, id(1)).await.0;
    assert_eq!(
        (campaign.state, campaign.reason),
        (CampaignState::Running, None)
    );
}

async fn failures_pause_by_their_share_of_the_open_stage(store: &dyn Store) {
    let mut campaign = staged(vec![], 0);
    campaign.plan.error_percent = 30;
    let devices = start(store, campaign, 10).await;
    advance(store, id(1), at(1)).await;
    for device in &devices[..2] {
        fails(store, *device, 2).await;
    }
    advance(store, id(1), at(3)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    fails(store, devices[2], 4).await;
    advance(store, id(1), at(5)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Paused);
    decide(store, id(1), CampaignState::Running).await;
    advance(store, id(1), at(60)).await;
    let state = campaign_state(store, id(1)).await;
    assert_eq!(state, CampaignState::Running, "three are forgiven");
}

async fn failures_pause_by_their_number_among_the_last(store: &dyn Store) {
    let mut campaign = staged(vec![], 0);
    campaign.plan.recent_failures = Some(RecentFailures { failures: 2, of: 3 });
    let devices = start(store, campaign, 12).await;
    advance(store, id(1), at(1)).await;
    let ends = [false, true, true, false, true, true, false];
    for (number, (device, good)) in devices.iter().zip(ends).enumerate() {
        let now = 10 + number as u64;
        match good {
            true => succeeds(store, *device, now).await,
            false => fails(store, *device, now).await,
        }
        advance(store, id(1), at(now)).await;
        assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    }
    fails(store, devices[7], 20).await;
    advance(store, id(1), at(21)).await;
    let campaign = look(store, id(1)).await.0;
    assert_eq!(campaign.state, CampaignState::Paused);
    assert!(campaign.reason.unwrap().contains("2 of the last 3"));
    decide(store, id(1), CampaignState::Running).await;
    fails(store, devices[8], 60).await;
    advance(store, id(1), at(61)).await;
    let state = campaign_state(store, id(1)).await;
    assert_eq!(state, CampaignState::Running, "what was before is forgiven");
}

async fn devices_that_need_nothing_are_in_no_stage(store: &dyn Store) {
    let devices = fleet(store, 10).await;
    for device in &devices[..6] {
        reports(store, *device, NEW, START).await;
    }
    let campaign = staged(
        vec![CampaignStage::Percent(50), CampaignStage::Percent(100)],
        100,
    );
    let created = store.campaign_create(&ANN, campaign, Consent::ANY);
    created.await.unwrap();
    assert_eq!(
        advance(store, id(1), at(1)).await,
        devices[6..8],
        "half of four"
    );
}

async fn a_campaign_that_has_ended_says_when(store: &dyn Store) {
    let devices = start(store, staged(vec![], 100), 1).await;
    advance(store, id(1), at(1)).await;
    succeeds(store, devices[0], 2).await;
    advance(store, id(1), at(3)).await;
    let campaign = look(store, id(1)).await.0;
    assert_eq!(
        (campaign.state, campaign.ended),
        (CampaignState::Done, Some(at(3)))
    );
}
