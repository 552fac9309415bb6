//! One device, driven as a whole on a bench without sockets: what TR-069 asks of a CPE, one file for each subject.

#[path = "../support/mod.rs"]
mod support;

mod adversarial;
mod aliases;
mod autonomous_transfers;
mod bootstrap;
mod bulk_data;
mod compression;
mod configuration_files;
mod connection_request;
mod diagnostics;
mod discovery;
mod download;
mod events;
mod hardware;
mod heartbeat;
mod http;
mod inform_parameters;
mod lightweight;
mod measurements;
mod module_cuts;
mod module_faults;
mod module_states;
mod modules;
mod notifications;
mod objects;
mod ordered_reboots;
mod own_modules;
mod persistence;
mod queued_transfers;
mod reading;
mod reboot_and_reset;
mod retry;
mod schedule_inform;
mod scheduled_downloads;
mod sessions;
mod set_parameter_values;
mod soaked;
mod stun;
mod udp_calls;
mod uploads;
mod xmpp_calls;
