//! The pair from outside: servers, agents and devices played by hand, over real sockets and real files.

#[path = "../../agent/tests/support/prosody.rs"]
mod prosody;
#[path = "../world/mod.rs"]
mod world;

mod activation;
mod admission;
mod api;
mod calls;
mod calls_by_other_ways;
mod campaign_care;
mod campaign_stages;
mod campaigns;
mod command_line;
mod demos;
mod device_files;
mod diagnostics;
mod enrolment;
mod events;
mod foreign_cpes;
mod health;
mod odd_sessions;
mod openapi;
mod parameters;
mod people;
mod profile_command;
mod profile_files;
mod profile_windows;
mod profiles;
mod profiles_with_rows;
mod provisioning;
mod queries;
mod recovery;
mod reports;
mod resync;
mod resync_by_tftp;
mod scopes;
mod subscribers;
mod tftp;
mod tls;
mod transfers;
mod voice_menu;
mod wire;
