//! Lightweight notification: changes that are told by a datagram, in a session, or both.

use crate::support::requests::{delete, get_attributes, notify, set, set_attributes};
use crate::support::{Bench, DEVICE_PASSWORD, Setup};
use cwmp::rpc::ParameterAttribute;
use cwmp::side::lightweight::sign;
use cwmp::xml::XmlReader;
use cwmp::{CpeResponse, CwmpVersion};
use data_model::{DateTime, Secret};

const USED: &str = "Device.ManagementServer.LightweightNotificationProtocolsUsed";
const TRIGGER: &str = "Device.ManagementServer.LightweightNotificationTriggerInterval";
const TRIGGER_TIME: &str = "Device.ManagementServer.LightweightNotificationTriggerTime";
const RECEIVER: &str = "Device.ManagementServer.UDPLightweightNotificationHost";
const PORT: &str = "Device.ManagementServer.UDPLightweightNotificationPort";
const HOST: &str = "Device.LAN.TraceRouteDiagnostics.Host";
const STATUS: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Status";
const UP_TIME: &str = "Device.DeviceInfo.UpTime";

/// A bootstrapped device that has lightweight notification switched on, with these levels.
fn watching(levels: &[(&str, u8)]) -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .set(&[(USED, "UDP")], "on")
        .expect("it can be switched on");
    let list: Vec<_> = levels
        .iter()
        .map(|(name, level)| notify(name, *level))
        .collect();
    if !list.is_empty() {
        let answer = bench.ask(set_attributes(list));
        answer.expect("the levels are known");
    }
    bench.sessions();
    bench
}

/// What a datagram says, checked for its form and its signature.
struct Told {
    to: String,
    timestamp_secs: i64,
    username: String,
    parameters: Vec<(String, String)>,
}

impl Told {
    fn value(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let found = parameters.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The datagrams since the last look.
fn told(bench: &mut Bench) -> Vec<Told> {
    bench.settle();
    let sent = std::mem::take(&mut bench.notifications);
    let read = sent.into_iter().map(|sent| {
        let text = String::from_utf8(sent.bytes).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        let signature = sign(body.as_bytes(), &Secret::new(DEVICE_PASSWORD));
        let expected = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: text/xml; charset=utf-8\r\n\
             Content-Length: {}\r\nSignature: {signature}",
            sent.to,
            body.len()
        );
        assert_eq!(head, expected);
        read(sent.to, body)
    });
    read.collect()
}

fn read(to: String, body: &str) -> Told {
    let mut reader = XmlReader::new(body);
    let root = reader.child().expect("XML").expect("a root");
    assert_eq!(root.local(), "Notification");
    let mut told = Told {
        to,
        timestamp_secs: 0,
        username: String::new(),
        parameters: Vec::new(),
    };
    while let Some(tag) = reader.child().expect("XML") {
        let name = tag.local().to_owned();
        if name == "Param" {
            let mut pair = Vec::new();
            while reader.child().expect("XML").is_some() {
                pair.push(reader.text().expect("a text").to_string());
            }
            told.parameters.push((pair[0].clone(), pair[1].clone()));
            continue;
        }
        let text = reader.text().expect("a text").to_string();
        match name.as_str() {
            "TS" => told.timestamp_secs = text.parse().expect("seconds"),
            "UN" => told.username = text,
            "CN" => assert!(!text.is_empty()),
            "OUI" => assert_eq!(text, "00562B"),
            "ProductClass" => assert_eq!(text, "ATA192"),
            "SerialNumber" => assert_eq!(text, "FCH26480QXA"),
            other => panic!("{other} does not belong there"),
        }
    }
    told
}

/// Covers N-01, N-11.
#[test]
fn an_active_lightweight_change_is_told_by_a_signed_datagram_and_nothing_else() {
    let mut bench = watching(&[(HOST, 5)]);
    bench.changes(HOST, "192.0.2.77");
    let datagrams = told(&mut bench);
    assert_eq!(datagrams.len(), 1);
    let datagram = &datagrams[0];
    assert_eq!(datagram.to, "acs.example.net:7547");
    assert_eq!(datagram.username, "00562B-ATA192-FCH26480QXA");
    assert_eq!(datagram.timestamp_secs, bench.now().as_millis() / 1000);
    assert_eq!(datagram.parameters, [(HOST.into(), "192.0.2.77".into())]);
    bench.is_quiet_for(3600);
    bench.call_device();
    let session = bench.session();
    session.informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(session.value(HOST), None);
}

/// Covers N-01, E-08.
#[test]
fn each_level_is_told_in_its_own_way() {
    // Level, datagrams at once, whether a session begins, whether the next Inform tells it.
    for (level, at_once, begins, rides) in [
        (0, 0, false, false),
        (1, 0, false, true),
        (2, 0, true, true),
        (3, 0, false, false),
        (4, 0, false, true),
        (5, 1, false, false),
        (6, 1, false, true),
    ] {
        let mut bench = watching(&[(HOST, level), (STATUS, 5)]);
        bench.changes(HOST, "192.0.2.77");
        assert_eq!(told(&mut bench).len(), at_once, "level {level}");
        let began = bench.sessions();
        assert_eq!(began.len(), usize::from(begins), "level {level}");
        // The passive ones go along with the next active one.
        bench.changes(STATUS, "Up");
        let datagrams = told(&mut bench);
        let passive = matches!(level, 3 | 4);
        assert_eq!(datagrams[0].value(HOST).is_some(), passive, "level {level}");
        assert_eq!(datagrams[0].value(STATUS), Some("Up"));
        bench.call_device();
        let next = bench.session();
        let informs = began.first().unwrap_or(&next);
        assert_eq!(informs.value(HOST).is_some(), rides, "level {level}");
        assert_eq!(informs.tells("4 VALUE CHANGE"), rides, "level {level}");
    }
}

/// Covers S-03.
#[test]
fn several_changes_are_told_once_with_the_latest_value() {
    let mut bench = watching(&[(HOST, 3), (STATUS, 5)]);
    for value in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        bench.changes(HOST, value);
    }
    bench.changes(STATUS, "Up");
    let datagrams = told(&mut bench);
    assert_eq!(datagrams.len(), 1);
    assert_eq!(datagrams[0].value(HOST), Some("192.0.2.3"));
    bench.changes(STATUS, "Error");
    assert_eq!(told(&mut bench)[0].value(HOST), None);
}

