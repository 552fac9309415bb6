//! A Linux machine: reads how it stands, and tells the operator's programs what they are to do.

use super::proc::{self, CpuTimes, Uplink};
use super::spool::Spool;
use super::{Asked, Outcome, Platform, Request};
use crate::device::Hardware;
use crate::device::hardware::{Interface, Process};
use crate::limits::{NAME_SERVERS, PROCESSES, PROCESSES_READ};
use data_model::Timestamp;
use std::path::PathBuf;

/// Kilobytes of a page where the kernel does not say.
const PAGE_KB: u32 = 4;

/// The machine the agent runs on.
#[derive(Debug)]
pub struct Linux {
    /// `/`, or in tests a folder that stands for it.
    root: PathBuf,
    /// The interface towards the provider, if it is not the one of the default route.
    interface: Option<String>,
    spool: Option<Spool>,
    cpu: CpuTimes,
}

impl Linux {
    /// The machine whose files lie below a folder.
    pub fn new(root: PathBuf, interface: Option<String>, spool: Option<Spool>) -> Linux {
        Linux {
            root,
            interface,
            spool,
            cpu: CpuTimes::default(),
        }
    }

    /// The address of the interface towards the provider.
    pub fn mac(&self) -> Option<[u8; 6]> {
        let interface = self.uplink().interface?;
        let path = format!("sys/class/net/{interface}/address");
        proc::mac(&self.text(&path)?)
    }

    fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok()
    }

    fn uplink(&self) -> Uplink {
        let routes = proc::routes(&self.text("proc/net/route").unwrap_or_default());
        let own = proc::own_addresses(&self.text("proc/net/fib_trie").unwrap_or_default());
        proc::uplink(&routes, &own, self.interface.as_deref())
    }

    fn cpu_usage_percent(&mut self) -> u8 {
        let now = self
            .text("proc/stat")
            .and_then(|text| CpuTimes::read(&text));
        let now = now.unwrap_or(self.cpu);
        let earlier = std::mem::replace(&mut self.cpu, now);
        now.usage_since(earlier)
    }

    /// The processes that hold the most memory, in the order of their numbers.
    fn processes(&self) -> Vec<Process> {
        let auxv = std::fs::read(self.root.join("proc/self/auxv"));
        let page_kb = auxv.ok().and_then(|auxv| proc::page_kb(&auxv));
        let page_kb = page_kb.unwrap_or(PAGE_KB);
        let Ok(entries) = std::fs::read_dir(self.root.join("proc")) else {
            return Vec::new();
        };
        let mut found: Vec<Process> = entries
            .flatten()
            .filter(|entry| {
                let name = entry.file_name();
                name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
            })
            .take(PROCESSES_READ)
            // One that has ended in the meantime has no file any more.
            .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
            .filter_map(|stat| proc::process(&stat, page_kb))
            .collect();
        found.sort_by_key(|process| (std::cmp::Reverse(process.size_kb), process.pid));
        found.truncate(PROCESSES);
        found.sort_by_key(|process| process.pid);
        found
    }
}

impl Platform for Linux {
    fn hardware(&mut self, now: Timestamp) -> Option<Box<Hardware>> {
        let memory = self
            .text("proc/meminfo")
            .and_then(|text| proc::memory_kb(&text));
        let (memory_total_kb, memory_free_kb) = memory.unwrap_or_default();
        let up_time = self
            .text("proc/uptime")
            .and_then(|text| proc::up_time_ms(&text));
        let up_time_ms = i64::try_from(up_time.unwrap_or(0)).unwrap_or(i64::MAX);
        let uplink = self.uplink();
        let resolv_conf = self.text("etc/resolv.conf").unwrap_or_default();
        Some(Box::new(Hardware {
            started: Timestamp::from_millis(now.as_millis().saturating_sub(up_time_ms)),
            memory_total_kb,
            memory_free_kb,
            cpu_usage_percent: self.cpu_usage_percent(),
            agent_resident_kb: self
                .text("proc/self/status")
                .and_then(|text| proc::resident_kb(&text))
                .unwrap_or_default(),
            interface: Interface {
                address: uplink.address,
                mask: uplink.mask,
                gateway: uplink.gateway,
                name_servers: proc::name_servers(&resolv_conf, NAME_SERVERS),
            },
            processes: self.processes(),
        }))
    }

    fn ask(&mut self, request: &Request) -> Asked {
        match &self.spool {
            Some(spool) => spool.ask(request),
            None => Asked::Nobody,
        }
    }

    fn withdraw(&mut self, request: &Request) -> Outcome {
        match &self.spool {
            Some(spool) => spool.withdraw(request),
            None => Outcome::Taken,
        }
    }
}
