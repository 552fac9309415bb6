//! The voice menu as a conversation: opening, entries, cancelling, saving, hanging up.

use crate::support::requests::{allow, get, set_attributes};
use crate::support::{Bench, Reaction};
use agent::ivr::Spoken;
use agent::ivr::spoken::Wrong;

const TRANSPORT: &str = "Device.X_CISCO_ATA.Line.1.SIP_Transport";
const STACK: &str = "Device.X_CISCO_ATA.Router.WAN_Basic_Setting.WAN_Stack_Mode";
const PASSWORD: &str = "Device.X_CISCO_ATA.System.IVR_Admin_Passwd";
const PROTECT: &str = "Device.X_CISCO_ATA.Regional.Protect_IVR_FactoryReset";
const CODE: &str = "Device.DeviceInfo.ProvisioningCode";

#[test]
fn four_stars_open_the_menu_and_only_off_the_hook_and_before_anything_else() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.presses("****"), [], "on the hook");
    bench.hook(1, "Off");
    assert_eq!(bench.presses("***1****"), [], "a number is dialled");
    bench.hook(1, "On");
    bench.hook(1, "Off");
    assert_eq!(bench.presses("***"), []);
    assert_eq!(bench.presses("*"), [Spoken::Menu]);
    assert_eq!(
        bench.presses_on(2, "****"),
        [],
        "the other line is on the hook"
    );
    assert_eq!(bench.presses_on(9, "****"), [], "there is no such line");
}

#[test]
fn both_telephones_have_a_menu_of_their_own() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.hook(2, "Off");
    bench.presses("****191");
    assert_eq!(bench.presses_on(2, "****"), [Spoken::Menu]);
    assert_eq!(bench.presses("0#").len(), 1);
    assert_eq!(bench.presses_on(2, "1920#").len(), 1);
}

#[test]
fn the_password_is_asked_for_where_there_is_one() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(PASSWORD, "4711");
    bench.hook(1, "Off");
    assert_eq!(bench.presses("****"), [Spoken::Password]);
    assert_eq!(
        bench.presses("150#"),
        [Spoken::Wrong(Wrong::Password), Spoken::Password]
    );
    assert_eq!(bench.presses("4711#"), [Spoken::Menu]);
    assert!(matches!(bench.presses("150#")[..], [Spoken::Value { .. }]));
}

#[test]
fn passwords_are_not_tried_out_on_any_telephone() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(PASSWORD, "4711");
    bench.hook(1, "Off");
    let said = bench.presses("****1#2#3#");
    assert_eq!(said.last(), Some(&Spoken::Wrong(Wrong::Closed)));
    bench.hook(1, "On");
    bench.hook(1, "Off");
    bench.hook(2, "Off");
    assert_eq!(bench.presses("****"), [Spoken::Wrong(Wrong::Closed)]);
    assert_eq!(bench.presses_on(2, "****"), [Spoken::Wrong(Wrong::Closed)]);
    bench.advance(60);
    assert_eq!(bench.presses("****4711#"), [Spoken::Password, Spoken::Menu]);
    bench.hook(1, "On");
    bench.hook(2, "On");
    for _ in 0..4 {
        // A wrong one in each of several calls, and never the right one.
        bench.phones_in("****1#");
    }
    bench.hook(1, "Off");
    assert_eq!(bench.presses("****"), [Spoken::Wrong(Wrong::Closed)]);
}

#[test]
fn two_stars_at_once_cancel_an_entry_and_two_slow_ones_are_dots() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.presses("****1911#");
    assert_eq!(bench.presses("2**"), [Spoken::Cancelled]);
    assert!(
        matches!(bench.presses("1910#")[..], [Spoken::Value { .. }]),
        "the menu is back"
    );
    bench.presses("1911#");
    let said = bench.presses("2*,*#");
    assert!(
        matches!(said[..], [Spoken::Wrong(Wrong::Value { .. })]),
        "{said:?}"
    );
    assert!(
        matches!(bench.presses("2#")[..], [Spoken::Entered(_)]),
        "it may be typed again"
    );
}

