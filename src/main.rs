//! `dialtone`: the command line. Parses, calls the crates, prints; decides nothing.

mod acs;
mod address;
mod agent;
mod arguments;
mod audit;
mod backup;
mod client;
mod demo;
mod doctor;
mod firmware;
mod fleet;
mod ivr;
mod logging;
mod one_line;
mod operator;
mod output;
mod package;
mod profile;
mod quiet;

use arguments::{AcsAction, Arguments, Command, LogFormat};
use clap::Parser as _;
use data_model::OperatorError;
use operator::exit_code;
use std::process::ExitCode;

/// Sessions come and go by the thousand a second, each with some large buffers and many small texts, on several threads:
/// glibc's allocator keeps twice as much memory for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = arguments
        .command
        .unwrap_or_else(|| Command::Demo(Default::default()));
    let json = arguments.json_log || arguments.log_format == LogFormat::Json;
    let log = logging::start(&command, json);
    match run(command, log) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, log: logging::Log) -> Result<ExitCode, OperatorError> {
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
            Command::Acs(command) => match command.action {
                None => acs::run(command.options, log).await,
                Some(AcsAction::Backup(verb)) => Ok(exit_code(verb.run().await)),
                Some(AcsAction::Restore(verb)) => verb.run(),
            },
            Command::Agent(options) => agent::run(*options).await,
            Command::Fleet(options) => fleet::run(options).await,
            Command::Firmware(command) => firmware::run(command),
            Command::Package(command) => package::run(command),
            Command::Profile(command) => profile::run(command).await,
            Command::Doctor(options) => doctor::run(options).await,
            Command::SignIn(command) => Ok(exit_code(command.run().await)),
            Command::SignOut(command) => Ok(exit_code(command.run().await)),
            Command::Device(command) => Ok(exit_code(command.run().await)),
            Command::Task(command) => Ok(exit_code(command.run().await)),
            Command::Campaign(command) => Ok(exit_code(command.run().await)),
            Command::File(command) => Ok(exit_code(command.run().await)),
            Command::Binding(command) => Ok(exit_code(command.run().await)),
            Command::Account(command) => Ok(exit_code(command.run().await)),
            Command::Line(command) => Ok(exit_code(command.run().await)),
            Command::Group(command) => Ok(exit_code(command.run().await)),
            Command::Query(command) => Ok(exit_code(command.run().await)),
            Command::Diagnostic(command) => Ok(exit_code(command.run().await)),
            Command::Operation(command) => Ok(exit_code(command.run().await)),
            Command::Quarantine(command) => Ok(exit_code(command.run().await)),
            Command::Webhook(command) => Ok(exit_code(command.run().await)),
            Command::Backup(command) => Ok(exit_code(command.run().await)),
            Command::User(command) => Ok(exit_code(command.run().await)),
            Command::Audit(command) => Ok(exit_code(command.run().await)),
        }
    })
}
