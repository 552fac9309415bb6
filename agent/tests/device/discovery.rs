//! Finding the ACS by DHCP: when an offer counts, what comes with it, when DHCP is asked again.

use crate::support::{ACS_URL, Bench, DEVICE_PASSWORD, Reaction, Setup};
use agent::device::Input;
use agent::device::io::SectionKind;
use cwmp::side::dhcp_discovery::Offer;
use data_model::Timestamp;

const URL: &str = "Device.ManagementServer.URL";
const OFFERED: &str = "https://found.example.net:7547/cwmp";
const MOVED: &str = "https://moved.example.net/cwmp";
const ROGUE: &str = "https://rogue.example.org/";

fn offer(url: &str) -> Input {
    Input::Discovered(Offer {
        url: url.into(),
        ..Offer::default()
    })
}

/// A device nobody has installed an ACS on.
fn without_acs() -> Bench {
    let setup = Setup {
        url: String::new(),
        ..Setup::of("ata192")
    };
    setup.bench()
}

/// A device that has found its ACS by DHCP and has been taken note of.
fn provisioned() -> Bench {
    let mut bench = without_acs();
    bench.settle();
    bench.input(offer(OFFERED));
    bench.session().succeeds();
    bench
}

/// Covers D-10, M14.
#[test]
fn a_device_without_an_acs_takes_the_one_dhcp_names() {
    let mut bench = without_acs();
    bench.is_quiet_for(3600);
    bench.input(Input::Discovered(Offer {
        url: OFFERED.into(),
        provisioning_code: Some("bronze.7".into()),
        retry_minimum_secs: Some(30),
        retry_multiplier: Some(1500),
    }));
    let session = bench.session();
    session.succeeds().informs(&["0 BOOTSTRAP", "1 BOOT"]);
    assert_eq!(session.began, bench.now(), "it does not wait");
    assert_eq!(bench.knows(URL), OFFERED);
    let server = |name: &str| format!("Device.ManagementServer.{name}");
    assert_eq!(bench.knows(&server("CWMPRetryMinimumWaitInterval")), "30");
    assert_eq!(bench.knows(&server("CWMPRetryIntervalMultiplier")), "1500");
    assert_eq!(
        bench.knows("Device.DeviceInfo.ProvisioningCode"),
        "bronze.7"
    );
}

/// Covers M14, D-09.
#[test]
fn a_device_that_was_installed_with_an_acs_never_listens_to_dhcp() {
    let mut bench = Bench::new("ata192");
    bench.input(offer(ROGUE));
    bench.acs().goes_away();
    for _ in 0..9 {
        bench.session().fails("");
        bench.input(offer(ROGUE));
    }
    assert_eq!(bench.knows(URL), ACS_URL);
    assert_eq!(bench.discoveries, 0);
}

/// Covers M14.
#[test]
fn an_offer_after_the_bootstrap_changes_nothing() {
    let mut bench = provisioned();
    bench.input(offer(ROGUE));
    bench.is_quiet_for(3600);
    bench.power_cut();
    bench.input(offer(ROGUE));
    bench.session().succeeds().informs(&["1 BOOT"]);
    assert_eq!(bench.knows(URL), OFFERED);
}

/// Covers M14.
#[test]
fn an_offer_that_never_worked_gives_way_to_the_next_one() {
    let mut bench = without_acs();
    bench.settle();
    bench.acs().goes_away();
    bench.input(offer(ROGUE));
    bench.session().fails("");
    bench.acs().comes_back();
    bench.input(offer(OFFERED));
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
    assert_eq!(bench.knows(URL), OFFERED);
}

/// Covers D-08.
#[test]
fn an_acs_from_dhcp_that_takes_no_connection_for_300_seconds_is_looked_for_again() {
    let mut bench = provisioned();
    bench.input(offer(MOVED));
    let began = fails_until_dhcp_is_asked(&mut bench);
    assert!(bench.now().since_ms(began) >= 300_000);
    bench.acs().comes_back();
    bench.session().succeeds().informs(&["0 BOOTSTRAP"]);
    assert_eq!(bench.knows(URL), MOVED);
}

