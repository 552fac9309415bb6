//! What a person at the device orders, and when the answer may leave.

use crate::support::requests::{allow, set_attributes};
use crate::support::{Bench, Reaction};
use agent::device::orders::{AskedUrl, LocalRefusal, Order};
use cwmp::rpc::RequestDownload;
use data_model::provisioning::profile::EmptyElements;

const URL: &str = "Device.ManagementServer.URL";
const USERNAME: &str = "Device.ManagementServer.Username";
const PERIOD: &str = "Device.ManagementServer.PeriodicInformInterval";

fn change(values: &[(&str, &str)]) -> Order {
    let values = values.iter();
    let owned = values.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Order::Change(owned.collect())
}

fn firmware() -> Order {
    Order::RequestDownload(Box::new(RequestDownload {
        file_type: "1 Firmware Upgrade Image".into(),
        file_type_arg: Vec::new(),
    }))
}

/// Covers D-13, R-01.
#[test]
fn a_change_is_answered_when_it_is_kept_and_all_or_nothing() {
    let mut bench = Bench::bootstrapped("ata192");
    let before = bench.knows(USERNAME);
    let Some(Err(LocalRefusal::Values(refused))) = bench.orders(change(&[
        (USERNAME, "other"),
        (PERIOD, "often"),
        (URL, "ftp://acs.example.net/"),
    ])) else {
        panic!("wrong values are taken");
    };
    let mut names: Vec<&str> = refused.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, [PERIOD, URL]);
    assert_eq!(bench.knows(USERNAME), before);
    let taken = bench.orders(change(&[(USERNAME, "other"), (PERIOD, "600")]));
    assert_eq!(taken, Some(Ok(())));
    bench.power_cut();
    assert_eq!(bench.knows(USERNAME), "other");
    assert_eq!(bench.knows(PERIOD), "600");
}

/// Covers D-13, E-01.
#[test]
fn another_acs_is_greeted_at_once_with_bootstrap() {
    let mut bench = Bench::bootstrapped("ata192");
    let taken = bench.orders(change(&[(URL, "http://other.example.net/acs")]));
    assert_eq!(taken, Some(Ok(())));
    let session = bench.session();
    assert!(session.tells("0 BOOTSTRAP"), "{}", session.line());
}

/// Covers D-13.
#[test]
fn a_corrected_acs_does_not_wait_for_the_retry_of_the_wrong_one() {
    let mut bench = Bench::bootstrapped("ata192");
    for _ in 0..6 {
        bench.acs().reacts(Reaction::Break);
    }
    bench.orders(firmware());
    for _ in 0..6 {
        bench.session().fails("cable");
    }
    let at = bench.now();
    bench.orders(change(&[(USERNAME, "corrected")]));
    bench.session().succeeds();
    assert!(bench.now().since_ms(at) < 5_000);
}

#[test]
fn nothing_is_answered_that_could_not_be_kept() {
    let mut bench = Bench::bootstrapped("ata192");
    let before = bench.knows(USERNAME);
    bench.storage_fails_once();
    assert_eq!(bench.orders(change(&[(USERNAME, "other")])), None);
    assert_eq!(bench.knows(USERNAME), before);
}

/// Covers D-13.
#[test]
fn what_the_acs_keeps_for_itself_is_refused() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.ask(set_attributes(vec![allow(URL, &[])])).unwrap();
    let refused = bench.orders(change(&[(URL, "http://other.example.net/acs")]));
    let Some(Err(LocalRefusal::Values(refused))) = refused else {
        panic!("{refused:?}");
    };
    assert!(refused[0].1.contains("nobody but itself"), "{refused:?}");
}

#[test]
fn a_configuration_rests_while_a_session_is_open() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.advance(5);
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    let refused = bench.orders(change(&[(USERNAME, "other")]));
    assert_eq!(refused, Some(Err(LocalRefusal::InSession)));
    bench.resumes();
    bench.session().succeeds();
    assert_eq!(bench.orders(change(&[(USERNAME, "other")])), Some(Ok(())));
}

/// Covers E-01.
#[test]
fn a_file_is_asked_for_only_if_there_is_somebody_to_ask() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.orders(firmware()), Some(Ok(())));
    let session = bench.session();
    session.succeeds().informs(&["9 REQUEST DOWNLOAD"]);
    assert_eq!(session.wishes.len(), 1);
    bench.orders(change(&[("Device.ManagementServer.EnableCWMP", "0")]));
    assert_eq!(bench.orders(firmware()), Some(Err(LocalRefusal::NoAcs)));
}

