//! One device, driven as a whole on a bench without sockets: what TR-069 asks of a CPE, one file for each subject.

#[path = "../support/mod.rs"]
mod support;

mod adversarial;
mod bootstrap;
mod connection_request;
mod download;
mod events;
mod http;
mod notifications;
mod objects;
mod persistence;
mod reading;
mod reboot_and_reset;
mod retry;
mod sessions;
mod set_parameter_values;
mod stun;
mod udp_calls;
mod xmpp_calls;
