//! What a simulated device costs: processor time of a session against that of the ACS for the same session, and memory
//! of devices that run.
//!
//! `dialtone acs` runs as a process of its own; the fleet runs in this one. Sessions are those of devices as they are: a
//! new connection each, digest or basic as the server asks, an Inform with `2 PERIODIC`, an empty POST, 204. Processor time
//! is the operating system's account of either process.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/account.rs"]
mod account;
#[path = "shared/process.rs"]
mod process;
#[path = "shared/report.rs"]
mod report;

use agent::fleet::Setup;
use agent::fleet::crowd::{Crowd, CrowdConfig};
use agent::fleet::plan::Plan;
use agent::fleet::scenario::Scenario;
use data_model::Secret;
use process::Process;
use report::{Figures, ROUNDS};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// Devices.
const DEVICES: usize = 2_000;
/// Seconds between two sessions of each.
const INTERVAL_SECS: u32 = 2;
/// One round.
const ROUND: Duration = Duration::from_secs(5);
/// Until all have enrolled and their phases are spread.
const WARM_UP: Duration = Duration::from_secs(20);
const SECRET: &str = "bench";

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads for a benchmark");
    runtime.block_on(run());
}

fn acs(folder: &Path) -> Process {
    let config = folder.join("acs.toml");
    let text = format!(
        "data = '{}'\n[cwmp]\nlisten = '127.0.0.1:0'\n[api]\nlisten = '127.0.0.1:0'\n\
         [files]\nlisten = '127.0.0.1:0'\n[enrolment]\nmode = 'shared-secret'\nsecret = '{SECRET}'\n\
         [discovery]\non_bootstrap = false\n",
        folder.display()
    );
    std::fs::write(&config, text).expect("a file below target");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialtone"));
    command.arg("acs").arg("--config").arg(config);
    command.env("DIALTONE_LOG", "warn");
    Process::start(&mut command, "devices:   http://", []).0
}

async fn run() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the store");
    let acs = acs(folder.path());
    let text = format!(
        "title = 'A benchmark'\nabout = 'Devices inform as often as they can.'\n\
         [arrival]\nover_secs = 5.0\n[informs]\ninterval_secs = {INTERVAL_SECS}\n[end]\nwhen = 'time'\nsecs = 3600\n"
    );
    let scenario = Scenario::parse(&text).expect("a scenario of ours");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let config = CrowdConfig {
        plan: Arc::new(Plan::new(scenario, 1, DEVICES)),
        loops: cores,
        setup: Setup::towards(format!("http://{}/", acs.address), Secret::new(SECRET)),
    };
    let crowd = config.start().await.expect("a fleet");
    tokio::time::sleep(WARM_UP).await;
    assert_eq!(crowd.registered(), DEVICES, "the server takes them in");
    let (mut fleet_us, mut acs_us, mut ratios, mut rates) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let [fleet, server, sessions] = round(&crowd, &acs).await;
        fleet_us.push(fleet / sessions * 1e6);
        acs_us.push(server / sessions * 1e6);
        ratios.push(fleet / server);
        rates.push(sessions / ROUND.as_secs_f64());
    }
    println!(
        "{DEVICES} devices, {cores} loops, {ROUNDS} rounds of {} s, median (range)\n",
        ROUND.as_secs()
    );
    Figures::new(rates).print("  sessions", "a second", 0);
    Figures::new(fleet_us).print("  CPU of a session, fleet", "us", 1);
    Figures::new(acs_us).print("  CPU of a session, ACS", "us", 1);
    Figures::new(ratios).print("  fleet / ACS (floor 1.0, aim 0.7)", "", 2);
    println!(
        "  most memory: fleet {:.0} MiB, ACS {:.0} MiB",
        account::peak_mib("self"),
        acs.peak_mib()
    );
    crowd.stop();
}

/// Processor time of both in one round, in seconds, and sessions that ended well.
async fn round(crowd: &Crowd, acs: &Process) -> [f64; 3] {
    crowd.take_interval();
    let (fleet, server) = (account::cpu_seconds("self"), acs.cpu_seconds());
    tokio::time::sleep(ROUND).await;
    let sessions = crowd.take_interval().sessions as f64;
    let fleet = account::cpu_seconds("self") - fleet;
    [fleet, acs.cpu_seconds() - server, sessions]
}
