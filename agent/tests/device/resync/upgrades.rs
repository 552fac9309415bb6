//! `Upgrade_Rule` (section 2.9): through the two slots, stage by stage, and back.

use super::{LOG, asked, at, device};
use crate::support::Bench;
use cwmp::FaultCode;

const RULE: &str = "X_CISCO_ATA.Provisioning.Upgrade_Rule";
const VERSION: &str = "Device.DeviceInfo.SoftwareVersion";
const FACTORY: &str = "11-3-2MPP0102-233";
/// An image has proved itself by running for so long.
const PROVED_SECS: u64 = 11 * 60;

/// Section 2.9: the chain of conditions, one image after the other, each once. Covers T-19.
#[test]
fn an_upgrade_rule_leads_through_its_stages() {
    let mut bench = device(&[(
        RULE,
        "($SWVER lt 11-4-0)? http://p/ATA19x.11-4-0.img | ($SWVER lt 11-5-0)? http://p/ATA19x.11-5-0.img",
    )]);
    bench
        .files()
        .delivers("ATA192", "11-4-0")
        .delivers("ATA192", "11-5-0");
    bench.advance(3600);
    assert_eq!(asked(&mut bench).len(), 2);
    assert_eq!(bench.knows(VERSION), "11-5-0");
    bench.advance(24 * 3600);
    assert_eq!(asked(&mut bench).len(), 2);
}

/// A device without an ACS has its provisioning server to show that an image has found its way: the next stage does not
/// wait until the image has merely run for long enough. Covers T-19.
#[test]
fn an_image_that_fetches_its_profile_has_proved_itself_where_there_is_no_acs() {
    let mut bench = device(&[
        ("X_CISCO_ATA.Provisioning.Resync_Random_Delay", "0"),
        ("X_CISCO_ATA.Provisioning.Profile_Rule", "http://p/a"),
        (
            RULE,
            "($SWVER lt 11-4-0)? http://p/ATA19x.11-4-0.img | ($SWVER lt 11-5-0)? http://p/ATA19x.11-5-0.img",
        ),
    ]);
    let profile = super::proxy("sip.example.net");
    let files = bench.files().gives(&profile);
    let files = files.delivers("ATA192", "11-4-0").gives(&profile);
    files.delivers("ATA192", "11-5-0").gives(&profile);
    bench.advance(120);
    assert_eq!(bench.knows(VERSION), "11-5-0", "{}", bench.trace());
}

/// Section 2.9: a failed upgrade runs on and is tried again after Upgrade_Error_Retry_Delay. Covers T-19.
#[test]
fn a_failed_upgrade_does_not_restart_the_device() {
    let mut bench = device(&[
        (RULE, "http://p/a.img"),
        ("X_CISCO_ATA.Provisioning.Upgrade_Error_Retry_Delay", "60"),
    ]);
    bench
        .files()
        .fails(FaultCode::CONTACT_FILE_SERVER)
        .delivers("ATA192", "11-5-0");
    bench.advance(30);
    assert!(!bench.trace().contains("Reboot"), "{}", bench.trace());
    bench.advance(60);
    assert_eq!(bench.knows(VERSION), "11-5-0");
}

/// A device that was brought from the factory's image to this one, by rule.
fn upgraded() -> Bench {
    let mut bench = device(&[(RULE, "http://p/ATA19x.11-5-0.img")]);
    bench.files().delivers("ATA192", "11-5-0");
    bench.advance(PROVED_SECS);
    assert_eq!(bench.knows(VERSION), "11-5-0");
    bench
}

/// PG: a load that lies in the inactive slot is switched to; its URL is not contacted. Covers T-19.
#[test]
fn an_image_that_lies_in_the_other_slot_is_started_without_asking_for_it() {
    let mut bench = upgraded();
    for version in [FACTORY, "11-5-0", FACTORY] {
        bench.changes(
            &at("Upgrade_Rule"),
            &format!("http://q/ATA19x.{version}.img"),
        );
        bench.advance(PROVED_SECS);
        assert_eq!(bench.knows(VERSION), version, "{}", bench.trace());
    }
    assert_eq!(asked(&mut bench), ["http://p/ATA19x.11-5-0.img"]);
}

/// Downgrade_Rev_Limit holds for what lies in the other slot as well. Covers T-19.
#[test]
fn an_image_in_the_other_slot_that_is_too_old_is_not_started() {
    let mut bench = upgraded();
    bench.changes(&at("Downgrade_Rev_Limit"), "11-4-0");
    bench.changes(
        &at("Upgrade_Rule"),
        &format!("http://q/ATA19x.{FACTORY}.img"),
    );
    bench.advance(60);
    assert_eq!(bench.knows(VERSION), "11-5-0");
    let log = bench.knows(LOG);
    assert!(
        log.contains("Upgrade failed: 11-3-2MPP0102-233 is older than"),
        "{log}"
    );
}

/// An image that never proves itself is left, once, and what lies in its slot is not started again. Covers T-19.
#[test]
fn a_roll_back_is_a_failed_upgrade_that_is_not_repeated_by_itself() {
    let mut bench = upgraded();
    bench.files().delivers("ATA192", "11-6-0");
    bench.changes(&at("Upgrade_Rule"), "http://p/ATA19x.11-6-0.img");
    bench.advance(1);
    assert_eq!(bench.knows(VERSION), "11-6-0");
    for _ in 0..3 {
        bench.power_cut();
        bench.settle();
    }
    assert_eq!(bench.knows(VERSION), "11-5-0");
    let log = bench.knows(LOG);
    assert!(
        log.contains("Upgrade failed: the image did not prove itself"),
        "{log}"
    );
    bench.advance(24 * 3600);
    assert_eq!(asked(&mut bench).len(), 2);
    // Another rule for the same image fetches it: what failed is not trusted.
    bench.files().delivers("ATA192", "11-6-0");
    bench.changes(&at("Upgrade_Rule"), "http://q/ATA19x.11-6-0.img");
    bench.advance(PROVED_SECS);
    assert_eq!(asked(&mut bench).len(), 3);
    assert_eq!(bench.knows(VERSION), "11-6-0");
}

/// What is being written over is no image any more, even if the power fails in it. Covers T-19, P3.
#[test]
fn a_slot_whose_image_was_half_replaced_is_not_started() {
    let mut bench = upgraded();
    bench.files().hangs();
    bench.changes(&at("Upgrade_Rule"), "http://p/ATA19x.11-6-0.img");
    bench.advance(1);
    bench.power_off();
    bench
        .files()
        .fails(FaultCode::CONTACT_FILE_SERVER)
        .delivers("ATA192", FACTORY);
    bench.advance(1);
    bench.changes(
        &at("Upgrade_Rule"),
        &format!("http://q/ATA19x.{FACTORY}.img"),
    );
    bench.advance(PROVED_SECS);
    assert_eq!(bench.knows(VERSION), FACTORY);
    assert_eq!(asked(&mut bench).len(), 4, "{:?}", asked(&mut bench));
}
