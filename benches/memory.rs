//! What an idle simulated device costs: the process's resident memory with many of them, less that with few.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/pair.rs"]
mod pair;

use agent::device::{Device, Product};

const FEW: u64 = 1_000;
const MANY: u64 = 21_000;

fn main() {
    let product = Product::load("ata192").expect("a product of ours");
    let mut devices: Vec<Device> = Vec::with_capacity(MANY as usize);
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
    let (many_kib, many_counted) = grow(MANY);
    let each = (many_kib - few_kib) / (MANY - FEW) as f64;
    let counted = (many_counted - few_counted) as f64 / 1024.0 / (MANY - FEW) as f64;
    println!("idle simulated ATA 192 after its first session, {FEW} and {MANY} of them\n");
    println!("  resident memory for each (floor 8, aim 1)   {each:>8.2} KiB");
    println!("  of it counted by the device itself          {counted:>8.2} KiB");
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
