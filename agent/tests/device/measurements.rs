//! What was measured, in the words of each model; and the echo service, which counts.

use super::diagnostics::ask;
use crate::support::Bench;
use agent::device::Input;
use agent::diagnostics::findings::{Hop, Micros, Nearest, Pings, Transfer, Way};
use agent::diagnostics::{EchoCounters, Findings, Outcome, Test, Trouble};
use std::net::IpAddr;

const ROUTE: &str = "Device.LAN.TraceRouteDiagnostics.";
const DOWNLOAD: &str = "Device.DownloadDiagnostics.";
const ECHO: &str = "Device.UDPEchoConfig.";
const LOCALHOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

#[test]
fn the_hops_of_a_route_are_rows_that_the_next_test_removes() {
    for (product, object, count) in [
        ("ata192", ROUTE, "NumberOfRouteHops"),
        (
            "spa122",
            "InternetGatewayDevice.TraceRouteDiagnostics.",
            "RouteHopsNumberOfEntries",
        ),
    ] {
        let mut bench = Bench::bootstrapped(product);
        let settings = [("Host", "a"), ("DiagnosticsState", "Requested")];
        bench.ask(ask(object, &settings)).unwrap();
        let hop = |last: u8| Hop {
            address: Some(IpAddr::from([192, 0, 2, last])),
            code: last,
            round_trips_us: vec![1_000, 2_000, 3_000],
        };
        bench.test_ends(Outcome::complete(Findings::Route(Way {
            response_us: 2_000,
            hops: vec![hop(1), Hop::default(), hop(3)],
        })));
        bench
            .session()
            .informs(&["8 DIAGNOSTICS COMPLETE"])
            .succeeds();
        let values = bench.get_all(&[object]).unwrap();
        let value = |name: &str| values.get(&format!("{object}{name}"));
        assert_eq!(value(count), Some("3"));
        assert_eq!(value("ResponseTime"), Some("2"));
        assert_eq!(value("RouteHops.1.HopHost"), Some("192.0.2.1"));
        assert_eq!(value("RouteHops.2.HopHost"), Some(""));
        if product == "spa122" {
            assert_eq!(value("RouteHops.3.HopErrorCode"), Some("3"));
            assert_eq!(value("RouteHops.3.HopRTTimes"), Some("1,2,3"));
        }
        bench
            .ask(ask(object, &[("DiagnosticsState", "Requested")]))
            .unwrap();
        let values = bench.get_all(&[object]).unwrap();
        assert_eq!(values.get(&format!("{object}{count}")), Some("0"));
        assert_eq!(values.get(&format!("{object}RouteHops.1.HopHost")), None);
    }
}

#[test]
fn transfers_are_told_to_the_microsecond_in_the_words_of_their_model() {
    let mut bench = Bench::bootstrapped("ata192");
    let settings = [
        ("DownloadURL", "http://192.0.2.1/f"),
        ("DiagnosticsState", "Requested"),
    ];
    bench.ask(ask(DOWNLOAD, &settings)).unwrap();
    bench.test_ends(Outcome::complete(Findings::Download(Transfer {
        request: Micros(1_207_753_265_123_456),
        end: Micros(1_207_753_266_000_007),
        test_bytes: 1_000,
        interface_bytes: 5_000_000_000,
        ..Transfer::default()
    })));
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();
    let values = bench.get_all(&[DOWNLOAD]).unwrap();
    for (name, value) in [
        ("DiagnosticsState", "Completed"),
        ("ROMTime", "2008-04-09T15:01:05.123456Z"),
        ("EOMTime", "2008-04-09T15:01:06.000007Z"),
        ("TestBytesReceived", "1000"),
        ("TotalBytesReceived", "4294967295"),
    ] {
        assert_eq!(
            values.get(&format!("{DOWNLOAD}{name}")),
            Some(value),
            "{name}"
        );
    }
}

