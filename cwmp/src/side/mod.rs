//! Protocols beside CWMP that a device and its servers speak, as packets and states without sockets.
//!
//! [`tftp`] moves files where nothing better is spoken.

pub mod tftp;
