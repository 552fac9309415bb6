//! Calls over XMPP as the device lives them: when it connects, what it says, whom it answers what, and what the ACS is told.

use crate::support::{Bench, CALLER, CALLER_PASSWORD};
use agent::device::Input;
use agent::device::io::{StreamNews, StreamOrder};
use agent::limits::CONNECTION_REQUESTS;
use cwmp::side::xmpp::connection_request;
use data_model::Secret;

const STATUS: &str = "Device.XMPP.Connection.1.Status";
const CONNECTION: &str = "Device.ManagementServer.ConnReqXMPPConnection";
const JABBER_ID: &str = "Device.ManagementServer.ConnReqJabberID";
const HEADER: &str =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const DEMANDS_TLS: &str = "<stream:features>\
    <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
const PLAIN: &str = "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
    <mechanism>PLAIN</mechanism></mechanisms></stream:features>";
const BIND: &str =
    "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";
const SUCCESS: &str = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";
const BOUND: &str = "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
    <jid>cpe@example.net/ata</jid></bind></iq>";

/// A device that the ACS has told to use XMPP; it wants to connect.
fn told() -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.add("Device.XMPP.Connection."), 1);
    let values = [
        ("Device.XMPP.Connection.1.Username", "cpe"),
        ("Device.XMPP.Connection.1.Password", "cpe-secret"),
        ("Device.XMPP.Connection.1.Domain", "example.net"),
        ("Device.XMPP.Connection.1.Resource", "ata"),
        ("Device.XMPP.Connection.1.KeepAliveInterval", "60"),
        ("Device.XMPP.Connection.1.Enable", "1"),
        (CONNECTION, "Device.XMPP.Connection.1"),
    ];
    bench.set(&values, "k").expect("it can be set");
    bench
}

fn hears(bench: &mut Bench, text: &str) {
    let bytes = text.as_bytes().to_vec();
    bench.input(Input::Stream(StreamNews::Bytes(bytes)));
    bench.settle();
}

/// What the device has sent since the last look.
fn said(bench: &mut Bench) -> String {
    let orders = bench.orders.drain(..).map(|order| match order {
        StreamOrder::Send(text) => text.reveal().to_owned(),
        other => format!("[{other:?}]"),
    });
    orders.collect()
}

