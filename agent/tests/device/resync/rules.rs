//! Which rule a device goes by, and what becomes of a way through its rules.

use super::{LOG, PROXY, RULE, asked, at, device, proxy, sealed};
use agent::device::Input;
use agent::device::io::{SectionKind, TransferOutcome, TransferWork};
use agent::provisioning::engine::Ask;
use agent::provisioning::policy::{ForcedResync, Policies};
use cwmp::FaultCode;

/// Section 2.8: after power-up; 2.1: up to twice 20 seconds later. Covers M-01.
#[test]
fn a_device_asks_for_its_profile_after_power_up_and_applies_it_for_good() {
    let mut bench = device(&[(RULE, "http://p.example.net/$MA.cfg")]);
    bench.files().gives(&proxy("sip.example.net"));
    bench.advance(41);
    assert_eq!(asked(&mut bench), ["http://p.example.net/00005e005301.cfg"]);
    assert_eq!(bench.knows(PROXY), "sip.example.net");
    let job = bench.files().asked[0].clone();
    assert!(matches!(job.work, TransferWork::Provision(_)), "{job:?}");
    assert_eq!(
        job.user_agent,
        "Cisco/ATA192-MPP-11-3-2MPP0102-233(FCH26480QXA)"
    );
    assert!(bench.stored(SectionKind::Tree).contains("sip.example.net"));
}

/// Section 2.6: a rule without a server is for the one DHCP names; DHCP_Option_To_Use sets the order. Covers M-01.
#[test]
fn the_rule_of_the_factory_waits_for_the_server_dhcp_names() {
    let mut bench = device(&[]);
    bench.advance(3 * 24 * 3600);
    assert!(asked(&mut bench).is_empty());
    let servers = vec![(150, "192.0.2.9".into()), (66, "prov.example.net".into())];
    bench.files().gives(&proxy("sip.example.net"));
    bench.input(Input::Provisioning(Box::new(Ask::Servers(servers))));
    bench.advance(41);
    assert_eq!(asked(&mut bench), ["https://prov.example.net/ata192.cfg"]);
}

/// Section 2.3: a condition is decided, an assignment carried out before the fetch; 2.8: rules in order. Covers M-01.
#[test]
fn rules_run_in_order_with_their_conditions_and_assignments() {
    let mut bench = device(&[
        (
            RULE,
            "(\"$A\" eq \"done\")? http://p/x | (a = \"done\"; b = \"$MAU\";)! http://p/init",
        ),
        ("X_CISCO_ATA.Provisioning.Profile_Rule_C", "http://p/$A-$B"),
    ]);
    bench.files().gives(&proxy("one")).gives(&proxy("two"));
    bench.advance(41);
    assert_eq!(
        asked(&mut bench),
        ["http://p/init", "http://p/done-00005E005301"]
    );
    assert_eq!(bench.knows(PROXY), "two");
    bench.files().gives(&proxy("three")).gives(&proxy("four"));
    bench.advance(3700);
    assert_eq!(asked(&mut bench)[2], "http://p/x");
}

/// Section 2.2: the lists of waits; 2.8: a failure stops the sequence, the retry begins with the first rule.
/// Covers M-01.
#[test]
fn failures_wait_as_the_list_says_and_begin_again_with_the_first_rule() {
    let mut bench = device(&[
        (RULE, "http://p/a"),
        ("X_CISCO_ATA.Provisioning.Profile_Rule_B", "http://p/b"),
        (
            "X_CISCO_ATA.Provisioning.Resync_Error_Retry_Delay",
            "60,120",
        ),
        ("X_CISCO_ATA.Provisioning.Resync_Random_Delay", "0"),
    ]);
    bench
        .files()
        .gives(&proxy("one"))
        .fails(FaultCode::CONTACT_FILE_SERVER);
    bench.advance(1);
    bench.files().fails(FaultCode::CONTACT_FILE_SERVER);
    bench.advance(60);
    assert_eq!(
        asked(&mut bench),
        ["http://p/a", "http://p/b", "http://p/a"]
    );
    bench.advance(100);
    assert_eq!(asked(&mut bench).len(), 3);
    bench.files().gives(&proxy("one")).gives(&proxy("two"));
    bench.advance(30);
    assert_eq!(bench.knows(PROXY), "two");
}

