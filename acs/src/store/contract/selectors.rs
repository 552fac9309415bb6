//! What selectors of profiles ask for: a device is compared anew when any of it changes, and left alone otherwise.

use super::support::*;
use crate::health::{Thresholds, rules::conclude};
use crate::provisioning::evidence::Asked;
use crate::provisioning::selector::{DeviceView, selects};
use crate::store::*;
use cwmp::EventCode;
use data_model::Timestamp;

super::cases! {
    store:
    a_parameter_that_is_asked_for_has_the_device_compared_anew,
    a_parameter_nobody_asks_for_does_not,
    a_parameter_that_goes_is_a_change_too,
    what_was_read_counts_as_what_was_informed,
    health_registration_and_campaigns_are_watched_once_asked_for,
    what_profiles_bring_about_does_not_choose_them_anew,
    what_an_inform_says_of_the_device_is_watched_once_asked_for,
    what_is_looked_up_decides_as_a_list_of_devices_does,
    counts_need_no_index,
    what_is_chosen_during_a_walk_needs_another_one,
}

const MODE: &str = "Device.X_EXAMPLE.Mode";
const LINE: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";

/// Puts a profile in force for the devices of a query; gives the stamp.
async fn select_by(store: &dyn Store, query: &str) -> u64 {
    let profile = Profile {
        name: "p".into(),
        selector: selector(query),
        ..Profile::default()
    };
    let revision = NewRevision {
        profile,
        comment: String::new(),
        publish: Publish::AtOnce,
    };
    store.profile_write(&ANN, revision, START).await.unwrap();
    store.profiles_in_force().await.unwrap().0
}

fn selector(query: &str) -> Selector {
    Selector {
        query: Some(query.parse().unwrap()),
        ..Selector::default()
    }
}

async fn says(store: &dyn Store, name: &str, value: &str, now: u64) -> ProfileStamps {
    let inform = inform("A", at(now), &[EventCode::Periodic]);
    let inform = saying(inform, name, value);
    store.record_inform(inform).await.unwrap().stamps
}

/// Has the device agree with the profiles as they are.
async fn settle(store: &dyn Store, device: Id, stamp: u64, now: u64) {
    agree(store, device, stamp, "", Observed::default(), at(now)).await;
}

async fn a_parameter_that_is_asked_for_has_the_device_compared_anew(store: &dyn Store) {
    let device = device(store, "A").await;
    says(store, MODE, "1", 1).await;
    let stamp = select_by(store, &format!("{MODE} = 2")).await;
    // The first report since then may have been a change.
    says(store, MODE, "1", 2).await;
    settle(store, device, stamp, 3).await;
    for now in 4..7 {
        assert_eq!(says(store, MODE, "1", now).await.agreed, stamp, "{now}");
    }
    let before = found(store, device).await.provisioning.revision;
    assert_eq!(
        says(store, MODE, "2", 8).await.agreed,
        0,
        "in this very session"
    );
    // A comparison that began before does not count.
    let late = agreement(stamp, before, "");
    let kept = store.provisioning_agreed(device, late, Observed::default(), at(9));
    kept.await.unwrap();
    assert_eq!(says(store, MODE, "2", 10).await.agreed, 0);
    settle(store, device, stamp, 11).await;
    assert_eq!(says(store, MODE, "2", 12).await.agreed, stamp);
    assert_eq!(says(store, MODE, "2", 13).await.agreed, stamp);
}

async fn a_parameter_nobody_asks_for_does_not(store: &dyn Store) {
    let device = device(store, "A").await;
    let stamp = select_by(store, "Device.X_EXAMPLE.Other = 2").await;
    settle(store, device, stamp, 1).await;
    for (now, value) in [(2, "1"), (3, "2"), (4, "3")] {
        assert_eq!(says(store, MODE, value, now).await.agreed, stamp);
    }
    // What is asked for no more is watched no more.
    let stamp = select_by(store, &format!("{MODE} = 2")).await;
    says(store, MODE, "3", 5).await;
    settle(store, device, stamp, 6).await;
    assert_eq!(says(store, MODE, "4", 7).await.agreed, 0);
    store.profile_delete(&ANN, "p", at(8)).await.unwrap();
    let stamp = store.profiles_in_force().await.unwrap().0;
    settle(store, device, stamp, 9).await;
    assert_eq!(says(store, MODE, "5", 10).await.agreed, stamp);
}

