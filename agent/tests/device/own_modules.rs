//! Changes of modules that a person makes, as far as the ACS wants to hear of them.

use crate::support::modules::{TABLES, URL, blocker, blocker_uuid, outcomes, package, versions};
use crate::support::requests::{change_modules, install, set, uninstall, update};
use crate::support::{Bench, Setup, enveloped};
use agent::device::Input;
use cwmp::rpc::{InformResponse, Operation};
use cwmp::{AcsResponse, CwmpVersion, FaultCode, Header, Namespace};

const EVENT: &str = "12 AUTONOMOUS DU STATE CHANGE COMPLETE";
const ALL: &str = "Install,Update,Uninstall";
const CODES: &str = "9001,9003,9012,9013,9015,9016,9017,9018,9022,9023,9024,9025,9026,9027,9028,9029,9030,9031,9032";

/// A device whose ACS wants to hear of these.
fn told(mut bench: Bench, operations: &str, result: &str, codes: &str) -> Bench {
    let policy = "Device.ManagementServer.DUStateChangeComplPolicy.";
    let names = [
        "Enable",
        "OperationTypeFilter",
        "ResultTypeFilter",
        "FaultCodeFilter",
    ];
    let names = names.map(|name| format!("{policy}{name}"));
    let values = ["1", operations, result, codes];
    let values: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
    bench
        .ask(set(&values, "policy"))
        .expect("a policy is taken");
    bench
}

fn bench(operations: &str, result: &str, codes: &str) -> Bench {
    told(Bench::bootstrapped("ata192"), operations, result, codes)
}

fn wants(bench: &mut Bench, operation: Operation) {
    bench.input(Input::ChangeModules(Box::new(operation)));
}

/// Covers E-01, E-11.
#[test]
fn what_a_person_does_is_reported_as_autonomous() {
    let mut bench = bench(ALL, "Both", CODES);
    bench
        .files()
        .packs_after(5, blocker("1.0"))
        .packs_after(5, blocker("2.0"));
    let uuid = blocker_uuid();
    let cases = [
        (install(URL), "Install", "Installed"),
        (update(&uuid, "", ""), "Update", "Installed"),
        (uninstall(&uuid, ""), "Uninstall", "Uninstalled"),
    ];
    for (operation, performed, state) in cases {
        wants(&mut bench, operation);
        let session = bench.session();
        session.succeeds().informs(&[EVENT]);
        assert!(session.modules.is_empty());
        let [report] = &session.own_modules[..] else {
            panic!("{:?}", session.own_modules)
        };
        assert_eq!(outcomes(&report.results), [(state, 0)]);
        let told = report.results[0].operation_performed.as_deref();
        assert_eq!(told, Some(performed));
        assert_eq!(report.results[0].uuid, uuid);
    }
    assert!(versions(&mut bench).is_empty());
    bench.is_quiet_for(600);
}

/// Covers E-11, P3.
#[test]
fn a_report_survives_reboots_and_a_fault_of_the_acs() {
    let mut bench = bench(ALL, "Both", CODES);
    bench.acs().goes_away();
    wants(&mut bench, uninstall(&blocker_uuid(), ""));
    bench.settle();
    bench.power_cut();
    bench.advance(10);
    bench.sessions();
    bench.acs().comes_back();
    bench
        .acs()
        .lets_pass(1)
        .refuses(FaultCode::ACS_INTERNAL_ERROR);
    let refused = bench.session();
    refused.informs(&["1 BOOT", EVENT]);
    let again = bench.session();
    again.informs(&[EVENT]);
    assert_eq!(outcomes(&again.own_modules[0].results), [("Failed", 9028)]);
    bench.is_quiet_for(600);
}

/// Covers E-01.
#[test]
fn what_the_policy_filters_out_is_never_told() {
    let missing = || uninstall(&blocker_uuid(), "");
    let good = || install(URL);
    let cases = [
        ((ALL, "Both", CODES), good(), true),
        (("Install", "Success", ""), good(), true),
        (("Uninstall", "Failure", "9028"), missing(), true),
        (("Uninstall", "Both", "9028,9001"), missing(), true),
        (("Update,Uninstall", "Both", CODES), good(), false),
        (("", "Both", CODES), good(), false),
        ((ALL, "Failure", CODES), good(), false),
        ((ALL, "Success", CODES), missing(), false),
        ((ALL, "Both", ""), missing(), false),
        ((ALL, "Both", "9001"), missing(), false),
    ];
    for ((operations, result, codes), operation, is_told) in cases {
        let mut bench = bench(operations, result, codes);
        bench.files().packs(blocker("1.0"));
        wants(&mut bench, operation);
        if is_told {
            assert_eq!(bench.session().own_modules.len(), 1);
        }
        bench.is_quiet_for(600);
    }
    // From the factory the policy is off; what is done is done all the same.
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().packs(blocker("1.0"));
    wants(&mut bench, good());
    bench.is_quiet_for(600);
    assert_eq!(versions(&mut bench), ["1.0"]);
}