/// Covers D-08, D-09.
#[test]
fn dhcp_is_asked_again_even_if_the_acs_itself_has_moved_the_device() {
    let mut bench = provisioned();
    bench
        .set(&[(URL, "https://second.example.net/")], "")
        .expect("a usable URL");
    bench.session().succeeds().informs(&["0 BOOTSTRAP"]);
    bench.power_cut();
    bench.session().succeeds();
    fails_until_dhcp_is_asked(&mut bench);
    assert_eq!(bench.knows(URL), "https://second.example.net/");
    bench.acs().comes_back();
    bench.input(offer(MOVED));
    bench.session().succeeds();
    assert_eq!(bench.knows(URL), MOVED);
}

/// Covers D-08.
#[test]
fn an_acs_that_answers_with_an_error_is_not_unreachable() {
    let mut bench = provisioned();
    bench.input(offer(MOVED));
    bench.call_device();
    for _ in 0..8 {
        bench.acs().reacts(Reaction::Status(503));
        bench.session().fails("503");
    }
    assert_eq!((bench.discoveries, bench.knows(URL).as_str()), (0, OFFERED));
}

/// Covers D-09.
#[test]
fn a_factory_reset_forgets_where_the_acs_came_from() {
    let mut bench = provisioned();
    bench.input(Input::LocalFactoryReset);
    bench.settle();
    assert_eq!(bench.knows(URL), "");
    assert!(!bench.stored(SectionKind::Meta).contains("discovered"));
    bench.input(offer(MOVED));
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
}

/// Covers D-10.
#[test]
fn a_person_who_takes_the_acs_away_makes_the_device_ask_dhcp() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(URL, "");
    bench.settle();
    assert_eq!(bench.discoveries, 1);
    bench.input(offer(OFFERED));
    bench.session().succeeds().informs(&["0 BOOTSTRAP"]);
    assert_eq!(bench.knows(URL), OFFERED);
}

/// Covers D-01.
#[test]
fn an_offer_that_is_no_http_url_is_left_alone() {
    let mut bench = without_acs();
    for url in [
        "ftp://files.example.net/",
        "/cwmp",
        "acs.example.net",
        "https:///",
    ] {
        bench.input(offer(url));
        bench.settle();
        assert_eq!(bench.knows(URL), "", "{url}");
    }
}

/// An ACS found by DHCP must not get the password another one has given out.
#[test]
fn a_password_of_the_last_acs_is_not_shown_to_the_next_one() {
    let mut bench = provisioned();
    let password = "Device.ManagementServer.Password";
    bench
        .set(&[(password, "of the first ACS")], "")
        .expect("set");
    bench.input(offer(MOVED));
    fails_until_dhcp_is_asked(&mut bench);
    bench.settle();
    assert_eq!(bench.knows(URL), MOVED);
    assert_eq!(bench.knows(password), DEVICE_PASSWORD);
}

/// An offer during a session waits for its end.
#[test]
fn an_offer_never_changes_the_acs_of_an_open_session() {
    let mut bench = provisioned();
    bench.acs().reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.changes(URL, "");
    bench.input(offer(MOVED));
    assert_eq!(bench.knows(URL), OFFERED);
    bench.resumes();
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
    bench.session().succeeds().informs(&["0 BOOTSTRAP"]);
    assert_eq!(bench.knows(URL), MOVED);
}

/// The ACS is away until the device has asked for DHCP; gives when the first session began that failed.
fn fails_until_dhcp_is_asked(bench: &mut Bench) -> Timestamp {
    bench.acs().goes_away();
    bench.call_device();
    let before = bench.knows(URL);
    let first = bench.session();
    while bench.discoveries == 0 {
        assert_eq!(bench.knows(URL), before, "not before its time");
        bench.session().fails("cable");
    }
    first.began
}
