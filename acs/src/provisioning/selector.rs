//! Which devices a profile or a campaign is for.

use super::evidence::Evidence;
use crate::query::catalogue::{Attribute, Known};
use crate::query::compare::Scalar;
use crate::query::eval::View;
use crate::query::pattern::Pattern;
use crate::redact::is_secret;
use crate::store::{Device, Selector, Variable, VariableSource};
use data_model::Timestamp;

/// A device with what a session has at hand of it.
#[derive(Debug, Clone, Copy)]
pub struct DeviceView<'a> {
    /// Its record.
    pub device: &'a Device,
    /// Its variables.
    pub variables: &'a [Variable],
    /// What was looked up of it.
    pub evidence: &'a Evidence,
    /// The moment.
    pub now: Timestamp,
}

impl View for DeviceView<'_> {
    fn attribute(&self, attribute: &Attribute, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool {
        let device = self.device;
        let time = |time: Option<Timestamp>| time.map(|time| Scalar::Time(time.as_millis()));
        let found = match attribute.name {
            "tag" => return device.tags.iter().any(|tag| check(Scalar::Text(tag))),
            "identity" => Some(Scalar::Text(&device.identity)),
            "serial_number" => Some(Scalar::Text(&device.serial_number)),
            "product_class" => Some(Scalar::Text(&device.product_class)),
            "oui" => Some(Scalar::Text(&device.oui)),
            "manufacturer" => Some(Scalar::Text(&device.manufacturer)),
            "software_version" => Some(Scalar::Text(&device.software_version)),
            "hardware_version" => Some(Scalar::Text(&device.hardware_version)),
            "address" => Some(Scalar::Text(&device.address)),
            "root" => Some(Scalar::Text(&device.root)),
            "cwmp_version" => Some(Scalar::Text(device.cwmp_version.as_str())),
            "parameter_key" => Some(Scalar::Text(&device.parameter_key)),
            "last_inform" => time(Some(device.last_inform)),
            "first_seen" => time(Some(device.first_seen)),
            "last_boot" => time(device.last_boot),
            "last_bootstrap" => time(device.last_bootstrap),
            "informs" => i64::try_from(device.informs).ok().map(Scalar::Number),
            _ => None,
        };
        if attribute.known == Known::ByStore {
            let values = self.evidence.attribute(attribute.name);
            return values.iter().any(|value| check(Scalar::Text(value)));
        }
        found.is_some_and(check)
    }

    fn parameters(&self, pattern: &Pattern, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool {
        let mut meant = self
            .evidence
            .values
            .iter()
            .filter(|parameter| pattern.matches(parameter.name) && !is_secret(parameter.name));
        meant.any(|parameter| check(Scalar::Text(parameter.value)))
    }

    fn variable(&self, name: &str, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool {
        let mut known = self.variables.iter();
        // Those of its own: what accounts and groups give it is asked for by `account` and by tags.
        let found = known
            .find(|variable| variable.name == name && variable.source == VariableSource::Device);
        found.is_some_and(|variable| check(Scalar::Text(&variable.value)))
    }

    fn campaign(&self, name: &str, check: &mut dyn FnMut(Scalar<'_>) -> bool) -> bool {
        let steps = self.evidence.campaign(name);
        steps.iter().any(|step| check(Scalar::Text(step)))
    }
}

impl<'a> DeviceView<'a> {
    /// A device with what was looked up of it, at the moment of its last Inform.
    pub fn new(
        device: &'a Device,
        variables: &'a [Variable],
        evidence: &'a Evidence,
    ) -> DeviceView<'a> {
        DeviceView {
            device,
            variables,
            evidence,
            now: device.last_inform,
        }
    }
}

/// Whether every condition that is given holds for a device.
pub fn selects(selector: &Selector, view: &DeviceView<'_>) -> bool {
    let device = view.device;
    let one_of =
        |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
    one_of(&selector.product_class, &device.product_class)
        && one_of(&selector.software_version, &device.software_version)
        && one_of(&selector.serial_number, &device.serial_number)
        && selector.tags.iter().all(|tag| device.tags.contains(tag))
        && selector
            .query
            .as_ref()
            .is_none_or(|query| query.matches(view, view.now))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::store::{Id, Provisioning};
    use cwmp::CwmpVersion;
    use data_model::ParameterList;

    pub(crate) fn device() -> Device {
        Device {
            id: Id::of_identity("00562B-ATA192-X1"),
            identity: "00562B-ATA192-X1".into(),
            manufacturer: "Cisco".into(),
            oui: "00562B".into(),
            product_class: "ATA192".into(),
            serial_number: "X1".into(),
            software_version: "11.3.2".into(),
            hardware_version: "1.0".into(),
            root: "Device.".into(),
            connection_request_url: String::new(),
            parameter_key: String::new(),
            address: "192.0.2.1".into(),
            cwmp_version: CwmpVersion::V1_4,
            tags: vec!["beta".into(), "office".into()],
            first_seen: Timestamp::default(),
            last_inform: Timestamp::default(),
            last_boot: None,
            last_bootstrap: None,
            informs: 1,
            provisioning: Provisioning::default(),
        }
    }

    fn matches(selector: &Selector, device: &Device) -> bool {
        let nothing = Evidence::default();
        selects(selector, &DeviceView::new(device, &[], &nothing))
    }

    #[test]
    fn every_given_condition_must_hold() {
        let strings = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let device = device();
        assert!(matches(&Selector::default(), &device));
        let selector = Selector {
            product_class: strings(&["ATA191", "ATA192"]),
            tags: strings(&["beta"]),
            ..Selector::default()
        };
        assert!(matches(&selector, &device));
        let other_tag = Selector {
            tags: strings(&["beta", "home"]),
            ..selector.clone()
        };
        assert!(!matches(&other_tag, &device));
        let other_serial = Selector {
            serial_number: strings(&["X2"]),
            ..selector.clone()
        };
        assert!(!matches(&other_serial, &device));
        let other_version = Selector {
            software_version: strings(&["12"]),
            ..selector
        };
        assert!(!matches(&other_version, &device));
    }

    #[test]
    fn a_query_is_one_more_condition() {
        let values: ParameterList = {
            let mut list = ParameterList::new();
            list.push_str("Device.DeviceInfo.UpTime", "7200");
            list.push_str("Device.Line.1.Status", "Up");
            list.push_str("Device.Line.2.Status", "Disabled");
            list
        };
        let evidence = Evidence {
            values,
            looked_up: vec![("health", vec!["warning".into()])],
            campaigns: vec![("up".into(), vec!["done".into()])],
        };
        let variables = [Variable::of_device("site", "Bern")];
        let device = device();
        let view = DeviceView {
            device: &device,
            variables: &variables,
            evidence: &evidence,
            now: Timestamp::from_secs(100_000),
        };
        for (query, expected) in [
            ("", true),
            (
                r#"product_class = "ATA192" and software_version < version("11-4-0")"#,
                true,
            ),
            (r#"tag = "beta" and tag != "office""#, false),
            (r#"tag = "beta" and not tag = "home""#, true),
            ("Device.DeviceInfo.UpTime > 3600", true),
            ("Device.DeviceInfo.UpTime > 72000", false),
            (r#"Device.Line.*.Status = "Up""#, true),
            (r#"Device.Line.*.Status != "Up""#, false),
            (r#"Device.Line.*.Enable exists"#, false),
            (r#"last_inform < ago("2h")"#, true),
            (r#"variable("site") ~ "bern""#, true),
            (r#"health = "warning" and not health.reason exists"#, true),
            (r#"health = "ok" or account exists"#, false),
            (
                r#"campaign("up") = "done" and campaign("down") != "done""#,
                true,
            ),
            (r#"last_boot exists or serial_number in ("X1", "X2")"#, true),
        ] {
            let selector = Selector {
                query: Some(query.parse().unwrap()),
                ..Selector::default()
            };
            assert_eq!(selects(&selector, &view), expected, "{query}");
        }
        let selector = Selector {
            query: Some(r#"tag = "beta""#.parse().unwrap()),
            tags: vec!["home".into()],
            ..Selector::default()
        };
        assert!(!selects(&selector, &view));
    }
}
