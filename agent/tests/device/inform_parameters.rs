//! Parameters the ACS wants to see in Informs, by ManagementServer.InformParameter.

use crate::support::requests::{notify, set_attributes};
use crate::support::{Bench, Setup};
use cwmp::Fault;
use cwmp::rpc::Status;

const UP_TIME: &str = "Device.DeviceInfo.UpTime";
const HOST: &str = "Device.LAN.TraceRouteDiagnostics.Host";
const LINES: &str = "Device.Services.VoiceService.1.VoiceProfile.*.Line.*.Status";

fn bench() -> Bench {
    let setup = Setup {
        installed: vec![("ManagementServer.PeriodicInformInterval", "600")],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session().succeeds();
    bench
        .set(&[("Device.ManagementServer.AutoCreateInstances", "1")], "k")
        .expect("it may be switched on");
    bench
}

/// Sets one row, by an alias of its own.
fn row(bench: &mut Bench, alias: &str, name: &str, events: &str) -> Result<Status, Fault> {
    let path = |leaf: &str| format!("Device.ManagementServer.InformParameter.[{alias}].{leaf}");
    let (enable, parameter, list) = (path("Enable"), path("ParameterName"), path("EventList"));
    bench.set(
        &[(&enable, "1"), (&parameter, name), (&list, events)],
        "row",
    )
}

/// Covers N-11.
#[test]
fn rows_add_their_parameters_to_informs_with_their_events() {
    let mut bench = bench();
    row(&mut bench, "always", UP_TIME, "").unwrap();
    row(&mut bench, "beat", LINES, "2 PERIODIC, 1 BOOT").unwrap();
    bench.call_device();
    let session = bench.session();
    session.informs(&["6 CONNECTION REQUEST"]);
    assert!(session.value(UP_TIME).is_some());
    let lines = |session: &crate::support::Session| {
        let names = session.names();
        names
            .iter()
            .filter(|name| name.ends_with(".Line.1.Status"))
            .count()
    };
    assert_eq!(lines(&session), 0);
    let session = bench.session();
    session.informs(&["2 PERIODIC"]);
    assert!(session.value(UP_TIME).is_some());
    assert_eq!(lines(&session), 2, "the star stands for both lines");
    bench.power_cut();
    let session = bench.session();
    session.informs(&["1 BOOT"]);
    assert_eq!(lines(&session), 2, "the rows are kept");
    let enable = "Device.ManagementServer.InformParameter.[always].Enable";
    bench.set(&[(enable, "0")], "off").unwrap();
    bench.call_device();
    assert_eq!(bench.session().value(UP_TIME), None);
}

/// Covers N-11.
#[test]
fn an_inform_that_tells_changes_tells_nothing_else() {
    let mut bench = bench();
    row(&mut bench, "always", UP_TIME, "").unwrap();
    bench.ask(set_attributes(vec![notify(HOST, 2)])).unwrap();
    bench.sessions();
    bench.changes(HOST, "192.0.2.77");
    let session = bench.session();
    session.informs(&["4 VALUE CHANGE"]);
    assert_eq!(session.value(UP_TIME), None);
    assert_eq!(session.value(HOST), Some("192.0.2.77"));
}

/// Covers R-07, N-11.
#[test]
fn what_every_inform_carries_and_value_change_have_no_place_in_the_table() {
    let mut bench = bench();
    for (name, events) in [
        ("Device.DeviceInfo.SoftwareVersion", ""),
        (UP_TIME, "4 VALUE CHANGE"),
        (UP_TIME, "2 PERIODIC,4 VALUE CHANGE"),
        (UP_TIME, "2 PERIODIC,"),
        (UP_TIME, "99 LUFTBALLONS"),
        ("Device.*.UpTime", ""),
        ("Device.Services.VoiceService.*", ""),
    ] {
        let fault = row(&mut bench, "bad", name, events).unwrap_err();
        assert_eq!(fault.parameters.len(), 1, "{name} {events}: {fault:?}");
        assert_eq!(fault.parameters[0].fault_code.number(), 9007);
    }
    row(&mut bench, "good", UP_TIME, "X 00562B Bell,M Reboot").unwrap();
}

/// Covers I-10.
#[test]
fn a_name_that_leads_nowhere_is_kept_and_tells_nothing() {
    let mut bench = bench();
    let nowhere = "Device.ManagementServer.InformParameter.9.Enable";
    row(&mut bench, "weak", nowhere, "").unwrap();
    bench.call_device();
    assert_eq!(bench.session().value(nowhere), None);
    let name = "Device.ManagementServer.InformParameter.[weak].ParameterName";
    assert_eq!(bench.get(name), nowhere);
    // It comes to exist, and goes again: the name stays as it is.
    let table = "Device.ManagementServer.InformParameter.";
    while bench.add(table) < 9 {}
    bench.call_device();
    assert_eq!(bench.session().value(nowhere), Some("0"));
    let gone = format!("{table}9.");
    bench
        .ask(crate::support::requests::delete(&gone, "k"))
        .unwrap();
    assert_eq!(bench.get(name), nowhere);
}
