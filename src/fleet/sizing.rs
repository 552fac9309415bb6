//! What a server needs for a fleet, from what was measured (docs/PERFORMANCE.md).

use clap::Args;
use data_model::OperatorError;

/// The fleet one has, and what one server was measured to do.
#[derive(Debug, Args)]
pub struct SizeOptions {
    /// Devices.
    #[arg(long)]
    pub devices: u64,
    /// Seconds between two periodic Informs of a device.
    #[arg(long, default_value_t = 300)]
    pub inform_interval: u32,
    /// Parameters the server keeps of each device.
    #[arg(long, default_value_t = 500)]
    pub parameters: u32,
    /// Seconds within which all of them come back after a blackout.
    #[arg(long, default_value_t = 120)]
    pub storm_secs: u32,
    /// Devices speak TLS.
    #[arg(long)]
    pub tls: bool,
    /// Cores the server has.
    #[arg(long, default_value_t = 2)]
    pub cores: u32,
    /// Sessions a second one core of that machine takes, as `cargo bench --bench sessions` prints it; what the machine of
    /// docs/PERFORMANCE.md takes if absent.
    #[arg(long)]
    pub sessions_per_core: Option<f64>,
}

/// Sessions a second of one core, durable, over HTTP and with a whole handshake of TLS each (docs/PERFORMANCE.md).
const PER_CORE: (f64, f64) = (16_000.0, 5_400.0);
/// Of what a machine can, what should be asked of it in quiet times: the rest is for people and for storms.
const QUIET_SHARE: f64 = 0.25;
/// Of its peak, what a server still does when it is asked for ten times that (docs/PERFORMANCE.md).
const STORM_SHARE: f64 = 0.9;
/// Bytes of the store for a device without parameters, and for each of them: 1,752 with 497 were measured.
const STORE_BYTES: (f64, f64) = (500.0, 2.5);
/// Bytes of memory of the process in a storm, and for a device: 605 MiB were the most with 100,000 that were learnt whole.
const MEMORY_BYTES: (f64, f64) = (600e6, 200.0);
/// What a known device that boots costs, in periodic sessions: 5,000 of them in a second of one core (`overload`).
const SESSIONS_OF_A_BOOT: f64 = 3.2;

/// What it needs, line by line.
///
/// # Errors
/// If a number makes no sense.
pub fn size(options: &SizeOptions) -> Result<Vec<String>, OperatorError> {
    let measured = options.sessions_per_core;
    let sensible = options.inform_interval > 0
        && options.cores > 0
        && options.storm_secs > 0
        && measured.is_none_or(|rate| rate > 0.0 && rate.is_finite());
    if !sensible {
        return Err(OperatorError::new(
            "this fleet cannot be sized",
            "an interval, the cores, the seconds of a storm or the sessions of a core are zero",
            "give numbers above zero",
        ));
    }
    let devices = options.devices as f64;
    let usual = if options.tls { PER_CORE.1 } else { PER_CORE.0 };
    let per_core = measured.unwrap_or(usual);
    let quiet = devices / f64::from(options.inform_interval);
    let cores = (quiet / (per_core * QUIET_SHARE)).ceil().max(1.0);
    let capacity = per_core * f64::from(options.cores);
    let storm = devices / f64::from(options.storm_secs);
    let boots = capacity / SESSIONS_OF_A_BOOT;
    // What cannot be served at once comes again: the storm lasts as long as serving all takes.
    let drain = match storm > boots {
        true => devices / (boots * STORM_SHARE),
        false => f64::from(options.storm_secs),
    };
    let store = devices * (STORE_BYTES.0 + STORE_BYTES.1 * f64::from(options.parameters));
    let memory = MEMORY_BYTES.0 + MEMORY_BYTES.1 * devices;
    let mut lines = vec![
        format!("quiet times     {quiet:.0} sessions a second"),
        format!(
            "cores           {cores:.0}, at {per_core:.0} sessions a second of one, a quarter of which is asked of it"
        ),
        format!(
            "store           {} on the disk, twice that for a backup",
            bytes(store)
        ),
        format!("memory          {} of the server", bytes(memory)),
        format!(
            "storm           {storm:.0} boots a second over {} s; {} cores serve {boots:.0}, all are back after {drain:.0} s",
            options.storm_secs, options.cores
        ),
    ];
    if quiet > capacity * QUIET_SHARE {
        lines.push(format!(
            "too much        {} cores are for {:.0} sessions a second in quiet times: take more of them, or a longer interval",
            options.cores,
            capacity * QUIET_SHARE
        ));
    }
    Ok(lines)
}

fn bytes(number: f64) -> String {
    match number {
        number if number >= 1e9 => format!("{:.1} GB", number / 1e9),
        number => format!("{:.0} MB", number / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(devices: u64) -> SizeOptions {
        SizeOptions {
            devices,
            inform_interval: 300,
            parameters: 500,
            storm_secs: 120,
            tls: false,
            cores: 2,
            sessions_per_core: Some(8_000.0),
        }
    }

    #[test]
    fn a_fleet_is_sized_by_its_interval_and_its_storm() {
        let lines = size(&options(100_000)).expect("sensible");
        assert!(lines[0].contains("333 sessions a second"), "{lines:?}");
        assert!(lines[4].contains("833 boots a second"), "{lines:?}");
        assert!(!lines.iter().any(|line| line.starts_with("too much")));
        let lines = size(&options(10_000_000)).expect("sensible");
        assert!(
            lines.iter().any(|line| line.starts_with("too much")),
            "{lines:?}"
        );
        assert!(lines[4].contains("all are back after 2222 s"), "{lines:?}");
    }

    #[test]
    fn zeroes_are_refused() {
        let nothing = SizeOptions {
            cores: 0,
            ..options(1)
        };
        assert!(size(&nothing).is_err());
    }
}
