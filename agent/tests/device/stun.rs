//! The STUN client: what it sends, what it learns from the answers, how it keeps a binding, and whom it believes.
//!
//! Long because one client is looked at from all sides.

use crate::support::{Bench, Demand, LOCAL, STUN_PASSWORD, STUN_USER, Sent, Setup};
use agent::device::Input;
use agent::device::io::{DatagramPort, OpenPort};
use cwmp::side::stun::{Integrity, Message, Proof};
use data_model::Secret;

const ADDRESS: &str = "Device.ManagementServer.UDPConnectionRequestAddress";
const NAT: &str = "Device.ManagementServer.NATDetected";
const ENABLE: &str = "Device.ManagementServer.STUNEnable";
const SERVER: &str = "Device.ManagementServer.STUNServerAddress";
const PORT: &str = "Device.ManagementServer.STUNServerPort";
const MINIMUM: &str = "Device.ManagementServer.STUNMinimumKeepAlivePeriod";
const MAXIMUM: &str = "Device.ManagementServer.STUNMaximumKeepAlivePeriod";
const LIMIT: &str = "Device.ManagementServer.UDPConnectionRequestAddressNotificationLimit";

/// A device with STUN switched on from the factory, and a fixed keep-alive period of 30 seconds.
fn setup(more: &[(&'static str, &'static str)]) -> Setup {
    let mut installed = vec![
        ("ManagementServer.STUNEnable", "1"),
        ("ManagementServer.STUNServerAddress", "stun.example.net"),
        ("ManagementServer.STUNMinimumKeepAlivePeriod", "30"),
        ("ManagementServer.STUNMaximumKeepAlivePeriod", "30"),
    ];
    installed.extend(more);
    Setup {
        installed,
        ..Setup::of("ata192")
    }
}

const SECRETS: [(&str, &str); 2] = [
    ("ManagementServer.STUNUsername", STUN_USER),
    ("ManagementServer.STUNPassword", STUN_PASSWORD),
];

/// A device that has learned its binding and told the ACS.
fn behind_nat(setup: Setup, timeout_secs: u64) -> Bench {
    let mut bench = setup.bench();
    bench.ports.behind_nat(timeout_secs);
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
    bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
    bench
}

/// Requests from the port for connection requests, without their retransmissions.
fn requests(sent: &[Sent]) -> Vec<&Sent> {
    let mut seen = Vec::new();
    let mut fresh = Vec::new();
    for sent in sent {
        if !seen.contains(&sent.message.transaction) {
            seen.push(sent.message.transaction);
            fresh.push(sent);
        }
    }
    fresh
}

fn seconds(sent: &[&Sent]) -> Vec<u64> {
    let pairs = sent.windows(2);
    pairs
        .map(|pair| pair[1].at.since_ms(pair[0].at) / 1000)
        .collect()
}

/// Covers U-02, U-04, U-05, U-08, U-09.
#[test]
fn a_device_behind_a_nat_learns_announces_and_reports_its_outer_address() {
    let mut bench = setup(&[]).bench();
    bench.ports.behind_nat(60);
    bench
        .session()
        .succeeds()
        .informs(&["0 BOOTSTRAP", "1 BOOT"]);
    let told = bench.session();
    told.succeeds().informs(&["4 VALUE CHANGE"]);
    let outside = bench.ports.outside().expect("there is a binding");
    assert_eq!(told.inform().parameter_list.get(ADDRESS), Some(&*outside));
    let sent = bench.ports.take_sent();
    let [first, second] = sent.as_slice() else {
        panic!("{sent:?}");
    };
    for sent in [first, second] {
        assert_eq!(sent.datagram.port, DatagramPort::ConnectionRequest);
        assert_eq!(sent.datagram.to, "stun.example.net:3478");
        assert!(sent.message.connection_request_binding);
        assert_eq!(sent.message.username, None);
        assert_eq!(sent.message.response_address, None);
        assert_ne!(
            sent.datagram.bytes[4..8],
            [0x21, 0x12, 0xa4, 0x42],
            "classic STUN"
        );
    }
    let mark = b"\xc0\x01\x00\x14dslforum.org/TR-111 ";
    assert_eq!(first.datagram.bytes[20..], *mark);
    assert_eq!(second.datagram.bytes[20..44], *mark);
    assert_eq!(second.datagram.bytes[44..], [0xc0, 2, 0, 0]);
    assert!(!first.message.binding_change && second.message.binding_change);
    assert_eq!(second.at, first.at, "announced at once");
    assert_eq!(bench.get(ADDRESS), outside);
    assert_eq!(bench.get(NAT), "1");
    bench.is_quiet_for(3600);
}

