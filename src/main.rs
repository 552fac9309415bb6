//! `dialtone`: the command line. Parses, calls the crates, prints; decides nothing.

mod acs;
mod agent;
mod arguments;
mod audit;
mod client;
mod demo;
mod doctor;
mod firmware;
mod fleet;
mod ivr;
mod logging;
mod output;
mod package;
mod profile;

use arguments::{Arguments, Command};
use clap::Parser as _;
use data_model::OperatorError;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = arguments
        .command
        .unwrap_or_else(|| Command::Demo(Default::default()));
    logging::start(&command, arguments.json_log);
    match run(command) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, OperatorError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
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
        match command {
            Command::Demo(options) => demo::run(options).await,
            Command::Acs(options) => acs::run(options).await,
            Command::Agent(options) => agent::run(*options).await,
            Command::Fleet(options) => fleet::run(options).await,
            Command::Firmware(command) => firmware::run(command),
            Command::Package(command) => package::run(command),
            Command::Profile(command) => profile::run(command),
            Command::Doctor(options) => doctor::run(options).await,
            Command::Audit(command) => audit::run(&command),
        }
    })
}
