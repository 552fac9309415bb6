//! The provisioning states of a device as one story: from the factory to profiles only it can read, and back.

use super::authority::Authority;
use super::device::{LOG, PROXY, comes_to_hold, device_from, eventually};
use super::encrypted;
use super::server::{FileServer, Seen};
use agent::device::Input;
use agent::provisioning::engine::Ask;
use agent::provisioning::sources::Sources;
use agent::shell::RunnerHandle;

const RULE: &str = "Device.X_CISCO_ATA.Provisioning.Profile_Rule";
const KEY: &str = "Device.X_CISCO_ATA.Provisioning.GPP_SA";
const FIRST_KEY: &str = "first-contact-0123456789";
const REAL_KEY: &str = "6f1c9d0e3b7a48529c61e8f2d5a07b34";
const ROTATED_KEY: &str = "a3d97f5e0b1c4862b7f0e4d29c685a13";

/// A profile that installs a proxy, a key and a rule by which it is used on this server.
fn profile(proxy: &str, key: &str, server: &FileServer) -> String {
    let rule = format!("[--key $SA] {}", server.url("/$MA.cfg"));
    format!(
        "<flat-profile><Proxy_1_>{proxy}</Proxy_1_><GPP_SA>{key}</GPP_SA>\
         <Profile_Rule>{rule}</Profile_Rule></flat-profile>"
    )
}

/// Puts such a profile there for the device, encrypted with this phrase.
fn offer(server: &FileServer, proxy: &str, key: &str, phrase: &str) {
    let profile = profile(proxy, key, server);
    server.put("/00005e005301.cfg", encrypted(&profile, phrase));
}

fn paths(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|seen| seen.path.as_str()).collect()
}

async fn value(handle: &RunnerHandle, name: &'static str) -> String {
    let value = handle
        .look(0, move |device| device.core().value_of(name))
        .await;
    value.flatten().unwrap_or_default()
}

fn resync(handle: &RunnerHandle) {
    handle.input(0, Input::Provisioning(Box::new(Ask::Resync(None))));
}

/// Section 5.1, from MFG-RESET by DHCP over SP-CUST and SEC-PRV-1 to SEC-PRV-2, a rotated key, and back by a factory
/// reset. Covers M-01, T-14.
#[tokio::test]
async fn a_device_goes_from_the_factory_to_its_own_key_and_loses_it_in_a_reset() {
    let (public, maker) = (Authority::new("public"), Authority::new("maker"));
    let (open, secure) = (
        FileServer::plain().await,
        FileServer::with_tls(public.server("localhost", Some(&maker)), "localhost").await,
    );
    // MFG-RESET: every device of the model gets the same file, where DHCP says.
    open.put("/ata192.cfg", profile("first", FIRST_KEY, &secure));
    let sources = Sources {
        dhcp: vec![(66, open.url(""))],
        ..maker.given()
    };
    let settings = [
        ("Transport_Protocol", "http"),
        ("Resync_Error_Retry_Delay", ""),
    ];
    // SEC-PRV-1: over HTTPS and with the key of the first contact comes the real one.
    offer(&secure, "sec-prv-1", REAL_KEY, FIRST_KEY);
    let handle = device_from("/ata$PSN.cfg", public.trusted(), sources, &settings).await;
    // SP-CUST
    comes_to_hold(&handle, PROXY, "first").await;
    assert_eq!(paths(&open.seen()), ["/ata192.cfg"]);
    assert!(
        value(&handle, RULE)
            .await
            .starts_with("[--key $SA] https://")
    );
    resync(&handle);
    comes_to_hold(&handle, PROXY, "sec-prv-1").await;
    let subject = secure.seen()[0].subject.clone().unwrap_or_default();
    assert!(
        subject.contains("L=FCH26480QXA, S=00005e005301"),
        "{subject}"
    );

    // SEC-PRV-2: the same rule, the real key.
    offer(&secure, "sec-prv-2", REAL_KEY, REAL_KEY);
    resync(&handle);
    comes_to_hold(&handle, PROXY, "sec-prv-2").await;

    // The key is rotated by a profile that the old one opens.
    offer(&secure, "rotating", ROTATED_KEY, REAL_KEY);
    resync(&handle);
    comes_to_hold(&handle, PROXY, "rotating").await;
    offer(&secure, "rotated", ROTATED_KEY, ROTATED_KEY);
    resync(&handle);
    comes_to_hold(&handle, PROXY, "rotated").await;

    // The old one opens nothing any more, and nothing of what it closes counts.
    offer(&secure, "stale", REAL_KEY, REAL_KEY);
    resync(&handle);
    comes_to_hold(&handle, LOG, "Resync failed: corrupt file").await;
    assert_eq!(value(&handle, PROXY).await, "rotated");
    assert_eq!(open.seen().len(), 1, "the first file is for the first time");

    // Back to MFG-RESET: the rule of the factory, and no key.
    open.put("/ata192.cfg", "<flat-profile></flat-profile>");
    handle.input(0, Input::LocalFactoryReset);
    eventually("it asks where DHCP says", || open.seen().len() > 1).await;
    comes_to_hold(&handle, RULE, "/ata$PSN.cfg").await;
    assert_eq!(value(&handle, KEY).await, "");
    assert_eq!(value(&handle, PROXY).await, "");
    handle.stop();
}
