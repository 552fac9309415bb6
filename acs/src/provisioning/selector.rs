//! Which devices a profile or a campaign is for.

use crate::store::{Device, Selector};

/// Whether every condition that is given holds for a device.
pub fn matches(selector: &Selector, device: &Device) -> bool {
    let one_of =
        |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
    one_of(&selector.product_class, &device.product_class)
        && one_of(&selector.software_version, &device.software_version)
        && one_of(&selector.serial_number, &device.serial_number)
        && selector.tags.iter().all(|tag| device.tags.contains(tag))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::store::{Id, Provisioning};
    use cwmp::CwmpVersion;
    use data_model::Timestamp;

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
}
