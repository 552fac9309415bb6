//! Reboot and FactoryReset: after the session, once, with every key told afterwards.

use crate::support::requests::{add, firmware, get, notify, reboot, set, set_attributes};
use crate::support::{ACS_URL, Bench, Reaction};
use agent::device::Input;
use agent::device::io::SectionKind;
use cwmp::rpc::FactoryReset;

const CODE: &str = "Device.DeviceInfo.ProvisioningCode";
const KEY: &str = "Device.ManagementServer.ParameterKey";

/// Covers E-04, E-07, P-15.
#[test]
fn a_reboot_follows_the_session_and_tells_its_key() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().calls(reboot("why not")).calls(get(&[CODE]));
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    assert_eq!(session.answers.len(), 2, "the session goes on");
    bench
        .session()
        .succeeds()
        .informs(&["1 BOOT", "M Reboot: why not"]);
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
}

/// Covers E-07, T-21.
#[test]
fn several_reboots_in_a_session_are_one_boot_with_every_key() {
    let mut bench = Bench::bootstrapped("ata192");
    for key in ["a", "b", "b", "", "ключ"] {
        bench.acs().calls(reboot(key));
    }
    bench.call_device();
    bench.session().succeeds();
    bench.session().informs(&[
        "1 BOOT",
        "M Reboot: a",
        "M Reboot: b",
        "M Reboot: b",
        "M Reboot",
        "M Reboot: ключ",
    ]);
    bench.is_quiet_for(60);
}

/// Covers E-06, M08.
#[test]
fn a_thousand_reboots_are_one_and_the_oldest_keys_are_forgotten() {
    let mut bench = Bench::bootstrapped("ata192");
    for number in 0..1_000 {
        bench.acs().calls(reboot(&number.to_string()));
    }
    bench.call_device();
    bench.session().succeeds();
    let told = bench.session();
    told.succeeds();
    let events = &told.inform().event;
    assert_eq!(events.len(), 64);
    assert!(told.tells("1 BOOT"));
    let keys: Vec<&str> = events
        .iter()
        .map(|event| event.command_key.as_str())
        .collect();
    assert!(keys.contains(&"999") && keys.contains(&"937") && !keys.contains(&"936"));
    bench.is_quiet_for(60);
    assert!(
        bench.stored(SectionKind::Events).len() < 10,
        "nothing is left"
    );
}

/// Covers E-06, E-04.
#[test]
fn many_reboots_do_not_crowd_out_the_end_of_a_transfer() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().fails(cwmp::FaultCode::ACCESS_FILE);
    bench.acs().calls(firmware("image"));
    bench.acs().calls(reboot("first"));
    for _ in 0..70 {
        bench.acs().calls(reboot("more"));
    }
    bench.call_device();
    bench.session().succeeds();
    bench.acs().goes_away();
    let booted = bench.session();
    assert!(booted.tells("1 BOOT"));
    bench.acs().comes_back();
    let told = bench.session();
    assert_eq!(told.inform().event.len(), 64);
    for code in ["1 BOOT", "7 TRANSFER COMPLETE", "M Download"] {
        assert!(told.tells(code), "{code}");
    }
}

/// Covers E-11, R-08.
#[test]
fn a_reboot_that_was_answered_is_told_even_if_the_power_is_cut_instead() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().calls(reboot("asked")).calls(get(&[CODE]));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.power_cut();
    let cut = bench.session();
    assert_eq!(cut.answers.len(), 1);
    bench
        .session()
        .succeeds()
        .informs(&["1 BOOT", "M Reboot: asked"]);
}

/// Covers P-15.
#[test]
fn a_reboot_that_was_asked_for_happens_even_if_the_session_fails_after_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .acs()
        .calls(reboot("asked"))
        .lets_pass(2)
        .reacts(Reaction::Break);
    bench.call_device();
    bench.session().fails("cable");
    let booted = bench.session();
    booted.succeeds().informs(&["1 BOOT", "M Reboot: asked"]);
    assert_eq!(booted.inform().retry_count, 1);
}

