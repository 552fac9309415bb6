//! HTTPS of provisioning: which servers a device believes, and who it says it is.

use super::PROFILE;
use super::authority::{Authority, MAC, SERIAL};
use super::device::{LOG, PROXY, comes_to_hold, device_from};
use super::server::{FileServer, Server};
use agent::device::Identity;
use agent::provisioning::sources::Sources;
use agent::shell::provisioning::ProvisioningSettings;

const INFO: &str = "Device.X_CISCO_ATA.Status.Provisioning.Custom_CA_Info";
const STATUS: &str = "Device.X_CISCO_ATA.Status.Provisioning.Custom_CA_Provisioning_Status";
const CERTIFICATE: &str = "Device.X_CISCO_ATA.Status.Product.Client_Certificate";

/// Section 5.4: product in OU, serial number in L, address in S. Covers M-01, T-14.
#[tokio::test]
async fn a_server_that_asks_for_a_certificate_sees_product_serial_number_and_address() {
    let (public, maker) = (Authority::new("public"), Authority::new("maker"));
    let server = FileServer::with_tls(public.server("localhost", Some(&maker)), "localhost").await;
    server.put("/have", PROFILE);
    let rule = format!(
        "(\"$CCERT\" eq \"Installed\")? {} | {}",
        server.url("/have"),
        server.url("/lack")
    );
    let handle = device_from(&rule, public.trusted(), maker.given(), &[]).await;
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    let seen = server.seen().remove(0);
    let subject = "OU=ATA192-MPP, L=FCH26480QXA, S=00005e005301";
    assert_eq!(seen.subject.as_deref(), Some(subject));
    comes_to_hold(&handle, CERTIFICATE, "Installed").await;
    handle.stop();

    // Without one it is not let in.
    let handle = device_from(&rule, public.trusted(), Sources::default(), &[]).await;
    comes_to_hold(&handle, LOG, "Resync failed").await;
    comes_to_hold(&handle, CERTIFICATE, "Not Installed").await;
    assert_eq!(server.seen().len(), 1);
    handle.stop();
}

/// Section 5.4: name and chain are checked, the name only while `HTTPS_Name_Validate` is on. Covers M-01, T-14.
#[tokio::test]
async fn the_name_of_a_server_may_go_unchecked_and_its_authority_never() {
    let (public, stranger) = (Authority::new("public"), Authority::new("stranger"));
    let cases = [
        (public.server("localhost", None), "1", true),
        (public.server("prov.example.net", None), "1", false),
        (public.server("prov.example.net", None), "0", true),
        (stranger.server("localhost", None), "1", false),
        (stranger.server("prov.example.net", None), "0", false),
    ];
    for (config, validate, believed) in cases {
        let server = FileServer::with_tls(config, "localhost").await;
        server.put("/a", PROFILE);
        let settings = [("HTTPS_Name_Validate", validate)];
        let rule = server.url("/a");
        let handle = device_from(&rule, public.trusted(), Sources::default(), &settings).await;
        match believed {
            true => comes_to_hold(&handle, PROXY, "sip.example.net").await,
            false => comes_to_hold(&handle, LOG, "certificate").await,
        }
        assert_eq!(server.seen().len(), usize::from(believed));
        handle.stop();
    }
}

/// Section 5.4: `Custom_CA_URL`. Covers M-01, T-14.
#[tokio::test]
async fn an_authority_that_the_first_profile_names_is_trusted_from_then_on() {
    let (public, provider) = (Authority::new("public"), Authority::new("Provider Root"));
    let own = FileServer::with_tls(provider.server("localhost", None), "localhost").await;
    own.put("/own", PROFILE);
    let first = FileServer::with_tls(public.server("localhost", None), "localhost").await;
    first.put("/ca.pem", provider.pem());
    first.put(
        "/first",
        format!(
            "<flat-profile><Custom_CA_URL>{}</Custom_CA_URL><Profile_Rule>{}</Profile_Rule>\
             <Resync_Periodic>1</Resync_Periodic></flat-profile>",
            first.url("/ca.pem"),
            own.url("/own")
        ),
    );
    let rule = first.url("/first");
    let handle = device_from(&rule, public.trusted(), Sources::default(), &[]).await;
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    comes_to_hold(&handle, INFO, "CN=Provider Root").await;
    comes_to_hold(&handle, STATUS, "Last provisioning succeeded on ").await;
    // The ones it had count as before.
    assert_eq!(first.seen().len(), 2);
    handle.stop();
}

