//! Durable periodic sessions per second of the server's CPU, against a null server that answers fixed bytes.
//!
//! A periodic session is a new TCP connection, an Inform with `2 PERIODIC` and 12 parameters, an empty POST, 204, and
//! the end of the connection by the client. The null server is hyper, over TLS hyper and rustls, and nothing else: it
//! reads each body whole, answers a fixed InformResponse to a body and 204 to an empty one, and keeps nothing. All run as
//! processes of their own, under the same load client (`-- https` leaves HTTP out); CPU is the operating system's account
//! of the process. Durability stays on.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../shared/account.rs"]
mod account;
mod certificate;
#[path = "../shared/known_devices.rs"]
mod known_devices;
mod load;
mod null_server;
#[path = "../shared/pair.rs"]
mod pair;
#[path = "../shared/process.rs"]
mod process;
#[path = "../shared/report.rs"]
mod report;
mod server;

use certificate::Certificate;
use load::Session;
use process::Process;
use report::{Figures, ROUNDS};
use std::path::Path;
use tokio_rustls::TlsConnector;

/// Devices that take turns.
const DEVICES: usize = 2_000;
/// Sessions of one round; enough that the clock ticks the CPU is counted in do not matter.
const SESSIONS: usize = 20_000;
/// Sessions of one round over TLS, whose client needs more time than the servers.
const TLS_SESSIONS: usize = 5_000;
/// Sessions open at one time.
const CONCURRENCY: usize = 64;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut arguments = std::env::args().skip_while(|each| each != null_server::ARGUMENT);
    if arguments.next().is_some() {
        return null_server::run(arguments.next().as_deref());
    }
    let sessions: Vec<Session> = (0..DEVICES).map(load::session).collect();
    println!("periodic sessions, {DEVICES} devices, {CONCURRENCY} at one time,");
    println!("{ROUNDS} rounds in turn, median (range)");
    if !std::env::args().any(|argument| argument == "https") {
        over_http(&sessions);
    }
    over_https(&sessions);
}

fn over_http(sessions: &[Session]) {
    println!("\nover HTTP, {SESSIONS} sessions a round");
    let null = null_server::start(None);
    let few = server::start(DEVICES, server::FEW_PARAMETERS, None);
    let many = server::start(DEVICES, server::MANY_PARAMETERS, None);
    for server in [&null, &few, &many] {
        load::run(server.address, None, sessions, DEVICES, CONCURRENCY);
    }
    let (mut null_us, mut few_us, mut many_us) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ratios, mut growth) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let [null, few, many] =
            [&null, &few, &many].map(|server| cpu_us(server, None, sessions, SESSIONS));
        ratios.push(null / few);
        growth.push(many / few);
        null_us.push(null);
        few_us.push(few);
        many_us.push(many);
    }
    let peak = few.peak_mib();
    let (few, many) = (server::FEW_PARAMETERS, server::MANY_PARAMETERS);
    Figures::new(null_us).print("  CPU of a session, null server", "us", 1);
    Figures::new(few_us).print(
        &format!("  CPU of a session, {few} stored parameters"),
        "us",
        1,
    );
    Figures::new(many_us).print(
        &format!("  CPU of a session, {many} stored parameters"),
        "us",
        1,
    );
    Figures::new(ratios).print(
        "  sessions per CPU-second / null server (floor 0.50, aim 0.65)",
        "",
        2,
    );
    Figures::new(growth).print(
        &format!("  cost at {many} / at {few} parameters (at most 1.2)"),
        "",
        2,
    );
    println!("  most memory of the server with {few} parameters: {peak:.0} MiB");
}

fn over_https(sessions: &[Session]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificate");
    let certificate = Certificate::make(&folder);
    let null = null_server::start(Some(&certificate));
    let real = server::start(DEVICES, server::FEW_PARAMETERS, Some(&certificate));
    for (resuming, name) in [(false, "a whole handshake each"), (true, "resumed")] {
        println!("\nover HTTPS, {name}, {TLS_SESSIONS} sessions a round");
        let tls = certificate.connector(resuming);
        for server in [&null, &real] {
            load::run(server.address, Some(&tls), sessions, DEVICES, CONCURRENCY);
        }
        let (mut null_us, mut real_us, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let [null, real] =
                [&null, &real].map(|server| cpu_us(server, Some(&tls), sessions, TLS_SESSIONS));
            ratios.push(null / real);
            null_us.push(null);
            real_us.push(real);
        }
        Figures::new(null_us).print("  CPU of a session, null server", "us", 1);
        Figures::new(real_us).print("  CPU of a session, server", "us", 1);
        Figures::new(ratios).print(
            "  sessions per CPU-second / null server (floor 0.70, aim 0.80)",
            "",
            2,
        );
    }
}

/// CPU of one session, in microseconds, over one round.
fn cpu_us(server: &Process, tls: Option<&TlsConnector>, sessions: &[Session], count: usize) -> f64 {
    let before = server.cpu_seconds();
    load::run(server.address, tls, sessions, count, CONCURRENCY);
    (server.cpu_seconds() - before) * 1e6 / count as f64
}
