//! What the provisioning server needs before it serves: the master key of this store, and the paths it knows.

use super::guesses::Guesses;
use super::keys::{self, MasterKey};
use crate::config::ProvisioningConfig;
use crate::live::Live;
use crate::provisioning::request_path::PathPattern;
use crate::store::Store;
use data_model::OperatorError;
use std::path::Path;

/// The setting of the store that tells the master key it was used with.
const FINGERPRINT: &str = "provisioning-key";

/// What the provisioning server works with.
#[derive(Debug)]
pub struct Provisioner {
    /// What the keys of devices are sealed with.
    pub master: MasterKey,
    pub(super) patterns: Live<Vec<PathPattern>>,
    pub(super) guesses: Guesses,
}

impl Provisioner {
    /// Sets it up, if any listener of it is configured.
    ///
    /// # Errors
    /// If the master key cannot be read, or is not the one the keys of this store were sealed with.
    pub async fn open(
        config: &ProvisioningConfig,
        data: &Path,
        store: &dyn Store,
    ) -> Result<Option<Provisioner>, OperatorError> {
        if !config.listens() {
            return Ok(None);
        }
        let trouble = |why: &dyn std::fmt::Display| {
            OperatorError::new(
                "the keys of devices cannot be opened",
                why,
                format!(
                    "restore {} from the backup the store is from",
                    data.join(keys::FILE).display()
                ),
            )
        };
        let kept = store.setting(FINGERPRINT).await;
        let kept = kept.map_err(|error| trouble(&error))?;
        if kept.is_some() && !data.join(keys::FILE).exists() {
            // A key made anew would shut every device out that has one.
            return Err(trouble(&"the file they were sealed with is missing"));
        }
        let master = MasterKey::open(data)?;
        let own = master.fingerprint().to_vec();
        let kept = store.setting_or_insert(FINGERPRINT, own.clone()).await;
        if kept.map_err(|error| trouble(&error))? != own {
            return Err(trouble(&"they were sealed with another file"));
        }
        if config.public_url.is_none() && (config.http.is_some() || config.tftp.is_some()) {
            tracing::warn!(
                "provisioning.public_url is not set: rules name the host a request names, which \
                 whoever stands between server and device can change on a line without TLS"
            );
        }
        Ok(Some(Provisioner {
            master,
            patterns: Live::new(patterns(config)),
            guesses: Guesses::default(),
        }))
    }

    /// Goes on by settings that were read again, which have been checked.
    pub fn follow(&self, config: &ProvisioningConfig) {
        self.patterns.put(patterns(config));
    }
}

/// The paths; the settings have been checked, so each of them is a pattern.
fn patterns(config: &ProvisioningConfig) -> Vec<PathPattern> {
    let parsed = config.paths.iter().map(|path| PathPattern::parse(path));
    parsed.filter_map(Result::ok).collect()
}
