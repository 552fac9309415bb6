//! Values of every type the vendor's guide lists, by way of a profile: what is taken, and what the finding about a bad
//! one says. Section numbers are those of the description of the format.

use data_model::catalogue;
use data_model::provisioning::profile::{Assessment, Policy, Vocabulary, assess, read};
use std::fmt::Write as _;

/// The findings about a profile with this value; the last part of a path is the element, the rest is what it stands in.
fn assessed(path: &str, value: &str) -> Assessment {
    let mut text = String::new();
    for name in path.split('/') {
        let _ = write!(text, "<{name}>");
    }
    text.push_str(&value.replace('&', "&amp;").replace('<', "&lt;"));
    for name in path.rsplit('/') {
        let _ = write!(text, "</{name}>");
    }
    let text = format!("<flat-profile>{text}</flat-profile>");
    let policy = Policy::default();
    let document = read(text.as_bytes(), policy).expect("a profile");
    let ata = catalogue::device_type("ata192").expect("a device type");
    assess(&document, &Vocabulary::of(&ata.schema), &ata.schema, policy)
}

#[track_caller]
fn takes(path: &str, value: &str, stored: &str) {
    let found = assessed(path, value);
    assert!(found.findings.is_empty(), "{path}: {:?}", found.findings);
    assert_eq!(found.changes.len(), 1, "{path}");
    assert_eq!(found.changes[0].value.as_deref(), Some(stored), "{path}");
}

/// A finding names the element, the value and the rule, and where it stands.
#[track_caller]
fn refuses(path: &str, value: &str, rule: &str) {
    let found = assessed(path, value);
    let errors: Vec<String> = found.errors().map(ToString::to_string).collect();
    assert_eq!(errors.len(), 1, "{path} took `{value}`");
    let begin: String = value.chars().take(20).collect();
    for part in [
        format!("<{path}>: `{begin}"),
        rule.to_owned(),
        "line 1 column".into(),
    ] {
        assert!(errors[0].contains(&part), "{part}: {}", errors[0]);
    }
    assert!(found.changes.is_empty(), "{path}");
}

/// Section 1.10: Bool, Uns, Sig, Port, Float, Time. Covers M06.
#[test]
fn numbers_are_taken_as_the_guide_writes_them() {
    takes("Line_Enable_1_", "Yes", "1");
    takes("Line_Enable_1_", "0", "0");
    refuses("Line_Enable_1_", "perhaps", "boolean");
    takes("SIP_Port_1_", "0x13C4", "5060");
    refuses("SIP_Port_1_", "65536", "is not 1 to 65535");
    refuses("SIP_Port_1_", "0x+10", "unsignedInt");
    refuses("SIP_Port_1_", "0x10000", "is not 1 to 65535");
    refuses("Max_Forward", "-1", "unsignedInt");
    refuses("Max_Forward", "0", "is not 1 to 255");
    takes("SIP_ToS_DiffServ_Value_1_", "0xb8", "0xb8");
    refuses(
        "SIP_ToS_DiffServ_Value_1_",
        "0x1b8",
        "is not a byte such as 0x68",
    );
    for value in [".5", "0.5", "64"] {
        takes("SIP_T1", value, value);
    }
    refuses("SIP_T1", "64.1", "is not 0 to 64");
    refuses("SIP_T1", ".0005", "has more than 3 decimals");
    refuses("SIP_T1", "5 s", "is not a number such as 0.5");
    takes("FXS_Port_Input_Gain", "-3.5", "-3.5");
    refuses("FXS_Port_Input_Gain", "7", "is not -12 to 6");
    takes("DTMF_Playback_Level", "-16.0", "-16.0");
}

/// Section 1.10: CadScript, FreqScript, ToneScript. Covers M06.
#[test]
fn scripts_of_tones_and_cadences_are_checked() {
    let cadence = "60(.2/.2,.2/.2,.2/.2,1/4)";
    takes("Ring1_Cadence", cadence, cadence);
    takes("Ring1_Cadence", "*(.3/9.7)", "*(.3/9.7)");
    refuses(
        "Ring1_Cadence",
        "60(.2/.2",
        "is not a cadence such as 60(2/4)",
    );
    refuses(
        "Ring1_Cadence",
        "60(.2/.2,.2/.2,.2/.2,.2/.2,.2/.2,.2/.2,.2/.2)",
        "is not a cadence",
    );
    refuses("Ring1_Cadence", "60(.0001/1)", "is not a cadence");
    refuses(
        "Ring1_Cadence",
        &format!("60({}/1)", "1".repeat(130)),
        "is longer than 127 characters",
    );
    takes("CWT_Frequency", "350@-19,440@-19.5", "350@-19,440@-19.5");
    refuses("CWT_Frequency", "350@-19.55", "is not frequencies such as");
    refuses(
        "CWT_Frequency",
        "1@0,2@0,3@0,4@0,5@0,6@0,7@0",
        "is not frequencies",
    );
    let tone = "480@-19,620@-19;10(.5/.5/1+2)";
    takes("Busy_Tone", tone, tone);
    refuses(
        "Busy_Tone",
        "480@-19;10(.5/.5/1+2)",
        "is not a tone such as",
    );
    refuses("Busy_Tone", "480@-19,620@-19", "is not a tone");
}