#[test]
fn passive_changes_go_out_at_the_beat_of_their_trigger() {
    let mut bench = watching(&[(HOST, 3)]);
    let settings = [(TRIGGER, "600"), (TRIGGER_TIME, "2026-03-02T00:05:00Z")];
    bench.set(&settings, "k").unwrap();
    bench.changes(HOST, "192.0.2.1");
    bench.changes(HOST, "192.0.2.2");
    assert!(told(&mut bench).is_empty());
    bench.advance(600);
    let datagrams = told(&mut bench);
    assert_eq!(datagrams.len(), 1);
    assert_eq!(datagrams[0].value(HOST), Some("192.0.2.2"));
    let phase = DateTime::from_text("2026-03-02T00:05:00Z");
    let phase_secs = phase.instant().unwrap().as_millis() / 1000;
    assert_eq!((datagrams[0].timestamp_secs - phase_secs) % 600, 0);
    bench.advance(6000);
    assert!(told(&mut bench).is_empty(), "nothing has changed since");
    bench.set(&[(TRIGGER, "0")], "k").unwrap();
    bench.changes(HOST, "192.0.2.3");
    bench.advance(6000);
    assert!(told(&mut bench).is_empty(), "the trigger is off");
}

#[test]
fn without_a_protocol_the_levels_lead_to_nothing() {
    let mut bench = watching(&[(HOST, 6)]);
    bench.set(&[(USED, "")], "off").unwrap();
    bench.changes(HOST, "192.0.2.77");
    assert!(told(&mut bench).is_empty());
    bench.call_device();
    bench.sessions();
    bench.set(&[(USED, "UDP")], "on").unwrap();
    bench.advance(600);
    assert!(
        told(&mut bench).is_empty(),
        "what was not noted is not told"
    );
    let fault = bench.set(&[(USED, "Pigeon")], "k").unwrap_err();
    assert_eq!(fault.parameters[0].fault_code.number(), 9007);
}

