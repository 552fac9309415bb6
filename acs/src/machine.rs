//! What the machine says of itself: the disk, and this process. Linux has both in files.

use nix::sys::statvfs::statvfs;
use std::path::Path;

/// What this process uses.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Process {
    /// Memory.
    pub resident_bytes: u64,
    /// Memory, at the most since its start.
    pub peak_resident_bytes: u64,
    /// Descriptors.
    pub open_files: u64,
    /// Descriptors it may have; zero if there is no limit.
    pub open_files_limit: u64,
    /// Time of processors.
    pub cpu_seconds: f64,
}

/// Free and all bytes of the disk a folder is on, as far as they are ours to use.
pub fn disk(folder: &Path) -> Option<(u64, u64)> {
    let found = statvfs(folder).ok()?;
    let unit = found.fragment_size();
    Some((
        found.blocks_available().saturating_mul(unit),
        found.blocks().saturating_mul(unit),
    ))
}

/// This process. What cannot be read is zero.
pub fn process() -> Process {
    let read = |name: &str| std::fs::read_to_string(name).unwrap_or_default();
    let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let status = read("/proc/self/status");
    Process {
        resident_bytes: memory(&status, "VmRSS:"),
        peak_resident_bytes: memory(&status, "VmHWM:"),
        open_files: files as u64,
        open_files_limit: limit(&read("/proc/self/limits")),
        cpu_seconds: cpu(&read("/proc/self/stat")),
    }
}

fn memory(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

fn limit(limits: &str) -> u64 {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    soft.unwrap_or(0)
}

/// Fields 14 and 15 in ticks, of which there are a hundred in a second on every Linux. The name in field 2 may hold
/// blanks and stands in brackets.
fn cpu(stat: &str) -> f64 {
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rest.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.filter_map(|text| text.parse::<u32>().ok()).sum();
    f64::from(ticks) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_measured() {
        let process = process();
        assert!(process.resident_bytes > 1_000_000, "{process:?}");
        assert!(process.open_files > 2, "{process:?}");
        let (free, all) = disk(Path::new("/")).unwrap();
        assert!(free <= all && all > 0);
        assert!(disk(Path::new("/nowhere")).is_none());
    }

    #[test]
    fn what_linux_says_is_read() {
        assert_eq!(memory("Name:\tx\nVmRSS:\t  12 kB\n", "VmRSS:"), 12 * 1024);
        let limits = "Limit Soft Hard Units\nMax open files            1024    4096  files\n";
        assert_eq!(limit(limits), 1024);
        let stat = "1 (a ) b) S 0 0 0 0 0 0 0 0 0 0 150 50 0 0";
        assert!((cpu(stat) - 2.0).abs() < 1e-9);
        assert!(cpu("").abs() < 1e-9);
    }
}
