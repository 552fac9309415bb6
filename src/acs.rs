//! `dialtone acs`: the server, until it is told to stop.

use crate::arguments::AcsOptions;
use crate::logging::Log;
use crate::output::line;
use acs::config::read::Mistakes;
use acs::config::{Config, EnrolmentMode};
use acs::tls;
use acs::{Server, auth, reload};
use agent::shell::stop::wait_for_stop;
use data_model::{OperatorError, Secret};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Runs the server.
pub async fn run(options: AcsOptions, log: Log) -> Result<ExitCode, OperatorError> {
    let config = settings(&options)?;
    if options.print_config {
        for (name, value) in config.shown() {
            line(format!("{name} = {value}"));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut wrong = config.check();
    wrong.extend(certificates(&config));
    told(wrong)?;
    if options.check {
        line("the configuration is good");
        return Ok(ExitCode::SUCCESS);
    }
    log.start_with(config.log.level.as_deref());
    let enrolment = config.enrolment.mode;
    let scheme = |tls| if tls { "https" } else { "http" };
    let api = scheme(config.api.tls.is_some());
    let files = scheme(config.files.tls.is_some());
    let server = Server::start(config).await?;
    let source = &server.app().source;
    // Set once, here; nobody else writes them.
    let _ = source.reader.set(Box::new(move || configuration(&options)));
    let _ = source.level.set(Box::new(move |level| log.set(level)));
    let reloads = watch_for_reloads(&server)?;
    line(format!("devices:   {}", server.acs_url()));
    if let Some(url) = server.acs_tls_url() {
        line(format!("devices:   {url}"));
    }
    line(format!("API:       {api}://{}/api/v1", server.api_address));
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
            "sign in:   user {}, one-time password {}",
            auth::FIRST_USER,
            first.password.reveal()
        ));
        line(
            "           It is good for one thing: to choose another one with PUT /api/v1/password.",
        );
        line(format!(
            "           (also in {} until then; shown only this once)",
            first.file.display()
        ));
    }
    wait_for_stop().await;
    line("stopping");
    reloads.abort();
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Prints all of these but the last one, which is printed by whoever gets it.
fn told(mut wrong: Vec<OperatorError>) -> Result<(), OperatorError> {
    match wrong.pop() {
        None => Ok(()),
        Some(last) => {
            wrong.iter().for_each(crate::output::error);
            Err(last)
        }
    }
}

/// What is wrong with the files of certificates.
fn certificates(config: &Config) -> Vec<OperatorError> {
    let listeners = tls::listeners(config).into_iter();
    let tls = listeners.filter_map(|(name, tls)| Some((name, tls?)));
    let wrong = tls.filter_map(|(name, tls)| tls::acceptor(tls, tls::clients(name)).err());
    wrong.collect()
}

fn settings(options: &AcsOptions) -> Result<Config, OperatorError> {
    match configuration(options) {
        Ok(config) => Ok(config),
        Err(mistakes) => {
            told(mistakes)?;
            Ok(Config::default())
        }
    }
}

/// Reads the settings again whenever somebody sends SIGHUP.
fn watch_for_reloads(server: &Server) -> Result<tokio::task::JoinHandle<()>, OperatorError> {
    let signal = signal(SignalKind::hangup()).map_err(|error| {
        OperatorError::new(
            "signals cannot be taken",
            error,
            "look at the system's limits",
        )
    })?;
    let app = Arc::clone(server.app());
    let mut signal = signal;
    Ok(tokio::spawn(async move {
        while signal.recv().await.is_some() {
            // What came of it is in the log.
            let _ = reload::reload(&app).await;
        }
    }))
}

/// The settings of the file, with those of the environment and of the command line over them.
fn configuration(options: &AcsOptions) -> Result<Config, Mistakes> {
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        // What is no text is nothing of ours.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    let mut config = Config::load(options.config.as_deref(), environment)?;
    if let Some(data) = &options.data {
        config.data = data.clone();
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
    if let Some(secret) = &options.enrol_secret {
        config.enrolment.mode = EnrolmentMode::SharedSecret;
        config.enrolment.secret = Secret::new(secret.as_str());
    }
    if options.enrol_open {
        config.enrolment.mode = EnrolmentMode::Open;
    }
    Ok(config)
}
