//! Real hardware under a device: what it says is shown, told, and never kept.

use crate::support::{Bench, requests};
use agent::device::hardware::{Hardware, Interface, Process, ProcessState};
use agent::device::io::SectionKind;
use agent::device::{Input, boot};
use agent::firmware::{SlotName, Slots};
use cwmp::rpc::SetParameterAttributes;
use data_model::Timestamp;
use std::net::Ipv4Addr;

const ADDRESS: &str = "Device.LAN.IPAddress";
const FREE: &str = "Device.DeviceInfo.MemoryStatus.Free";
const ROWS: &str = "Device.DeviceInfo.ProcessStatus.ProcessNumberOfEntries";

/// A machine as it might be.
pub fn machine() -> Hardware {
    match hardware(57, 20_000, 1, crate::support::START) {
        Input::Hardware(hardware) => *hardware,
        other => unreachable!("{other:?}"),
    }
}

fn hardware(last: u8, free_kb: u32, processes: u32, now: Timestamp) -> Input {
    let process = |pid| Process {
        pid: pid * 10,
        command: format!("program {pid}"),
        size_kb: 100,
        priority: 20,
        cpu_time_ms: 5,
        state: ProcessState::Running,
    };
    Input::Hardware(Box::new(Hardware {
        agent_resident_kb: 5_000,
        started: Timestamp::from_millis(now.as_millis() - 3_600_000),
        memory_total_kb: 61_440,
        memory_free_kb: free_kb,
        cpu_usage_percent: 3,
        interface: Interface {
            address: Some(Ipv4Addr::new(203, 0, 113, last)),
            ..Interface::default()
        },
        processes: (1..=processes).map(process).collect(),
    }))
}

/// Covers S-01, S-03.
#[test]
fn a_changed_address_of_the_machine_is_told_and_a_moving_number_is_not() {
    let mut bench = Bench::bootstrapped("ata192");
    let now = bench.now();
    bench.input(hardware(57, 20_000, 1, now));
    bench.advance(60);
    bench.sessions();
    bench.input(hardware(57, 19_000, 2, now));
    bench.is_quiet_for(600);
    bench.input(hardware(99, 18_000, 3, now));
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    assert_eq!(session.value(ADDRESS), Some("203.0.113.99"));
    assert!(session.tells("4 VALUE CHANGE"), "{}", session.line());
    assert_eq!(bench.get(FREE), "18000");
}

#[test]
fn rows_of_processes_come_and_go_and_are_never_kept() {
    let mut bench = Bench::bootstrapped("ata192");
    let now = bench.now();
    bench.input(hardware(57, 20_000, 3, now));
    assert_eq!(bench.get(ROWS), "3");
    let third = "Device.DeviceInfo.ProcessStatus.Process.3.Command";
    assert_eq!(bench.get(third), "program 3");
    bench.input(hardware(57, 20_000, 2, now));
    assert_eq!(bench.get(ROWS), "2");
    assert!(bench.get_all(&[third]).is_err(), "the row is gone");
    // Something that is kept with the tree.
    bench
        .set(&[("Device.DeviceInfo.ProvisioningCode", "x")], "")
        .expect("set");
    assert!(!bench.stored(SectionKind::Tree).contains("ProcessStatus"));
    bench.power_cut();
    assert_eq!(bench.knows(ROWS), "0");
}

#[test]
fn up_time_is_that_of_the_machine_not_of_the_program() {
    let mut bench = Bench::bootstrapped("ata192");
    let now = bench.now();
    bench.input(hardware(57, 20_000, 1, now));
    let secs: u64 = bench
        .knows("Device.DeviceInfo.UpTime")
        .parse()
        .expect("a number");
    assert!((3600..3700).contains(&secs), "{secs}");
}

/// A row that is gone is no changed value, whatever its notification.
#[test]
fn a_process_that_ends_is_no_value_change() {
    let mut bench = Bench::bootstrapped("ata192");
    let now = bench.now();
    bench.input(hardware(57, 20_000, 2, now));
    bench
        .ask(SetParameterAttributes {
            parameter_list: vec![requests::notify(
                "Device.DeviceInfo.ProcessStatus.Process.2.PID",
                2,
            )],
        })
        .expect("PID takes active notification");
    bench.input(hardware(57, 20_000, 1, now));
    bench.advance(3600);
    bench.call_device();
    for session in bench.sessions() {
        session.succeeds();
        assert!(
            !session
                .names()
                .iter()
                .any(|name| name.contains("Process.2."))
        );
    }
}

/// Covers P4.
#[test]
fn an_image_the_machine_could_not_put_to_work_is_left_at_the_next_boot() {
    let mut slots = Slots {
        version: "1".into(),
        ..Slots::default()
    };
    slots.activate("2", 7);
    let bytes = serde_json::to_vec(&slots).expect("our own state");
    let mut saved = agent::device::Saved::from([(SectionKind::Firmware, bytes)]);
    assert_eq!(boot::active_slot(&saved), SlotName::B);
    boot::give_up_trial(&mut saved);
    let mut bench = Bench::new("ata192");
    bench.power_off();
    bench.overwrites(SectionKind::Firmware, &saved[&SectionKind::Firmware]);
    assert_eq!(bench.knows("Device.DeviceInfo.SoftwareVersion"), "1");
    assert_eq!(bench.device().core().firmware.active, SlotName::A);
}
