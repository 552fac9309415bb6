//! When campaigns start devices: in their own nights, and not on frozen days.

use super::support::*;
use crate::store::*;
use crate::windows::Windows;
use data_model::{DateTime, Timestamp};

super::cases! {
    store:
    devices_are_started_in_their_own_night,
    devices_half_way_go_on_in_their_own_night,
    a_device_that_misses_its_window_waits_for_the_next_one,
    a_device_that_misses_a_week_of_windows_fails,
    a_download_whose_report_is_lost_is_asked_for_before_its_next_turn,
    nobody_is_started_on_a_frozen_day,
}

fn moment(text: &str) -> Timestamp {
    DateTime::from_text(text).instant().unwrap()
}

/// Devices in UTC, in Tokyo by a variable, and in New York by what the device says.
async fn three_zones(store: &dyn Store) -> [Id; 3] {
    let mut devices = [id(0); 3];
    for (place, serial) in devices.iter_mut().zip(["UTC", "TOKYO", "NEWYORK"]) {
        *place = device(store, serial).await;
    }
    let tokyo = vec![("time_zone".to_owned(), "JST-9".to_owned())];
    store
        .device_set_variables(&ANN, devices[1], tokyo, START)
        .await
        .unwrap();
    let says = observed(&[("Device.Time.LocalTimeZone", "EST5EDT,M3.2.0,M11.1.0")]);
    store.snapshot_merge(devices[2], says, START).await.unwrap();
    devices
}

async fn nightly(store: &dyn Store) -> [Id; 3] {
    let devices = three_zones(store).await;
    let plan = CampaignPlan {
        windows: Some(Windows::parse("01:00-05:00").unwrap()),
        ..CampaignPlan::default()
    };
    let campaign = Campaign {
        plan,
        ..new_campaign(id(1), 10)
    };
    let created = store.campaign_create(&ANN, campaign, Consent::ANY).await;
    created.unwrap();
    devices
}

async fn devices_are_started_in_their_own_night(store: &dyn Store) {
    let [utc, tokyo, new_york] = nightly(store).await;
    for (now, expected) in [
        ("2027-02-01T12:00:00Z", vec![]),
        ("2027-02-01T16:30:00Z", vec![tokyo]),
        ("2027-02-02T00:30:00Z", vec![]),
        ("2027-02-02T01:00:00Z", vec![utc]),
        ("2027-02-02T06:00:00Z", vec![new_york]),
        ("2027-02-02T07:00:00Z", vec![]),
    ] {
        assert_eq!(advance(store, id(1), moment(now)).await, expected, "{now}");
    }
}

/// Those of a closed zone do not hide those of an open one.
async fn devices_half_way_go_on_in_their_own_night(store: &dyn Store) {
    for (file, version, minimum_version) in [(campaign_file(), NEW, "1.5"), (id(901), "1.5", "")] {
        let file = FileRecord {
            version: version.into(),
            minimum_version: minimum_version.into(),
            ..image(file)
        };
        store.file_put(&ANN, file).await.unwrap();
    }
    let mut devices = fleet(store, 4).await;
    let last = devices.pop().unwrap();
    let mut campaign = new_campaign(id(1), 4);
    campaign.plan.windows = Some(Windows::parse("01:00-05:00").unwrap());
    for (device, zone) in devices
        .iter()
        .map(|device| (device, "JST-9"))
        .chain([(&last, "UTC0")])
    {
        let variables = vec![("time_zone".to_owned(), zone.to_owned())];
        let set = store
            .device_set_variables(&ANN, *device, variables, START)
            .await;
        set.unwrap();
    }
    let created = store.campaign_create(&ANN, campaign, Consent::ANY).await;
    created.unwrap();
    let (tokyo, utc) = (
        moment("2027-02-01T16:30:00Z"),
        moment("2027-02-02T01:30:00Z"),
    );
    for (night, started) in [(tokyo, devices.clone()), (utc, vec![last])] {
        assert_eq!(advance(store, id(1), night).await, started);
        for device in started {
            transferring(store, device, night).await;
            reports(store, device, "1.5", night).await;
        }
    }
    let one = store.campaign_advance(id(1), vec![Id::new(utc, 7_000)], utc);
    assert_eq!(one.await.unwrap(), [last], "its window is open");
}