#[test]
fn a_value_is_reviewed_typed_again_cancelled_or_saved() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.presses("****1911#");
    assert_eq!(bench.presses("2#"), [Spoken::Entered("TLS".into())]);
    assert_eq!(bench.presses("2"), [Spoken::Entered("TLS".into())]);
    assert!(matches!(
        bench.presses("5")[..],
        [Spoken::Wrong(Wrong::Key(_))]
    ));
    assert!(matches!(bench.presses("3")[..], [Spoken::Enter { .. }]));
    assert_eq!(bench.presses("1#"), [Spoken::Entered("TCP".into())]);
    assert_eq!(bench.presses("*"), [Spoken::Cancelled]);
    assert_eq!(bench.knows(TRANSPORT), "UDP");
    assert!(matches!(
        bench.presses("1911#1#1")[..],
        [.., Spoken::Saved(_)]
    ));
    assert_eq!(bench.knows(TRANSPORT), "TCP");
}

///
#[test]
fn what_was_said_to_be_saved_outlives_a_power_cut() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.presses("****1911#2#1");
    bench.power_cut();
    assert_eq!(bench.knows(TRANSPORT), "TLS");
    bench.hook(1, "Off");
    bench.storage_fails_once();
    let said = bench.presses("****1911#1#1");
    assert!(
        !said.iter().any(|said| matches!(said, Spoken::Saved(_))),
        "{said:?}"
    );
    assert_eq!(bench.knows(TRANSPORT), "TLS");
}

#[test]
fn the_device_restarts_at_the_hang_up_if_a_value_wants_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.presses("****103#2#1");
    bench.is_quiet_for(30);
    bench.hook(1, "On");
    bench.session().succeeds().informs(&["1 BOOT"]);
    assert_eq!(bench.knows(STACK), "2");
    bench.phones_in("****103#2#1");
    bench.is_quiet_for(30);
    bench.phones_in("****1911#2#1");
    bench.is_quiet_for(30);
}

#[test]
fn the_restart_waits_for_the_other_telephone() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.presses("****103#2#1");
    let state = "Device.X_CISCO_ATA.Status.Line.2.Call.1.State";
    bench.changes(state, "Connected");
    bench.hook(1, "On");
    bench.is_quiet_for(30);
    bench.changes(state, "Idle");
    bench.session().succeeds().informs(&["1 BOOT"]);
}

#[test]
fn a_minute_without_a_key_ends_the_menu() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.presses("****1911#2#");
    bench.advance(59);
    assert_eq!(bench.presses("2").len(), 1);
    bench.advance(61);
    assert_eq!(bench.spoken, [(1, Spoken::TimedOut)]);
    assert_eq!(bench.presses("1"), [], "nothing is saved");
    assert_eq!(bench.knows(TRANSPORT), "UDP");
}

#[test]
fn a_hang_up_forgets_what_was_not_saved() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.phones_in("****1911#2#");
    bench.hook(1, "Off");
    assert_eq!(bench.presses("1"), []);
    assert_eq!(bench.knows(TRANSPORT), "UDP");
}

#[test]
fn whatever_keys_are_pressed_the_menu_says_what_is_wrong() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.hook(1, "Off");
    bench.presses("****");
    assert_eq!(bench.presses("#"), []);
    for wrong in ["999#", "*#", "ABCD#", "00100#", "1000000000000000000000#"] {
        let said = bench.presses(wrong);
        assert!(
            matches!(said[..], [Spoken::Wrong(Wrong::Option(_))]),
            "{wrong}: {said:?}"
        );
    }
    let long = "1".repeat(200);
    let said = bench.presses(&long);
    assert_eq!(said.first(), Some(&Spoken::Wrong(Wrong::TooLong)));
    assert!(said.len() <= 8, "{said:?}");
}

