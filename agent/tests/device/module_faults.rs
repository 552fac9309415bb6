//! Every way an operation of ChangeDUState can fail has its code, changes nothing, and stops no other operation.

use crate::support::Bench;
use crate::support::modules::{
    TABLES, URL, blocker, blocker_uuid, outcomes, package, results, versions, with_units,
};
use crate::support::requests::{change_modules, install, set, uninstall, update};
use cwmp::FaultCode;
use cwmp::rpc::{InstallOperation, Operation, OperationResult, UninstallOperation};
use data_model::package::PackageHeader;

/// What comes of one operation, and of a removal behind it that never fails in another way.
fn all(bench: &mut Bench, operation: Operation) -> Vec<OperationResult> {
    let nothing = uninstall("00000000-0000-5000-8000-000000000000", "");
    bench
        .ask(change_modules("it", &[operation, nothing]))
        .expect("what is wrong is told in the result");
    let session = bench.session();
    let mut results = results(&session, "it").to_vec();
    let last = results.pop().expect("each operation has its result");
    assert_eq!(last.fault.fault_code, 9028);
    results
}

/// State and fault code of the only result.
fn does(bench: &mut Bench, operation: Operation) -> (String, u16) {
    let results = all(bench, operation);
    let [(state, code)] = outcomes(&results)[..] else {
        panic!("{results:?}")
    };
    (state.to_owned(), code)
}

fn code(bench: &mut Bench, operation: Operation) -> u16 {
    let before = versions(bench);
    let (_, code) = does(bench, operation);
    assert_eq!(versions(bench), before, "nothing has changed");
    code
}

fn install_with(change: impl FnOnce(&mut InstallOperation)) -> Operation {
    let mut it = InstallOperation {
        url: URL.into(),
        ..InstallOperation::default()
    };
    change(&mut it);
    Operation::Install(it)
}

#[test]
fn what_is_no_uuid_is_refused_by_every_operation() {
    let mut bench = with_units(&["1.0"]);
    let bad = ["no-uuid", "{df1e675d-b743-5f6c-9952-6311d0f141df}"];
    for uuid in bad {
        let with_uuid = install_with(|it| it.uuid = Some(uuid.into()));
        assert_eq!(code(&mut bench, with_uuid), 9022);
        assert_eq!(code(&mut bench, update(uuid, "", URL)), 9022);
        assert_eq!(code(&mut bench, uninstall(uuid, "")), 9022);
    }
    assert_eq!(code(&mut bench, uninstall("", "")), 9022);
}

#[test]
fn the_environment_has_to_be_known_enabled_and_the_right_one() {
    let mut bench = with_units(&["1.0"]);
    let in_environment = |path: &str| install_with(|it| it.execution_env_ref = Some(path.into()));
    let unknown = [
        "Device.SoftwareModules.ExecEnv.2",
        "Device.SoftwareModules.",
        "Device.SoftwareModules.ExecEnv.",
        "Device.SoftwareModules.DeploymentUnit.1.",
        "nonsense",
    ];
    for path in unknown {
        assert_eq!(code(&mut bench, in_environment(path)), 9023, "{path}");
    }
    let elsewhere = Operation::Uninstall(UninstallOperation {
        uuid: blocker_uuid(),
        version: None,
        execution_env_ref: Some("Device.SoftwareModules.ExecEnv.2".into()),
    });
    assert_eq!(code(&mut bench, elsewhere), 9028);
    for (path, version) in [
        ("Device.SoftwareModules.ExecEnv.1", "2"),
        (".SoftwareModules.ExecEnv.1.", "3"),
    ] {
        bench.files().packs(blocker(version));
        let (state, code) = does(&mut bench, in_environment(path));
        assert_eq!((state.as_str(), code), ("Installed", 0), "{path}");
    }
    let other = PackageHeader {
        environment: "Other-Modules-1".into(),
        ..blocker("9")
    };
    bench.files().packs(other.clone()).packs(other);
    assert_eq!(code(&mut bench, install(URL)), 9025);
    assert_eq!(code(&mut bench, update(&blocker_uuid(), "3", "")), 9025);

    let enable = format!("{TABLES}ExecEnv.1.Enable");
    bench.ask(set(&[(&enable, "0")], "k")).unwrap();
    bench.sessions();
    bench.advance(60);
    for operation in [
        install(URL),
        update(&blocker_uuid(), "3", ""),
        uninstall(&blocker_uuid(), "3"),
    ] {
        assert_eq!(code(&mut bench, operation), 9024);
    }
}