/// Covers U-08, U-03.
#[test]
fn without_a_nat_the_address_is_the_local_one_and_there_is_nothing_to_report_but_that() {
    let mut bench = setup(&[]).bench();
    bench.session().succeeds();
    bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(bench.get(ADDRESS), LOCAL.to_string());
    assert_eq!(bench.get(NAT), "0");
    bench.is_quiet_for(3600);
}

/// Covers U-01, U-08, C-17.
#[test]
fn a_port_that_is_open_without_stun_is_shown_and_sends_nothing() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.get(ADDRESS), "");
    let open = bench.ports.open(DatagramPort::ConnectionRequest);
    bench.input(open.expect("it opens"));
    bench.is_quiet_for(3600);
    assert_eq!(bench.get(ADDRESS), LOCAL.to_string());
    assert_eq!(bench.get(NAT), "0");
    assert!(bench.ports.sent.is_empty());
}

/// Covers U-02.
#[test]
fn without_a_server_address_the_host_of_the_acs_is_asked() {
    let mut bench = setup(&[("ManagementServer.STUNServerAddress", "")]).bench();
    bench.session();
    assert_eq!(bench.ports.sent[0].datagram.to, "acs.example.net:3478");
    bench
        .set(&[(SERVER, "2001:db8::5"), (PORT, "3479")], "k")
        .unwrap();
    let last = bench
        .ports
        .sent
        .last()
        .expect("it asks the other server at once");
    assert_eq!(last.datagram.to, "[2001:db8::5]:3479");
}

/// Covers U-07, U-05.
#[test]
fn the_binding_is_kept_by_a_request_every_fixed_period_and_nothing_more() {
    let mut bench = behind_nat(setup(&[]), 60);
    let outside = bench.ports.outside();
    bench.ports.take_sent();
    bench.advance(600);
    let sent = bench.ports.take_sent();
    let requests = requests(&sent);
    assert_eq!(requests.len(), 20);
    assert!(seconds(&requests).iter().all(|secs| *secs == 30));
    assert!(requests.iter().all(|sent| !sent.message.binding_change));
    assert_eq!(sent.len(), 20, "answered requests are not sent again");
    assert_eq!(bench.ports.outside(), outside);
}

/// Covers U-03, U-05, U-09.
#[test]
fn another_binding_is_announced_at_once_and_reported() {
    let mut bench = behind_nat(setup(&[]), 60);
    let before = bench.ports.outside();
    bench.advance(5);
    bench.ports.take_sent();
    bench.ports.nat.as_mut().unwrap().restarts();
    let told = bench.session();
    told.succeeds().informs(&["4 VALUE CHANGE"]);
    let outside = bench.ports.outside();
    assert_ne!(outside, before);
    assert_eq!(
        told.inform().parameter_list.get(ADDRESS),
        outside.as_deref()
    );
    let sent = bench.ports.take_sent();
    let changes: Vec<bool> = sent
        .iter()
        .map(|sent| sent.message.binding_change)
        .collect();
    assert_eq!(changes, [false, true]);
    assert_eq!(sent[0].at, sent[1].at);
}

/// Covers U-09.
#[test]
fn changes_of_the_address_alone_open_no_more_sessions_than_the_limit_allows() {
    let limit = (
        "ManagementServer.UDPConnectionRequestAddressNotificationLimit",
        "600",
    );
    let mut bench = behind_nat(setup(&[limit]), 60);
    let first = bench.now();
    for _ in 0..8 {
        bench.ports.nat.as_mut().unwrap().restarts();
        bench.advance(60);
    }
    assert!(bench.sessions().is_empty());
    let told = bench.session();
    told.succeeds().informs(&["4 VALUE CHANGE"]);
    assert!(told.began.since_ms(first) >= 600_000);
    let outside = bench.ports.outside();
    assert_eq!(
        told.inform().parameter_list.get(ADDRESS),
        outside.as_deref()
    );
    // Whatever else opens a session takes the news along.
    bench.ports.nat.as_mut().unwrap().restarts();
    bench.advance(60);
    bench.call_device();
    let told = bench.session();
    told.informs(&["6 CONNECTION REQUEST", "4 VALUE CHANGE"]);
    bench.set(&[(LIMIT, "0")], "k").unwrap();
    bench.ports.nat.as_mut().unwrap().restarts();
    let changed = bench.now();
    assert!(bench.session().began.since_ms(changed) <= 31_000);
}