/// Covers D-13.
#[test]
fn nothing_is_saved_while_the_acs_is_at_work_and_the_value_waits() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.advance(5);
    bench.hook(1, "Off");
    bench.presses("****1911#2#");
    bench.acs().calls(get(&[CODE]));
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    assert_eq!(bench.presses("1"), [Spoken::Wrong(Wrong::Busy)]);
    bench.resumes();
    bench.session().succeeds();
    assert!(matches!(bench.presses("1")[..], [Spoken::Saved(_)]));
    assert_eq!(bench.knows(TRANSPORT), "TLS");
}

/// Covers D-13.
#[test]
fn what_the_acs_keeps_for_itself_is_not_saved() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .ask(set_attributes(vec![allow(TRANSPORT, &[])]))
        .unwrap();
    let said = bench.phones_in("****1911#2#1");
    assert!(
        matches!(said.last(), Some(Spoken::Wrong(Wrong::Refused { .. }))),
        "{said:?}"
    );
    assert_eq!(bench.knows(TRANSPORT), "UDP");
}

#[test]
fn the_factory_reset_of_the_menu_can_be_forbidden_and_cancelled() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CODE, "x")], "k").unwrap();
    bench.settle();
    bench.hook(1, "Off");
    let said = bench.presses("****73738#*");
    assert_eq!(said.last(), Some(&Spoken::Cancelled));
    bench.changes(PROTECT, "1");
    assert_eq!(bench.presses("73738#"), [Spoken::Wrong(Wrong::Protected)]);
    bench.presses("1#");
    assert_eq!(bench.knows(CODE), "x");
    bench.changes(PROTECT, "0");
    bench.presses("73738#");
    assert!(matches!(
        bench.presses("2")[..],
        [Spoken::Wrong(Wrong::Key(_))]
    ));
    assert_eq!(bench.knows(CODE), "x");
    assert_eq!(bench.presses("1#"), [Spoken::Resetting]);
    assert_eq!(bench.knows(CODE), "");
}

#[test]
fn no_keys_in_any_order_bring_the_device_down_or_leave_what_no_parameter_may_have() {
    // Half of the keys are parts of codes, so that every state is come by.
    const PARTS: [&str; 22] = [
        "****",
        "**",
        "*,*",
        "#",
        "1",
        "2",
        "3",
        "0#",
        "1#",
        "2#",
        "101#",
        "103#",
        "111#",
        "121#",
        "161#",
        "601#",
        "606#",
        "611#",
        "621#",
        "661#",
        "1911#",
        "192*0*2*1#",
    ];
    for device_type in ["ata191", "ata192", "spa122"] {
        let mut bench = Bench::bootstrapped(device_type);
        let (mut dice, mut saved): (u32, usize) = (7, 0);
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 16) as usize % sides
        };
        for _ in 0..150 {
            let line = 1 + roll(2) as u32;
            bench.hook(line, "Off");
            bench.presses_on(line, "****");
            for _ in 0..roll(60) {
                let part = match roll(8) {
                    0 => ["0", "5", "9", "A", "D", "*", "#"][roll(7)],
                    _ => PARTS[roll(PARTS.len())],
                };
                let said = bench.presses_on(line, part);
                saved += said
                    .iter()
                    .filter(|said| matches!(said, Spoken::Saved(_)))
                    .count();
            }
            bench.advance([0, 61][roll(2)]);
            bench.hook(1 + roll(2) as u32, "On");
            bench.sessions();
        }
        assert!(saved > 20, "{device_type}: the keys do little ({saved})");
        bench.power_cut();
        let core = bench.device().core();
        let schema = &core.product().ty.schema;
        for (path, value) in core.tree.saved().values {
            let address = schema.lookup(&path).expect("it is in the model");
            let parameter = schema.parameter(address.node).expect("it is a parameter");
            assert!(parameter.ty.check_held(&value).is_ok(), "{path} = {value}");
        }
    }
}
