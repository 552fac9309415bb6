//! Execution units: which of them run, who may say so, and what of it the ACS hears.

use crate::support::Bench;
use crate::support::modules::{TABLES, URL, blocker, blocker_uuid, results};
use crate::support::requests::{change_modules, install, set, uninstall, update};
use cwmp::Fault;
use cwmp::rpc::Status;

fn status() -> String {
    format!("{TABLES}ExecutionUnit.1.Status")
}

fn wish() -> String {
    format!("{TABLES}ExecutionUnit.1.RequestedState")
}

fn enable() -> String {
    format!("{TABLES}ExecEnv.1.Enable")
}

fn auto_start() -> String {
    format!("{TABLES}ExecutionUnit.1.AutoStart")
}

/// A device with one unit, of which everything is told.
fn bench() -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().packs(blocker("1.0"));
    let asked = bench.ask(change_modules("k", &[install(URL)]));
    asked.expect("modules are supported");
    results(&bench.session(), "k");
    bench
}

fn sets(bench: &mut Bench, values: &[(&str, &str)]) -> Result<Status, Fault> {
    bench.set(values, "key")
}

/// Covers N-01.
#[test]
fn a_unit_stops_and_starts_as_it_is_told_and_the_acs_hears_of_it() {
    let mut bench = bench();
    assert_eq!(bench.get(&status()), "Active");
    for state in ["Idle", "Active"] {
        assert_eq!(sets(&mut bench, &[(&wish(), state)]), Ok(Status::Applied));
        let session = bench.session();
        session.succeeds().informs(&["4 VALUE CHANGE"]);
        assert_eq!(session.value(&status()), Some(state));
        assert_eq!(bench.get(&wish()), "", "a command reads as nothing");
        // What it does already, it need not be told.
        sets(&mut bench, &[(&wish(), state)]).unwrap();
        bench.is_quiet_for(60);
    }
    let refused = sets(&mut bench, &[(&wish(), "Stopping")]).unwrap_err();
    assert_eq!(refused.parameters[0].fault_code.number(), 9007);
}

#[test]
fn after_a_boot_those_run_that_start_by_themselves() {
    let mut bench = bench();
    sets(&mut bench, &[(&wish(), "Idle")]).unwrap();
    bench.session().succeeds();
    bench.power_cut();
    let session = bench.session();
    assert_eq!(session.value(&status()), Some("Active"));
    sets(&mut bench, &[(&auto_start(), "0")]).unwrap();
    assert_eq!(bench.get(&status()), "Active", "until the next boot");
    bench.power_cut();
    let session = bench.session();
    assert_eq!(session.value(&status()), Some("Idle"));
}

#[test]
fn in_a_disabled_environment_nothing_runs_and_nothing_can_be_started() {
    let mut bench = bench();
    sets(&mut bench, &[(&enable(), "0")]).unwrap();
    let session = bench.session();
    assert_eq!(session.value(&status()), Some("Idle"));
    assert_eq!(bench.get(&format!("{TABLES}ExecEnv.1.Status")), "Disabled");
    assert_eq!(
        bench.get(&format!("{TABLES}DeploymentUnit.1.Status")),
        "Installed"
    );
    let refused = sets(&mut bench, &[(&wish(), "Active")]).unwrap_err();
    assert_eq!(refused.parameters[0].parameter_name, wish());
    bench.power_cut();
    bench.session().succeeds();
    assert_eq!(bench.get(&status()), "Idle");
    // Both in one call: what is to be is what counts.
    let both = [(enable(), "1"), (wish(), "Active")];
    let both: Vec<(&str, &str)> = both.iter().map(|(name, to)| (name.as_str(), *to)).collect();
    sets(&mut bench, &both).unwrap();
    let session = bench.session();
    assert_eq!(session.value(&status()), Some("Active"));
    let off = [(enable(), "0"), (wish(), "Idle")];
    let off: Vec<(&str, &str)> = off.iter().map(|(name, to)| (name.as_str(), *to)).collect();
    assert!(sets(&mut bench, &off).is_err());
    bench.changes(&enable(), "0");
    let session = bench.session();
    assert_eq!(session.value(&status()), Some("Idle"));
}

#[test]
fn an_update_shows_while_it_is_under_way_and_leaves_a_unit_as_it_was() {
    for state in ["Idle", "Active"] {
        let mut bench = bench();
        bench.ask(set(&[(&wish(), state)], "k")).unwrap();
        bench.advance(60);
        bench.sessions();
        bench.files().packs_after(60, blocker("2.0"));
        let up = update(&blocker_uuid(), "", "");
        bench.ask(change_modules("up", &[up])).unwrap();
        let unit = format!("{TABLES}DeploymentUnit.1.");
        assert_eq!(bench.get(&format!("{unit}Status")), "Updating");
        results(&bench.session(), "up");
        assert_eq!(bench.get(&format!("{unit}Status")), "Installed");
        assert_eq!(
            bench.get(&format!("{TABLES}ExecutionUnit.1.Version")),
            "2.0"
        );
        assert_eq!(bench.get(&status()), state);
    }
}

#[test]
fn the_tables_cannot_be_written_and_numbers_of_units_are_not_given_again() {
    let mut bench = bench();
    for name in ["DeploymentUnit.1.Version", "ExecutionUnit.1.Status"] {
        let name = format!("{TABLES}{name}");
        let refused = sets(&mut bench, &[(&name, "9")]).unwrap_err();
        assert_eq!(refused.parameters[0].fault_code.number(), 9008);
    }
    let again = [uninstall(&blocker_uuid(), ""), install(URL)];
    bench.files().packs(blocker("1.0"));
    bench.ask(change_modules("again", &again)).unwrap();
    let session = bench.session();
    let results = results(&session, "again");
    assert_eq!(
        results[1].deployment_unit_ref,
        format!("{TABLES}DeploymentUnit.2")
    );
}
