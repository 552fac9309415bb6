//! `dialtone-agent`: the agent alone, for a device.

use agent::daemon::{self, AgentConfig};
use clap::Parser;
use data_model::OperatorError;
use std::path::PathBuf;
use std::process::ExitCode;

/// A TR-069 agent for analog telephone adapters.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// The configuration file, in TOML.
    #[arg(long)]
    config: PathBuf,
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DIALTONE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), OperatorError> {
    let config = AgentConfig::read(&arguments.config)?;
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