#[test]
fn the_receiver_can_be_another_than_the_acs() {
    let mut bench = watching(&[(HOST, 5)]);
    let receiver = [(RECEIVER, "2001:db8::7"), (PORT, "9000")];
    bench.set(&receiver, "k").unwrap();
    bench.changes(HOST, "192.0.2.77");
    assert_eq!(told(&mut bench)[0].to, "[2001:db8::7]:9000");
}

#[test]
fn many_changes_go_out_in_datagrams_of_bearable_size() {
    let mut bench = watching(&[("Device.X_CISCO_ATA.Line.", 3), (HOST, 5)]);
    for number in 1..=2 {
        let name = format!("Device.X_CISCO_ATA.Line.{number}.Display_Name");
        bench.changes(&name, &"x".repeat(200));
    }
    let long = "y".repeat(700);
    bench.changes("Device.X_CISCO_ATA.Line.1.MOH_Server", &long);
    bench.changes(HOST, "192.0.2.1");
    bench.settle();
    assert!(bench.notifications.len() > 1);
    let largest = bench.notifications.iter().map(|sent| sent.bytes.len());
    assert!(largest.max().unwrap() < 2_000);
    let datagrams = told(&mut bench);
    let told = datagrams.iter().flat_map(|told| &told.parameters);
    let mut names: Vec<&str> = told.map(|(name, _)| name.as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each change once");
    assert!(names.contains(&"Device.X_CISCO_ATA.Line.2.Display_Name"));
    assert!(names.contains(&"Device.X_CISCO_ATA.Line.1.MOH_Server"));
}

/// Covers N-02, N-01.
#[test]
fn active_lightweight_levels_are_refused_where_the_model_denies_active_ones() {
    let mut bench = watching(&[]);
    for (level, code) in [(3, None), (4, None), (5, Some(9009)), (6, Some(9009))] {
        let answer = bench.ask(set_attributes(vec![notify(UP_TIME, level)]));
        let answered = answer.err().map(|fault| fault.code.number());
        assert_eq!(answered, code, "level {level}");
    }
    let fault = bench
        .ask(set_attributes(vec![notify(HOST, 7)]))
        .unwrap_err();
    assert_eq!(fault.code.number(), 9003);
}

fn level(bench: &mut Bench, name: &str) -> u8 {
    match bench.ask(get_attributes(&[name])) {
        Ok(CpeResponse::GetParameterAttributesResponse(response)) => {
            let list: Vec<ParameterAttribute> = response.parameter_list;
            list[0].notification
        }
        other => panic!("{other:?}"),
    }
}

/// Covers N-03, V-05.
#[test]
fn a_device_without_datagrams_and_a_session_before_1_4_know_no_such_levels() {
    let mut spa = Bench::bootstrapped("spa122");
    let name = "InternetGatewayDevice.DeviceInfo.ProvisioningCode";
    let old = Setup {
        newest_version: CwmpVersion::V1_2,
        ..Setup::of("ata192")
    };
    let mut old = old.bench();
    old.session().succeeds();
    for level in 3..=6 {
        for (bench, name) in [(&mut spa, name), (&mut old, HOST)] {
            let answer = bench.ask(set_attributes(vec![notify(name, level)]));
            assert_eq!(answer.unwrap_err().code.number(), 9003, "{name} {level}");
        }
    }
}

/// Covers N-06, E-11.
#[test]
fn levels_survive_a_power_cut_and_read_back() {
    let mut bench = watching(&[(HOST, 6), (STATUS, 3)]);
    bench.power_cut();
    bench.session().informs(&["1 BOOT"]);
    assert_eq!((level(&mut bench, HOST), level(&mut bench, STATUS)), (6, 3));
}

/// Covers N-15.
#[test]
fn a_deleted_parameter_is_not_told() {
    let mut bench = watching(&[(STATUS, 5)]);
    let number = bench.add("Device.ManagementServer.InformParameter.");
    let instance = format!("Device.ManagementServer.InformParameter.{number}.");
    let name = format!("{instance}ParameterName");
    bench.ask(set_attributes(vec![notify(&name, 3)])).unwrap();
    bench.changes(&name, "changed");
    bench.ask(delete(&instance, "k")).unwrap();
    bench.changes(STATUS, "Up");
    assert_eq!(told(&mut bench)[0].parameters.len(), 1);
    bench.ask(set(&[], "k")).unwrap();
}
