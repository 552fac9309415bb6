//! What a device remembers besides its parameters: how far it is with its ACS, and its counters.

use super::io::Reached;
use crate::inform::Scheduled;
use crate::provisioning::remembered::Remembered;
use cwmp::side::dhcp_discovery::Offer;
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
    /// Informs the ACS has ordered for later.
    #[serde(skip_serializing_if = "Scheduled::is_empty")]
    pub scheduled: Scheduled,
    /// What DHCP has said of the ACS, if the device has ever gone by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovered: Option<Box<Discovered>>,
    /// Which address of the ACS has answered last, if its name has several (TR-069 3.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<Box<Reached>>,
    /// What the vendor's own provisioning remembers, if there ever was any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning: Option<Box<Remembered>>,
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
            scheduled: Scheduled::default(),
            discovered: None,
            reached: None,
            provisioning: None,
            reset_at_boot: false,
            boots: 0,
            first_use: Timestamp::default(),
        }
    }
}

/// The ACS that was taken up from DHCP last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Discovered {
    /// ManagementServer.URL
    pub url: String,
    /// The settings that came with it.
    pub provisioning_code: Option<String>,
    /// As [`Offer::retry_minimum_secs`].
    pub retry_minimum_secs: Option<u16>,
    /// As [`Offer::retry_multiplier`].
    pub retry_multiplier: Option<u16>,
    /// The first ACS that ever took note of this device, since the factory or a reset, was one from DHCP.
    pub was_first_to_work: bool,
}

impl Discovered {
    /// An offer that is taken up.
    pub fn new(offer: &Offer, was_first_to_work: bool) -> Discovered {
        let offer = offer.clone();
        Discovered {
            url: offer.url,
            provisioning_code: offer.provisioning_code,
            retry_minimum_secs: offer.retry_minimum_secs,
            retry_multiplier: offer.retry_multiplier,
            was_first_to_work,
        }
    }

    /// The offer it was.
    pub fn offer(&self) -> Offer {
        Offer {
            url: self.url.clone(),
            provisioning_code: self.provisioning_code.clone(),
            retry_minimum_secs: self.retry_minimum_secs,
            retry_multiplier: self.retry_multiplier,
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