/// Section 2.8: 404 is class B, and success when Resync_Fails_On_FNF is off. Covers M-01.
#[test]
fn a_missing_file_is_a_failure_or_not_as_the_setting_says() {
    for (fails, requests) in [("1", 1), ("0", 2)] {
        let mut bench = device(&[
            (RULE, "http://p/a"),
            ("X_CISCO_ATA.Provisioning.Profile_Rule_B", "http://p/b"),
            ("X_CISCO_ATA.Provisioning.Resync_Fails_On_FNF", fails),
        ]);
        bench.files().ends_with(TransferOutcome::Answered(404));
        if fails == "0" {
            bench.files().gives(&proxy("two"));
        }
        bench.advance(41);
        assert_eq!(asked(&mut bench).len(), requests, "{fails}");
    }
}

/// Section 3.1: a key that does not fit is class B, with no partial effect. Covers M-01, M06.
#[test]
fn a_profile_is_opened_with_the_key_of_its_rule_and_with_no_other() {
    let mut bench = device(&[
        (RULE, "[--key $SA] http://p/a"),
        ("X_CISCO_ATA.Provisioning.GPP_SA", "first secret"),
        ("X_CISCO_ATA.Provisioning.Resync_Error_Retry_Delay", "60"),
    ]);
    let profile = proxy("sip.example.net");
    bench.files().gives_bytes(sealed("another", &profile));
    bench.advance(41);
    assert_eq!(bench.knows(PROXY), "");
    bench.files().gives_bytes(sealed("first secret", &profile));
    bench.advance(60);
    assert_eq!(bench.knows(PROXY), "sip.example.net");
    let log = bench.knows(LOG);
    assert!(
        log.contains("Resync failed: corrupt file") && !log.contains("secret"),
        "{log}"
    );
}

/// The road from the first file to the encrypted one: it installs key and rule, the next one rotates the key.
/// Covers M-01, M06.
#[test]
fn a_first_profile_installs_key_and_rule_and_a_later_one_rotates_the_key() {
    let mut bench = device(&[(RULE, "http://p/$PSN.cfg")]);
    let keyed = |key: &str| {
        format!(
            "<flat-profile><Profile_Rule>[--key $SA] http://p/$MA.cfg</Profile_Rule>\
             <GPP_SA>{key}</GPP_SA><Resync_Periodic>600</Resync_Periodic></flat-profile>"
        )
    };
    bench.files().gives(&keyed("one"));
    bench.files().gives_bytes(sealed("one", &keyed("two")));
    bench
        .files()
        .gives_bytes(sealed("two", &proxy("sip.example.net")));
    bench.advance(41);
    bench.power_cut();
    bench.advance(41);
    bench.power_cut();
    bench.advance(41);
    assert_eq!(
        asked(&mut bench),
        [
            "http://p/192.cfg",
            "http://p/00005e005301.cfg",
            "http://p/00005e005301.cfg"
        ]
    );
    assert_eq!(bench.knows(PROXY), "sip.example.net");
}

/// Section 2.8, policy on Forced_Resync_Delay: the longest wait, or the rest of the lines. Covers M-01.
#[test]
fn a_call_puts_a_resync_off_as_the_policy_says() {
    let call = "Device.Services.VoiceService.1.VoiceProfile.1.Line.1.CallState";
    for (policy, after_call) in [
        (ForcedResync::WaitsAtMost, 0),
        (ForcedResync::LinesRestFor, 900),
    ] {
        let mut bench = device(&[
            (RULE, "http://p/a"),
            ("X_CISCO_ATA.Provisioning.Resync_On_Reset", "0"),
            ("X_CISCO_ATA.Provisioning.Forced_Resync_Delay", "900"),
        ]);
        let policies = Policies {
            forced_resync: policy,
            ..Policies::default()
        };
        bench.input(Input::Provisioning(Box::new(Ask::Policies(policies))));
        bench.changes(call, "InCall");
        bench.input(Input::Provisioning(Box::new(Ask::Resync(None))));
        bench.advance(300);
        assert!(asked(&mut bench).is_empty(), "{policy:?}");
        bench.files().gives(&proxy("one"));
        bench.changes(call, "Idle");
        bench.advance(after_call);
        assert_eq!(asked(&mut bench).len(), 1, "{policy:?}");
    }
}

/// Section 2.1: Provision_Enable gates every resync, Resync_From_SIP that of a NOTIFY. Covers M-01.
#[test]
fn switched_off_nothing_is_asked_for() {
    for off in ["Provision_Enable", "Resync_From_SIP"] {
        let mut bench = device(&[
            (RULE, "http://p/a"),
            ("X_CISCO_ATA.Provisioning.Resync_On_Reset", "0"),
        ]);
        bench.changes(&at(off), "0");
        bench.input(Input::Provisioning(Box::new(Ask::SipResync)));
        bench.advance(7200);
        assert!(asked(&mut bench).is_empty(), "{off}");
    }
}