/// Section 1.10: DialPlanScript and ProvisioningRuleSyntax. Covers M06.
#[test]
fn dial_plans_and_rules_are_checked() {
    let plan = "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)";
    takes("Dial_Plan_1_", plan, plan);
    refuses("Dial_Plan_1_", "([2-9xx)", "is not a dial plan in brackets");
    let rule = "($PRVTMR ge 600)? http://p.example.net/a | [--post a] http://p.example.net/b?";
    takes("Profile_Rule", rule, rule);
    refuses(
        "Profile_Rule",
        "[--kye x] http://p.example.net/a",
        "is not a rule such as",
    );
    refuses(
        "Upgrade_Rule",
        "($SWVER lt 11-4-0) http://p/a",
        "is not a rule",
    );
    takes(
        "Resync_Trigger_1",
        "$UPGTMR gt 300 and $PRVTMR ge 600",
        "$UPGTMR gt 300 and $PRVTMR ge 600",
    );
    refuses(
        "Resync_Trigger_1",
        "$UPGTMR gt",
        "is not a condition such as",
    );
    takes(
        "Report_Rule",
        "[--status] http://p/s [--delta] http://p/d",
        "[--status] http://p/s [--delta] http://p/d",
    );
    refuses(
        "Report_Rule",
        "http://p/a http://p/b http://p/c",
        "is not one or two rules",
    );
    refuses("Resync_Periodic", "1 hour", "is not seconds such as");
    refuses("Resync_At__HHmm_", "2460", "is not a time of day");
}

/// Sections 1.9 and 1.10: telephone numbers, templates, codes, names. Covers M06.
#[test]
fn lengths_and_patterns_are_those_of_the_guide() {
    refuses(
        "Cfwd_All_Dest_1_",
        &"5".repeat(40),
        "is longer than 39 characters",
    );
    takes("Cfwd_Sel1_Caller_1_", "1408???1234", "1408???1234");
    refuses(
        "Cfwd_Sel1_Caller_1_",
        "1408%2",
        "is not a telephone number with ?, * and %xx",
    );
    refuses(
        "Call_Return_Code",
        "*6912345",
        "is longer than 7 characters",
    );
    refuses("Call_Return_Code", "*6a", "is not a star code");
    takes("SIT1_RSC", "404, 5*, 61?", "404, 5*, 61?");
    refuses("SIT1_RSC", "40", "is not a list of response codes");
    refuses(
        "User_ID_1_",
        &"u".repeat(64),
        "is longer than 63 characters",
    );
    refuses(
        "Registrar_Server_1_",
        &"r".repeat(64),
        "is longer than 63 characters",
    );
    refuses(
        "Emergency_Number_1_",
        &"9".repeat(64),
        "is longer than 63 characters",
    );
    // A secret is not shown.
    let found = assessed("Password_1_", &"s".repeat(129));
    let error = found.errors().next().expect("it is too long").to_string();
    assert!(
        error.contains("<Password_1_>: the value is longer than 128"),
        "{error}"
    );
}

/// Section 1.7: packed values of the router half. Covers M06.
#[test]
fn packed_values_of_the_router_are_checked_by_their_shape() {
    let router = |path: &str| format!("router-configuration/{path}");
    for (path, good, bad, rule) in [
        (
            "WAN_Interface/WAN_Static_IP_NET",
            "192.0.2.7:255.255.255.0:192.0.2.1:192.0.2.2",
            "192.0.2.7:192.0.2.1:255.255.255.0",
            "is not address:mask:gateway",
        ),
        (
            "WAN_Interface/WAN_PPPoE_Keep_Alive",
            "1:5:30",
            "1:5",
            "is not type, idle minutes",
        ),
        (
            "Internet_Option/DNS",
            "192.0.2.2:192.0.2.3",
            "192.0.2.2,192.0.2.3",
            "is not one or two IPv4",
        ),
        (
            "Single_Port_Forwarding/Rule0",
            "1:SNMP:br1:161:161:udp:192.168.15.30",
            "1:SNMP:br1:161:161:icmp:192.168.15.30",
            "is not a forwarding rule",
        ),
        (
            "Single_Port_Forwarding/Single_Port_Forwarding_Index",
            "0:1:2",
            "0:1:1",
            "is not rule numbers",
        ),
        (
            "Port_Range_Forwarding/Rule1",
            "1:SIP:br1:5060:5080:both:192.168.15.30",
            "1:SIP:br1:5080:5060:both:192.168.15.30",
            "its first port no more than its last",
        ),
        (
            "SNMP/SNMP_Trusted_IP",
            "192.0.2.0/255.255.255.0",
            "192.0.2.0/24",
            "is not an address and a mask",
        ),
        (
            "Web_Management/Allowed_Remote_IP_Address",
            "192.0.2.1 20",
            "192.0.2.1-20",
            "last octet",
        ),
        (
            "DHCP_Server_Pool/Rule/DHCP_Client_Table",
            "00:0e:08:aa:bb:cc 192.168.15.7 on desk;00:0e:08:aa:bb:cd 192.168.15.8 on hall",
            "desk=192.168.15.7",
            "is not reservations such as",
        ),
        (
            "Time_Setup/Daylight_Saving_Time_Rule",
            "start=3/-1/7/2;end=10/-1/7/2;save=1",
            "start=3/-1/7;save=1",
            "is not start=m/d/weekday",
        ),
        (
            "Time_Setup/Time_Zone",
            "+01 2 2",
            "CET",
            "is not a time zone",
        ),
        (
            "MAC_Address_Clone/MAC_Address_Clone_Address",
            "00:0e:08:aa:bb:cc",
            "000e08aabbcc",
            "is not a MAC",
        ),
        (
            "PHY_Port_Setting/Speed_Duplex",
            "100f",
            "1000f",
            "is not one of auto, 10h",
        ),
    ] {
        takes(&router(path), good, good);
        refuses(&router(path), bad, rule);
    }
}
