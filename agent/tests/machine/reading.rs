//! What an agent on a Linux machine shows of it.

use crate::running::{Running, config};
use crate::tcp_acs::{Heard, TcpAcs};
use agent::daemon::AgentConfig;
use agent::platform::linux::Linux;
use agent::platform::spool::Served;
use agent::platform::{Kind, Platform as _};
use cwmp::CpeResponse;
use cwmp::rpc::GetParameterValues;
use data_model::{ParameterList, Timestamp};
use std::net::Ipv4Addr;
use std::path::Path;

/// A machine of files.
fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

/// A kernel of the small kind, with a line to the provider and a house network.
const FILES: [(&str, &str); 9] = [
    (
        "proc/self/status",
        "Name:\tdialtone-agent\nVmPeak:\t    7012 kB\nVmRSS:\t    5120 kB\nThreads:\t1\n",
    ),
    (
        "proc/meminfo",
        "MemTotal:          61440 kB\nMemFree:            9216 kB\nMemAvailable:      20480 kB\n",
    ),
    ("proc/uptime", "3661.57 3000.00\n"),
    (
        "proc/net/route",
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
         br0\t000FA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n\
         eth1\t00000000\t017100CB\t0003\t0\t0\t10\t00000000\t0\t0\t0\n\
         eth1\t007100CB\t00000000\t0001\t0\t0\t0\t80FFFFFF\t0\t0\t0\n",
    ),
    (
        "proc/net/fib_trie",
        "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 192.168.15.1\n        \
         /32 host LOCAL\n     |-- 203.0.113.0\n        /25 link UNICAST\n     |-- 203.0.113.57\n        /32 host LOCAL\n",
    ),
    (
        "etc/resolv.conf",
        "# from DHCP\nnameserver 203.0.113.53\nnameserver 2001:db8::53\nnameserver 198.51.100.53\nsearch example.net\n",
    ),
    ("sys/class/net/eth1/address", "00:00:5e:00:53:1a\n"),
    (
        "proc/211/stat",
        "211 (voip (main) x) S 1 211 211 0 -1 4194560 900 0 3 0 250 75 0 0 20 0 4 0 300 9000000 512 18446744073709551615\n",
    ),
    (
        "proc/7/stat",
        "7 (kworker/0:1) I 2 0 0 0 -1 69238880 0 0 0 0 0 12 0 0 -51 0 1 0 20 0 0 18446744073709551615\n",
    ),
];

#[test]
fn memory_time_and_the_line_to_the_provider_are_read_from_the_kernel() {
    let folder = machine(&FILES);
    let mut linux = Linux::new(folder.path().into(), None, None);
    let now = Timestamp::from_secs(10_000);
    let hardware = linux.hardware(now).expect("a real machine");
    assert_eq!(
        (hardware.memory_total_kb, hardware.memory_free_kb),
        (61_440, 20_480)
    );
    assert_eq!(hardware.agent_resident_kb, 5_120);
    assert_eq!(now.since_ms(hardware.started), 3_661_570);
    let line = hardware.interface;
    assert_eq!(line.address, Some(Ipv4Addr::new(203, 0, 113, 57)));
    assert_eq!(line.mask, Some(Ipv4Addr::new(255, 255, 255, 128)));
    assert_eq!(line.gateway, Some(Ipv4Addr::new(203, 0, 113, 1)));
    let servers = [
        Ipv4Addr::new(203, 0, 113, 53),
        Ipv4Addr::new(198, 51, 100, 53),
    ];
    assert_eq!(line.name_servers, servers);
    assert_eq!(linux.mac(), Some([0, 0, 0x5e, 0, 0x53, 0x1a]));
}

#[test]
fn another_interface_may_be_named() {
    let folder = machine(&FILES);
    let mut linux = Linux::new(folder.path().into(), Some("br0".into()), None);
    let line = linux.hardware(Timestamp::from_secs(1)).expect("a machine");
    assert_eq!(line.interface.address, Some(Ipv4Addr::new(192, 168, 15, 1)));
    assert_eq!(line.interface.gateway, None);
}

