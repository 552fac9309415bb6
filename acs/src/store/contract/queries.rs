//! Questions about the fleet: a store answers them as the evaluator does, whatever its indexes are.
//!
//! Long because every case asks the same mixed fleet.

use super::support::*;
use crate::provisioning::selector::{DeviceView, selects};
use crate::query::catalogue::{self, ATTRIBUTES};
use crate::query::pattern::Pattern;
use crate::store::*;
use cwmp::EventCode;
use std::collections::BTreeSet;

super::cases! { store:
    a_query_finds_what_the_evaluator_says_with_and_without_an_index,
    pages_of_any_query_hold_every_device_once,
    every_attribute_can_be_asked_for_and_grouped_by,
    states_of_profiles_and_campaigns_are_found,
    accounts_and_lines_are_found_from_any_end,
    an_index_follows_every_change_and_its_absence_changes_no_answer,
    groups_count_each_device_once_for_each_value,
    chosen_values_come_without_secrets,
    a_campaign_takes_the_devices_its_query_finds,
    the_fleet_is_counted_by_when_its_devices_came,
    a_name_of_a_query_belongs_to_one_owner,
    texts_of_a_query_are_only_values,
}

const UP_TIME: &str = "Device.DeviceInfo.UpTime";
const STATUS: &str = "Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";

fn line(number: u32, what: &str) -> String {
    format!("Device.Services.VoiceService.1.VoiceProfile.1.Line.{number}.{what}")
}

