//! A server as a process of its own: started, found by what it prints, measured, ended.

use super::account;
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
    /// Starts a program and reads its output until a line holds an address of ours behind `before`, and other lines what
    /// is wanted behind each of `also`, in their order; gives that too.
    pub fn start<const N: usize>(
        command: &mut Command,
        before: &str,
        also: [&str; N],
    ) -> (Process, [String; N]) {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program of ours");
        let output = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let mut behind = |before: &str| {
            let found = lines.by_ref().find_map(|line| {
                let line = line.expect("text");
                line.split_once(before).map(|(_, rest)| rest.to_owned())
            });
            found.unwrap_or_else(|| panic!("it does not print \"{before}\""))
        };
        let address = address(&behind(before));
        let also = also.map(&mut behind);
        // What it prints later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        (Process { child, address }, also)
    }

    /// User and system time it has used so far, all threads.
    pub fn cpu_seconds(&self) -> f64 {
        account::cpu_seconds(&self.child.id().to_string())
    }

    /// The most memory it has had, in MiB.
    pub fn peak_mib(&self) -> f64 {
        account::peak_mib(&self.child.id().to_string())
    }
}

/// The address at the beginning of the rest of a URL.
pub fn address(text: &str) -> SocketAddr {
    let address = text.split('/').next().and_then(|text| text.parse().ok());
    address.unwrap_or_else(|| panic!("no address: {text}"))
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
