//! Attributes and what they lead to: which changes are told, when, and with what.
//!
//! Long because each rule of the standard is a case of its own.

use crate::support::requests::{
    add, allow, delete, get, get_attributes, notify, set, set_attributes,
};
use crate::support::{Bench, Reaction, Setup};
use agent::device::Input;
use cwmp::rpc::{ParameterAttribute, SetParameterAttribute};
use cwmp::{CpeResponse, Fault};
use std::collections::BTreeSet;

const CODE: &str = "Device.DeviceInfo.ProvisioningCode";
const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";
const HOST: &str = "Device.LAN.TraceRouteDiagnostics.Host";
const NUMBER: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber";
const USER_ID: &str = "Device.X_CISCO_ATA.Line.1.User_ID";
const LINE_STATUS: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";
const CALL_URL: &str = "Device.ManagementServer.ConnectionRequestURL";
const ADDRESS: &str = "Device.LAN.IPAddress";
const TABLE: &str = "Device.ManagementServer.InformParameter.";

fn changes(bench: &mut Bench, list: Vec<SetParameterAttribute>) -> Result<(), Fault> {
    bench.ask(set_attributes(list)).map(|_| ())
}

fn attributes(bench: &mut Bench, name: &str) -> Vec<ParameterAttribute> {
    match bench.ask(get_attributes(&[name])) {
        Ok(CpeResponse::GetParameterAttributesResponse(response)) => response.parameter_list,
        other => panic!("{other:?}"),
    }
}

fn level(bench: &mut Bench, name: &str) -> u8 {
    let list = attributes(bench, name);
    assert_eq!((list.len(), list[0].name.as_str()), (1, name));
    list[0].notification
}

/// A bootstrapped device with these levels.
fn watching(levels: &[(&str, u8)]) -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    let list = levels
        .iter()
        .map(|(name, level)| notify(name, *level))
        .collect();
    changes(&mut bench, list).expect("attributes are accepted");
    bench.settle();
    bench
}

/// Covers S-01, N-11, N-13.
#[test]
fn an_active_change_starts_a_session_that_tells_it_and_the_forced_parameters() {
    let mut bench = watching(&[(HOST, 2)]);
    bench.changes(HOST, "192.0.2.77");
    let session = bench.session();
    session.succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(session.began, bench.now());
    assert_eq!(session.value(HOST), Some("192.0.2.77"));
    let names: BTreeSet<&str> = session.names().into_iter().collect();
    let mut expected: BTreeSet<String> = BTreeSet::new();
    bench.call_device();
    expected.extend(bench.session().names().into_iter().map(str::to_owned));
    expected.insert(HOST.into());
    assert_eq!(names, expected.iter().map(String::as_str).collect());
}

/// Covers E-08, E-04, N-11.
#[test]
fn a_passive_change_rides_on_the_next_session() {
    let mut bench = watching(&[(HOST, 1)]);
    bench.changes(HOST, "192.0.2.77");
    bench.is_quiet_for(3600);
    bench.call_device();
    let session = bench.session();
    session.informs(&["4 VALUE CHANGE", "6 CONNECTION REQUEST"]);
    assert_eq!(session.value(HOST), Some("192.0.2.77"));
    bench.call_device();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
}

/// Covers N-05.
#[test]
fn a_change_nobody_asked_to_be_told_is_not_told() {
    let mut bench = watching(&[(HOST, 0)]);
    bench.changes(HOST, "192.0.2.77");
    bench.is_quiet_for(3600);
    bench.call_device();
    let session = bench.session();
    session.informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(session.value(HOST), None);
}

/// Covers S-03, N-12.
#[test]
fn several_changes_before_a_session_are_one_and_going_back_counts() {
    let mut bench = watching(&[(HOST, 1), (CODE, 1)]);
    for value in ["a", "b", ""] {
        bench.changes(HOST, value);
    }
    bench.call_device();
    let session = bench.session();
    session.informs(&["4 VALUE CHANGE", "6 CONNECTION REQUEST"]);
    let told = session.names().iter().filter(|name| **name == HOST).count();
    assert_eq!((told, session.value(HOST)), (1, Some("")));
    // The same value once more is no change.
    bench.changes(HOST, "");
    bench.call_device();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
}

