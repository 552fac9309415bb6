//! ChangeDUState: what is asked for is done after the session and told once, whatever happens in between.

use crate::support::modules::{TABLES, URL, blocker, blocker_uuid, outcomes, package, results};
use crate::support::modules::{versions, with_units};
use crate::support::requests::{
    change_modules, firmware, install, scheduled, uninstall, update, window,
};
use crate::support::{Bench, Reaction, Setup};
use agent::device::Input;
use agent::device::io::{SectionKind, TransferWork};
use cwmp::rpc::{ChangeDUState, GetRPCMethods, Operation};
use cwmp::{AcsRequest, CpeResponse, CwmpVersion, FaultCode};

/// Covers E-11, T-12.
#[test]
fn a_package_is_installed_after_the_session_and_told_once_with_its_key() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().packs_after(20, blocker("1.2.0"));
    bench.advance(5);
    bench
        .acs()
        .calls(change_modules("blocker", &[install(URL)]));
    bench.call_device();
    let asked = bench.session();
    assert!(matches!(
        asked.answer(),
        Ok(CpeResponse::ChangeDUStateResponse(_))
    ));
    assert!(bench.files().asked.is_empty(), "not in the session");
    assert!(bench.stored(SectionKind::Modules).contains("file-secret"));
    let session = bench.session();
    session.informs(&["11 DU STATE CHANGE COMPLETE", "M ChangeDUState: blocker"]);
    let [result] = results(&session, "blocker") else {
        panic!("{session:?}")
    };
    assert_eq!(outcomes(std::slice::from_ref(result)), [("Installed", 0)]);
    assert_eq!(result.uuid, blocker_uuid());
    assert_eq!(result.version, "1.2.0");
    assert_eq!(
        result.deployment_unit_ref,
        format!("{TABLES}DeploymentUnit.1")
    );
    let execution_unit = format!("{TABLES}ExecutionUnit.1");
    assert_eq!(result.execution_unit_ref_list, execution_unit);
    assert!(result.resolved);
    assert_eq!(result.operation_performed, None);
    let (start, end) = (result.start_time.instant(), result.complete_time.instant());
    assert!(end.unwrap().since_ms(start.unwrap()) >= 20_000);
    let job = bench.files().asked[0].clone();
    assert_eq!((job.url.as_str(), job.username.as_str()), (URL, "reader"));
    assert!(matches!(job.work, TransferWork::Package(_)));
    bench.is_quiet_for(3600);
    assert_eq!(bench.stored(SectionKind::Modules), "null");
}

/// Covers S-01.
#[test]
fn an_installed_unit_is_in_the_tables_until_it_is_removed() {
    let mut bench = with_units(&["1.2.0"]);
    let unit = format!("{TABLES}DeploymentUnit.1.");
    let expected = [
        ("UUID", blocker_uuid()),
        ("Name", "call-blocker".into()),
        ("Vendor", "example.net".into()),
        ("Version", "1.2.0".into()),
        ("URL", URL.into()),
        ("Status", "Installed".into()),
        ("Resolved", "1".into()),
        ("Alias", "cpe-1".into()),
        ("ExecutionUnitList", format!("{TABLES}ExecutionUnit.1")),
        ("ExecutionEnvRef", format!("{TABLES}ExecEnv.1")),
    ];
    for (name, value) in &expected {
        assert_eq!(bench.get(&format!("{unit}{name}")), *value, "{name}");
    }
    let environment = format!("{TABLES}ExecEnv.1.");
    assert_eq!(
        bench.get(&format!("{environment}AvailableDiskSpace")),
        "4032"
    );
    let active = format!("{environment}ActiveExecutionUnits");
    assert_eq!(bench.get(&active), format!("{TABLES}ExecutionUnit.1"));
    let number = format!("{TABLES}DeploymentUnitNumberOfEntries");
    assert_eq!(bench.get(&number), "1");
    bench.power_cut();
    bench.session().succeeds();
    assert_eq!(bench.get(&format!("{unit}Version")), "1.2.0");
    let remove = change_modules("x", &[uninstall(&blocker_uuid(), "")]);
    bench.ask(remove).unwrap();
    let session = bench.session();
    let results = results(&session, "x");
    assert_eq!(outcomes(results), [("Uninstalled", 0)]);
    assert_eq!(results[0].version, "1.2.0");
    assert_eq!(bench.get(&number), "0");
    assert_eq!(bench.get(&active), "");
    assert_eq!(
        bench.get(&format!("{environment}AvailableDiskSpace")),
        "4096"
    );
}

#[test]
fn a_factory_reset_leaves_no_unit() {
    let mut bench = with_units(&["1.2.0"]);
    bench.input(Input::LocalFactoryReset);
    bench.session().succeeds();
    assert!(versions(&mut bench).is_empty());
    bench.is_quiet_for(600);
}

