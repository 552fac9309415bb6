//! `Restricted_Access_Domains`: which servers are asked, and where a line registers.

use super::{LOG, RULE, asked, device};
use cwmp::FaultCode;

const DOMAINS: &str = "X_CISCO_ATA.System.Restricted_Access_Domains";
const STATE: &str = "Device.X_CISCO_ATA.Status.Line.2.Registration_State";
const STATUS: &str = "Device.Services.VoiceService.1.VoiceProfile.2.Line.1.Status";

/// Covers M-01.
#[test]
fn a_profile_and_an_image_from_a_server_outside_are_not_asked_for() {
    let mut bench = device(&[
        (DOMAINS, "example.net"),
        (RULE, "http://p.example.org/a"),
        (
            "X_CISCO_ATA.Provisioning.Upgrade_Rule",
            "http://p.example.org/a.img",
        ),
    ]);
    bench.advance(60);
    assert!(asked(&mut bench).is_empty());
    let log = bench.knows(LOG);
    for failed in [
        "Resync failed: p.example.org is not in",
        "Upgrade failed: p.example.org is not",
    ] {
        assert!(log.contains(failed), "{log}");
    }
}

/// A redirect is followed by the shell, which is told how far. Covers M-01.
#[test]
fn how_far_a_redirect_may_lead_goes_with_every_file() {
    let mut bench = device(&[
        (DOMAINS, "example.net"),
        (RULE, "http://p.example.net/a"),
        (
            "X_CISCO_ATA.Provisioning.Upgrade_Rule",
            "http://p.example.net/a.img",
        ),
    ]);
    bench.files().fails(FaultCode::CONTACT_FILE_SERVER).hangs();
    bench.advance(41);
    let jobs = &bench.files().asked;
    assert!(
        jobs.len() == 2 && jobs.iter().all(|job| job.domains == "example.net"),
        "{jobs:?}"
    );
}

/// The same list says where a line may register. Covers M-01.
#[test]
fn a_line_whose_proxy_is_outside_is_not_registered_and_says_why() {
    let proxy = "Device.X_CISCO_ATA.Line.2.Proxy";
    let mut bench = device(&[
        (DOMAINS, "example.net"),
        ("X_CISCO_ATA.Line.2.Proxy", "sip.example.org:5060"),
        ("X_CISCO_ATA.Line.2.User_ID", "4711"),
    ]);
    let state = bench.knows(STATE);
    assert_eq!(
        state,
        "Failed: sip.example.org:5060 is not in Restricted_Access_Domains"
    );
    assert_eq!(bench.knows(STATUS), "Error");
    for within in [
        "sip.example.net:5060",
        "sip.example.org:p=1|sip.example.net:5060:p=2",
    ] {
        bench.changes(proxy, within);
        bench.settle();
        assert_ne!(bench.knows(STATUS), "Error", "{within}");
        assert_eq!(bench.knows(STATE), "Not Registered");
    }
}
