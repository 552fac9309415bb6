//! One device, driven as a whole on a bench without sockets: what TR-069 asks of a CPE, one file for each subject.

#[path = "../support/mod.rs"]
mod support;

mod adversarial;
mod aliases;
mod bootstrap;
mod compression;
mod bulk_data;
mod connection_request;
mod discovery;
mod download;
mod events;
mod heartbeat;
mod hardware;
mod http;
mod inform_parameters;
mod lightweight;
mod notifications;
mod objects;
mod ordered_reboots;
mod persistence;
mod reading;
mod reboot_and_reset;
mod retry;
mod schedule_inform;
mod sessions;
mod set_parameter_values;
mod soaked;
