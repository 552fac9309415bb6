//! The first contact with an ACS: what a device fresh from the factory tells, and when it tells it again.

use crate::support::requests::{reboot, set};
use crate::support::{ACS_URL, Bench, Reaction, Setup};
use agent::device::io::SectionKind;
use cwmp::EventCode;

const URL: &str = "Device.ManagementServer.URL";
const OTHER_URL: &str = "https://other.example.net/acs";

/// Covers P-01, P-02, S-01, H-01.
#[test]
fn a_device_from_the_factory_bootstraps_at_once() {
    let mut bench = Bench::new("ata192");
    let began = bench.now();
    let session = bench.session();
    session.succeeds().informs(&["0 BOOTSTRAP", "1 BOOT"]);
    assert_eq!(session.began, began);
    assert_eq!(session.messages(), ["Inform", ""]);
    assert_eq!(session.posts[0].url, ACS_URL);
    assert_eq!(session.inform().retry_count, 0);
    assert_eq!(session.inform().max_envelopes, 1);
    bench.is_quiet_for(60);
}

#[test]
fn the_inform_says_who_the_device_is_and_what_time_it_has() {
    let mut bench = Bench::new("ata192");
    let session = bench.session();
    let inform = session.inform();
    assert_eq!(inform.device_id.username(), "00562B-ATA192-FCH26480QXA");
    assert_eq!(inform.device_id.manufacturer, "Cisco");
    assert_eq!(inform.current_time.as_str(), "2026-03-02T08:15:00+00:00");
}

/// Covers N-11.
#[test]
fn every_inform_carries_the_forced_parameters_of_its_root() {
    let of_device_1 = [
        "Device.DeviceSummary",
        "Device.DeviceInfo.HardwareVersion",
        "Device.DeviceInfo.SoftwareVersion",
        "Device.ManagementServer.ConnectionRequestURL",
        "Device.ManagementServer.ParameterKey",
        "Device.LAN.IPAddress",
    ];
    let of_igd = [
        "InternetGatewayDevice.DeviceSummary",
        "InternetGatewayDevice.DeviceInfo.SpecVersion",
        "InternetGatewayDevice.DeviceInfo.HardwareVersion",
        "InternetGatewayDevice.DeviceInfo.SoftwareVersion",
        "InternetGatewayDevice.DeviceInfo.ProvisioningCode",
        "InternetGatewayDevice.ManagementServer.ConnectionRequestURL",
        "InternetGatewayDevice.ManagementServer.ParameterKey",
    ];
    for (ty, forced) in [
        ("ata191", &of_device_1[..]),
        ("ata192", &of_device_1[..]),
        ("spa122", &of_igd[..]),
    ] {
        let mut bench = Bench::bootstrapped(ty);
        bench.call_device();
        let session = bench.session();
        let names = session.names();
        for name in forced {
            assert!(names.contains(name), "{ty}: no {name} in {names:?}");
        }
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{ty}: a parameter twice");
        let address = session.inform().parameter_list.get_by_suffix("IPAddress");
        assert_eq!(address, Some("192.0.2.10"), "{ty}");
    }
}

/// Covers E-01.
#[test]
fn bootstrap_is_never_told_twice_to_one_acs() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.power_cut();
    bench.session().succeeds().informs(&["1 BOOT"]);
    bench.call_device();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
}

/// Covers E-01, E-11.
#[test]
fn bootstrap_waits_for_its_inform_response_over_power_cuts() {
    let mut bench = Bench::new("ata192");
    for _ in 0..3 {
        bench.acs().reacts(Reaction::Silence);
        bench
            .session()
            .fails("")
            .informs(&["0 BOOTSTRAP", "1 BOOT"]);
        bench.power_cut();
    }
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
}

/// Covers D-02, S-01.
#[test]
fn an_acs_that_writes_another_url_sends_the_device_there() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().calls(set(&[(URL, OTHER_URL)], "moved"));
    bench.call_device();
    let last = bench.session();
    last.succeeds();
    assert!(last.posts.iter().all(|post| post.url == ACS_URL));
    let first = bench.session();
    first.succeeds().informs(&["0 BOOTSTRAP"]);
    assert_eq!(first.began, last.ended);
    assert_eq!(first.posts[0].url, OTHER_URL);
    bench.power_cut();
    let later = bench.session();
    later.informs(&["1 BOOT"]);
    assert_eq!(later.posts[0].url, OTHER_URL);
}

/// Covers D-02.
#[test]
fn the_way_back_to_an_acs_is_a_first_contact_as_well() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(URL, OTHER_URL)], "there").unwrap();
    bench.session().informs(&["0 BOOTSTRAP"]);
    bench.set(&[(URL, ACS_URL)], "back").unwrap();
    bench.session().informs(&["0 BOOTSTRAP"]);
}

/// Covers D-02.
#[test]
fn the_other_name_of_the_url_moves_the_device_too() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = "Device.X_CISCO_ATA.Router.TR_069.TR_069_ACS_URL";
    bench.set(&[(name, OTHER_URL)], "moved").unwrap();
    let first = bench.session();
    first.informs(&["0 BOOTSTRAP"]);
    assert_eq!(first.posts[0].url, OTHER_URL);
}

#[test]
fn a_device_without_an_acs_waits_until_somebody_names_one() {
    let setup = Setup {
        url: String::new(),
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.is_quiet_for(3 * 24 * 3600);
    bench.changes(URL, ACS_URL);
    let session = bench.session();
    assert!(session.tells("0 BOOTSTRAP") && session.tells("1 BOOT"));
    assert_eq!(session.began, bench.now());
}

/// Covers E-03, C-05.
#[test]
fn what_happens_while_bootstrap_waits_is_told_with_it() {
    let mut bench = Bench::new("ata192");
    bench.acs().reacts(Reaction::Break);
    bench.session().fails("the test cuts the cable");
    bench.call_device();
    let session = bench.session();
    session.informs(&["0 BOOTSTRAP", "1 BOOT", "6 CONNECTION REQUEST"]);
    assert_eq!(session.inform().retry_count, 1);
}

/// Covers N-14.
#[test]
fn a_bootstrap_discards_the_events_and_changes_from_before_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().calls(reboot("with-the-old-acs"));
    bench.acs().calls(set(&[(URL, OTHER_URL)], "moved"));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.changes("Device.DeviceInfo.ProvisioningCode", "local");
    bench.resumes();
    bench.session().succeeds();
    // The restart the old ACS asked for still happens.
    let session = bench.session();
    session.informs(&["0 BOOTSTRAP", "1 BOOT"]);
    bench.is_quiet_for(60);
    assert_eq!(bench.get("Device.DeviceInfo.ProvisioningCode"), "local");
}

/// Covers P-02.
#[test]
fn a_refused_inform_opens_no_session_and_leaves_bootstrap_waiting() {
    let mut bench = Bench::new("ata192");
    bench.acs().refuses(cwmp::FaultCode::ACS_REQUEST_DENIED);
    let refused = bench.session();
    refused.fails("refused");
    assert_eq!(refused.messages(), ["Inform"]);
    let waiting = bench.device().core().events.contains(&EventCode::Bootstrap);
    assert!(waiting);
    assert!(bench.stored(SectionKind::Events).contains("0 BOOTSTRAP"));
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
}
