//! What the small agent costs a device: its size, its memory with the whole tree behind it, its time to the first byte.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/report.rs"]
mod report;
#[path = "../agent/tests/support/tcp_acs.rs"]
mod tcp_acs;

use cwmp::EventCode;
use cwmp::rpc::GetParameterValues;
use report::{Figures, ROUNDS};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tcp_acs::{Heard, TcpAcs};

const BUILD: &str = "cargo build --profile agent -p agent --bin dialtone-agent";

fn main() {
    let Some(binary) = binary() else {
        println!("there is no dialtone-agent to measure; build it with\n\n    {BUILD}\n");
        return;
    };
    let bytes = std::fs::metadata(&binary).expect("it is there").len();
    println!("{} (`{BUILD}`)\n", binary.display());
    println!(
        "{:<58} {:>11.2} MB",
        "size, stripped, with TLS (floor 4, aim 1.5)",
        bytes as f64 / 1e6
    );
    let rounds = |read| -> Vec<Round> { (0..ROUNDS).map(|_| measure(&binary, read)).collect() };
    let (quiet, read) = (rounds(false), rounds(true));
    let figures =
        |rounds: &[Round], of: fn(&Round) -> f64| Figures::new(rounds.iter().map(of).collect());
    let mib: fn(&Round) -> f64 = |round| round.resident_kb / 1024.0;
    let first_byte = figures(&quiet, |round| round.first_byte_ms);
    first_byte.print("start to first byte of Inform (floor 100, aim 30)", "ms", 1);
    let processor = figures(&quiet, |round| round.processor_ms);
    processor.print("of it processor time", "ms", 1);
    figures(&quiet, mib).print("RSS idle after BOOTSTRAP (floor 8, aim 4)", "MiB", 2);
    figures(&read, mib).print("RSS idle after the ACS has read the whole tree", "MiB", 2);
    let own = figures(&quiet, |round| round.own_kb / 1024.0);
    own.print(
        "of it memory of its own, without the program file",
        "MiB",
        2,
    );
}

/// The program: what `DIALTONE_AGENT` names, else what the build command leaves beside this one.
fn binary() -> Option<PathBuf> {
    let named = std::env::var_os("DIALTONE_AGENT").map(PathBuf::from);
    let built = || {
        let me = std::env::current_exe().ok()?;
        Some(
            me.parent()?
                .parent()?
                .parent()?
                .join("agent/dialtone-agent"),
        )
    };
    named.or_else(built).filter(|path| path.exists())
}

/// The figures of one start.
struct Round {
    first_byte_ms: f64,
    processor_ms: f64,
    resident_kb: f64,
    own_kb: f64,
}

/// A running agent; it ends with the value.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn measure(binary: &Path, read: bool) -> Round {
    let folder = tempfile::tempdir().expect("a folder");
    let acs = TcpAcs::start();
    if read {
        acs.asks(GetParameterValues {
            parameter_names: vec!["Device.".into()],
        });
    }
    let config = folder.path().join("agent.toml");
    let text = format!(
        "device_type = 'ata192'\nserial_number = 'FCH26480QXA'\nstate = '{}'\nplatform = 'linux'\n\
         [acs]\nurl = '{}'\n",
        folder.path().join("state").display(),
        acs.url()
    );
    std::fs::write(&config, text).expect("a file");
    let mut command = Command::new(binary);
    command.arg("--config").arg(&config).stderr(Stdio::null());
    let start = Instant::now();
    let agent = Agent(command.spawn().expect("it starts"));
    acs.hears(|heard| matches!(heard, Heard::FirstByte).then_some(()));
    let first_byte_ms = start.elapsed().as_secs_f64() * 1000.0;
    let processor_ms = processor_ms(&agent);
    let informs = |heard| match heard {
        Heard::Inform(inform) => Some(inform),
        Heard::FirstByte | Heard::Answer(_) | Heard::Ended => None,
    };
    assert!(acs.hears(informs).has_event(&EventCode::Bootstrap));
    if read {
        let answers = |heard| match heard {
            Heard::Answer(answer) => Some(answer),
            Heard::FirstByte | Heard::Inform(_) | Heard::Ended => None,
        };
        assert!(acs.hears(answers).is_ok(), "the whole tree");
    }
    acs.hears(|heard| matches!(heard, Heard::Ended).then_some(()));
    Round {
        first_byte_ms,
        processor_ms,
        resident_kb: status_kb(&agent, "VmRSS:"),
        own_kb: status_kb(&agent, "RssAnon:"),
    }
}

/// What the process has had of the processors, whatever else ran beside it.
fn processor_ms(agent: &Agent) -> f64 {
    let path = format!("/proc/{}/schedstat", agent.0.id());
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let ns = text.split_whitespace().next();
    ns.and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e6
}

/// A line of the operating system's account of the process.
fn status_kb(agent: &Agent, name: &str) -> f64 {
    let path = format!("/proc/{}/status", agent.0.id());
    let status = std::fs::read_to_string(path).expect("the agent runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .expect("a number of kB")
}
