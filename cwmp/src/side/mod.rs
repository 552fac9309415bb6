//! What stands beside the CWMP session: how a device finds its ACS ([`dhcp_discovery`]), and [`lightweight`]
//! notifications by UDP (TR-069 Annex M).

pub mod dhcp_discovery;
pub mod lightweight;
