//! `dialtone doctor`: is this server set up so that it can work, and if not, what is to be done.

use crate::arguments::DoctorOptions;
use crate::output::{error, line};
use acs::config::Config;
use acs::store::Store as _;
use acs::store::sqlite::SqliteStore;
use acs::tls::Clients;
use data_model::OperatorError;
use std::process::ExitCode;
use tokio::net::{TcpListener, UdpSocket};

/// Checks everything and reports every problem, not only the first.
pub async fn run(options: DoctorOptions) -> Result<ExitCode, OperatorError> {
    let mut config = match &options.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if let Some(data) = options.data {
        config.data = data;
    }
    let mut problems = config.check();
    line(format!("configuration: {} problems", problems.len()));
    problems.extend(store(&config).await);
    problems.extend(tls(&config));
    problems.extend(ports(&config).await);
    for problem in &problems {
        error(problem);
    }
    line(match problems.len() {
        0 => "everything checked is in order".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    });
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn store(config: &Config) -> Vec<OperatorError> {
    let path = config.data.join("dialtone.db");
    if !path.exists() {
        line(format!(
            "store:         none yet in {}",
            config.data.display()
        ));
        return Vec::new();
    }
    let store = match SqliteStore::open(&path) {
        Ok(store) => store,
        Err(error) => return vec![error],
    };
    let outcome = store.check().await;
    store.close().await;
    match outcome {
        Ok(()) => {
            line(format!("store:         {} takes writes", path.display()));
            Vec::new()
        }
        Err(error) => vec![OperatorError::new(
            format!("the store {} takes no writes", path.display()),
            error,
            "free disk space, check the permissions, and see that no other program holds it",
        )],
    }
}

fn tls(config: &Config) -> Vec<OperatorError> {
    let settings = [
        ("cwmp", &config.cwmp.tls, Clients::Must),
        ("files", &config.files.tls, Clients::Must),
        ("provisioning", &config.provisioning.tls, Clients::May),
    ];
    let mut problems = Vec::new();
    for (name, tls, clients) in settings {
        let Some(tls) = tls else { continue };
        match acs::tls::acceptor(tls, clients) {
            Ok(_) => line(format!("{name}.tls:      the certificate fits its key")),
            Err(error) => problems.push(error),
        }
    }
    problems
}

async fn ports(config: &Config) -> Vec<OperatorError> {
    let provisioning = &config.provisioning;
    let listeners = [
        ("cwmp.listen", Some(config.cwmp.listen)),
        ("api.listen", Some(config.api.listen)),
        ("files.listen", Some(config.files.listen)),
        ("provisioning.http", provisioning.http),
        ("provisioning.https", provisioning.https),
    ];
    let mut problems = Vec::new();
    for (setting, address) in listeners {
        let Some(address) = address else { continue };
        match TcpListener::bind(address).await {
            Ok(_) => line(format!("{setting}:  {address} is free")),
            Err(why) => problems.push(OperatorError::new(
                format!("cannot listen on {address}"),
                why,
                format!("if that is not this server itself, set `{setting}` to a free address"),
            )),
        }
    }
    let over_udp = [
        ("provisioning.tftp", provisioning.tftp),
        ("stun.listen", config.stun.listen),
    ];
    for (setting, address) in over_udp {
        let Some(address) = address else { continue };
        match UdpSocket::bind(address).await {
            Ok(_) => line(format!("{setting}:  {address} is free")),
            Err(why) => problems.push(OperatorError::new(
                format!("cannot listen on {address} over UDP"),
                why,
                format!("if that is not this server itself, set `{setting}` to a free address"),
            )),
        }
    }
    problems
}
