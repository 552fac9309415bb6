//! When a resync begins (sections 2.1, 2.7, 2.8): the time of day, the triggers, the wait after a failure, a restart.

use super::{RULE, asked, at, device, proxy};
use crate::support::Bench;
use agent::device::Input;
use agent::provisioning::engine::Ask;
use agent::provisioning::policy::{Policies, Triggers, ZeroRetry};
use cwmp::FaultCode;

const ON_RESET: (&str, &str) = ("X_CISCO_ATA.Provisioning.Resync_On_Reset", "0");
const DAY: u64 = 24 * 3600;

fn goes_by(bench: &mut Bench, policies: Policies) {
    bench.input(Input::Provisioning(Box::new(Ask::Policies(policies))));
}

fn asks(bench: &mut Bench) {
    bench.input(Input::Provisioning(Box::new(Ask::Resync(None))));
    bench.settle();
}

/// Section 2.1: up to Resync_At_Random_Delay later, at least ten minutes in whole minutes; the period is put aside.
/// Covers M-01.
#[test]
fn a_time_of_day_begins_a_resync_each_day_and_puts_the_period_aside() {
    let mut bench = device(&[
        (RULE, "http://p/a"),
        ON_RESET,
        ("X_CISCO_ATA.Provisioning.Resync_At__HHmm_", "0300"),
        ("X_CISCO_ATA.Provisioning.Resync_Periodic", "600"),
    ]);
    bench.files().gives_by_url("p/a", &proxy("one"));
    // From 08:15 to 03:00.
    bench.advance(18 * 3600 + 45 * 60 - 1);
    assert!(asked(&mut bench).is_empty());
    for day in 1..=3 {
        bench.advance(11 * 60 + 1);
        assert_eq!(asked(&mut bench).len(), day);
        bench.advance(DAY - 11 * 60 - 1);
        assert_eq!(asked(&mut bench).len(), day);
    }
}

/// Section 2.7: what a trigger means is a policy; each of the three readings. Covers M-01.
#[test]
fn a_trigger_holds_back_or_starts_a_resync_as_the_policy_says() {
    for (triggers, after_reset, after_hour, after_trigger) in [
        // Only the periodic one waits.
        (Triggers::Gate, 1, 1, 2),
        // Nothing waits for it; the resync it starts comes on top of the periodic one.
        (Triggers::Start, 1, 2, 3),
        // The one after the reset waits as well, and is the only one.
        (Triggers::GateAll, 0, 0, 1),
    ] {
        let mut bench = device(&[
            (RULE, "http://p/a"),
            (
                "X_CISCO_ATA.Provisioning.Resync_Trigger_1",
                "\"$A\" eq \"go\"",
            ),
            ("X_CISCO_ATA.Provisioning.Resync_Periodic", "3000"),
        ]);
        bench.files().gives_by_url("p/a", &proxy("one"));
        goes_by(
            &mut bench,
            Policies {
                triggers,
                ..Policies::default()
            },
        );
        bench.advance(60);
        assert_eq!(asked(&mut bench).len(), after_reset, "{triggers:?}");
        bench.advance(3540);
        assert_eq!(asked(&mut bench).len(), after_hour, "{triggers:?}");
        bench.changes(&at("GPP_A"), "go");
        bench.advance(120);
        assert_eq!(asked(&mut bench).len(), after_trigger, "{triggers:?}");
    }
}

/// Section 2.3: `#` in front switches the whole value off. Covers M-01.
#[test]
fn a_trigger_that_is_a_comment_holds_nothing_back() {
    let mut bench = device(&[
        (RULE, "http://p/a"),
        (
            "X_CISCO_ATA.Provisioning.Resync_Trigger_1",
            "# $PRVTMR ge 600",
        ),
        ("X_CISCO_ATA.Provisioning.Resync_Periodic", "600"),
    ]);
    bench.files().gives_by_url("p/a", &proxy("one"));
    bench.advance(41 + 601);
    assert_eq!(asked(&mut bench).len(), 2);
}

/// Section 2.7: a person and a NOTIFY pass every trigger by. Covers M-01.
#[test]
fn a_person_is_held_back_by_no_trigger() {
    let mut bench = device(&[
        (RULE, "http://p/a"),
        (
            "X_CISCO_ATA.Provisioning.Resync_Trigger_2",
            "\"$A\" eq \"go\"",
        ),
    ]);
    let triggers = Triggers::GateAll;
    goes_by(
        &mut bench,
        Policies {
            triggers,
            ..Policies::default()
        },
    );
    bench.files().gives_by_url("p/a", &proxy("one"));
    asks(&mut bench);
    assert_eq!(asked(&mut bench).len(), 1);
}

/// Section 2.1: what 0 seconds after a failure mean is a policy. Covers M-01.
#[test]
fn no_wait_after_a_failure_is_no_retry_or_one_at_once() {
    for (zero_retry, tries) in [(ZeroRetry::Never, 1), (ZeroRetry::AtOnce, 3)] {
        let mut bench = device(&[
            (RULE, "http://p/a"),
            ON_RESET,
            ("X_CISCO_ATA.Provisioning.Resync_Error_Retry_Delay", "0"),
        ]);
        goes_by(
            &mut bench,
            Policies {
                zero_retry,
                ..Policies::default()
            },
        );
        for _ in 0..2 {
            bench.files().fails(FaultCode::CONTACT_FILE_SERVER);
        }
        bench.files().gives_by_url("p/a", &proxy("one"));
        asks(&mut bench);
        bench.advance(3000);
        assert_eq!(asked(&mut bench).len(), tries, "{zero_retry:?}");
    }
}

/// Section 2.1: Resync_On_Reset does not count a restart that an update of parameters has caused. Covers M-01.
#[test]
fn a_restart_for_a_parameter_is_no_reset() {
    let mut bench = device(&[(RULE, "http://p/a")]);
    let document = "<flat-profile><router-configuration><Router_Mode>0</Router_Mode></router-configuration>\
                    </flat-profile>";
    bench.files().gives_by_url("p/a", document);
    bench.advance(41);
    assert!(bench.trace().contains("Reboot"), "{}", bench.trace());
    assert_eq!(bench.knows("Device.X_CISCO_ATA.Router.Router_Mode"), "0");
    bench.advance(1800);
    assert_eq!(asked(&mut bench).len(), 1);
    // The next one is a reset.
    bench.power_cut();
    bench.advance(41);
    assert_eq!(asked(&mut bench).len(), 2);
}
