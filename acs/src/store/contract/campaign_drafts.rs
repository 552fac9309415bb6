//! Campaigns nobody has started yet, those that were not agreed to, and what is told of those that run.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_draft_touches_nobody_until_it_is_started,
    a_campaign_is_started_once,
    a_draft_can_be_given_up_and_nothing_else,
    more_devices_than_were_agreed_to_are_not_upgraded,
    devices_that_have_not_come_for_long_take_no_part,
    only_campaigns_that_run_are_moved_on,
    the_report_says_what_became_of_a_campaign,
    the_trail_of_a_device_goes_with_it,
}

fn draft() -> Campaign {
    Campaign {
        state: CampaignState::Draft,
        started: None,
        ..new_campaign(id(1), 10)
    }
}

async fn a_draft_touches_nobody_until_it_is_started(store: &dyn Store) {
    let early = device(store, "A").await;
    let created = store.campaign_create(&ANN, draft(), Consent::ANY).await;
    assert_eq!(created.unwrap(), draft());
    assert_eq!(advance(store, id(1), at(1)).await, []);
    assert_eq!(
        look(store, id(1)).await,
        (draft(), CampaignCounts::default())
    );
    let late = device(store, "B").await;
    let started = store.campaign_start(&ANN, id(1), Consent::ANY, at(2)).await;
    assert_eq!(started.unwrap(), Some(()));
    let campaign = look(store, id(1)).await.0;
    assert_eq!(
        (campaign.state, campaign.started),
        (CampaignState::Running, Some(at(2)))
    );
    let mut both = [early, late];
    both.sort();
    assert_eq!(
        advance(store, id(1), at(3)).await,
        both,
        "the devices of that moment"
    );
    let trail = trail(store).await;
    assert!(
        trail
            .iter()
            .any(|line| line.action == "campaign.start" && line.actor == "user:ann")
    );
}

async fn a_campaign_is_started_once(store: &dyn Store) {
    device(store, "A").await;
    campaign(store, id(1), 1).await;
    let again = store.campaign_start(&ANN, id(1), Consent::ANY, at(2)).await;
    assert!(conflicts(&again));
    let nothing = store.campaign_start(&ANN, id(9), Consent::ANY, at(2)).await;
    assert_eq!(nothing.unwrap(), None);
}

async fn a_draft_can_be_given_up_and_nothing_else(store: &dyn Store) {
    store
        .campaign_create(&ANN, draft(), Consent::ANY)
        .await
        .unwrap();
    for state in [
        CampaignState::Running,
        CampaignState::Paused,
        CampaignState::Draft,
    ] {
        let decided = store.campaign_set_state(&ANN, id(1), state, at(1)).await;
        assert!(conflicts(&decided), "{state:?}");
    }
    decide(store, id(1), CampaignState::Aborted).await;
    let late = store
        .campaign_start(&ANN, id(1), Consent::ANY, at(60))
        .await;
    assert!(conflicts(&late));
}

/// Covers U06.
async fn more_devices_than_were_agreed_to_are_not_upgraded(store: &dyn Store) {
    let devices = fleet(store, 4).await;
    reports(store, devices[0], NEW, START).await;
    for typed in [None, Some(4), Some(2)] {
        let consent = Consent {
            devices: typed,
            above: 2,
        };
        let created = store
            .campaign_create(&ANN, new_campaign(id(1), 1), consent)
            .await;
        let Err(StoreError::Conflict(why)) = created else {
            panic!("{typed:?}: {created:?}")
        };
        assert!(
            why.contains("3 devices") && why.contains("`confirm_devices`: 3"),
            "{why}"
        );
    }
    assert_eq!(store.campaign_list().await.unwrap(), [], "nothing is kept");
    let consent = Consent {
        devices: None,
        above: 2,
    };
    let created = store.campaign_create(&ANN, draft(), consent).await;
    created.expect("a draft upgrades nobody");
    let refused = store.campaign_start(&ANN, id(1), consent, at(1)).await;
    assert!(conflicts(&refused));
    let typed = Consent {
        devices: Some(3),
        ..consent
    };
    let started = store.campaign_start(&ANN, id(1), typed, at(2)).await;
    assert_eq!(started.unwrap(), Some(()));
    assert_eq!(look(store, id(1)).await.1.pending, 3);
}

