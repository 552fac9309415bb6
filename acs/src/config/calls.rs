//! Settings of connection requests: over HTTP, by UDP with a STUN server of our own, over XMPP.

use super::Network;
use data_model::OperatorError;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How devices are called.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionRequestConfig {
    /// Networks that may be called besides the address a device's last session came from, as `address/bits`.
    pub allow: Vec<String>,
    /// Whether devices that ask for Basic on a line without TLS get our password in clear.
    pub basic: bool,
    /// Authorities of the certificates of devices that are called over https, in PEM. Without it any certificate is
    /// taken.
    pub ca_file: Option<PathBuf>,
    /// Calls a second, of all devices together.
    pub per_second: u32,
}

impl Default for ConnectionRequestConfig {
    fn default() -> ConnectionRequestConfig {
        ConnectionRequestConfig {
            allow: Vec::new(),
            basic: false,
            ca_file: None,
            per_second: 1000,
        }
    }
}

impl ConnectionRequestConfig {
    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        for network in &self.allow {
            if Network::parse(network).is_none() {
                wrong.push(OperatorError::new(
                    "a network for connection requests cannot be read",
                    format!("`{network}` is not an address with a number of bits"),
                    "write entries of `connection_request.allow` like 192.0.2.0/24",
                ));
            }
        }
        if self.per_second == 0 {
            wrong.push(OperatorError::new(
                "no device could be called",
                "`connection_request.per_second` is 0",
                "set it to how many devices may be called in a second, such as 1000",
            ));
        }
    }
}

/// The STUN server devices behind a NAT learn their outer address from (TR-069 Annex G). It is off as long as it listens
/// nowhere.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StunConfig {
    /// Where it listens, such as `0.0.0.0:3478`. UDP connection requests leave from there too.
    pub listen: Option<SocketAddr>,
}

/// The XMPP account devices are called from (TR-069 Annex K). It is off as long as it has no address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XmppConfig {
    /// Our address, such as `acs@example.net`.
    pub jid: Option<String>,
    /// The file that holds our password, and nothing else.
    pub password_file: Option<PathBuf>,
    /// The server, as `host:port`; port 5222 of the domain of our address if absent.
    pub server: Option<String>,
    /// Authorities of its certificate besides the usual ones, in PEM.
    pub ca_file: Option<PathBuf>,
}

impl XmppConfig {
    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        let Some(jid) = &self.jid else { return };
        let whole = jid.split('/').next().unwrap_or_default();
        let parts = whole.split_once('@');
        let usable = parts.is_some_and(|(user, domain)| {
            !user.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        if !usable {
            wrong.push(OperatorError::new(
                "devices could not be called over XMPP",
                format!("`xmpp.jid` is `{jid}`, which is no address of an account"),
                "write it like acs@example.net",
            ));
        }
        if self.password_file.is_none() {
            wrong.push(OperatorError::new(
                "devices could not be called over XMPP",
                "`xmpp.jid` is set and `xmpp.password_file` is not",
                "put the password of the account into a file that only the server can read, and name it",
            ));
        }
    }
}