#[test]
fn a_unit_that_is_being_updated_cannot_be_removed_meanwhile() {
    let mut bench = bench(ALL, "Both", CODES);
    bench.files().packs(blocker("1.0"));
    bench.ask(change_modules("k", &[install(URL)])).unwrap();
    bench.session().succeeds();
    bench.files().packs_after(60, blocker("2.0"));
    let up = update(&blocker_uuid(), "", "");
    bench.ask(change_modules("up", &[up])).unwrap();
    bench.settle();
    wants(&mut bench, uninstall(&blocker_uuid(), ""));
    let session = bench.session();
    assert_eq!(
        outcomes(&session.own_modules[0].results),
        [("Installed", 9029)]
    );
    let session = bench.session();
    assert_eq!(outcomes(&session.modules[0].results), [("Installed", 0)]);
    assert_eq!(versions(&mut bench), ["2.0"]);
}

/// Covers V-05.
#[test]
fn an_acs_of_a_version_before_1_2_is_never_told() {
    for version in [CwmpVersion::V1_0, CwmpVersion::V1_1] {
        let setup = Setup {
            newest_version: version,
            ..Setup::of("ata192")
        };
        let mut first = setup.bench();
        first.session().succeeds();
        let mut bench = told(first, ALL, "Both", CODES);
        bench.files().packs(blocker("1.0"));
        wants(&mut bench, install(URL));
        bench.is_quiet_for(3600);
        assert_eq!(versions(&mut bench), ["1.0"]);
    }
    // One that says so only in its answer.
    let mut bench = bench(ALL, "Both", CODES);
    let answer = AcsResponse::from(InformResponse::default());
    let header = Header::with_id("1");
    bench
        .acs()
        .reacts(enveloped(Namespace::Cwmp11, &header, answer));
    wants(&mut bench, uninstall(&blocker_uuid(), ""));
    let session = bench.session();
    assert!(session.own_modules.is_empty());
    bench.is_quiet_for(3600);
}

/// Covers V-05, E-11.
#[test]
fn a_completion_is_kept_for_an_acs_that_can_be_told() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().packs_after(60, blocker("1.0"));
    bench.ask(change_modules("k", &[install(URL)])).unwrap();
    let answer = AcsResponse::from(InformResponse::default());
    let header = Header::with_id("1");
    bench
        .acs()
        .reacts(enveloped(Namespace::Cwmp10, &header, answer));
    let old = bench.session();
    assert!(old.modules.is_empty());
    let newer = bench.session();
    assert!(newer.began.since_ms(old.ended) >= 5_000, "after a pause");
    newer.informs(&["11 DU STATE CHANGE COMPLETE", "M ChangeDUState: k"]);
    assert_eq!(newer.modules.len(), 1);
}

#[test]
fn what_is_too_long_to_be_kept_is_refused_with_a_line_in_the_log() {
    let mut bench = bench(ALL, "Both", CODES);
    let long = format!("http://files.example.net/{}", "x".repeat(1024));
    wants(&mut bench, install(&long));
    bench.is_quiet_for(600);
    assert!(bench.files().asked.is_empty());
    let log = bench.get("Device.DeviceInfo.DeviceLog");
    assert!(
        log.contains("a change of modules is refused: fault 9003"),
        "{log}"
    );
}

#[test]
fn a_flood_of_own_changes_takes_no_place_away_from_the_acs() {
    let mut bench = bench(ALL, "Both", CODES);
    bench.acs().goes_away();
    for number in 0..100 {
        bench.files().packs(package("ring", &number.to_string()));
        wants(&mut bench, install(URL));
        wants(&mut bench, uninstall(&blocker_uuid(), ""));
        bench.advance(1);
    }
    bench.sessions();
    bench.acs().comes_back();
    let session = bench.session();
    assert!((1..=16).contains(&session.own_modules.len()));
    bench
        .ask(change_modules("asked", &[uninstall(&blocker_uuid(), "")]))
        .unwrap();
    let session = bench.session();
    assert_eq!(session.modules.len(), 1);
    let number = format!("{TABLES}DeploymentUnitNumberOfEntries");
    assert_eq!(bench.get(&number), "8");
}