#[test]
fn an_environment_that_is_disabled_while_the_package_is_on_its_way_takes_none() {
    let mut bench = with_units(&[]);
    bench.files().packs_after(60, blocker("1.0"));
    bench.ask(change_modules("it", &[install(URL)])).unwrap();
    bench.settle();
    bench.changes(&format!("{TABLES}ExecEnv.1.Enable"), "0");
    let session = bench.session();
    assert_eq!(outcomes(results(&session, "it")), [("Failed", 9024)]);
}

#[test]
fn the_same_version_is_installed_once_and_another_one_beside_it() {
    let mut bench = with_units(&["1.0"]);
    bench.files().packs(blocker("1.0"));
    assert_eq!(code(&mut bench, install(URL)), 9026);
    bench.files().packs(blocker("0.9"));
    assert_eq!(does(&mut bench, install(URL)).1, 0);
    let mine = "0DB5D7FC-1C2A-4D7C-8B7C-70B5A1E0D0A1";
    bench.files().packs(blocker("1.0")).packs(blocker("1.0"));
    let with_uuid = || install_with(|it| it.uuid = Some(mine.into()));
    let [result] = &all(&mut bench, with_uuid())[..] else {
        panic!("one result")
    };
    assert_eq!(result.uuid, mine);
    let other_case = mine.to_ascii_lowercase();
    let in_other_case = install_with(|it| it.uuid = Some(other_case.clone()));
    assert_eq!(code(&mut bench, in_other_case), 9026);
    bench.files().packs(blocker("1.0"));
    assert_eq!(code(&mut bench, update(&other_case, "", "")), 9032);
    assert_eq!(versions(&mut bench), ["1.0", "0.9", "1.0"]);
}

#[test]
fn units_and_their_bytes_have_a_limit() {
    let mut bench = with_units(&[]);
    let huge = PackageHeader {
        bytes: 4_096 * 1024 + 1,
        ..blocker("1.0")
    };
    bench.files().packs(huge.clone());
    assert_eq!(code(&mut bench, install(URL)), 9027);
    let half = |version: &str| PackageHeader {
        bytes: 2_048 * 1024,
        ..blocker(version)
    };
    bench.files().packs(half("1.0"));
    assert_eq!(does(&mut bench, install(URL)).1, 0);
    bench.files().packs(PackageHeader {
        bytes: 3_000 * 1024,
        ..package("ring", "1.0")
    });
    assert_eq!(code(&mut bench, install(URL)), 9027);
    // An update frees what it replaces.
    bench.files().packs(PackageHeader {
        bytes: 4_000 * 1024,
        ..blocker("2.0")
    });
    let grown = update(&blocker_uuid(), "", "");
    assert_eq!(does(&mut bench, grown).1, 0);
    bench.files().packs(PackageHeader {
        version: "3.0".into(),
        ..huge
    });
    assert_eq!(code(&mut bench, update(&blocker_uuid(), "", "")), 9027);

    let mut bench = with_units(&["1", "2", "3", "4", "5", "6", "7", "8"]);
    bench.files().packs(blocker("9"));
    assert_eq!(code(&mut bench, install(URL)), 9027);
}

