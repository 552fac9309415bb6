//! `dialtone-agent`: the agent alone, for a device.

#![expect(
    clippy::print_stdout,
    reason = "what it is asked about itself goes there"
)]

use agent::daemon::{self, AgentConfig};
use agent::shell::log::Log;
use data_model::OperatorError;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
A TR-069 agent for analog telephone adapters

Usage: dialtone-agent --config <FILE>

Options:
      --config <FILE>  The configuration file, in TOML
  -h, --help           Print help
  -V, --version        Print version

DIALTONE_LOG sets what is logged: error, warn, info or debug.";

/// What the program is started for.
enum Asked {
    Run(PathBuf),
    Help,
    Version,
}

fn main() -> ExitCode {
    Log::from_env().start();
    let outcome = match asked(std::env::args_os().skip(1)) {
        Ok(Asked::Run(config)) => run(&config),
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

/// Reads the arguments. There is one that matters, so a library for them would only be weight.
fn asked(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Asked, OperatorError> {
    let trouble = |why: String| {
        OperatorError::new(
            "the arguments cannot be used",
            why,
            "start it as `dialtone-agent --config <FILE>`",
        )
    };
    let mut config = None;
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        match text.as_ref() {
            "-h" | "--help" => return Ok(Asked::Help),
            "-V" | "--version" => return Ok(Asked::Version),
            "--config" => config = arguments.next().map(PathBuf::from),
            other => match other.strip_prefix("--config=") {
                Some(path) => config = Some(PathBuf::from(path)),
                None => return Err(trouble(format!("`{other}` is not known"))),
            },
        }
    }
    let config = config.ok_or_else(|| trouble("no configuration file is named".into()))?;
    Ok(Asked::Run(config))
}

fn run(config: &std::path::Path) -> Result<(), OperatorError> {
    let config = AgentConfig::read(config)?;
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
        let (runner, handle) = daemon::start(&config).await?;
        if let Some(address) = handle.listening {
            tracing::info!(%address, "taking connection requests");
        }
        tokio::select! {
            () = runner.run() => {}
            _ = tokio::signal::ctrl_c() => tracing::info!("stopped"),
        }
        Ok(())
    })
}
