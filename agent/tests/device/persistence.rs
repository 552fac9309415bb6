//! Power cuts between any two things a device does, and storage that fails: nothing acknowledged is lost, nothing is
//! left half done.

use crate::support::requests::{add, delete, firmware, get, notify, set, set_attributes};
use crate::support::{Bench, Reaction, Setup};
use agent::device::io::SectionKind;
use cwmp::AcsRequest;
use std::collections::BTreeSet;

const CODE: &str = "Device.DeviceInfo.ProvisioningCode";
const KEY: &str = "Device.ManagementServer.ParameterKey";
const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";
const NEW: &str = "11-3-3MPP0104-240";
/// Where Download stands in the script.
const DOWNLOAD: usize = 5;

/// What the ACS wants of the device, in order.
fn script() -> Vec<AcsRequest> {
    let table = "Device.ManagementServer.InformParameter.";
    let name = format!("{table}1.ParameterName");
    vec![
        set(
            &[
                (CODE, "one"),
                ("Device.X_CISCO_ATA.Line.1.User_ID", "15550100"),
            ],
            "step 0",
        ),
        add(table, "step 1"),
        set(
            &[(&name, "Device.DeviceInfo.UpTime"), (CODE, "two")],
            "step 2",
        ),
        set_attributes(vec![notify(CODE, 1), notify("Device.LAN.", 1)]),
        set(&[("Device.X_CISCO_ATA.Router.Router_Mode", "0")], "step 4"),
        firmware("image").into(),
        delete(&format!("{table}1."), "step 6"),
        set(
            &[(
                "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Enable",
                "Disabled",
            )],
            "step 7",
        ),
    ]
}

/// A bootstrapped device about to be asked for the first `count` steps.
fn about_to_be_asked(count: usize) -> Bench {
    let setup = Setup {
        installed: vec![("ManagementServer.PeriodicInformEnable", "0")],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench.settle();
    bench.files().always_delivers("ATA192", NEW);
    for request in script().into_iter().take(count) {
        bench.acs().calls(request);
    }
    bench
}

/// Tree and ParameterKey as they are kept; the only parts an answer of these steps is about.
fn kept(tree: &[u8], meta: &[u8]) -> (String, String) {
    let meta: serde_json::Value = serde_json::from_slice(meta).expect("it is JSON");
    let tree: serde_json::Value = serde_json::from_slice(tree).expect("it is JSON");
    // A step whose answer was lost may have been done twice: the numbers of instances differ then.
    let numberless = tree
        .to_string()
        .replace("InformParameter.2", "InformParameter.1");
    (numberless, meta["parameter_key"].to_string())
}

/// What must be kept when the answers to the first n steps have left, for each n.
fn milestones() -> Vec<(String, String)> {
    let count = script().len();
    let states = (0..=count).map(|count| {
        let mut bench = about_to_be_asked(count);
        bench.power_cut();
        bench.session().succeeds();
        let tree = bench.stored(SectionKind::Tree);
        let meta = bench.stored(SectionKind::Meta);
        kept(tree.as_bytes(), meta.as_bytes())
    });
    states.collect()
}

/// Plays the whole script with cuts before these outputs; gives how many outputs there were.
fn play(milestones: &[(String, String)], cuts: &[usize]) -> usize {
    let mut bench = about_to_be_asked(script().len());
    let first = bench.carried_out();
    let answered_before = bench.acs().answered;
    for cut in cuts {
        bench.cuts_power_before_output(first + cut);
    }
    bench.power_cut();
    bench.advance(3600);
    bench.keeps_power();
    for (saved, answered) in std::mem::take(&mut bench.cut_states) {
        check_cut(milestones, cuts, &saved, answered - answered_before);
    }
    let place = format!("cut before {cuts:?}: {}", bench.trace());
    assert_eq!(
        bench.acs().pending(),
        0,
        "not everything was answered; {place}"
    );
    let sessions = bench.sessions();
    let reports: Vec<(String, u16)> = sessions
        .iter()
        .flat_map(|session| session.reported())
        .collect();
    assert!(
        !reports.is_empty(),
        "the transfer was never reported; {place}"
    );
    assert!(
        reports
            .iter()
            .all(|report| *report == ("image".to_owned(), 0)),
        "{reports:?}"
    );
    let carried_out = bench.carried_out() - first;
    assert_eq!(bench.get(CODE), "two", "{place}");
    assert_eq!(bench.get(KEY), "step 7", "{place}");
    assert_eq!(bench.get(VERSION), NEW, "{place}");
    assert_eq!(
        bench.get("Device.X_CISCO_ATA.Line.1.Line_Enable"),
        "0",
        "{place}"
    );
    bench.is_quiet_for(3600);
    carried_out
}

/// At a cut the device stands before or behind the step that was under way, and behind every one that was answered.
fn check_cut(
    milestones: &[(String, String)],
    cuts: &[usize],
    saved: &agent::device::Saved,
    answered: usize,
) {
    let state = kept(&saved[&SectionKind::Tree], &saved[&SectionKind::Meta]);
    // What was cut off is asked again: after that more answers than steps may be there.
    let behind = answered.min(milestones.len() - 1);
    let legal: BTreeSet<&(String, String)> = milestones[..=(behind + 1).min(milestones.len() - 1)]
        .iter()
        .skip(behind)
        .collect();
    if cuts.len() == 1 {
        assert!(
            legal.contains(&state),
            "cut before {cuts:?}, {answered} answers: {state:?}"
        );
    } else {
        assert!(
            milestones.contains(&state),
            "cut before {cuts:?}: {state:?}"
        );
    }
    let transfers = String::from_utf8_lossy(&saved[&SectionKind::Transfers]);
    let firmware = String::from_utf8_lossy(&saved[&SectionKind::Firmware]);
    if answered > DOWNLOAD && cuts.len() == 1 {
        assert!(
            transfers.contains("image") || firmware.contains(NEW),
            "{transfers} {firmware}"
        );
    }
}

/// Covers, E-11, P3, P5.
#[test]
fn a_power_cut_between_any_two_outputs_loses_nothing_that_was_answered() {
    let milestones = milestones();
    let outputs = play(&milestones, &[]);
    assert!(outputs > 40, "{outputs} outputs");
    for cut in 0..outputs {
        play(&milestones, &[cut]);
    }
}

/// Covers P3, P5, R-40.
#[test]
fn a_second_power_cut_in_the_recovery_from_the_first_does_no_harm_either() {
    let milestones = milestones();
    let outputs = play(&milestones, &[]);
    for cut in (0..outputs).step_by(2) {
        for later in [1, 2, 3, 5, 8, 13, 21] {
            play(&milestones, &[cut, cut + later]);
        }
    }
}

/// Covers, N-06, I-01.
#[test]
fn the_whole_state_survives_a_power_cut_to_the_letter() {
    let mut bench = about_to_be_asked(4);
    bench.call_device();
    bench.session().succeeds();
    bench.settle();
    let before = bench.device().saved();
    bench.power_cut();
    let after = bench.device().saved();
    assert_eq!(before[&SectionKind::Tree], after[&SectionKind::Tree]);
    assert_eq!(
        before[&SectionKind::Transfers],
        after[&SectionKind::Transfers]
    );
}

/// Covers P8, P5, R-01.
#[test]
fn what_cannot_be_kept_is_not_answered() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.settle();
    bench.acs().calls(set(&[(CODE, "lost")], "lost"));
    bench.call_device();
    // The first thing to be kept in the session is what the InformResponse confirms, the second the values.
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.runs_to_pause();
    bench.storage_fails_once();
    bench.resumes();
    let broken = bench.session();
    assert_eq!((broken.answers.len(), broken.summary.clone()), (0, None));
    // The device boots from what it has, and the ACS asks again.
    let again = bench.session();
    again.succeeds().informs(&["1 BOOT"]);
    assert_eq!(again.value(KEY), Some(""));
    assert_eq!(bench.get(CODE), "lost");
}

