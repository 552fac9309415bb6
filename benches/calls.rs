//! Connection requests per second of the server's CPU, one device in ten dead: looked up, digest answered, outcome
//! kept.
//!
//! The devices are a listener in a process of its own, which challenges and accepts as a device does. A dead one takes
//! the connection and says nothing, until the server gives up. Each device is called once in a round; between rounds
//! all of them inform, as they would have done.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/account.rs"]
mod account;
#[path = "shared/report.rs"]
mod report;

use acs::app::App;
use acs::config::Config;
use acs::jobs::call_devices;
use acs::store::sqlite::SqliteStore;
use acs::store::{Actor, Credentials, Id, InformRecord, Store};
use cwmp::{CwmpVersion, DeviceId, Event, EventCode};
use data_model::{ParameterList, Secret, Timestamp};
use report::{Figures, ROUNDS};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The devices of the process that answers.
const ARGUMENT: &str = "answer-calls";
/// Devices called in one round.
const DEVICES: usize = 5_000;
/// One of so many is dead.
const DEAD: usize = 10;

fn main() {
    if std::env::args().any(|argument| argument == ARGUMENT) {
        return answer();
    }
    let devices = Devices::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime of one thread");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut per_cpu_second, mut per_second) = (Vec::new(), Vec::new());
    runtime.block_on(async {
        let (app, ids) = fleet(folder.path(), &devices).await;
        for _ in 0..ROUNDS {
            let (cpu, begin) = (account::cpu_seconds("self"), Instant::now());
            let accepted = call_all(&app, &ids).await;
            let calls = DEVICES as f64;
            per_cpu_second.push(calls / (account::cpu_seconds("self") - cpu));
            per_second.push(calls / begin.elapsed().as_secs_f64());
            assert_eq!(
                accepted,
                DEVICES - DEVICES / DEAD,
                "everybody alive is reached"
            );
            inform_all(&app, &devices).await;
        }
    });
    println!(
        "connection requests, {DEVICES} devices, one of {DEAD} dead, {ROUNDS} rounds, median (range)\n"
    );
    Figures::new(per_cpu_second).print("  calls per second of one core (at least 1000)", "/s", 0);
    Figures::new(per_second).print(
        "  calls per second of the clock, the dead waited for",
        "/s",
        0,
    );
    let peak = account::peak_mib("self");
    println!("  most memory: {peak:.0} MiB");
}

/// Calls everybody at once, as the job does; says how many accepted.
async fn call_all(app: &Arc<App>, ids: &[Id]) -> usize {
    let mut calls = tokio::task::JoinSet::new();
    for id in ids {
        let (app, id) = (Arc::clone(app), *id);
        calls.spawn(async move { call_devices::call(&app, id).await });
    }
    let mut accepted = 0;
    while let Some(called) = calls.join_next().await {
        let called = called.expect("a call ends").expect("the store is there");
        accepted += usize::from(called.outcome.name() == "accepted");
    }
    accepted
}

/// A server with devices that can be called.
async fn fleet(folder: &std::path::Path, devices: &Devices) -> (Arc<App>, Vec<Id>) {
    let mut config = Config {
        data: folder.to_owned(),
        ..Config::default()
    };
    config.connection_request.per_second = 1_000_000;
    let store = SqliteStore::open(&folder.join("dialtone.db")).expect("a store");
    let store: Arc<dyn Store> = Arc::new(store);
    let app = App::new(config, store).await.expect("a server");
    let app = Arc::new(app);
    inform_all(&app, devices).await;
    let ids: Vec<Id> = (0..DEVICES)
        .map(|number| Id::of_device(&identity(number)))
        .collect();
    for device in &ids {
        let credentials = Credentials {
            device: *device,
            verifier: None,
            pending: None,
            connection_request_username: "dialtone".into(),
            connection_request_password: Secret::new("a-password-of-32-characters-more"),
            rotation: acs::store::Rotation::None,
        };
        let put = app
            .store
            .credentials_put(&Actor::Console, credentials, now());
        put.await.expect("a device is there");
    }
    (app, ids)
}

async fn inform_all(app: &Arc<App>, devices: &Devices) {
    // The writer takes many in one commit.
    let mut informs = tokio::task::JoinSet::new();
    for number in 0..DEVICES {
        let address = if number % DEAD == 0 {
            devices.dead
        } else {
            devices.alive
        };
        let mut parameters = ParameterList::new();
        let url = format!("http://{address}/{number:08x}");
        parameters.push_str("Device.ManagementServer.ConnectionRequestURL", &url);
        let inform = InformRecord {
            identity: identity(number),
            at: now(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            cwmp_version: CwmpVersion::V1_2,
            events: vec![Event::new(EventCode::Periodic)],
            parameters,
        };
        let app = Arc::clone(app);
        informs.spawn(async move { app.store.record_inform(inform).await });
    }
    while let Some(outcome) = informs.join_next().await {
        let outcome = outcome.expect("an Inform ends");
        outcome.expect("the store is there");
    }
}

fn identity(number: usize) -> DeviceId {
    DeviceId {
        manufacturer: "Bench".into(),
        oui: "00562B".into(),
        product_class: "ATA192".into(),
        serial_number: format!("CALL{number:06}"),
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.map_or(0, |since| since.as_millis());
    Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

// ---- the devices -----------------------------------------------------------------------------------------

struct Devices {
    child: Child,
    alive: SocketAddr,
    dead: SocketAddr,
}

impl Devices {
    fn start() -> Devices {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg(ARGUMENT)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let output = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let mut address = || {
            let line = lines.next().expect("a line").expect("a text");
            line.parse().expect("an address")
        };
        Devices {
            alive: address(),
            dead: address(),
            child,
        }
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Challenges, and accepts what answers the challenge; and another port takes connections and says nothing.
fn answer() {
    let listen = || TcpListener::bind("127.0.0.1:0").expect("a free port");
    let (alive, dead) = (listen(), listen());
    for listener in [&alive, &dead] {
        println!("{}", listener.local_addr().expect("it is bound"));
    }
    std::thread::spawn(move || {
        // Held until the other side gives up.
        let mut held = std::collections::VecDeque::new();
        for stream in dead.incoming() {
            held.push_back(stream);
            if held.len() > 900 {
                held.pop_front();
            }
        }
    });
    let alive = Arc::new(alive);
    let workers = (0..4).map(|_| {
        let alive = Arc::clone(&alive);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = alive.accept() {
                one(stream)
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        let _ = worker.join();
    }
}

fn one(mut stream: std::net::TcpStream) {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(length) => head.extend_from_slice(&buffer[..length]),
        }
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let answer = if head.contains("authorization: digest") {
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    } else {
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"cpe\", nonce=\"0123456789abcdef\", \
         qop=\"auth\", algorithm=MD5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    };
    // Who has gone away does not need it.
    let _ = stream.write_all(answer.as_bytes());
}