/// Covers S-03.
#[test]
fn a_change_in_a_session_is_told_in_the_next_one() {
    let mut bench = watching(&[(LINE_STATUS, 2)]);
    bench.acs().calls(get(&[LINE_STATUS]));
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.changes(LINE_STATUS, "Up");
    bench.resumes();
    let session = bench.session();
    session.succeeds().informs(&["6 CONNECTION REQUEST"]);
    let next = bench.session();
    next.succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(next.value(LINE_STATUS), Some("Up"));
    bench.is_quiet_for(600);
}

/// Covers E-02, E-03, N-12.
#[test]
fn an_undelivered_change_is_told_again_with_its_latest_value() {
    let mut bench = watching(&[(LINE_STATUS, 2)]);
    bench.acs().reacts(Reaction::Break);
    bench.changes(LINE_STATUS, "Up");
    bench.session().fails("cable").informs(&["4 VALUE CHANGE"]);
    bench.changes(LINE_STATUS, "Error");
    let session = bench.session();
    session.succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(session.value(LINE_STATUS), Some("Error"));
    bench.is_quiet_for(600);
}

/// Covers N-14.
#[test]
fn pending_changes_may_go_with_a_reboot_and_attributes_stay() {
    let mut bench = watching(&[(HOST, 1)]);
    bench.changes(HOST, "192.0.2.77");
    bench.settle();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    assert_eq!(level(&mut bench, HOST), 1);
    assert_eq!(bench.get(HOST), "192.0.2.77");
}

/// Covers N-04.
#[test]
fn a_forced_parameter_notifies_whatever_its_attribute_says() {
    let mut bench = watching(&[(CODE, 0), (VERSION, 0)]);
    assert_eq!(
        (level(&mut bench, CODE), level(&mut bench, VERSION)),
        (2, 2)
    );
    bench.changes(CODE, "by hand");
    let session = bench.session();
    session.informs(&["4 VALUE CHANGE"]);
    assert_eq!(session.value(CODE), Some("by hand"));
}

/// Covers C-02, N-05, N-13.
#[test]
fn another_address_is_told_at_once() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(level(&mut bench, CALL_URL), 2);
    let authority = "198.51.100.7:40000".to_owned();
    bench.input(Input::Listening { authority });
    let session = bench.session();
    session.informs(&["4 VALUE CHANGE"]);
    assert!(
        session
            .value(CALL_URL)
            .unwrap()
            .starts_with("http://198.51.100.7:40000/")
    );
    assert_eq!(session.value(ADDRESS), Some("198.51.100.7"));
    let authority = "198.51.100.7:40000".to_owned();
    bench.input(Input::Listening { authority });
    bench.is_quiet_for(600);
}

/// Covers C-02, N-13.
#[test]
fn an_address_that_changed_while_the_device_was_off_is_told_with_the_boot() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    bench.settle();
    bench.moves_to("198.51.100.8:7547");
    bench.power_cut();
    bench.session().informs(&["1 BOOT", "4 VALUE CHANGE"]);
    bench.settle();
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
}

/// Covers N-13.
#[test]
fn a_forced_inform_parameter_counts_even_if_its_notification_is_off() {
    let mut bench = watching(&[(CALL_URL, 0)]);
    assert_eq!(level(&mut bench, CALL_URL), 0);
    let authority = "198.51.100.7:40000".to_owned();
    bench.input(Input::Listening { authority });
    bench.is_quiet_for(600);
    bench.call_device();
    bench
        .session()
        .informs(&["4 VALUE CHANGE", "6 CONNECTION REQUEST"]);
}

