//! The pair from outside: servers, agents and devices played by hand, over real sockets and real files.

#[path = "../../agent/tests/support/prosody.rs"]
mod prosody;
#[path = "../world/mod.rs"]
mod world;

mod activation;
mod admission;
mod api;
mod backups;
mod calls;
mod calls_by_other_ways;
mod campaign_care;
mod campaign_stages;
mod campaigns;
mod command_line;
mod demos;
mod device_files;
mod diagnostics;
mod disk_full;
mod enrolment;
mod enrolment;
mod events;
mod events;
mod foreign_cpes;
mod half_open;
mod health;
mod kills;
mod odd_sessions;
mod openapi;
mod operator;
mod package;
mod parameters;
mod people;
mod poisoned;
mod profile_command;
mod profile_files;
mod profile_windows;
mod profiles;
mod profiles_with_rows;
mod provisioning;
mod queries;
mod recovery;
mod reports;
mod restarts;
mod resync;
mod resync_by_tftp;
mod scopes;
mod settings;
mod subscribers;
mod tftp;
mod tls;
mod traces;
mod transfers;
mod voice_menu;
mod wire;
