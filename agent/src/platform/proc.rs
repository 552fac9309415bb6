//! The texts of `/proc`, `/sys` and `/etc/resolv.conf`, understood. Pure: the files are read elsewhere.

use crate::device::hardware::{Process, ProcessState};
use std::net::Ipv4Addr;

/// Ticks of the processor times in `/proc` in one second: the kernel shows 100 on every machine, whatever it counts.
const TICKS_PER_SEC: u64 = 100;

/// Priority of an ordinary process at nice 0, as TR-181 counts: 0 the highest, 99 the lowest.
const LOWEST_PRIORITY: i64 = 99;

/// Kilobytes a process holds in memory, of its `status`.
pub fn resident_kb(status: &str) -> Option<u32> {
    kilobytes(status, "VmRSS")
}

/// Total and available kilobytes of `/proc/meminfo`.
pub fn memory_kb(meminfo: &str) -> Option<(u32, u32)> {
    let value = |name: &str| kilobytes(meminfo, name);
    // Kernels before 3.14 do not say how much is available.
    Some((
        value("MemTotal")?,
        value("MemAvailable").or_else(|| value("MemFree"))?,
    ))
}

/// The number of the line `name:  number kB`.
fn kilobytes(text: &str, name: &str) -> Option<u32> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let number = line.strip_prefix(':')?.split_whitespace().next()?;
    let number: u64 = number.parse().ok()?;
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Milliseconds since the machine was switched on, of `/proc/uptime`.
pub fn up_time_ms(uptime: &str) -> Option<u64> {
    let (secs, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
    let hundredths: u64 = hundredths.get(..2)?.parse().ok()?;
    Some(
        secs.parse::<u64>()
            .ok()?
            .saturating_mul(1000)
            .saturating_add(hundredths * 10),
    )
}

/// What the processors have done since the machine was switched on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTimes {
    busy: u64,
    idle: u64,
}

impl CpuTimes {
    /// The first line of `/proc/stat`.
    pub fn read(stat: &str) -> Option<CpuTimes> {
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> = line
            .split_whitespace()
            // Behind the eighth stand times of guests, which the first has already.
            .take(8)
            .map_while(|ticks| ticks.parse().ok())
            .collect();
        let idle = ticks.get(3)? + ticks.get(4).unwrap_or(&0);
        let all: u64 = ticks.iter().sum();
        Some(CpuTimes {
            busy: all - idle,
            idle,
        })
    }

    /// Percent in use since an earlier reading.
    pub fn usage_since(self, earlier: CpuTimes) -> u8 {
        let busy = self.busy.saturating_sub(earlier.busy);
        let all = busy + self.idle.saturating_sub(earlier.idle);
        (busy * 100)
            .checked_div(all)
            .map_or(0, |percent| percent.min(100) as u8)
    }
}

/// One route of `/proc/net/route`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The interface.
    pub interface: String,
    /// The network it leads to.
    pub network: Ipv4Addr,
    /// The mask of that.
    pub mask: Ipv4Addr,
    /// The router, if it goes over one.
    pub gateway: Option<Ipv4Addr>,
    /// The smaller the better.
    pub metric: u32,
}

impl Route {
    /// Whether it leads everywhere.
    pub fn is_default(&self) -> bool {
        self.mask.is_unspecified() && self.gateway.is_some()
    }

    fn holds(&self, address: Ipv4Addr) -> bool {
        u32::from(address) & u32::from(self.mask) == u32::from(self.network)
    }
}

/// The routes of `/proc/net/route`.
pub fn routes(text: &str) -> Vec<Route> {
    let route = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        // The kernel prints the octets as this machine orders those of a number.
        let address = |column: usize| {
            let number = u32::from_str_radix(columns.get(column)?, 16).ok()?;
            Some(Ipv4Addr::from(number.to_ne_bytes()))
        };
        Some(Route {
            interface: (*columns.first()?).to_owned(),
            network: address(1)?,
            gateway: Some(address(2)?).filter(|gateway| !gateway.is_unspecified()),
            metric: columns.get(6)?.parse().ok()?,
            mask: address(7)?,
        })
    };
    text.lines().skip(1).filter_map(route).collect()
}

/// The machine's own addresses, of `/proc/net/fib_trie`.
pub fn own_addresses(fib_trie: &str) -> Vec<Ipv4Addr> {
    let mut found: Vec<Ipv4Addr> = Vec::new();
    let mut leaf = None;
    for line in fib_trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.parse().ok();
        } else if line.starts_with("/32 host LOCAL")
            && let Some(address) = leaf
            && !found.contains(&address)
        {
            found.push(address);
        }
    }
    found
}