#[test]
fn processes_are_shown_in_the_words_of_the_model() {
    let folder = machine(&FILES);
    let mut linux = Linux::new(folder.path().into(), None, None);
    let hardware = linux.hardware(Timestamp::from_secs(1)).expect("a machine");
    let shown: Vec<_> = hardware
        .processes
        .iter()
        .map(|it| {
            (
                it.pid,
                it.command.as_str(),
                it.size_kb,
                it.priority,
                it.cpu_time_ms,
                it.state.as_str(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (7, "kworker/0:1", 0, 0, 120, "Idle"),
            (211, "voip (main) x", 2048, 20, 3250, "Sleeping"),
        ]
    );
}

#[test]
fn processor_usage_is_that_since_the_last_look() {
    let folder = machine(&FILES);
    let mut linux = Linux::new(folder.path().into(), None, None);
    let mut usage = |stat: &str| {
        std::fs::write(folder.path().join("proc/stat"), stat).expect("a file");
        let hardware = linux.hardware(Timestamp::from_secs(1));
        hardware.expect("a machine").cpu_usage_percent
    };
    usage("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3 4\n");
    let quarter = usage("cpu  120 0 105 760 115 0 0 0 0 0\n");
    assert_eq!(quarter, 25);
    assert_eq!(usage("cpu  120 0 105 760 115 0 0 0 0 0\n"), 0);
    assert_eq!(usage("cpu  of another world\n"), 0);
}

#[test]
fn more_processes_than_a_table_takes_leave_the_largest() {
    let mut files = Vec::new();
    for pid in 1..=200 {
        let stat = format!(
            "{pid} (p) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 0 {} 0\n",
            1000 - pid
        );
        files.push((format!("proc/{pid}/stat"), stat));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let folder = machine(&files);
    let mut linux = Linux::new(folder.path().into(), None, None);
    let hardware = linux.hardware(Timestamp::from_secs(1)).expect("a machine");
    let pids: Vec<u32> = hardware.processes.iter().map(|it| it.pid).collect();
    assert_eq!(pids, (1..=64).collect::<Vec<u32>>());
}

#[test]
fn a_machine_without_its_files_is_no_trouble() {
    let folder = machine(&[
        ("proc/meminfo", "MemTotal: many kB\n"),
        ("proc/uptime", "since ever\n"),
        ("proc/net/route", "Iface\neth0\tzz\n"),
        ("proc/12/stat", "12 (half\n"),
        ("proc/13/stat", "13 (p) S 1\n"),
    ]);
    let mut linux = Linux::new(folder.path().into(), None, None);
    let hardware = linux.hardware(Timestamp::from_secs(7)).expect("a machine");
    assert_eq!(hardware.memory_total_kb, 0);
    assert_eq!(hardware.processes, []);
    assert_eq!(linux.mac(), None);
}

#[test]
fn the_configuration_to_begin_with_is_understood() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/agent.toml");
    let config = AgentConfig::read(&path).expect("a good configuration");
    assert_eq!(config.platform, Kind::Linux);
    let served = [
        Served::Reboot,
        Served::ActivateFirmware,
        Served::FactoryReset,
        Served::Discover,
    ];
    assert_eq!(config.hooks.serve, served);
    assert!(config.discovery.folder.is_some() && !config.discovery.allow_http);
}

/// The values of the first answer the ACS gets.
fn values(acs: &TcpAcs) -> ParameterList {
    let answer = acs.hears(|heard| match heard {
        Heard::Answer(answer) => Some(*answer),
        Heard::FirstByte | Heard::Inform(_) | Heard::Ended => None,
    });
    match answer {
        Ok(CpeResponse::GetParameterValuesResponse(response)) => response.parameter_list,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_acs_reads_the_real_memory_and_address_of_the_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let acs = TcpAcs::start();
    acs.asks(GetParameterValues {
        parameter_names: vec![
            "Device.DeviceInfo.".into(),
            "Device.LAN.IPAddress".into(),
            "Device.X_DIALTONE_Agent.".into(),
        ],
    });
    let _agent = Running::start(config(Some(&acs), folder.path(), "platform = 'linux'"));
    let reader = values(&acs);
    let value = |name: &str| {
        reader
            .get(name)
            .unwrap_or_else(|| panic!("{name}"))
            .to_owned()
    };
    let meminfo = std::fs::read_to_string("/proc/meminfo").expect("Linux");
    let total = value("Device.DeviceInfo.MemoryStatus.Total");
    let line = meminfo.lines().next().unwrap_or_default();
    assert!(line.contains(&format!(" {total} kB")), "{line}: {total}");
    let rows: usize = value("Device.DeviceInfo.ProcessStatus.ProcessNumberOfEntries")
        .parse()
        .expect("a number");
    assert!(rows >= 1);
    let own = format!("{}", std::process::id());
    let pids = (1..=rows).map(|row| {
        value(&format!(
            "Device.DeviceInfo.ProcessStatus.Process.{row}.PID"
        ))
    });
    // A machine of many processes shows the largest of them only.
    assert!(rows == 64 || pids.into_iter().any(|pid| pid == own));
    let resident: u32 = value("Device.X_DIALTONE_Agent.ResidentMemory")
        .parse()
        .expect("a number");
    assert!(resident > 1_000, "{resident} kB");
    let address: Ipv4Addr = value("Device.LAN.IPAddress").parse().expect("an address");
    // Only an address of this machine can be bound.
    assert!(std::net::UdpSocket::bind((address, 0)).is_ok(), "{address}");
}
