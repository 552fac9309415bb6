//! Informs: what each one changes, what its events mean, and what it leaves as it was.

use super::support::*;
use crate::store::*;
use cwmp::{CwmpVersion, EventCode};
use data_model::ParameterList;
use std::net::{IpAddr, Ipv6Addr};

super::cases! {
    store:
    the_first_inform_creates_the_device_as_it_describes_itself,
    only_the_first_inform_is_a_first_contact,
    a_registered_device_has_its_first_contact_too,
    every_inform_counts_and_is_the_last_one,
    what_an_inform_reports_anew_is_kept,
    what_an_inform_does_not_report_stays_as_it_was,
    an_inform_without_any_parameter_is_taken,
    boot_and_bootstrap_are_noted_with_their_time,
    bootstrap_means_that_nothing_is_applied,
    a_foreign_parameter_key_means_that_somebody_else_has_configured_the_device,
    a_parameter_key_of_before_our_last_change_is_foreign,
    the_parameter_key_we_gave_keeps_the_device_in_agreement,
    informed_values_are_seen,
    a_value_change_stays_seen_after_informs_that_do_not_repeat_it,
    an_inform_that_is_repeated_says_the_same,
    upper_and_lower_case_of_an_oui_are_one_device,
    identities_that_look_alike_are_different_devices,
    an_event_nobody_knows_changes_nothing_by_itself,
}

async fn record(store: &dyn Store, inform: InformRecord) -> InformOutcome {
    store.record_inform(inform).await.unwrap()
}

/// The device agrees with the profiles of stamp 7 and was given this ParameterKey.
async fn agreed(store: &dyn Store, device: Id, parameter_key: &str) {
    let nothing = Observed::default();
    agree(store, device, 7, parameter_key, nothing, START).await;
}

async fn the_first_inform_creates_the_device_as_it_describes_itself(store: &dyn Store) {
    let outcome = record(store, inform("A", at(5), &[EventCode::Boot])).await;
    assert_eq!(
        outcome,
        InformOutcome {
            device: key("A"),
            first_contact: true,
            tasks_due: false,
            stamps: ProfileStamps::default(),
            admitted: Admitted::Yes,
        }
    );
    let device = found(store, outcome.device).await;
    assert_eq!(
        device,
        Device {
            id: key("A"),
            identity: "00562B-ATA192-A".into(),
            manufacturer: "Cisco".into(),
            oui: "00562B".into(),
            product_class: "ATA192".into(),
            serial_number: "A".into(),
            software_version: "1.0".into(),
            hardware_version: "1.0.0".into(),
            root: "Device.".into(),
            connection_request_url: "http://192.0.2.7:7547/call".into(),
            parameter_key: String::new(),
            address: "192.0.2.7".into(),
            cwmp_version: CwmpVersion::V1_2,
            tags: vec![],
            first_seen: at(5),
            last_inform: at(5),
            last_boot: Some(at(5)),
            last_bootstrap: None,
            informs: 1,
            provisioning: Provisioning::default(),
        }
    );
}

async fn only_the_first_inform_is_a_first_contact(store: &dyn Store) {
    let mut first = Vec::new();
    for secs in 0..3 {
        first.push(comes(store, "A", at(secs)).await.first_contact);
    }
    let booted = record(store, inform("A", at(3), &[EventCode::Boot])).await;
    first.push(booted.first_contact);
    assert_eq!(first, [true, false, false, false]);
}

async fn a_registered_device_has_its_first_contact_too(store: &dyn Store) {
    let identity = identity("A");
    let registered = store.device_register(&ANN, &identity, None, START).await;
    registered.unwrap();
    assert!(comes(store, "A", at(10)).await.first_contact);
    assert!(!comes(store, "A", at(20)).await.first_contact);
    let device = found(store, key("A")).await;
    assert_eq!((device.first_seen, device.informs), (START, 2));
    assert_eq!(device.software_version, "1.0");
}

async fn every_inform_counts_and_is_the_last_one(store: &dyn Store) {
    for secs in 0..5 {
        comes(store, "A", at(secs * 100)).await;
        let device = found(store, key("A")).await;
        assert_eq!(
            (device.informs, device.last_inform),
            (secs + 1, at(secs * 100))
        );
    }
    assert_eq!(found(store, key("A")).await.first_seen, START);
}

async fn what_an_inform_reports_anew_is_kept(store: &dyn Store) {
    device(store, "A").await;
    let mut changed = inform("A", at(1), &[EventCode::Periodic]);
    changed.address = IpAddr::V6(Ipv6Addr::LOCALHOST);
    changed.cwmp_version = CwmpVersion::V1_4;
    changed.identity.manufacturer = "Cisco Systems".into();
    let changed = saying(changed, VERSION, "1.1");
    record(store, changed).await;
    let device = found(store, key("A")).await;
    assert_eq!(device.address, "::1");
    assert_eq!(device.cwmp_version, CwmpVersion::V1_4);
    assert_eq!(device.manufacturer, "Cisco Systems");
    assert_eq!(device.software_version, "1.1");
    assert_eq!(device.hardware_version, "1.0.0");
}

