//! The device's STUN client (TR-069 G.2.1): under which address it can be called from outside, and how to keep it so.
//!
//! [`client`] is the machine: binding requests, what is learned from their answers, and when the next is due.
//! [`exchange`] is one request with its retransmissions. [`period`] is the search for the longest time a NAT keeps a
//! binding nobody uses. All pure: what the machine wants comes out as [`Ask`], datagrams and time go in.

pub mod client;
mod exchange;
pub mod period;

pub use client::Client;

use crate::device::io::DatagramPort;
use data_model::Secret;

/// What the ACS has set of STUN, while it is switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `host:port` of the server.
    pub server: String,
    /// STUNUsername; empty for none.
    pub username: String,
    /// STUNPassword
    pub password: Secret,
    /// STUNMinimumKeepAlivePeriod
    pub minimum_secs: u32,
    /// STUNMaximumKeepAlivePeriod; `None` for no maximum.
    pub maximum_secs: Option<u32>,
}

/// What the machine wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Send this to the server.
    Send(DatagramPort, Vec<u8>),
    /// Open the port of the search.
    OpenSearch,
    /// The search is over.
    CloseSearch,
}
