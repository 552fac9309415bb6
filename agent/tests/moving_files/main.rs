//! Files moved over real sockets: what the shell makes of servers that are right, wrong, slow to the point, or broken.

mod acs;
mod device;
mod file_server;
mod http;
mod packages;
mod slots;
mod tftp;
mod tftp_server;
mod tls;

#[path = "../support/authority.rs"]
mod authority;

use agent::device::io::{FileContent, TransferJob, TransferOutcome, TransferWork};
use agent::firmware::SlotName;
use agent::shell::http::Network;
use agent::shell::slots::SlotStore;
use agent::shell::tls::TlsConfig;
use agent::shell::transfers::{TransferConfig, carry_out};
use data_model::Secret;
use data_model::device_type::UnsignedFirmware;
use data_model::firmware::ImageHeader;
use data_model::package::PackageHeader;
use data_model::signing::SigningKey;
use sha2::{Digest as _, Sha256};

/// Whose images the device trusts.
fn key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

/// Moves one file; whoever signed with [`key`] is trusted.
async fn moved(url: &str, work: TransferWork) -> TransferOutcome {
    moved_trusting(&TlsConfig::default(), url, work).await
}

/// The same by a device that trusts these authorities.
async fn moved_trusting(tls: &TlsConfig, url: &str, work: TransferWork) -> TransferOutcome {
    carry_out(&config(tls), job(url, work)).await
}

fn config(tls: &TlsConfig) -> TransferConfig {
    TransferConfig {
        bytes_per_sec: None,
        network: Network {
            tls: tls.load().expect("its files are there"),
            source: None,
            name_server: None,
        },
        slots: SlotStore::Simulated,
        trusted: vec![key().verifying_key()],
        tftp_wait_ms: 100,
        uploads: Default::default(),
    }
}

fn job(url: &str, work: TransferWork) -> TransferJob {
    TransferJob {
        number: 1,
        url: url.into(),
        username: "reader".into(),
        password: Secret::new("file-secret"),
        domains: String::new(),
        work,
        trust: None,
        user_agent: String::new(),
    }
}

/// Fetches a small file; its bytes, or the code of the fault.
async fn fetched(url: &str) -> Result<Vec<u8>, u16> {
    match moved(url, TransferWork::Fetch(100_000)).await {
        TransferOutcome::Fetched(FileContent(bytes)) => Ok(bytes),
        TransferOutcome::Failed(fault) => Err(fault.code.number()),
        other => panic!("{other:?}"),
    }
}

/// Fetches an image; its version, or the code of the fault.
async fn staged(url: &str) -> Result<String, u16> {
    staged_by(UnsignedFirmware::Refuse, url).await
}

/// As [`staged`], by a device of a type with this policy.
async fn staged_by(policy: UnsignedFirmware, url: &str) -> Result<String, u16> {
    match moved(url, TransferWork::Image(SlotName::B, policy)).await {
        TransferOutcome::Staged(header) => Ok(header.version),
        TransferOutcome::Failed(fault) => Err(fault.code.number()),
        other => panic!("{other:?}"),
    }
}

/// Fetches a package; its name and version, or the code of the fault.
async fn checked(url: &str, limit: u64) -> Result<String, u16> {
    match moved(url, TransferWork::Package(limit)).await {
        TransferOutcome::Package(header) => Ok(format!("{} {}", header.name, header.version)),
        TransferOutcome::Failed(fault) => Err(fault.code.number()),
        other => panic!("{other:?}"),
    }
}

/// Sends a file; the code of the fault if there is one.
async fn sent(url: &str, content: &[u8]) -> Result<(), u16> {
    match moved(url, TransferWork::Send(FileContent(content.to_vec()))).await {
        TransferOutcome::Sent => Ok(()),
        TransferOutcome::Failed(fault) => Err(fault.code.number()),
        other => panic!("{other:?}"),
    }
}

/// Bytes that tell where in the file they stand.
fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|place| (place % 251) as u8).collect()
}

/// A signed package.
fn package(by: &SigningKey, bytes: usize) -> Vec<u8> {
    let body = content(bytes);
    let header = PackageHeader {
        name: "call-blocker".into(),
        vendor: "example.net".into(),
        version: "1.2.0".into(),
        environment: "Dialtone-Modules-1".into(),
        bytes: body.len() as u64,
        sha256: Sha256::digest(&body).into(),
    };
    let mut package = header.sign(by).expect("it fits");
    package.extend_from_slice(&body);
    package
}

/// What a container says of an image.
fn header(body: &[u8]) -> ImageHeader {
    ImageHeader {
        product: "ATA192".into(),
        version: "11-4-0".into(),
        bytes: body.len() as u64,
        sha256: Sha256::digest(body).into(),
    }
}

/// A signed image.
fn image(by: &SigningKey, bytes: usize) -> Vec<u8> {
    let body = content(bytes);
    let mut image = header(&body).sign(by).expect("it fits");
    image.extend_from_slice(&body);
    image
}
