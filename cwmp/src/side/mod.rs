//! What stands beside the CWMP session: how a device finds its ACS, and how it is reached.

pub mod dhcp_discovery;
