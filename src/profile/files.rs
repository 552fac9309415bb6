//! What the profile commands share: files, keys, device types, and how a profile is read.

use clap::{Args, ValueEnum};
use data_model::provisioning::encryption::{self, BadProfile};
use data_model::provisioning::profile::{EmptyElements, Policy, Strictness, Vocabulary};
use data_model::schema::Secrecy;
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

impl ProfileKey {
    /// The profile in a file, decrypted and unpacked if it has to be.
    pub fn open(&self, path: &Path) -> Result<Vec<u8>, OperatorError> {
        let (bytes, key) = (read(path)?, self.given()?);
        let opened = match encryption::open(&bytes, key.as_ref()) {
            // A key that is at hand does no harm to what is not encrypted.
            Err(BadProfile::NotEncrypted) => encryption::open(&bytes, None),
            opened => opened,
        };
        opened.map_err(|why| {
            OperatorError::new(
                format!("cannot open {}", path.display()),
                why,
                "give the right key with --key-file, and check that the file is whole",
            )
        })
    }
}

/// Whose profile it is, and the policies it is read by.
#[derive(Debug, Args)]
pub struct ReadingOptions {
    /// What the device is: ata191, ata192 or spa122.
    #[arg(long = "type", value_name = "TYPE", default_value = "ata192")]
    pub device_type: String,
    /// Refuse what is not well-formed, even if it can be understood.
    #[arg(long)]
    pub strict: bool,
    /// What an element without a text means.
    #[arg(long, value_enum, default_value = "clear-unless-of-user")]
    pub empty: Empty,
}

/// The policies of [`EmptyElements`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Empty {
    /// It clears the value, but neither secrets nor values of the user.
    ClearUnlessOfUser,
    /// It clears the value.
    Clear,
    /// It brings the value from the factory back.
    Factory,
    /// It changes nothing.
    Keep,
}

impl ReadingOptions {
    /// The device type.
    pub fn device(&self) -> Result<Arc<DeviceType>, OperatorError> {
        device(&self.device_type)
    }

    /// The policies.
    pub fn policy(&self) -> Policy {
        Policy {
            strictness: match self.strict {
                true => Strictness::Strict,
                false => Strictness::Lenient,
            },
            empty: match self.empty {
                Empty::ClearUnlessOfUser => EmptyElements::ClearUnlessOfUser,
                Empty::Clear => EmptyElements::Clear,
                Empty::Factory => EmptyElements::Factory,
                Empty::Keep => EmptyElements::Keep,
            },
        }
    }
}

/// Whether this text of this element must not be shown: the element is secret, or the text is a rule with a key.
pub fn hides(element: &str, text: &str) -> bool {
    text.contains("--key") || text.contains("--pwd") || is_secret(element)
}

/// Whether the text of an element must not be shown: any device type says so, or its name does.
fn is_secret(element: &str) -> bool {
    acs::redact::is_secret(&element.replace('/', "."))
        || catalogue::names().iter().any(|name| {
            let Some(ty) = catalogue::device_type(name) else {
                return false;
            };
            let known = Vocabulary::of(&ty.schema);
            let named = known.parameter(known.meant_by(element).unwrap_or(element));
            let parameter = named.and_then(|address| ty.schema.parameter(address.node));
            parameter.is_some_and(|parameter| parameter.secret == Secrecy::Secret)
        })
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
