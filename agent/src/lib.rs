//! The device side of Dialtone: a pure core and thin shells.
//!
//! Pure, without sockets, files, clocks or tasks: [`device`] (one device as a value), [`tree`] (its parameters),
//! [`rpc`] (what each RPC means), [`inform`], [`transfer`], [`firmware`], [`connection_request`], [`stun`], [`xmpp`].
//! Shells, which move bytes and keep time: [`shell`] (one runner for one device or for many), [`daemon`], [`fleet`].

pub mod connection_request;
pub mod daemon;
pub mod device;
pub mod firmware;
pub mod fleet;
pub mod inform;
pub mod limits;
mod random;
pub mod rpc;
pub mod shell;
pub mod stun;
pub mod transfer;
pub mod tree;
pub mod xmpp;
