//! Campaigns as they are created and looked at: whom they are for is decided once.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    a_campaign_comes_back_as_it_was_created,
    a_campaign_is_for_the_devices_its_selector_finds_when_it_is_created,
    a_device_that_runs_the_version_already_is_skipped,
    campaigns_are_listed_newest_first_with_their_counts,
    the_devices_of_a_campaign_come_in_the_order_of_their_keys_page_by_page,
    two_campaigns_cannot_have_one_key,
    a_campaign_nobody_has_heard_of_is_none,
    a_campaign_for_nobody_is_done_at_its_first_step,
    a_deleted_device_leaves_its_campaign,
}

async fn a_campaign_comes_back_as_it_was_created(store: &dyn Store) {
    let campaign = Campaign {
        name: "'; --\u{1F600}".into(),
        selector: Selector {
            tags: vec!["west".into()],
            ..Selector::default()
        },
        concurrency: u32::MAX,
        failure_limit: u32::MAX,
        created: at(7),
        ..new_campaign(id(1), 1)
    };
    let created = store
        .campaign_create(&ANN, campaign.clone(), Consent::ANY)
        .await;
    assert_eq!(created.unwrap(), campaign);
    let empty = CampaignCounts::default();
    assert_eq!(look(store, id(1)).await, (campaign, empty));
}

async fn a_campaign_is_for_the_devices_its_selector_finds_when_it_is_created(store: &dyn Store) {
    let devices = fleet(store, 4).await;
    for device in &devices[..2] {
        let tags = vec!["west".into()];
        let set = store.device_set_tags(&ANN, *device, tags, START).await;
        set.unwrap();
    }
    let mut campaign = new_campaign(id(1), 10);
    campaign.selector.tags = vec!["west".into()];
    store
        .campaign_create(&ANN, campaign, Consent::ANY)
        .await
        .unwrap();
    let set = store.device_set_tags(&ANN, devices[0], vec![], at(1)).await;
    set.unwrap();
    let tags = vec!["west".into()];
    let set = store.device_set_tags(&ANN, devices[3], tags, at(1)).await;
    set.unwrap();
    let entries = store.campaign_devices(id(1), ALL).await.unwrap();
    let mut expected = Vec::new();
    for device in &devices[..2] {
        let identity = Some(found(store, *device).await.identity);
        expected.push(CampaignDevice {
            device: *device,
            identity,
            step: CampaignStep::Pending,
            task: None,
            fault: None,
            updated: START,
            stage: 0,
            from_version: "1.0".into(),
            hops: 0,
            started: None,
        });
    }
    assert_eq!(entries, expected);
    let fleet = Scope::default();
    for (step, those) in [
        (CampaignStep::Pending, expected),
        (CampaignStep::Done, vec![]),
    ] {
        let there = store.campaign_devices_within(id(1), &fleet, Some(step), ALL);
        assert_eq!(there.await.unwrap(), those);
    }
    assert_eq!(advance(store, id(1), at(2)).await, devices[..2]);
}

async fn a_device_that_runs_the_version_already_is_skipped(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    reports(store, devices[1], NEW, at(1)).await;
    campaign(store, id(1), 10).await;
    assert_eq!(step(store, id(1), devices[1]).await, CampaignStep::Skipped);
    let counts = CampaignCounts {
        pending: 2,
        skipped: 1,
        ..CampaignCounts::default()
    };
    assert_eq!(look(store, id(1)).await.1, counts);
    let started = advance(store, id(1), at(2)).await;
    assert_eq!(started, [devices[0], devices[2]]);
}

async fn campaigns_are_listed_newest_first_with_their_counts(store: &dyn Store) {
    assert_eq!(store.campaign_list().await.unwrap(), []);
    fleet(store, 3).await;
    for (number, concurrency) in [(2, 1), (3, 2), (1, 3)] {
        campaign(store, id(number), concurrency).await;
    }
    advance(store, id(3), at(1)).await;
    let listed = store.campaign_list().await.unwrap();
    let keys: Vec<Id> = listed.iter().map(|(campaign, _)| campaign.id).collect();
    assert_eq!(keys, [id(3), id(2), id(1)]);
    for (campaign, counts) in listed {
        assert_eq!(look(store, campaign.id).await, (campaign, counts));
        assert_eq!(counts.pending + counts.upgrading, 3);
    }
}

async fn the_devices_of_a_campaign_come_in_the_order_of_their_keys_page_by_page(store: &dyn Store) {
    let devices = fleet(store, 10).await;
    campaign(store, id(1), 1).await;
    let mut listed: Vec<Id> = Vec::new();
    loop {
        let page = Page {
            after: listed.last().copied(),
            limit: 4,
        };
        let entries = store.campaign_devices(id(1), page).await.unwrap();
        if entries.is_empty() {
            break;
        }
        assert!(entries.len() <= 4);
        listed.extend(entries.iter().map(|entry| entry.device));
        assert!(listed.len() <= devices.len(), "pages overlap");
    }
    assert_eq!(listed, devices);
}

async fn two_campaigns_cannot_have_one_key(store: &dyn Store) {
    fleet(store, 2).await;
    campaign(store, id(1), 1).await;
    let before = look(store, id(1)).await;
    device(store, "LATER").await;
    let again = store
        .campaign_create(&ANN, new_campaign(id(1), 99), Consent::ANY)
        .await;
    assert!(conflicts(&again));
    assert_eq!(look(store, id(1)).await, before);
    assert_eq!(store.campaign_list().await.unwrap().len(), 1);
}

async fn a_campaign_nobody_has_heard_of_is_none(store: &dyn Store) {
    device(store, "A").await;
    assert_eq!(store.campaign_find(id(1)).await.unwrap(), None);
    assert_eq!(store.campaign_devices(id(1), ALL).await.unwrap(), []);
    assert_eq!(advance(store, id(1), at(1)).await, []);
    let decided = store
        .campaign_set_state(&ANN, id(1), CampaignState::Paused, at(1))
        .await;
    assert_eq!(decided.unwrap(), None);
    let expired = store.campaign_expire_verifying(at(1), at(2)).await;
    assert_eq!(expired.unwrap(), 0);
    assert_eq!(trail(store).await, []);
}

async fn a_campaign_for_nobody_is_done_at_its_first_step(store: &dyn Store) {
    campaign(store, id(1), 1).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    assert_eq!(advance(store, id(1), at(1)).await, []);
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Done);
}

async fn a_deleted_device_leaves_its_campaign(store: &dyn Store) {
    let devices = fleet(store, 3).await;
    campaign(store, id(1), 2).await;
    assert_eq!(advance(store, id(1), at(1)).await, devices[..2]);
    for device in &devices[1..] {
        store.device_delete(&ANN, *device, at(2)).await.unwrap();
    }
    let counts = CampaignCounts {
        upgrading: 1,
        ..CampaignCounts::default()
    };
    assert_eq!(look(store, id(1)).await.1, counts);
    assert_eq!(advance(store, id(1), at(3)).await, []);
    let task = transferring(store, devices[0], at(4)).await;
    transferred(store, task, at(5)).await;
    reports(store, devices[0], NEW, at(6)).await;
    advance(store, id(1), at(7)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Done);
}
