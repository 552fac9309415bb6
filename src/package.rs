//! `dialtone package`: signed packages of software modules.

use crate::firmware::read_key;
use crate::output::line;
use agent::daemon::firmware_keys;
use clap::Subcommand;
use data_model::OperatorError;
use data_model::package::{PackageError, PackageHeader};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Packages of software modules.
#[derive(Debug, Subcommand)]
pub enum PackageCommand {
    /// Put a module into a signed package, with a key of `firmware keygen`.
    Sign {
        /// The file with the private key.
        #[arg(long)]
        key: PathBuf,
        /// What DeploymentUnit.Name becomes.
        #[arg(long)]
        name: String,
        /// The author's domain name, what DeploymentUnit.Vendor becomes.
        #[arg(long)]
        vendor: String,
        /// What DeploymentUnit.Version becomes.
        #[arg(long)]
        module_version: String,
        /// The ExecEnv.Type it is made for.
        #[arg(long, default_value = "Dialtone-Modules-1")]
        environment: String,
        /// The module.
        module: PathBuf,
        /// The package.
        #[arg(long)]
        output: PathBuf,
    },
    /// Show what a package says, its UUID, and whether its signature fits a key.
    Inspect {
        /// The package.
        package: PathBuf,
        /// A public key (64 hexadecimal digits).
        #[arg(long)]
        firmware_key: Vec<String>,
    },
}

/// Runs one of the package commands.
pub fn run(command: PackageCommand) -> Result<ExitCode, OperatorError> {
    match command {
        PackageCommand::Sign {
            key,
            name,
            vendor,
            module_version,
            environment,
            module,
            output,
        } => {
            let module = std::fs::read(&module).map_err(|error| trouble(&module, &error))?;
            let header = PackageHeader {
                name,
                vendor,
                version: module_version,
                environment,
                bytes: module.len() as u64,
                sha256: Sha256::digest(&module).into(),
            };
            let signed = header.sign(&read_key(&key)?).map_err(|error| {
                let fix = "use short texts of printable characters without blanks";
                OperatorError::new("the module cannot be signed", error, fix)
            });
            let mut package = signed?;
            package.extend_from_slice(&module);
            std::fs::write(&output, package).map_err(|error| trouble(&output, &error))?;
            line(format!(
                "{}: {} {} of {}, {} bytes, UUID {}",
                output.display(),
                header.name,
                header.version,
                header.vendor,
                header.bytes,
                header.uuid()
            ));
            Ok(ExitCode::SUCCESS)
        }
        PackageCommand::Inspect {
            package,
            firmware_key,
        } => inspect(&package, &firmware_key),
    }
}

fn inspect(path: &Path, keys: &[String]) -> Result<ExitCode, OperatorError> {
    let bytes = std::fs::read(path).map_err(|error| trouble(path, &error))?;
    for text in bytes.split(|byte| *byte == b'\n').take(8) {
        line(String::from_utf8_lossy(text));
    }
    let (words, code) = match PackageHeader::read(&bytes, &firmware_keys(keys)?) {
        Ok(Some(signed)) => {
            line(format!("UUID {}", signed.header.uuid()));
            let module = &bytes[signed.length..];
            let whole = module.len() as u64 == signed.header.bytes
                && Sha256::digest(module).as_slice() == signed.header.sha256;
            match whole {
                true => ("the signature and the module are good".into(), true),
                false => ("the module is NOT the signed one".into(), false),
            }
        }
        Ok(None) => ("the file ends within its header".into(), false),
        Err(PackageError::Untrusted) if keys.is_empty() => {
            let why = "no --firmware-key was given, so the signature was not checked";
            (why.into(), false)
        }
        Err(error) => (error.to_string(), false),
    };
    let words: String = words;
    line(words);
    Ok(match code {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn trouble(path: &Path, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("cannot use the file {}", path.display());
    OperatorError::new(what, error, "check the path and its permissions")
}
