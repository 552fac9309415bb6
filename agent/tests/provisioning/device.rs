//! A device without an ACS that goes by a rule, and what it comes to hold.

use agent::device::exchange::Downgrade;
use agent::device::{DeviceConfig, FilePolicy, Identity, Product};
use agent::platform::Platform;
use agent::platform::simulated::Simulated;
use agent::provisioning::sources::Sources;
use agent::shell::diagnostics::DiagnosticsConfig;
use agent::shell::http::Network;
use agent::shell::tls::TlsConfig;
use agent::shell::{Runner, RunnerConfig, RunnerHandle, UdpCalls};
use cwmp::CwmpVersion;
use std::sync::Arc;
use std::time::Duration;

/// What its first line is registered with.
pub const PROXY: &str = "Device.X_CISCO_ATA.Line.1.Proxy";
/// Its log.
pub const LOG: &str = "Device.DeviceInfo.DeviceLog";

/// A device without an ACS that goes by this rule at once.
pub async fn device(rule: &str) -> RunnerHandle {
    device_with(rule, &[]).await
}

/// The same, with these values below `Device.X_CISCO_ATA.`
pub async fn device_with(rule: &str, values: &[(&str, &str)]) -> RunnerHandle {
    device_of(rule, TlsConfig::default(), Sources::default(), values).await
}

/// One that trusts these authorities, is given this of its provisioning, and comes with further settings below
/// `Device.X_CISCO_ATA.Provisioning.`
pub async fn device_from(
    rule: &str,
    tls: TlsConfig,
    sources: Sources,
    settings: &[(&str, &str)],
) -> RunnerHandle {
    let settings = settings.iter();
    let settings: Vec<(String, &str)> = settings
        .map(|(name, value)| (format!("Provisioning.{name}"), *value))
        .collect();
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    device_of(rule, tls, sources, &settings).await
}

/// The same, with values below `Device.X_CISCO_ATA.`
pub async fn device_of(
    rule: &str,
    tls: TlsConfig,
    sources: Sources,
    values: &[(&str, &str)],
) -> RunnerHandle {
    device_on(Box::new(Simulated), rule, tls, sources, values).await
}

/// The same, on this platform.
pub async fn device_on(
    platform: Box<dyn Platform>,
    rule: &str,
    tls: TlsConfig,
    sources: Sources,
    values: &[(&str, &str)],
) -> RunnerHandle {
    let values = values.iter();
    let values =
        values.map(|(name, value)| (format!("Device.X_CISCO_ATA.{name}"), (*value).into()));
    let at = |name: &str| format!("Device.X_CISCO_ATA.Provisioning.{name}");
    let config = RunnerConfig {
        surroundings: None,
        switched_on: true,
        diagnostics: DiagnosticsConfig::simulated(1),
        platform,
        record: None,
        udp: UdpCalls::Never,
        devices: vec![DeviceConfig {
            product: Product::load("ata192").expect("it is in the catalogue"),
            identity: Identity {
                serial_number: "FCH26480QXA".into(),
                mac: [0, 0, 0x5e, 0, 0x53, 1],
            },
            installed: [
                (at("Profile_Rule"), rule.to_owned()),
                (at("Resync_Random_Delay"), "0".to_owned()),
            ]
            .into_iter()
            .chain(values)
            .collect(),
            authority: "".into(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            seed: 1,
            files: FilePolicy {
                provisioning: Some(Arc::new(sources)),
                ..FilePolicy::default()
            },
        }],
        network: Network {
            tls: tls.load().expect("its files are there"),
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

/// Waits until a parameter holds a text.
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

/// Waits until something holds.
pub async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let look = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    let deadline = tokio::time::timeout(Duration::from_secs(20), look);
    deadline.await.unwrap_or_else(|_| panic!("never: {what}"));
}
