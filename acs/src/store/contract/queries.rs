//! Queries: a store answers them as the evaluator does, whatever its indexes are.
//! Long because every attribute of the language is asked for once.

use super::support::*;
use crate::provisioning::evidence::Evidence;
use crate::provisioning::selector::{DeviceView, selects};
use crate::query::catalogue::ATTRIBUTES;
use crate::query::pattern::Pattern;
use crate::query::random_texts::Dice;
use crate::store::*;
use cwmp::EventCode;
use std::collections::BTreeSet;

super::cases! { store:
    a_query_finds_what_the_evaluator_says_with_and_without_an_index,
    pages_of_any_query_hold_every_device_once,
    a_place_in_the_middle_is_where_pages_would_come_to,
    every_attribute_can_be_asked_for_and_grouped_by,
    a_device_fulfils_any_query_or_its_contrary,
    states_of_profiles_and_campaigns_are_found,
    an_index_follows_every_change_and_its_absence_changes_no_answer,
    texts_of_a_query_are_only_values,
}

pub(super) const UP_TIME: &str = "Device.DeviceInfo.UpTime";
pub(super) const STATUS: &str = "Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";

pub(super) fn line(number: u32, what: &str) -> String {
    format!("Device.Services.VoiceService.1.VoiceProfile.1.Line.{number}.{what}")
}

pub(super) fn asking(query: &str) -> DeviceFilter {
    DeviceFilter {
        selector: Selector {
            query: Some(
                query
                    .parse()
                    .unwrap_or_else(|error| panic!("{query}: {error}")),
            ),
            ..Selector::default()
        },
        now: at(10_000),
        ..DeviceFilter::default()
    }
}

pub(super) fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

/// A fleet of different devices; the last one was registered and has never come.
pub(super) async fn mixed(store: &dyn Store) -> Vec<Id> {
    let mut devices = Vec::new();
    for number in 0..24_u32 {
        let serial = format!("MIX{number:02}");
        let mut inform = inform(&serial, at(u64::from(number) * 400), &[EventCode::Boot]);
        inform.identity.product_class = ["ATA191", "ATA192", "SPA122"][number as usize % 3].into();
        inform = saying(
            inform,
            VERSION,
            ["11-3-2", "11-10-1", "1.4.1(002)", "11-4-0"][number as usize % 4],
        );
        if number % 5 == 0 {
            inform = saying(inform, UP_TIME, &(number * 1000).to_string());
        }
        let device = store.record_inform(inform).await.unwrap().device;
        if number % 6 != 5 {
            let states = ["Up", "Disabled", "Error"];
            let seen = observed(&[
                (UP_TIME, &(number * 700).to_string()),
                (&line(1, "Status"), states[number as usize % 3]),
                (&line(2, "Status"), states[number as usize / 8]),
                (
                    &line(1, "Enable"),
                    ["true", "1", "false"][number as usize % 3],
                ),
                (&line(1, "SIP.AuthPassword"), "hidden"),
                ("Device.Time.CurrentLocalTime", "2027-01-15T08:00:00Z"),
            ]);
            store.snapshot_merge(device, seen, at(9_000)).await.unwrap();
        }
        if number % 4 == 1 {
            // Said by an Inform after the snapshot was written.
            let later = super::support::inform(&serial, at(9_500), &[EventCode::Periodic]);
            let mut later = saying(later, UP_TIME, "5");
            later.identity.product_class =
                ["ATA191", "ATA192", "SPA122"][number as usize % 3].into();
            store.record_inform(later).await.unwrap();
        }
        let tags: &[&str] = [&["beta"][..], &["beta", "office"], &[]][number as usize / 8];
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        store
            .device_set_tags(&ANN, device, tags, START)
            .await
            .unwrap();
        if number % 2 == 0 {
            let variables = vec![("site".to_owned(), format!("Bern {number}"))];
            store
                .device_set_variables(&ANN, device, variables, START)
                .await
                .unwrap();
        }
        devices.push(device);
    }
    let registered = store
        .device_register(&ANN, &identity("NEVER"), None, START)
        .await;
    devices.push(registered.unwrap().id);
    devices.sort();
    devices
}

