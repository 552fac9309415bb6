//! What a device remembers besides its parameters: how far it is with its ACS, and its counters.

use cwmp::side::udp_connection_request::LastRequest;
use data_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Kept over reboots; forgotten by a factory reset but for what the hardware knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meta {
    /// The ACS URL whose ACS has taken note of our BOOTSTRAP; empty for none.
    pub bootstrapped_url: Box<str>,
    /// ManagementServer.ParameterKey.
    pub parameter_key: Box<str>,
    /// Sessions that have failed since the last one that succeeded (Inform.RetryCount).
    pub retry_count: u32,
    /// The firmware version the ACS was last told; empty for none.
    pub reported_version: Box<str>,
    /// The secret part of the connection request URL; zero until it is chosen.
    pub connection_request_path: u64,
    /// `host:port` for connection requests the ACS was last told; empty for none.
    pub reported_authority: Box<str>,
    /// UDPConnectionRequestAddress as the ACS was last told; empty for never.
    pub reported_udp_address: Box<str>,
    /// ConnReqJabberID as the ACS was last told; empty for never.
    pub reported_jabber_id: Box<str>,
    /// The last UDP connection request that was accepted (TR-069 G.2.1.4).
    pub last_udp_request: LastRequest,
    /// How to reach the ACS that sent the device to its present one, until that one has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_access: Option<Box<Access>>,
    /// Sessions that have failed at the present ACS since then.
    pub failures_at_new_acs: u32,
    /// The next boot begins from the factory's state.
    pub reset_at_boot: bool,
    /// How often the device was booted.
    pub boots: u64,
    /// When it was first switched on.
    pub first_use: Timestamp,
}

impl Default for Meta {
    fn default() -> Meta {
        Meta {
            bootstrapped_url: "".into(),
            parameter_key: "".into(),
            retry_count: 0,
            reported_version: "".into(),
            reported_authority: "".into(),
            reported_udp_address: "".into(),
            reported_jabber_id: "".into(),
            last_udp_request: LastRequest::default(),
            last_access: None,
            failures_at_new_acs: 0,
            connection_request_path: 0,
            reset_at_boot: false,
            boots: 0,
            first_use: Timestamp::default(),
        }
    }
}

/// How an ACS is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// ManagementServer.URL
    pub url: String,
    /// ManagementServer.Username
    pub username: String,
    /// ManagementServer.Password
    pub password: String,
}

impl std::fmt::Debug for Access {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Access({} as {})", self.url, self.username)
    }
}
