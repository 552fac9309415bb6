//! The vendor's own provisioning: a device fetches profiles and firmware by rules it keeps itself, and reports by one.
//!
//! [`engine`] holds what waits and what is under way, [`waits`] when it is due, [`outcome`] what became of it,
//! [`macros`] what rules and log messages are filled in with, [`settings`] where the parameters lie, [`remembered`]
//! what outlives a restart, [`sources`] where it all comes from and whom it trusts ([`certificate`]),
//! [`customization`] how far a device is on its way to a provider. The guides of the devices contradict each other in
//! places: each contradiction is a [`policy`]. What a device does with all this stands in `device/resync.rs`,
//! `device/upgrades.rs`, `device/custom_ca.rs` and `device/customization.rs`.

pub mod certificate;
pub mod customization;
pub mod engine;
pub mod macros;
pub mod notify;
pub mod outcome;
pub mod policy;
pub mod remembered;
pub mod settings;
pub mod sources;
pub mod waits;
