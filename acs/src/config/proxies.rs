//! Settings of proxies in front of the server: whose word about the other side counts, and how they give it.

use super::Network;
use crate::limits::PROXY_NETWORKS;
use data_model::OperatorError;
use http::HeaderName;
use serde::Deserialize;
use std::path::PathBuf;

/// Proxies in front of the server. Whoever is none of them is taken for what the connection shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProxiesConfig {
    /// Networks of the proxies, as `address/bits`; none of them is trusted if empty.
    pub trusted: Vec<String>,
    /// The header they write the address into.
    pub header: ForwardedBy,
    /// Listeners to which they speak the PROXY protocol, version 1 or 2: `cwmp`, `api`, `files`, `provisioning`.
    pub protocol: Vec<Spoken>,
    /// The header they write the certificate of a client into, such as `Client-Cert`; none is read if absent.
    pub client_certificate_header: Option<String>,
    /// The authorities such a certificate must be of, in PEM.
    pub client_ca_file: Option<PathBuf>,
}

/// A header with the addresses a request has come by. The one a proxy does not write itself may be anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedBy {
    /// `X-Forwarded-For`, with `X-Forwarded-Proto` for the scheme.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// None: the PROXY protocol says it all.
    None,
}

/// A listener that may be spoken to with the PROXY protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spoken {
    /// Both listeners for devices.
    Cwmp,
    /// The API.
    Api,
    /// The file server.
    Files,
    /// The provisioning server over HTTP and HTTPS.
    Provisioning,
}

impl Spoken {
    /// The listener's name.
    pub fn name(self) -> &'static str {
        match self {
            Spoken::Cwmp => "cwmp",
            Spoken::Api => "api",
            Spoken::Files => "files",
            Spoken::Provisioning => "provisioning",
        }
    }
}

impl ProxiesConfig {
    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        if self.trusted.len() > PROXY_NETWORKS {
            wrong.push(OperatorError::new(
                "there are too many `proxies.trusted`",
                format!("there are more than {PROXY_NETWORKS}"),
                "name the networks of the proxies, not each proxy",
            ));
        }
        for network in &self.trusted {
            match Network::parse(network) {
                None => wrong.push(OperatorError::new(
                    "a network of `proxies.trusted` cannot be read",
                    format!("`{network}` is not an address with a number of bits"),
                    "write it like 10.20.0.0/16",
                )),
                Some(network) if network.is_everywhere() => wrong.push(OperatorError::new(
                    "everybody would be a trusted proxy",
                    "a network of `proxies.trusted` holds every address",
                    "name the networks the proxies are in, and nothing else",
                )),
                Some(_) => {}
            }
        }
        if !self.protocol.is_empty() && self.trusted.is_empty() {
            wrong.push(OperatorError::new(
                "nobody could speak the PROXY protocol",
                "`proxies.protocol` is set and `proxies.trusted` is empty",
                "name the networks of the proxies in `proxies.trusted`",
            ));
        }
        let Some(header) = &self.client_certificate_header else {
            return;
        };
        if header.parse::<HeaderName>().is_err() {
            wrong.push(OperatorError::new(
                "certificates of clients could not be read",
                format!("`proxies.client_certificate_header` is `{header}`, which is no name of a header"),
                "write it like Client-Cert",
            ));
        }
        if self.client_ca_file.is_none() {
            wrong.push(OperatorError::new(
                "certificates of clients could not be checked",
                "`proxies.client_certificate_header` is set and `proxies.client_ca_file` is not",
                "set `proxies.client_ca_file` to the authorities of device certificates, in PEM",
            ));
        }
    }
}
