//! Campaigns over several images, and what their estimate says of it.

use super::support::*;
use crate::store::*;
use data_model::Timestamp;

super::cases! {
    store:
    a_device_gets_the_images_it_needs_one_after_the_other,
    a_device_that_is_half_way_goes_before_all_others,
    a_late_report_of_the_first_image_does_not_count_for_the_second,
    a_device_that_comes_back_with_its_old_version_fails,
    a_device_that_falls_back_under_way_gets_no_image_for_the_version_it_left,
    a_device_that_skips_a_version_is_done,
    a_device_without_a_way_takes_no_part_and_it_is_said_why,
    an_image_nobody_vouches_for_is_no_way,
    images_on_the_way_stay_while_the_campaign_lasts,
    newer_versions_go_back_only_if_that_is_meant,
    the_estimate_is_what_then_happens,
    a_device_another_campaign_brings_something_else_waits,
}

/// Image 2.0 that needs 1.5, image 1.5 that needs nothing.
async fn library(store: &dyn Store) {
    for (file, version, minimum_version) in [(campaign_file(), NEW, "1.5"), (id(901), "1.5", "")] {
        let file = FileRecord {
            version: version.into(),
            minimum_version: minimum_version.into(),
            ..image(file)
        };
        store.file_put(&ANN, file).await.unwrap();
    }
}

async fn file_of(store: &dyn Store, id: Id) -> Id {
    match task(store, id).await.kind {
        TaskKind::Download { file, .. } => file,
        other => panic!("{other:?}"),
    }
}

async fn a_device_gets_the_images_it_needs_one_after_the_other(store: &dyn Store) {
    library(store).await;
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let first = transferring(store, device, at(2)).await;
    assert_eq!(file_of(store, first).await, id(901));
    transferred(store, first, at(3)).await;
    reports(store, device, "1.5", at(4)).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!((entry.step, entry.hops), (CampaignStep::Pending, 1));
    assert_eq!(advance(store, id(1), at(5)).await, [device]);
    let second = transferring(store, device, at(6)).await;
    assert_eq!(file_of(store, second).await, campaign_file());
    transferred(store, second, at(7)).await;
    reports(store, device, NEW, at(8)).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(
        (entry.step, entry.from_version.as_str()),
        (CampaignStep::Done, "1.0")
    );
    assert_eq!(entry.started, Some(at(1)));
    advance(store, id(1), at(9)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Done);
    let (_, events) = store.campaign_device(id(1), device).await.unwrap().unwrap();
    let told: Vec<(CampaignStep, Timestamp)> =
        events.iter().map(|event| (event.step, event.at)).collect();
    assert_eq!(
        told,
        [
            (CampaignStep::Upgrading, at(1)),
            (CampaignStep::Verifying, at(3)),
            (CampaignStep::Pending, at(4)),
            (CampaignStep::Upgrading, at(5)),
            (CampaignStep::Verifying, at(7)),
            (CampaignStep::Done, at(8)),
        ],
        "{events:?}"
    );
}

async fn a_device_that_is_half_way_goes_before_all_others(store: &dyn Store) {
    library(store).await;
    let devices = fleet(store, 3).await;
    campaign(store, id(1), 1).await;
    let last = *devices.last().unwrap();
    // The first two are elsewhere, so that the last one by its key is the first to be half-way.
    for device in &devices[..2] {
        reports(store, *device, "0.9", at(1)).await;
    }
    advance(store, id(1), at(1)).await;
    let entry = in_campaign(store, id(1), devices[0]).await;
    store
        .task_cancel(&ANN, entry.task.unwrap(), at(2))
        .await
        .unwrap();
    advance(store, id(1), at(2)).await;
    let entry = in_campaign(store, id(1), devices[1]).await;
    store
        .task_cancel(&ANN, entry.task.unwrap(), at(2))
        .await
        .unwrap();
    device(store, "LATER").await;
    assert_eq!(advance(store, id(1), at(3)).await, [last]);
    reports(store, last, "1.5", at(4)).await;
    assert_eq!(advance(store, id(1), at(5)).await, [last]);
}

/// Covers P2.
async fn a_late_report_of_the_first_image_does_not_count_for_the_second(store: &dyn Store) {
    library(store).await;
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let first = transferring(store, device, at(2)).await;
    reports(store, device, "1.5", at(3)).await;
    advance(store, id(1), at(4)).await;
    let second = in_campaign(store, id(1), device).await.task.unwrap();
    assert_ne!(first, second);
    let key = task(store, first).await.command_key();
    let fault = TaskFault::ours("late");
    let matched = store
        .transfer_complete(device, &key, Some(fault), at(5))
        .await;
    assert_eq!(matched.unwrap(), TransferMatch::Repeated(first));
    assert_eq!(step(store, id(1), device).await, CampaignStep::Upgrading);
    assert_eq!(claim(store, device, at(6)).await.task.id, second);
}

/// Covers P2.
async fn a_device_that_comes_back_with_its_old_version_fails(store: &dyn Store) {
    library(store).await;
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    let first = transferring(store, device, at(2)).await;
    transferred(store, first, at(3)).await;
    reports(store, device, "1.5", at(4)).await;
    reports(store, device, "1.0", at(5)).await;
    assert_eq!(advance(store, id(1), at(6)).await, []);
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Failed);
    let why = entry.fault.unwrap().text;
    assert!(why.contains("came back with the old version 1.0"), "{why}");
    let tasks = store.task_list(device, ALL).await.unwrap();
    assert_eq!(tasks.len(), 1, "the same image is not sent again");
}