/// Section 5.4: a failure is told, and trusts nobody. Covers M-01, T-14.
#[tokio::test]
async fn what_is_no_certificate_is_no_authority() {
    let (public, stranger) = (Authority::new("public"), Authority::new("stranger"));
    let own = FileServer::with_tls(stranger.server("localhost", None), "localhost").await;
    own.put("/a", PROFILE);
    let pem = stranger.pem();
    let cut = &pem[..pem.len() / 2];
    for answer in [
        Server::ok(b"no certificate"),
        Server::ok(cut.as_bytes()),
        Server::status("404 Not Found", ""),
    ] {
        let server = Server::answering(vec![answer]).await;
        let url = server.url("/ca.pem");
        let settings = [("Custom_CA_URL", url.as_str())];
        let rule = own.url("/a");
        let handle = device_from(&rule, public.trusted(), Sources::default(), &settings).await;
        comes_to_hold(&handle, STATUS, "Last provisioning failed on ").await;
        comes_to_hold(&handle, INFO, "Not Installed").await;
        comes_to_hold(&handle, LOG, "Resync failed").await;
        assert!(own.seen().is_empty());
        handle.stop();
    }
}

/// Section 5.4: the certificate is one of this very device.
#[test]
fn the_certificate_of_another_device_is_refused_with_both_names() {
    let maker = Authority::new("maker");
    for (serial, mac) in [
        ("FCH26480QXB", "00005e005301"),
        (SERIAL, "00005e005302"),
        (SERIAL, "00005E005301"),
    ] {
        let refused = maker.device(serial, mac).expect_err("it is another's");
        let text = refused.to_string();
        assert!(text.contains(&format!("L={serial}, S={mac}")), "{text}");
        assert!(text.contains("L=FCH26480QXA, S=00005e005301"), "{text}");
    }
}

/// Section 5.4: what an operator sets is held against the device before it starts.
#[test]
fn a_certificate_and_a_key_that_do_not_belong_together_are_refused() {
    let maker = Authority::new("maker");
    let own = maker
        .device(SERIAL, "00005e005301")
        .expect("it is the device's");
    let other = maker.device(SERIAL, "00005e005301").expect("as well");
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        Some(path)
    };
    let identity = Identity {
        serial_number: SERIAL.into(),
        mac: MAC,
    };
    let settings = |certificate, key| ProvisioningSettings {
        certificate,
        key,
        ..ProvisioningSettings::default()
    };
    let certificate = file("device.pem", &own.chain);
    let key = file("device.key", own.key.reveal());
    let foreign = file("other.key", other.key.reveal());
    let given = settings(certificate.clone(), key.clone()).sources(&identity);
    let given = given.expect("they fit").expect("there is a certificate");
    assert_eq!(given.certificate.as_deref(), Some(&own));
    for (certificate, key, told) in [
        (certificate.clone(), foreign, "key"),
        (certificate.clone(), None, "only one of them is set"),
        (None, key.clone(), "only one of them is set"),
        (key.clone(), key.clone(), "no certificate in PEM"),
        (certificate.clone(), certificate, "key"),
        (file("empty.pem", ""), key, "no certificate in PEM"),
    ] {
        let refused = settings(certificate, key).sources(&identity);
        let text = refused.expect_err("it cannot be used").to_string();
        assert!(text.contains(told), "{text}");
        assert!(!text.contains("PRIVATE"), "{text}");
    }
}
