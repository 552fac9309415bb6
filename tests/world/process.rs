//! The program as a process of its own, for what only a real end of a process can show.

use super::rest::{ADMIN_PASSWORD, Rest};
use super::{FACTORY_SECRET, eventually};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// The program.
pub const DIALTONE: &str = env!("CARGO_BIN_EXE_dialtone");

/// A server as a process.
pub struct AcsProcess {
    child: Child,
    /// Where devices talk to it.
    pub cwmp: SocketAddr,
    /// Where people and programs talk to it.
    pub api: SocketAddr,
}

impl AcsProcess {
    /// Starts a server over a data folder, on ports that stay the same from start to start. It takes in devices with the
    /// factory's secret over Basic, and leaves them their password.
    pub async fn start(data: &Path, ports: &Ports) -> AcsProcess {
        AcsProcess::start_by(Command::new(DIALTONE), data, ports, "").await
    }

    /// The same, by a program that becomes the server, and with further settings.
    pub async fn start_by(
        mut command: Command,
        data: &Path,
        ports: &Ports,
        settings: &str,
    ) -> AcsProcess {
        let config = data.with_extension("toml");
        let text = format!(
            "data = '{}'\n[cwmp]\nlisten = '{}'\nbasic_without_tls = true\n[api]\nlisten = '{}'\n\
             [files]\nlisten = '{}'\n[enrolment]\nmode = 'shared-secret'\nsecret = '{FACTORY_SECRET}'\n\
             rotate_credentials = false\n{settings}",
            data.display(),
            ports.cwmp,
            ports.api,
            ports.files
        );
        std::fs::write(&config, text).expect("a file beside the data folder");
        command.arg("acs").arg("--config").arg(&config);
        command
            .env("DIALTONE_LOG", "error")
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("the program starts");
        let output = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        // It prints where it listens once it does.
        loop {
            let line = lines.next_line().await.expect("text");
            let line = line.expect("the server starts; its errors are above");
            if line.starts_with("enrolment:") {
                break;
            }
        }
        // What it prints later must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        AcsProcess {
            child,
            cwmp: ports.cwmp,
            api: ports.api,
        }
    }

    /// The number of the process; the same as long as it lives.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it has not been waited for")
    }

    /// Whether it has not ended by itself.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal by its name.
    pub async fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.id().to_string()]);
        let sent = kill.status().await.expect("there is a program `kill`");
        assert!(sent.success());
    }

    /// SIGTERM, and until it has ended; it must end well.
    pub async fn stop(mut self) {
        self.signal("TERM").await;
        let status = self.child.wait().await.expect("it ends");
        assert!(status.success(), "{status}");
    }

    /// Signs in as the first user of this data folder.
    pub async fn sign_in(&self, data: &Path) -> Rest {
        // It is there until another one is chosen.
        let one_time = std::fs::read_to_string(data.join("admin-password")).ok();
        eventually("the API answers", || async {
            match &one_time {
                Some(password) => Rest::first_sign_in(self.api, password.trim()).await.ok(),
                None => Rest::sign_in(self.api, "admin", ADMIN_PASSWORD).await.ok(),
            }
        })
        .await
    }

    /// kill -9, and until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a running process");
    }
}

/// Ports of a server that is started again and again.
pub struct Ports {
    cwmp: SocketAddr,
    api: SocketAddr,
    /// Where devices fetch files.
    pub files: SocketAddr,
}

impl Ports {
    /// Three ports nobody listens on at this moment.
    pub fn free() -> Ports {
        let listeners =
            [0; 3].map(|_| std::net::TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let [cwmp, api, files] = listeners.map(|listener| listener.local_addr().expect("bound"));
        Ports { cwmp, api, files }
    }
}

/// An agent as a process.
pub struct AgentProcess {
    child: Child,
}

impl AgentProcess {
    /// Starts an agent over a state folder.
    pub fn start(acs: SocketAddr, serial_number: &str, state: &PathBuf) -> AgentProcess {
        let mut command = Command::new(DIALTONE);
        command.args([
            "agent",
            "--device-type",
            "ata192",
            "--serial-number",
            serial_number,
        ]);
        command.arg("--acs-url").arg(format!("http://{acs}/"));
        command
            .args(["--password", FACTORY_SECRET])
            .arg("--state")
            .arg(state);
        command
            .env("DIALTONE_LOG", "error")
            .stdout(Stdio::null())
            .kill_on_drop(true);
        AgentProcess {
            child: command.spawn().expect("the program starts"),
        }
    }

    /// kill -9, and until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a running process");
    }
}
