//! `dialtone profile decrypt`: the profile in what has travelled.

use super::files::{ProfileKey, read, write};
use clap::Args;
use data_model::OperatorError;
use data_model::provisioning::encryption;
use std::path::PathBuf;
use std::process::ExitCode;

/// A profile to decrypt.
#[derive(Debug, Args)]
pub struct Decrypt {
    #[command(flatten)]
    key: ProfileKey,
    /// The encrypted profile.
    input: PathBuf,
    /// The profile; `-` for standard output.
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

impl Decrypt {
    /// Decrypts and unpacks it.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        let phrase = self.key.phrase()?;
        let opened = encryption::open(&read(&self.input)?, Some(&phrase)).map_err(|why| {
            OperatorError::new(
                format!("cannot decrypt {}", self.input.display()),
                why,
                "check the key, and that the file is whole",
            )
        })?;
        write(&self.output, &opened)?;
        Ok(ExitCode::SUCCESS)
    }
}
