//! `dialtone profile`: rules explained, profiles encrypted and decrypted, without a server or a device.

use crate::arguments::{ProfileCommand, ProfileForm, ProfileKey};
use crate::output::line;
use data_model::provisioning::encryption::{self, Form, Packing};
use data_model::provisioning::macros::Macros;
use data_model::provisioning::rule::{Choice, Fetch, Rule};
use data_model::provisioning::url::Scheme;
use data_model::{DeviceType, OperatorError, Secret, catalogue};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Runs one of the profile commands.
pub fn run(command: ProfileCommand) -> Result<ExitCode, OperatorError> {
    match command {
        ProfileCommand::ExplainRule {
            rule,
            device_type,
            mac,
            serial_number,
            set,
            transport,
            dhcp_server,
        } => {
            let device = device(&device_type)?;
            let mut given = Given::of(&device, &mac, &serial_number);
            for pair in &set {
                given.set(pair)?;
            }
            explain(&rule, &given, scheme(&transport)?, &dhcp_server)
        }
        ProfileCommand::Encrypt {
            key,
            plain,
            form,
            input,
            output,
        } => {
            let packing = if plain { Packing::Plain } else { Packing::Gzip };
            let phrase = phrase(&key)?;
            let profile = read(&input)?;
            let sealed = encryption::seal_as(&profile, packing, &phrase, chosen(form));
            write(&output, &sealed)
        }
        ProfileCommand::Decrypt { key, input, output } => {
            let phrase = phrase(&key)?;
            let opened = encryption::open(&read(&input)?, Some(&phrase)).map_err(|why| {
                OperatorError::new(
                    format!("cannot decrypt {}", input.display()),
                    why,
                    "check the key, and that the file is whole",
                )
            })?;
            write(&output, &opened)
        }
    }
}

/// The form, with a salt nobody has used before.
fn chosen(form: ProfileForm) -> Form {
    match form {
        ProfileForm::Openssl => Form::OpenSsl(rand::random()),
        ProfileForm::Aes128gcm => Form::Aes128Gcm(rand::random()),
    }
}

/// The macros of a device that is only described.
struct Given(BTreeMap<String, String>);

impl Macros for Given {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get(name).map(|value| Cow::Borrowed(value.as_str()))
    }
}

impl Given {
    fn of(device: &DeviceType, mac: &str, serial_number: &str) -> Given {
        let digits: String = mac.chars().filter(char::is_ascii_hexdigit).collect();
        let digits = digits.to_ascii_lowercase();
        let pairs: Vec<&str> = digits
            .as_bytes()
            .chunks(2)
            .filter_map(|two| std::str::from_utf8(two).ok())
            .collect();
        let number: String = device
            .product_class
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let mut values = BTreeMap::new();
        for (name, value) in [
            ("MAU", digits.to_ascii_uppercase()),
            ("MAC", pairs.join(":")),
            ("MA", digits.clone()),
            ("PN", device.model_name.to_string()),
            ("PSN", number),
            ("SN", serial_number.to_owned()),
            ("SWVER", device.firmware_version.to_string()),
            ("HWVER", device.hardware_version.to_string()),
            ("CCERT", "Not Installed".to_owned()),
            ("PRVST", "0".to_owned()),
            ("UPGST", "1".to_owned()),
            ("PRVTMR", "0".to_owned()),
            ("UPGTMR", "0".to_owned()),
            ("UPGCOND", "1".to_owned()),
        ] {
            values.insert(name.to_owned(), value);
        }
        for register in 'A'..='P' {
            values.insert(register.to_string(), String::new());
        }
        Given(values)
    }

    fn set(&mut self, pair: &str) -> Result<(), OperatorError> {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(OperatorError::new(
                format!("cannot use --set {pair}"),
                "there is no `=` in it",
                "write NAME=VALUE, such as --set A=Provisioned",
            ));
        };
        self.0
            .insert(name.trim_start_matches('$').to_owned(), value.to_owned());
        Ok(())
    }
}