/// Covers M-05, M-01, R-41.
#[test]
fn a_factory_reset_leaves_what_the_installer_and_the_factory_gave() {
    let mut bench = Bench::bootstrapped("ata192");
    let path = bench.call_path();
    let table = "Device.ManagementServer.InformParameter.";
    bench.ask_all(vec![
        set(
            &[
                (CODE, "SIP.retail"),
                ("Device.ManagementServer.Username", "subscriber"),
                ("Device.ManagementServer.Password", "other"),
                ("Device.ManagementServer.PeriodicInformInterval", "60"),
            ],
            "profile-7",
        ),
        add(table, "profile-8"),
        set_attributes(vec![notify(CODE, 1), notify("Device.LAN.", 1)]),
    ]);
    bench.acs().calls(FactoryReset {}).calls(get(&[CODE]));
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    assert_eq!(
        session.values(1).parameter_list.get(CODE),
        Some("SIP.retail"),
        "not yet"
    );
    let first = bench.session();
    first.succeeds().informs(&["0 BOOTSTRAP", "1 BOOT"]);
    assert_eq!(
        (first.value(KEY), first.posts[0].url.as_str()),
        (Some(""), ACS_URL)
    );
    assert_eq!(bench.get(CODE), "");
    assert_eq!(bench.knows("Device.ManagementServer.Username"), "");
    assert_eq!(
        bench.knows("Device.ManagementServer.Password"),
        crate::support::DEVICE_PASSWORD
    );
    assert_eq!(
        bench.get("Device.ManagementServer.PeriodicInformInterval"),
        "86400"
    );
    assert_eq!(
        bench.get("Device.ManagementServer.InformParameterNumberOfEntries"),
        "0"
    );
    assert_eq!(bench.call_path(), path, "it comes with the device");
    let tree = bench.stored(SectionKind::Tree);
    assert!(
        !tree.contains("SIP.retail") && !tree.contains("\"notification\""),
        "{tree}"
    );
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    assert_eq!(bench.add(table), 1, "numbers begin anew");
}

/// Covers E-11, R-40.
#[test]
fn a_factory_reset_that_was_answered_happens_even_if_the_power_is_cut_instead() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CODE, "x")], "k").unwrap();
    bench.acs().calls(FactoryReset {}).calls(get(&[CODE]));
    bench.acs().lets_pass(2).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.power_cut();
    assert_eq!(bench.knows(CODE), "");
    bench.session();
    bench.session().informs(&["0 BOOTSTRAP", "1 BOOT"]);
}

/// Covers M08.
#[test]
fn many_factory_resets_are_one() {
    let mut bench = Bench::bootstrapped("ata192");
    for _ in 0..1_000 {
        bench.acs().calls(FactoryReset {});
    }
    bench.acs().calls(reboot("and"));
    bench.call_device();
    bench.session().succeeds();
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
    bench.is_quiet_for(600);
}

/// Covers T-04, M-05.
#[test]
fn a_factory_reset_forgets_transfers_and_keeps_the_firmware() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.files().delivers("ATA192", "11-3-3");
    bench.ask(firmware("up")).unwrap();
    assert_eq!(bench.get("Device.DeviceInfo.SoftwareVersion"), "11-3-3");
    let later = cwmp::rpc::Download {
        delay_seconds: 600,
        ..firmware("later")
    };
    bench.ask(later).unwrap();
    bench.ask(FactoryReset {}).unwrap();
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
    assert_eq!(bench.get("Device.DeviceInfo.SoftwareVersion"), "11-3-3");
    bench.is_quiet_for(3600);
}

/// Covers M-05, S-01.
#[test]
fn the_reset_button_works_at_any_time() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CODE, "x")], "k").unwrap();
    bench.settle();
    bench.acs().reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    bench.input(Input::LocalFactoryReset);
    bench.settle();
    assert_eq!(bench.knows(CODE), "");
    let cut = bench.session();
    assert_eq!(cut.summary, None);
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
}