/// Covers U-05, U-02.
#[test]
fn an_unanswered_request_is_sent_nine_times_and_an_announcement_not_again() {
    let mut bench = behind_nat(setup(&[]), 60);
    bench.ports.take_sent();
    bench.ports.server.silent = true;
    bench.advance(45);
    let sent = bench.ports.take_sent();
    let waits: Vec<u64> = sent
        .windows(2)
        .map(|pair| pair[1].at.since_ms(pair[0].at))
        .collect();
    assert_eq!(waits, [100, 200, 400, 800, 1600, 1600, 1600, 1600]);
    assert!(
        sent.windows(2)
            .all(|pair| pair[0].datagram.bytes == pair[1].datagram.bytes)
    );
    assert_eq!(bench.knows(NAT), "1", "the last that was known stays");
    // The answer to the next request is the last thing the server says.
    bench.ports.nat.as_mut().unwrap().restarts();
    bench.ports.server.silent = false;
    while bench.ports.sent.is_empty() {
        bench.advance(1);
    }
    bench.ports.server.silent = true;
    bench.advance(20);
    let sent = bench.ports.take_sent();
    assert!(sent[1..].iter().all(|sent| sent.message.binding_change) || sent.len() == 2);
    bench.advance(70);
    let later = bench.ports.take_sent();
    assert!(later.iter().all(|sent| !sent.message.binding_change));
}

/// Covers U-06, U-15.
#[test]
fn a_request_is_signed_when_the_server_wants_it_and_not_before() {
    let mut bench = setup(&SECRETS).bench();
    bench.ports.behind_nat(60);
    bench.ports.server.demand = Demand::Announcements;
    bench.session();
    bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
    bench.advance(65);
    let password = Secret::new(STUN_PASSWORD);
    let proofs: Vec<(bool, Proof)> = bench
        .ports
        .sent
        .iter()
        .map(|sent| {
            assert_eq!(sent.message.username.as_deref(), Some(STUN_USER));
            let received = Message::read(&sent.datagram.bytes).unwrap();
            (sent.message.binding_change, received.proof(&password))
        })
        .collect();
    let expected = [
        (false, Proof::Missing),
        (true, Proof::Missing),
        (true, Proof::Good),
        (false, Proof::Missing),
        (false, Proof::Missing),
    ];
    assert_eq!(proofs, expected);
    let username = &bench.ports.sent[0].datagram.bytes[44..];
    assert_eq!(
        username, b"\x00\x06\x00\x08cpe-01  ",
        "filled up with spaces"
    );
    assert_eq!(bench.ports.server.announced.len(), 1);
}

/// Covers U-06.
#[test]
fn a_server_that_knows_only_the_later_form_of_signature_gets_that_one() {
    for form in [Integrity::Padded, Integrity::Plain] {
        let mut bench = setup(&SECRETS).bench();
        bench.ports.server.demand = Demand::Everything;
        bench.ports.server.form = Some(form);
        bench.session();
        bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
        assert_eq!(bench.ports.server.announced.len(), 1, "{form:?}");
    }
}

/// Covers U-06.
#[test]
fn an_answer_with_a_wrong_signature_is_not_believed() {
    let mut bench = setup(&SECRETS).bench();
    bench.ports.behind_nat(60);
    bench.ports.server.demand = Demand::Everything;
    bench.ports.server.signs_with = "somebody else";
    bench.session();
    bench.is_quiet_for(600);
    assert_eq!(bench.knows(NAT), "0");
}

/// Covers U-06.
#[test]
fn a_device_without_a_user_or_with_a_wrong_password_gives_up_until_the_next_period() {
    for secrets in [
        vec![],
        vec![SECRETS[0], ("ManagementServer.STUNPassword", "wrong")],
    ] {
        let mut bench = setup(&secrets).bench();
        bench.ports.server.demand = Demand::Everything;
        bench.session();
        bench.advance(300);
        let sent = bench.ports.take_sent();
        assert!((10..=33).contains(&sent.len()), "{}", sent.len());
    }
}