/// Covers E-04.
#[test]
fn a_restart_by_a_person_is_a_boot_and_no_reboot_of_the_acs() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.orders(Order::Restart), Some(Ok(())));
    bench.session().succeeds().informs(&["1 BOOT"]);
    assert_eq!(bench.orders(Order::FactoryReset), Some(Ok(())));
    let session = bench.session();
    session.informs(&["0 BOOTSTRAP", "1 BOOT"]);
}

/// Covers D-13, E-01.
#[test]
fn a_power_cut_leaves_another_acs_with_its_bootstrap_or_the_one_before_without() {
    for cut in 1..=6 {
        let mut bench = Bench::bootstrapped("ata192");
        let before = bench.knows(URL);
        let number = bench.carried_out() + cut;
        bench.cuts_power_before_output(number);
        let answer = bench.orders(change(&[(URL, "http://other.example.net/acs")]));
        bench.keeps_power();
        bench.power_cut();
        let session = bench.session();
        let moved = bench.knows(URL) != before;
        assert_eq!(session.tells("0 BOOTSTRAP"), moved, "cut {cut}");
        assert!(moved || answer.is_none(), "cut {cut}: answered and lost");
    }
}

/// A configuration as a person gives it, whose empty elements clear everything but secrets.
fn backup(elements: &str) -> Order {
    Order::Configure {
        file: format!("<flat-profile>{elements}</flat-profile>").into_bytes(),
        empty: EmptyElements::ClearUnlessSecret,
    }
}

/// Covers D-13, R-01, M06.
#[test]
fn a_configuration_a_person_gives_is_taken_whole_and_kept_before_it_is_confirmed() {
    let mut bench = Bench::bootstrapped("ata192");
    let (proxy, forward) = (
        "Device.X_CISCO_ATA.Line.1.Proxy",
        "Device.X_CISCO_ATA.User.1.Cfwd_All_Dest",
    );
    let values = [(forward, "5551234")];
    assert_eq!(bench.orders(change(&values)), Some(Ok(())));
    let good = "<Proxy_1_>sip.example.net</Proxy_1_><Cfwd_All_Dest_1_ ua=\"rw\"/>";
    let bad = format!("{good}<Register_1_>perhaps</Register_1_>");
    let Some(Err(LocalRefusal::Unusable(why))) = bench.orders(backup(&bad)) else {
        panic!("a bad value is taken");
    };
    assert!(why.contains("Register_1_"), "{why}");
    assert_eq!(bench.knows(forward), "5551234");
    assert_eq!(bench.orders(backup(good)), Some(Ok(())));
    bench.power_cut();
    assert_eq!(bench.knows(proxy), "sip.example.net");
    assert_eq!(bench.knows(forward), "");
}

/// Covers D-13.
#[test]
fn a_resync_and_an_upgrade_are_refused_where_the_settings_forbid_them() {
    let mut bench = Bench::bootstrapped("ata192");
    let url = |text: &str| AskedUrl {
        text: text.to_owned(),
        from: "192.0.2.9".parse().expect("an address"),
    };
    let off = [
        ("Device.X_CISCO_ATA.Provisioning.Provision_Enable", "0"),
        ("Device.X_CISCO_ATA.Provisioning.Upgrade_Enable", "0"),
    ];
    assert_eq!(bench.orders(change(&off)), Some(Ok(())));
    for (order, setting) in [
        (Order::Resync(None), "Provision_Enable"),
        (Order::Upgrade(url("http://s/x")), "Upgrade_Enable"),
        (Order::TakeFirmware, "Upgrade_Enable"),
    ] {
        let refused = Some(Err(LocalRefusal::SwitchedOff(setting)));
        assert_eq!(bench.orders(order), refused);
    }
    let on = off.map(|(name, _)| (name, "1"));
    assert_eq!(bench.orders(change(&on)), Some(Ok(())));
    for wrong in ["ftp://s/x", "http://s", "http://:80/x", "a b/c"] {
        let refused = bench.orders(Order::Resync(Some(url(wrong))));
        assert!(
            matches!(refused, Some(Err(LocalRefusal::Unusable(_)))),
            "{wrong}"
        );
    }
}