/// What each way to name units updates, of two units from one place and another place.
#[test]
fn an_update_means_what_it_names_by_uuid_by_url_or_everything() {
    const OTHER: &str = "http://files.example.net:7567/modules/ring.pkg";
    let uuid = blocker_uuid();
    let cases = [
        (update(&uuid, "", ""), 1, ["2.0", "1.0"]),
        (update(&uuid, "1.0", ""), 1, ["2.0", "1.0"]),
        (
            update(&uuid, "", "http://files.example.net/elsewhere"),
            1,
            ["2.0", "1.0"],
        ),
        (update("", "", URL), 1, ["2.0", "1.0"]),
        (update("", "", OTHER), 1, ["1.0", "2.0"]),
        (update("", "", ""), 2, ["2.0", "2.0"]),
    ];
    for (operation, count, expected) in cases {
        let mut bench = with_units(&["1.0"]);
        bench.files().packs(package("ring", "1.0"));
        bench.ask(change_modules("", &[install(OTHER)])).unwrap();
        bench.session().succeeds();
        let name = if expected[0] == "2.0" {
            "call-blocker"
        } else {
            "ring"
        };
        bench.files().packs_after(5, package(name, "2.0"));
        if count == 2 {
            bench.files().packs_after(5, package("ring", "2.0"));
        }
        bench
            .ask(change_modules("up", std::slice::from_ref(&operation)))
            .unwrap();
        let session = bench.session();
        let results = results(&session, "up");
        assert_eq!(
            outcomes(results),
            vec![("Installed", 0); count],
            "{operation:?}"
        );
        assert_eq!(versions(&mut bench), expected, "{operation:?}");
        let fetched = bench.files().asked.last().map(|job| job.url.clone());
        let Operation::Update(update) = operation else {
            unreachable!("all are updates")
        };
        if let Some(url) = update.url {
            assert_eq!(fetched.as_ref(), Some(&url));
            let shown = bench.get(&format!(
                "{TABLES}DeploymentUnit.{}.URL",
                if name == "ring" { 2 } else { 1 }
            ));
            assert_eq!(shown, url);
        }
    }
}

/// Covers E-11.
#[test]
fn operations_are_done_in_order_and_told_in_one_message() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().packs_after(5, blocker("1.0"));
    bench.files().fails_after(5, FaultCode::ACCESS_FILE);
    bench.files().packs_after(5, blocker("2.0"));
    let uuid = blocker_uuid();
    let operations = [
        install(URL),
        install("http://files.example.net/missing"),
        update(&uuid, "", ""),
        uninstall(&uuid, "1.0"),
        uninstall(&uuid, "2.0"),
    ];
    bench.ask(change_modules("all", &operations)).unwrap();
    let session = bench.session();
    let told = results(&session, "all");
    assert_eq!(
        outcomes(told),
        [
            ("Installed", 0),
            ("Failed", 9016),
            ("Installed", 0),
            ("Failed", 9028),
            ("Uninstalled", 0)
        ]
    );
    assert!(versions(&mut bench).is_empty());
    bench.is_quiet_for(3600);
}

/// Covers P-03.
#[test]
fn a_package_that_arrives_in_a_session_is_installed_behind_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().packs_after(60, blocker("1.0"));
    bench.ask(change_modules("k", &[install(URL)])).unwrap();
    bench.advance(5);
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.files_arrive();
    assert!(versions(&mut bench).is_empty());
    bench.resumes();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
    let session = bench.session();
    assert_eq!(outcomes(results(&session, "k")), [("Installed", 0)]);
    assert_eq!(versions(&mut bench), ["1.0"]);
}

