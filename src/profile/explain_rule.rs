//! `dialtone profile explain-rule`: what a device would do with a rule, step by step.

use super::files::device;
use crate::output::line;
use clap::Args;
use data_model::provisioning::macros::Macros;
use data_model::provisioning::rule::{Choice, Fetch, Rule};
use data_model::provisioning::url::Scheme;
use data_model::{DeviceType, OperatorError};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// A rule, and the device it is for.
#[derive(Debug, Args)]
pub struct ExplainRule {
    /// The rule.
    rule: String,
    /// What the device is: ata191, ata192 or spa122.
    #[arg(long, default_value = "ata192")]
    device_type: String,
    /// The address of its network interface, for $MA, $MAU and $MAC.
    #[arg(long, default_value = "00:56:2B:00:00:01")]
    mac: String,
    /// Its serial number, for $SN.
    #[arg(long, default_value = "FCH2118DGQP")]
    serial_number: String,
    /// The value of a macro, as NAME=VALUE; registers are A to P and SA to SD.
    #[arg(long)]
    set: Vec<String>,
    /// Transport_Protocol: what a rule without a server is fetched by.
    #[arg(long, default_value = "https")]
    transport: String,
    /// The server DHCP has named.
    #[arg(long, default_value = "")]
    dhcp_server: String,
}

impl ExplainRule {
    /// Explains it.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        let device = device(&self.device_type)?;
        let mut given = Given::of(&device, &self.mac, &self.serial_number);
        for pair in &self.set {
            given.set(pair)?;
        }
        explain(
            &self.rule,
            &given,
            scheme(&self.transport)?,
            &self.dhcp_server,
        )
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
