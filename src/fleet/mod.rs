//! `dialtone fleet`: many simulated devices in one process, playing a scenario against an ACS.

mod accounts;
mod options;
mod progress;
mod sizing;

pub use options::FleetOptions;

use crate::output::line;
use accounts::Asked;
use agent::fleet::Setup;
use agent::fleet::crowd::{Crowd, CrowdConfig};
use agent::fleet::figures::Times;
use agent::fleet::plan::Plan;
use agent::fleet::report::{self, Checked, Gathered, Report, Totals, Used};
use agent::fleet::scenario::{EndsWhen, Kind, Scenario, library};
use agent::limits::{FLEET_DEVICES, FLEET_RUN_SECS};
use agent::shell::stop::wait_for_stop;
use agent::shell::tls::TlsConfig;
use data_model::{OperatorError, Secret, Timestamp};
use options::{FleetCommand, RunOptions};
use progress::Progress;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often figures are taken.
const EVERY: Duration = Duration::from_secs(1);
/// Differences that are printed; the report has more.
const PRINTED: usize = 20;

/// Runs a fleet, or says what there is to run.
pub async fn run(options: FleetOptions) -> Result<ExitCode, OperatorError> {
    match options.command {
        None => play(options.run).await,
        Some(FleetCommand::Scenarios) => {
            for (name, text) in library::ALL {
                let scenario = Scenario::parse(text)?;
                line(format!("{name:18} {}", scenario.title));
                line(format!("{:18} {}", "", scenario.about));
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(FleetCommand::Scenario { name }) => {
            line(library::text(&name)?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Some(FleetCommand::Size(size)) => {
            for said in sizing::size(&size)? {
                line(said);
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn play(options: RunOptions) -> Result<ExitCode, OperatorError> {
    let config = config(&options)?;
    let asked = match options.ledger {
        true => Some(Asked::before(&options).await?),
        false => None,
    };
    let scenario = config.plan.scenario();
    line(format!(
        "{}: {} devices for {}, {} loops, seed {}",
        scenario.title,
        config.plan.count(),
        config.setup.acs_url,
        config.loops,
        config.setup.seed
    ));
    let began = now();
    let crowd = config.start().await?;
    let mut gathered = Gathered::default();
    watch(&crowd, &mut gathered).await;
    let report = conclude(&crowd, &gathered, asked.as_ref(), began).await?;
    crowd.stop();
    if let Some(folder) = &options.report {
        write(folder, &report)?;
    }
    Ok(say(&report))
}

/// Takes figures until the scenario is over, or somebody stops it.
async fn watch(crowd: &Crowd, gathered: &mut Gathered) {
    let mut progress = Progress::start(crowd.config().plan.count());
    let mut beat = tokio::time::interval(EVERY);
    let stop = wait_for_stop();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            () = &mut stop => break,
        }
        let interval = crowd.take_interval();
        let waiting = crowd.waiting();
        let at = crowd.elapsed().as_secs_f64();
        gathered.take(&interval, at, waiting);
        progress.show(at, &interval, waiting, crowd.registered());
        if crowd.is_over() {
            break;
        }
    }
    gathered.take(
        &crowd.take_interval(),
        crowd.elapsed().as_secs_f64(),
        crowd.waiting(),
    );
    progress.end();
}

async fn conclude(
    crowd: &Crowd,
    gathered: &Gathered,
    asked: Option<&Asked>,
    began: Timestamp,
) -> Result<Report, OperatorError> {
    let took_secs = crowd.elapsed().as_secs_f64();
    let config = crowd.config();
    let fleet = own_use();
    let (acs, ledger) = match asked {
        None => (None, None),
        Some(asked) => {
            // A session that is open may have been answered, and the device does not know yet.
            crowd.quiet().await;
            let beliefs = crowd.beliefs().await;
            let checked = asked.compare(&beliefs).await?;
            (asked.used_since().await, Some(checked))
        }
    };
    let all = gathered.all();
    let scenario = config.plan.scenario();
    let waiting = crowd.waiting();
    Ok(Report {
        title: scenario.title.clone(),
        about: scenario.about.clone(),
        seed: config.setup.seed,
        devices: config.plan.count(),
        loops: config.loops,
        acs_url: config.setup.acs_url.clone(),
        began,
        took_secs,
        drained_secs: (waiting == 0).then(|| gathered.waited_secs()),
        totals: Totals {
            sessions: all.sessions,
            failed: all.failed,
            retries: all.retries,
            boots: all.boots,
            registered: crowd.registered(),
            waiting,
            tricks: crowd.tricks(),
            statuses: all.statuses.clone(),
            reasons: all.reasons.clone(),
        },
        answers: Times::of(&all.answers),
        lengths: Times::of(&all.lengths),
        samples: gathered.samples().to_vec(),
        fleet,
        acs,
        ledger,
    })
}

/// Says what came out; whether all is well is the exit status.
fn say(report: &Report) -> ExitCode {
    let totals = &report.totals;
    let mib = |used: &Used| used.peak_resident_bytes as f64 / 1_048_576.0;
    line(format!(
        "ended after {:.0} s: {} of {} devices answered, {} wait; {} sessions, {} failed, {} other tries, {} boots",
        report.took_secs,
        totals.registered,
        report.devices,
        totals.waiting,
        totals.sessions,
        totals.failed,
        totals.retries,
        totals.boots
    ));
    if let Some(secs) = report.drained_secs {
        line(format!(
            "every boot was told {secs:.0} s after the beginning"
        ));
    }
    let answers = &report.answers;
    line(format!(
        "answers of the ACS: half within {:.1} ms, 95 of 100 within {:.1} ms, 99 within {:.1} ms",
        answers.p50_ms, answers.p95_ms, answers.p99_ms
    ));
    for (reason, number) in &totals.reasons {
        line(format!("  {number} failed: {reason}"));
    }
    line(format!(
        "fleet: {:.0} MiB at most, {:.0} bytes a device, {:.1} s of processors",
        mib(&report.fleet),
        report.fleet.peak_resident_bytes as f64 / report.devices.max(1) as f64,
        report.fleet.cpu_secs
    ));
    if let Some(acs) = &report.acs {
        line(format!(
            "ACS: {:.0} MiB at most, {:.1} s of processors",
            mib(acs),
            acs.cpu_secs
        ));
    }
    match &report.ledger {
        None => ExitCode::SUCCESS,
        Some(checked) => say_ledger(checked),
    }
}

fn say_ledger(checked: &Checked) -> ExitCode {
    line(format!(
        "ledger: {} devices compared, {} differences",
        checked.devices, checked.differences
    ));
    for one in checked.listed.iter().take(PRINTED) {
        line(format!(
            "  {} {}: it believes {}, the ACS says {}",
            one.serial_number, one.about, one.device, one.acs
        ));
    }
    match checked.differences {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Writes the report.
fn write(folder: &Path, report: &Report) -> Result<(), OperatorError> {
    let cannot = |why: &dyn std::fmt::Display| {
        OperatorError::new(
            format!("the report cannot be written to {}", folder.display()),
            why,
            "give --report a folder that can be written to",
        )
    };
    let json = serde_json::to_vec_pretty(report).map_err(|error| cannot(&error))?;
    std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    std::fs::write(folder.join("report.json"), json).map_err(|error| cannot(&error))?;
    let page = folder.join("report.html");
    std::fs::write(&page, report::page(report)).map_err(|error| cannot(&error))?;
    line(format!("report: {}", page.display()));
    Ok(())
}

/// The scenario, with what the options say instead.
fn scenario(options: &RunOptions) -> Result<Scenario, OperatorError> {
    let mut scenario = match options.scenario.as_deref() {
        None => {
            // Without one, devices come at once and go on until somebody ends it.
            let mut scenario = library::find("steady")?;
            scenario.title = "A fleet".to_owned();
            scenario.arrival.over_secs = 0.0;
            scenario.changes = None;
            scenario.end.when = EndsWhen::Time;
            scenario.end.secs = FLEET_RUN_SECS;
            scenario
        }
        Some(name) if name.contains(['.', '/']) => {
            let text = std::fs::read_to_string(name).map_err(|error| {
                let fix =
                    "give --scenario a name of `dialtone fleet scenarios`, or the path of a file";
                OperatorError::new(format!("cannot read {name}"), error, fix)
            })?;
            Scenario::parse(&text)?
        }
        Some(name) => library::find(name)?,
    };
    if let Some(device_type) = &options.device_type {
        scenario.devices = vec![Kind {
            device_type: device_type.clone(),
            version: None,
            share: 1.0,
        }];
    }
    if let Some(interval) = options.inform_interval {
        scenario.informs.interval_secs = interval;
    }
    if let Some(secs) = options.duration_secs {
        scenario.end.when = EndsWhen::Time;
        scenario.end.secs = secs;
    }
    Ok(scenario)
}

fn config(options: &RunOptions) -> Result<CrowdConfig, OperatorError> {
    if options.count == 0 || options.count > FLEET_DEVICES {
        return Err(OperatorError::new(
            format!("a fleet of {} devices cannot be run", options.count),
            format!("it has 1 to {FLEET_DEVICES}"),
            "give --count another number",
        ));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let loops = match (options.loops, &options.state) {
        (Some(loops), _) => loops.clamp(1, 256),
        // A device's state is in the journal of its loop.
        (None, Some(_)) => 1,
        (None, None) => cores,
    };
    let plan = Plan::new(scenario(options)?, options.seed, options.count);
    Ok(CrowdConfig {
        plan: Arc::new(plan),
        loops: loops.min(options.count),
        setup: Setup {
            serial_prefix: options.serial_prefix.clone(),
            acs_url: options.acs_url.clone(),
            password: Secret::new(options.password.clone()),
            tls: TlsConfig {
                ca_file: options.ca_file.clone(),
                certificate_file: options.certificate_file.clone(),
                key_file: options.key_file.clone(),
            },
            firmware_keys: options.firmware_key.clone(),
            listen: Some(options.listen),
            state: options.state.clone(),
            real_diagnostics: options.measure,
            sessions: options.sessions.max(1),
            seed: options.seed,
        },
    })
}

/// What this process has used.
fn own_use() -> Used {
    let read = |name: &str| std::fs::read_to_string(name).unwrap_or_default();
    let status = read("/proc/self/status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    // Fields 14 and 15 in ticks, of which there are a hundred in a second; the name in field 2 stands in brackets.
    let stat = read("/proc/self/stat");
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rest.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|text| text.parse::<u64>().ok()).sum();
    Used {
        peak_resident_bytes: kilobytes.unwrap_or(0) * 1024,
        cpu_secs: ticks as f64 / 100.0,
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
