//! A device's profile as a file: the `3 Vendor Configuration File` of a Download, rendered when it is fetched.

use crate::app::App;
use crate::provisioning::DesiredError;
use crate::provisioning::desired::desired;
use crate::provisioning::flat_profile::{FlatProfile, Secrets, device_type, render, root};
use crate::store::{Device, FileRecord, Id, StoreError, Verification};
use data_model::Timestamp;

/// What it is to a device (TR-069 A.3.2.8, table 30).
pub const FILE_TYPE: &str = "3 Vendor Configuration File";

/// Why a device has no profile.
#[derive(Debug, thiserror::Error)]
pub enum NoProfile {
    /// Nobody knows its vendor's names.
    #[error("the product class `{0}` has no vendor configuration file this server knows")]
    Product(String),
    /// It is kept apart: it gets nothing.
    #[error("the device is kept apart: admit it first")]
    Apart,
    /// Its profiles cannot be put together.
    #[error(transparent)]
    Desired(#[from] DesiredError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What tickets for profiles are made out to; no file of the library has this key.
pub fn ticket_id() -> Id {
    Id::of_identity(FILE_TYPE)
}

/// The description of the profile for a Download; its length is known only when it is fetched.
pub fn record(now: Timestamp) -> FileRecord {
    FileRecord {
        id: ticket_id(),
        name: "profile.xml".into(),
        file_type: FILE_TYPE.into(),
        product_class: String::new(),
        version: String::new(),
        bytes: 0,
        sha256: String::new(),
        created: now,
        minimum_version: String::new(),
        verification: Verification::Unverified,
    }
}

/// Whether the way to the file server is private, or the operator has said that secrets may travel all the same.
pub fn secrets(app: &App) -> Secrets {
    let files = &app.live().files;
    let terminated = files
        .public_url
        .as_ref()
        .is_some_and(|url| url.starts_with("https://"));
    match files.tls.is_some() || terminated || files.secrets_without_tls {
        true => Secrets::Included,
        false => Secrets::Omitted,
    }
}

/// Renders what the profiles want of a device.
///
/// # Errors
/// Says why there is nothing to render.
pub async fn profile(
    app: &App,
    device: &Device,
    secrets: Secrets,
) -> Result<FlatProfile, NoProfile> {
    let ty = device_type(&device.product_class)
        .ok_or_else(|| NoProfile::Product(device.product_class.clone()))?;
    if app.store.wall(device.id).await?.is_some() {
        return Err(NoProfile::Apart);
    }
    let variables = app.store.device_variables(device.id).await?;
    let mut device = device.clone();
    if device.root.is_empty() {
        // It was registered and has never come: its type says what its tree is called.
        device.root = root(&ty);
    }
    let profiles = app.profiles();
    let evidence = app.evidence(device.id, &profiles.asked).await?;
    let desired = desired(&profiles.list, &device, &variables, &evidence)?;
    Ok(render(&ty, &desired, &[], secrets))
}
