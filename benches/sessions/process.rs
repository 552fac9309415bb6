//! A server as a process of its own: started, found by the address it prints, measured, ended.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// A running server.
pub struct Process {
    child: Child,
    /// Where it takes sessions.
    pub address: SocketAddr,
}

impl Process {
    /// Starts a program and reads its output until a line holds an address of ours behind `before`.
    pub fn start(command: &mut Command, before: &str) -> Process {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program of ours");
        let output = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let address = lines.by_ref().find_map(|line| {
            let line = line.expect("text");
            let rest = line.split_once(before)?.1;
            rest.trim_end_matches('/').parse().ok()
        });
        // What it prints later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Process {
            child,
            address: address.expect("the server prints where it listens"),
        }
    }

    /// User and system time it has used so far, all threads, in steps of a clock tick (10 ms).
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds_of(&self.child.id().to_string())
    }
}

/// The same of any process, by its number or as `self`.
pub fn cpu_seconds_of(process: &str) -> f64 {
    let path = format!("/proc/{process}/stat");
    let stat = std::fs::read_to_string(path).expect("a running process");
    // The name in brackets may hold blanks; utime and stime are the 12th and 13th field behind it.
    let fields = stat.rsplit_once(')').expect("a name in brackets").1;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks
        .map(|field| field.parse::<u64>().expect("a number of ticks"))
        .sum();
    ticks as f64 / 100.0
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
