//! What may be said on the command line; `--help` is made from these sentences.

use crate::operator;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A TR-069 pair for analog telephone adapters: an auto-configuration server and devices, real and simulated.
#[derive(Debug, Parser)]
#[command(name = "dialtone", version)]
pub struct Arguments {
    /// Write logs as JSON, one object a line: the same as `--log-format json`.
    #[arg(long, global = true)]
    pub json_log: bool,
    /// How logs are written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What to do; without it, the demo.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A line of words.
    Text,
    /// An object a line.
    Json,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the pair: a server and simulated devices that enrol, are configured and are upgraded.
    Demo(DemoOptions),
    /// Run the server; make backups of it, and put them back.
    Acs(Box<AcsCommand>),
    /// Run one device.
    Agent(Box<AgentCommand>),
    /// Run many simulated devices in one process.
    Fleet(crate::fleet::FleetOptions),
    /// Make keys, sign images, look at signed ones.
    #[command(subcommand)]
    Firmware(FirmwareCommand),
    /// Sign packages of software modules, look at signed ones.
    #[command(subcommand)]
    Package(crate::package::PackageCommand),
    /// Explain provisioning rules, encrypt and decrypt profiles.
    #[command(subcommand)]
    Profile(crate::profile::ProfileCommand),
    /// Check a server's configuration and data, and say what to do about what is wrong.
    Doctor(DoctorOptions),
    /// Sign in at a running server; the commands below then speak to it.
    SignIn(operator::SignInCommand),
    /// Forget the token of `sign-in`.
    SignOut(operator::SignOutCommand),
    /// Devices of a running server: list, show, call, reboot, get and set parameters, trace.
    Device(operator::DeviceCommand),
    /// Tasks of a running server: list, show, wait for, withdraw.
    Task(operator::TaskCommand),
    /// Campaigns of a running server: list, show, start, watch, pause, resume, abort.
    Campaign(operator::CampaignCommand),
    /// The library of a running server: list, upload, remove.
    File(operator::FileCommand),
    /// Accounts bound to devices, on a running server.
    Binding(operator::BindingCommand),
    /// Subscribers of a running server: list, show, put, bind to a device, unbind.
    Account(operator::AccountCommand),
    /// Telephone lines of a running server: find, put, remove.
    Line(operator::LineCommand),
    /// Groups of a running server: variables that devices with a tag have in common.
    Group(operator::GroupCommand),
    /// Queries of the fleet of a running server: run, count, group, export, keep.
    Query(operator::QueryCommand),
    /// Measurements of devices of a running server: run on one or many, list, show.
    Diagnostic(operator::DiagnosticCommand),
    /// One thing done with many devices of a running server: estimate, start, watch, cancel.
    Operation(operator::OperationCommand),
    /// Devices a running server keeps apart: list, admit, put, swap.
    Quarantine(operator::QuarantineCommand),
    /// Servers of others that a running server tells of events: list, create, look at deliveries, retry.
    Webhook(operator::WebhookCommand),
    /// Make a backup of a running server.
    Backup(crate::backup::Backup),
    /// Users of a running server.
    User(operator::UserCommand),
    /// The audit trail of a running server.
    Audit(operator::AuditCommand),
}

/// The demo.
#[derive(Debug, Args)]
pub struct DemoOptions {
    /// How many devices.
    #[arg(long, default_value_t = 20)]
    pub devices: usize,
    /// End by itself; the status is 0 only if every device ended provisioned and upgraded.
    #[arg(long)]
    pub exit: bool,
    /// Show the vendor's own provisioning instead: one device from the factory to encrypted profiles and two upgrades.
    #[arg(long)]
    pub provisioning: bool,
    /// The folder everything is kept in.
    #[arg(long, default_value = "dialtone-data")]
    pub data: PathBuf,
    /// What the devices are: ata191, ata192 or spa122.
    #[arg(long, default_value = "ata192")]
    pub device_type: String,
    /// Give up after so many seconds.
    #[arg(long, default_value_t = 600)]
    pub timeout_secs: u64,
    /// Take any free ports instead of 7547, 3000 and 7567.
    #[arg(long)]
    pub free_ports: bool,
}

impl Default for DemoOptions {
    fn default() -> DemoOptions {
        DemoOptions {
            devices: 20,
            exit: false,
            provisioning: false,
            data: "dialtone-data".into(),
            device_type: "ata192".into(),
            timeout_secs: 600,
            free_ports: false,
        }
    }
}

/// The server, run or put away.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AcsCommand {
    /// What to do; without it, run.
    #[command(subcommand)]
    pub action: Option<AcsAction>,
    /// The server.
    #[command(flatten)]
    pub options: AcsOptions,
}

/// What can be done with a server besides running it.
#[derive(Debug, Subcommand)]
pub enum AcsAction {
    /// Put everything of a server into one archive, while it runs: through its API, or with `--data` from its folder.
    Backup(crate::backup::Backup),
    /// Put a backup back into a folder that is empty or not there.
    Restore(crate::backup::Restore),
}

