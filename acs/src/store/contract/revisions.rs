//! Revisions of profiles, what of them is in force, and what is kept of devices that cannot be given all of it.
//!
//! Long because what is in force and how devices stand to it are told apart by one stamp.

use super::support::*;
use crate::store::*;
use cwmp::EventCode;
use std::collections::BTreeMap;

super::cases! {
    store:
    every_revision_is_kept_with_who_wrote_it_and_why,
    a_draft_is_in_force_for_nobody_and_changes_no_stamp,
    publishing_an_older_revision_rolls_back,
    a_staged_revision_goes_stage_by_stage_to_everybody,
    a_staged_revision_can_be_taken_back,
    what_is_not_there_is_not_published,
    the_numbers_of_a_removed_profile_go_on_and_its_revisions_stay,
    old_revisions_go_unless_they_are_in_force,
    every_step_of_a_publication_is_in_the_trail,
    refusals_are_kept_replaced_and_forgotten_on_request,
    rows_under_way_are_kept_until_they_are_filled,
    a_device_that_waits_is_not_compared_until_its_window_opens,
    a_device_with_trouble_that_may_pass_is_compared_again_after_longer_and_longer_pauses,
    whatever_changes_ends_the_wait,
    another_firmware_is_compared_anew,
    devices_of_a_profile_are_counted_by_how_they_stand,
    what_is_known_of_a_forgotten_device_goes_with_it,
    a_fault_that_is_known_is_no_event,
}

fn profile(name: &str, value: &str) -> Profile {
    Profile {
        name: name.into(),
        values: vec![ProfileValue {
            name: "Device.A".into(),
            value: value.into(),
        }],
        objects: vec![ProfileObject {
            path: "Device.T.".into(),
            key: BTreeMap::from([("Name".to_owned(), "x".to_owned())]),
            values: vec![],
            exclusive: true,
        }],
        windows: Some("Mon-Fri 01:00-05:00".parse().unwrap()),
        haste: Haste::Urgent,
        ..Profile::default()
    }
}

async fn write(store: &dyn Store, value: &str, publish: Publish, now: u64) -> u64 {
    let revision = NewRevision {
        profile: profile("p", value),
        comment: format!("because of {value}"),
        publish,
    };
    let kept = store.profile_write(&ANN, revision, at(now)).await;
    kept.unwrap().revision
}

async fn stamp(store: &dyn Store) -> u64 {
    store.profiles_in_force().await.unwrap().0
}

async fn in_force(store: &dyn Store) -> InForce {
    let (_, mut list) = store.profiles_in_force().await.unwrap();
    assert_eq!(list.len(), 1);
    list.remove(0)
}

fn value_of(publication: Option<&Publication>) -> Option<&str> {
    publication.map(|it| it.profile.values[0].value.as_str())
}

const EVERY: Page<u64> = Page {
    after: None,
    limit: usize::MAX,
};

async fn every_revision_is_kept_with_who_wrote_it_and_why(store: &dyn Store) {
    write(store, "one", Publish::AtOnce, 1).await;
    write(store, "two", Publish::Later, 2).await;
    write(store, "three", Publish::AtOnce, 3).await;
    let listed = store.profile_revisions("p", EVERY).await.unwrap();
    let numbers: Vec<u64> = listed.iter().map(|it| it.revision).collect();
    assert_eq!(numbers, [3, 2, 1]);
    let second = &listed[1];
    assert_eq!((second.at, &*second.by), (at(2), "user:ann"));
    assert_eq!(second.comment, "because of two");
    let page = Page {
        after: Some(3),
        limit: 1,
    };
    assert_eq!(
        store.profile_revisions("p", page).await.unwrap(),
        listed[1..2]
    );
    let (found, said) = store.profile_revision("p", 2).await.unwrap().unwrap();
    assert_eq!(found, listed[1]);
    let expected = Profile {
        revision: 2,
        ..profile("p", "two")
    };
    assert_eq!(said, expected);
    assert_eq!(store.profile_revision("p", 4).await.unwrap(), None);
    assert_eq!(store.profile_revision("q", 1).await.unwrap(), None);
}

