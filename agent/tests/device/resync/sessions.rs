//! Profiles beside an ACS: what is told, and that neither side sees a configuration the other is at work on.

use super::{PROXY, RULE, asked, proxy};
use crate::support::requests::{notify, set_attributes};
use crate::support::{Bench, Reaction, Setup};
use agent::device::Input;
use agent::device::io::{TransferWork, Verb};
use agent::provisioning::engine::Ask;

/// A device that has had its first session with its ACS, and whose proxy is watched.
pub fn managed(values: &[(&'static str, &'static str)]) -> Bench {
    let mut setup = Setup::of("ata192");
    setup.installed = values.to_vec();
    setup
        .installed
        .push(("X_CISCO_ATA.Provisioning.Resync_On_Reset", "0"));
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench
        .ask(set_attributes(vec![notify(PROXY, 2)]))
        .expect("attributes are accepted");
    bench.settle();
    bench
}

fn asks(bench: &mut Bench) {
    bench.input(Input::Provisioning(Box::new(Ask::Resync(None))));
}

/// TR-069 3.7.1.5: a change the ACS did not make is told to it. Covers M-01, N-11.
#[test]
fn what_a_profile_changes_is_told_to_the_acs_that_watches_it() {
    let mut bench = managed(&[(RULE, "http://p/a")]);
    bench.files().gives(&proxy("sip.example.net"));
    asks(&mut bench);
    let session = bench.session();
    session.succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(session.value(PROXY), Some("sip.example.net"));
    // The same profile once more changes nothing.
    bench.files().gives(&proxy("sip.example.net"));
    asks(&mut bench);
    bench.is_quiet_for(600);
}

/// No session while a file is on its way. Covers M-01.
#[test]
fn a_session_waits_for_the_file_that_is_on_its_way() {
    let mut bench = managed(&[(RULE, "http://p/a")]);
    bench.files().gives_after(30, &proxy("sip.example.net"));
    asks(&mut bench);
    bench.settle();
    let begun = bench.now();
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    assert!(session.began >= begun.plus_secs(30));
    assert_eq!(session.value(PROXY), Some("sip.example.net"));
}

/// No resync in a session. Covers M-01.
#[test]
fn a_resync_waits_for_the_end_of_a_session() {
    let mut bench = managed(&[(RULE, "http://p/a")]);
    bench.acs().reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    asks(&mut bench);
    bench.settle();
    assert!(asked(&mut bench).is_empty());
    bench.files().gives(&proxy("sip.example.net"));
    bench.resumes();
    bench.session().succeeds();
    bench.settle();
    assert_eq!(asked(&mut bench).len(), 1);
}

/// Section 2.6: the body is a register whose macros are filled in, secrets are not. Covers M-01, M06.
#[test]
fn a_register_is_posted_with_its_macros() {
    let mut bench = managed(&[
        (RULE, "[--post c] http://p/a?x=$B"),
        ("X_CISCO_ATA.Provisioning.GPP_B", "retail"),
        (
            "X_CISCO_ATA.Provisioning.GPP_C",
            "mac=$MA serial=$SN key=$SA nothing=$NOTHING",
        ),
        ("X_CISCO_ATA.Provisioning.GPP_SA", "the-secret"),
    ]);
    bench.files().gives(&proxy("sip.example.net"));
    asks(&mut bench);
    bench.settle();
    let job = bench.files().asked[0].clone();
    assert_eq!(job.url, "http://p/a?x=retail");
    let TransferWork::Provision(provision) = job.work else {
        panic!("{job:?}")
    };
    let Verb::PostAndFetch(content) = provision.verb else {
        panic!("it is posted")
    };
    let body = String::from_utf8(content.0).expect("it is text");
    assert_eq!(
        body,
        "mac=00005e005301 serial=FCH26480QXA key=$SA nothing=$NOTHING"
    );
    assert_eq!(bench.knows(PROXY), "sip.example.net");
}