fn asking(query: &str) -> DeviceFilter {
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

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

/// A fleet of different devices; the last one was registered and has never come.
async fn mixed(store: &dyn Store) -> Vec<Id> {
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

const QUERIES: [&str; 34] = [
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
    r#"param("Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status") like "e*r" and last_inform > ago("2h") and variable("site") exists"#,
];

/// The devices the evaluator finds, from what the store knows of each.
async fn evaluated(store: &dyn Store, devices: &[Id], filter: &DeviceFilter) -> Vec<Id> {
    let mut expected = Vec::new();
    for id in devices {
        let device = found(store, *id).await;
        let variables = store.device_variables(*id).await.unwrap();
        let snapshot = store.snapshot(*id).await.unwrap();
        let view = DeviceView {
            device: &device,
            variables: &variables,
            values: Some(&snapshot.values),
            now: filter.now,
        };
        if selects(&filter.selector, &view) {
            expected.push(*id);
        }
    }
    expected
}

async fn keys(store: &dyn Store, filter: &DeviceFilter, page: Page<Id>) -> Vec<Id> {
    let devices = store.device_list(filter, page).await.unwrap();
    devices.iter().map(|device| device.id).collect()
}

async fn index(store: &dyn Store, patterns: &[&str]) {
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
        revision: 0,
        selector: Selector::default(),
        precedence: 0,
        values: Vec::new(),
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

async fn accounts_and_lines_are_found_from_any_end(store: &dyn Store) {
    use super::subscribers::{account, line};
    let (one, other) = (device(store, "A1").await, device(store, "A2").await);
    for (name, device, lines) in [
        ("4711", one, vec![line(1, "15550100"), line(2, "15550100")]),
        ("4712", other, vec![line(1, "15550200")]),
    ] {
        let put = store.account_put(&ANN, account(name, lines), at(1)).await;
        let id = put.unwrap().account.id();
        store.account_bind(&ANN, id, device, at(2)).await.unwrap();
    }
    let seen = observed(&[
        (&self::line(1, "Status"), "Up"),
        (&self::line(2, "Status"), "Up"),
    ]);
    store.snapshot_merge(one, seen, at(3)).await.unwrap();
    let hits = async |query: &str| {
        let filter = asking(query);
        let found = keys(store, &filter, ALL).await;
        let number = store.device_count(&filter).await.unwrap();
        assert_eq!(number, found.len() as u64, "{query}");
        found
    };
    for query in [
        r#"account = "4711""#,
        r#"line.number = "15550100""#,
        r#"line.number like "*0100" and line.user ~ "U15""#,
        r#"not account = "4712""#,
        r#"line.state = "registered""#,
    ] {
        assert_eq!(hits(query).await, [one], "{query}");
    }
    assert_eq!(hits(r#"account exists"#).await.len(), 2);
    let attributes = ["account", "line.number", "line.state", "profile.state"];
    let attributes = attributes
        .iter()
        .filter_map(|name| catalogue::find(name))
        .collect();
    let chosen = store
        .device_values(vec![one], Vec::new(), attributes)
        .await
        .unwrap();
    assert_eq!(
        chosen[0].attributes,
        [["4711"], ["15550100"], ["registered"], ["pending"]]
    );
    let by = GroupBy::Attribute(catalogue::find("line.number").unwrap());
    let groups = store.device_groups(&asking(""), &by, 9).await.unwrap();
    assert!(groups.iter().all(|group| group.devices == 1), "{groups:?}");
    assert_eq!(groups.len(), 2);
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

async fn groups_count_each_device_once_for_each_value(store: &dyn Store) {
    mixed(store).await;
    let groups = async |query: &str, by: GroupBy| {
        let groups = store.device_groups(&asking(query), &by, 3).await.unwrap();
        groups
            .into_iter()
            .map(|group| (group.value, group.devices))
            .collect::<Vec<_>>()
    };
    let attribute = |name| GroupBy::Attribute(catalogue::find(name).unwrap());
    let text = |list: &[(&str, u64)]| {
        list.iter()
            .map(|(value, number)| ((*value).to_owned(), *number))
            .collect::<Vec<_>>()
    };
    let tags = text(&[("beta", 16), ("office", 8)]);
    assert_eq!(groups("", attribute("tag")).await, tags);
    assert_eq!(
        groups("param(\"Device.Nothing\") != 1", attribute("tag")).await,
        tags
    );
    let classes = text(&[("ATA192", 9), ("ATA191", 8), ("SPA122", 8)]);
    assert_eq!(groups("", attribute("product_class")).await, classes);
    let beta = text(&[("ATA191", 3), ("ATA192", 3), ("SPA122", 2)]);
    assert_eq!(
        groups("tag = \"office\"", attribute("product_class"))
            .await
            .len(),
        3
    );
    let office = groups(
        "tag = \"beta\" and not tag = \"office\"",
        attribute("product_class"),
    );
    assert_eq!(office.await, beta);
    let without = groups("", GroupBy::Parameter(pattern(STATUS))).await;
    assert_eq!(without.len(), 3);
    index(store, &[STATUS]).await;
    assert_eq!(
        groups("", GroupBy::Parameter(pattern(STATUS))).await,
        without
    );
}

/// Covers M06, U07.
async fn chosen_values_come_without_secrets(store: &dyn Store) {
    let devices = mixed(store).await;
    index(
        store,
        &["Device.Services.VoiceService.*.VoiceProfile.*.Line.*.SIP.*"],
    )
    .await;
    let wanted = vec![
        pattern("Device.Services.VoiceService.*.VoiceProfile.*.Line.*.*"),
        pattern("Device.Services.VoiceService.*.VoiceProfile.*.Line.*.SIP.*"),
        pattern(UP_TIME),
    ];
    let chosen = store
        .device_values(devices.clone(), wanted, Vec::new())
        .await
        .unwrap();
    assert_eq!(chosen.len(), devices.len());
    for (device, chosen) in devices.iter().zip(&chosen) {
        assert_eq!(chosen.device, *device);
        let snapshot = store.snapshot(*device).await.unwrap();
        let known = snapshot.values.iter().filter(|parameter| {
            parameter.name == UP_TIME
                || parameter.name.ends_with("Status")
                || parameter.name.ends_with("Enable")
        });
        let known: Vec<(String, String)> = known
            .map(|parameter| (parameter.name.to_owned(), parameter.value.to_owned()))
            .collect();
        assert_eq!(chosen.values, known);
    }
    let secret = GroupBy::Parameter(pattern(
        "Device.Services.VoiceService.*.VoiceProfile.*.Line.*.SIP.*",
    ));
    assert!(
        store
            .device_groups(&asking(""), &secret, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_campaign_takes_the_devices_its_query_finds(store: &dyn Store) {
    mixed(store).await;
    store.file_put(&ANN, image(campaign_file())).await.unwrap();
    for (number, query) in QUERIES.iter().enumerate() {
        let filter = asking(query);
        let wanted = Campaign {
            selector: filter.selector.clone(),
            created: filter.now,
            ..new_campaign(id(1_000 + number as u64), 1)
        };
        let created = store.campaign_create(&ANN, wanted).await.unwrap();
        let taken = store.campaign_devices(created.id, ALL).await.unwrap();
        let taken: Vec<Id> = taken.iter().map(|entry| entry.device).collect();
        assert_eq!(taken, keys(store, &filter, ALL).await, "{query}");
    }
}

async fn the_fleet_is_counted_by_when_its_devices_came(store: &dyn Store) {
    for (serial, secs) in [("A1", 0), ("A2", 100), ("A3", 170), ("A4", 199)] {
        comes(store, serial, at(secs)).await;
    }
    store
        .device_register(&ANN, &identity("A5"), None, START)
        .await
        .unwrap();
    let counts = async |query: &str| {
        let filter = DeviceFilter {
            now: at(200),
            ..asking(query)
        };
        store.fleet_counts(&filter, at(100)).await
    };
    let all = counts("").await.unwrap();
    let numbers = [
        all.devices,
        all.online,
        all.overdue,
        all.never,
        all.last_minute,
    ];
    assert_eq!(numbers, [5, 3, 1, 1, 2]);
    let of = |value: &str, devices| ValueCount {
        value: value.into(),
        devices,
    };
    assert_eq!(all.versions, [of("1.0", 4), of("", 1)]);
    assert_eq!(all.models, [of("ATA192", 5)]);
    let task = queue(store, reboot(id(1), key("A1"))).await.id;
    claim(store, key("A1"), at(200)).await;
    finish(store, task, failed(), at(200)).await;
    assert_eq!(counts("").await.unwrap().tasks_failed, 1);
    let some = counts(r#"serial_number in ("A1", "A2", "A5") and informs < 5"#)
        .await
        .unwrap();
    let numbers = [some.devices, some.online, some.overdue, some.never];
    assert_eq!((numbers, some.tasks_failed), ([3, 1, 1, 1], 1));
    assert_eq!(some.versions, [of("1.0", 2), of("", 1)]);
    let others = counts(r#"serial_number = "A4""#).await.unwrap();
    assert_eq!((others.devices, others.tasks_failed), (1, 0));
    assert!(conflicts(&counts("Device.X.Y = 1").await));
}

async fn a_name_of_a_query_belongs_to_one_owner(store: &dyn Store) {
    let query = |name: &str, owner: &str, shared| SavedQuery {
        name: name.into(),
        owner: owner.into(),
        shared,
        query: "tag = \"beta\"".parse().unwrap(),
        fields: vec!["identity".into()],
        updated: at(1),
    };
    let bob = Actor::User("bob".into());
    store
        .saved_query_put(&ANN, query("mine", "ann", false))
        .await
        .unwrap();
    store
        .saved_query_put(&ANN, query("ours", "ann", true))
        .await
        .unwrap();
    let taken = store
        .saved_query_put(&bob, query("mine", "bob", false))
        .await;
    assert!(conflicts(&taken));
    let page = |after: Option<&str>| Page {
        after: after.map(str::to_owned),
        limit: 10,
    };
    let all = store.saved_queries("ann", page(None)).await.unwrap();
    assert_eq!(
        all,
        [query("mine", "ann", false), query("ours", "ann", true)]
    );
    let seen = store.saved_queries("bob", page(None)).await.unwrap();
    assert_eq!(seen, [query("ours", "ann", true)]);
    assert_eq!(store.saved_query("bob", "mine").await.unwrap(), None);
    assert!(store.saved_query("bob", "ours").await.unwrap().is_some());
    assert!(
        store
            .saved_queries("ann", page(Some("ours")))
            .await
            .unwrap()
            .is_empty()
    );
    let foreign = store
        .saved_query_delete(&bob, "bob", "ours", at(2))
        .await
        .unwrap();
    assert_eq!(foreign, None);
    let own = store
        .saved_query_delete(&ANN, "ann", "ours", at(2))
        .await
        .unwrap();
    assert_eq!(own, Some(()));
    let lines: Vec<String> = trail(store)
        .await
        .into_iter()
        .map(|line| line.action)
        .collect();
    assert_eq!(lines, ["query.delete", "query.put", "query.put"]);
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
