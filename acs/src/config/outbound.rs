//! Settings of requests to other servers: webhooks and hooks.

use super::Network;
use data_model::OperatorError;
use serde::Deserialize;
use std::path::PathBuf;

/// Where requests of ours may go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundConfig {
    /// Networks that may be called besides the public one, as `address/bits`.
    pub allow: Vec<String>,
    /// Authorities that are trusted besides the usual ones, in PEM.
    pub ca_file: Option<PathBuf>,
}

impl OutboundConfig {
    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        for network in &self.allow {
            if Network::parse(network).is_none() {
                wrong.push(OperatorError::new(
                    "a network for outbound requests cannot be read",
                    format!("`{network}` is not an address with a number of bits"),
                    "write entries of `outbound.allow` like 10.20.0.0/16",
                ));
            }
        }
    }
}
