//! Devices, and what an Inform says about one.

use super::{Admitted, Id, TaskFault};
use cwmp::{CwmpVersion, DeviceId, Event};
use data_model::{ParameterList, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A device as people and rules see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// Its key.
    pub id: Id,
    /// `OUI-ProductClass-SerialNumber` ([`DeviceId::username`]).
    pub identity: String,
    /// Its manufacturer's name.
    pub manufacturer: String,
    /// Its manufacturer's OUI.
    pub oui: String,
    /// Its product class.
    pub product_class: String,
    /// Its serial number.
    pub serial_number: String,
    /// The firmware version of its last Inform.
    pub software_version: String,
    /// The hardware version of its last Inform.
    pub hardware_version: String,
    /// The root object of its tree, `Device.` or `InternetGatewayDevice.`; empty if not known.
    pub root: String,
    /// Where it takes connection requests.
    pub connection_request_url: String,
    /// The ParameterKey of its last Inform.
    pub parameter_key: String,
    /// The address its last session came from.
    pub address: String,
    /// The protocol version of its last session.
    pub cwmp_version: CwmpVersion,
    /// Labels people gave it.
    pub tags: Vec<String>,
    /// When it was first heard of.
    pub first_seen: Timestamp,
    /// When its last Inform came.
    pub last_inform: Timestamp,
    /// When it last reported `1 BOOT`.
    pub last_boot: Option<Timestamp>,
    /// When it last reported `0 BOOTSTRAP`.
    pub last_bootstrap: Option<Timestamp>,
    /// How many Informs it has sent.
    pub informs: u64,
    /// How its configuration stands to the profiles.
    pub provisioning: Provisioning,
}

/// How a device's configuration stands to the profiles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Provisioning {
    /// The stamp of the profiles the device was last found to agree with; zero for never.
    pub stamp: u64,
    /// The ParameterKey we gave with the last change; if the device reports another one, somebody else
    /// configured it or it was reset.
    pub parameter_key: String,
    /// Why the profiles of `failed_stamp` could not be applied.
    pub fault: Option<TaskFault>,
    /// The stamp that failed; it is not tried again until the profiles or the device's data change.
    pub failed_stamp: u64,
    /// When it was last found to agree.
    pub at: Option<Timestamp>,
    /// Counts changes of the device's own data (tags, variables); what is desired of it may change with them.
    pub revision: u64,
    /// The stamp of the profiles whose changes wait for a maintenance window, or for trouble of the device to pass;
    /// zero for none.
    #[serde(default)]
    pub waits: u64,
    /// When that window opens, or the device is compared again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Timestamp>,
    /// A hash of what was desired when the device last agreed.
    #[serde(skip)]
    pub digest: u64,
}

/// That a device agrees with the profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The stamp of the profiles it was compared with.
    pub stamp: u64,
    /// The [`Provisioning::revision`] it was compared at.
    pub revision: u64,
    /// The ParameterKey it will report until somebody else configures it.
    pub parameter_key: String,
    /// A hash of what is desired of it; zero if nobody has made one.
    pub digest: u64,
}

/// What one accepted Inform tells the store.
#[derive(Debug, Clone)]
pub struct InformRecord {
    /// Who informs; authenticated.
    pub identity: DeviceId,
    /// When it came.
    pub at: Timestamp,
    /// Where it came from.
    pub address: IpAddr,
    /// The version of the session.
    pub cwmp_version: CwmpVersion,
    /// What has happened.
    pub events: Vec<Event>,
    /// The parameters of the Inform.
    pub parameters: ParameterList,
}

/// What the store knows about a device when its Inform is recorded: all the session needs to decide whether
/// there is anything to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InformOutcome {
    /// The device's key.
    pub device: Id,
    /// Whether it was unknown before.
    pub first_contact: bool,
    /// Whether a task is due (queued and not before its time, or left uncertain by a broken session).
    pub tasks_due: bool,
    /// How the device stands to the profiles, BOOTSTRAP and a foreign ParameterKey taken into account.
    pub stamps: ProfileStamps,
    /// Whether there is anything for it at all.
    pub admitted: Admitted,
}

/// Which state of the profiles a device was last compared with; zero for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProfileStamps {
    /// It agreed with the profiles of this stamp.
    pub agreed: u64,
    /// The profiles of this stamp could not be applied.
    pub failed: u64,
    /// The profiles of this stamp wait for a maintenance window.
    pub waits: u64,
    /// When that window opens.
    pub opens: Timestamp,
}
