//! Boots served in a second when ten times as many come as the server can serve, against those served at its peak.
//!
//! A boot is a TCP connection, an Inform with `1 BOOT`, an empty POST, 204; it is on the disk before it is answered. The
//! server has a sixth of one processor, beside somebody who is busy, and the devices have the other one: so one processor
//! is enough to be ten times as many. The peak is what so many devices get that come again as soon as they were served,
//! the best of several numbers of them. Overload is an open loop: ten times as many attempts in a second as were served
//! at the peak, whatever becomes of them. An attempt ends when it is served, turned away with 503, or not connected for
//! 250 ms. Meanwhile somebody looks at a list of devices, and changes the tags of one.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../shared/account.rs"]
mod account;
#[path = "../shared/known_devices.rs"]
mod known_devices;
mod load;
mod people;
#[path = "../shared/process.rs"]
#[expect(dead_code, reason = "its processor time is not looked at here")]
mod process;
#[path = "../shared/report.rs"]
mod report;
mod server;

use load::{Boot, End};
use people::Person;
use report::{Figures, ROUNDS};
use server::Server;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::LocalSet;

/// Devices that take turns; one has long been answered when it comes again.
const DEVICES: usize = 20_000;
/// The time the peak and the overload are measured for in each round.
const PEAK: Duration = Duration::from_secs(3);
const STORM: Duration = Duration::from_secs(6);
/// The beginning of each that is not counted: it takes the server a moment to see what comes.
const BEGIN: Duration = Duration::from_secs(1);
/// How much more comes than can be served.
const TIMES: f64 = 10.0;
/// Devices that come at one time while the peak is looked for.
const CONCURRENCIES: [usize; 4] = [64, 128, 256, 512];
/// Attempts that wait for an answer at one time at most: descriptors are limited.
const WAITING: usize = 15_000;

/// The devices, and whose turn it is.
struct Fleet {
    boots: Vec<Rc<Boot>>,
    next: Cell<usize>,
    server: SocketAddr,
    ends: RefCell<Ends>,
}

/// What became of attempts.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    begun: u64,
    served: u64,
    turned_away: u64,
    unanswered: u64,
    failed: u64,
}

/// The same in a second.
#[derive(Debug, Clone, Copy)]
struct Rates {
    begun: f64,
    served: f64,
    turned_away: f64,
    unanswered: f64,
}

