//! What an idle simulated device costs: the process's resident memory with many of them, less that with few.
//!
//! `cargo bench --bench memory -- 1000000` takes another number than 21,000.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/pair.rs"]
mod pair;

use agent::device::{Device, Product};

const FEW: u64 = 1_000;
const MANY: u64 = 21_000;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let many = std::env::args().find_map(|argument| argument.parse().ok());
    let many = many.unwrap_or(MANY).max(FEW + 1);
    let product = Product::load("ata192").expect("a product of ours");
    let mut devices: Vec<Device> = Vec::with_capacity(many as usize);
    let mut grow = |until: u64| {
        for number in devices.len() as u64..until {
            devices.push(pair::meet(pair::config(&product, number), Vec::new()).0);
        }
        (
            resident_kib(),
            devices.iter().map(Device::memory_bytes).sum::<usize>(),
        )
    };
    let (few_kib, few_counted) = grow(FEW);
    let (many_kib, many_counted) = grow(many);
    let each = (many_kib - few_kib) / (many - FEW) as f64;
    let counted = (many_counted - few_counted) as f64 / 1024.0 / (many - FEW) as f64;
    println!("idle simulated ATA 192 after its first session, {FEW} and {many} of them\n");
    println!("  resident memory for each (floor 8, aim 1)   {each:>8.2} KiB");
    println!("  of it counted by the device itself          {counted:>8.2} KiB");
    println!(
        "  resident memory of all {many:>9}            {:>8.2} GiB",
        many_kib / 1_048_576.0
    );
}

/// Resident memory of this process, from the operating system's account of it.
fn resident_kib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .expect("VmRSS is a number of kB")
}
