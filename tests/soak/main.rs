//! The soak: random stories with random faults against the real device core, each repeatable by its seed.
//!
//! `cargo test --release --test soak -- --runs 500 --seed 1` plays 500 runs, the first with seed 1, and prints what
//! happened in them as a table. A run in which a rule was broken is printed with its trace; `--seed N --runs 1`
//! repeats it. What the rules are is said in `ledger.rs` (events and transfers), `belief.rs` (configuration) and
//! `profiles.rs` (the profiles it fetches itself) and `world.rs` (storage, retry schedule, memory).
//!
//! Covers E-01, E-02, E-04, E-07, E-11, H-08, M12, P-01, P-09, P-12, P3, R-01, S-06, S-07, S-09, T-01, T-05.
#![expect(clippy::print_stdout, reason = "it prints what it counts")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the ACS of a run knows only what it asks for"
)]

mod acs;
mod belief;
mod dice;
mod ledger;
mod profiles;
mod setup;
mod story;
mod weather;
mod words;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use weather::Counts;
use world::World;

/// Runs where nobody asks for a number: enough to notice a broken rule, few enough for every build.
const RUNS: u64 = 25;
/// Lines of the trace that are printed.
const TRACE_LINES: usize = 150;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let number = |name: &str, default: u64| {
        let place = arguments.iter().position(|argument| argument == name);
        let given = place.and_then(|place| arguments.get(place + 1));
        given
            .and_then(|given| given.parse().ok())
            .unwrap_or(default)
    };
    let (runs, first) = (number("--runs", RUNS), number("--seed", 1));
    let mut counts = Counts::default();
    let mut largest_bytes = 0;
    let mut broken = Vec::new();
    for seed in first..first + runs {
        match run(seed) {
            Ok(world) => {
                counts.join(&world.counts);
                largest_bytes = largest_bytes.max(world.largest_bytes());
            }
            Err(report) => {
                println!("{report}");
                broken.push(seed);
            }
        }
    }
    for (what, count) in counts.rows() {
        println!("{what:<32} {count:>12}");
    }
    println!("{:<32} {largest_bytes:>12}", "largest device, bytes");
    // In the words of the other tests, so that they can be counted together.
    let (passed, failed) = (runs - broken.len() as u64, broken.len());
    let verdict = if broken.is_empty() { "ok" } else { "FAILED" };
    println!("\ntest result: {verdict}. {passed} passed; {failed} failed; 0 ignored");
    if broken.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("seeds of the runs in which a rule was broken: {broken:?}");
    ExitCode::FAILURE
}

fn run(seed: u64) -> Result<World, String> {
    let mut world = World::new(seed);
    let played = catch_unwind(AssertUnwindSafe(|| story::play(&mut world)));
    if played.is_err() {
        world.ledger.wrong("a panic");
    }
    if world.ledger.violations.is_empty() {
        return Ok(world);
    }
    let from = world.trace.len().saturating_sub(TRACE_LINES);
    Err(format!(
        "seed {seed}, {:?}:\n{}\nbroken: {}\nagain: cargo test --test soak -- --seed {seed} --runs 1\n",
        world.weather,
        world.trace[from..].join("\n"),
        world.ledger.violations.join("; "),
    ))
}
