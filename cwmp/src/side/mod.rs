//! Protocols beside CWMP that a device and its servers speak, as packets and states without sockets.
//!
//! [`dhcp_discovery`] is how a device finds its ACS, [`lightweight`] are notifications by UDP (TR-069 Annex M), [`tftp`]
//! moves files where nothing better is spoken.

pub mod dhcp_discovery;
pub mod lightweight;
pub mod tftp;