/// Covers U-07.
#[test]
fn the_longest_period_the_nat_allows_is_found_with_the_second_port() {
    for (timeout, maximum) in [
        (95, "-1"),
        (95, "600"),
        (20, "300"),
        (4000, "600"),
        (47, "60"),
    ] {
        let period = ("ManagementServer.STUNMaximumKeepAlivePeriod", maximum);
        let mut bench = setup(&[period]).bench();
        bench.ports.behind_nat(timeout);
        bench.advance(4 * 3600);
        let searching = bench.ports.take_sent();
        let probes = searching
            .iter()
            .filter(|sent| sent.datagram.port == DatagramPort::BindingSearch);
        for probe in probes.clone() {
            assert!(!probe.message.connection_request_binding);
            assert!(probe.message.response_address.is_some());
        }
        assert!(probes.count() > 0, "{timeout}");
        assert!(
            !bench.ports.is_open(DatagramPort::BindingSearch),
            "the search is over"
        );
        bench.advance(2 * 3600);
        let sent = bench.ports.take_sent();
        let kept: Vec<&Sent> = requests(&sent);
        assert!(
            kept.iter()
                .all(|sent| sent.datagram.port == DatagramPort::ConnectionRequest)
        );
        let most: u64 = maximum.parse().unwrap_or(1800);
        let best = timeout.clamp(30, most);
        if timeout >= 30 {
            for secs in seconds(&kept) {
                assert!(
                    secs <= best && secs * 11 / 10 + 2 >= best,
                    "{timeout}: {secs}"
                );
            }
        } else {
            assert!(seconds(&kept).iter().all(|secs| *secs == 30 || *secs == 0));
        }
    }
}

/// Covers U-07.
#[test]
fn keep_alives_stay_above_the_minimum_while_searching() {
    let mut bench = behind_nat(
        setup(&[("ManagementServer.STUNMaximumKeepAlivePeriod", "-1")]),
        70,
    );
    bench.advance(3600);
    let sent = bench.ports.take_sent();
    let fresh = requests(&sent);
    let kept = fresh
        .into_iter()
        .filter(|sent| sent.datagram.port == DatagramPort::ConnectionRequest)
        .filter(|sent| !sent.message.binding_change);
    let gaps = seconds(&kept.collect::<Vec<_>>());
    assert!(gaps.len() > 10);
    assert!(gaps.iter().all(|secs| *secs >= 30), "{gaps:?}");
}

/// Covers U-07.
#[test]
fn a_server_that_does_not_know_response_address_or_a_missing_port_ends_the_search() {
    for no_search in [false, true] {
        let mut bench = setup(&[("ManagementServer.STUNMaximumKeepAlivePeriod", "-1")]).bench();
        bench.ports.behind_nat(95);
        bench.ports.server.knows_response_address = false;
        bench.ports.no_search = no_search;
        bench.advance(600);
        assert!(!bench.ports.is_open(DatagramPort::BindingSearch));
        bench.ports.take_sent();
        bench.advance(300);
        let sent = bench.ports.take_sent();
        assert_eq!(seconds(&requests(&sent)), [30; 9]);
    }
}

/// Covers U-07.
#[test]
fn a_server_that_is_away_for_a_while_is_not_taken_for_a_binding_that_was_lost() {
    let mut bench = behind_nat(
        setup(&[("ManagementServer.STUNMaximumKeepAlivePeriod", "480")]),
        4000,
    );
    bench.advance(20);
    bench.ports.server.silent = true;
    bench.advance(300);
    bench.ports.server.silent = false;
    bench.advance(3 * 3600);
    bench.ports.take_sent();
    bench.advance(3600);
    let sent = bench.ports.take_sent();
    assert!(seconds(&requests(&sent)).iter().all(|secs| *secs == 480));
}

/// Covers U-07.
#[test]
fn a_nat_that_forgets_sooner_than_before_is_searched_anew() {
    let mut bench = setup(&[("ManagementServer.STUNMaximumKeepAlivePeriod", "-1")]).bench();
    for timeout in [400, 95] {
        match &mut bench.ports.nat {
            Some(nat) => nat.timeout_secs = timeout,
            None => bench.ports.behind_nat(timeout),
        }
        bench.advance(4 * 3600);
        bench.ports.take_sent();
        bench.advance(3600);
        let sent = bench.ports.take_sent();
        for secs in seconds(&requests(&sent)) {
            assert!(
                secs <= timeout && secs * 11 / 10 + 2 >= timeout,
                "{timeout}: {secs}"
            );
        }
    }
}

