//! The forms a profile travels in (sections 3.1 and 3.2 of the description, RFC 8188).

use super::{LOG, PROXY, RULE, asked, device, proxy};
use agent::device::io::{FileContent, TransferOutcome};
use data_model::Secret;
use data_model::provisioning::encryption::{Form, Packing, seal_as};

fn coded(key: &str) -> Vec<u8> {
    let profile = proxy("sip.example.net");
    let form = Form::Aes128Gcm([3; 16]);
    seal_as(profile.as_bytes(), Packing::Gzip, &Secret::new(key), form)
}

/// RFC 8188, with the bytes of `--key` as keying material; another key is class B. Covers M-01, M06.
#[test]
fn a_profile_with_seals_is_opened_with_the_key_of_its_rule_and_with_no_other() {
    let mut bench = device(&[
        (RULE, "[--key $SA] http://p/a"),
        ("X_CISCO_ATA.Provisioning.GPP_SA", "first secret"),
        ("X_CISCO_ATA.Provisioning.Resync_Error_Retry_Delay", "60"),
    ]);
    bench.files().gives_bytes(coded("another"));
    bench.advance(41);
    assert_eq!(bench.knows(PROXY), "");
    let log = bench.knows(LOG);
    assert!(log.contains("the key does not fit"), "{log}");
    let mut cut = coded("first secret");
    cut.pop();
    bench.files().gives_bytes(cut);
    bench.advance(60);
    assert_eq!(bench.knows(PROXY), "");
    bench.files().gives_bytes(coded("first secret"));
    bench.advance(60);
    assert_eq!(bench.knows(PROXY), "sip.example.net");
    assert_eq!(asked(&mut bench).len(), 3);
}

/// RFC 8188 section 2: the server names the coding; without a key that is told in words. Covers M-01.
#[test]
fn a_server_that_names_the_coding_is_believed() {
    let named = |key| TransferOutcome::Coded(FileContent(coded(key)));
    let mut bench = device(&[
        (RULE, "http://p/a"),
        (
            "X_CISCO_ATA.Provisioning.Profile_Rule_B",
            "[--key k] http://p/b",
        ),
        ("X_CISCO_ATA.Provisioning.Resync_Error_Retry_Delay", "60"),
    ]);
    bench.files().ends_with(named("k"));
    bench.advance(41);
    let log = bench.knows(LOG);
    assert!(
        log.contains("encrypted, and the rule gives no --key"),
        "{log}"
    );
    bench.files().gives(&proxy("one")).ends_with(named("k"));
    bench.advance(60);
    assert_eq!(bench.knows(PROXY), "sip.example.net");
}