async fn a_draft_is_in_force_for_nobody_and_changes_no_stamp(store: &dyn Store) {
    let before = stamp(store).await;
    assert_eq!(write(store, "draft", Publish::Later, 1).await, 1);
    assert_eq!(store.profiles_in_force().await.unwrap(), (before, vec![]));
    let head = store.profile_head("p").await.unwrap().unwrap();
    assert_eq!((head.latest, head.published, head.staged), (1, None, None));
    write(store, "good", Publish::AtOnce, 2).await;
    let good = stamp(store).await;
    write(store, "draft", Publish::Later, 3).await;
    assert_eq!(stamp(store).await, good);
    assert_eq!(
        value_of(in_force(store).await.published.as_ref()),
        Some("good")
    );
    let heads = store.profile_heads().await.unwrap();
    assert_eq!((heads[0].latest, heads[0].published), (3, Some(2)));
    assert_eq!(heads[0].published_at, Some(at(2)));
    assert_eq!(heads[0].published_by.as_deref(), Some("user:ann"));
}

async fn publish(store: &dyn Store, revision: u64, stages: &[Stage]) -> Option<ProfileHead> {
    let published = store.profile_publish(&ANN, "p", revision, stages.to_vec(), at(9));
    published.await.unwrap()
}

async fn publishing_an_older_revision_rolls_back(store: &dyn Store) {
    for value in ["one", "two"] {
        write(store, value, Publish::AtOnce, 1).await;
    }
    let before = stamp(store).await;
    let head = publish(store, 1, &[]).await.unwrap();
    assert_eq!((head.published, head.latest), (Some(1), 2));
    assert_ne!(stamp(store).await, before);
    let published = in_force(store).await.published.unwrap();
    assert_eq!(value_of(Some(&published)), Some("one"));
    assert_eq!((published.at, &*published.by), (at(9), "user:ann"));
}

async fn a_staged_revision_goes_stage_by_stage_to_everybody(store: &dyn Store) {
    write(store, "old", Publish::AtOnce, 1).await;
    write(store, "new", Publish::Later, 2).await;
    let stages = [Stage::Tag("pilot".into()), Stage::Percent(5)];
    let mut stamps = vec![stamp(store).await];
    let head = publish(store, 2, &stages).await.unwrap();
    assert_eq!(head.staged.unwrap().reached, 1);
    for reached in [1, 2] {
        let found = in_force(store).await;
        assert_eq!(value_of(found.published.as_ref()), Some("old"));
        let staged = found.staged.unwrap();
        assert_eq!((staged.reached, &staged.stages[..]), (reached, &stages[..]));
        assert_eq!(value_of(Some(&staged.publication)), Some("new"));
        stamps.push(stamp(store).await);
        let next = store.profile_next_stage(&ANN, "p", at(10)).await.unwrap();
        assert!(next.is_some());
    }
    let found = in_force(store).await;
    assert_eq!(value_of(found.published.as_ref()), Some("new"));
    assert_eq!(found.staged, None);
    stamps.push(stamp(store).await);
    stamps.dedup();
    assert_eq!(stamps.len(), 4, "each stage is a change");
    let over = store.profile_next_stage(&ANN, "p", at(11)).await;
    assert!(matches!(over, Err(StoreError::Conflict(_))));
}

async fn a_staged_revision_can_be_taken_back(store: &dyn Store) {
    write(store, "old", Publish::AtOnce, 1).await;
    write(store, "new", Publish::Later, 2).await;
    publish(store, 2, &[Stage::Percent(5)]).await.unwrap();
    let before = stamp(store).await;
    let head = store.profile_abort_stage(&ANN, "p", at(3)).await.unwrap();
    assert_eq!(head.unwrap().staged, None);
    assert_ne!(stamp(store).await, before);
    let found = in_force(store).await;
    assert_eq!(
        (value_of(found.published.as_ref()), found.staged),
        (Some("old"), None)
    );
    let again = store.profile_abort_stage(&ANN, "p", at(4)).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    publish(store, 2, &[Stage::Percent(5)]).await.unwrap();
    write(store, "newest", Publish::AtOnce, 5).await;
    assert_eq!(
        in_force(store).await.staged,
        None,
        "what is put at once is for everybody"
    );
}

async fn what_is_not_there_is_not_published(store: &dyn Store) {
    write(store, "one", Publish::AtOnce, 1).await;
    let before = (stamp(store).await, trail(store).await.len());
    assert_eq!(publish(store, 2, &[]).await, None);
    let unknown = store.profile_publish(&ANN, "q", 1, vec![], at(2)).await;
    assert_eq!(unknown.unwrap(), None);
    assert_eq!(
        store.profile_next_stage(&ANN, "q", at(2)).await.unwrap(),
        None
    );
    assert_eq!(
        store.profile_abort_stage(&ANN, "q", at(2)).await.unwrap(),
        None
    );
    assert_eq!(store.profile_head("q").await.unwrap(), None);
    assert_eq!((stamp(store).await, trail(store).await.len()), before);
}