/// Covers T-17.
#[test]
fn packages_and_other_files_are_moved_one_at_a_time_and_keep_nobody_waiting_for_a_window() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails_after(60, FaultCode::ACCESS_FILE);
    bench.files().packs_after(60, blocker("1.0"));
    bench.files().fails_after(60, FaultCode::ACCESS_FILE);
    let mut third = firmware("third");
    third.delay_seconds = 90;
    let requests = vec![
        firmware("first").into(),
        change_modules("second", &[install(URL)]),
        third.into(),
    ];
    bench.ask_all(requests);
    bench.advance(30);
    assert_eq!(bench.files().asked.len(), 1);
    bench.advance(60);
    assert_eq!(bench.files().asked.len(), 2);
    let told = bench.session();
    assert_eq!(told.reported(), [("first".to_owned(), 9016)]);
    let told = bench.session();
    assert_eq!(outcomes(results(&told, "second")), [("Installed", 0)]);
    let told = bench.session();
    assert_eq!(told.reported(), [("third".to_owned(), 9016)]);

    // An image that waits until nobody is on the phone stands in nobody's way, and its restart loses no module.
    let call = "Device.X_CISCO_ATA.Status.Line.1.Call.1.State";
    bench
        .files()
        .delivers_after(60, "ATA192", "11-3-3MPP0104-240");
    let mut window = window(0, 3_600, 0);
    window.window_mode = "3 When Idle".into();
    bench.ask(scheduled("idle", &[window])).unwrap();
    bench.advance(10);
    bench.changes(call, "Connected");
    bench.advance(60);
    bench.files().packs_after(60, blocker("2.0"));
    bench.files().packs_after(60, blocker("2.0"));
    let up = update(&blocker_uuid(), "", "");
    bench.ask(change_modules("up", &[up])).unwrap();
    bench.advance(20);
    assert_eq!(bench.files().asked.len(), 5, "the package is on its way");
    bench.changes(call, "Idle");
    bench.advance(600);
    let sessions = bench.sessions();
    let told: Vec<_> = sessions
        .iter()
        .flat_map(|session| session.reported())
        .collect();
    assert_eq!(told, [("idle".to_owned(), 0)]);
    assert_eq!(versions(&mut bench), ["2.0"]);
    let told = sessions.iter().flat_map(|session| &session.modules);
    assert_eq!(told.count(), 1);
}

#[test]
fn more_than_is_kept_is_refused_and_sixteen_operations_are_not() {
    let mut bench = Bench::bootstrapped("ata192");
    let uuid = blocker_uuid();
    let removals = |count| vec![uninstall(&uuid, ""); count];
    let fault = bench.ask(change_modules("17", &removals(17))).unwrap_err();
    assert_eq!(fault.code.number(), 9004);
    bench.ask(change_modules("16", &removals(16))).unwrap();
    let session = bench.session();
    assert_eq!(results(&session, "16").len(), 16);
    bench.files().hangs();
    let fetch = vec![install(URL); 16];
    bench.ask(change_modules("16", &fetch)).unwrap();
    let fault = bench.ask(change_modules("one more", &removals(1)));
    assert_eq!(fault.unwrap_err().code.number(), 9004);
    let empty = ChangeDUState::default();
    assert_eq!(bench.ask(empty).unwrap_err().code.number(), 9003);
    let long = install(&format!("http://files.example.net/{}", "x".repeat(1024)));
    let fault = bench.ask(change_modules("x", &[long])).unwrap_err();
    assert_eq!(fault.code.number(), 9003);
}

fn is_listed(bench: &mut Bench) -> bool {
    match bench.ask(GetRPCMethods {}) {
        Ok(CpeResponse::GetRPCMethodsResponse(response)) => {
            response.method_list.iter().any(|it| it == "ChangeDUState")
        }
        other => panic!("{other:?}"),
    }
}

/// Covers X-10, V-05.
#[test]
fn where_there_are_no_modules_the_method_is_neither_listed_nor_answered() {
    let old = Setup {
        newest_version: CwmpVersion::V1_1,
        ..Setup::of("ata192")
    };
    let mut on_hardware = Bench::bootstrapped("ata192");
    on_hardware.input(Input::Hardware(Box::new(crate::hardware::machine())));
    let benches = [Bench::new("spa122"), old.bench(), on_hardware];
    for (place, mut bench) in benches.into_iter().enumerate() {
        bench.advance(60);
        bench.sessions();
        let request: AcsRequest = change_modules("k", &[install(URL)]);
        let fault = bench.ask(request).unwrap_err();
        assert_eq!(fault.code.number(), 9000, "{place}");
        assert!(!is_listed(&mut bench), "{place}");
        bench.is_quiet_for(60);
        assert!(bench.files().asked.is_empty());
        if place == 2 {
            let number = format!("{TABLES}ExecEnvNumberOfEntries");
            assert_eq!(bench.get(&number), "0");
        }
    }
    assert!(is_listed(&mut Bench::bootstrapped("ata191")));
}

/// Covers E-01.
#[test]
fn bootstrap_alone_discards_a_completion() {
    let mut bench = with_units(&[]);
    bench.files().packs_after(60, blocker("1.0"));
    bench.ask(change_modules("k", &[install(URL)])).unwrap();
    bench.acs().goes_away();
    bench.advance(300);
    bench.changes(
        "Device.ManagementServer.URL",
        "http://other.example.net/cwmp",
    );
    bench.acs().comes_back();
    bench.advance(3600);
    let sessions = bench.sessions();
    assert!(
        sessions
            .iter()
            .any(|session| { !session.informs.is_empty() && session.tells("0 BOOTSTRAP") })
    );
    assert!(sessions.iter().all(|session| {
        session.informs.is_empty() || session.tells("0 BOOTSTRAP") || session.modules.is_empty()
    }));
    assert_eq!(versions(&mut bench), ["1.0"]);
    assert_eq!(bench.stored(SectionKind::Modules), "null");
}
