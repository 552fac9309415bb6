//! `dialtone agent`: one device, until it is told to stop, or a recorded session played to one.

use crate::arguments::{AgentAction, AgentCommand, AgentOptions};
use crate::output::line;
use agent::daemon::{self, AgentConfig};
use agent::shell::stop::wait_for_stop;
use data_model::{OperatorError, Secret};
use std::path::Path;
use std::process::ExitCode;

/// Runs one device, or replays a session.
pub async fn run(command: AgentCommand) -> Result<ExitCode, OperatorError> {
    match command.action {
        Some(AgentAction::Replay { folder }) => replay(&folder),
        Some(AgentAction::Record { folder, mut device }) => {
            device.record = Some(folder);
            live(*device).await
        }
        Some(AgentAction::Ivr(options)) => crate::ivr::run(&options),
        None => live(command.device).await,
    }
}

async fn live(options: AgentOptions) -> Result<ExitCode, OperatorError> {
    let config = configuration(options)?;
    let device = config.device()?;
    let id = format!(
        "{}-{}-{}",
        device.product.ty.oui, device.product.ty.product_class, config.serial_number
    );
    let stop = wait_for_stop();
    let (runner, handle) = daemon::start(&config).await?;
    line(format!(
        "device:              {id} ({})",
        config.device_type
    ));
    line(match config.acs.url.as_str() {
        "" => {
            "ACS:                 none; give --acs-url, or the device waits to be told".to_owned()
        }
        url => format!("ACS:                 {url}"),
    });
    if let Some(address) = handle.listening {
        line(format!("connection requests: {address}"));
    }
    if let Some(address) = handle.page {
        line(format!("web page:            http://{address}/"));
    }
    line(format!("state:               {}", config.state.display()));
    if let Some(folder) = &config.record {
        line(format!("recording into:      {}", folder.display()));
    }
    tokio::select! {
        () = runner.run() => {}
        () = stop => line("stopped"),
    }
    Ok(ExitCode::SUCCESS)
}

fn replay(folder: &Path) -> Result<ExitCode, OperatorError> {
    let differences = agent::replay::replay(folder)?;
    for difference in &differences {
        line(difference);
    }
    if differences.is_empty() {
        line("the device answers as it did");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

fn configuration(options: AgentOptions) -> Result<AgentConfig, OperatorError> {
    let mut config = match &options.config {
        Some(path) => AgentConfig::read(path)?,
        None => AgentConfig::default(),
    };
    if let Some(device_type) = options.device_type {
        config.device_type = device_type;
    }
    if let Some(serial_number) = options.serial_number {
        config.serial_number = serial_number;
    }
    if let Some(url) = options.acs_url {
        config.acs.url = url;
    }
    if let Some(username) = options.username {
        config.acs.username = username;
    }
    if let Some(password) = options.password {
        config.acs.password = Secret::new(password);
    }
    if let Some(state) = options.state {
        config.state = state;
    }
    if let Some(listen) = options.listen {
        config.connection_request.listen = listen;
    }
    if options.advertise.is_some() {
        config.connection_request.advertise = options.advertise;
    }
    if let Some(listen) = options.page_listen {
        config.page.listen = listen;
        config.page.enabled = Some(true);
    }
    if let Some(password) = options.page_password {
        config.page.password = Secret::new(password);
    }
    if let Some(ca_file) = options.ca_file {
        config.tls.ca_file = Some(ca_file);
    }
    if let Some(folder) = options.record {
        config.record = Some(folder);
    }
    config.firmware_keys.extend(options.firmware_key);
    Ok(config)
}
