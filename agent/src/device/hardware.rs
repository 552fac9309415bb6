//! What real hardware says of itself: memory, processor, processes, addresses.

use super::Device;
use super::core::Core;
use super::io::SectionKind;
use data_model::Timestamp;
use data_model::schema::computed;
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// The hardware at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hardware {
    /// When it was switched on.
    pub started: Timestamp,
    /// DeviceInfo.MemoryStatus.Total, in kilobytes.
    pub memory_total_kb: u32,
    /// DeviceInfo.MemoryStatus.Free, in kilobytes.
    pub memory_free_kb: u32,
    /// DeviceInfo.ProcessStatus.CPUUsage.
    pub cpu_usage_percent: u8,
    /// Memory the agent itself holds, in kilobytes.
    pub agent_resident_kb: u32,
    /// The interface towards the provider.
    pub interface: Interface,
    /// DeviceInfo.ProcessStatus.Process, row by row.
    pub processes: Vec<Process>,
}

/// The network interface towards the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interface {
    /// Its address.
    pub address: Option<Ipv4Addr>,
    /// The mask of its network.
    pub mask: Option<Ipv4Addr>,
    /// The router behind it.
    pub gateway: Option<Ipv4Addr>,
    /// The name servers in use.
    pub name_servers: Vec<Ipv4Addr>,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// What has started it.
    pub command: String,
    /// Memory it holds, in kilobytes.
    pub size_kb: u32,
    /// 0 is the highest, 99 the lowest.
    pub priority: u8,
    /// Processor time it has used.
    pub cpu_time_ms: u32,
    /// What it does.
    pub state: ProcessState,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessState {
    /// It runs, or could.
    Running,
    /// It waits for something.
    Sleeping,
    /// Somebody has stopped it.
    Stopped,
    /// A thread of the kernel without work.
    Idle,
    /// It waits and cannot be woken.
    Uninterruptible,
    /// It has ended and nobody has asked how.
    Zombie,
}

impl ProcessState {
    /// In the words of TR-181 Process.{i}.State.
    pub const fn as_str(self) -> &'static str {
        match self {
            ProcessState::Running => "Running",
            ProcessState::Sleeping => "Sleeping",
            ProcessState::Stopped => "Stopped",
            ProcessState::Idle => "Idle",
            ProcessState::Uninterruptible => "Uninterruptible",
            ProcessState::Zombie => "Zombie",
        }
    }
}

impl Hardware {
    /// What it says of a computed value; `row` is the last instance number of the parameter.
    pub(super) fn value(&self, name: &str, row: Option<u32>) -> Option<Cow<'_, str>> {
        let number = |number: u32| Some(Cow::Owned(number.to_string()));
        let address = |address: Option<Ipv4Addr>| {
            Some(Cow::Owned(
                address.map(|it| it.to_string()).unwrap_or_default(),
            ))
        };
        let process = || self.processes.get(row?.checked_sub(1)? as usize);
        match name {
            computed::MEMORY_TOTAL => number(self.memory_total_kb),
            computed::MEMORY_FREE => number(self.memory_free_kb),
            computed::AGENT_RESIDENT_MEMORY => number(self.agent_resident_kb),
            computed::CPU_USAGE => number(self.cpu_usage_percent.into()),
            // Without STUN the device knows no address but its own.
            computed::LOCAL_IP | computed::EXTERNAL_IP => {
                let address = self.interface.address?;
                Some(Cow::Owned(address.to_string()))
            }
            computed::SUBNET_MASK => address(self.interface.mask),
            computed::DEFAULT_GATEWAY => address(self.interface.gateway),
            computed::DNS_SERVERS => {
                let servers = self.interface.name_servers.iter();
                let texts: Vec<String> = servers.map(Ipv4Addr::to_string).collect();
                Some(Cow::Owned(texts.join(",")))
            }
            computed::PROCESS_PID => number(process()?.pid),
            computed::PROCESS_COMMAND => Some(Cow::Borrowed(&process()?.command)),
            computed::PROCESS_SIZE => number(process()?.size_kb),
            computed::PROCESS_PRIORITY => number(process()?.priority.into()),
            computed::PROCESS_CPU_TIME => number(process()?.cpu_time_ms),
            computed::PROCESS_STATE => Some(Cow::Borrowed(process()?.state.as_str())),
            _ => None,
        }
    }
}

impl Core {
    /// Takes over what the hardware says, without telling anybody.
    pub(super) fn told_by_hardware(&mut self, hardware: Box<Hardware>) {
        let table = format!("{}DeviceInfo.ProcessStatus.Process.", self.product().root);
        if let Some(table) = self.product().ty.schema.lookup(&table) {
            let rows = u32::try_from(hardware.processes.len()).unwrap_or(u32::MAX);
            self.tree.report_rows(&table, rows);
        }
        let environments = format!("{}SoftwareModules.ExecEnv.", self.product().root);
        if let Some(table) = self.product().ty.schema.lookup(&environments) {
            // Modules are run by simulated hardware only.
            self.tree.report_rows(&table, 0);
        }
        self.facts.hardware = Some(hardware);
    }
}

impl Device {
    /// The hardware says how it stands; what the ACS wants to know of it is a change of a value like any other.
    pub(super) fn hardware_tells(&mut self, hardware: Box<Hardware>) {
        let told = self.core.changes.has_active();
        let attributes = self.core.tree.attributes().len();
        self.core.observing(|core| core.told_by_hardware(hardware));
        if self.core.tree.attributes().len() != attributes {
            // Those of rows that are gone went with them.
            self.persist(&[SectionKind::Tree]);
        }
        self.tell_changes(told);
    }
}