/// The server plays its part until the connection stands.
fn connect(bench: &mut Bench) {
    bench.input(Input::Stream(StreamNews::Open));
    hears(bench, &format!("{HEADER}{DEMANDS_TLS}"));
    hears(bench, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    bench.input(Input::Stream(StreamNews::Secured));
    hears(bench, &format!("{HEADER}{PLAIN}"));
    hears(bench, SUCCESS);
    hears(bench, &format!("{HEADER}{BIND}"));
    hears(bench, BOUND);
}

fn online() -> Bench {
    let mut bench = told();
    connect(&mut bench);
    bench.session().succeeds().informs(&["4 VALUE CHANGE"]);
    said(&mut bench);
    bench
}

fn request(id: &str) -> String {
    let text = connection_request(
        id,
        "cpe@example.net/ata",
        CALLER,
        &Secret::new(CALLER_PASSWORD),
    );
    text.replacen("<iq ", "<iq from=\"acs@example.net/x\" ", 1)
}

/// Covers K-01, K-02.
#[test]
fn the_device_connects_over_tls_proves_who_it_is_and_tells_its_address() {
    let mut bench = told();
    assert_eq!(said(&mut bench), "[Open(OfDomain(\"example.net\"))]");
    assert_eq!(bench.knows(STATUS), "Connecting");
    bench.input(Input::Stream(StreamNews::Open));
    bench.settle();
    assert!(said(&mut bench).contains("to=\"example.net\""));
    hears(&mut bench, &format!("{HEADER}{DEMANDS_TLS}"));
    assert_eq!(
        said(&mut bench),
        "<starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>"
    );
    hears(
        &mut bench,
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    );
    assert_eq!(said(&mut bench), "[Secure(\"example.net\")]");
    bench.input(Input::Stream(StreamNews::Secured));
    hears(&mut bench, &format!("{HEADER}{PLAIN}"));
    assert!(said(&mut bench).ends_with("mechanism=\"PLAIN\">AGNwZQBjcGUtc2VjcmV0</auth>"));
    hears(&mut bench, SUCCESS);
    hears(&mut bench, &format!("{HEADER}{BIND}"));
    assert!(said(&mut bench).contains("<resource>ata</resource>"));
    hears(&mut bench, BOUND);
    let told = bench.session();
    told.succeeds().informs(&["4 VALUE CHANGE"]);
    assert_eq!(
        told.inform().parameter_list.get(JABBER_ID),
        Some("cpe@example.net/ata")
    );
    assert_eq!(bench.knows(STATUS), "Enabled");
}

/// Covers K-01.
#[test]
fn an_acs_chooses_how_the_server_is_found() {
    let mut bench = told();
    said(&mut bench);
    let algorithm = "Device.XMPP.Connection.1.ServerConnectAlgorithm";
    bench.set(&[(algorithm, "DNS")], "k").expect("it is known");
    let ordered = said(&mut bench);
    let opened = "[Open(Hosts([(\"example.net\", 5222)]))]";
    assert!(ordered.ends_with(opened), "{ordered}");
    bench.add("Device.XMPP.Connection.1.Server.");
    let server = "Device.XMPP.Connection.1.Server.1.";
    let values = [
        (algorithm, "ServerTable"),
        (&format!("{server}ServerAddress"), "192.0.2.9"),
        (&format!("{server}Port"), "5999"),
        (&format!("{server}Enable"), "1"),
    ];
    bench.set(&values, "k").expect("it can be set");
    let ordered = said(&mut bench);
    let opened = "[Open(Hosts([(\"192.0.2.9\", 5999)]))]";
    assert!(ordered.ends_with(opened), "{ordered}");
}

/// Covers K-01.
#[test]
fn a_password_never_leaves_without_tls() {
    let mut bench = told();
    bench.input(Input::Stream(StreamNews::Open));
    bench.settle();
    said(&mut bench);
    hears(&mut bench, &format!("{HEADER}{PLAIN}"));
    assert_eq!(said(&mut bench), "[Close]");
    assert_eq!(bench.knows(STATUS), "Error_Misconfigured");
}

/// Covers K-04, K-05, K-06.
#[test]
fn a_request_is_answered_in_front_of_its_session_and_others_are_refused() {
    let mut bench = online();
    hears(&mut bench, &request("1"));
    assert_eq!(
        said(&mut bench),
        "<iq type=\"result\" id=\"1\" to=\"acs@example.net/x\"/>"
    );
    let trace = bench.trace();
    let (answer, http) = (trace.rfind("Stream("), trace.rfind("Http("));
    assert!(answer < http, "{trace}");
    bench
        .session()
        .succeeds()
        .informs(&["6 CONNECTION REQUEST"]);
    for (was, is) in [
        (CALLER, "somebody"),
        (CALLER_PASSWORD, "wrong"),
        (CALLER_PASSWORD, ""),
    ] {
        hears(&mut bench, &request("2").replace(was, is));
        assert!(said(&mut bench).contains("not-authorized"), "{is}");
    }
    hears(
        &mut bench,
        &request("3").replace("xmppConnReq-1-0", "other"),
    );
    assert!(said(&mut bench).contains("service-unavailable"));
    bench.is_quiet_for(60);
    bench.changes(
        "Device.ManagementServer.ConnReqAllowedJabberIDs",
        "acs@example.org,acs@example.net/y",
    );
    hears(&mut bench, &request("4"));
    assert!(said(&mut bench).contains("not-authorized"));
    bench.changes(
        "Device.ManagementServer.ConnReqAllowedJabberIDs",
        "acs@example.net",
    );
    for number in 0..=CONNECTION_REQUESTS {
        hears(&mut bench, &request(&format!("x{number}")));
    }
    let answers = said(&mut bench);
    assert_eq!(
        answers.matches("type=\"result\"").count(),
        CONNECTION_REQUESTS as usize
    );
    assert!(answers.ends_with("</error></iq>") && answers.contains("code=\"503\""));
}

/// Covers K-02, K-03.
#[test]
fn a_lost_connection_is_made_anew_after_growing_waits_and_the_address_stays() {
    let mut bench = online();
    bench.input(Input::Stream(StreamNews::Closed));
    let mut waits = Vec::new();
    for _ in 0..12 {
        let before = bench.now();
        bench.settle();
        bench.orders.clear();
        for _ in 0..1000 {
            let step = bench.now().since_ms(before) / 50_000;
            bench.advance(step.max(1));
            if !bench.orders.is_empty() {
                break;
            }
        }
        assert!(said(&mut bench).starts_with("[Open("));
        waits.push(bench.now().since_ms(before) / 1000);
        assert_eq!(bench.knows(JABBER_ID), "cpe@example.net/ata");
        bench.input(Input::Stream(StreamNews::Closed));
        assert_eq!(bench.knows(STATUS), "ServerNotPresent");
    }
    for (number, wait) in waits.iter().enumerate() {
        let longest = 60u64 << number.min(9);
        assert!(*wait <= longest + longest / 40 + 1, "{number}: {waits:?}");
    }
    assert!(waits[9..].iter().all(|wait| *wait >= 30_000), "{waits:?}");
    bench.advance(31_000);
    bench.settle();
    connect(&mut bench);
    bench.advance(600);
    let news = bench
        .sessions()
        .iter()
        .any(|session| session.tells("4 VALUE CHANGE"));
    assert!(!news, "the address is the same");
}

/// Covers K-03.
#[test]
fn a_blank_is_sent_as_often_as_the_acs_wants() {
    let mut bench = online();
    bench.advance(300);
    assert_eq!(said(&mut bench), "     ");
    bench.changes("Device.XMPP.Connection.1.KeepAliveInterval", "0");
    connect(&mut bench);
    said(&mut bench);
    bench.advance(3600);
    assert_eq!(said(&mut bench), "");
}

/// Covers K-07, K-02.
#[test]
fn the_session_of_a_boot_waits_a_moment_for_the_connection() {
    let mut bench = online();
    bench.power_cut();
    let booted = bench.now();
    bench.advance(1);
    assert!(bench.sessions().is_empty());
    connect(&mut bench);
    let boot = bench.session();
    boot.succeeds().informs(&["1 BOOT"]);
    assert_eq!(boot.began.since_ms(booted), 1000);
    bench.is_quiet_for(60);
    // A server that gives another address.
    bench.power_cut();
    bench.settle();
    bench.input(Input::Stream(StreamNews::Closed));
    bench.session().succeeds().informs(&["1 BOOT"]);
    bench.power_cut();
    let boot = bench.session();
    boot.succeeds().informs(&["1 BOOT"]);
    assert!(
        boot.began.since_ms(booted) >= 5000,
        "no longer than a moment"
    );
}

/// Covers K-02, C-17.
#[test]
fn without_a_connection_to_use_there_is_no_address() {
    let mut bench = online();
    bench.set(&[(CONNECTION, "")], "k").expect("it can be set");
    assert_eq!(said(&mut bench), "[Close]");
    assert_eq!(bench.knows(JABBER_ID), "");
    assert_eq!(bench.knows(STATUS), "Dormant");
}

/// Covers K-04, X16.
#[test]
fn whatever_a_server_says_the_device_lives_on() {
    let good = format!(
        "{HEADER}{DEMANDS_TLS}<proceed/>{HEADER}{PLAIN}{SUCCESS}{HEADER}{BIND}{BOUND}{}",
        request("1")
    );
    let mut random = 7u64;
    let mut bench = told();
    for _ in 0..300 {
        bench.advance(61);
        bench.input(Input::Stream(StreamNews::Open));
        for _ in 0..8 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let from = (random >> 33) as usize % good.len();
            let to = from + (random >> 45) as usize % (good.len() - from);
            let mut bytes = good.as_bytes()[from..to].to_vec();
            if let Some(byte) = bytes.first_mut().filter(|_| random.is_multiple_of(3)) {
                *byte = (random >> 8) as u8;
            }
            bench.input(Input::Stream(StreamNews::Bytes(bytes)));
            bench.input(Input::Stream(StreamNews::Secured));
        }
        bench.settle();
    }
    assert!(!bench.device().in_session());
}
