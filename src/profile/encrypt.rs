//! `dialtone profile encrypt`: a profile made ready to travel.

use super::files::{ProfileKey, read, write};
use clap::{Args, ValueEnum};
use data_model::OperatorError;
use data_model::provisioning::encryption::{self, Form, Packing};
use std::path::PathBuf;
use std::process::ExitCode;

/// A profile to encrypt.
#[derive(Debug, Args)]
pub struct Encrypt {
    #[command(flatten)]
    key: ProfileKey,
    /// How it is encrypted.
    #[arg(long, value_enum, default_value_t = Chosen::Openssl)]
    form: Chosen,
    /// Do not pack it with gzip first.
    #[arg(long)]
    plain: bool,
    /// The profile.
    input: PathBuf,
    /// The encrypted profile; `-` for standard output.
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

/// How a profile is encrypted.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Chosen {
    /// As `openssl enc -aes-256-cbc -md md5` does it; every device reads it.
    Openssl,
    /// The content coding of RFC 8188, with the key as its keying material; it has seals.
    Aes128gcm,
}

impl Chosen {
    /// The form, with a salt nobody has used before.
    fn salted(self) -> Form {
        match self {
            Chosen::Openssl => Form::OpenSsl(rand::random()),
            Chosen::Aes128gcm => Form::Aes128Gcm(rand::random()),
        }
    }
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
        let sealed = encryption::seal_as(&profile, packing, &phrase, self.form.salted());
        write(&self.output, &sealed)?;
        Ok(ExitCode::SUCCESS)
    }
}
