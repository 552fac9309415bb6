//! Orders of a person at the device, and how they are answered.

use cwmp::rpc::RequestDownload;
use data_model::provisioning::profile::EmptyElements;
use std::net::IpAddr;

/// An order.
#[derive(Debug)]
pub struct LocalOrder {
    /// Comes back with the answer.
    pub number: u64,
    /// What is wanted.
    pub order: Order,
}

/// What a person may want of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Change these parameters, by full name: all or none.
    Change(Vec<(String, String)>),
    /// Ask the ACS for a file (TR-069 A.4.2.2).
    RequestDownload(Box<RequestDownload>),
    /// Resync, by this URL instead of the rules if there is one (`/admin/resync`).
    Resync(Option<AskedUrl>),
    /// Fetch firmware from there and run it (`/admin/upgrade`).
    Upgrade(AskedUrl),
    /// Take firmware over that the person sends: the shell has its bytes.
    TakeFirmware,
    /// Take a configuration over: the whole file or nothing of it.
    Configure {
        /// The file, packed or not.
        file: Vec<u8>,
        /// What its empty elements mean.
        empty: EmptyElements,
    },
    /// Boot anew.
    Restart,
    /// Go back to the state it left the factory in.
    FactoryReset,
}

/// A URL as a person gives it: without a server it is at the person's own address, without a scheme it is fetched as
/// `Transport_Protocol` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedUrl {
    /// What was given.
    pub text: String,
    /// Where the person is.
    pub from: IpAddr,
}

/// The answer to an order; it leaves when what it says has been kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalAnswer {
    /// The number of the order.
    pub number: u64,
    /// Whether it is carried out.
    pub outcome: Result<(), LocalRefusal>,
}

/// Why an order is not carried out; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalRefusal {
    /// A session is open, in which only the ACS changes the configuration (TR-069 3.7.1.1).
    InSession,
    /// No ACS is known, or CWMP is switched off.
    NoAcs,
    /// A setting of this name forbids it.
    SwitchedOff(&'static str),
    /// It cannot be done, for this reason.
    Unusable(String),
    /// These parameters, by name, and why each cannot have its value.
    Values(Vec<(String, String)>),
}
