//! TLS on the line to devices: trust, distrust, and certificates of devices.

use crate::world::{Authority, Phone, World, eventually};
use acs::config::TlsConfig as ServerTls;
use agent::shell::tls::TlsConfig as DeviceTls;
use std::path::PathBuf;

/// A server with TLS for devices; with `clients`, devices must have certificates too.
async fn world(clients: bool) -> World {
    World::start_with(|config, folder| {
        let authority = Authority::new(folder, "servers");
        let (certificate_file, key_file) = authority.certificate("127.0.0.1");
        let devices = Authority::new(folder, "devices");
        devices.certificate("good.device.example");
        Authority::new(folder, "strangers").certificate("bad.device.example");
        config.cwmp.tls = Some(ServerTls {
            certificate_file,
            key_file,
            client_ca_file: clients.then(|| devices.ca()),
        });
    })
    .await
}

fn pair(world: &World, authority: &str, name: &str) -> (Option<PathBuf>, Option<PathBuf>) {
    let folder = world.folder.path().join(authority);
    (
        Some(folder.join(format!("{name}.pem"))),
        Some(folder.join(format!("{name}.key"))),
    )
}

fn trusting(world: &World) -> DeviceTls {
    DeviceTls {
        ca_file: Some(world.folder.path().join("servers/ca.pem")),
        ..DeviceTls::default()
    }
}

/// Starts a device and waits until its first session has failed.
async fn stays_out(world: &World, serial_number: &str, tls: DeviceTls) {
    let mut config = world.agent_config("ata192", serial_number);
    config.tls = tls;
    let phone = Phone::start(config).await;
    eventually("the device gives its first session up", || async {
        phone
            .look(|device| device.core().failures_since_boot > 0)
            .await?
            .then_some(())
    })
    .await;
    assert!(
        world.api.get(&phone.path()).await.is_err(),
        "the server has never heard of it"
    );
}

/// Covers T-01, T-02.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_enrols_over_tls_with_an_authority_of_the_operator() {
    let world = world(false).await;
    assert!(world.server.acs_url().starts_with("https://"));
    let mut config = world.agent_config("ata192", "TLS1");
    config.tls = trusting(&world);
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
}

/// Covers T-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_does_not_trust_the_server_tells_it_nothing() {
    let world = world(false).await;
    stays_out(&world, "TLS2", DeviceTls::default()).await;
    let wrong = DeviceTls {
        ca_file: Some(world.folder.path().join("strangers/ca.pem")),
        ..DeviceTls::default()
    };
    stays_out(&world, "TLS3", wrong).await;
}

/// Covers T-08.
#[tokio::test(flavor = "multi_thread")]
async fn with_certificates_of_devices_only_those_with_a_good_one_come_in() {
    let world = world(true).await;
    stays_out(&world, "TLS4", trusting(&world)).await;
    let (certificate_file, key_file) = pair(&world, "strangers", "bad.device.example");
    stays_out(
        &world,
        "TLS5",
        DeviceTls {
            certificate_file,
            key_file,
            ..trusting(&world)
        },
    )
    .await;
    let (certificate_file, key_file) = pair(&world, "devices", "good.device.example");
    let mut config = world.agent_config("ata192", "TLS6");
    config.tls = DeviceTls {
        certificate_file,
        key_file,
        ..trusting(&world)
    };
    let phone = Phone::start(config).await;
    world.enrolled(&phone).await;
}
