//! `dialtone acs`: the server, until it is told to stop.

use crate::arguments::AcsOptions;
use crate::output::line;
use acs::config::{Config, EnrolmentMode};
use acs::{Server, auth};
use agent::shell::stop::wait_for_stop;
use data_model::{OperatorError, Secret};
use std::process::ExitCode;

/// Runs the server.
pub async fn run(options: AcsOptions) -> Result<ExitCode, OperatorError> {
    let config = configuration(options)?;
    let mut wrong = config.check();
    if let Some(last) = wrong.pop() {
        // The last one is printed by whoever gets it.
        wrong.iter().for_each(crate::output::error);
        return Err(last);
    }
    let enrolment = config.enrolment.mode;
    let files = if config.files.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let server = Server::start(config).await?;
    line(format!("devices:   {}", server.acs_url()));
    line(format!("API:       http://{}/api/v1", server.api_address));
    line(format!("files:     {files}://{}/", server.files_address));
    let resync = &server.provisioning;
    for (scheme, address) in [
        ("http", resync.http),
        ("https", resync.https),
        ("tftp", resync.tftp),
    ] {
        if let Some(address) = address {
            line(format!("resync:    {scheme}://{address}/"));
        }
    }
    if let Some(address) = server.stun_address {
        line(format!("STUN:      stun:{address}"));
    }
    line(match enrolment {
        EnrolmentMode::PreRegistered => "enrolment: only devices registered through the API",
        EnrolmentMode::SharedSecret => "enrolment: devices that know the shared secret",
        EnrolmentMode::Open => "enrolment: EVERY device that can reach this server",
    });
    if let Some(first) = &server.first_password {
        line(format!(
            "sign in:   user {}, password {}",
            auth::FIRST_USER,
            first.password.reveal()
        ));
        line(format!(
            "           (also in {}; shown only this once)",
            first.file.display()
        ));
    }
    wait_for_stop().await;
    line("stopping");
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn configuration(options: AcsOptions) -> Result<Config, OperatorError> {
    let mut config = match &options.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if let Some(data) = options.data {
        config.data = data;
    }
    if let Some(address) = options.cwmp_listen {
        config.cwmp.listen = address;
    }
    if let Some(address) = options.api_listen {
        config.api.listen = address;
    }
    if let Some(address) = options.files_listen {
        config.files.listen = address;
    }
    if let Some(secret) = options.enrol_secret {
        config.enrolment.mode = EnrolmentMode::SharedSecret;
        config.enrolment.secret = Secret::new(secret);
    }
    if options.enrol_open {
        config.enrolment.mode = EnrolmentMode::Open;
    }
    Ok(config)
}