async fn the_numbers_of_a_removed_profile_go_on_and_its_revisions_stay(store: &dyn Store) {
    write(store, "one", Publish::AtOnce, 1).await;
    store.profile_delete(&ANN, "p", at(2)).await.unwrap();
    assert_eq!(store.profile_head("p").await.unwrap(), None);
    assert_eq!(store.profile_revisions("p", EVERY).await.unwrap().len(), 1);
    assert_eq!(publish(store, 1, &[]).await, None, "it is removed");
    assert_eq!(write(store, "two", Publish::AtOnce, 3).await, 2);
}

async fn old_revisions_go_unless_they_are_in_force(store: &dyn Store) {
    write(store, "kept", Publish::AtOnce, 1).await;
    let most = crate::limits::PROFILE_REVISIONS;
    for _ in 0..most + 5 {
        write(store, "draft", Publish::Later, 2).await;
    }
    let listed = store.profile_revisions("p", EVERY).await.unwrap();
    assert_eq!(listed.len() as u64, most + 1);
    assert_eq!(listed.last().map(|it| it.revision), Some(1));
    assert_eq!(
        value_of(in_force(store).await.published.as_ref()),
        Some("kept")
    );
}

async fn every_step_of_a_publication_is_in_the_trail(store: &dyn Store) {
    write(store, "one", Publish::AtOnce, 1).await;
    write(store, "two", Publish::Later, 1).await;
    publish(store, 2, &[Stage::Percent(5)]).await;
    store.profile_next_stage(&ANN, "p", at(1)).await.unwrap();
    publish(store, 1, &[Stage::Percent(5)]).await;
    store.profile_abort_stage(&ANN, "p", at(1)).await.unwrap();
    let mut actions: Vec<String> = trail(store).await.into_iter().map(|it| it.action).collect();
    actions.reverse();
    let expected = [
        "put",
        "draft",
        "publish",
        "next-stage",
        "publish",
        "abort-stage",
    ];
    let expected: Vec<String> = expected
        .iter()
        .map(|verb| format!("profile.{verb}"))
        .collect();
    let sorted = |mut list: Vec<String>| {
        list.sort_unstable();
        list
    };
    assert_eq!(sorted(actions), sorted(expected));
}

fn refusal(name: &str, value: u64) -> Refusal {
    Refusal {
        name: name.into(),
        value,
        profile: "p".into(),
        revision: 3,
        code: 9007,
        text: "no".into(),
        at: at(1),
        software_version: "1.0".into(),
    }
}

async fn refusals_are_kept_replaced_and_forgotten_on_request(store: &dyn Store) {
    let device = device(store, "A").await;
    let first = vec![refusal("Device.A", 1), refusal("Device.B", u64::MAX)];
    store.refusals_put(device, first.clone()).await.unwrap();
    assert_eq!(store.refusals(device).await.unwrap(), first);
    let other = refusal("Device.A", 2);
    store
        .refusals_put(device, vec![other.clone()])
        .await
        .unwrap();
    let kept = store.refusals(device).await.unwrap();
    assert_eq!(kept, [other, first[1].clone()]);
    agree(store, device, 7, "", Observed::default(), at(2)).await;
    let names = vec!["Device.B".into()];
    store.refusals_retain(device, names).await.unwrap();
    assert_eq!(store.refusals(device).await.unwrap(), first[1..]);
    let cleared = store.refusals_clear(&ANN, device, at(3)).await.unwrap();
    assert_eq!(cleared, Some(1));
    assert_eq!(store.refusals(device).await.unwrap(), []);
    assert_eq!(
        found(store, device).await.provisioning.stamp,
        0,
        "it is compared anew"
    );
    assert_eq!(trail(store).await[0].action, "device.retry-refused");
    let nobody = key("NOBODY");
    store.refusals_put(nobody, first).await.unwrap();
    assert_eq!(store.refusals(nobody).await.unwrap(), []);
    assert_eq!(
        store.refusals_clear(&ANN, nobody, at(3)).await.unwrap(),
        None
    );
}

async fn rows_under_way_are_kept_until_they_are_filled(store: &dyn Store) {
    let device = device(store, "A").await;
    let adding = |name: &str, before: &[u32]| Adding {
        table: "Device.T.".into(),
        key: BTreeMap::from([("Name".to_owned(), name.to_owned())]),
        before: before.to_vec(),
    };
    store.adding_put(device, adding("x", &[1])).await.unwrap();
    store
        .adding_put(device, adding("y", &[1, 2]))
        .await
        .unwrap();
    store.adding_put(device, adding("x", &[])).await.unwrap();
    let kept = store.addings(device).await.unwrap();
    assert_eq!(kept, [adding("x", &[]), adding("y", &[1, 2])]);
    store.addings_clear(device).await.unwrap();
    assert_eq!(store.addings(device).await.unwrap(), []);
}