pub(super) const QUERIES: [&str; 34] = [
    "",
    r#"product_class = "ATA192""#,
    r#"product_class != "ATA192""#,
    r#"product_class in ("ATA191", "SPA122") and tag = "beta""#,
    r#"serial_number in ("MIX03", "MIX04", "NEVER")"#,
    r#"software_version < version("11-4-0")"#,
    r#"software_version >= version("11-4-0") or product_class = "SPA122""#,
    r#"software_version in (version("11.3.2"), "11-4-0")"#,
    r#"identity ~ "mix1""#,
    r#"identity like "*-ata19?-MIX0*""#,
    r#"tag exists"#,
    r#"not tag exists"#,
    r#"tag != "office" and tag = "beta""#,
    r#"not (tag = "office" or product_class = "ATA191")"#,
    r#"last_inform < ago("2h")"#,
    r#"last_inform >= ago("30m")"#,
    r#"last_boot exists"#,
    r#"not last_boot exists"#,
    r#"informs > 1"#,
    r#"variable("site") ~ "bern 1""#,
    r#"variable("site") != "Bern 2""#,
    r#"Device.DeviceInfo.UpTime > 3600"#,
    r#"not Device.DeviceInfo.UpTime > 3600"#,
    r#"param("~.DeviceInfo.UpTime") > 3"#,
    r#"param("~.DeviceInfo.UpTime") = 5"#,
    r#"param("Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status") = "Up""#,
    r#"param("Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status") != "Up""#,
    r#"param("Device.Services.VoiceService.1.VoiceProfile.1.Line.2.Status") in ("Error", "Disabled")"#,
    r#"param("Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Enable") = true and product_class like "ATA*""#,
    r#"param("Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Enable") = false or tag = "office""#,
    r#"param("Device.Time.CurrentLocalTime") < time("2027-02-01") and not tag = "beta""#,
    r#"param("Device.Nothing.*") exists or (tag = "office" and Device.DeviceInfo.UpTime < 9000)"#,
    r#"param("Device.Services.VoiceService.1.VoiceProfile.1.Line.1.SIP.*") exists"#,
    r#"param("Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status") like "e*r" and
        last_inform > ago("2h") and variable("site") exists"#,
];

/// The devices the evaluator finds, from what the store knows of each.
async fn evaluated(store: &dyn Store, devices: &[Id], filter: &DeviceFilter) -> Vec<Id> {
    let mut expected = Vec::new();
    for id in devices {
        let device = found(store, *id).await;
        let variables = store.device_variables(*id).await.unwrap();
        let snapshot = store.snapshot(*id).await.unwrap();
        let evidence = Evidence {
            values: snapshot.values,
            ..Evidence::default()
        };
        let view = DeviceView {
            device: &device,
            variables: &variables,
            evidence: &evidence,
            now: filter.now,
        };
        if selects(&filter.selector, &view) {
            expected.push(*id);
        }
    }
    expected
}

pub(super) async fn keys(store: &dyn Store, filter: &DeviceFilter, page: Page<Id>) -> Vec<Id> {
    let devices = store.device_list(filter, page).await.unwrap();
    devices.iter().map(|device| device.id).collect()
}

pub(super) async fn index(store: &dyn Store, patterns: &[&str]) {
    let patterns = patterns.iter().map(|text| pattern(text)).collect();
    store.index_choose(patterns).await.unwrap();
    let mut after = None;
    while let Some(last) = store.index_some(after).await.unwrap() {
        after = Some(last);
    }
}

async fn a_query_finds_what_the_evaluator_says_with_and_without_an_index(store: &dyn Store) {
    let devices = mixed(store).await;
    let mut hits = BTreeSet::new();
    for indexed in [
        &[][..],
        &[UP_TIME, STATUS],
        &["~.DeviceInfo.UpTime"],
        &[STATUS],
    ] {
        index(store, indexed).await;
        for query in QUERIES {
            let filter = asking(query);
            let expected = evaluated(store, &devices, &filter).await;
            assert_eq!(
                keys(store, &filter, ALL).await,
                expected,
                "{query} {indexed:?}"
            );
            let number = store.device_count(&filter).await.unwrap();
            assert_eq!(number, expected.len() as u64, "{query} {indexed:?}");
            hits.insert(expected.len());
        }
    }
    assert!(hits.len() > 8, "the queries tell devices apart: {hits:?}");
}