async fn a_device_that_falls_back_under_way_gets_no_image_for_the_version_it_left(
    store: &dyn Store,
) {
    library(store).await;
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    transferring(store, device, at(2)).await;
    reports(store, device, "1.5", at(3)).await;
    assert_eq!(advance(store, id(1), at(4)).await, [device]);
    reports(store, device, "1.5", at(5)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Upgrading);
    reports(store, device, "1.0", at(6)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Failed);
    assert_eq!(store.task_claim_next(device, at(7)).await.unwrap(), None);
}

async fn a_device_that_skips_a_version_is_done(store: &dyn Store) {
    library(store).await;
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    advance(store, id(1), at(1)).await;
    reports(store, device, NEW, at(2)).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Done);
    assert_eq!(store.task_claim_next(device, at(3)).await.unwrap(), None);
}

async fn a_device_without_a_way_takes_no_part_and_it_is_said_why(store: &dyn Store) {
    library(store).await;
    store.file_delete(&ANN, id(901), START).await.unwrap();
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Excluded);
    let why = entry.fault.unwrap().text;
    assert!(why.contains("1.0") && why.contains("at least 1.5"), "{why}");
    advance(store, id(1), at(1)).await;
    assert_eq!(campaign_state(store, id(1)).await, CampaignState::Done);
    assert_eq!(store.task_list(device, ALL).await.unwrap(), []);
    let report = store.campaign_report(id(1)).await.unwrap().unwrap();
    assert_eq!(report.counts.excluded, 1);
    assert_eq!(
        (report.excluded[0].text.as_str(), report.excluded[0].devices),
        (why.as_str(), 1)
    );
}

async fn an_image_nobody_vouches_for_is_no_way(store: &dyn Store) {
    library(store).await;
    store.file_delete(&ANN, id(901), START).await.unwrap();
    let file = FileRecord {
        version: "1.5".into(),
        verification: Verification::Unverified,
        ..image(id(902))
    };
    store.file_put(&ANN, file).await.unwrap();
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    assert_eq!(step(store, id(1), device).await, CampaignStep::Excluded);
}

async fn images_on_the_way_stay_while_the_campaign_lasts(store: &dyn Store) {
    library(store).await;
    device(store, "A").await;
    campaign(store, id(1), 1).await;
    let refused = store.file_delete(&ANN, id(901), at(1)).await;
    assert!(conflicts(&refused));
    decide(store, id(1), CampaignState::Aborted).await;
    let deleted = store.file_delete(&ANN, id(901), at(60)).await;
    assert!(deleted.unwrap().is_some());
}

async fn newer_versions_go_back_only_if_that_is_meant(store: &dyn Store) {
    let device = device(store, "A").await;
    reports(store, device, "3.0", at(1)).await;
    campaign(store, id(1), 1).await;
    let entry = in_campaign(store, id(1), device).await;
    assert_eq!(entry.step, CampaignStep::Excluded);
    assert!(entry.fault.unwrap().text.contains("newer"));
    let mut back = new_campaign(id(2), 1);
    back.plan.downgrade = true;
    store
        .campaign_create(&ANN, back, Consent::ANY)
        .await
        .unwrap();
    assert_eq!(advance(store, id(2), at(2)).await, [device]);
}

async fn the_estimate_is_what_then_happens(store: &dyn Store) {
    library(store).await;
    let devices = fleet(store, 6).await;
    reports(store, devices[0], NEW, START).await;
    reports(store, devices[1], "1.7", START).await;
    reports(store, devices[2], "9.0", START).await;
    let mut wish = new_campaign(id(1), 10);
    wish.plan.stages = vec![CampaignStage::Count(1), CampaignStage::Percent(100)];
    let estimate = store.campaign_estimate(wish.clone(), at(1)).await.unwrap();
    let path = |from: &str, versions: &[&str], devices| EstimatedPath {
        from: from.into(),
        versions: versions
            .iter()
            .map(|version| (*version).to_owned())
            .collect(),
        devices,
    };
    assert_eq!(
        (estimate.matched, estimate.devices, estimate.already),
        (6, 4, 1)
    );
    assert_eq!(
        estimate.paths,
        [path("1.0", &["1.5", NEW], 3), path("1.7", &[NEW], 1)]
    );
    assert_eq!(estimate.stages, [1, 3]);
    assert_eq!(
        (estimate.downloads, estimate.bytes),
        (7, 7 * 8 * 1024 * 1024)
    );
    assert_eq!(
        (estimate.excluded.len(), estimate.excluded[0].devices),
        (1, 1)
    );
    assert_eq!(
        store.campaign_find(id(1)).await.unwrap(),
        None,
        "nothing is kept"
    );
    store
        .campaign_create(&ANN, wish, Consent::ANY)
        .await
        .unwrap();
    let counts = look(store, id(1)).await.1;
    let expected = CampaignCounts {
        pending: 4,
        skipped: 1,
        excluded: 1,
        ..CampaignCounts::default()
    };
    assert_eq!(counts, expected);
}

/// Covers P2.
async fn a_device_another_campaign_brings_something_else_waits(store: &dyn Store) {
    let device = device(store, "A").await;
    campaign(store, id(1), 1).await;
    let other = Campaign {
        target_version: "3.0".into(),
        file: id(905),
        ..new_campaign(id(2), 1)
    };
    store
        .campaign_create(&ANN, other, Consent::ANY)
        .await
        .unwrap();
    assert_eq!(advance(store, id(1), at(1)).await, [device]);
    assert_eq!(advance(store, id(2), at(2)).await, []);
    let task = transferring(store, device, at(3)).await;
    transferred(store, task, at(4)).await;
    assert_eq!(
        advance(store, id(2), at(5)).await,
        [],
        "it is still to be verified"
    );
    reports(store, device, NEW, at(6)).await;
    assert_eq!(advance(store, id(2), at(7)).await, [device]);
}
