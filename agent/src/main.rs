//! `dialtone-agent`: the agent alone, for a device.

#![expect(
    clippy::print_stdout,
    reason = "what it is asked about itself goes there"
)]

use agent::daemon::{self, AgentConfig};
use agent::shell::log::Log;
use agent::shell::stop::wait_for_stop;
use data_model::OperatorError;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
A TR-069 agent for analog telephone adapters

Usage: dialtone-agent --config <FILE> [--advertise <HOST>]

Options:
      --config <FILE>     The configuration file, in TOML (docs/OPERATING.md describes it)
      --advertise <HOST>  The host the ACS reaches the device under, in place of
                          `connection_request.advertise`
  -h, --help              Print help
  -V, --version           Print version

DIALTONE_LOG sets what is logged: off, error, warn, info (without it) or debug.
SIGTERM and SIGINT end it; the exit status is 0 then, and 1 if it cannot start.";

/// What the program is started for.
enum Asked {
    Run {
        config: PathBuf,
        advertise: Option<String>,
    },
    Help,
    Version,
}

fn main() -> ExitCode {
    Log::from_env().start();
    let outcome = match asked(std::env::args_os().skip(1)) {
        Ok(Asked::Run { config, advertise }) => run(&config, advertise),
        Ok(Asked::Help) => {
            println!("{USAGE}");
            Ok(())
        }
        Ok(Asked::Version) => {
            println!("dialtone-agent {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the arguments. There are two that matter, so a library for them would only be weight.
fn asked(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Asked, OperatorError> {
    let trouble = |why: String| {
        OperatorError::new(
            "the arguments cannot be used",
            why,
            "start it as `dialtone-agent --config <FILE>`; `--help` lists the options",
        )
    };
    let (mut config, mut advertise) = (None, None);
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.into())),
            None => (text.as_ref(), None),
        };
        match name {
            "-h" | "--help" => return Ok(Asked::Help),
            "-V" | "--version" => return Ok(Asked::Version),
            "--config" | "--advertise" => {
                let value = value.or_else(|| arguments.next());
                let value = value.filter(|value: &std::ffi::OsString| !value.is_empty());
                let value = value.ok_or_else(|| trouble(format!("`{name}` needs a value")))?;
                match name {
                    "--config" => config = Some(PathBuf::from(value)),
                    _ => advertise = Some(value.to_string_lossy().into_owned()),
                }
            }
            _ => return Err(trouble(format!("`{text}` is not known"))),
        }
    }
    let config = config.ok_or_else(|| trouble("no configuration file is named".into()))?;
    Ok(Asked::Run { config, advertise })
}

fn run(config: &std::path::Path, advertise: Option<String>) -> Result<(), OperatorError> {
    let mut config = AgentConfig::read(config)?;
    if advertise.is_some() {
        config.connection_request.advertise = advertise;
    }
    // One device does one thing at a time; a second thread would only cost memory.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        OperatorError::new(
            "cannot start",
            error,
            "free memory and file descriptors, then try again",
        )
    })?;
    runtime.block_on(async {
        let stop = wait_for_stop();
        let (runner, handle) = daemon::start(&config).await?;
        if let Some(address) = handle.listening {
            tracing::info!(%address, "taking connection requests");
        }
        if let Some(address) = handle.page {
            tracing::info!(url = %format_args!("http://{address}/"), "showing the device's web page");
        }
        tokio::select! {
            () = runner.run() => {}
            () = stop => tracing::info!("stopped"),
        }
        Ok(())
    })
}
