//! Campaigns that take another one back: who takes part, and with which image.

use super::support::*;
use crate::store::*;

super::cases! {
    store:
    devices_go_back_to_what_each_ran_before,
    whoever_runs_the_version_goes_back_however_it_ended,
    what_cannot_go_back_is_said,
}

/// Has devices upgraded by a campaign, from the versions they run.
async fn upgraded(store: &dyn Store, devices: &[Id]) {
    campaign(store, id(1), 100).await;
    advance(store, id(1), at(1)).await;
    for device in devices {
        let task = transferring(store, *device, at(2)).await;
        transferred(store, task, at(3)).await;
        reports(store, *device, NEW, at(4)).await;
    }
    advance(store, id(1), at(5)).await;
}

fn back() -> Campaign {
    Campaign {
        rollback_of: Some(id(1)),
        created: at(10),
        ..new_campaign(id(2), 100)
    }
}

async fn old_image(store: &dyn Store, file: Id, version: &str) {
    let file = FileRecord {
        version: version.into(),
        verification: Verification::Unverified,
        ..image(file)
    };
    store.file_put(&ANN, file).await.unwrap();
}

async fn devices_go_back_to_what_each_ran_before(store: &dyn Store) {
    store.file_put(&ANN, image(campaign_file())).await.unwrap();
    old_image(store, id(903), "1.0").await;
    old_image(store, id(904), "1.2").await;
    let devices = fleet(store, 2).await;
    reports(store, devices[1], "1.2", START).await;
    upgraded(store, &devices).await;
    device(store, "OTHER").await;
    store
        .campaign_create(&ANN, back(), Consent::ANY)
        .await
        .unwrap();
    assert_eq!(
        advance(store, id(2), at(11)).await,
        devices,
        "and no other device"
    );
    for (device, version, file) in [(devices[0], "1.0", id(903)), (devices[1], "1.2", id(904))] {
        let task = transferring(store, device, at(12)).await;
        let kind = self::task(store, task).await.kind;
        assert_eq!(kind.library_file(), Some(file));
        transferred(store, task, at(13)).await;
        reports(store, device, version, at(14)).await;
        let entry = in_campaign(store, id(2), device).await;
        assert_eq!(
            (entry.step, entry.from_version.as_str()),
            (CampaignStep::Done, NEW)
        );
    }
    advance(store, id(2), at(15)).await;
    assert_eq!(campaign_state(store, id(2)).await, CampaignState::Done);
}

/// Who has failed with the version in place needs to go back most.
async fn whoever_runs_the_version_goes_back_however_it_ended(store: &dyn Store) {
    store.file_put(&ANN, image(campaign_file())).await.unwrap();
    old_image(store, id(903), "1.0").await;
    let devices = fleet(store, 4).await;
    let [late, other, withdrawn, untouched] = devices[..] else {
        panic!("four devices")
    };
    reports(store, untouched, NEW, START).await;
    campaign(store, id(1), 100).await;
    advance(store, id(1), at(1)).await;
    for device in [late, other] {
        let task = transferring(store, device, at(2)).await;
        transferred(store, task, at(3)).await;
    }
    // Its time runs out before it says that it runs the version.
    let expired = store.campaign_expire_verifying(at(3), at(4)).await;
    assert_eq!(expired.unwrap(), 2);
    for device in [late, other] {
        reports(store, device, NEW, at(5)).await;
        assert_eq!(step(store, id(1), device).await, CampaignStep::Failed);
    }
    // Withdrawn by the abort, and its image arrives all the same.
    decide(store, id(1), CampaignState::Aborted).await;
    assert_eq!(step(store, id(1), withdrawn).await, CampaignStep::Pending);
    reports(store, withdrawn, NEW, at(51)).await;
    let created = store.campaign_create(&ANN, back(), Consent::ANY).await;
    created.unwrap();
    let mut due = vec![late, other, withdrawn];
    due.sort();
    assert_eq!(advance(store, id(2), at(52)).await, due);
    let members = store.campaign_devices(id(2), ALL).await.unwrap();
    assert_eq!(members.len(), 3, "nobody it did not start");
}

async fn what_cannot_go_back_is_said(store: &dyn Store) {
    store.file_put(&ANN, image(campaign_file())).await.unwrap();
    old_image(store, id(903), "1.0").await;
    let devices = fleet(store, 3).await;
    reports(store, devices[1], "1.2", START).await;
    upgraded(store, &devices).await;
    reports(store, devices[2], "2.1", at(6)).await;
    let estimate = store.campaign_estimate(back(), at(10)).await.unwrap();
    assert_eq!((estimate.matched, estimate.devices), (3, 1));
    store
        .campaign_create(&ANN, back(), Consent::ANY)
        .await
        .unwrap();
    for (device, why) in [
        (devices[1], "no image of 1.2"),
        (devices[2], "runs 2.1 by now"),
    ] {
        let entry = in_campaign(store, id(2), device).await;
        assert_eq!(entry.step, CampaignStep::Excluded);
        let said = entry.fault.unwrap().text;
        assert!(said.contains(why), "{said}");
    }
}
