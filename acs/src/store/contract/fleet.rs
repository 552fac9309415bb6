//! The fleet as a whole: groups, chosen values, counts, whom a campaign takes, accounts and lines, kept queries.

use super::queries::{QUERIES, STATUS, UP_TIME, asking, index, keys, mixed, pattern};
use super::support::*;
use crate::query::catalogue;
use crate::store::*;

super::cases! { store:
    groups_count_each_device_once_for_each_value,
    chosen_values_come_without_secrets,
    a_campaign_takes_the_devices_its_query_finds,
    the_fleet_is_counted_by_when_its_devices_came,
    a_name_of_a_query_belongs_to_one_owner,
    accounts_and_lines_are_found_from_any_end,
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
        (&super::queries::line(1, "Status"), "Up"),
        (&super::queries::line(2, "Status"), "Up"),
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
