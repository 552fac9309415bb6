//! Filters of devices: every condition must hold, and a text is only ever a text.

use super::support::*;
use crate::store::*;
use cwmp::{DeviceId, EventCode};

super::cases! {
    store:
    a_filter_finds_the_devices_for_which_every_condition_holds,
    a_filter_counts_what_it_lists,
    the_text_of_a_filter_is_looked_for_literally,
    odd_values_of_a_selector_are_only_values,
    nothing_outside_of_a_scope_is_found,
}

/// Three devices: A1 of one product, A2 and A3 of another; A1 and A2 are tagged.
async fn fill(store: &dyn Store) {
    for (serial_number, product_class, version, tags) in [
        ("A1", "ATA191", "1.0", "west beta"),
        ("A2", "ATA192", "1.0", "west"),
        ("A3", "ATA192", "1.1", ""),
    ] {
        let mut inform = inform(serial_number, START, &[EventCode::Boot]);
        inform.identity.product_class = product_class.into();
        let inform = saying(inform, VERSION, version);
        let device = store.record_inform(inform).await.unwrap().device;
        let tags = tags.split_whitespace().map(str::to_owned).collect();
        store
            .device_set_tags(&ANN, device, tags, START)
            .await
            .unwrap();
    }
}

async fn serial_numbers(store: &dyn Store, filter: &DeviceFilter) -> Vec<String> {
    let devices = store.device_list(filter, ALL).await.unwrap();
    let mut found: Vec<String> = devices
        .into_iter()
        .map(|device| device.serial_number)
        .collect();
    found.sort();
    found
}

fn filter(
    product_class: &[&str],
    software_version: &[&str],
    tags: &[&str],
    serial_number: &[&str],
) -> DeviceFilter {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    DeviceFilter {
        selector: Selector {
            product_class: texts(product_class),
            software_version: texts(software_version),
            tags: texts(tags),
            serial_number: texts(serial_number),
            query: None,
        },
        ..DeviceFilter::default()
    }
}

async fn a_filter_finds_the_devices_for_which_every_condition_holds(store: &dyn Store) {
    fill(store).await;
    for (filter, expected) in [
        (filter(&[], &[], &[], &[]), vec!["A1", "A2", "A3"]),
        (filter(&["ATA192"], &[], &[], &[]), vec!["A2", "A3"]),
        (
            filter(&["ATA191", "ATA192"], &[], &[], &[]),
            vec!["A1", "A2", "A3"],
        ),
        (filter(&["ATA192"], &["1.0"], &[], &[]), vec!["A2"]),
        (filter(&[], &[], &["west"], &[]), vec!["A1", "A2"]),
        (filter(&[], &[], &["west", "beta"], &[]), vec!["A1"]),
        (filter(&[], &[], &[], &["A1", "A3"]), vec!["A1", "A3"]),
        (filter(&["ATA192"], &[], &["beta"], &[]), vec![]),
        (filter(&["ATA"], &[], &[], &[]), vec![]),
    ] {
        assert_eq!(serial_numbers(store, &filter).await, expected, "{filter:?}");
    }
    let mut both = filter(&["ATA192"], &[], &[], &[]);
    both.contains = Some("a3".into());
    assert_eq!(serial_numbers(store, &both).await, ["A3"]);
}

async fn a_filter_counts_what_it_lists(store: &dyn Store) {
    fill(store).await;
    for filter in [
        filter(&[], &[], &[], &[]),
        filter(&["ATA192"], &[], &[], &[]),
        filter(&[], &["1.0"], &["west"], &["A2"]),
        filter(&[], &[], &["nowhere"], &[]),
    ] {
        let listed = serial_numbers(store, &filter).await.len() as u64;
        assert_eq!(
            store.device_count(&filter).await.unwrap(),
            listed,
            "{filter:?}"
        );
    }
}

/// Covers C17.
async fn the_text_of_a_filter_is_looked_for_literally(store: &dyn Store) {
    fill(store).await;
    for (text, expected) in [
        ("00562b-ata192", 2),
        ("A1", 3),
        ("-A1", 1),
        ("", 3),
        ("%", 0),
        ("_", 0),
        ("A?", 0),
        ("*", 0),
        ("' OR 1=1--", 0),
        ("\"", 0),
        ("\\", 0),
    ] {
        let filter = DeviceFilter {
            contains: Some(text.into()),
            ..DeviceFilter::default()
        };
        let count = store.device_count(&filter).await.unwrap();
        assert_eq!(count, expected, "`{text}`");
    }
}

/// Covers C17.
async fn odd_values_of_a_selector_are_only_values(store: &dyn Store) {
    let odd = [
        "' OR 1=1--",
        "$where",
        "__proto__",
        "{{7*7}}",
        "%n",
        "a\"b\\c",
        "ü\u{1F600}",
        "a,b",
    ];
    for text in odd {
        let identity = DeviceId {
            product_class: text.into(),
            ..identity(text)
        };
        let registered = store.device_register(&ANN, &identity, None, START).await;
        let device = registered.unwrap().id;
        let tags = vec![text.to_owned()];
        store
            .device_set_tags(&ANN, device, tags, START)
            .await
            .unwrap();
    }
    for text in odd {
        for filter in [
            filter(&[text], &[], &[], &[]),
            filter(&[], &[], &[text], &[]),
            filter(&[], &[], &[], &[text]),
        ] {
            assert_eq!(serial_numbers(store, &filter).await, [text], "{filter:?}");
        }
        let wrong = filter(&[], &[text], &[], &[]);
        assert_eq!(store.device_count(&wrong).await.unwrap(), 0, "{text}");
    }
}

/// Covers A12.
async fn nothing_outside_of_a_scope_is_found(store: &dyn Store) {
    fill(store).await;
    let scope = |tags: &[&str]| Scope::of_tags(tags.iter().map(|tag| (*tag).to_owned()).collect());
    for (scope, expected) in [
        (Scope::default(), &["A1", "A2", "A3"][..]),
        (scope(&["west"]), &["A1", "A2"]),
        (scope(&["beta", "east"]), &["A1"]),
        (scope(&["west", "beta"]), &["A1", "A2"]),
        (scope(&["west"]).and(&scope(&["beta"])), &["A1"]),
        (scope(&["west' OR 1=1--"]), &[]),
        (scope(&[]), &[]),
    ] {
        let filter = DeviceFilter {
            scope: scope.clone(),
            ..DeviceFilter::default()
        };
        assert_eq!(serial_numbers(store, &filter).await, expected, "{scope:?}");
        let count = store.device_count(&filter).await.unwrap();
        assert_eq!(count, expected.len() as u64, "{scope:?}");
        for device in store
            .device_list(&DeviceFilter::default(), ALL)
            .await
            .unwrap()
        {
            let inside = expected.contains(&device.serial_number.as_str());
            assert_eq!(scope.admits(&device.tags), inside, "{scope:?}");
        }
    }
}
