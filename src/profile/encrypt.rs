//! `dialtone profile encrypt`: a profile made ready to travel.

use super::files::{ProfileKey, read, write};
use clap::Args;
use data_model::OperatorError;
use data_model::provisioning::encryption::{self, Packing};
use std::path::PathBuf;
use std::process::ExitCode;

/// A profile to encrypt.
#[derive(Debug, Args)]
pub struct Encrypt {
    #[command(flatten)]
    key: ProfileKey,
    /// Do not pack it with gzip first.
    #[arg(long)]
    plain: bool,
    /// The profile.
    input: PathBuf,
    /// The encrypted profile; `-` for standard output.
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

impl Encrypt {
    /// Encrypts it.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        let packing = if self.plain {
            Packing::Plain
        } else {
            Packing::Gzip
        };
        let phrase = self.key.phrase()?;
        let profile = read(&self.input)?;
        let sealed = encryption::seal(&profile, packing, Some((&phrase, rand::random())));
        write(&self.output, &sealed)?;
        Ok(ExitCode::SUCCESS)
    }
}
