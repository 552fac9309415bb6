//! Connection requests: how a device can be reached, and what came of it.

use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way to call a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A GET of its ConnectionRequestURL (TR-069 3.2.2.2).
    Http,
    /// A datagram to its UDPConnectionRequestAddress (TR-069 Annex G).
    Udp,
    /// A stanza to its ConnReqJabberID (TR-069 Annex K).
    Xmpp,
}

impl Way {
    /// Every one, in the order they are tried in when nothing is known.
    pub const ALL: [Way; 3] = [Way::Http, Way::Udp, Way::Xmpp];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Way::Http => "http",
            Way::Udp => "udp",
            Way::Xmpp => "xmpp",
        }
    }
}

/// How a device can be called besides its URL, as it has told itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Reach {
    /// UDPConnectionRequestAddress
    pub udp_address: Option<String>,
    /// NATDetected
    pub nat_detected: Option<bool>,
    /// STUNEnable
    pub stun_enable: Option<bool>,
    /// ConnReqJabberID
    pub jabber_id: Option<String>,
    /// What has reached it last.
    pub worked: Option<Way>,
}

/// One call of a device, by one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallRecord {
    /// When.
    pub at: Timestamp,
    /// By which way; `null` if none was possible.
    pub way: Option<Way>,
    /// `accepted`, `busy`, `failed` or `impossible`.
    pub outcome: String,
    /// Why it was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}
