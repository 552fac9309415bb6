//! The products this build knows, parsed when they are first asked for.

use crate::device_type::DeviceType;
use std::sync::{Arc, OnceLock};

/// A device type by its name, the same one for every caller.
pub fn device_type(name: &str) -> Option<Arc<DeviceType>> {
    let product = PRODUCTS.iter().find(|product| product.name == name)?;
    let parsed = product.parsed.get_or_init(|| {
        let read = DeviceType::read(product.file, product.text, model);
        Arc::new(read.expect("a test reads every product of this build"))
    });
    Some(parsed.clone())
}

/// The names of all device types.
pub fn names() -> &'static [&'static str] {
    &["ata191", "ata192", "spa122"]
}

/// The text of a model of this build by its file name.
pub fn model(file: &str) -> Option<&'static str> {
    MODELS
        .iter()
        .find(|(name, _)| *name == file)
        .map(|(_, text)| *text)
}

struct Product {
    name: &'static str,
    file: &'static str,
    text: &'static str,
    parsed: OnceLock<Arc<DeviceType>>,
}

macro_rules! products {
    ($($name:literal),+) => {
        [$(Product {
            name: $name,
            file: concat!($name, ".toml"),
            text: include_str!(concat!("../device-types/", $name, ".toml")),
            parsed: OnceLock::new(),
        }),+]
    };
}

macro_rules! models {
    ($($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../models/", $file)))),+]
    };
}

static PRODUCTS: [Product; 3] = products!["ata191", "ata192", "spa122"];

const MODELS: &[(&str, &str)] = models![
    "device-1.dm",
    "igd-1.dm",
    "device-info.dm",
    "management-server.dm",
    "management-server-2.dm",
    "diagnostics.dm",
    "agent.dm",
    "bulk-data.dm",
    "xmpp.dm",
    "software-modules.dm",
    "voice-service-1.dm",
    "cisco-ata-system.dm",
    "cisco-ata-sip.dm",
    "cisco-ata-regional.dm",
    "cisco-ata-line.dm",
    "cisco-ata-user.dm",
    "cisco-ata-router.dm",
    "cisco-ata-status.dm",
    "cisco-voice-service.dm",
    "cisco-root.dm",
    "cisco-spa122.dm",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_product_and_every_product_a_name() {
        assert_eq!(names().len(), PRODUCTS.len());
        for name in names() {
            assert_eq!(device_type(name).unwrap().name, *name);
        }
        assert!(device_type("ata193").is_none());
    }

    #[test]
    fn all_callers_share_one_schema() {
        let (first, second) = (
            device_type("ata192").unwrap(),
            device_type("ata192").unwrap(),
        );
        assert!(Arc::ptr_eq(&first, &second));
    }
}