/// How the machine reaches the world.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uplink {
    /// The interface, if it is known.
    pub interface: Option<String>,
    /// Its address.
    pub address: Option<Ipv4Addr>,
    /// The mask of its network.
    pub mask: Option<Ipv4Addr>,
    /// The router behind it.
    pub gateway: Option<Ipv4Addr>,
}

/// The uplink of a machine: the interface named, else the one of the default route, else any that has an address.
pub fn uplink(routes: &[Route], own: &[Ipv4Addr], named: Option<&str>) -> Uplink {
    let wanted = |route: &&Route| named.is_none_or(|name| route.interface == name);
    let default = routes
        .iter()
        .filter(|route| route.is_default())
        .filter(wanted)
        .min_by_key(|route| route.metric);
    let interface = named.or(default.map(|route| route.interface.as_str()));
    let networks = routes
        .iter()
        .filter(|route| route.gateway.is_none() && !route.mask.is_unspecified())
        .filter(|route| interface.is_none_or(|name| route.interface == name));
    let found = networks
        .flat_map(|route| own.iter().map(move |address| (route, *address)))
        .find(|(route, address)| route.holds(*address));
    let gateway = default.and_then(|route| route.gateway);
    if let Some((route, address)) = found {
        return Uplink {
            interface: Some(route.interface.clone()),
            address: Some(address),
            mask: Some(route.mask),
            gateway,
        };
    }
    // Without a network of its own: a point-to-point line, or a machine that only talks to itself.
    let any = own.iter().find(|address| !address.is_loopback());
    let any = any.or(own.first()).filter(|_| named.is_none());
    Uplink {
        interface: interface.map(str::to_owned),
        address: any.copied(),
        mask: None,
        gateway,
    }
}

/// The IPv4 name servers of `/etc/resolv.conf`, at most `limit`.
pub fn name_servers(resolv_conf: &str, limit: usize) -> Vec<Ipv4Addr> {
    let servers = resolv_conf.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next()? == "nameserver").then_some(())?;
        words.next()?.parse().ok()
    });
    servers.take(limit).collect()
}

/// The octets of an interface's address, of `/sys/class/net/NAME/address`.
pub fn mac(address: &str) -> Option<[u8; 6]> {
    let octets: Option<Vec<u8>> = address
        .trim()
        .split(':')
        .map(|octet| u8::from_str_radix(octet, 16).ok())
        .collect();
    octets?.try_into().ok()
}

/// A process, of `/proc/PID/stat`.
pub fn process(stat: &str, page_kb: u32) -> Option<Process> {
    // The command stands in brackets and may hold any sign, brackets too.
    let (pid, rest) = stat.split_once(" (")?;
    let (command, rest) = rest.rsplit_once(") ")?;
    let columns: Vec<&str> = rest.split_whitespace().collect();
    // Columns are counted from the third of the file.
    let number = |column: usize| columns.get(column - 3)?.parse::<i64>().ok();
    let ticks = (number(14)?.max(0) as u64).saturating_add(number(15)?.max(0) as u64);
    let cpu_time_ms = ticks.saturating_mul(1000 / TICKS_PER_SEC);
    let pages = u32::try_from(number(24)?).unwrap_or(0);
    Some(Process {
        pid: pid.parse().ok()?,
        command: command
            .chars()
            .filter(|c| !c.is_control())
            .take(256)
            .collect(),
        size_kb: pages.saturating_mul(page_kb),
        priority: number(18)?.clamp(0, LOWEST_PRIORITY) as u8,
        cpu_time_ms: u32::try_from(cpu_time_ms).unwrap_or(u32::MAX),
        state: match *columns.first()? {
            "R" => ProcessState::Running,
            "S" => ProcessState::Sleeping,
            "T" | "t" => ProcessState::Stopped,
            "I" => ProcessState::Idle,
            "D" => ProcessState::Uninterruptible,
            "Z" => ProcessState::Zombie,
            _ => return None,
        },
    })
}

/// The size of a page of memory, of `/proc/self/auxv`.
pub fn page_kb(auxv: &[u8]) -> Option<u32> {
    /// The key of the page size (`AT_PAGESZ`).
    const PAGE_SIZE: usize = 6;
    const WORD: usize = size_of::<usize>();
    let words: Vec<usize> = auxv
        .chunks_exact(WORD)
        .filter_map(|word| word.try_into().ok().map(usize::from_ne_bytes))
        .collect();
    let pair = words.chunks_exact(2).find(|pair| pair[0] == PAGE_SIZE)?;
    u32::try_from(pair[1] / 1024).ok()
}
