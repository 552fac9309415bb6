//! Packed bodies: only when the ACS wants them, and no longer than it can unpack them.

use crate::support::{Bench, Reaction, Session, header};
use agent::device::io::Coding;

const SUPPORTED: &str = "Device.ManagementServer.HTTPCompressionSupported";
const CHOSEN: &str = "Device.ManagementServer.HTTPCompression";

/// How each POST with a body was packed, by its header and by what is asked of the shell.
fn packed(session: &Session) -> Vec<(&str, Coding)> {
    let full = session.posts.iter().filter(|post| !post.body.is_empty());
    full.map(|post| {
        let name = header(post, "Content-Encoding").unwrap_or_default();
        (name, post.coding)
    })
    .collect()
}

fn next_session(bench: &mut Bench) -> Session {
    bench.advance(4);
    bench.sessions();
    bench.call_device();
    bench.session()
}

/// Covers H-20.
#[test]
fn bodies_are_packed_as_the_acs_has_chosen_and_from_the_factory_not_at_all() {
    let mut bench = Bench::new("ata192");
    let session = bench.session();
    assert_eq!(packed(&session), [("", Coding::Identity)]);
    assert_eq!(bench.get(SUPPORTED), "GZIP,Deflate");
    for (choice, name, coding) in [
        ("GZIP", "gzip", Coding::Gzip),
        ("Deflate", "deflate", Coding::Deflate),
        ("Disabled", "", Coding::Identity),
    ] {
        bench.set(&[(CHOSEN, choice)], "k").unwrap();
        let session = next_session(&mut bench);
        session.succeeds();
        assert_eq!(packed(&session), [(name, coding)], "{choice}");
        let empty = session.posts.last().unwrap();
        assert_eq!(header(empty, "Content-Encoding"), None, "nothing to pack");
    }
    let fault = bench.set(&[(CHOSEN, "Compress")], "k").unwrap_err();
    assert_eq!(fault.parameters[0].fault_code.number(), 9007);
}

/// Covers H-22.
#[test]
fn after_a_415_the_session_fails_and_its_retry_is_not_packed() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CHOSEN, "GZIP")], "k").unwrap();
    bench.acs().reacts(Reaction::Status(415));
    bench.changes("Device.DeviceInfo.ProvisioningCode", "new");
    bench.advance(0);
    let mut sessions = bench.sessions();
    let failed = sessions.pop().expect("a session was begun");
    failed.fails("415");
    assert_eq!(packed(&failed), [("gzip", Coding::Gzip)]);
    let failed_at = failed.ended;
    let retry = bench.session();
    retry.succeeds().informs(&["4 VALUE CHANGE"]);
    assert!(
        retry.began.since_ms(failed_at) >= 5_000,
        "by the schedule of retries"
    );
    assert_eq!(retry.inform().retry_count, 1);
    assert_eq!(packed(&retry), [("", Coding::Identity)]);
    let later = next_session(&mut bench);
    assert_eq!(
        packed(&later),
        [("", Coding::Identity)],
        "it is not tried again"
    );
    // Whoever sets it again means it.
    bench.set(&[(CHOSEN, "GZIP")], "k").unwrap();
    let session = next_session(&mut bench);
    assert_eq!(packed(&session), [("gzip", Coding::Gzip)]);
}

#[test]
fn bodies_that_are_part_of_the_proof_are_not_packed() {
    let mut bench = Bench::bootstrapped("ata192");
    bench.set(&[(CHOSEN, "GZIP")], "k").unwrap();
    let challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"";
    bench
        .acs()
        .reacts(Reaction::Challenge(vec![challenge.into()]));
    let session = next_session(&mut bench);
    session.succeeds();
    assert_eq!(
        packed(&session),
        [("gzip", Coding::Gzip), ("", Coding::Identity)]
    );
    let proof = header(&session.posts[1], "Authorization").unwrap();
    assert!(proof.contains("qop=auth-int"), "{proof}");
}