#[test]
fn updates_and_removals_of_what_is_not_there_are_refused() {
    let mut bench = with_units(&[]);
    assert_eq!(code(&mut bench, update("", "", "")), 9028);
    let mut bench = with_units(&["1.0"]);
    let other = package("ring", "1").uuid();
    assert_eq!(code(&mut bench, update(&other, "", "")), 9028);
    assert_eq!(
        code(&mut bench, update("", "", "http://files.example.net/x")),
        9028
    );
    assert_eq!(code(&mut bench, update(&blocker_uuid(), "2.0", "")), 9028);
    assert_eq!(code(&mut bench, update("", "2.0", "")), 9028);
    assert_eq!(code(&mut bench, uninstall(&other, "")), 9028);
    assert_eq!(code(&mut bench, uninstall(&blocker_uuid(), "2.0")), 9028);
}

#[test]
fn an_update_goes_forward_and_says_of_which_version() {
    let uuid = blocker_uuid();
    let mut bench = with_units(&["1.9"]);
    bench.files().packs(blocker("1.8"));
    assert_eq!(code(&mut bench, update(&uuid, "", "")), 9030);
    bench.files().packs(blocker("1.9"));
    assert_eq!(code(&mut bench, update(&uuid, "", "")), 9032);
    bench.files().packs(package("ring", "2.0"));
    assert_eq!(code(&mut bench, update(&uuid, "", "")), 9018);
    bench.files().packs(blocker("1.10"));
    assert_eq!(
        does(&mut bench, update(&uuid, "", "")),
        ("Installed".into(), 0)
    );

    let mut bench = with_units(&["1.0", "2.0"]);
    assert_eq!(code(&mut bench, update(&uuid, "", "")), 9031);
    assert_eq!(code(&mut bench, update("", "", URL)), 9031);
    bench.files().packs(blocker("2.0"));
    assert_eq!(code(&mut bench, update(&uuid, "1.0", "")), 9032);
    bench.files().packs(blocker("3.0"));
    let [result] = &all(&mut bench, update(&uuid, "1.0", ""))[..] else {
        panic!("one result")
    };
    assert_eq!(
        (result.version.as_str(), result.fault.fault_code),
        ("3.0", 0)
    );
    assert_eq!(versions(&mut bench), ["3.0", "2.0"]);
}

#[test]
fn a_removal_without_a_version_removes_all_of_them() {
    let mut bench = with_units(&["1.0", "2.0"]);
    let results = all(&mut bench, uninstall(&blocker_uuid(), ""));
    assert_eq!(outcomes(&results), [("Uninstalled", 0), ("Uninstalled", 0)]);
    assert!(versions(&mut bench).is_empty());
}

/// Covers M04.
#[test]
fn what_hinders_the_transfer_is_told_in_codes_a_result_may_carry() {
    let mut bench = with_units(&["1.0"]);
    let cases = [
        (FaultCode::TRANSFER_AUTHENTICATION, 9012),
        (FaultCode::CONTACT_FILE_SERVER, 9015),
        (FaultCode::ACCESS_FILE, 9016),
        (FaultCode::COMPLETE_DOWNLOAD, 9017),
        (FaultCode::FILE_CORRUPTED, 9018),
        // A signature nobody trusts, and the general failure, have no code of their own here.
        (FaultCode::FILE_AUTHENTICATION, 9018),
        (FaultCode::TRANSFER_FAILURE, 9017),
        (FaultCode::INTERNAL_ERROR, 9001),
    ];
    for (fault, told) in cases {
        bench.files().fails(fault).fails(fault);
        assert_eq!(code(&mut bench, install(URL)), told);
        let results = all(&mut bench, update(&blocker_uuid(), "", ""));
        assert_eq!(outcomes(&results), [("Installed", told)], "it still is");
        assert_eq!(results[0].version, "1.0");
    }
    let asked = bench.files().asked.len();
    assert_eq!(code(&mut bench, install("ftp://files.example.net/x")), 9013);
    assert_eq!(code(&mut bench, install("x.pkg")), 9003);
    assert_eq!(
        code(&mut bench, install("http://a:b@files.example.net/x")),
        9003
    );
    assert_eq!(bench.files().asked.len(), asked, "nobody was asked");
}
