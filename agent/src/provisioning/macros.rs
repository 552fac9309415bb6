//! The values of macros (section 2.5 of the rules' description): registers, who the device is, how provisioning stands.

use crate::device::Core;
use data_model::provisioning::Macros;
use data_model::provisioning::url::FullUrl;
use std::borrow::Cow;

/// What macros stand for at one moment.
pub struct DeviceMacros<'c> {
    /// The device.
    pub core: &'c Core,
    /// `$PRVST`
    pub resync_status: &'static str,
    /// `$UPGST`
    pub upgrade_status: &'static str,
    /// The URL of `$SCHEME`, `$SERV`, `$SERVIP`, `$PORT` and `$PATH`.
    pub url: Option<&'c FullUrl>,
    /// `$ERR`
    pub error: &'c str,
}

impl<'c> DeviceMacros<'c> {
    /// Those of a rule.
    pub fn of(core: &'c Core, resync_status: &'static str, upgrade_status: &'static str) -> Self {
        DeviceMacros {
            core,
            resync_status,
            upgrade_status,
            url: None,
            error: "",
        }
    }

    fn parameter(&self, below: &str) -> Option<String> {
        let root = self.core.product().root;
        self.core.value_of(&format!("{root}X_CISCO_ATA.{below}"))
    }

    /// Whole seconds since a moment; a device that has never done it has waited since it was booted.
    fn seconds_since(&self, moment: Option<data_model::Timestamp>) -> String {
        let facts = &self.core.facts;
        let moment = moment.unwrap_or(facts.booted);
        (facts.now.since_ms(moment) / 1000).to_string()
    }

    fn of_device(&self, name: &str) -> Option<String> {
        let facts = &self.core.facts;
        let mac = |separator: &str, capital: bool| {
            let octets = facts.identity.mac.iter().map(|octet| match capital {
                true => format!("{octet:02X}"),
                false => format!("{octet:02x}"),
            });
            octets.collect::<Vec<_>>().join(separator)
        };
        let ty = &facts.product.ty;
        let model = &ty.model_name;
        Some(match name {
            "MA" => mac("", false),
            "MAU" => mac("", true),
            "MAC" => mac(":", false),
            "PN" => model.to_string(),
            "PSN" => model.chars().filter(char::is_ascii_digit).collect(),
            "SN" => facts.identity.serial_number.to_string(),
            "SWVER" => facts.software_version().to_owned(),
            "HWVER" => ty.hardware_version.to_string(),
            "IP" | "EXTIP" => self.parameter("Router.Status.WAN_IP").unwrap_or_else(|| {
                let host = facts.authority.rsplit_once(':');
                host.map_or(String::new(), |(host, _)| host.to_owned())
            }),
            "CCERT" => self.core.certificate_status().into(),
            "ORIGTYPE" | "AUTHSTATUS" => "none".into(),
            _ => return None,
        })
    }

    fn of_provisioning(&self, name: &str) -> Option<String> {
        let remembered = self.core.remembered();
        Some(match name {
            "PRVST" => self.resync_status.into(),
            "UPGST" => self.upgrade_status.into(),
            "UPGERR" => remembered.map_or(String::new(), |it| it.upgrade_error.clone()),
            "PRVTMR" => self.seconds_since(remembered.and_then(|it| it.last_resync)),
            "UPGTMR" => self.seconds_since(remembered.and_then(|it| it.last_upgrade)),
            "UPGCOND" => "1".into(),
            "ERR" => self.error.into(),
            "SCHEME" => self.url?.scheme.as_str().into(),
            "SERV" | "SERVIP" => self.url?.server.clone(),
            "PORT" => self.url?.port.to_string(),
            // What stands behind the question mark may be a secret.
            "PATH" => self.url?.path.split('?').next().unwrap_or_default().into(),
            _ => return None,
        })
    }
}

impl Macros for DeviceMacros<'_> {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let register = matches!(name, "SA" | "SB" | "SC" | "SD")
            || name.len() == 1 && name.bytes().all(|byte| (b'A'..=b'P').contains(&byte));
        let value = if register {
            self.parameter(&format!("Provisioning.GPP_{name}"))
        } else if let Some(line) = name.strip_prefix("UID") {
            line.parse::<u8>()
                .ok()
                .and_then(|line| self.parameter(&format!("Line.{line}.User_ID")))
        } else {
            self.of_device(name).or_else(|| self.of_provisioning(name))
        };
        value.map(Cow::Owned)
    }
}
