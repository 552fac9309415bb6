//! A hostile ACS: lengths, floods, lies, and URLs that lead nowhere.

use crate::support::requests::{add, get, reboot, set, set_typed};
use crate::support::{ACS_URL, Bench, DEVICE_PASSWORD, Reaction, Setup};
use cwmp::AcsRequest;
use data_model::XsdType;
use data_model::schema::ParameterType;

const URL: &str = "Device.ManagementServer.URL";
const ELSEWHERE: &str = "http://nowhere.example.net/acs";
const LENGTHS: [usize; 27] = [
    0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 3071, 3072, 3073,
    4095, 4096, 4097, 65_535, 65_536, 65_537, 400_000,
];

/// Covers M02, R-07.
#[test]
fn texts_of_every_length_are_taken_up_to_the_models_limit_and_refused_beyond() {
    let mut bench = Bench::bootstrapped("ata192");
    let product = std::sync::Arc::clone(bench.device().core().product());
    let schema = &product.ty.schema;
    for name in [
        "Device.DeviceInfo.ProvisioningCode",
        "Device.ManagementServer.Username",
        "Device.Config.PersistentData",
        "Device.LAN.IPPingDiagnostics.Host",
        "Device.X_CISCO_ATA.Line.1.User_ID",
        "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber",
    ] {
        let address = schema.lookup(name).unwrap();
        let ParameterType::String { max_chars } = schema.parameter(address.node).unwrap().ty else {
            panic!("{name} is no string")
        };
        // What the model leaves open ends where the device's memory for one value does.
        let limit = max_chars.map_or(64 * 1024, |max| max as usize);
        let requests: Vec<AcsRequest> = LENGTHS
            .iter()
            .map(|length| set(&[(name, "x".repeat(*length).as_str())], "k"))
            .collect();
        let answers = bench.ask_all(requests);
        for (length, answer) in LENGTHS.iter().zip(&answers) {
            let code = answer
                .as_ref()
                .err()
                .map(|fault| fault.parameters[0].fault_code.number());
            let expected = (*length > limit).then_some(9007);
            assert_eq!(code, expected, "{name}: {length} of {limit}");
        }
        let longest = LENGTHS.iter().filter(|length| **length <= limit).max();
        assert_eq!(Some(&bench.get(name).len()), longest);
        bench.set(&[(name, "")], "k").unwrap();
    }
}

/// Covers M02, R-07.
#[test]
fn characters_are_counted_and_not_bytes() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = "Device.DeviceInfo.ProvisioningCode";
    bench.set(&[(name, "電".repeat(64).as_str())], "k").unwrap();
    assert!(bench.set(&[(name, "電".repeat(65).as_str())], "k").is_err());
    assert_eq!(bench.get(name).chars().count(), 64);
}

/// Covers X15, R-12.
#[test]
fn types_that_lie_are_found_out() {
    let mut bench = Bench::bootstrapped("ata192");
    let cases = [
        (
            "Device.ManagementServer.STUNMaximumKeepAlivePeriod",
            XsdType::Int,
            "abc",
            9006,
        ),
        (
            "Device.ManagementServer.STUNMaximumKeepAlivePeriod",
            XsdType::Int,
            "2147483648",
            9006,
        ),
        (
            "Device.ManagementServer.STUNMaximumKeepAlivePeriod",
            XsdType::Int,
            "-2",
            9007,
        ),
        (
            "Device.ManagementServer.STUNMinimumKeepAlivePeriod",
            XsdType::UnsignedInt,
            "4294967296",
            9006,
        ),
        (
            "Device.ManagementServer.STUNEnable",
            XsdType::Boolean,
            "maybe",
            9006,
        ),
        (
            "Device.ManagementServer.PeriodicInformTime",
            XsdType::DateTime,
            "2026-13-41T99:00:00Z",
            9006,
        ),
        (
            "Device.ManagementServer.PeriodicInformTime",
            XsdType::DateTime,
            "year 99999",
            9006,
        ),
        (
            "Device.ManagementServer.STUNServerPort",
            XsdType::UnsignedInt,
            "65536",
            9007,
        ),
    ];
    for (name, ty, value, code) in cases {
        let fault = bench.ask(set_typed(&[(name, ty, value)], "k")).unwrap_err();
        assert_eq!(
            fault.parameters[0].fault_code.number(),
            code,
            "{name} {value}"
        );
    }
}