/// Covers U-10.
#[test]
fn another_address_of_its_own_starts_the_discovery_anew() {
    let mut bench = behind_nat(setup(&[]), 60);
    bench.advance(5);
    bench.ports.take_sent();
    let before = bench.now();
    bench.ports.local = "192.168.1.77:7547".parse().unwrap();
    bench.input(Input::PortOpen(OpenPort {
        port: DatagramPort::ConnectionRequest,
        local: bench.ports.local,
        authority: bench.ports.local.to_string(),
    }));
    let told = bench.session();
    told.succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(
        told.inform().parameter_list.get(ADDRESS),
        bench.ports.outside().as_deref()
    );
    let sent = bench.ports.take_sent();
    assert_eq!(sent[0].at, before);
    assert!(sent[1].message.binding_change);
}

/// Covers U-02, U-08.
#[test]
fn what_the_acs_sets_of_stun_holds_from_the_answer_on() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.ports.behind_nat(60);
    bench
        .set(&[(SERVER, "stun.example.net"), (ENABLE, "1")], "k")
        .unwrap();
    bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(bench.get(NAT), "1");
    bench.set(&[(MINIMUM, "50"), (MAXIMUM, "50")], "k").unwrap();
    bench.advance(100);
    bench.ports.take_sent();
    bench.advance(500);
    let sent = bench.ports.take_sent();
    assert_eq!(seconds(&requests(&sent)), [50; 9]);
    bench.set(&[(ENABLE, "0")], "k").unwrap();
    bench.advance(600);
    bench.sessions();
    bench.ports.take_sent();
    bench.is_quiet_for(3600);
    assert!(bench.ports.sent.is_empty());
    assert_eq!(bench.knows(NAT), "0");
    assert!(!bench.ports.is_open(DatagramPort::ConnectionRequest));
    bench.set(&[(ENABLE, "1")], "k").unwrap();
    bench.advance(10);
    assert_eq!(bench.knows(NAT), "1");
}

/// Covers U-08, U-09.
#[test]
fn after_a_restart_only_another_address_is_news() {
    let mut bench = behind_nat(setup(&[]), 600);
    bench.power_cut();
    bench.session().succeeds().informs(&["1 BOOT"]);
    bench.is_quiet_for(3600);
    bench.ports.nat.as_mut().unwrap().restarts();
    bench.power_cut();
    bench.session().succeeds().informs(&["1 BOOT"]);
    bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
}

#[test]
fn a_server_that_tells_everybody_another_address_every_time_keeps_the_device_busy_for_a_moment_only()
 {
    let mut bench = behind_nat(setup(&[]), 60);
    bench.advance(10);
    bench.ports.take_sent();
    for round in 0..10u16 {
        bench.ports.server.claims = Some(([203, 0, 113, 9], 1000 + round).into());
        bench.ports.nat.as_mut().unwrap().restarts();
        bench.advance(30);
    }
    assert!(bench.ports.sent.len() <= 40, "{}", bench.ports.sent.len());
}

/// Covers C-17.
#[test]
fn a_device_whose_cwmp_is_switched_off_sends_nothing() {
    let mut bench = behind_nat(setup(&[]), 60);
    bench
        .set(&[("Device.ManagementServer.EnableCWMP", "0")], "k")
        .unwrap();
    bench.ports.take_sent();
    bench.advance(600);
    assert!(bench.ports.sent.is_empty());
}

/// Covers U-13, X16.
#[test]
fn datagrams_of_strangers_change_nothing() {
    let mut bench = behind_nat(setup(&[]), 60);
    let before = bench.knows(ADDRESS);
    let good = bench.ports.sent[0].datagram.bytes.clone();
    let mut forged = good.clone();
    forged[..2].copy_from_slice(&[1, 1]);
    let mut random = 1u64;
    for round in 0..2000usize {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let mut bytes = if round % 2 == 0 {
            good.clone()
        } else {
            forged.clone()
        };
        let at = (random >> 33) as usize % bytes.len();
        bytes[at] = (random >> 24) as u8;
        bytes.truncate((random >> 40) as usize % 64);
        for port in [DatagramPort::ConnectionRequest, DatagramPort::BindingSearch] {
            bench.receives(port, bytes.clone());
        }
    }
    bench.is_quiet_for(60);
    assert_eq!(bench.knows(ADDRESS), before);
}
