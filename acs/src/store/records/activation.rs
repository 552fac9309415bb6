//! Bindings of accounts, for devices that ask where they belong.

use super::Id;
use cwmp::DeviceId;
use data_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a device is recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundBy {
    /// Its serial number.
    Serial,
    /// Its MAC address, twelve digits in small letters.
    Mac,
    /// The customer's number in the URL it resyncs with.
    Customer,
    /// A code that was made for the account: short, good for a while, and for one device.
    Code,
}

impl BoundBy {
    /// The word of the API.
    pub fn name(self) -> &'static str {
        match self {
            BoundBy::Serial => "serial",
            BoundBy::Mac => "mac",
            BoundBy::Customer => "customer",
            BoundBy::Code => "code",
        }
    }

    /// The key of the binding of this value.
    pub fn key(self, value: &str) -> Id {
        Id::of_identity(&format!("binding {} {value}", self.name()))
    }
}

/// An account that waits for its device, or has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Binding {
    /// What the device is recognised by.
    pub by: BoundBy,
    /// The serial number, MAC address or customer number.
    pub value: String,
    /// The account.
    pub account: String,
    /// The rule the device is told; without one it is led to its profile on this server.
    #[serde(default)]
    pub rule: Option<String>,
    /// Variables the device gets for its profiles.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Minutes for which the device then gets its first profile without a certificate.
    #[serde(default)]
    pub window_minutes: u64,
    /// Until when it is good; for ever if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Who was told; absent while nobody was.
    #[serde(default)]
    pub told: Option<Told>,
}

impl Binding {
    /// Its key.
    pub fn id(&self) -> Id {
        self.by.key(&self.value)
    }
}

/// Who was told a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// The serial number it came with.
    pub serial_number: String,
    /// The MAC address it came with.
    pub mac: Option<String>,
    /// The device, if it is one of ours.
    pub device: Option<Id>,
}

/// What a device says when it asks where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// Its serial number; empty if it does not say.
    pub serial_number: String,
    /// Its MAC address, twelve digits in small letters.
    pub mac: Option<String>,
    /// The customer's number in its URL.
    pub customer: Option<String>,
    /// Whom it would be registered as, if nobody knows it.
    pub identity: Option<DeviceId>,
}

/// What an asking device gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activation {
    /// Nobody has bound it.
    Unbound,
    /// It is bound, and what it says of itself belongs to different devices, to a device of another account, or to none
    /// this server could provision.
    Contradiction,
    /// Its binding has been used; the device it was used for, if it is one of ours.
    Used(Option<Id>),
    /// Its account.
    Told(Box<Binding>),
}
