//! `dialtone-agent` as a process: started with a configuration, told to stop by signals, its log read.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_dialtone-agent");

/// A running agent; it is killed with the test.
pub struct Process {
    child: Child,
    log: Receiver<String>,
    pub seen: Vec<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended is not there to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts it with a configuration file and further arguments.
    pub fn start(config: &Path, more: &[&str]) -> Process {
        let mut child = Command::new(PROGRAM)
            .arg("--config")
            .arg(config)
            .args(more)
            .env("DIALTONE_LOG", "info")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = child.stderr.take().expect("it is piped");
        let (tell, log) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Process {
            child,
            log,
            seen: Vec::new(),
        }
    }

    /// Waits until its log has a line with this in it.
    pub fn logged(&mut self, text: &str) -> String {
        let end = Instant::now() + super::PATIENCE;
        loop {
            if let Some(line) = self.seen.iter().find(|line| line.contains(text)) {
                return line.clone();
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.log.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(_) => panic!("`{text}` is not logged: {:?}", self.seen),
            }
        }
    }

    /// Sends it a signal, and gives the status it ends with; `None` if it does not exit by itself.
    pub fn stopped_by(&mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.expect("there is a program `kill`").success());
        // The log ends with the process.
        while let Ok(line) = self.log.recv_timeout(super::PATIENCE) {
            self.seen.push(line);
        }
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status.code();
            }
            std::thread::yield_now();
        }
        panic!("it does not end: {:?}", self.seen);
    }
}