/// Covers M05, D-02.
#[test]
fn a_device_sent_to_an_acs_that_never_answers_comes_back() {
    let mut bench = Bench::bootstrapped("ata192");
    let (user, password) = (
        "Device.ManagementServer.Username",
        "Device.ManagementServer.Password",
    );
    bench
        .acs()
        .calls(set(&[(user, "moved"), (password, "elsewhere")], "one"));
    bench.acs().calls(set(&[(URL, ELSEWHERE)], "two"));
    bench.call_device();
    bench.session().succeeds();
    bench.acs().goes_away();
    let mut lost = 0;
    let back = loop {
        let session = bench.session();
        if session.posts[0].url == ACS_URL {
            break session;
        }
        assert_eq!(session.posts[0].url, ELSEWHERE);
        assert!(session.tells("0 BOOTSTRAP"));
        lost += 1;
        assert!(lost < 50, "never comes back");
        if lost == 4 {
            bench.settle();
            bench.power_cut();
            bench.session();
            lost += 1;
        }
    };
    assert_eq!(lost, 10);
    assert!(
        back.tells("0 BOOTSTRAP"),
        "the old ACS learns that something is wrong"
    );
    assert_eq!(bench.knows(URL), ACS_URL);
    assert_eq!(
        (bench.knows(user), bench.knows(password)),
        (String::new(), DEVICE_PASSWORD.into())
    );
    bench.settle();
    bench.power_cut();
    bench.acs().comes_back();
    let served = bench.session();
    served.succeeds();
    assert_eq!(served.posts[0].url, ACS_URL);
}

/// Covers M05, D-02.
#[test]
fn an_acs_that_has_answered_once_is_the_devices_acs_for_good() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(URL, ELSEWHERE)], "two").unwrap();
    bench.acs().goes_away();
    for _ in 0..5 {
        bench.session().fails("cable");
    }
    bench.acs().comes_back();
    bench.session().succeeds().informs(&["0 BOOTSTRAP"]);
    bench.acs().goes_away();
    bench.call_device();
    for _ in 0..15 {
        let session = bench.session();
        session.fails("cable");
        assert_eq!(session.posts[0].url, ELSEWHERE);
    }
}

/// Covers M05.
#[test]
fn the_factorys_acs_has_nothing_to_go_back_to() {
    let mut bench = Bench::new("ata192");
    bench.acs().goes_away();
    for _ in 0..15 {
        assert_eq!(bench.session().posts[0].url, ACS_URL);
    }
    bench.acs().comes_back();
    bench.session().succeeds();
    // What a person sets is that person's business.
    bench.changes(URL, ELSEWHERE);
    bench.acs().goes_away();
    for _ in 0..15 {
        assert_eq!(bench.session().posts[0].url, ELSEWHERE);
    }
}

/// Covers M08, M09.
#[test]
fn a_flood_of_requests_in_one_session_costs_bounded_memory() {
    let mut bench = Bench::bootstrapped("ata192");
    let before = bench.device().memory_bytes();
    let mut requests = Vec::new();
    for number in 0..1_000 {
        requests.push(add("Device.ManagementServer.InformParameter.", "k"));
        requests.push(reboot(&number.to_string()));
        requests.push(get(&["Device.DeviceInfo.UpTime"]));
    }
    for request in requests {
        bench.acs().calls(request);
    }
    bench.acs().lets_pass(3_001).reacts(Reaction::Pause);
    bench.call_device();
    bench.runs_to_pause();
    let grown = bench.device().memory_bytes() - before;
    assert!(grown < 24 * 1024, "{grown} bytes more");
}

/// Covers M12, X-13.
#[test]
fn holding_back_on_and_off_wears_nothing_out() {
    use crate::support::holding;
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().lets_pass(1);
    for number in 0..200 {
        bench
            .acs()
            .reacts(holding(number % 2 == 0, get(&["Device.DeviceInfo.UpTime"])));
    }
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    assert_eq!(session.answers.len(), 200);
}

/// Covers M12, W-12.
#[test]
fn foreign_ids_are_echoed_and_do_no_harm() {
    use crate::support::enveloped;
    use cwmp::{Header, Namespace};
    let long = "i".repeat(128);
    for id in ["", " 1 ", "inform", "ключ", "<&>", &long] {
        let mut bench = Bench::bootstrapped("ata192");
        let request = get(&["Device.DeviceInfo.UpTime"]);
        let header = Header::with_id(id);
        bench
            .acs()
            .lets_pass(1)
            .reacts(enveloped(Namespace::Cwmp12, &header, request));
        bench.call_device();
        let session = bench.session();
        session.succeeds();
        let answer = session.posts.last().unwrap().body.as_bytes();
        let envelope = cwmp::envelope::read::<cwmp::FromCpe>(answer).unwrap();
        assert_eq!(envelope.header.id.as_deref(), Some(id));
    }
}

/// Covers M13.
#[test]
fn an_acs_that_challenges_for_ever_is_a_failed_session_each_time() {
    let setup = Setup::of("ata192");
    let mut bench = setup.bench();
    bench.acs().demands_digest("somebody", "else");
    for retry in 0..5 {
        let failed = bench.session();
        failed.fails("does not accept");
        assert_eq!(
            (failed.posts.len(), failed.inform().retry_count),
            (2, retry)
        );
    }
}
