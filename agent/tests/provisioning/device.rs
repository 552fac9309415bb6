//! A whole device that goes by its rule at once, and is looked at until it holds what it should.

use agent::device::exchange::Downgrade;
use agent::device::{DeviceConfig, FilePolicy, Identity, Product};
use agent::platform::simulated::Simulated;
use agent::shell::diagnostics::DiagnosticsConfig;
use agent::shell::http::Network;
use agent::shell::tls::TlsConfig;
use agent::shell::{Runner, RunnerConfig, RunnerHandle, UdpCalls};
use cwmp::CwmpVersion;
use std::time::Duration;

pub const PROXY: &str = "Device.X_CISCO_ATA.Line.1.Proxy";
pub const LOG: &str = "Device.DeviceInfo.DeviceLog";

/// A device without an ACS that goes by this rule at once.
pub async fn device(rule: &str) -> RunnerHandle {
    let at = |name: &str| format!("Device.X_CISCO_ATA.Provisioning.{name}");
    let config = RunnerConfig {
        diagnostics: DiagnosticsConfig::simulated(1),
        platform: Box::new(Simulated),
        record: None,
        udp: UdpCalls::Never,
        devices: vec![DeviceConfig {
            product: Product::load("ata192").expect("it is in the catalogue"),
            identity: Identity {
                serial_number: "FCH26480QXA".into(),
                mac: [0, 0, 0x5e, 0, 0x53, 1],
            },
            installed: vec![
                (at("Profile_Rule"), rule.to_owned()),
                (at("Resync_Random_Delay"), "0".to_owned()),
            ]
            .into(),
            authority: "".into(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            seed: 1,
            files: FilePolicy::default(),
        }],
        network: Network {
            tls: TlsConfig::default().load().expect("no file is needed"),
            source: None,
            name_server: None,
        },
        listen: None,
        advertise: None,
        journal: None,
        slots: None,
        trusted: Vec::new(),
        sessions: 1,
    };
    let (runner, handle) = Runner::start(config).await.expect("nothing is in its way");
    tokio::spawn(async move {
        // How it ends is no matter of these tests.
        let _ = runner.run().await;
    });
    handle
}

/// Waits until a value contains a text.
pub async fn comes_to_hold(handle: &RunnerHandle, name: &'static str, text: &str) {
    let look = async {
        loop {
            let value = handle
                .look(0, move |device| device.core().value_of(name))
                .await;
            if value.flatten().is_some_and(|value| value.contains(text)) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let deadline = tokio::time::timeout(Duration::from_secs(20), look);
    deadline
        .await
        .unwrap_or_else(|_| panic!("{name} never holds `{text}`"));
}
