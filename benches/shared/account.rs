//! The operating system's account of a process, by its number or as `self`.

/// User and system time it has used so far, all threads, in steps of a clock tick (10 ms).
pub fn cpu_seconds(process: &str) -> f64 {
    let stat = read(process, "stat");
    // The name in brackets may hold blanks; utime and stime are the 12th and 13th field behind it.
    let fields = stat.rsplit_once(')').expect("a name in brackets").1;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks
        .map(|field| field.parse::<u64>().expect("a number of ticks"))
        .sum();
    ticks as f64 / 100.0
}

/// The most memory it has had, in MiB.
pub fn peak_mib(process: &str) -> f64 {
    let status = read(process, "status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: f64 = kib.and_then(|text| text.parse().ok()).expect("kilobytes");
    kib / 1024.0
}

fn read(process: &str, name: &str) -> String {
    std::fs::read_to_string(format!("/proc/{process}/{name}")).expect("a running process")
}