/// Covers S-03, N-11.
#[test]
fn a_change_by_one_name_is_told_by_the_name_that_is_watched() {
    let mut bench = watching(&[(NUMBER, 2)]);
    bench.changes(USER_ID, "15550123");
    let session = bench.session();
    session.informs(&["4 VALUE CHANGE"]);
    assert_eq!(
        (session.value(NUMBER), session.value(USER_ID)),
        (Some("15550123"), None)
    );
}

/// Covers N-16, S-04.
#[test]
fn the_throttle_spaces_sessions_that_only_tell_changes() {
    let setup = Setup {
        installed: vec![("ManagementServer.DefaultActiveNotificationThrottle", "300")],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench.advance(10);
    bench.changes(CODE, "a");
    bench.changes(CODE, "b");
    let first = bench.session();
    assert_eq!(first.began.since_ms(crate::support::START), 300_000);
    assert_eq!(first.value(CODE), Some("b"));
    bench.advance(299);
    bench.changes(CODE, "c");
    let second = bench.session();
    assert_eq!(second.began.since_ms(first.ended), 300_000);
    // Everything else is not held up, and takes the change along.
    bench.changes(CODE, "d");
    bench.is_quiet_for(10);
    bench.call_device();
    bench
        .session()
        .informs(&["4 VALUE CHANGE", "6 CONNECTION REQUEST"]);
    // A failed session is retried by its own schedule.
    bench.advance(400);
    bench.acs().reacts(Reaction::Break);
    bench.changes(CODE, "e");
    let failed = bench.session();
    let retried = bench.session();
    assert!(retried.began.since_ms(failed.ended) <= 10_001);
}

/// Covers M10, S-03.
#[test]
fn a_value_that_never_rests_does_not_undo_the_retry_schedule() {
    let mut bench = watching(&[(HOST, 2)]);
    bench.acs().goes_away();
    for second in 0..300 {
        bench.changes(HOST, &format!("192.0.2.{}", second % 200));
        bench.advance(1);
    }
    let attempts = bench.sessions();
    assert!(
        (5..=8).contains(&attempts.len()),
        "{} sessions in 300 s",
        attempts.len()
    );
}

/// Covers N-01, N-02.
#[test]
fn levels_are_taken_or_refused_as_the_model_says() {
    let mut bench = Bench::bootstrapped("ata192");
    let up_time = "Device.DeviceInfo.UpTime";
    for (name, level, code) in [
        (up_time, 1, None),
        (up_time, 2, Some(9009)),
        ("Device.DeviceInfo.", 2, Some(9009)),
        ("Device.", 2, Some(9009)),
        ("", 1, None),
        (HOST, 6, None),
        (HOST, 7, Some(9003)),
        ("Device.DeviceInfo.Nonsense", 1, Some(9005)),
        ("Device.DeviceInfo.Nonsense", 5, Some(9005)),
    ] {
        let answer = changes(&mut bench, vec![notify(name, level)]);
        assert_eq!(
            answer.err().map(|fault| fault.code.number()),
            code,
            "{name} {level}"
        );
    }
}

/// Covers N-01.
#[test]
fn passive_notification_is_possible_for_every_parameter() {
    for ty in ["ata191", "spa122"] {
        let mut bench = Bench::bootstrapped(ty);
        changes(&mut bench, vec![notify("", 1)]).unwrap();
        let list = attributes(&mut bench, "");
        assert!(list.len() > 800);
        let off = list
            .iter()
            .filter(|attribute| attribute.notification == 0)
            .count();
        assert_eq!(off, 0);
    }
}

/// Covers N-06.
#[test]
fn one_bad_entry_refuses_the_whole_call_and_later_entries_win() {
    let mut bench = Bench::bootstrapped("ata192");
    for bad in [
        notify("Device.DeviceInfo.Nonsense", 1),
        notify("Device.DeviceInfo.UpTime", 2),
        notify(NUMBER, 7),
    ] {
        let answer = changes(&mut bench, vec![notify(HOST, 2), bad]);
        assert!(answer.is_err());
        assert_eq!(level(&mut bench, HOST), 0);
    }
    changes(
        &mut bench,
        vec![notify("Device.LAN.", 1), notify(HOST, 2), notify(CODE, 1)],
    )
    .unwrap();
    assert_eq!(level(&mut bench, HOST), 2);
    assert_eq!(
        level(&mut bench, "Device.LAN.TraceRouteDiagnostics.Timeout"),
        1
    );
    changes(&mut bench, vec![notify(HOST, 2), notify("Device.LAN.", 1)]).unwrap();
    assert_eq!(level(&mut bench, HOST), 1);
    bench.power_cut();
    assert_eq!(level(&mut bench, HOST), 1);
}

/// Covers N-06.
#[test]
fn an_empty_list_is_refused() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(
        changes(&mut bench, Vec::new()).unwrap_err().code.number(),
        9003
    );
    let answer = bench.ask(get_attributes(&[]));
    assert_eq!(answer.unwrap_err().code.number(), 9003);
    assert_eq!(bench.get_all(&[]).unwrap_err().code.number(), 9003);
}

