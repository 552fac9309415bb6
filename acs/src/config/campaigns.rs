//! Settings of the image library and of campaigns.

use data_model::OperatorError;
use data_model::firmware::unhex;
use data_model::signing::VerifyingKey;
use serde::Deserialize;

/// Images and campaigns.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignsConfig {
    /// Public keys, in hexadecimal: containers of images must be signed with one of them. Without any, containers are
    /// checked for everything but their signature.
    pub firmware_keys: Vec<String>,
    /// A campaign of more devices begins only if their number was typed (`confirm_devices`).
    pub confirm_above: u64,
    /// Devices that have not come for so many hours take no part, if a campaign says nothing else; zero for all.
    pub overdue_hours: u32,
}

impl Default for CampaignsConfig {
    fn default() -> CampaignsConfig {
        CampaignsConfig {
            firmware_keys: Vec::new(),
            confirm_above: 1_000,
            overdue_hours: 30 * 24,
        }
    }
}

impl CampaignsConfig {
    /// The keys, of those that can be read.
    pub fn keys(&self) -> Vec<VerifyingKey> {
        self.firmware_keys
            .iter()
            .filter_map(|key| read(key))
            .collect()
    }

    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        for key in self.firmware_keys.iter().filter(|key| read(key).is_none()) {
            wrong.push(OperatorError::new(
                "a key of images cannot be read",
                format!("`{key}` has not 64 hexadecimal digits"),
                "give `campaigns.firmware_keys` what `dialtone firmware keygen` prints",
            ));
        }
    }
}

fn read(key: &str) -> Option<VerifyingKey> {
    unhex(key).map(|bytes| VerifyingKey::from_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_cannot_be_read_is_reported() {
        let config = CampaignsConfig {
            firmware_keys: vec!["00".repeat(32), "xx".into()],
            ..CampaignsConfig::default()
        };
        let mut wrong = Vec::new();
        config.check(&mut wrong);
        assert_eq!((wrong.len(), config.keys().len()), (1, 1));
    }
}
