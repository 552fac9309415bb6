//! `dialtone doctor`: is this server set up so that it can work, and if not, what is to be done.

use crate::arguments::DoctorOptions;
use crate::output::{error, line};
use acs::clock;
use acs::config::Config;
use acs::limits::OVERDUE_MS;
use acs::machine;
use acs::store::Store as _;
use acs::store::sqlite::{self, SqliteStore};
use acs::tls;
use data_model::{OperatorError, Timestamp};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// Days before its end at which a certificate is told of.
const CERTIFICATE_DAYS: u64 = 14;
/// Days after which a backup is old.
const BACKUP_DAYS: u64 = 2;
/// Free disk below which there is trouble ahead.
const FREE_BYTES: u64 = 500_000_000;
/// Percent of the fleet that may be late.
const LATE_PERCENT: u64 = 5;
/// A clock that is earlier than this has never been set: the first release is of this year.
const EARLIEST: Timestamp = Timestamp::from_secs(1_767_225_600);
/// Time for a running server to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Whether a server runs with these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Running {
    No,
    Yes,
}

/// Checks everything and reports every problem, not only the first.
pub async fn run(options: DoctorOptions) -> Result<ExitCode, OperatorError> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let (mut config, mut problems) = match Config::load(options.config.as_deref(), environment) {
        Ok(config) => (config, Vec::new()),
        Err(mistakes) => (Config::default(), mistakes),
    };
    if let Some(data) = options.data {
        config.data = data;
    }
    line(format!("version:       {}", env!("CARGO_PKG_VERSION")));
    problems.extend(config.check());
    line(format!("configuration: {} problems", problems.len()));
    let running = server(&config, &mut problems).await;
    problems.extend(store(&config, running).await);
    problems.extend(fleet(&config));
    problems.extend(certificates(&config));
    problems.extend(clock_and_disk(&config));
    if running == Running::No {
        problems.extend(ports(&config).await);
    }
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

/// Whether a server of ours answers where this one would, and whether it is well.
async fn server(config: &Config, problems: &mut Vec<OperatorError>) -> Running {
    if config.api.tls.is_some() {
        // Its certificate may be for any name; a port that is taken is told of below.
        return match TcpStream::connect(reachable(config.api.listen)).await {
            Ok(_) => {
                line("server:        something answers on the API's port");
                Running::Yes
            }
            Err(_) => Running::No,
        };
    }
    let address = reachable(config.api.listen);
    let Some(live) = fetch(address, "/livez").await else {
        line("server:        not running");
        return Running::No;
    };
    if !live.contains("\r\n\r\nlive") {
        return Running::No;
    }
    let ready = fetch(address, "/readyz").await.unwrap_or_default();
    if ready.starts_with("HTTP/1.1 200") {
        line(format!("server:        runs on {address} and is ready"));
    } else {
        let why = ready.rsplit("\r\n\r\n").next().unwrap_or_default().trim();
        problems.push(OperatorError::new(
            "the running server is not ready",
            why,
            "look at its log; free disk space, and see that its data folder can be written",
        ));
    }
    Running::Yes
}

/// Where a listener is reached from this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let host = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(host, listen.port())
}

async fn fetch(address: SocketAddr, path: &str) -> Option<String> {
    let asking = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: doctor\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.take(64 * 1024).read_to_end(&mut answer).await.ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    };
    tokio::time::timeout(ANSWER, asking).await.ok().flatten()
}

async fn store(config: &Config, running: Running) -> Vec<OperatorError> {
    let path = config.data.join("dialtone.db");
    if !path.exists() {
        line(format!(
            "store:         none yet in {}",
            config.data.display()
        ));
        return Vec::new();
    }
    if running == Running::No
        && let Err(problem) = writable(config, &path).await
    {
        return vec![problem];
    }
    match sqlite::examine(&path) {
        Ok(()) => {
            line(format!("store:         {} is whole", path.display()));
            Vec::new()
        }
        Err(why) => vec![OperatorError::new(
            format!("the store {} cannot be relied on", path.display()),
            why,
            "stop the server, keep a copy of the folder, and restore the last backup",
        )],
    }
}