fn explain(
    text: &str,
    given: &Given,
    transport: Option<Scheme>,
    dhcp_server: &str,
) -> Result<ExitCode, OperatorError> {
    let rule: Rule = text.parse().map_err(|wrong| {
        OperatorError::new(
            "the rule cannot be read",
            wrong,
            "correct the rule at that column",
        )
    })?;
    line(format!("rule: {rule}"));
    let evaluation = rule.evaluate(given);
    for note in &evaluation.notes {
        line(note);
    }
    match evaluation.choice {
        Choice::Skip => line("nothing is done, and that is no error"),
        Choice::Broken { alternative, why } => {
            line(format!(
                "alternative {} cannot be used: {why}",
                alternative + 1
            ));
            return Ok(ExitCode::FAILURE);
        }
        Choice::Take {
            alternative,
            assignments,
            fetch,
        } => {
            line(format!("alternative {} is used", alternative + 1));
            for (name, value) in assignments {
                line(format!("sets {name} to \"{value}\""));
            }
            if let Some(fetch) = fetch {
                return Ok(tell(&fetch, transport, dhcp_server));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(fetch: &Fetch, transport: Option<Scheme>, dhcp_server: &str) -> ExitCode {
    let url = match fetch.url.complete(transport, Some(dhcp_server)) {
        Ok(url) => url,
        Err(why) => {
            line(format!("cannot fetch {}: {why}", fetch.url.path));
            return ExitCode::FAILURE;
        }
    };
    match fetch.post {
        None => line(format!("fetches {url}")),
        Some(register) => line(format!("posts {} to {url}", register.parameter())),
    }
    if fetch.key.is_some() {
        line("decrypts it with the key of the rule");
    }
    if let Some(uid) = &fetch.uid {
        line(format!("answers a challenge as \"{uid}\""));
    }
    if let Some(register) = fetch.alias {
        line(format!(
            "renames elements by the map in {}",
            register.parameter()
        ));
    }
    ExitCode::SUCCESS
}

fn device(name: &str) -> Result<std::sync::Arc<DeviceType>, OperatorError> {
    catalogue::device_type(name).ok_or_else(|| {
        OperatorError::new(
            format!("there is no device type `{name}`"),
            "it is not in the catalogue",
            format!("use one of: {}", catalogue::names().join(", ")),
        )
    })
}

fn scheme(name: &str) -> Result<Option<Scheme>, OperatorError> {
    if name == "none" {
        return Ok(None);
    }
    let scheme = Scheme::parse(name).ok_or_else(|| {
        OperatorError::new(
            format!("cannot use --transport {name}"),
            "Transport_Protocol has no such value",
            "use none, tftp, http or https",
        )
    })?;
    Ok(Some(scheme))
}

fn phrase(key: &ProfileKey) -> Result<Secret, OperatorError> {
    let text = match (&key.key_file, &key.key) {
        (Some(file), _) => String::from_utf8_lossy(&read(file)?).trim().to_owned(),
        (None, Some(key)) => key.clone(),
        (None, None) => String::new(),
    };
    if text.is_empty() {
        return Err(OperatorError::new(
            "there is no key",
            "neither --key-file nor --key nor DIALTONE_PROFILE_KEY gives one",
            "put the key into a file, and give its name with --key-file",
        ));
    }
    Ok(Secret::new(text))
}

fn read(path: &Path) -> Result<Vec<u8>, OperatorError> {
    std::fs::read(path).map_err(|error| trouble(path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<ExitCode, OperatorError> {
    let written = match path.to_str() {
        Some("-") => std::io::stdout().lock().write_all(bytes),
        _ => std::fs::write(path, bytes),
    };
    written.map_err(|error| trouble(path, &error))?;
    Ok(ExitCode::SUCCESS)
}

fn trouble(path: &Path, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("cannot use the file {}", path.display());
    OperatorError::new(what, error, "check the path and its permissions")
}