/// Covers P8, E-11.
#[test]
fn an_inform_response_that_cannot_be_kept_leaves_its_events_undelivered() {
    let mut bench = Bench::new("ata192");
    bench.acs().reacts(Reaction::Pause);
    bench.runs_to_pause();
    bench.storage_fails_once();
    bench.resumes();
    let broken = bench.session();
    assert_eq!(broken.posts.len(), 1);
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
}

/// Covers P13.
#[test]
fn a_device_starts_whatever_lies_in_its_storage() {
    let texts: [&[u8]; 8] = [
        b"",
        b"null",
        b"{",
        b"[1,2,3]",
        b"{\"values\":{\"Device.Nonsense\":\"x\",\"Device.\":\"y\",\"\":\"z\"}}",
        b"{\"tables\":{\"Device.LAN.\":{\"numbers\":[1],\"next\":2}},\"attributes\":{\"Device.\":{}}}",
        b"{\"list\":[],\"next_number\":4294967295}",
        b"\xff\xfe\x00",
    ];
    for kind in SectionKind::ALL {
        for text in texts {
            let mut bench = Bench::bootstrapped("ata192");
            bench.settle();
            bench.power_off();
            bench.overwrites(kind, text);
            bench.session().succeeds();
            let values = bench.get_all(&[""]).unwrap();
            assert!(values.len() > 800, "{kind:?} {text:?}");
            bench.settle();
            bench.power_cut();
            bench.session().succeeds();
        }
    }
}

/// Covers P16.
#[test]
fn a_month_of_hourly_informs_writes_little() {
    let setup = Setup {
        installed: vec![("ManagementServer.PeriodicInformInterval", "3600")],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session();
    bench.settle();
    let before = bench.written_bytes();
    bench.advance(30 * 24 * 3600);
    let sessions = bench.sessions();
    assert_eq!(sessions.len(), 30 * 24);
    let a_day = (bench.written_bytes() - before) / 30;
    assert!(a_day <= 200 * 1024, "{a_day} bytes a day");
    bench.acs().calls(get(&[CODE]));
}

/// Covers D-13, R-24.
#[test]
fn a_password_of_the_page_that_was_kept_in_clear_is_hashed_at_the_next_boot() {
    let name = "Device.X_CISCO_ATA.Router.Web_Login_Admin_Password";
    let mut bench = Bench::bootstrapped("ata192");
    let tree = format!("{{\"values\":{{\"{name}\":\"Kept-1-in-clear\"}}}}");
    bench.power_off();
    bench.overwrites(SectionKind::Tree, tree.as_bytes());
    bench.power_on();
    bench.settle();
    assert!(bench.knows(name).starts_with("$pbkdf2-sha256$"));
    bench
        .set(&[(name, "Set-1-by-the-acs")], "k")
        .expect("it is taken");
    assert!(!bench.stored(SectionKind::Tree).contains("Set-1-by-the-acs"));
}