async fn writable(config: &Config, path: &Path) -> Result<(), OperatorError> {
    let secrets = config.secrets.open(&config.data)?;
    let store = SqliteStore::open_with(path, secrets)?;
    let outcome = store.check().await;
    store.close().await;
    outcome.map_err(|error| {
        OperatorError::new(
            format!("the store {} takes no writes", path.display()),
            error,
            "free disk space, check the permissions, and see that no other program holds it",
        )
    })
}

/// The age of the last backup, and devices that do not come.
fn fleet(config: &Config) -> Vec<OperatorError> {
    let path = config.data.join("dialtone.db");
    if !path.exists() {
        return Vec::new();
    }
    let now = clock::now();
    let overdue = i64::try_from(OVERDUE_MS).unwrap_or(i64::MAX);
    let overdue = Timestamp::from_millis(now.as_millis() - overdue);
    let figures = match sqlite::look(&path, overdue) {
        Ok(figures) => figures,
        Err(why) => {
            let what = "the store cannot be read";
            let fix = "see that this program is as old as the server, or newer";
            return vec![OperatorError::new(what, why, fix)];
        }
    };
    line(format!(
        "devices:       {}, {} late",
        figures.devices, figures.overdue
    ));
    line(format!("schema:        {}", figures.schema));
    let mut problems = Vec::new();
    let backup_age = now.since_ms(figures.last_backup) / 86_400_000;
    match figures.last_backup.as_millis() {
        0 => line("backup:        none through the server so far"),
        _ => line(format!("backup:        {backup_age} days old")),
    }
    if figures.devices > 0 && backup_age > BACKUP_DAYS {
        problems.push(OperatorError::new(
            "what the server knows would be lost with its disk",
            format!("the last backup through the server is more than {BACKUP_DAYS} days old, or there is none"),
            "run `dialtone acs backup` every night",
        ));
    }
    if figures.overdue * 100 > figures.devices * LATE_PERCENT {
        let (late, all) = (figures.overdue, figures.devices);
        problems.push(OperatorError::new(
            format!("{late} of {all} devices do not come"),
            "they have not informed for 25 hours or more",
            "see that the network between them and the server is up; `dialtone device call` says why one cannot be reached",
        ));
    }
    problems
}

fn certificates(config: &Config) -> Vec<OperatorError> {
    let mut problems = Vec::new();
    for (name, tls) in tls::listeners(config) {
        let Some(tls) = tls else { continue };
        if let Err(error) = tls::acceptor(tls, tls::clients(name)) {
            problems.push(error);
            continue;
        }
        let Some(ends) = tls::ends(tls) else { continue };
        let left = ends.since_ms(clock::now()) / 86_400_000;
        line(format!(
            "{name}.tls:      fits its key, ends {}",
            ends.to_xsd()
        ));
        if left < CERTIFICATE_DAYS {
            problems.push(OperatorError::new(
                format!("the certificate of `{name}.tls` ends in {left} days"),
                format!("it is good until {}", ends.to_xsd()),
                "put a fresh one in its place and send the server SIGHUP; no session ends by that",
            ));
        }
    }
    problems
}

fn clock_and_disk(config: &Config) -> Vec<OperatorError> {
    let mut problems = Vec::new();
    let now = clock::now();
    line(format!("clock:         {}", now.to_xsd()));
    if now < EARLIEST {
        problems.push(OperatorError::new(
            "the clock of this machine is wrong",
            format!("it says {}", now.to_xsd()),
            "set it, and have a time service keep it: certificates and links depend on it",
        ));
    }
    // The folder may not be there yet; what will hold it is.
    let folder = config.data.ancestors().find(|folder| folder.exists());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    if let Some((free, all)) = machine::disk(folder) {
        line(format!(
            "disk:          {} MB of {} MB free",
            free / 1_000_000,
            all / 1_000_000
        ));
        if free < FREE_BYTES {
            problems.push(OperatorError::new(
                "the disk with the data folder is almost full",
                format!("{} MB are free", free / 1_000_000),
                "free some, or move the folder; the server refuses what it cannot keep",
            ));
        }
    }
    problems
}

async fn ports(config: &Config) -> Vec<OperatorError> {
    let provisioning = &config.provisioning;
    let listeners = [
        ("cwmp.listen", Some(config.cwmp.listen)),
        ("cwmp.tls_listen", config.cwmp.tls_listen),
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
                format!("stop the program that does, or set `{setting}` to a free address"),
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
                "stop the program that does, or set `provisioning.tftp` to a free address",
            )),
        }
    }
    problems
}
