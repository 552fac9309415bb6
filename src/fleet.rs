//! `dialtone fleet`: many simulated devices in one process.

use crate::arguments::FleetOptions;
use crate::output::line;
use agent::fleet::FleetConfig;
use agent::shell::stop::wait_for_stop;
use agent::shell::tls::TlsConfig;
use data_model::{OperatorError, Secret};
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Runs a fleet and reports every few seconds.
pub async fn run(options: FleetOptions) -> Result<ExitCode, OperatorError> {
    let interval = options.inform_interval.to_string();
    let config = FleetConfig {
        device_type: options.device_type,
        count: options.count,
        serial_prefix: options.serial_prefix,
        acs_url: options.acs_url,
        password: Secret::new(options.password),
        parameters: vec![
            ("ManagementServer.PeriodicInformEnable".into(), "1".into()),
            ("ManagementServer.PeriodicInformInterval".into(), interval),
        ],
        tls: TlsConfig {
            ca_file: options.ca_file,
            ..TlsConfig::default()
        },
        firmware_keys: options.firmware_key,
        listen: Some(options.listen),
        state: options.state,
        real_diagnostics: options.measure,
        sessions: options.sessions,
        seed: options.seed,
    };
    line(format!(
        "{} {} devices for {}",
        config.count, config.device_type, config.acs_url
    ));
    let (runner, handle) = config.start().await?;
    let counters = handle.counters.clone();
    let report = async {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let sessions = counters.sessions.load(Relaxed);
            let failed = counters.failed_sessions.load(Relaxed);
            let boots = counters.boots.load(Relaxed);
            line(format!(
                "sessions {sessions}, failed {failed}, boots {boots}"
            ));
        }
    };
    let end = async {
        match options.duration_secs {
            Some(secs) => tokio::time::sleep(Duration::from_secs(secs)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = runner.run() => {}
        () = report => {}
        () = end => {}
        () = wait_for_stop() => {}
    }
    let sessions = handle.counters.sessions.load(Relaxed);
    let failed = handle.counters.failed_sessions.load(Relaxed);
    line(format!("ended: sessions {sessions}, failed {failed}"));
    Ok(ExitCode::SUCCESS)
}
