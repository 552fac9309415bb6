//! A whole device moves files: from what somebody at its page wants to the bytes at the file server, and back.

use crate::file_server::{FileServer, answer, cut_off};
use agent::device::exchange::Downgrade;
use agent::device::{DeviceConfig, FilePolicy, Identity, Input, Product};
use agent::platform::simulated::Simulated;
use agent::shell::diagnostics::DiagnosticsConfig;
use agent::shell::http::Network;
use agent::shell::tls::TlsConfig;
use agent::shell::{Runner, RunnerConfig, RunnerHandle};
use agent::transfer::{OwnTransfer, TransferFile};
use cwmp::CwmpVersion;
use data_model::Secret;
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::JoinHandle;

const PROXY: &str = "Device.X_CISCO_ATA.Line.1.Proxy";

/// A device whose ACS nobody has ever heard of.
pub async fn device() -> RunnerHandle {
    start("http://127.0.0.1:9/nobody".to_owned(), None).await.0
}

/// A device of this ACS, with this journal; whoever signed with [`crate::key`] is trusted. Gives its loop as well.
pub async fn start(url: String, journal: Option<PathBuf>) -> (RunnerHandle, JoinHandle<()>) {
    let config = RunnerConfig {
        diagnostics: DiagnosticsConfig::simulated(1),
        platform: Box::new(Simulated),
        surroundings: None,
        switched_on: true,
        record: None,
        udp: agent::shell::UdpCalls::Never,
        devices: vec![DeviceConfig {
            product: Product::load("ata192").expect("it is in the catalogue"),
            identity: Identity {
                serial_number: "FCH26480QXA".into(),
                mac: [0, 0, 0x5e, 0, 0x53, 1],
            },
            installed: vec![("Device.ManagementServer.URL".into(), url)].into(),
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
        journal,
        slots: None,
        trusted: vec![crate::key().verifying_key()],
        sessions: 1,
    };
    let (runner, handle) = Runner::start(config).await.expect("nothing is in its way");
    let running = tokio::spawn(async move {
        // How it ends is no matter of these tests.
        let _ = runner.run().await;
    });
    (handle, running)
}

fn wants(handle: &RunnerHandle, file: TransferFile, url: String) {
    let own = OwnTransfer {
        file,
        url,
        username: String::new(),
        password: Secret::new(""),
    };
    handle.input(0, Input::OwnTransfer(Box::new(own)));
}

/// Waits until a parameter of the device holds this text.
pub async fn comes_to_hold(handle: &RunnerHandle, name: &'static str, text: &str) {
    let look = async {
        loop {
            let value = handle.look(0, move |device| device.core().value_of(name));
            let value = value.await.flatten();
            if value.is_some_and(|value| value.contains(text)) {
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

/// Covers T-13, T-02.
#[tokio::test]
async fn what_a_device_sends_it_can_be_given_back() {
    const LOG: &str = "Device.DeviceInfo.DeviceLog";
    let handle = device().await;
    let given = b"<flat-profile><Proxy_1_>sip.example.net</Proxy_1_></flat-profile>";
    let server = FileServer::answering(vec![
        cut_off("", given, given.len()),
        answer("201 Created", "Content-Length: 0\r\n", b""),
    ])
    .await;
    wants(&handle, TransferFile::Configuration, server.url("/ata.cfg"));
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    let file = TransferFile::SendConfiguration(Some(1));
    wants(&handle, file, server.url("/backup"));
    comes_to_hold(&handle, LOG, "the file has been sent").await;
    let backup = server.requests()[1].body.clone();
    let backup = String::from_utf8(backup).expect("it is text");
    assert!(backup.contains("<Proxy_1_ ua=\"na\">sip.example.net</Proxy_1_>"));

    handle.input(
        0,
        Input::LocalChange {
            name: PROXY.into(),
            value: "elsewhere".into(),
        },
    );
    comes_to_hold(&handle, PROXY, "elsewhere").await;
    let whole = cut_off("", backup.as_bytes(), backup.len());
    let server = FileServer::answering(vec![whole]).await;
    wants(&handle, TransferFile::Configuration, server.url("/backup"));
    comes_to_hold(&handle, PROXY, "sip.example.net").await;
    handle.stop();
}
