//! Changes of modules through power cuts, lost answers and long absences: nothing is lost, nothing is done twice.

use crate::support::modules::{URL, blocker, blocker_uuid, outcomes, package, results};
use crate::support::modules::{versions, with_units};
use crate::support::requests::{change_modules, install, uninstall, update};
use crate::support::{Bench, Reaction};
use agent::device::io::SectionKind;
use cwmp::FaultCode;
use std::collections::BTreeSet;

/// Covers E-11, P3.
#[test]
fn a_completion_whose_answer_is_lost_or_refused_is_told_again_and_done_only_once() {
    let refuses = Reaction::Refuse(FaultCode::ACS_INTERNAL_ERROR);
    for reaction in [Reaction::Break, Reaction::Silence, refuses] {
        let mut bench = Bench::bootstrapped("ata192");
        bench.files().packs_after(60, blocker("1.0"));
        bench.ask(change_modules("k", &[install(URL)])).unwrap();
        bench.acs().lets_pass(1).reacts(reaction);
        let lost = bench.session();
        assert_eq!(lost.modules.len(), 1);
        let again = bench.session();
        again.informs(&["11 DU STATE CHANGE COMPLETE", "M ChangeDUState: k"]);
        assert_eq!(again.modules, lost.modules);
        assert_eq!(versions(&mut bench), ["1.0"]);
        assert_eq!(bench.files().asked.len(), 1);
        bench.is_quiet_for(600);
    }
}

/// Asks for three operations and cuts the power before these outputs; gives how many outputs there were.
fn play(cuts: &[usize]) -> usize {
    let mut bench = with_units(&["1.0"]);
    // A package that a cut has broken off is fetched again: the server tells by the URL which one it is.
    bench.files().packs_by_url("blocker", blocker("2.0"));
    bench.files().packs_by_url("ring", package("ring", "1.0"));
    let operations = [
        install("http://files.example.net/ring"),
        update(&blocker_uuid(), "", URL),
        uninstall(&package("ring", "1").uuid(), ""),
    ];
    bench.advance(5);
    let first = bench.carried_out();
    for cut in cuts {
        bench.cuts_power_before_output(first + cut);
    }
    bench.acs().calls(change_modules("three", &operations));
    bench.power_cut();
    bench.advance(3600);
    bench.keeps_power();
    let place = format!("cut before {cuts:?}: {}", bench.trace());
    assert_eq!(bench.acs().pending(), 0, "{place}");
    let sessions = bench.sessions();
    let told: BTreeSet<String> = sessions
        .iter()
        .flat_map(|session| &session.modules)
        .map(|report| format!("{:?}", outcomes(&report.results)))
        .collect();
    // A request whose answer was lost is sent again by the ACS of the bench, and then the second finds 2.0 installed.
    let once = "[(\"Installed\", 0), (\"Installed\", 0), (\"Uninstalled\", 0)]";
    let twice = "[(\"Installed\", 0), (\"Installed\", 9032), (\"Uninstalled\", 0)]";
    assert!(told.contains(once), "{told:?} {place}");
    assert!(
        told.iter().all(|told| told == once || told == twice),
        "{told:?} {place}"
    );
    assert_eq!(versions(&mut bench), ["2.0"], "{place}");
    assert_eq!(bench.stored(SectionKind::Modules), "null", "{place}");
    bench.carried_out() - first
}

/// Covers E-11, P3, P5.
#[test]
fn a_power_cut_between_any_two_outputs_loses_no_completion_and_does_nothing_twice() {
    let outputs = play(&[]);
    assert!(outputs > 15, "{outputs} outputs");
    for cut in 0..outputs {
        play(&[cut]);
    }
    for cut in (0..outputs).step_by(3) {
        for later in [1, 2, 5, 8] {
            play(&[cut, cut + later]);
        }
    }
}

/// Covers E-11.
#[test]
fn a_fetch_that_each_boot_cuts_off_is_given_up() {
    let mut bench = Bench::bootstrapped("ata192");
    for _ in 0..4 {
        bench.files().hangs();
    }
    bench.ask(change_modules("k", &[install(URL)])).unwrap();
    for _ in 0..3 {
        bench.settle();
        bench.power_cut();
        bench.settle();
    }
    bench.advance(10);
    let sessions = bench.sessions();
    let told = sessions.iter().find(|session| !session.modules.is_empty());
    let told = told.expect("its end is told");
    assert_eq!(outcomes(results(told, "k")), [("Failed", 9017)]);
    assert_eq!(bench.files().asked.len(), 3);
    bench.is_quiet_for(3600);
}

/// Covers E-11.
#[test]
fn what_could_not_be_done_within_a_day_is_told_as_failed() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().hangs();
    let two = [install(URL), uninstall(&blocker_uuid(), "")];
    bench.ask(change_modules("k", &two)).unwrap();
    bench.settle();
    bench.power_off();
    bench.advance_while_off(25 * 3600);
    let session = bench.session();
    session.informs(&[
        "1 BOOT",
        "11 DU STATE CHANGE COMPLETE",
        "M ChangeDUState: k",
    ]);
    let told = outcomes(results(&session, "k"));
    assert_eq!(told, [("Failed", 9001), ("Failed", 9001)]);
    assert_eq!(bench.files().asked.len(), 1);
}
