//! A whole agent in a thread of its own.

use crate::tcp_acs::TcpAcs;
use agent::daemon::{self, AgentConfig};
use agent::shell::RunnerHandle;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// An agent; it ends with the value.
pub struct Running {
    /// To speak to it.
    pub handle: RunnerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    /// Starts an agent.
    pub fn start(config: AgentConfig) -> Running {
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let (runner, handle) = daemon::start(&config).await.expect("it starts");
                sender.send(handle).expect("the test waits for it");
                runner.run().await;
            });
        });
        Running {
            handle: receiver.recv().expect("the agent starts"),
            thread: Some(thread),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A configuration in words of its file, with state in a folder.
pub fn config(acs: Option<&TcpAcs>, folder: &Path, more: &str) -> AgentConfig {
    let url = acs.map(TcpAcs::url).unwrap_or_default();
    let text = format!(
        "serial_number = 'FCH26480QXA'\nstate = '{}'\n{more}\n[acs]\nurl = '{url}'\npassword = 'secret'\n",
        folder.join("state").display()
    );
    let path = folder.join("agent.toml");
    std::fs::write(&path, text).expect("a file in the folder");
    AgentConfig::read(&path).expect("a good configuration")
}

/// Waits until something is so.
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "never: {what}");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
