//! `--alias` (section 2.6): a provider's own document, its elements renamed.

use super::{LOG, PROXY, RULE, asked, device};

const MAP: &str = "X_CISCO_ATA.Provisioning.GPP_A";
const ACCOUNT: &str = "<?xml version=\"1.0\"?><customer-account type=\"retail\">
    <SIP-number>4711</SIP-number><SIP-password>p&amp;w</SIP-password>
    <server><name>sip.example.net</name></server><billing>none of ours</billing></customer-account>";

/// The example of the guide. Covers M-01.
#[test]
fn a_document_of_the_provider_configures_the_device_by_the_map_of_its_rule() {
    let mut bench = device(&[
        (RULE, "[--alias a] http://p/account"),
        (
            MAP,
            "/customer-account/SIP-number = /flat-profile/User_ID_1_ ; \
             /customer-account/SIP-password = /flat-profile/Password_1_ ; \
             /customer-account/server/name = /flat-profile/Proxy_1_ ;",
        ),
    ]);
    bench.files().gives(ACCOUNT);
    bench.advance(41);
    for (name, value) in [
        ("Device.X_CISCO_ATA.Line.1.User_ID", "4711"),
        ("Device.X_CISCO_ATA.Line.1.Password", "p&w"),
        (PROXY, "sip.example.net"),
    ] {
        assert_eq!(bench.knows(name), value);
    }
}

/// The last occurrence of a tag wins, whatever it is called; bad values refuse the whole document. Covers M-01.
#[test]
fn a_renamed_element_is_like_one_of_the_profile() {
    let mut bench = device(&[
        (RULE, "[--alias a] http://p/account"),
        (
            MAP,
            "/x/flat-profile/P=/flat-profile/Proxy_1_;/x/e=/flat-profile/Line_Enable_1_",
        ),
        ("X_CISCO_ATA.Provisioning.Resync_Error_Retry_Delay", "60"),
    ]);
    let document = |enable: &str| {
        format!(
            "<x><flat-profile><Proxy_1_>one</Proxy_1_><User_ID_1_>7</User_ID_1_><P>two</P></flat-profile>\
             <e>{enable}</e></x>"
        )
    };
    bench.files().gives(&document("perhaps"));
    bench.advance(41);
    assert_eq!(bench.knows(PROXY), "");
    let log = bench.knows(LOG);
    assert!(log.contains("<Line_Enable_1_>: `perhaps`"), "{log}");
    bench.files().gives(&document("No"));
    bench.advance(60);
    assert_eq!(bench.knows(PROXY), "two");
    assert_eq!(bench.knows("Device.X_CISCO_ATA.Line.1.User_ID"), "7");
    assert_eq!(bench.knows("Device.X_CISCO_ATA.Line.1.Line_Enable"), "0");
}

/// Covers M-01.
#[test]
fn a_map_that_cannot_be_read_is_told_before_anything_is_asked_for() {
    let mut bench = device(&[
        (RULE, "[--alias a] http://p/x"),
        (MAP, "/a = /flat-profile/A; /b"),
    ]);
    bench.advance(41);
    assert!(asked(&mut bench).is_empty());
    let log = bench.knows(LOG);
    let told = "Resync failed: the map of --alias in GPP_A: entry 2, column 23: an entry is";
    assert!(log.contains(told), "{log}");
}

/// A document the map says nothing about is no profile. Covers M-01.
#[test]
fn a_document_without_any_element_of_the_map_is_refused() {
    let mut bench = device(&[
        (RULE, "[--alias a] http://p/x"),
        (MAP, "/a/b = /flat-profile/Proxy_1_"),
    ]);
    bench.files().gives(ACCOUNT);
    bench.advance(41);
    let log = bench.knows(LOG);
    assert!(
        log.contains("nor an element the map of --alias names in this <customer-account>"),
        "{log}"
    );
}
