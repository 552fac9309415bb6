//! Where logs go: to standard error, so that what a command prints can be piped.

use crate::arguments::Command;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts logging. `DIALTONE_LOG` sets the level, as `debug` or `acs=debug,agent=info`.
pub fn start(command: &Command, json: bool) {
    let default = match command {
        // The demo speaks through its progress and its table.
        Command::Demo(_) => "warn",
        Command::Acs(_) | Command::Agent(_) => "info",
        Command::Fleet(_)
        | Command::Firmware(_)
        | Command::Package(_)
        | Command::Profile(_)
        | Command::Doctor(_)
        | Command::Audit(_) => "warn",
    };
    let filter =
        EnvFilter::try_from_env("DIALTONE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if json {
        builder.json().init();
    } else {
        builder.init();
    }
}
