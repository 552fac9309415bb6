//! `Report_Rule` (section 2.10): what a device sends when a SIP NOTIFY asks for a report.

use super::{LOG, at, device, proxy};
use crate::support::Bench;
use agent::device::Input;
use agent::device::io::{TransferWork, Verb};
use agent::provisioning::engine::Ask;
use cwmp::FaultCode;
use data_model::Secret;
use data_model::provisioning::encryption;

const REPORT: &str = "X_CISCO_ATA.Provisioning.Report_Rule";
const ID: &str = "Device.X_CISCO_ATA.Line.1.User_ID";

/// The reports a NOTIFY brings.
fn reported(bench: &mut Bench) -> Vec<String> {
    let before = bench.files().sent().len();
    bench.input(Input::Provisioning(Box::new(Ask::SipReport)));
    bench.settle();
    bench.files().sent().split_off(before)
}

/// Section 2.10: a report is sent once, without what is secret. Covers M06.
#[test]
fn a_report_is_sent_when_a_notify_asks_for_it_and_holds_no_secret() {
    let mut bench = device(&[
        (REPORT, "http://p/rep/$MA.xml"),
        ("X_CISCO_ATA.Provisioning.GPP_SA", "report-secret"),
    ]);
    bench.files().takes();
    let sent = reported(&mut bench);
    assert!(sent[0].contains("<flat-profile>") && !sent[0].contains("report-secret"));
}

/// PG: with --key it is encrypted; what the rule holds of keys stays out of the log. Covers M06.
#[test]
fn a_report_is_encrypted_with_the_key_of_its_rule_which_no_log_shows() {
    let mut bench = device(&[(REPORT, "[--key Phrase4711 --put] https://p/rep.xml")]);
    bench.files().takes();
    bench.input(Input::Provisioning(Box::new(Ask::SipReport)));
    bench.settle();
    let job = bench.files().asked[0].clone();
    let TransferWork::Provision(provision) = job.work else {
        panic!("{job:?}")
    };
    let Verb::Put(content) = provision.verb else {
        panic!("--put is PUT")
    };
    let opened = encryption::open(&content.0, Some(&Secret::new("Phrase4711"))).expect("its key");
    assert!(opened.starts_with(b"<?xml"));
    let log = bench.knows(LOG);
    assert!(log.contains("the report has been sent"), "{log}");
    assert!(!log.contains("Phrase4711"), "{log}");
}

/// MPP: --delta tells what has changed since the last report, and a second one does not repeat it. Covers M-01.
#[test]
fn a_report_of_changes_tells_each_change_once() {
    let mut bench = device(&[(REPORT, "[--delta] http://p/rep.xml")]);
    bench.changes(ID, "4711");
    bench
        .files()
        .takes()
        .fails(FaultCode::CONTACT_FILE_SERVER)
        .takes()
        .takes();
    let first = reported(&mut bench).remove(0);
    assert!(
        first.contains("<User_ID_1_ ua=\"na\">4711</User_ID_1_>"),
        "{first}"
    );
    assert_eq!(first.matches("ua=").count(), 1, "{first}");
    bench.changes(ID, "4712");
    bench.changes("Device.X_CISCO_ATA.Line.1.Password", "sip-secret");
    // A report nobody got has told nothing.
    for _ in 0..2 {
        let second = reported(&mut bench).remove(0);
        assert!(
            second.contains("4712") && !second.contains("Password"),
            "{second}"
        );
    }
    let third = reported(&mut bench).remove(0);
    assert!(!third.contains("ua="), "{third}");
}

/// MPP: the changes counted are those since the last report, resync, reboot or upgrade. Covers M-01.
#[test]
fn a_report_of_changes_begins_anew_with_a_resync_and_with_a_reboot() {
    let mut bench = device(&[
        (REPORT, "[--delta] http://p/rep.xml"),
        (super::RULE, "http://p/a"),
    ]);
    bench.files().gives(&proxy("sip.example.net"));
    bench.advance(41);
    bench.files().takes().takes();
    let after_resync = reported(&mut bench).remove(0);
    assert!(!after_resync.contains("ua="), "{after_resync}");
    bench.changes(ID, "4711");
    bench.settle();
    bench.files().gives(&proxy("sip.example.net")).takes();
    bench.power_cut();
    let after_reboot = reported(&mut bench).remove(0);
    assert!(!after_reboot.contains("ua="), "{after_reboot}");
}

/// MPP: --status; and two rules with a blank between them. Covers M-01.
#[test]
fn two_rules_send_two_reports_and_one_of_them_may_be_the_status() {
    let mut bench = device(&[(
        REPORT,
        "[--status] http://p/status.xml [--delta] http://p/$MA.xml",
    )]);
    bench.files().fails(FaultCode::CONTACT_FILE_SERVER).takes();
    let sent = reported(&mut bench);
    assert_eq!(
        super::asked(&mut bench),
        ["http://p/status.xml", "http://p/00005e005301.xml"]
    );
    let status = &sent[0];
    assert!(sent[1].contains("<flat-profile>"), "{}", sent[1]);
    let places = [
        "<flat-status>",
        "<Product_Name>ATA192-MPP</Product_Name>",
        "<Hook_State_1_>On</Hook_State_1_>",
        "<Registration_State>Not Registered</Registration_State>",
        "<Call_1_State_1_>Idle</Call_1_State_1_>",
        "<Hook_State_2_>On</Hook_State_2_>",
        "<Registration_State>Not Registered</Registration_State>",
        "<Call_1_State_2_>Idle</Call_1_State_2_>",
        "<Custom_CA_Info>",
        "<router-status>",
        "<Time_Sync_State>",
        "</flat-status>",
    ];
    let mut rest = status.as_str();
    for place in places {
        let (_, behind) = rest
            .split_once(place)
            .unwrap_or_else(|| panic!("{place}: {status}"));
        rest = behind;
    }
    assert!(!status.contains("Session_ID"), "{status}");
}

/// Covers M-01.
#[test]
fn a_report_that_cannot_be_is_told_in_words() {
    for (rule, told) in [
        ("", "Report_Rule leads nowhere"),
        ("[--delta --status] http://p/x", "write two rules"),
        ("[--srv] http://p/x", "--srv is for the maker's telephones"),
    ] {
        let mut bench = device(&[]);
        bench.changes(&at("Report_Rule"), rule);
        assert!(reported(&mut bench).is_empty());
        let log = bench.knows(LOG);
        assert!(log.contains(told), "{rule}: {log}");
    }
}
