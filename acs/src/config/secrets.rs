//! Settings of the secrets in the store.

use crate::secrets::{FILE, Secrets};
use data_model::OperatorError;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the secrets in the store are sealed with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsConfig {
    /// The file with the key; `secrets.key` in the data folder if absent, where one is made.
    pub key_file: Option<PathBuf>,
    /// Further words: a parameter or variable whose name has one of them is masked like a password.
    pub names: Vec<String>,
}

impl SecretsConfig {
    /// The keys.
    ///
    /// # Errors
    /// If they cannot be read, made or understood.
    pub fn open(&self, data: &Path) -> Result<Secrets, OperatorError> {
        match &self.key_file {
            Some(file) => Secrets::open(file),
            None => Secrets::open(&data.join(FILE)),
        }
    }
}