async fn pages_of_any_query_hold_every_device_once(store: &dyn Store) {
    mixed(store).await;
    for query in QUERIES {
        let filter = asking(query);
        let all = keys(store, &filter, ALL).await;
        let mut paged = Vec::new();
        loop {
            let after = paged.last().copied();
            let page = keys(store, &filter, Page { after, limit: 3 }).await;
            paged.extend(&page);
            if page.len() < 3 {
                break;
            }
        }
        assert_eq!(paged, all, "{query}");
    }
}

/// Covers U03.
async fn a_place_in_the_middle_is_where_pages_would_come_to(store: &dyn Store) {
    mixed(store).await;
    for indexed in [&[][..], &[UP_TIME, STATUS]] {
        index(store, indexed).await;
        for filter in QUERIES
            .iter()
            .map(|query| asking(query))
            .chain([DeviceFilter::default()])
        {
            let all = keys(store, &filter, ALL).await;
            let places = [(0, 0), (0, 1), (0, 5), (1, 1), (2, 3), (0, all.len())];
            for (begin, skip) in places.into_iter().filter(|(begin, _)| *begin <= all.len()) {
                // The last of all devices before the place: `begin` stands for a page that was read before.
                let last =
                    |devices: usize| devices.checked_sub(1).map(|last| all.get(last).copied());
                let after = last(begin).flatten();
                let expected = last(begin + skip).flatten();
                let place = store.device_skip(&filter, after, skip).await.unwrap();
                assert_eq!(place, expected, "{filter:?} {begin} {skip}");
            }
            let beyond = store.device_skip(&filter, None, all.len() + 1).await;
            assert_eq!(beyond.unwrap(), None, "{filter:?}");
        }
    }
}

async fn every_attribute_can_be_asked_for_and_grouped_by(store: &dyn Store) {
    let devices = mixed(store).await.len() as u64;
    for attribute in ATTRIBUTES {
        for more in ["", " and Device.DeviceInfo.UpTime > 0"] {
            let filter = asking(&format!("{} exists{more}", attribute.name));
            let found = store.device_count(&filter).await.unwrap();
            let others = asking(&format!("not ({} exists{more})", attribute.name));
            let rest = store.device_count(&others).await.unwrap();
            assert_eq!(found + rest, devices, "{}{more}", attribute.name);
            let by = GroupBy::Attribute(attribute);
            let groups = store.device_groups(&filter, &by, 1000).await.unwrap();
            let counted: u64 = groups.iter().map(|group| group.devices).sum();
            assert!(counted >= found, "{}{more}: {groups:?}", attribute.name);
        }
    }
}

/// Covers U02.
async fn a_device_fulfils_any_query_or_its_contrary(store: &dyn Store) {
    let devices = mixed(store).await.len() as u64;
    let mut told_apart = 0;
    for (round, indexed) in [&[][..], &["~.X_Y.1.Z", STATUS]].into_iter().enumerate() {
        index(store, indexed).await;
        for seed in 0..400 {
            let query = Dice(seed * 2 + round as u64).query();
            let found = store.device_count(&asking(&query.to_string())).await;
            let found = found.unwrap_or_else(|error| panic!("{query}: {error}"));
            let contrary = asking(&format!("not ({query})"));
            let others = store.device_count(&contrary).await.unwrap();
            assert_eq!(found + others, devices, "{query}");
            told_apart += u64::from(found > 0 && others > 0);
        }
    }
    assert!(told_apart > 20, "{told_apart}");
}