async fn a_device_that_misses_its_window_waits_for_the_next_one(store: &dyn Store) {
    let [utc, ..] = nightly(store).await;
    assert_eq!(
        advance(store, id(1), moment("2027-02-02T02:00:00Z")).await,
        [utc]
    );
    let task = in_campaign(store, id(1), utc).await.task.unwrap();
    let closes = moment("2027-02-02T05:00:00Z");
    assert_eq!(self::task(store, task).await.expires, Some(closes));
    assert_eq!(
        store.task_claim_next(utc, closes).await.unwrap(),
        None,
        "nothing leaves when it has closed"
    );
    store.task_expire(closes).await.unwrap();
    assert_eq!(step(store, id(1), utc).await, CampaignStep::Pending);
    assert!(
        !advance(store, id(1), moment("2027-02-02T05:30:00Z"))
            .await
            .contains(&utc)
    );
    assert_eq!(
        advance(store, id(1), moment("2027-02-03T01:00:00Z")).await,
        [utc]
    );
}

async fn a_device_that_misses_a_week_of_windows_fails(store: &dyn Store) {
    let [utc, ..] = nightly(store).await;
    for day in 1..=7 {
        assert_eq!(
            step(store, id(1), utc).await,
            CampaignStep::Pending,
            "day {day}"
        );
        let night = moment(&format!("2027-02-0{day}T02:00:00Z"));
        assert_eq!(advance(store, id(1), night).await, [utc]);
        store.task_expire(night.plus_secs(4 * 3600)).await.unwrap();
    }
    let entry = in_campaign(store, id(1), utc).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    assert!(entry.fault.unwrap().text.contains("7 windows"));
}

async fn nobody_is_started_on_a_frozen_day(store: &dyn Store) {
    let [utc, tokyo, new_york] = three_zones(store).await;
    campaign(store, id(1), 10).await;
    let freeze = Freeze {
        from: "2027-02-02".into(),
        until: "2027-02-03".into(),
        reason: "a holiday".into(),
    };
    store
        .freezes_put(&ANN, vec![freeze.clone()], START)
        .await
        .unwrap();
    assert_eq!(store.freezes().await.unwrap(), [freeze]);
    let frozen = advance(store, id(1), moment("2027-02-02T12:00:00Z")).await;
    assert_eq!(frozen, []);
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Running);
    // In New York it is still the day before.
    assert_eq!(
        advance(store, id(1), moment("2027-02-02T04:00:00Z")).await,
        [new_york]
    );
    // In Tokyo it is over first.
    assert_eq!(
        advance(store, id(1), moment("2027-02-03T15:00:00Z")).await,
        [tokyo]
    );
    store.freezes_put(&ANN, vec![], at(1)).await.unwrap();
    assert_eq!(
        advance(store, id(1), moment("2027-02-03T15:00:01Z")).await,
        [utc]
    );
    let trail = trail(store).await;
    assert_eq!(
        trail
            .iter()
            .filter(|line| line.action == "freezes.put")
            .count(),
        2
    );
}

/// Its window has closed, and nobody has said what became of it: sent anew the next night, the device would be upgraded
/// twice.
///
/// Covers P2.
async fn a_download_whose_report_is_lost_is_asked_for_before_its_next_turn(store: &dyn Store) {
    let [utc, ..] = nightly(store).await;
    let night = moment("2027-02-02T04:30:00Z");
    assert_eq!(advance(store, id(1), night).await, [utc]);
    let task = transferring(store, utc, night).await;
    let closed = moment("2027-02-02T06:00:00Z");
    let lost = store.task_requeue_lost_transfers(night, closed).await;
    assert_eq!(lost.unwrap(), 1);
    store.task_expire(closed).await.unwrap();
    let upgrading = CampaignStep::Upgrading;
    assert_eq!(
        step(store, id(1), utc).await,
        upgrading,
        "it may have the image"
    );
    let next = moment("2027-02-03T01:30:00Z");
    assert!(!advance(store, id(1), next).await.contains(&utc));
    let asked = claim(store, utc, next).await;
    assert_eq!((asked.task.id, asked.only_ask), (task, true));
    finish(store, task, not_there(), next).await;
    assert_eq!(step(store, id(1), utc).await, CampaignStep::Pending);
    assert_eq!(advance(store, id(1), next.plus_secs(1)).await, [utc]);
}
