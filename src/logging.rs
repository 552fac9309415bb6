//! Where logs go: to standard error, so that what a command prints can be piped.

use crate::arguments::Command;
use crate::one_line::OneLine;
use crate::quiet::Quiet;
use std::io::IsTerminal as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, fmt, reload};

/// Starts logging. `DIALTONE_LOG` sets the level, as `debug` or `acs=debug,agent=info`.
pub fn start(command: &Command, json: bool) -> Log {
    let default = match command {
        // The demo speaks through its progress and its table.
        Command::Demo(_) => "warn",
        Command::Acs(command) if command.action.is_some() => "warn",
        Command::Acs(_) | Command::Agent(_) => "info",
        Command::Fleet(_)
        | Command::Firmware(_)
        | Command::Package(_)
        | Command::Profile(_)
        | Command::Doctor(_)
        | Command::SignIn(_)
        | Command::SignOut(_)
        | Command::Device(_)
        | Command::Task(_)
        | Command::Campaign(_)
        | Command::File(_)
        | Command::Binding(_)
        | Command::Account(_)
        | Command::Line(_)
        | Command::Group(_)
        | Command::Query(_)
        | Command::Diagnostic(_)
        | Command::Operation(_)
        | Command::Quarantine(_)
        | Command::Webhook(_)
        | Command::Backup(_)
        | Command::User(_)
        | Command::Audit(_) => "warn",
    };
    let environment = std::env::var("DIALTONE_LOG").ok();
    let given = environment
        .as_deref()
        .and_then(|text| EnvFilter::try_new(text).ok());
    let fixed = given.is_some();
    let filter = given.unwrap_or_else(|| EnvFilter::new(default));
    let (filter, handle) = reload::Layer::new(filter);
    let coloured = std::io::stderr().is_terminal() && !json;
    let writer = fmt::layer()
        .with_ansi(coloured)
        .with_writer(move || OneLine {
            cut: !json,
            coloured,
        });
    let writer = match json {
        // The fields of the session stand on each line of it.
        true => writer.json().with_span_list(false).boxed(),
        false => writer.boxed(),
    };
    let writer = writer.with_filter(Quiet::new(json)).with_filter(filter);
    tracing_subscriber::registry().with(writer).init();
    Log {
        handle,
        fixed,
        default,
    }
}

/// The log, as far as it can be changed.
#[derive(Clone)]
pub struct Log {
    handle: reload::Handle<EnvFilter, Registry>,
    /// The environment has said what is logged.
    fixed: bool,
    default: &'static str,
}

impl Log {
    /// Takes over what the settings say. What cannot be understood is told of, and leaves everything as it was.
    pub fn start_with(&self, level: Option<&str>) {
        if let Err(why) = self.set(level) {
            tracing::warn!(why, "log.level is not taken");
        }
    }

    /// Sets what is logged, unless the environment has said so; without a level what it is by itself.
    pub fn set(&self, level: Option<&str>) -> Result<(), String> {
        let filter = EnvFilter::try_new(level.unwrap_or(self.default));
        let filter = filter.map_err(|error| error.to_string())?;
        if self.fixed {
            return Ok(());
        }
        self.handle
            .reload(filter)
            .map_err(|error| error.to_string())
    }
}