/// An Inform need not carry everything: a `14 HEARTBEAT` does not, and devices are sloppy.
async fn what_an_inform_does_not_report_stays_as_it_was(store: &dyn Store) {
    let device = device(store, "A").await;
    agreed(store, device, "").await;
    let mut short = inform("A", at(1), &[EventCode::Heartbeat]);
    short.parameters = list(&[("Device.DeviceInfo.HardwareVersion", "1.0.1")]);
    assert_eq!(record(store, short).await.stamps.agreed, 7);
    let kept = found(store, device).await;
    assert_eq!(kept.hardware_version, "1.0.1");
    assert_eq!(kept.software_version, "1.0");
    assert_eq!(kept.connection_request_url, "http://192.0.2.7:7547/call");
    assert_eq!(kept.root, "Device.");
    assert_eq!(seen(store, device, VERSION).await.as_deref(), Some("1.0"));
}

async fn an_inform_without_any_parameter_is_taken(store: &dyn Store) {
    let mut bare = inform("A", START, &[]);
    bare.parameters = ParameterList::new();
    let outcome = record(store, bare).await;
    assert!(outcome.first_contact);
    let bare = found(store, outcome.device).await;
    assert_eq!((bare.root.as_str(), bare.informs), ("", 1));
}

async fn boot_and_bootstrap_are_noted_with_their_time(store: &dyn Store) {
    device(store, "A").await;
    let times = || async {
        let device = found(store, key("A")).await;
        (device.last_boot, device.last_bootstrap)
    };
    assert_eq!(times().await, (None, None));
    let both = [EventCode::Bootstrap, EventCode::Boot];
    record(store, inform("A", at(1), &both)).await;
    assert_eq!(times().await, (Some(at(1)), Some(at(1))));
    record(store, inform("A", at(2), &[EventCode::Boot])).await;
    assert_eq!(times().await, (Some(at(2)), Some(at(1))));
    comes(store, "A", at(3)).await;
    assert_eq!(times().await, (Some(at(2)), Some(at(1))));
}

async fn bootstrap_means_that_nothing_is_applied(store: &dyn Store) {
    let device = device(store, "A").await;
    agreed(store, device, "").await;
    let fault = TaskFault::ours("no");
    store
        .provisioning_failed(device, 8, fault, START)
        .await
        .unwrap();
    let stamps = comes(store, "A", at(1)).await.stamps;
    assert_eq!((stamps.agreed, stamps.failed), (7, 8));
    // Nothing else in it is new.
    let outcome = record(store, inform("A", at(2), &[EventCode::Bootstrap])).await;
    assert_eq!(outcome.stamps, ProfileStamps::default());
    let kept = found(store, device).await.provisioning;
    assert_eq!((kept.stamp, kept.failed_stamp), (0, 0));
    let later = comes(store, "A", at(3)).await;
    assert_eq!(later.stamps, ProfileStamps::default());
}

async fn a_foreign_parameter_key_means_that_somebody_else_has_configured_the_device(
    store: &dyn Store,
) {
    let device = device(store, "A").await;
    agreed(store, device, "ours").await;
    let with_key = |key, secs| {
        let inform = inform("A", at(secs), &[EventCode::Periodic]);
        record(store, saying(inform, PARAMETER_KEY, key))
    };
    assert_eq!(with_key("ours", 1).await.stamps.agreed, 7);
    assert_eq!(with_key("theirs", 2).await.stamps.agreed, 0);
    assert_eq!(found(store, device).await.parameter_key, "theirs");
    let back = with_key("ours", 3).await;
    assert_eq!(back.stamps.agreed, 0, "what was lost is lost");
}

/// The device said in its Inform what it says now; in between we have written and given it another key. It has lost
/// what we wrote.
async fn a_parameter_key_of_before_our_last_change_is_foreign(store: &dyn Store) {
    let device = device(store, "A").await;
    comes(store, "A", at(1)).await;
    agreed(store, device, "ours").await;
    assert_eq!(comes(store, "A", at(2)).await.stamps.agreed, 0);
    assert_eq!(comes(store, "A", at(3)).await.stamps.agreed, 0);
}

async fn the_parameter_key_we_gave_keeps_the_device_in_agreement(store: &dyn Store) {
    let device = device(store, "A").await;
    agreed(store, device, "ours").await;
    for secs in 1..5 {
        let events: &[EventCode] = match secs {
            3 => &[EventCode::Boot],
            _ => &[EventCode::Periodic],
        };
        let inform = saying(inform("A", at(secs), events), PARAMETER_KEY, "ours");
        assert_eq!(record(store, inform).await.stamps.agreed, 7, "{secs}");
    }
}