async fn devices_that_have_not_come_for_long_take_no_part(store: &dyn Store) {
    let here = device(store, "A").await;
    let late = device(store, "B").await;
    let registered = store
        .device_register(&ANN, &identity("C"), None, START)
        .await;
    let registered = registered.unwrap().id;
    comes(store, "A", at(7_000)).await;
    let mut wish = Campaign {
        created: at(7_200),
        ..new_campaign(id(1), 10)
    };
    wish.plan.overdue_hours = 1;
    store
        .campaign_create(&ANN, wish.clone(), Consent::ANY)
        .await
        .unwrap();
    assert_eq!(advance(store, id(1), at(7_201)).await, [here]);
    for (device, why) in [(late, "overdue"), (registered, "never been here")] {
        let entry = in_campaign(store, id(1), device).await;
        assert_eq!(entry.step, CampaignStep::Excluded);
        let said = entry.fault.unwrap().text;
        assert!(said.contains(why), "{said}");
    }
    wish.id = id(2);
    wish.plan.overdue_hours = 0;
    store
        .campaign_create(&ANN, wish, Consent::ANY)
        .await
        .unwrap();
    let counts = look(store, id(2)).await.1;
    assert_eq!((counts.pending, counts.excluded), (3, 0), "all of them");
}

async fn only_campaigns_that_run_are_moved_on(store: &dyn Store) {
    device(store, "A").await;
    store
        .campaign_create(&ANN, draft(), Consent::ANY)
        .await
        .unwrap();
    campaign(store, id(3), 1).await;
    campaign(store, id(2), 1).await;
    campaign(store, id(4), 1).await;
    decide(store, id(4), CampaignState::Paused).await;
    let running = store.campaigns_running().await.unwrap();
    let keys: Vec<Id> = running.iter().map(|campaign| campaign.id).collect();
    assert_eq!(keys, [id(2), id(3)]);
}

async fn the_report_says_what_became_of_a_campaign(store: &dyn Store) {
    assert_eq!(store.campaign_report(id(1)).await.unwrap(), None);
    let devices = fleet(store, 5).await;
    campaign(store, id(1), 10).await;
    advance(store, id(1), at(1)).await;
    for (number, device) in devices[..3].iter().enumerate() {
        let task = transferring(store, *device, at(2)).await;
        transferred(store, task, at(3)).await;
        reports(store, *device, NEW, at(11 + 10 * number as u64)).await;
    }
    for device in &devices[3..] {
        let claimed = claim(store, *device, at(4)).await;
        finish(store, claimed.task.id, failed(), at(5)).await;
    }
    let report = store.campaign_report(id(1)).await.unwrap().unwrap();
    assert_eq!((report.counts.done, report.counts.failed), (3, 2));
    assert_eq!(report.stages, [report.counts]);
    let failure = FailureGroup {
        code: 0,
        text: "it failed".into(),
        devices: 2,
    };
    assert_eq!((report.failures, report.excluded), (vec![failure], vec![]));
    let durations = Durations {
        shortest_secs: 10,
        median_secs: 20,
        longest_secs: 30,
    };
    assert_eq!(report.durations, Some(durations));
}

async fn the_trail_of_a_device_goes_with_it(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let (entry, events) = store.campaign_device(id(1), device).await.unwrap().unwrap();
    assert_eq!(entry, in_campaign(store, id(1), device).await);
    assert_eq!((events.len(), events[0].task), (1, entry.task));
    store.device_delete(&ANN, device, at(2)).await.unwrap();
    assert_eq!(store.campaign_device(id(1), device).await.unwrap(), None);
    comes(store, "A", at(3)).await;
    assert_eq!(store.campaign_device(id(1), device).await.unwrap(), None);
}