async fn a_parameter_that_goes_is_a_change_too(store: &dyn Store) {
    let device = device(store, "A").await;
    let stamp = select_by(store, &format!("{MODE} exists")).await;
    says(store, MODE, "1", 1).await;
    settle(store, device, stamp, 2).await;
    let gone = Observed {
        complete_below: vec!["Device.X_EXAMPLE.".into()],
        ..observed(&[("Device.X_EXAMPLE.Else", "1")])
    };
    store.snapshot_merge(device, gone, at(3)).await.unwrap();
    assert_eq!(comes(store, "A", at(4)).await.stamps.agreed, 0);
}

async fn what_was_read_counts_as_what_was_informed(store: &dyn Store) {
    let device = device(store, "A").await;
    let stamp = select_by(store, r#"param("~.X_EXAMPLE.*") = 2"#).await;
    let seen = |value| observed(&[(MODE, value), ("Device.Uptime", value)]);
    store
        .snapshot_merge(device, seen("1"), at(1))
        .await
        .unwrap();
    settle(store, device, stamp, 2).await;
    store
        .snapshot_merge(device, seen("1"), at(3))
        .await
        .unwrap();
    assert_eq!(comes(store, "A", at(4)).await.stamps.agreed, stamp);
    store
        .snapshot_merge(device, seen("2"), at(5))
        .await
        .unwrap();
    assert_eq!(comes(store, "A", at(6)).await.stamps.agreed, 0);
}

async fn conclude_all(store: &dyn Store, now: Timestamp) {
    let work = store.health_work(now, 100).await.unwrap();
    let verdicts = work
        .iter()
        .map(|work| conclude(work, &Thresholds::default(), START, now));
    store.health_keep(verdicts.collect(), now).await.unwrap();
}

async fn health_registration_and_campaigns_are_watched_once_asked_for(store: &dyn Store) {
    let device = device(store, "A").await;
    says(store, LINE, "Up", 1).await;
    conclude_all(store, at(1)).await;
    let mut now = 10;
    for (query, expected) in [
        (r#"health = "critical""#, 0),
        (r#"line.state = "error""#, 0),
        (r#"tag = "x""#, 1),
    ] {
        let stamp = select_by(store, query).await;
        says(store, LINE, "Up", now).await;
        conclude_all(store, at(now)).await;
        settle(store, device, stamp, now).await;
        says(store, LINE, "Error", now + 1).await;
        conclude_all(store, at(now + 1)).await;
        let agreed = comes(store, "A", at(now + 2)).await.stamps.agreed;
        assert_eq!(agreed, stamp * expected, "{query}");
        now += 10;
    }
    for (query, expected) in [
        (r#"campaign("upgrade") = "upgrading""#, 0),
        (r#"campaign("another") = "upgrading""#, 1),
    ] {
        let stamp = select_by(store, query).await;
        settle(store, device, stamp, now).await;
        let mut planned = new_campaign(id(now), 1);
        planned.name = "upgrade".into();
        let campaign = planned.id;
        let consent = Consent {
            above: u64::MAX,
            devices: None,
        };
        store.campaign_create(&ANN, planned, consent).await.unwrap();
        settle(store, device, stamp, now).await;
        advance(store, campaign, at(now)).await;
        let agreed = found(store, device).await.provisioning.stamp;
        assert_eq!(agreed, stamp * expected, "{query}");
        decide(store, campaign, CampaignState::Aborted).await;
        now += 10;
    }
}

/// A profile that is for devices in good health and is refused would come and go for ever.
async fn what_profiles_bring_about_does_not_choose_them_anew(store: &dyn Store) {
    let device = device(store, "A").await;
    conclude_all(store, at(1)).await;
    let stamp = select_by(store, r#"health = "ok""#).await;
    let failed = store.provisioning_failed(device, stamp, TaskFault::ours("no"), at(2));
    failed.await.unwrap();
    conclude_all(store, at(3)).await;
    let health = store.health(device).await.unwrap().unwrap();
    assert_eq!(health.state, HealthState::Warning);
    assert_eq!(comes(store, "A", at(4)).await.stamps.failed, stamp);
}

async fn what_an_inform_says_of_the_device_is_watched_once_asked_for(store: &dyn Store) {
    let device = device(store, "A").await;
    let hardware = "Device.DeviceInfo.HardwareVersion";
    let mut now = 10;
    for (query, expected) in [(r#"hardware_version = "2""#, 0), (r#"tag = "x""#, 1)] {
        let stamp = select_by(store, query).await;
        says(store, hardware, "1", now).await;
        settle(store, device, stamp, now).await;
        assert_eq!(says(store, hardware, "1", now + 1).await.agreed, stamp);
        let agreed = says(store, hardware, "2", now + 2).await.agreed;
        assert_eq!(agreed, stamp * expected, "{query}");
        now += 10;
    }
}

/// What a session decides for one device is what a list of devices finds.
async fn what_is_looked_up_decides_as_a_list_of_devices_does(store: &dyn Store) {
    let devices = fleet(store, 8).await;
    for (number, device) in devices.iter().enumerate() {
        let seen = observed(&[(MODE, &(number % 3).to_string()), (LINE, "Up")]);
        store.snapshot_merge(*device, seen, at(1)).await.unwrap();
        if number % 2 == 0 {
            let lost = observed(&[(LINE, "Error")]);
            store.snapshot_merge(*device, lost, at(2)).await.unwrap();
        }
    }
    conclude_all(store, at(3)).await;
    let mut planned = new_campaign(id(77), 3);
    planned.name = "upgrade".into();
    let consent = Consent {
        above: u64::MAX,
        devices: None,
    };
    store.campaign_create(&ANN, planned, consent).await.unwrap();
    advance(store, id(77), at(4)).await;
    for query in [
        format!("{MODE} = 1"),
        format!(r#"not {MODE} > 0 and health = "critical""#),
        r#"health.reason = "registration_lost""#.to_owned(),
        r#"line.state = "registered" or campaign("upgrade") = "upgrading""#.to_owned(),
        r#"campaign("upgrade") = "pending" and campaign("another") != "done""#.to_owned(),
        r#"account exists or not line.number exists"#.to_owned(),
    ] {
        let selector = selector(&query);
        let mut asked = Asked::default();
        asked.add(&selector);
        let filter = DeviceFilter {
            selector: selector.clone(),
            ..DeviceFilter::default()
        };
        let page = Page {
            after: None,
            limit: 100,
        };
        let listed = store.device_list(&filter, page).await.unwrap();
        let listed: Vec<Id> = listed.iter().map(|device| device.id).collect();
        assert!(!listed.is_empty(), "{query}");
        for id in &devices {
            let device = found(store, *id).await;
            let evidence = store.selector_evidence(*id, asked.clone()).await.unwrap();
            let chosen = selects(&selector, &DeviceView::new(&device, &[], &evidence));
            assert_eq!(chosen, listed.contains(id), "{query}");
        }
    }
}

async fn counts_need_no_index(store: &dyn Store) {
    let devices = fleet(store, 5).await;
    for (number, device) in devices.iter().enumerate() {
        let seen = observed(&[(MODE, &number.to_string())]);
        store.snapshot_merge(*device, seen, at(1)).await.unwrap();
    }
    let query = format!("{MODE} < 3");
    let stamp = select_by(store, &query).await;
    settle(store, devices[0], stamp, 2).await;
    settle(store, devices[4], stamp, 2).await;
    for indexed in [false, true] {
        let mut after = None;
        while indexed && let Some(last) = store.index_some(after).await.unwrap() {
            after = Some(last);
        }
        let filter = DeviceFilter {
            selector: selector(&query),
            ..DeviceFilter::default()
        };
        assert_eq!(store.is_indexed(&filter).await.unwrap(), indexed);
        let counts = store.profile_counts(&selector(&query), "p").await.unwrap();
        assert_eq!((counts.devices, counts.agreed, counts.waiting), (3, 1, 2));
    }
}

async fn what_is_chosen_during_a_walk_needs_another_one(store: &dyn Store) {
    fleet(store, 3).await;
    let is_indexed = |query: &'static str| async move {
        let filter = DeviceFilter {
            selector: selector(query),
            ..DeviceFilter::default()
        };
        store.is_indexed(&filter).await.unwrap()
    };
    select_by(store, "Device.One = 1").await;
    let last = store.index_some(None).await.unwrap();
    select_by(store, "Device.Two = 1").await;
    assert_eq!(store.index_some(last).await.unwrap(), None);
    assert!(
        !is_indexed("Device.Two = 1").await,
        "half of the devices are missing"
    );
    let last = store.index_some(None).await.unwrap();
    assert_eq!(store.index_some(last).await.unwrap(), None);
    assert!(is_indexed("Device.Two = 1").await);
    assert!(!is_indexed("Device.One = 1").await, "nobody asks for it");
    // The operator's own choice stays beside it.
    let chosen = vec![crate::query::pattern::Pattern::parse("Device.Three").unwrap()];
    store.index_choose(chosen).await.unwrap();
    let last = store.index_some(None).await.unwrap();
    assert_eq!(store.index_some(last).await.unwrap(), None);
    assert!(is_indexed("Device.Two = 1").await && is_indexed("Device.Three = 1").await);
}
