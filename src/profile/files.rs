//! What the profile commands share: files, keys, device types.

use clap::Args;
use data_model::{DeviceType, OperatorError, Secret, catalogue};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The key of a profile.
#[derive(Debug, Args)]
pub struct ProfileKey {
    /// The file that holds the key.
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// The key itself; arguments are seen by everybody on the machine.
    #[arg(long, env = "DIALTONE_PROFILE_KEY", hide_env_values = true)]
    key: Option<String>,
}

impl ProfileKey {
    /// The key, if one is given.
    pub fn given(&self) -> Result<Option<Secret>, OperatorError> {
        let text = match (&self.key_file, &self.key) {
            (Some(file), _) => String::from_utf8_lossy(&read(file)?).trim().to_owned(),
            (None, Some(key)) => key.clone(),
            (None, None) => String::new(),
        };
        Ok((!text.is_empty()).then(|| Secret::new(text)))
    }

    /// The key; there must be one.
    pub fn phrase(&self) -> Result<Secret, OperatorError> {
        self.given()?.ok_or_else(|| {
            OperatorError::new(
                "there is no key",
                "neither --key-file nor --key nor DIALTONE_PROFILE_KEY gives one",
                "put the key into a file, and give its name with --key-file",
            )
        })
    }
}

/// The device type of this name.
pub fn device(name: &str) -> Result<Arc<DeviceType>, OperatorError> {
    catalogue::device_type(name).ok_or_else(|| {
        OperatorError::new(
            format!("there is no device type `{name}`"),
            "it is not in the catalogue",
            format!("use one of: {}", catalogue::names().join(", ")),
        )
    })
}

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, OperatorError> {
    std::fs::read(path).map_err(|error| trouble(path, &error))
}

/// Bytes into a file; `-` is standard output.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), OperatorError> {
    let written = match path.to_str() {
        Some("-") => std::io::stdout().lock().write_all(bytes),
        _ => std::fs::write(path, bytes),
    };
    written.map_err(|error| trouble(path, &error))
}

fn trouble(path: &Path, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("cannot use the file {}", path.display());
    OperatorError::new(what, error, "check the path and its permissions")
}