async fn waits(store: &dyn Store, device: Id, stamp: u64, until: u64) {
    let revision = found(store, device).await.provisioning.revision;
    let waits = Waits {
        stamp,
        revision,
        until: at(until),
        fault: None,
    };
    let seen = observed(&[("Device.A", "1")]);
    let kept = store.provisioning_waits(device, waits, seen, at(1));
    kept.await.unwrap();
}

async fn a_device_that_waits_is_not_compared_until_its_window_opens(store: &dyn Store) {
    let devices = fleet(store, 2).await;
    let (stamp, _) = store.profiles_in_force().await.unwrap();
    waits(store, devices[0], stamp, 100).await;
    assert_eq!(
        seen(store, devices[0], "Device.A").await.as_deref(),
        Some("1")
    );
    let stands = found(store, devices[0]).await.provisioning;
    assert_eq!((stands.waits, stands.opens), (stamp, Some(at(100))));
    let to_compare = || async { store.devices_to_compare(ALL).await.unwrap() };
    assert_eq!(to_compare().await, devices[1..]);
    let opened = |now| async move { store.windows_opened(at(now), 10).await.unwrap() };
    assert_eq!(opened(99).await, []);
    assert_eq!(opened(100).await, devices[..1]);
    assert_eq!(opened(100).await, [], "each has its turn once");
    assert_eq!(to_compare().await, devices);
}

async fn a_device_with_trouble_that_may_pass_is_compared_again_after_longer_and_longer_pauses(
    store: &dyn Store,
) {
    let device = device(store, "A").await;
    let (stamp, _) = store.profiles_in_force().await.unwrap();
    let later = |now: u64| async move {
        let stands = found(store, device).await.provisioning;
        let broken_off = BrokenOff {
            stamp,
            revision: stands.revision,
            fault: TaskFault::ours("busy"),
        };
        let nothing = Observed::default();
        let kept = store.provisioning_later(device, broken_off, nothing, at(now));
        kept.await.unwrap();
        let stands = found(store, device).await.provisioning;
        assert_eq!(stands.fault, Some(TaskFault::ours("busy")));
        assert_eq!((stands.waits, stands.failed_stamp), (stamp, 0));
        stands.opens.unwrap()
    };
    let opened = |now| async move { store.windows_opened(now, 10).await.unwrap() };
    let mut now = 1;
    for minutes in [1, 2, 4, 8, 16] {
        let opens = later(now).await;
        assert_eq!(opens, at(now + 60 * minutes));
        assert_eq!(store.devices_to_compare(ALL).await.unwrap(), []);
        now += 60 * minutes;
        assert_eq!(opened(at(now - 1)).await, []);
        assert_eq!(opened(at(now)).await, [device]);
        assert_eq!(store.devices_to_compare(ALL).await.unwrap(), [device]);
    }
    for _ in 0..10 {
        let opens = later(now).await;
        assert!(opens <= at(now + 24 * 60 * 60), "{opens}");
    }
    assert_eq!(later(now).await, at(now + 24 * 60 * 60));
    agree(store, device, stamp, "", Observed::default(), at(now)).await;
    assert_eq!(found(store, device).await.provisioning.fault, None);
    assert_eq!(later(now).await, at(now + 60), "it has begun anew");
    // Its data have changed since it was compared: it is compared at once.
    let stale = BrokenOff {
        stamp,
        revision: found(store, device).await.provisioning.revision,
        fault: TaskFault::ours("stale"),
    };
    let tags = store.device_set_tags(&ANN, device, vec!["x".into()], at(now));
    tags.await.unwrap();
    let kept = store.provisioning_later(device, stale, Observed::default(), at(now));
    kept.await.unwrap();
    assert_eq!(found(store, device).await.provisioning.waits, 0);
}

