//! An XMPP server that runs for a test: prosody, which demands TLS.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;
use tokio::net::TcpStream;

/// A prosody for the host `localhost`.
pub struct Prosody {
    /// Where it listens.
    pub address: SocketAddr,
    folder: tempfile::TempDir,
    child: Option<Child>,
}

impl Drop for Prosody {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Prosody {
    /// Starts one with these users and their passwords.
    pub async fn start(users: &[(&str, &str)]) -> Prosody {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let address = free.local_addr().expect("it is bound");
        drop(free);
        let path = |name: &str| folder.path().join(name);
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
        let certified = certified.expect("a certificate can be made");
        let write =
            |name: &str, text: &str| std::fs::write(path(name), text).expect("it can be written");
        write("cert.pem", &certified.cert.pem());
        write("key.pem", &certified.signing_key.serialize_pem());
        std::fs::create_dir_all(path("data/localhost/accounts")).expect("it can be made");
        for (user, password) in users {
            let account = format!("return {{ [\"password\"] = \"{password}\"; }};\n");
            write(&format!("data/localhost/accounts/{user}.dat"), &account);
        }
        let home = folder.path().display();
        let port = address.port();
        let config = format!(
            "run_as_root = true\ndata_path = \"{home}/data\"\npidfile = \"{home}/prosody.pid\"\n\
             log = {{ {{ levels = {{ min = \"info\" }}, to = \"file\", filename = \"{home}/log\" }} }}\n\
             modules_enabled = {{ \"saslauth\", \"tls\", \"ping\" }}\nmodules_disabled = {{ \"s2s\" }}\n\
             c2s_ports = {{ {port} }}\nc2s_interfaces = {{ \"127.0.0.1\" }}\nc2s_direct_tls_ports = {{ }}\n\
             c2s_require_encryption = true\nauthentication = \"internal_plain\"\nstorage = \"internal\"\n\
             VirtualHost \"localhost\"\n\
             ssl = {{ certificate = \"{home}/cert.pem\", key = \"{home}/key.pem\" }}\n"
        );
        write("prosody.cfg.lua", &config);
        let mut prosody = Prosody {
            address,
            folder,
            child: None,
        };
        prosody.run().await;
        prosody
    }

    /// Starts it, or starts it again, and waits until it listens.
    pub async fn run(&mut self) {
        let config = self.folder.path().join("prosody.cfg.lua");
        let mut command = Command::new("prosody");
        let child = command.arg("-F").arg("--config").arg(config).spawn();
        self.child = Some(child.expect("prosody is installed (Debian: apt-get install prosody)"));
        let mut beat = tokio::time::interval(Duration::from_millis(10));
        let listening = async {
            while TcpStream::connect(self.address).await.is_err() {
                beat.tick().await;
            }
        };
        let listens = tokio::time::timeout(Duration::from_secs(60), listening).await;
        assert!(listens.is_ok(), "prosody does not listen: {}", self.log());
    }

    /// Ends it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Its certificate, in PEM.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// What it has written down.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}