async fn states_of_profiles_and_campaigns_are_found(store: &dyn Store) {
    let devices = fleet(store, 4).await;
    let number = async |query: &str| store.device_count(&asking(query)).await.unwrap();
    assert_eq!(number(r#"profile.state = "pending""#).await, 4);
    let (stamp, _) = store.profiles().await.unwrap();
    agree(store, devices[0], stamp, "", Observed::default(), at(1)).await;
    let fault = TaskFault::ours("no");
    store
        .provisioning_failed(devices[1], stamp, fault, at(1))
        .await
        .unwrap();
    assert_eq!(number(r#"profile.state = "agreed""#).await, 1);
    assert_eq!(number(r#"profile.state = "failed""#).await, 1);
    let counts = store.fleet_counts(&asking(""), START).await.unwrap();
    assert_eq!(counts.profile_failed, 1);
    let profile = Profile {
        name: "p".into(),
        ..Profile::default()
    };
    store.profile_put(&ANN, profile, at(3)).await.unwrap();
    assert_eq!(number(r#"profile.state != "pending""#).await, 0);

    store.file_put(&ANN, image(campaign_file())).await.unwrap();
    campaign(store, id(1), 2).await;
    assert_eq!(advance(store, id(1), at(4)).await.len(), 2);
    assert_eq!(number(r#"campaign("spring") = "upgrading""#).await, 2);
    assert_eq!(
        number(r#"campaign("spring") in ("pending", "upgrading")"#).await,
        4
    );
    assert_eq!(number(r#"campaign("autumn") exists"#).await, 0);
    assert_eq!(number(r#"not campaign("spring") = "pending""#).await, 2);
}

async fn an_index_follows_every_change_and_its_absence_changes_no_answer(store: &dyn Store) {
    let device = device(store, "A1").await;
    let other = self::device(store, "A2").await;
    let up = asking(r#"param("Device.Line.*.Status") = "Up""#);
    let merge = async |seen: Observed| store.snapshot_merge(device, seen, at(1)).await.unwrap();
    merge(observed(&[
        ("Device.Line.1.Status", "Up"),
        ("Device.Line.2.Status", "Up"),
    ]))
    .await;
    assert!(!store.is_indexed(&up).await.unwrap());
    store
        .index_choose(vec![pattern("Device.Line.*.Status")])
        .await
        .unwrap();
    assert!(
        !store.is_indexed(&up).await.unwrap(),
        "what was there before is not in it yet"
    );
    assert_eq!(keys(store, &up, ALL).await, [device]);
    index(store, &["Device.Line.*.Status"]).await;
    assert!(store.is_indexed(&up).await.unwrap());
    let more =
        asking(r#"param("Device.Line.*.Status") = "Up" and param("Device.Line.*.Enable") = "1""#);
    assert!(!store.is_indexed(&more).await.unwrap());
    assert_eq!(keys(store, &up, ALL).await, [device]);
    // A value changes, an instance goes, an Inform tells of another one, the device is forgotten.
    merge(observed(&[("Device.Line.1.Status", "Down")])).await;
    assert_eq!(keys(store, &up, ALL).await, [device]);
    merge(Observed {
        complete_below: vec!["Device.Line.".into()],
        ..observed(&[("Device.Line.1.Status", "Down")])
    })
    .await;
    assert!(keys(store, &up, ALL).await.is_empty());
    let inform = inform("A2", at(2), &[EventCode::ValueChange]);
    let inform = saying(inform, "Device.Line.3.Status", "Up");
    store.record_inform(inform).await.unwrap();
    assert_eq!(keys(store, &up, ALL).await, [other]);
    store.device_delete(&ANN, other, at(3)).await.unwrap();
    assert!(keys(store, &up, ALL).await.is_empty());
    // A choice that is taken back leaves nothing behind.
    index(store, &[]).await;
    assert!(!store.is_indexed(&up).await.unwrap());
    merge(observed(&[("Device.Line.1.Status", "Up")])).await;
    assert_eq!(keys(store, &up, ALL).await, [device]);
}

/// Covers C17.
async fn texts_of_a_query_are_only_values(store: &dyn Store) {
    let device = device(store, "A1").await;
    for odd in ["' OR 1=1--", "?", "@id", "%", "\u{0}", "ü\u{1F600}"] {
        let tags = vec![odd.to_owned()];
        store
            .device_set_tags(&ANN, device, tags, START)
            .await
            .unwrap();
        let variables = vec![(odd.to_owned(), odd.to_owned())];
        store
            .device_set_variables(&ANN, device, variables, START)
            .await
            .unwrap();
        for query in [
            format!("tag = \"{odd}\""),
            format!("tag in (\"{odd}\")"),
            format!("tag ~ \"{odd}\" and not campaign(\"{odd}\") exists"),
            format!("variable(\"{odd}\") like \"{odd}\""),
        ] {
            // A question mark is a wildcard of `like`, and matches itself.
            assert_eq!(keys(store, &asking(&query), ALL).await, [device], "{query}");
        }
        let wrong = format!("serial_number = \"{odd}\" or identity ~ \"{odd}{odd}\"");
        assert!(
            keys(store, &asking(&wrong), ALL).await.is_empty(),
            "{wrong}"
        );
    }
}