fn main() {
    // The server on the first processor, everything here on the second one.
    let pinned = Command::new("taskset")
        .args(["-a", "-c", "-p", "1", &std::process::id().to_string()])
        .output();
    assert!(
        pinned.is_ok_and(|done| done.status.success()),
        "the benchmark needs two processors and the program `taskset`"
    );
    let server = Server::start("0", DEVICES);
    std::thread::spawn(busy);
    let token = people::sign_in(server.api, &server.one_time);
    let fleet = Rc::new(Fleet {
        boots: (0..DEVICES).map(load::boot).collect(),
        next: Cell::new(0),
        server: server.devices(),
        ends: RefCell::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(&runtime, rounds(&fleet, &server, &token));
}

/// Somebody who is busy on the processor of the server.
fn busy() {
    let own = std::fs::read_link("/proc/thread-self").expect("a thread");
    let own = own.file_name().expect("its number").to_owned();
    let moved = Command::new("taskset")
        .args(["-c", "-p", "0"])
        .arg(own)
        .output();
    assert!(moved.is_ok_and(|done| done.status.success()));
    loop {
        std::hint::spin_loop();
    }
}

async fn rounds(fleet: &Rc<Fleet>, server: &Server, token: &str) {
    println!("boots over HTTP, {DEVICES} devices, the server with a sixth of a processor,");
    println!("{ROUNDS} rounds in turn, median (range)\n");
    let mut best = (0, 0.0);
    for concurrency in CONCURRENCIES {
        let served = peak(fleet, concurrency).await.served;
        println!("  {concurrency:>4} devices at one time: {served:.0} served in a second");
        if served > best.1 {
            best = (concurrency, served);
        }
    }
    println!();
    let device = load::identity(0).username();
    let mut all: [Vec<f64>; 10] = Default::default();
    for _ in 0..ROUNDS {
        let person = Person::begin(server.api, token, &device);
        let at_peak = peak(fleet, best.0).await;
        let quiet = person.end();
        let person = Person::begin(server.api, token, &device);
        let storm = storm(fleet, at_peak.served * TIMES).await;
        let stormy = person.end();
        drained(fleet).await;
        let figures = [
            at_peak.served,
            storm.begun / at_peak.served,
            storm.served,
            storm.served / at_peak.served,
            storm.turned_away,
            storm.unanswered,
            quiet[0],
            stormy[0],
            quiet[1],
            stormy[1],
        ];
        for (list, figure) in all.iter_mut().zip(figures) {
            list.push(figure);
        }
    }
    let names = [
        ("  served at the peak", "/s", 0),
        ("  attempts under overload / served at the peak", "", 1),
        ("  served under overload", "/s", 0),
        ("  served under overload / at the peak (floor 0.90)", "", 2),
        ("  turned away with a time to come back", "/s", 0),
        ("  not connected within 250 ms", "/s", 0),
        ("  a list of devices, 19 of 20 within, at the peak", "ms", 1),
        (
            "  a list of devices, 19 of 20 within, under overload",
            "ms",
            1,
        ),
        ("  a change of tags, 19 of 20 within, at the peak", "ms", 1),
        (
            "  a change of tags, 19 of 20 within, under overload",
            "ms",
            1,
        ),
    ];
    for (list, (name, unit, digits)) in all.into_iter().zip(names) {
        Figures::new(list).print(name, unit, digits);
    }
    let failed = fleet.ends.borrow().failed;
    println!("  attempts that ended in any other way: {failed}");
    println!("  most memory of the server: {:.0} MiB", server.peak_mib());
}

/// So many devices that come again as soon as they were served.
async fn peak(fleet: &Rc<Fleet>, concurrency: usize) -> Rates {
    let over = Rc::new(Cell::new(false));
    let devices: Vec<_> = (0..concurrency)
        .map(|_| {
            let (fleet, over) = (Rc::clone(fleet), Rc::clone(&over));
            tokio::task::spawn_local(async move {
                while !over.get() {
                    fleet.attempt().await;
                }
            })
        })
        .collect();
    let rates = measured(fleet, PEAK).await;
    over.set(true);
    for device in devices {
        device.await.expect("a device");
    }
    rates
}

/// So many attempts in a second, whatever becomes of them.
async fn storm(fleet: &Rc<Fleet>, per_second: f64) -> Rates {
    let comers = {
        let fleet = Rc::clone(fleet);
        tokio::task::spawn_local(async move {
            let begun = Instant::now();
            let mut come = 0.0;
            let mut beat = tokio::time::interval(Duration::from_millis(1));
            loop {
                beat.tick().await;
                let due = begun.elapsed().as_secs_f64() * per_second;
                while come < due {
                    come += 1.0;
                    // Those who find no descriptor do not come; the figure of attempts shows it.
                    if Rc::strong_count(&fleet) < WAITING {
                        let fleet = Rc::clone(&fleet);
                        tokio::task::spawn_local(async move { fleet.attempt().await });
                    }
                }
            }
        })
    };
    let rates = measured(fleet, STORM).await;
    comers.abort();
    rates
}

/// What becomes of attempts, once the beginning is over.
async fn measured(fleet: &Rc<Fleet>, time: Duration) -> Rates {
    tokio::time::sleep(BEGIN).await;
    let (before, begun) = (*fleet.ends.borrow(), Instant::now());
    tokio::time::sleep(time).await;
    let (after, secs) = (*fleet.ends.borrow(), begun.elapsed().as_secs_f64());
    let rate = |of: fn(&Ends) -> u64| (of(&after) - of(&before)) as f64 / secs;
    Rates {
        begun: rate(|ends| ends.begun),
        served: rate(|ends| ends.served),
        turned_away: rate(|ends| ends.turned_away),
        unanswered: rate(|ends| ends.unanswered),
    }
}

/// Until everybody has given up who still waits.
async fn drained(fleet: &Rc<Fleet>) {
    while Rc::strong_count(fleet) > 1 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Fleet {
    /// The next device boots.
    async fn attempt(&self) {
        let number = self.next.get();
        self.next.set(number + 1);
        self.ends.borrow_mut().begun += 1;
        let boot = Rc::clone(&self.boots[number % DEVICES]);
        let end = load::attempt(&boot, number, self.server).await;
        let mut ends = self.ends.borrow_mut();
        match end {
            End::Served => ends.served += 1,
            End::TurnedAway => ends.turned_away += 1,
            End::Unanswered => ends.unanswered += 1,
            End::Failed => ends.failed += 1,
        }
    }
}