/// Covers N-08.
#[test]
fn what_is_not_to_be_changed_stays() {
    let mut bench = Bench::bootstrapped("ata192");
    let entry = |notification: Option<u8>, list: Option<&[&str]>| SetParameterAttribute {
        name: HOST.into(),
        notification_change: notification.is_some(),
        // What is not to be changed is not looked at either.
        notification: notification.unwrap_or(6),
        access_list_change: list.is_some(),
        access_list: list
            .unwrap_or(&["Nobody"])
            .iter()
            .map(|entity| (*entity).into())
            .collect(),
    };
    let now = |bench: &mut Bench| {
        let list = attributes(bench, HOST);
        (list[0].notification, list[0].access_list.join(","))
    };
    assert_eq!(now(&mut bench), (0, "Subscriber".into()));
    changes(&mut bench, vec![entry(None, None)]).unwrap();
    assert_eq!(now(&mut bench), (0, "Subscriber".into()));
    changes(&mut bench, vec![entry(Some(1), None)]).unwrap();
    assert_eq!(now(&mut bench), (1, "Subscriber".into()));
    changes(&mut bench, vec![entry(None, Some(&[]))]).unwrap();
    assert_eq!(now(&mut bench), (1, String::new()));
    changes(
        &mut bench,
        vec![entry(Some(2), Some(&["Subscriber", "X_012345_Robot"]))],
    )
    .unwrap();
    assert_eq!(now(&mut bench), (2, "Subscriber".into()));
}

/// Covers N-09, N-10.
#[test]
fn an_empty_access_list_keeps_everybody_but_the_acs_from_writing() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(HOST, "first");
    assert_eq!(bench.knows(HOST), "first");
    let list = vec![allow(HOST, &[]), allow(USER_ID, &["X_012345_Robot"])];
    changes(&mut bench, list).unwrap();
    bench.changes(HOST, "second");
    // Not by the other name either.
    bench.changes(NUMBER, "15550199");
    assert_eq!(
        (bench.knows(HOST), bench.knows(NUMBER)),
        ("first".into(), String::new())
    );
    bench.set(&[(HOST, "by the ACS")], "k").unwrap();
    assert_eq!(bench.knows(HOST), "by the ACS");
    // It is stored for what nobody can write as well, and means nothing there.
    changes(&mut bench, vec![allow(VERSION, &[])]).unwrap();
    assert!(attributes(&mut bench, VERSION)[0].access_list.is_empty());
    changes(&mut bench, vec![allow(HOST, &["Subscriber"])]).unwrap();
    bench.changes(HOST, "third");
    assert_eq!(bench.knows(HOST), "third");
}

