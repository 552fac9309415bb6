//! Durable periodic sessions per second of the server's CPU, against a null server that answers fixed bytes.
//!
//! A periodic session is a new TCP connection, an Inform with `2 PERIODIC` and 12 parameters, an empty POST, 204, and
//! the end of the connection by the client. The null server is hyper and nothing else: it reads each body whole,
//! answers a fixed InformResponse to a body and 204 to an empty one, and keeps nothing. Both run as processes of their
//! own, under the same load client; CPU is the operating system's account of the process. Durability stays on.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod load;
mod null_server;
#[path = "../shared/pair.rs"]
mod pair;
mod process;
#[path = "../shared/report.rs"]
mod report;
mod server;

use load::Session;
use process::Process;
use report::{Figures, ROUNDS};

/// Devices that take turns.
const DEVICES: usize = 2_000;
/// Sessions of one round; enough that the clock ticks the CPU is counted in do not matter.
const SESSIONS: usize = 20_000;
/// Sessions open at one time.
const CONCURRENCY: usize = 64;

fn main() {
    if std::env::args().any(|argument| argument == null_server::ARGUMENT) {
        return null_server::run();
    }
    let sessions: Vec<Session> = (0..DEVICES).map(load::session).collect();
    let null = null_server::start();
    let few = server::start(DEVICES, server::FEW_PARAMETERS);
    let many = server::start(DEVICES, server::MANY_PARAMETERS);
    for server in [&null, &few, &many] {
        load::run(server.address, &sessions, DEVICES, CONCURRENCY);
    }
    let (mut null_us, mut few_us, mut many_us) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ratios, mut growth) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let [null, few, many] = [&null, &few, &many].map(|server| cpu_us(server, &sessions));
        ratios.push(null / few);
        growth.push(many / few);
        null_us.push(null);
        few_us.push(few);
        many_us.push(many);
    }
    println!(
        "periodic sessions, {DEVICES} devices, {SESSIONS} sessions a round, {CONCURRENCY} at one time,"
    );
    println!("{ROUNDS} rounds in turn, median (range)\n");
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
        "  sessions per CPU-second / null server (floor 0.30, aim 0.65)",
        "",
        2,
    );
    Figures::new(growth).print(
        &format!("  cost at {many} / at {few} parameters (at most 1.5)"),
        "",
        2,
    );
}

/// CPU of one session, in microseconds, over one round.
fn cpu_us(server: &Process, sessions: &[Session]) -> f64 {
    let before = server.cpu_seconds();
    load::run(server.address, sessions, SESSIONS, CONCURRENCY);
    (server.cpu_seconds() - before) * 1e6 / SESSIONS as f64
}
