//! The pair from outside: servers, agents and devices played by hand, over real sockets and real files.

#[path = "../world/mod.rs"]
mod world;

mod activation;
mod admission;
mod api;
mod backups;
mod calls;
mod campaigns;
mod command_line;
mod demos;
mod disk_full;
mod enrolment;
mod events;
mod half_open;
mod kills;
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
