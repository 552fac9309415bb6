//! An ACS whose name has several addresses: the device stays with the one that answers.

use crate::support::{Bench, Reaction};
use agent::device::io::Reached;

/// Covers D-11.
#[test]
fn the_address_that_answered_is_remembered_over_power_cuts_and_that_of_a_redirect_is_not() {
    let reached = |host: &str, last: u8| Reached {
        host: host.into(),
        among: vec![[192, 0, 2, 1].into(), [192, 0, 2, 2].into()],
        address: [192, 0, 2, last].into(),
    };
    let mut bench = Bench::new("ata192");
    let first = reached("acs.example.net", 2);
    bench.acs().is_reached_at(first.clone());
    let session = bench.session();
    session.succeeds();
    assert_eq!(session.posts[0].before, None, "nothing is known yet");
    assert_eq!(session.posts[1].before, Some(first.clone()));
    bench.power_cut();
    let session = bench.session();
    assert_eq!(session.posts[0].before, Some(first.clone()));
    // It has moved: the last one counts.
    let second = reached("acs.example.net", 1);
    bench.acs().is_reached_at(second.clone());
    bench.call_device();
    bench.session().succeeds();
    bench
        .acs()
        .is_reached_at(reached("elsewhere.example.net", 1));
    bench.call_device();
    bench.session().succeeds();
    bench.power_cut();
    assert_eq!(bench.session().posts[0].before, Some(second));
    bench
        .acs()
        .reacts(Reaction::Redirect(307, "http://b.example.net/".into()));
    bench.call_device();
    let session = bench.session();
    assert_eq!(session.posts[1].before, None, "another host");
}