async fn whatever_changes_ends_the_wait(store: &dyn Store) {
    let device = device(store, "A").await;
    waits(store, device, 7, 100).await;
    let outcome = comes(store, "A", at(2)).await;
    assert_eq!((outcome.stamps.waits, outcome.stamps.opens), (7, at(100)));
    let again = comes(store, "A", at(3)).await;
    assert_eq!((again.stamps.waits, again.stamps.opens), (7, at(100)));
    let revision = found(store, device).await.provisioning.revision;
    let tags = store.device_set_tags(&ANN, device, vec!["x".into()], at(4));
    tags.await.unwrap();
    assert_eq!(comes(store, "A", at(5)).await.stamps.waits, 0);
    // The comparison had begun before, and ends now.
    let late = Waits {
        stamp: 7,
        revision,
        until: at(100),
        fault: None,
    };
    let kept = store.provisioning_waits(device, late, Observed::default(), at(6));
    kept.await.unwrap();
    assert_eq!(comes(store, "A", at(7)).await.stamps.waits, 0);
    waits(store, device, 7, 100).await;
    agree(store, device, 7, "", Observed::default(), at(8)).await;
    assert_eq!(comes(store, "A", at(9)).await.stamps.waits, 0);
}

async fn another_firmware_is_compared_anew(store: &dyn Store) {
    let device = device(store, "A").await;
    let with = |version: &str, now| {
        let record = inform("A", now, &[EventCode::Periodic]);
        saying(record, VERSION, version)
    };
    store.record_inform(with("1.0", at(1))).await.unwrap();
    agree(store, device, 7, "", Observed::default(), at(2)).await;
    let same = store.record_inform(with("1.0", at(3))).await.unwrap();
    assert_eq!(same.stamps.agreed, 7);
    let other = store.record_inform(with("1.1", at(4))).await.unwrap();
    assert_eq!(other.stamps, ProfileStamps::default());
    let failed = store.provisioning_failed(device, 7, TaskFault::ours("no"), at(5));
    failed.await.unwrap();
    let other = store.record_inform(with("1.2", at(6))).await.unwrap();
    assert_eq!(other.stamps.failed, 0);
}

async fn devices_of_a_profile_are_counted_by_how_they_stand(store: &dyn Store) {
    let devices = fleet(store, 6).await;
    let (stamp, _) = store.profiles_in_force().await.unwrap();
    agree(store, devices[0], stamp, "", Observed::default(), at(1)).await;
    waits(store, devices[1], stamp, 100).await;
    for device in &devices[2..4] {
        let fault = TaskFault::ours("the device has no variable `x`");
        let failed = store.provisioning_failed(*device, stamp, fault, at(1));
        failed.await.unwrap();
    }
    let version = found(store, devices[4]).await.software_version;
    let refused = Refusal {
        software_version: version,
        ..refusal("Device.A", 1)
    };
    store.refusals_put(devices[4], vec![refused]).await.unwrap();
    let counts = store
        .profile_counts(&Selector::default(), "p")
        .await
        .unwrap();
    assert_eq!((counts.devices, counts.agreed, counts.failed), (6, 1, 2));
    assert_eq!((counts.waiting, counts.waiting_for_window), (2, 1));
    let reasons: Vec<(&str, u64)> = counts
        .reasons
        .iter()
        .map(|reason| (&*reason.text, reason.devices))
        .collect();
    assert_eq!(
        reasons,
        [("the device has no variable `x`", 2), ("Device.A: no", 1)]
    );
    let nobody = Selector {
        tags: vec!["nobody".into()],
        ..Selector::default()
    };
    let counts = store.profile_counts(&nobody, "q").await.unwrap();
    assert_eq!(counts, ProfileCounts::default());
}

async fn what_is_known_of_a_forgotten_device_goes_with_it(store: &dyn Store) {
    let device = device(store, "A").await;
    store
        .refusals_put(device, vec![refusal("Device.A", 1)])
        .await
        .unwrap();
    let adding = Adding {
        table: "Device.T.".into(),
        key: BTreeMap::new(),
        before: vec![],
    };
    store.adding_put(device, adding).await.unwrap();
    store.device_delete(&ANN, device, at(1)).await.unwrap();
    assert_eq!(store.refusals(device).await.unwrap(), []);
    assert_eq!(store.addings(device).await.unwrap(), []);
}

async fn a_fault_that_is_known_is_no_event(store: &dyn Store) {
    let device = device(store, "A").await;
    let failed = |stamp, why| store.provisioning_failed(device, stamp, TaskFault::ours(why), at(1));
    failed(7, "first").await.unwrap();
    failed(8, "first").await.unwrap();
    failed(9, "second").await.unwrap();
    let events = store.event_list(0, 1000).await.unwrap();
    let told = events
        .iter()
        .filter(|event| event.kind == "device.profile_failed");
    assert_eq!(told.count(), 2);
}