async fn informed_values_are_seen(store: &dyn Store) {
    let device = device(store, "A").await;
    let snapshot = store.snapshot(device).await.unwrap();
    assert_eq!(
        pairs(&snapshot.values),
        [
            ("Device.DeviceInfo.HardwareVersion", "1.0.0"),
            (VERSION, "1.0"),
            (
                "Device.ManagementServer.ConnectionRequestURL",
                "http://192.0.2.7:7547/call"
            ),
            (PARAMETER_KEY, ""),
        ]
    );
    assert_eq!(snapshot.at, Some(START));
    assert_eq!(snapshot.writable, [None; 4]);
}

async fn a_value_change_stays_seen_after_informs_that_do_not_repeat_it(store: &dyn Store) {
    let name = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";
    let device = device(store, "A").await;
    let merged = store.snapshot_merge(device, observed(&[(name, "Up")]), START);
    merged.await.unwrap();
    let change = inform("A", at(1), &[EventCode::ValueChange]);
    record(store, saying(change, name, "Down")).await;
    assert_eq!(seen(store, device, name).await.as_deref(), Some("Down"));
    for secs in 2..4 {
        comes(store, "A", at(secs)).await;
        assert_eq!(seen(store, device, name).await.as_deref(), Some("Down"));
    }
    // Many of them, of ever other parameters: none is forgotten.
    for number in 0..40 {
        let mut change = inform("A", at(10 + number), &[EventCode::ValueChange]);
        for part in 0..20 {
            let name = format!("Device.X.{number}.{part}");
            change.parameters.push_str(&name, "1");
        }
        record(store, change).await;
    }
    let snapshot = store.snapshot(device).await.unwrap();
    assert_eq!(snapshot.values.len(), 4 + 1 + 40 * 20);
    assert_eq!(snapshot.values.get(name), Some("Down"));
}

/// An InformResponse that is lost makes the device say the same again.
async fn an_inform_that_is_repeated_says_the_same(store: &dyn Store) {
    let events = [EventCode::Bootstrap, EventCode::Boot];
    let first = record(store, inform("A", START, &events)).await;
    let before = found(store, first.device).await;
    let second = record(store, inform("A", START, &events)).await;
    assert!(first.first_contact && !second.first_contact);
    let after = found(store, first.device).await;
    assert_eq!(
        after,
        Device {
            informs: 2,
            ..before
        }
    );
    let all = DeviceFilter::default();
    assert_eq!(store.device_count(&all).await.unwrap(), 1);
}

async fn upper_and_lower_case_of_an_oui_are_one_device(store: &dyn Store) {
    let first = device(store, "A").await;
    let mut lower = inform("A", at(1), &[EventCode::Boot]);
    lower.identity.oui = "00562b".into();
    let outcome = record(store, lower).await;
    assert_eq!((outcome.device, outcome.first_contact), (first, false));
}

/// Covers C03.
async fn identities_that_look_alike_are_different_devices(store: &dyn Store) {
    let parts = [
        ("A-B", "C"),
        ("A", "B-C"),
        ("", "A-B-C"),
        ("a-b", "c"),
        ("A", "B%2DC"),
        ("%", "'"),
        ("..", "../x"),
        ("$where", "\u{202E}"),
        ("\u{0}", "\u{1F600}"),
        ("x", "x".repeat(10_000).leak() as &str),
    ];
    for (product_class, serial_number) in parts {
        let mut inform = inform(serial_number, START, &[EventCode::Boot]);
        inform.identity.product_class = product_class.into();
        let identity = inform.identity.clone();
        let outcome = record(store, inform).await;
        assert!(outcome.first_contact, "{product_class} {serial_number}");
        let device = found(store, outcome.device).await;
        assert_eq!(device.identity, identity.username());
        assert_eq!(device.product_class, product_class);
        assert_eq!(device.serial_number, serial_number);
    }
    let all = DeviceFilter::default();
    assert_eq!(store.device_count(&all).await.unwrap(), parts.len() as u64);
}

async fn an_event_nobody_knows_changes_nothing_by_itself(store: &dyn Store) {
    let device = device(store, "A").await;
    agreed(store, device, "").await;
    let before = found(store, device).await;
    let odd = EventCode::Other("X VENDOR".into());
    let outcome = record(store, inform("A", START, &[odd])).await;
    assert_eq!(outcome.stamps.agreed, 7);
    let after = found(store, device).await;
    assert_eq!(
        after,
        Device {
            informs: 2,
            ..before
        }
    );
}
