//! How the agent itself does, as an ACS can read it: X_DIALTONE_Agent.

use crate::support::{Bench, Reaction};

const HEALTH: &str = "Device.X_DIALTONE_Agent.";

#[test]
fn sessions_are_counted_and_the_last_failure_is_told_until_the_next_boot() {
    let mut bench = Bench::bootstrapped("ata192");
    let knows = |bench: &mut Bench, name: &str| bench.knows(&format!("{HEALTH}{name}"));
    let succeeded: u32 = knows(&mut bench, "SessionsSucceeded")
        .parse()
        .expect("a number");
    assert!(succeeded >= 1, "the bootstrap");
    assert_eq!(knows(&mut bench, "SessionsFailed"), "0");
    assert_eq!(knows(&mut bench, "LastFailure"), "");
    bench.call_device();
    bench.acs().reacts(Reaction::Status(503));
    let failed = bench.session();
    failed.fails("503");
    let before = knows(&mut bench, "LastSession");
    bench.session().succeeds();
    assert_eq!(knows(&mut bench, "SessionsFailed"), "1");
    let expected = (succeeded + 1).to_string();
    assert_eq!(knows(&mut bench, "SessionsSucceeded"), expected);
    assert!(knows(&mut bench, "LastFailure").contains("503"));
    assert!(knows(&mut bench, "LastSession") > before);
    bench.power_cut();
    assert_eq!(knows(&mut bench, "SessionsSucceeded"), "0");
    assert_eq!(knows(&mut bench, "LastSession"), "0001-01-01T00:00:00Z");
    assert_eq!(knows(&mut bench, "LastFailure"), "");
}
