//! UDP connection requests: whose are taken, whose are ignored, and the one session that follows.

use crate::support::{Bench, CALLER, CALLER_PASSWORD, Reaction};
use agent::device::io::DatagramPort;
use cwmp::side::udp_connection_request::UdpConnectionRequest;
use data_model::Secret;

const USER: &str = "Device.ManagementServer.ConnectionRequestUsername";
const PASSWORD: &str = "Device.ManagementServer.ConnectionRequestPassword";

fn datagram(timestamp: u64, id: u64) -> Vec<u8> {
    let request = UdpConnectionRequest {
        timestamp,
        id,
        username: CALLER.into(),
        cnonce: "XTGRWIPC6D3IPXS3".into(),
    };
    request.write("192.168.1.10:7547", &Secret::new(CALLER_PASSWORD))
}

/// A device with an open port; STUN is off.
fn bench() -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    let open = bench.ports.open(DatagramPort::ConnectionRequest);
    bench.input(open.expect("it opens"));
    bench
}

fn calls(bench: &mut Bench, datagram: impl Into<Vec<u8>>) {
    bench.receives(DatagramPort::ConnectionRequest, datagram.into());
}

/// Covers U-01, U-11, C-05, C-06.
#[test]
fn copies_of_a_request_bring_one_session() {
    let mut bench = bench();
    for _ in 0..5 {
        calls(&mut bench, datagram(1_772_439_300, 7));
    }
    let session = bench.session();
    session.succeeds().informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(session.began, bench.now());
    for _ in 0..5 {
        calls(&mut bench, datagram(1_772_439_300, 7));
    }
    bench.is_quiet_for(600);
    calls(&mut bench, datagram(1_772_439_301, 8));
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
    assert!(bench.ports.sent.is_empty(), "no answer ever");
    // The listener for HTTP is as it was.
    bench.call_device();
    bench.session().succeeds();
}

/// Covers U-11, U-12, C11, C-09.
#[test]
fn what_is_old_repeated_forged_or_no_request_is_ignored() {
    let mut bench = bench();
    calls(&mut bench, datagram(1_772_439_300, 7));
    bench.session().succeeds();
    calls(&mut bench, datagram(1_772_439_300, 8));
    calls(&mut bench, datagram(1_772_439_299, 8));
    calls(&mut bench, datagram(1_772_439_301, 7));
    let good = String::from_utf8(datagram(1_772_439_400, 9)).unwrap();
    for (was, is) in [
        ("un=acs-calls", "un=acs-call"),
        ("ts=1772439400", "ts=1772439401"),
        ("id=9", "id=10"),
        ("cn=X", "cn=Y"),
        ("GET", "POST"),
        ("HTTP/1.1", "HTTP/1.0"),
        ("Host", "Content-Length: 1\r\nHost"),
        ("sig=", "sig=0"),
        ("7547?", "7547/path?"),
    ] {
        let forged = good.replacen(was, is, 1);
        assert_ne!(forged, good, "{is}");
        calls(&mut bench, forged);
    }
    for noise in [
        &b""[..],
        b"\0",
        b"\x01",
        b"GET",
        b"\xff\xff",
        b"A",
        &[b'G'; 9000],
    ] {
        calls(&mut bench, noise);
    }
    bench.receives(DatagramPort::BindingSearch, good.clone().into_bytes());
    bench.is_quiet_for(600);
    // None of them has moved the time or used the id.
    calls(&mut bench, datagram(1_772_439_302, 9));
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
}

/// Covers U-12, C11.
#[test]
fn a_request_that_was_accepted_is_not_accepted_again_after_a_restart() {
    let mut bench = bench();
    calls(&mut bench, datagram(1_772_439_300, 7));
    bench.session().succeeds();
    bench.power_cut();
    bench.session().succeeds().informs(&["1 BOOT"]);
    calls(&mut bench, datagram(1_772_439_300, 7));
    bench.is_quiet_for(60);
    calls(&mut bench, datagram(1_772_439_301, 8));
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
}

/// Covers U-11, C-08, C-07.
#[test]
fn a_request_during_a_session_brings_exactly_one_more() {
    let mut bench = bench();
    bench.acs().lets_pass(1).reacts(Reaction::Pause);
    calls(&mut bench, datagram(1_772_439_300, 1));
    bench.runs_to_pause();
    for number in 1..4 {
        calls(&mut bench, datagram(1_772_439_300 + number, 1 + number));
    }
    assert!(bench.device().in_session(), "the running session goes on");
    bench.resumes();
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
    bench.is_quiet_for(600);
}

/// Covers C-04, U-11, U-12.
#[test]
fn calls_by_udp_and_http_count_against_one_limit() {
    let mut bench = bench();
    bench.acs().goes_away();
    for number in 0..50 {
        calls(&mut bench, datagram(1_772_439_300 + number, number));
        bench.settle();
    }
    assert_eq!(bench.calls_as(CALLER, CALLER_PASSWORD), 503);
    bench.acs().comes_back();
    bench.advance(120);
    bench.sessions();
    // Those beyond the limit were not accepted, so their time does not count.
    calls(&mut bench, datagram(1_772_439_349, 49));
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
}

/// Covers U-11, C-12.
#[test]
fn another_password_holds_from_the_answer_on_and_an_empty_one_opens_nothing() {
    let mut bench = bench();
    bench.changes(PASSWORD, "other");
    calls(&mut bench, datagram(1_772_439_300, 7));
    bench.is_quiet_for(60);
    bench.changes(PASSWORD, CALLER_PASSWORD);
    calls(&mut bench, datagram(1_772_439_300, 7));
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
    bench.changes(PASSWORD, "");
    bench.changes(USER, "");
    let nobody = UdpConnectionRequest {
        timestamp: 1_772_439_999,
        id: 99,
        username: String::new(),
        cnonce: String::new(),
    };
    calls(
        &mut bench,
        nobody.write("192.168.1.10:7547", &Secret::default()),
    );
    bench.is_quiet_for(60);
}

/// Covers C-17.
#[test]
fn a_device_whose_cwmp_is_switched_off_takes_no_calls() {
    let mut bench = bench();
    bench
        .set(&[("Device.ManagementServer.EnableCWMP", "0")], "k")
        .unwrap();
    calls(&mut bench, datagram(1_772_439_300, 7));
    bench.is_quiet_for(600);
}

#[test]
fn the_device_says_how_it_can_be_called() {
    let mut bench = bench();
    let methods = bench.get("Device.ManagementServer.SupportedConnReqMethods");
    assert_eq!(methods, "HTTP,STUN,XMPP");
}
