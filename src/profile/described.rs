//! Profiles of the server and a device as files describe them.

use super::files::read;
use acs::provisioning::{flat_profile, template};
use acs::redact::{MASK, is_secret};
use acs::store::{
    Device, Haste, Id, InForce, Profile, ProfileObject, ProfileValue, Provisioning, Selector,
    Variable,
};
use acs::windows::Windows;
use cwmp::CwmpVersion;
use data_model::{DeviceType, OperatorError, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// A profile as `GET /profiles/{name}` answers it and `PUT` takes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    name: Option<String>,
    #[serde(default)]
    revision: u64,
    #[serde(default)]
    selector: Selector,
    #[serde(default)]
    precedence: i32,
    #[serde(default)]
    values: Vec<ProfileValue>,
    #[serde(default)]
    objects: Vec<ProfileObject>,
    #[serde(default)]
    windows: Option<Windows>,
    #[serde(default)]
    haste: Haste,
    /// What `PUT` takes and `GET` answers besides, which says nothing of what a device gets.
    #[serde(default, rename = "comment")]
    _comment: String,
    #[serde(default, rename = "latest")]
    _latest: u64,
    #[serde(default, rename = "in_force")]
    _in_force: Value,
}

/// A device as a file describes it; what is absent is that of its type.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DeviceFile {
    identity: Option<String>,
    serial_number: Option<String>,
    oui: Option<String>,
    software_version: Option<String>,
    tags: Vec<String>,
    variables: BTreeMap<String, String>,
}

/// A device that is only described, with its variables.
pub struct Described {
    /// The device.
    pub device: Device,
    /// Its variables.
    pub variables: Vec<Variable>,
}

/// The profiles of these files.
pub fn profiles(files: &[PathBuf]) -> Result<Vec<InForce>, OperatorError> {
    let mut found = Vec::new();
    for file in files {
        // One profile, a list, or several under `profiles`: TOML has no list without a name.
        let list = match parsed::<Value>(file)? {
            Value::Array(list) => list,
            Value::Object(mut several) if several.contains_key("profiles") => {
                match several.remove("profiles") {
                    Some(Value::Array(list)) => list,
                    _ => return Err(refused(file, "`profiles` is no list")),
                }
            }
            one => vec![one],
        };
        for profile in list {
            let profile = serde_json::from_value(profile).map_err(|error| refused(file, error))?;
            found.push(InForce::everywhere(checked(file, profile)?));
        }
    }
    Ok(found)
}

fn checked(file: &Path, profile: ProfileFile) -> Result<Profile, OperatorError> {
    let masked = profile
        .values
        .iter()
        .find(|value| value.value == MASK && is_secret(&value.name));
    if let Some(value) = masked {
        return Err(OperatorError::new(
            format!("cannot use {}", file.display()),
            format!(
                "the value of {} is hidden: the API never shows secrets",
                value.name
            ),
            "write the secret into the file, or use a variable such as {{password}}",
        ));
    }
    let stem = file.file_stem().unwrap_or_default();
    Ok(Profile {
        name: profile
            .name
            .unwrap_or_else(|| stem.to_string_lossy().into_owned()),
        revision: profile.revision,
        selector: profile.selector,
        precedence: profile.precedence,
        values: profile.values,
        objects: profile.objects,
        windows: profile.windows,
        haste: profile.haste,
    })
}

/// A file in TOML if its name says so, in JSON otherwise.
fn parsed<T: DeserializeOwned>(file: &Path) -> Result<T, OperatorError> {
    let bytes = read(file)?;
    if file.extension().is_some_and(|ending| ending == "toml") {
        let text = String::from_utf8(bytes).map_err(|error| refused(file, error))?;
        return toml::from_str(&text).map_err(|error| refused(file, error));
    }
    serde_json::from_slice(&bytes).map_err(|error| refused(file, error))
}

fn refused(file: &Path, why: impl Display) -> OperatorError {
    OperatorError::new(
        format!("cannot use {}", file.display()),
        why,
        "write it as docs/profiles.md describes",
    )
}

impl Described {
    /// The device of this identity, serial number or file, and its variables with those given besides.
    pub fn of(
        device: &str,
        variables: &[String],
        ty: &DeviceType,
    ) -> Result<Described, OperatorError> {
        let path = Path::new(device);
        let mut facts = match path.is_file() {
            true => parsed::<DeviceFile>(path)?,
            false => DeviceFile {
                serial_number: device.rsplit('-').next().map(str::to_owned),
                ..DeviceFile::default()
            },
        };
        for pair in variables {
            let (name, value) = pair.split_once('=').ok_or_else(|| not_a_variable(pair))?;
            facts.variables.insert(name.to_owned(), value.to_owned());
        }
        for name in facts.variables.keys() {
            template::check_name(name).map_err(|_| not_a_variable(name))?;
        }
        let variables = std::mem::take(&mut facts.variables).into_iter();
        let variables = variables.map(|(name, value)| Variable::of_device(name, value));
        Ok(Described {
            device: known(facts, ty),
            variables: variables.collect(),
        })
    }
}

/// What the server knows of such a device when it has come once.
fn known(facts: DeviceFile, ty: &DeviceType) -> Device {
    let serial_number = facts.serial_number.unwrap_or_default();
    let oui = facts.oui.unwrap_or_else(|| ty.oui.to_string());
    let identity = facts
        .identity
        .unwrap_or_else(|| format!("{oui}-{}-{serial_number}", ty.product_class));
    Device {
        id: Id::of_identity(&identity),
        identity,
        manufacturer: ty.manufacturer.to_string(),
        oui,
        product_class: ty.product_class.to_string(),
        serial_number,
        software_version: facts
            .software_version
            .unwrap_or_else(|| ty.firmware_version.to_string()),
        hardware_version: ty.hardware_version.to_string(),
        root: flat_profile::root(ty),
        connection_request_url: String::new(),
        parameter_key: String::new(),
        address: String::new(),
        cwmp_version: CwmpVersion::V1_4,
        tags: facts.tags,
        first_seen: Timestamp::default(),
        last_inform: Timestamp::default(),
        last_boot: None,
        last_bootstrap: None,
        informs: 0,
        provisioning: Provisioning::default(),
    }
}

fn not_a_variable(text: &str) -> OperatorError {
    OperatorError::new(
        "cannot use a variable",
        format!(
            "`{}` is no NAME=VALUE",
            text.split('=').next().unwrap_or_default()
        ),
        "name it with letters, digits, dots, dashes and underscores: --variable line1.number=4711",
    )
}
