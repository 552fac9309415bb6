//! The device side of Dialtone: a pure core and thin shells.
//!
//! Pure, without sockets, files, clocks or tasks: [`device`] (one device as a value), [`tree`] (its parameters),
//! [`rpc`] (what each RPC means), [`inform`], [`transfer`], [`configuration_file`], [`firmware`], [`diagnostics`],
//! [`connection_request`], [`stun`], [`xmpp`], [`bulk_data`], [`page`], [`ivr`] (the voice menu),
//! [`provisioning`] (the vendor's own).
//! Shells, which move bytes and keep time: [`shell`] (one runner for one device or for many), [`daemon`], [`fleet`].
//! [`platform`] is what a device runs on, [`discovery`] what DHCP says of its ACS.
//! [`replay`] plays a recorded session to the core.

pub mod bulk_data;
pub mod configuration_file;
pub mod connection_request;
pub mod daemon;
pub mod device;
pub mod diagnostics;
pub mod discovery;
pub mod firmware;
pub mod fleet;
pub mod inform;
pub mod ivr;
pub mod limits;
pub mod modules;
pub mod page;
pub mod platform;
pub mod provisioning;
mod random;
pub mod replay;
pub mod rpc;
pub mod shell;
pub mod stun;
pub mod transfer;
pub mod tree;
pub mod xmpp;