#[test]
fn each_port_has_a_test_of_its_own() {
    let mut bench = Bench::bootstrapped("ata192");
    let port = |number: u32| format!("Device.Services.VoiceService.1.PhyInterface.{number}.Tests.");
    for number in [1, 2] {
        bench
            .ask(ask(&port(number), &[("TestState", "Requested")]))
            .unwrap();
    }
    assert_eq!(bench.tests(), [Test::PhonePort(1), Test::PhonePort(2)]);
    bench.test_ends(Outcome::complete(Findings::PhonePort(true)));
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();
    bench.test_ends(Outcome::failed(Trouble::TestNotSupported));
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();
    assert_eq!(bench.get(&format!("{}TestState", port(1))), "Complete");
    assert_eq!(bench.get(&format!("{}PhoneConnectivity", port(1))), "1");
    assert_eq!(
        bench.get(&format!("{}TestState", port(2))),
        "Error_TestNotSupported"
    );
    assert_eq!(bench.get(&format!("{}PhoneConnectivity", port(2))), "0");
}

#[test]
fn the_nearest_server_is_told_with_its_times() {
    let mut bench = Bench::bootstrapped("ata192");
    let object = "Device.X_DIALTONE_ServerSelectionDiagnostics.";
    let settings = [
        ("HostList", "a, b"),
        ("Protocol", "UDP Echo"),
        ("DiagnosticsState", "Requested"),
    ];
    bench.ask(ask(object, &settings)).unwrap();
    bench.test_ends(Outcome::complete(Findings::Selection(Nearest {
        host: "b".into(),
        address: Some(LOCALHOST),
        pings: Pings {
            sent: 3,
            round_trips_us: vec![300, 500],
        },
    })));
    bench
        .session()
        .informs(&["8 DIAGNOSTICS COMPLETE"])
        .succeeds();
    let values = bench.get_all(&[object]).unwrap();
    let value = |name: &str| values.get(&format!("{object}{name}"));
    assert_eq!(value("FastestHost"), Some("b"));
    assert_eq!(value("AverageResponseTime"), Some("400"));
    assert_eq!(value("IPAddressUsed"), Some("127.0.0.1"));
}

#[test]
fn the_echo_service_follows_its_settings_and_survives_a_boot() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.echo(), None);
    let on = [
        ("Enable", "1"),
        ("SourceIPAddress", "192.0.2.1"),
        ("UDPPort", "7007"),
    ];
    bench.ask(ask(ECHO, &on)).unwrap();
    let (config, counters) = bench.echo().unwrap();
    assert_eq!((config.port, config.plus), (7007, false));
    assert_eq!(config.source, Some(IpAddr::from([192, 0, 2, 1])));
    assert_eq!(counters, EchoCounters::default());
    let counted = EchoCounters {
        packets_received: 5,
        bytes_received: 240,
        first: Micros(1_207_753_265_123_456),
        ..EchoCounters::default()
    };
    bench.input(Input::EchoCounted(Box::new(counted)));
    assert_eq!(bench.get(&format!("{ECHO}PacketsReceived")), "5");
    let first = bench.get(&format!("{ECHO}TimeFirstPacketReceived"));
    assert_eq!(first, "2008-04-09T15:01:05.123456Z");
    // Other settings do not begin the count anew; another enabling does.
    bench.ask(ask(ECHO, &[("EchoPlusEnabled", "1")])).unwrap();
    assert_eq!(bench.echo().unwrap().1, counted);
    bench.ask(ask(ECHO, &[("Enable", "0")])).unwrap();
    assert_eq!(bench.echo(), None);
    assert_eq!(bench.get(&format!("{ECHO}PacketsReceived")), "5");
    bench.ask(ask(ECHO, &[("Enable", "1")])).unwrap();
    assert_eq!(bench.echo().unwrap().1, EchoCounters::default());
    assert_eq!(bench.get(&format!("{ECHO}PacketsReceived")), "0");
    bench.power_cut();
    assert_eq!(bench.echo().map(|(config, _)| config.plus), Some(true));
}