/// The server. Flags win over the file.
#[derive(Debug, Args)]
pub struct AcsOptions {
    /// The configuration file, in TOML (docs/OPERATING.md describes it).
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// The folder everything is kept in.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Where devices talk to it.
    #[arg(long)]
    pub cwmp_listen: Option<SocketAddr>,
    /// Where people and programs talk to it.
    #[arg(long)]
    pub api_listen: Option<SocketAddr>,
    /// Where devices fetch files.
    #[arg(long)]
    pub files_listen: Option<SocketAddr>,
    /// Take in unknown devices that know this password (mode `shared-secret`).
    #[arg(long, env = "DIALTONE_ENROL_SECRET", hide_env_values = true)]
    pub enrol_secret: Option<String>,
    /// Check the settings and the certificates, say everything that is wrong with them, and end.
    #[arg(long)]
    pub check: bool,
    /// Print the settings in force, without secrets, and end.
    #[arg(long, conflicts_with = "check")]
    pub print_config: bool,
    /// Take in every unknown device, whatever `--enrol-secret` says. Whoever can reach the server can then invent devices.
    #[arg(long)]
    pub enrol_open: bool,
}

/// What can be done with one device besides running it.
#[derive(Debug, Subcommand)]
pub enum AgentAction {
    /// Run, and record every session into a folder, without secrets (as `--record` does).
    Record {
        /// The folder; each session gets one of its own in it (docs/interop/recording.md describes it).
        folder: PathBuf,
        /// The device.
        #[command(flatten)]
        device: Box<AgentOptions>,
    },
    /// Type the keys of a telephone at a simulated device without a network, and read what it would speak.
    Ivr(crate::ivr::IvrOptions),
    /// Play a recorded session to a fresh device, and tell where it answers otherwise; the status is 1 if it does.
    Replay {
        /// The folder of one session (docs/interop/recording.md describes it).
        folder: PathBuf,
    },
}

/// One device, run or looked at.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AgentCommand {
    /// What to do; without it, run.
    #[command(subcommand)]
    pub action: Option<AgentAction>,
    /// The device.
    #[command(flatten)]
    pub device: AgentOptions,
}

/// One device. Flags win over the file.
#[derive(Debug, Args)]
pub struct AgentOptions {
    /// The configuration file, in TOML (docs/OPERATING.md describes it).
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// What the device is: ata191, ata192 or spa122.
    #[arg(long)]
    pub device_type: Option<String>,
    /// Its serial number.
    #[arg(long)]
    pub serial_number: Option<String>,
    /// Its ACS.
    #[arg(long)]
    pub acs_url: Option<String>,
    /// Its user at the ACS; its identity if absent.
    #[arg(long)]
    pub username: Option<String>,
    /// Its password at the ACS.
    #[arg(long, env = "DIALTONE_AGENT_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// The folder its state and its images are kept in.
    #[arg(long)]
    pub state: Option<PathBuf>,
    /// Where connection requests are taken; port 0 picks a free one.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// The host the ACS reaches the device under, if it is not the address it listens on.
    #[arg(long, value_name = "HOST")]
    pub advertise: Option<String>,
    /// Where its web page is shown; port 0 picks a free one.
    #[arg(long)]
    pub page_listen: Option<SocketAddr>,
    /// The administrator's password of its web page; with one, the page is shown.
    #[arg(long, env = "DIALTONE_PAGE_PASSWORD", hide_env_values = true)]
    pub page_password: Option<String>,
    /// A public key whose firmware it runs (64 hexadecimal digits).
    #[arg(long)]
    pub firmware_key: Vec<String>,
    /// Certificates of authorities to trust, in PEM.
    #[arg(long)]
    pub ca_file: Option<PathBuf>,
    /// Record its sessions into this folder, without secrets.
    #[arg(long)]
    pub record: Option<PathBuf>,
}

/// Firmware images.
#[derive(Debug, Subcommand)]
pub enum FirmwareCommand {
    /// Make a key pair: the private key goes to a file, the public one is printed.
    Keygen {
        /// The file for the private key; it must not exist.
        #[arg(long)]
        key: PathBuf,
    },
    /// Put an image into a container, and sign it if there is a key.
    Pack {
        /// The file with the private key; without it the container is to be signed with `firmware sign`.
        #[arg(long)]
        key: Option<PathBuf>,
        /// The product class it is for, such as ATA192.
        #[arg(long)]
        product: String,
        /// What DeviceInfo.SoftwareVersion becomes.
        #[arg(long)]
        image_version: String,
        /// The image.
        image: PathBuf,
        /// The container.
        #[arg(long)]
        output: PathBuf,
    },
    /// Sign a container, in place of a signature it may have.
    Sign {
        /// The file with the private key.
        #[arg(long)]
        key: PathBuf,
        /// The container, as `firmware pack` writes it.
        container: PathBuf,
        /// The signed container.
        #[arg(long)]
        output: PathBuf,
    },
    /// Show what a container says, and whether its signature fits a key.
    Inspect {
        /// The container.
        container: PathBuf,
        /// A public key (64 hexadecimal digits).
        #[arg(long)]
        firmware_key: Vec<String>,
    },
}

/// Checks.
#[derive(Debug, Args)]
pub struct DoctorOptions {
    /// The configuration file of the server.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// The data folder, if there is no configuration file.
    #[arg(long)]
    pub data: Option<PathBuf>,
}
