//! Every way back to the factory's state, what goes with it and what stays.

use crate::support::Bench;
use crate::support::requests::{firmware, notify, set_attributes};
use agent::device::Input;
use agent::device::io::SectionKind;
use agent::device::orders::Order;
use agent::device::phones::{ButtonTiming, Press};
use agent::ivr::Spoken;
use cwmp::rpc::FactoryReset;

const CODE: &str = "Device.DeviceInfo.ProvisioningCode";
const SERIAL: &str = "Device.DeviceInfo.SerialNumber";
const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";
const BUTTON: &str = "Device.X_CISCO_ATA.Router.Reset_Button_Enable";
const SPEED_DIAL: &str = "Device.X_CISCO_ATA.User.1.Speed_Dial_2";
const TRANSPORT: &str = "Device.X_CISCO_ATA.Line.1.SIP_Transport";

/// A way of resetting a device.
type Reset = fn(&mut Bench);

const RESETS: [(&str, Reset); 6] = [
    ("the ACS", |bench| {
        bench.ask(FactoryReset {}).expect("the device takes it");
    }),
    ("the page", |bench| {
        assert_eq!(bench.orders(Order::FactoryReset), Some(Ok(())));
    }),
    ("the hardware", |bench| {
        bench.input(Input::LocalFactoryReset)
    }),
    ("the button", |bench| {
        let press = Press::of(10_000, ButtonTiming::TenSeconds);
        bench.input(Input::ResetButton(press));
    }),
    ("the button, by the other guide", |bench| {
        let press = Press::of(5_500, ButtonTiming::FiveSeconds);
        bench.input(Input::ResetButton(press));
    }),
    ("the menu", |bench| {
        bench.hook(1, "Off");
        let said = bench.presses("****73738#1#");
        assert_eq!(said.last(), Some(&Spoken::Resetting));
    }),
];

/// Covers M-05, T-04, R-41.
#[test]
fn every_factory_reset_leaves_the_firmware_and_the_identity_and_nothing_else() {
    for (way, reset) in RESETS {
        let mut bench = Bench::bootstrapped("ata192");
        bench.files().delivers("ATA192", "11-3-3");
        bench.ask(firmware("up")).unwrap();
        bench
            .set(&[(CODE, "mark-of-old"), (TRANSPORT, "TLS")], "mark-of-key")
            .unwrap();
        bench.ask(set_attributes(vec![notify(CODE, 1)])).unwrap();
        bench.changes(SPEED_DIAL, "5551234");
        let later = cwmp::rpc::Download {
            delay_seconds: 600,
            ..firmware("mark-of-transfer")
        };
        bench.ask(later).unwrap();
        let slots = bench.stored(SectionKind::Firmware);
        reset(&mut bench);
        bench.settle();
        let first = bench.session();
        first.succeeds();
        if !first.tells("0 BOOTSTRAP") {
            // The session in which the ACS has asked for it has been looked at before.
            panic!("{way}: {}", first.line());
        }
        for kind in SectionKind::ALL {
            let kept = bench.stored(kind);
            assert!(!kept.contains("mark-of"), "{way}: {kind:?} {kept}");
            assert!(!kept.contains("5551234"), "{way}: {kind:?} {kept}");
        }
        assert!(
            !bench.stored(SectionKind::Tree).contains("\"notification\""),
            "{way}"
        );
        assert_eq!(bench.knows(CODE), "", "{way}");
        assert_eq!(bench.knows(TRANSPORT), "UDP", "{way}");
        assert_eq!(bench.knows(SERIAL), "FCH26480QXA", "{way}");
        assert_eq!(bench.knows(VERSION), "11-3-3", "{way}");
        assert_eq!(bench.stored(SectionKind::Firmware), slots, "{way}");
        bench.is_quiet_for(3600);
    }
}

/// Covers E-04.
#[test]
fn a_short_press_of_the_button_restarts_and_loses_nothing() {
    for (held_ms, timing) in [
        (200, ButtonTiming::TenSeconds),
        (9_900, ButtonTiming::TenSeconds),
        (1_500, ButtonTiming::FiveSeconds),
    ] {
        let mut bench = Bench::bootstrapped("ata192");
        bench.set(&[(CODE, "x")], "k").unwrap();
        bench.settle();
        bench.input(Input::ResetButton(Press::of(held_ms, timing)));
        bench.session().succeeds().informs(&["1 BOOT"]);
        assert_eq!(bench.knows(CODE), "x");
    }
}

#[test]
fn a_button_that_is_switched_off_does_nothing() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CODE, "x"), (BUTTON, "0")], "k").unwrap();
    bench.settle();
    bench.input(Input::ResetButton(Press::Short));
    bench.input(Input::ResetButton(Press::Long));
    bench.is_quiet_for(60);
    assert_eq!(bench.knows(CODE), "x");
}

#[test]
fn the_user_reset_takes_what_users_may_change_and_nothing_else() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .set(&[(CODE, "x"), (TRANSPORT, "TLS")], "key")
        .unwrap();
    bench.changes(SPEED_DIAL, "5551234");
    bench.changes("Device.X_CISCO_ATA.System.User_ID", "me");
    bench.settle();
    bench.hook(1, "Off");
    let cancelled = bench.presses("****877778#*");
    assert_eq!(cancelled.last(), Some(&Spoken::Cancelled));
    assert_eq!(bench.knows(SPEED_DIAL), "5551234");
    let said = bench.presses("877778#1#");
    assert_eq!(said.last(), Some(&Spoken::UserResetDone));
    assert!(!bench.stored(SectionKind::Tree).contains("5551234"));
    bench.hook(1, "On");
    bench.session().succeeds().informs(&["1 BOOT"]);
    assert_eq!(bench.knows(SPEED_DIAL), "");
    assert_eq!(bench.knows(CODE), "x");
    assert_eq!(bench.knows(TRANSPORT), "TLS");
    assert_eq!(bench.knows("Device.ManagementServer.ParameterKey"), "key");
}

/// Covers D-13.
#[test]
fn the_user_reset_leaves_what_the_acs_keeps_for_itself() {
    use crate::support::requests::allow;
    let mut bench = Bench::bootstrapped("ata192");
    bench.changes(SPEED_DIAL, "5551234");
    bench
        .ask(set_attributes(vec![allow(SPEED_DIAL, &[])]))
        .unwrap();
    bench.phones_in("****877778#1#");
    bench.settle();
    assert_eq!(bench.knows(SPEED_DIAL), "5551234");
}