/// Covers N-07, I-11, R-41.
#[test]
fn a_partial_path_means_the_instances_of_the_moment() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = |number: u32| format!("{TABLE}{number}.ParameterName");
    bench.add(TABLE);
    changes(&mut bench, vec![notify(TABLE, 1), allow(TABLE, &[])]).unwrap();
    bench.add(TABLE);
    assert_eq!(
        (level(&mut bench, &name(1)), level(&mut bench, &name(2))),
        (1, 0)
    );
    bench.ask(delete(&format!("{TABLE}1."), "k")).unwrap();
    let number = bench.add(TABLE);
    assert_eq!(level(&mut bench, &name(number)), 0);
    assert_eq!(
        attributes(&mut bench, &name(number))[0].access_list,
        ["Subscriber"]
    );
}

/// Covers N-15, N-13.
#[test]
fn a_deleted_parameter_has_not_changed() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = format!("{TABLE}1.Enable");
    bench.ask_all(vec![
        add(TABLE, "k"),
        set_attributes(vec![notify(&name, 2)]),
    ]);
    bench.settle();
    bench.acs().calls(delete(&format!("{TABLE}1."), "k"));
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.changes(&name, "1");
    bench.resumes();
    bench.session().succeeds();
    bench.is_quiet_for(60);

    let mut bench = Bench::bootstrapped("ata192");
    bench.ask_all(vec![
        add(TABLE, "k"),
        set_attributes(vec![notify(&name, 2)]),
    ]);
    bench.settle();
    bench.acs().goes_away();
    bench.changes(&name, "1");
    bench.session().fails("cable");
    bench.acs().comes_back();
    bench
        .acs()
        .calls(delete(&format!("{TABLE}1."), "k"))
        .lets_pass(1)
        .reacts(Reaction::Break);
    bench.session().fails("cable");
    let retried = bench.session();
    retried.succeeds().informs(&[]);
    bench.is_quiet_for(60);
}

/// Covers N-10, R-07.
#[test]
fn people_and_hardware_change_what_is_theirs_and_only_to_values_there_are() {
    let mut bench = Bench::bootstrapped("ata192");
    for (name, value) in [
        ("Device.ManagementServer.PeriodicInformInterval", "often"),
        ("Device.ManagementServer.PeriodicInformInterval", "0"),
        (
            "Device.Services.VoiceService.1.VoiceProfile.1.DTMFMethod",
            "Morse",
        ),
        ("Device.DeviceInfo.SerialNumber", "STOLEN"),
        (VERSION, "99"),
        ("Device.ManagementServer.ParameterKey", "mine"),
        (LINE_STATUS, "Tired"),
        ("Device.DeviceInfo.Nonsense", "x"),
        ("Device.DeviceInfo.", "x"),
        ("", "x"),
    ] {
        let before = bench.device().core().value_of(name);
        bench.changes(name, value);
        assert_eq!(bench.device().core().value_of(name), before, "{name}");
    }
    bench.is_quiet_for(60);
    for (name, value) in [
        (LINE_STATUS, "Up"),
        ("Device.X_CISCO_ATA.Status.Line.1.Hook_State", "Off"),
        (
            "Device.X_CISCO_ATA.Status.Line.1.Registration_State",
            "Registered",
        ),
        (
            "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.CallState",
            "InCall",
        ),
    ] {
        bench.changes(name, value);
        assert_eq!(bench.get(name), value);
    }
    assert_eq!(
        bench.get("Device.X_CISCO_ATA.Status.Line.1.Call.1.State"),
        "Connected"
    );
    assert_eq!(
        bench.get("Device.X_CISCO_ATA.Status.Line.2.Registration_State"),
        "Not Registered"
    );
    // A registration does not outlive a restart.
    bench.power_cut();
    assert_ne!(bench.get(LINE_STATUS), "Up");
}

/// Covers S-02.
#[test]
fn setting_a_watched_value_by_either_name_is_no_news_to_the_acs() {
    let mut bench = watching(&[(NUMBER, 2), (USER_ID, 1)]);
    bench.ask(set(&[(USER_ID, "15550177")], "k")).unwrap();
    bench.is_quiet_for(60);
    bench.call_device();
    bench.session().informs(&["6 CONNECTION REQUEST"]);
}
