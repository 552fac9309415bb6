//! What may be said to `dialtone fleet`.

use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Many simulated devices.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct FleetOptions {
    #[command(subcommand)]
    pub command: Option<FleetCommand>,
    #[command(flatten)]
    pub run: RunOptions,
}

/// What there is besides running one.
#[derive(Debug, Subcommand)]
pub enum FleetCommand {
    /// The scenarios that come with the program.
    Scenarios,
    /// Print a scenario, as a file to begin one's own with.
    Scenario {
        /// Its name.
        name: String,
    },
    /// What a server needs for a fleet: sessions a second, cores, memory, disk, and how long a storm takes to drain.
    Size(super::sizing::SizeOptions),
}

/// How a fleet is run.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// What happens: the name of a scenario (see `dialtone fleet scenarios`), or the path of a file.
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// How many devices.
    #[arg(long, default_value_t = 100)]
    pub count: usize,
    /// What they are: ata191, ata192 or spa122; the scenario's mix if absent.
    #[arg(long)]
    pub device_type: Option<String>,
    /// Their ACS.
    #[arg(long, default_value = "http://127.0.0.1:7547/")]
    pub acs_url: String,
    /// The password they come with.
    #[arg(
        long,
        env = "DIALTONE_ENROL_SECRET",
        hide_env_values = true,
        default_value = ""
    )]
    pub password: String,
    /// What their serial numbers begin with.
    #[arg(long, default_value = "SIM")]
    pub serial_prefix: String,
    /// Seconds between two periodic Informs; those of the scenario if absent.
    #[arg(long)]
    pub inform_interval: Option<u32>,
    /// Where connection requests are taken; port 0 picks free ones. Each loop has a port of its own, behind the first.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The folder their state is kept in; without it they forget everything with the process.
    #[arg(long)]
    pub state: Option<PathBuf>,
    /// Sessions open at one time.
    #[arg(long, default_value_t = 256)]
    pub sessions: usize,
    /// Loops, each on a core of its own; as many as there are cores if absent, and one with --state.
    #[arg(long)]
    pub loops: Option<usize>,
    /// A public key whose firmware they run (64 hexadecimal digits).
    #[arg(long)]
    pub firmware_key: Vec<String>,
    /// Certificates of authorities to trust, in PEM.
    #[arg(long)]
    pub ca_file: Option<PathBuf>,
    /// A certificate the devices show, in PEM.
    #[arg(long, requires = "key_file")]
    pub certificate_file: Option<PathBuf>,
    /// The private key of that certificate, in PEM.
    #[arg(long, requires = "certificate_file")]
    pub key_file: Option<PathBuf>,
    /// Decides everything that is left to chance.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Carry diagnostic tests out on the network, with the UDP echo services at this address; without it their results
    /// are made up and no socket is opened.
    #[arg(long, value_name = "ADDRESS")]
    pub measure: Option<std::net::IpAddr>,
    /// End after so many seconds, whatever the scenario says.
    #[arg(long)]
    pub duration_secs: Option<u64>,
    /// The folder the report is written to: report.json and report.html.
    #[arg(long, value_name = "FOLDER")]
    pub report: Option<PathBuf>,
    /// Compare what each device believes with what a Dialtone server says, at the end; any difference is printed by device
    /// and makes the exit status 1. Asks as whoever has signed in with `dialtone sign-in`, or with DIALTONE_TOKEN.
    #[arg(long)]
    pub ledger: bool,
    /// The API of that server; the one that was signed in at if absent.
    #[arg(long, env = "DIALTONE_SERVER", value_name = "URL")]
    pub server: Option<String>,
    /// The file with the token of `dialtone sign-in`.
    #[arg(long, env = "DIALTONE_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}
