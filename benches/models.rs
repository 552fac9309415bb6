//! What reading the models costs: all device types from their texts, against a bare walk over the same lines.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/report.rs"]
mod report;

use data_model::catalogue;
use data_model::device_type::DeviceType;
use report::{Figures, ROUNDS};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{LazyLock, Mutex};
use std::time::Instant;

const TYPES: [(&str, &str); 3] = [
    (
        "ata191.toml",
        include_str!("../data-model/device-types/ata191.toml"),
    ),
    (
        "ata192.toml",
        include_str!("../data-model/device-types/ata192.toml"),
    ),
    (
        "spa122.toml",
        include_str!("../data-model/device-types/spa122.toml"),
    ),
];
/// Readings in one round.
const READINGS: usize = 20;

fn main() {
    let (mut read_ms, mut walk_ms) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        read_ms.push(round(|| {
            for (file, text) in TYPES {
                let read = DeviceType::read(file, text, model);
                black_box(read.expect("a device type of this build"));
            }
        }));
        walk_ms.push(round(|| {
            for (_, text) in TYPES {
                black_box(words(text));
            }
        }));
    }
    let parameters: usize = TYPES
        .iter()
        .map(|(file, text)| parameters(file, text))
        .sum();
    let ratios = read_ms.iter().zip(&walk_ms).map(|(read, walk)| read / walk);
    let ratios = Figures::new(ratios.collect());
    println!(
        "loading all three device types, {parameters} nodes, {ROUNDS} rounds, median (range)\n"
    );
    Figures::new(read_ms).print("  from their texts (at most 30)", "ms", 2);
    ratios.print(
        "  time / that of splitting the same lines into words",
        "",
        1,
    );
}

/// The text of a model.
fn model(file: &str) -> Option<&'static str> {
    static READ: LazyLock<Mutex<BTreeMap<String, &'static str>>> = LazyLock::new(Mutex::default);
    let mut read = READ.lock().ok()?;
    if let Some(text) = read.get(file) {
        return Some(text);
    }
    let text: &'static str = catalogue::file(file)?.leak();
    read.insert(file.to_owned(), text);
    Some(text)
}

/// Milliseconds of one run, over one round.
fn round(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..READINGS {
        run();
    }
    start.elapsed().as_secs_f64() * 1000.0 / READINGS as f64
}

/// Words in all models a device type is made of.
fn words(text: &str) -> usize {
    let models = text.split('"').filter_map(model);
    models
        .flat_map(str::lines)
        .map(|line| line.split_whitespace().count())
        .sum()
}

fn parameters(file: &str, text: &str) -> usize {
    let read = DeviceType::read(file, text, model);
    read.expect("a device type of this build")
        .schema
        .nodes()
        .count()
}
